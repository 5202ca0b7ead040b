"""Secrets that the server must be able to read again, such as those of Schoology consumers: encrypted in the database.

Passwords and tokens are not among them; those are hashed. The key comes from the setting ``secret_key``. Without it, a key is
made once and kept in the database, where it protects against looking at one table but not against a copy of the whole.
"""

from __future__ import annotations

import base64
import hashlib
from secrets import token_urlsafe

from cryptography.fernet import Fernet, InvalidToken

from gradewire.actions.unit import Unit
from gradewire.store import server_secrets

KEY_NAME = "encryption_key"
MOST_REVEALED = 4096
"""So many secrets each process remembers in the clear."""


class WrongKey(Exception):
    """A secret was encrypted under another key: ``secret_key`` was changed, or belongs to another database."""


class Vault:
    """Encrypts and decrypts with one key (AES-128 in CBC mode with HMAC-SHA256, as Fernet defines it)."""

    def __init__(self, secret_key: str) -> None:
        digest = hashlib.sha256(b"gradewire: secrets at rest\0" + secret_key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(digest))

    def seal(self, secret: str) -> str:
        """What is stored for a secret; different each time."""
        return self._fernet.encrypt(secret.encode()).decode()

    def unseal(self, stored: str) -> str:
        """The secret.

        Raises:
            WrongKey: it was not sealed with this key.
        """
        try:
            return self._fernet.decrypt(stored.encode()).decode()
        except InvalidToken:
            raise WrongKey("this secret was encrypted under another key; check the setting secret_key") from None


def open_vault(unit: Unit, secret_key: str | None) -> Vault:
    """The vault of this server; ``secret_key`` is the setting. Without it, a unit that writes makes a key if there is none."""
    if secret_key is None:
        secret_key = server_secrets.get(unit.connection, KEY_NAME)
    if secret_key is None:
        secret_key = server_secrets.get_or_add(unit.connection, KEY_NAME, token_urlsafe(32), unit.now)
    return Vault(secret_key)


def vault_of(unit: Unit) -> Vault:
    """The vault of this server, under its setting ``secret_key``."""
    return open_vault(unit, unit.world.secret_key)


def reveal(unit: Unit, sealed: str) -> str:
    """The secret of a sealed text; this process remembers what it has unsealed.

    Raises:
        WrongKey: it was not sealed with the key of this server.
    """
    known = unit.world.revealed
    secret = known.get(sealed)
    if secret is None:
        secret = vault_of(unit).unseal(sealed)
        if len(known) >= MOST_REVEALED:
            known.clear()
        known[sealed] = secret
    return secret
