"""What is said with an identity provider. ``identity_provider`` itself has libraries that only those need who have one."""

from __future__ import annotations

from msgspec import Struct


class ProviderSettings(Struct, frozen=True, kw_only=True):
    """What the operator and the provider have agreed on. Without a secret the client is a public one."""

    issuer: str
    client_id: str
    client_secret: str | None
    scopes: str
    login_claim: str


class Pending(Struct, frozen=True):
    """A sign-in on its way: what has to come back, and what proves that we began it."""

    state: str
    nonce: str
    verifier: str


class Person(Struct, frozen=True):
    """Who has signed in at the provider."""

    login: str
    name: str | None
    email: str | None


class ProviderError(Exception):
    """The provider did not vouch for anybody. ``reason`` is one of ``unreachable``, ``refused``, ``invalid`` and ``claim``; the
    text is for the operator and holds neither secrets nor personal data."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
