"""Consumers of the Schoology API, as an operator manages them at the command line: keys of people, and applications."""

from __future__ import annotations

from collections.abc import Sequence

from gradewire.actions.oauth import check_callbacks
from gradewire.actions.people import find_person
from gradewire.actions.secrets import vault_of
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound
from gradewire.store import consumers as rows
from gradewire.store import logins, people
from gradewire.store.consumers import ConsumerRow


def create(unit: Unit, name: str, *, login: str | None = None, callback_urls: Sequence[str] = ()) -> tuple[ConsumerRow, str]:
    """A new consumer and its secret: with a login that person's own key, without one an application.

    Raises:
        Denied: somebody other than the operator asks.
        NotFound: nobody signs in by that name.
        Invalid: a key with addresses to lead back to, or an application where there is not exactly one institution.
        Malformed: an address that cannot be registered.
    """
    _check_operator(unit)
    if not name.strip() or len(name) > 255:
        raise Invalid(Fault("name", "is needed, of at most 255 characters"))
    if login is not None and callback_urls:
        raise Invalid(Fault("callback", "is for applications; the key of a person needs none"))
    user_id = None if login is None else find_person(unit, login).user_id
    secret = unit.world.randomness.randbytes(16).hex()
    row = rows.add(
        unit.connection,
        account_id=_institution(unit, user_id),
        name=name.strip(),
        key=unit.world.randomness.randbytes(20).hex(),
        secret_encrypted=vault_of(unit).seal(secret),
        user_id=user_id,
        callback_urls=check_callbacks(callback_urls),
        now=unit.now,
    )
    return row, secret


def list_all(unit: Unit) -> list[ConsumerRow]:
    """
    Raises:
        Denied: somebody other than the operator asks.
    """
    _check_operator(unit)
    return rows.all_of(unit.connection)


def rotate(unit: Unit, key: str) -> str:
    """A new secret for a consumer; with the old one nothing is signed any more.

    Raises:
        Denied: somebody other than the operator asks.
        NotFound: no such consumer that is still good.
    """
    row = _find(unit, key)
    secret = unit.world.randomness.randbytes(16).hex()
    rows.set_secret(unit.connection, row.id, vault_of(unit).seal(secret), unit.now)
    return secret


def revoke(unit: Unit, key: str) -> None:
    """End a consumer, and the access that users gave it.

    Raises:
        Denied: somebody other than the operator asks.
        NotFound: no such consumer that is still good.
    """
    rows.end(unit.connection, _find(unit, key).id, unit.now)


def revoke_all_named(unit: Unit, name: str) -> int:
    """End every consumer of this name; how many there were."""
    _check_operator(unit)
    return rows.end_all_named(unit.connection, name, unit.now)


def _find(unit: Unit, key: str) -> ConsumerRow:
    _check_operator(unit)
    row = rows.by_key(unit.connection, key)
    if row is None or row.workflow_state != "active":
        raise NotFound
    return row


def _institution(unit: Unit, user_id: int | None) -> int:
    if user_id is not None:
        owner = people.by_id(unit.connection, user_id)
        assert owner is not None
        return owner.root_account_id
    accounts = logins.root_accounts(unit.connection)
    if len(accounts) != 1:
        raise Invalid(Fault("account", f"there are {len(accounts)} institutions; make applications with an institution file"))
    return accounts[0]


def _check_operator(unit: Unit) -> None:
    if not unit.is_system:
        raise Denied
