"""What a signature of events needs."""

from __future__ import annotations

from msgspec import Struct


class SigningKey(Struct, frozen=True):
    """The key under which events are signed now."""

    kid: str
    private_pem: bytes
