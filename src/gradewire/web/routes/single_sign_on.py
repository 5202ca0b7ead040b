"""Signing in at the identity provider of the institution: there, back, and out of it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from msgspec import Struct

from gradewire.actions import single_sign_on
from gradewire.actions.secrets import WrongKey, vault_of
from gradewire.actions.sessions import random_text
from gradewire.actions.single_sign_on import Identity, Match
from gradewire.core.errors import Unauthenticated
from gradewire.web.identities import Pending, ProviderError
from gradewire.web.origins import local_path
from gradewire.web.visits import SESSION_COOKIE, Answer, Departure, Place, Redirect, Visit, link

if TYPE_CHECKING:
    from gradewire.web.identity_provider import IdentityProvider

logger = structlog.get_logger()

COOKIE: Final = "gradewire_sso"
"""Keeps what was begun, sealed, in the browser that began it: any process may finish it, and nobody else's browser."""
LASTS: Final = timedelta(minutes=10)
REASONS: Final = frozenset({"unreachable", "refused", "invalid", "claim", "expired", "unknown", "ambiguous"})
"""Why somebody was not signed in; the sign-in form has words for each."""


class SingleSignOn:
    """The provider, and how its people are found here."""

    def __init__(self, provider: IdentityProvider, *, name: str, match: Match, creates: bool) -> None:
        self.provider = provider
        self.name = name
        self.match = match
        self.creates = creates


class _Begun(Struct, frozen=True):
    """What the cookie holds."""

    pending: Pending
    next_path: str
    at: datetime


def places(sso: SingleSignOn) -> list[Place]:
    return [
        Place(method="GET", path="/login/sso", page=_begin(sso), public=True),
        Place(method="GET", path="/login/sso/callback", page=_finish(sso), public=True),
        Place(method="GET", path="/login/sso/end", page=_end(sso), public=True),
    ]


def _begin(sso: SingleSignOn) -> Callable[[Visit], Answer]:
    def begin(visit: Visit) -> Answer:
        """Go to the provider; somebody who is signed in already goes on."""
        next_path = local_path(visit.query.get("next"))
        if visit.session is not None:
            return Redirect(path=next_path)
        now = visit.world.clock()
        pending = Pending(random_text(visit.world), random_text(visit.world), random_text(visit.world))
        try:
            url = sso.provider.begin(pending, _callback(visit), now)
        except ProviderError as error:
            return _failed(error)
        text = msgspec.json.encode(_Begun(pending, next_path, now)).decode()
        sealed = visit.write(lambda unit: vault_of(unit).seal(text))
        return Departure(url=url, secrets={COOKIE: sealed})

    return begin


def _finish(sso: SingleSignOn) -> Callable[[Visit], Answer]:
    def finish(visit: Visit) -> Answer:
        """Back from the provider with its word for somebody."""
        now = visit.world.clock()
        begun = _unsealed(visit)
        if begun is None or now - begun.at > LASTS:
            return _back("expired")
        try:
            person = sso.provider.finish(begun.pending, _callback(visit), visit.query, now)
        except ProviderError as error:
            return _failed(error)
        try:
            secret = single_sign_on.sign_in(
                visit.world,
                Identity(person.login, person.name, person.email),
                match=sso.match,
                creates=sso.creates,
                replaces=visit.cookies.get(SESSION_COOKIE) or None,
                device=visit.device,
            )
        except Unauthenticated as error:
            return _back(error.reason)
        return Redirect(path=begun.next_path, secrets={SESSION_COOKIE: secret}, forget=(COOKIE,))

    return finish


def _end(sso: SingleSignOn) -> Callable[[Visit], Answer]:
    def end(visit: Visit) -> Answer:
        """Who is signed out here signs out at the provider as well."""
        try:
            url = None if visit.session else sso.provider.sign_out_url(visit.base_url + "/login", visit.world.clock())
        except ProviderError as error:
            return _failed(error)
        return Redirect(path="/login") if url is None else Departure(url=url)

    return end


def _unsealed(visit: Visit) -> _Begun | None:
    """What this browser began; ``None`` for nothing, and for what is not ours."""
    sealed = visit.cookies.get(COOKIE)
    if not sealed or not sealed.isascii():
        return None
    try:
        return msgspec.json.decode(visit.write(lambda unit: vault_of(unit).unseal(sealed)), type=_Begun)
    except (WrongKey, msgspec.DecodeError):
        return None


def _callback(visit: Visit) -> str:
    return f"{visit.base_url}/login/sso/callback"


def _failed(error: ProviderError) -> Redirect:
    logger.warning("single sign-on failed", reason=error.reason, detail=str(error))
    return _back(error.reason)


def _back(reason: str) -> Redirect:
    return Redirect(path=link("/login", sso=reason), forget=(COOKIE,))
