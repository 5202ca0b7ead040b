"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from gradewire.actions import sessions
from gradewire.core.errors import Unauthenticated
from gradewire.web.origins import ForgedError, check_token, local_path
from gradewire.web.throttle import Throttle
from gradewire.web.visits import SESSION_COOKIE, Page, Place, Redirect, Visit

FORM_COOKIE = "gradewire_form"
"""Ties the sign-in form to the browser it was shown to, for there is no session yet to do so."""


def places() -> list[Place]:
    """The sign-in form of one server process, with its count of failures."""
    throttle = Throttle()
    return [
        Place(method="GET", path="/login", page=show, public=True),
        Place(method="POST", path="/login", page=_sign_in_with(throttle), public=True, slow=True),
        Place(method="POST", path="/logout", page=sign_out, public=True),
    ]


def show(visit: Visit) -> Page | Redirect:
    """The form; somebody who is signed in already goes on."""
    if visit.session is not None:
        return Redirect(path=local_path(visit.query.get("next")))
    return _form(visit, next_path=local_path(visit.query.get("next")), signed_out="signed_out" in visit.query)


def _sign_in_with(throttle: Throttle) -> Callable[[Visit], Page | Redirect]:
    def sign_in(visit: Visit) -> Page | Redirect:
        try:
            check_token(visit.cookies.get(FORM_COOKIE), visit.sent("form_token"))
        except ForgedError:
            return _form(visit, next_path=local_path(visit.sent("next")), status=403, error="expired")
        login, password = visit.sent("login"), visit.sent("password")
        next_path = local_path(visit.sent("next"))
        if not login.strip() or not password:
            return _form(visit, next_path=next_path, status=422, error="empty", login=login)
        now = visit.world.clock()
        wait = throttle.begin(login, visit.client_ip, now)
        if wait is not None:
            headers = {"Retry-After": str(int(wait.total_seconds()) + 1)}
            return _form(visit, next_path=next_path, status=429, error="throttled", login=login, wait=wait, headers=headers)
        try:
            secret = sessions.sign_in(
                visit.world, login=login, password=password, replaces=visit.cookies.get(SESSION_COOKIE) or None
            )
        except Unauthenticated:
            return _form(visit, next_path=next_path, status=422, error="wrong", login=login)
        throttle.forgive(login, visit.client_ip, now)
        return Redirect(path=next_path, secrets={SESSION_COOKIE: secret}, forget=(FORM_COOKIE,))

    return sign_in


def _form(
    visit: Visit,
    *,
    next_path: str,
    status: int = 200,
    error: str | None = None,
    login: str = "",
    wait: timedelta | None = None,
    signed_out: bool = False,
    headers: dict[str, str] | None = None,
) -> Page:
    token = visit.cookies.get(FORM_COOKIE) or sessions.random_text(visit.world)
    return Page(
        template="sign_in.html",
        context={
            "next_path": next_path,
            "error": error,
            "login": login,
            "minutes": 0 if wait is None else -(-int(wait.total_seconds() + 1) // 60),
            "signed_out": signed_out,
            "form_token": token,
        },
        status=status,
        headers=headers or {},
        secrets={FORM_COOKIE: token},
    )


def sign_out(visit: Visit) -> Redirect:
    """End this session, or all of this person's. Whoever is signed out already is told the same."""
    if visit.session is not None:
        check_token(visit.session.csrf_token, visit.sent("csrf_token"))
        if visit.sent("everywhere"):
            visit.write(sessions.sign_out_everywhere)
        else:
            visit.write(sessions.sign_out)
    return Redirect(path="/login?signed_out=1", forget=(SESSION_COOKIE,))
