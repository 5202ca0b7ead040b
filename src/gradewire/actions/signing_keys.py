"""The keys under which events are signed (live-events reference, 10.3): one in use, the one before it, and the next.

Consumers learn the public halves from the key set of this server and keep them for a while, so a key is shown before it is
used and after it was. All processes use the same keys: they are in the database, sealed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from joserfc.jwk import RSAKey
from msgspec import Struct

from gradewire.actions.secrets import vault_of
from gradewire.actions.unit import Asker, System, Unit, read, write
from gradewire.actions.world import World
from gradewire.core.errors import Denied
from gradewire.events.signing import SigningKey
from gradewire.store import server_secrets

NAME: Final = "event_signing_keys"
BITS: Final = 2048
LIFE: Final = timedelta(days=30)
"""After so long in use, a key makes room for the next one when somebody asks for it."""


class Key(Struct, frozen=True):
    kid: str
    pem: str


class Keys(Struct, frozen=True):
    """The three keys, and since when the one in use is."""

    previous: Key | None
    current: Key
    next: Key
    since: datetime


def public_keys(unit: Unit) -> list[dict[str, Any]]:
    """The public keys as a JSON Web Key Set has them, for everybody; none where nothing was ever signed."""
    found = _load(unit)
    if found is None:
        return []
    shown = [key for key in (found.previous, found.current, found.next) if key is not None]
    return [
        {**RSAKey.import_key(key.pem).as_dict(private=False), "kid": key.kid, "use": "sig", "alg": "RS256"} for key in shown
    ]


def rotate(unit: Unit) -> str:
    """Use the next key from now on; the id of it.

    Raises:
        Denied: somebody but the operator asks.
    """
    if not unit.is_system:
        raise Denied
    found = _load(unit)
    return (_first(unit) if found is None else _rotated(unit, found)).current.kid


def current(world: World) -> SigningKey:
    """The key to sign with now. The first call ever makes keys, and the first after a month changes them."""
    system = Asker(System())
    found = read(world, system, _load)
    if found is None or world.clock() - found.since > LIFE:
        found = write(world, system, _renewed)
    return SigningKey(found.current.kid, found.current.pem.encode())


def _renewed(unit: Unit) -> Keys:
    found = _load(unit)  # somebody else may have been first
    if found is not None and unit.now - found.since <= LIFE:
        return found
    return _first(unit) if found is None else _rotated(unit, found)


def _first(unit: Unit) -> Keys:
    """New keys, or those of another process that was first."""
    made = Keys(None, _made(unit), _made(unit), unit.now)
    kept = server_secrets.get_or_add(unit.connection, NAME, _sealed(unit, made), unit.now)
    return _unsealed(unit, kept)


def _rotated(unit: Unit, found: Keys) -> Keys:
    """Two processes that do this at the same moment use the same key; they only differ in what comes after it."""
    made = Keys(found.current, found.next, _made(unit), unit.now)
    server_secrets.put(unit.connection, NAME, _sealed(unit, made), unit.now)
    return made


def _made(unit: Unit) -> Key:
    return Key(str(unit.world.new_uuid()), RSAKey.generate_key(BITS).as_pem(private=True).decode())


def _load(unit: Unit) -> Keys | None:
    stored = server_secrets.get(unit.connection, NAME)
    return None if stored is None else _unsealed(unit, stored)


def _sealed(unit: Unit, keys: Keys) -> str:
    return vault_of(unit).seal(msgspec.json.encode(keys).decode())


def _unsealed(unit: Unit, stored: str) -> Keys:
    return msgspec.json.decode(vault_of(unit).unseal(stored), type=Keys)
