"""Where one is signed in, to be ended there; and the own password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from gradewire.actions import logins, sessions
from gradewire.actions.people import LEAST_PASSWORD
from gradewire.actions.unit import Unit
from gradewire.core.errors import Invalid, NotFound
from gradewire.web.devices import device
from gradewire.web.throttle import Throttle
from gradewire.web.visits import SESSION_COOKIE, Answer, Page, Place, Redirect, Visit, link, number

DONE = {"one": "That session is ended.", "others": "You are signed out everywhere but here."}
MOST_LOGINS = 20
WAYS = {"password": "with a password", "provider": "at the institution's sign-in"}
SAID = {
    "old_password": "The old password is not correct.",
    "password": f"A password has {LEAST_PASSWORD} to {logins.LONGEST_PASSWORD} characters.",
}


def show(visit: Visit) -> Page:
    found = visit.read(sessions.list_own)
    context = {
        "sessions": [(one, device(one.user_agent), WAYS.get(one.method or "", "")) for one in found],
        "done": DONE.get(visit.query.get("done", "")),
    }
    return Page(template="own_sessions.html", context=context)


def end(visit: Visit) -> Redirect:
    """End one session; somebody who did that a moment ago already is told the same."""
    public_id = visit.path["public_id"]
    try:
        visit.write(lambda unit: sessions.end_own(unit, public_id))
    except NotFound:
        visit.read(lambda unit: unit.caller)
    return Redirect(path=link("/settings/sessions", done="one"))


def end_others(visit: Visit) -> Redirect:
    visit.write(sessions.end_others)
    return Redirect(path=link("/settings/sessions", done="others"))


def show_password(visit: Visit) -> Page:
    return _password_page(visit)


def _change_with(throttle: Throttle) -> Callable[[Visit], Answer]:
    def change_password(visit: Visit) -> Answer:
        """A new password by the old one. Tries are counted, for a browser left alone may be used to guess."""
        login_id, old, new = number(visit.sent("login_id")), visit.sent("old_password"), visit.sent("password")
        if new != visit.sent("again"):
            return _password_page(visit, "The two new passwords are not the same.")
        now, key = visit.world.clock(), f"password of {visit.session.user_id if visit.session else ''}"
        wait = throttle.begin(key, visit.client_ip, now)
        if wait is not None:
            return _password_page(visit, "Too many tries. Try again later.", wait=wait)
        try:
            visit.write(lambda unit: logins.change_own_password(unit, login_id, old=old, new=new))
        except Invalid as error:
            wrong = [fault.attribute for fault in error.faults]
            if "old_password" not in wrong:
                throttle.forgive(key, visit.client_ip, now)
            return _password_page(visit, " ".join(SAID.get(name, "This cannot be a password.") for name in wrong))
        throttle.forgive(key, visit.client_ip, now)
        return Redirect(path=link("/login", new_password=1), forget=(SESSION_COOKIE,))

    return change_password


def _password_page(visit: Visit, error: str | None = None, *, wait: timedelta | None = None) -> Page:
    def read(unit: Unit) -> dict[str, Any]:
        found, _ = logins.list_for_user(unit, unit.caller.user_id, offset=0, limit=MOST_LOGINS)
        return {"logins": found}

    headers = {"Retry-After": str(int(wait.total_seconds()) + 1)} if wait else {}
    status = 200 if error is None else 429 if wait else 400
    context = {**visit.read(read), "error": error, "least": LEAST_PASSWORD}
    return Page(template="own_password.html", context=context, status=status, headers=headers)


def places() -> list[Place]:
    return [
        Place(method="GET", path="/settings/sessions", page=show),
        Place(method="POST", path="/settings/sessions/others", page=end_others),
        Place(method="POST", path="/settings/sessions/{public_id:str}", page=end),
        Place(method="GET", path="/settings/password", page=show_password),
        Place(method="POST", path="/settings/password", page=_change_with(Throttle()), slow=True),
    ]
