"""People made, changed, suspended and deleted by those who manage the institution; and what people change of themselves."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions import enrolling
from gradewire.actions.accounts import account_access
from gradewire.actions.institution.people import sortable
from gradewire.actions.logins import NewLogin, add_login, login_faults
from gradewire.actions.unit import Unit
from gradewire.actions.users import check_over, find
from gradewire.core.errors import Denied, Fault, Invalid
from gradewire.core.permissions import INSTRUCTORS, MANAGE_ACCOUNT, MANAGE_SIS, STUDENTS
from gradewire.core.time_zones import is_time_zone
from gradewire.store import enrollments, logins, roles, sessions, tokens
from gradewire.store import users as rows
from gradewire.store.users import UserRow

TEXT_LIMIT = 255
OWN = ("name", "short_name", "sortable_name", "time_zone", "locale", "pronouns")
"""What people may change of themselves."""
EVENTS = {"suspend": "suspended", "unsuspend": "registered"}


class UserChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    name: str | UnsetType | None = UNSET
    short_name: str | UnsetType | None = UNSET
    sortable_name: str | UnsetType | None = UNSET
    time_zone: str | UnsetType | None = UNSET
    locale: str | UnsetType | None = UNSET
    pronouns: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    event: str | UnsetType | None = UNSET


def create(unit: Unit, account_id: int, changes: UserChanges, login: NewLogin) -> UserRow:
    """A new person with a login. Without a name the person is called as the login.

    Raises:
        NotFound: no such account.
        Denied: no right to manage it.
        Invalid: no login, one that is taken, too short a password, or another value that cannot be.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    root = access.account.root_account_id or access.account.id
    if MANAGE_SIS not in access.rights:
        login = NewLogin(unique_id=login.unique_id, password=login.password)
    faults = login_faults(unit, root, login, None)
    name = (changes.name or "").strip() if changes.name is not UNSET else ""
    values: dict[str, Any] = {"name": name or (login.unique_id or "").strip(), **_sent(changes, names=OWN[1:])}
    values["email"] = changes.email or (login.unique_id if login.unique_id and "@" in login.unique_id else None)
    values["short_name"] = values.get("short_name") or values["name"]
    values["sortable_name"] = values.get("sortable_name") or sortable(values["name"])
    faults += _faults(values)
    if faults:
        raise Invalid(*faults)
    user_id = rows.add(unit.connection, unit.now, root_account_id=root, **values)
    add_login(unit, root, user_id, login)
    return rows.by_ids(unit.connection, [user_id])[0]


def update(unit: Unit, user_id: int, changes: UserChanges) -> UserRow:
    """Change a person; without the right to manage the institution, oneself alone, and neither address nor state.

    Raises:
        NotFound: no such user here.
        Denied: somebody else, or what only administrators change; or somebody who may more than the caller.
        Invalid: a value that cannot be.
    """
    row = find(unit, user_id)
    administrative = changes.email is not UNSET or bool(changes.event)
    if user_id != unit.caller.user_id or administrative:
        check_over(unit, user_id)
    values = _sent(changes, names=(*OWN, "email"))
    if changes.event:
        values["workflow_state"] = EVENTS.get(changes.event)
        if user_id == unit.caller.user_id:
            raise Denied  # nobody locks themselves out
    if "name" in values and "short_name" not in values and row.short_name == row.name:
        values["short_name"] = values["name"]
    if "name" in values and "sortable_name" not in values:
        values["sortable_name"] = sortable(values["name"] or "")
    values = {name: value for name, value in values.items() if value != getattr(row, name)}
    faults = _faults(values)
    if values.get("workflow_state", "") is None:
        faults.append(Fault("event", "must be suspend or unsuspend"))
    if faults:
        raise Invalid(*faults)
    if values:
        rows.change(unit.connection, user_id, unit.now, **values)
    if values.get("workflow_state") == "suspended":
        sessions.end_all_of(unit.connection, user_id)
    return rows.by_ids(unit.connection, [user_id])[0]


def delete(unit: Unit, account_id: int, user_id: int) -> UserRow:
    """Delete somebody from the institution: sign-in, tokens, roles and enrolments end, grades and their history stay.

    Raises:
        NotFound: no such account or user.
        Denied: no right to manage the institution, oneself, or somebody who may more than the caller.
        Invalid: not a root account.
    """
    access = account_access(unit, account_id)
    row = find(unit, user_id)
    access.require(MANAGE_ACCOUNT)
    if access.account.parent_account_id is not None:
        raise Invalid(Fault("account_id", "must be a root account"))
    if user_id == unit.caller.user_id:
        raise Denied
    check_over(unit, user_id)
    rows.change(unit.connection, user_id, unit.now, workflow_state="deleted")
    logins.delete_all_of(unit.connection, user_id, unit.now)
    sessions.end_all_of(unit.connection, user_id)
    tokens.revoke_all_of(unit.connection, user_id, unit.now)
    roles.remove_admin(unit.connection, user_id, unit.now)
    left: dict[int, set[str]] = {}
    for course_id, kind in enrollments.end_all_of(unit.connection, user_id, unit.now):
        left.setdefault(course_id, set()).add(kind)
    for course_id, kinds in sorted(left.items()):
        students = [user_id] if kinds & STUDENTS else []
        staff = [user_id] if kinds & INSTRUCTORS else []
        enrolling.settle(unit, course_id, students=students, staff=staff)
    return row


def _sent(changes: UserChanges, *, names: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in names:
        value = getattr(changes, name)
        if value is not UNSET:
            values[name] = value.strip() or None if isinstance(value, str) else None
    return values


def _faults(values: dict[str, Any]) -> list[Fault]:
    names = ("name", "short_name", "sortable_name")
    faults = [Fault(name, "can't be blank") for name in names if name in values and not values[name]]
    faults += [
        Fault(name, f"is too long (maximum is {TEXT_LIMIT} characters)")
        for name, value in values.items()
        if isinstance(value, str) and len(value) > TEXT_LIMIT
    ]
    if values.get("time_zone") is not None and not is_time_zone(values["time_zone"]):
        faults.append(Fault("time_zone", "is not an IANA time zone"))
    email = values.get("email")
    if email is not None and ("@" not in email or any(letter.isspace() for letter in email)):
        faults.append(Fault("email", "is invalid"))
    return faults
