"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from gradewire.actions import sessions
from gradewire.core.errors import Unauthenticated
from gradewire.web.origins import ForgedError, check_token, local_path
from gradewire.web.routes.single_sign_on import REASONS, SingleSignOn
from gradewire.web.throttle import Throttle
from gradewire.web.visits import SESSION_COOKIE, Page, Place, Redirect, Visit

FORM_COOKIE = "gradewire_form"
"""Ties the sign-in form to the browser it was shown to, for there is no session yet to do so."""


def places(single_sign_on: SingleSignOn | None) -> list[Place]:
    """The sign-in form of one server process, with its count of failures, and with the way to the identity provider."""
    throttle = Throttle()
    return [
        Place(method="GET", path="/login", page=_show_with(single_sign_on), public=True),
        Place(method="POST", path="/login", page=_sign_in_with(throttle, single_sign_on), public=True, slow=True),
        Place(method="POST", path="/logout", page=sign_out, public=True),
    ]


def _show_with(single_sign_on: SingleSignOn | None) -> Callable[[Visit], Page | Redirect]:
    def show(visit: Visit) -> Page | Redirect:
        """The form; somebody who is signed in already goes on."""
        if visit.session is not None:
            return Redirect(path=local_path(visit.query.get("next")))
        failed = visit.query.get("sso")
        return _form(
            visit,
            single_sign_on,
            next_path=local_path(visit.query.get("next")),
            error=f"sso_{failed}" if failed in REASONS else None,
            done=next((name for name in ("signed_out", "new_password") if name in visit.query), None),
        )

    return show


def _sign_in_with(throttle: Throttle, single_sign_on: SingleSignOn | None) -> Callable[[Visit], Page | Redirect]:
    form = partial(_form, single_sign_on=single_sign_on)

    def sign_in(visit: Visit) -> Page | Redirect:
        try:
            check_token(visit.cookies.get(FORM_COOKIE), visit.sent("form_token"))
        except ForgedError:
            return form(visit, next_path=local_path(visit.sent("next")), status=403, error="expired")
        login, password = visit.sent("login"), visit.sent("password")
        next_path = local_path(visit.sent("next"))
        if not login.strip() or not password:
            return form(visit, next_path=next_path, status=422, error="empty", login=login)
        now = visit.world.clock()
        wait = throttle.begin(login, visit.client_ip, now)
        if wait is not None:
            headers = {"Retry-After": str(int(wait.total_seconds()) + 1)}
            return form(visit, next_path=next_path, status=429, error="throttled", login=login, wait=wait, headers=headers)
        try:
            secret = sessions.sign_in(
                visit.world,
                login=login,
                password=password,
                replaces=visit.cookies.get(SESSION_COOKIE) or None,
                device=visit.device,
            )
        except Unauthenticated:
            return form(visit, next_path=next_path, status=422, error="wrong", login=login)
        throttle.forgive(login, visit.client_ip, now)
        return Redirect(path=next_path, secrets={SESSION_COOKIE: secret}, forget=(FORM_COOKIE,))

    return sign_in


def _form(
    visit: Visit,
    single_sign_on: SingleSignOn | None,
    *,
    next_path: str,
    status: int = 200,
    error: str | None = None,
    login: str = "",
    wait: timedelta | None = None,
    done: str | None = None,
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
            "done": done,
            "provider": single_sign_on.name if single_sign_on else None,
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
