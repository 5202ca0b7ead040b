"""Passwords as they are kept: argon2id, with the parameters that OWASP's password storage cheat sheet gives first.

19 MiB and two passes cost about 25 ms. Whoever stores a password hashes it here, so that all hashes cost the same to check and
an unknown login cannot be told from a wrong password by the time it takes.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


def hash_password(password: str) -> str:
    """What is stored for a password."""
    return _HASHER.hash(_prepare(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. Without a stored hash the answer is no, after the same time."""
    try:
        _HASHER.verify(stored or _nobody(), _prepare(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    """The hash that is checked where there is none. That its password can be read here opens nothing: see ``matches``."""
    return _HASHER.hash("nobody")


def _prepare(password: str) -> bytes:
    """The same bytes for the same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")
