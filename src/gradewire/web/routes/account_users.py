"""The people of an account: found, made, changed, suspended and deleted; and their logins."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from gradewire.actions import accounts, logins, user_editing, users
from gradewire.actions.logins import LoginChanges, NewLogin
from gradewire.actions.unit import Unit
from gradewire.actions.user_editing import EVENTS, UserChanges
from gradewire.core.errors import Denied, Invalid, Malformed
from gradewire.core.permissions import MANAGE_ACCOUNT
from gradewire.web.account_navigation import around_account
from gradewire.web.visits import Answer, Page, Place, Redirect, Visit, link, page_number, pages_of

PER_PAGE = 50
MOST_LOGINS = 50
NAMES = {
    "name": "The name",
    "short_name": "The short name",
    "sortable_name": "The sortable name",
    "email": "The address",
    "time_zone": "The time zone",
    "unique_id": "The login",
    "sis_user_id": "The SIS id",
    "password": "The password",
    "base": "",
}
FIELDS = ("name", "short_name", "sortable_name", "email", "time_zone")
DONE = {
    "made": "The user is made.",
    "changed": "It is saved.",
    "deleted": "The user is deleted. Grades and their history stay.",
    "login": "The logins are changed.",
}


def show(visit: Visit) -> Page:
    return _list(visit, None)


def create(visit: Visit) -> Answer:
    account_id = visit.number("account_id")
    changes = UserChanges(name=visit.sent("name"), email=visit.sent("email").strip() or UNSET)
    login = NewLogin(
        unique_id=visit.sent("unique_id"), password=visit.sent("password") or None, sis_user_id=_filled(visit, "sis_user_id")
    )
    try:
        made = visit.write(lambda unit: user_editing.create(unit, account_id, changes, login))
    except Invalid as error:
        return _list(visit, said(error))
    return Redirect(path=link(f"/accounts/{account_id}/users/{made.id}", done="made"))


def show_one(visit: Visit) -> Page:
    return _one(visit, None)


def change(visit: Visit) -> Answer:
    sent = {name: visit.form.get(name, UNSET) for name in FIELDS}
    return _done(visit, lambda unit, user_id: user_editing.update(unit, user_id, UserChanges(**sent)), "changed")


def change_state(visit: Visit) -> Answer:
    """Suspend, or take that back."""
    event = visit.sent("event")
    if event not in EVENTS:
        raise Malformed("This is nothing that can be done with a user.")
    return _done(visit, lambda unit, user_id: user_editing.update(unit, user_id, UserChanges(event=event)), "changed")


def delete(visit: Visit) -> Answer:
    account_id, user_id = visit.number("account_id"), visit.number("user_id")
    visit.write(lambda unit: user_editing.delete(unit, account_id, user_id))
    return Redirect(path=link(f"/accounts/{account_id}/users", done="deleted"))


def add_login(visit: Visit) -> Answer:
    new = NewLogin(
        unique_id=visit.sent("unique_id"), password=visit.sent("password") or None, sis_user_id=_filled(visit, "sis_user_id")
    )
    return _done(visit, lambda unit, user_id: logins.create(unit, _root(unit, visit), user_id, new), "login")


def change_login(visit: Visit) -> Answer:
    """A login's name and SIS id, and its password where a new one is typed: that signs its owner out."""
    login_id = visit.number("login_id")
    changes = LoginChanges(
        unique_id=visit.sent("unique_id"),
        sis_user_id=visit.form.get("sis_user_id", UNSET),
        password=visit.sent("password") or UNSET,
    )
    return _done(visit, lambda unit, _user_id: logins.update(unit, _root(unit, visit), login_id, changes), "login")


def delete_login(visit: Visit) -> Answer:
    login_id = visit.number("login_id")
    return _done(visit, lambda unit, user_id: logins.delete(unit, user_id, login_id), "login")


def said(error: Invalid) -> str:
    """What is wrong, in words for the person who typed. Nothing was saved."""
    faults = [f"{NAMES.get(one.attribute, one.attribute)} {one.message}".strip() for one in error.faults]
    return "Nothing was saved. " + " ".join(f"{one.rstrip('.')}." for one in faults)


def _done(visit: Visit, action: Any, done: str) -> Answer:
    account_id, user_id = visit.number("account_id"), visit.number("user_id")
    try:
        visit.write(lambda unit: action(unit, user_id))
    except Invalid as error:
        return _one(visit, said(error))
    return Redirect(path=link(f"/accounts/{account_id}/users/{user_id}", done=done))


def _root(unit: Unit, visit: Visit) -> int:
    account = accounts.account_access(unit, visit.number("account_id")).account
    return account.root_account_id or account.id


def _filled(visit: Visit, name: str) -> str | None:
    return visit.sent(name).strip() or None


def _list(visit: Visit, error: str | None) -> Page:
    account_id, page = visit.number("account_id"), page_number(visit)
    search = visit.query.get("search", "").strip()
    too_short = 0 < len(search) < users.SHORTEST_SEARCH

    def read(unit: Unit) -> dict[str, Any]:
        found, access, total = users.list_for_account(
            unit,
            account_id,
            search_term=None if too_short else search or None,
            offset=(page - 1) * PER_PAGE,
            limit=PER_PAGE,
        )
        around = around_account(access, "Users")
        return {**around, "users": found, "manages": MANAGE_ACCOUNT in access.rights, **pages_of(page, total, PER_PAGE)}

    context = {
        **visit.read(read),
        "search": search,
        "too_short": too_short,
        "error": error,
        "done": DONE.get(visit.query.get("done", "")),
        "typed": visit.form if error else {},
    }
    return Page(template="account_users.html", context=context, status=400 if error else 200)


def _one(visit: Visit, error: str | None) -> Page:
    account_id, user_id = visit.number("account_id"), visit.number("user_id")

    def read(unit: Unit) -> dict[str, Any]:
        access = accounts.show(unit, account_id)
        user = users.show(unit, user_id)
        try:
            users.check_over(unit, user_id)
            manages = True
        except Denied:
            manages = False
        found, _ = logins.list_for_user(unit, user_id, offset=0, limit=MOST_LOGINS)
        return {
            **around_account(access, "Users"),
            "user": user,
            "logins": found,
            "manages": manages,
            "is_self": unit.caller.user_id == user_id,
            "is_root": access.account.parent_account_id is None,
        }

    context = {**visit.read(read), "error": error, "done": DONE.get(visit.query.get("done", ""))}
    return Page(template="account_user.html", context=context, status=400 if error else 200)


PATH = "/accounts/{account_id:str}/users"
ONE = PATH + "/{user_id:str}"
PLACES = [
    Place(method="GET", path=PATH, page=show),
    Place(method="POST", path=PATH, page=create, slow=True),
    Place(method="GET", path=ONE, page=show_one),
    Place(method="POST", path=ONE, page=change),
    Place(method="POST", path=ONE + "/state", page=change_state),
    Place(method="POST", path=ONE + "/delete", page=delete),
    Place(method="POST", path=ONE + "/logins", page=add_login, slow=True),
    Place(method="POST", path=ONE + "/logins/{login_id:str}", page=change_login, slow=True),
    Place(method="POST", path=ONE + "/logins/{login_id:str}/delete", page=delete_login),
]
