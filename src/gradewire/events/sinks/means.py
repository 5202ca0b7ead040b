"""What sinks need beside their target, handed down by whoever starts the relay."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from gradewire.events.signing import SigningKey


def _no_secrets(_sealed: str) -> str:
    raise RuntimeError("this relay was started without the means to read secrets")


def _no_key() -> SigningKey:
    raise RuntimeError("this relay was started without the means to sign")


class Means(Struct, frozen=True, kw_only=True):
    """By default nothing but what a file needs."""

    unseal: Callable[[str], str] = _no_secrets
    """Makes a secret out of what a target keeps of it. Raises when it was sealed under another key."""
    signing_key: Callable[[], SigningKey] = _no_key
    """Asked again for every batch: keys change while a relay runs."""
    source: str = "http://localhost/"
    """This server's own address: the issuer of signed events, the source of CloudEvents."""
    allow_private: bool = False
    """Whether targets may have private addresses and plain http: for sandboxes, and servers inside the same network."""
