"""Logins of people: listed, made, changed, deleted. A password goes in and never comes out.

Nobody but the owner, by the old password, changes the password of somebody who may more than they do.
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.accounts import account_access
from gradewire.actions.passwords import hash_password, matches
from gradewire.actions.people import LEAST_PASSWORD
from gradewire.actions.seniority import compare
from gradewire.actions.unit import Unit
from gradewire.actions.users import check_over, find, show
from gradewire.core.errors import Denied, Fault, Invalid, Missing, NotFound
from gradewire.core.permissions import MANAGE_ACCOUNT, MANAGE_SIS, VIEW_USER_LOGINS
from gradewire.store import logins as rows
from gradewire.store import sessions
from gradewire.store.logins import LoginRow

LIMIT = 255
LONGEST_PASSWORD = 1_000
LAST = "A user needs at least one login."


class NewLogin(Struct, frozen=True, kw_only=True):
    """How somebody shall sign in, and what other systems call them."""

    unique_id: str | None
    password: str | None = None
    sis_user_id: str | None = None
    integration_id: str | None = None


class LoginChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    unique_id: str | UnsetType | None = UNSET
    password: str | UnsetType | None = UNSET
    old_password: str | UnsetType | None = UNSET
    sis_user_id: str | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET


def list_for_user(unit: Unit, user_id: int, *, offset: int, limit: int) -> tuple[list[LoginRow], int]:
    """A page of the logins of a user, and how many there are in all.

    Raises:
        NotFound: no such user here.
        Denied: somebody else, without the right.
    """
    show(unit, user_id)
    return rows.page_of(unit.connection, user_id=user_id, offset=offset, limit=limit)


def list_for_account(
    unit: Unit, account_id: int, *, user_id: int | None = None, offset: int, limit: int
) -> tuple[list[LoginRow], int]:
    """A page of the logins of an institution, or of those of one user; and how many there are in all.

    Raises:
        NotFound: no such account.
        Denied: no right to see logins there.
    """
    access = account_access(unit, account_id)
    access.require(VIEW_USER_LOGINS, MANAGE_ACCOUNT)
    return rows.page_of(unit.connection, account_id=account_id, user_id=user_id, offset=offset, limit=limit)


def create(unit: Unit, account_id: int, user_id: int | None, new: NewLogin) -> LoginRow:
    """Give a user another login.

    Raises:
        NotFound: no such account or user.
        Denied: no right to manage the institution, or a user who may more than the caller.
        Missing: no user was named.
        Invalid: not a root account, no login, one that is taken, or too short a password.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    if user_id is None:
        raise Missing("user[id]")
    find(unit, user_id)
    check_over(unit, user_id)
    if access.account.parent_account_id is not None:
        raise Invalid(Fault("account_id", "must be a root account"))
    if MANAGE_SIS not in access.rights:
        new = NewLogin(unique_id=new.unique_id, password=new.password)
    faults = login_faults(unit, account_id, new, None)
    if faults:
        raise Invalid(*faults)
    found = rows.find(unit.connection, add_login(unit, account_id, user_id, new))
    assert found is not None
    return found


def update(unit: Unit, account_id: int, login_id: int, changes: LoginChanges) -> LoginRow:
    """Change a login. Who may not manage the institution changes the own password alone, and proves the old one.

    Whoever is signed in when a password changes is signed out.

    Raises:
        NotFound: no such account, or no such login in it.
        Denied: somebody else's login, or that of somebody who may more than the caller.
        Invalid: a name that is taken, a wrong old password, or too short a new one.
    """
    access = account_access(unit, account_id)
    row = rows.find(unit.connection, login_id)
    if row is None or row.account_id != account_id:
        raise NotFound
    _check_may_change(unit, row, changes)
    values = {
        name: getattr(changes, name) or None
        for name in ("unique_id", "sis_user_id", "integration_id")
        if getattr(changes, name) is not UNSET and (name == "unique_id" or MANAGE_SIS in access.rights)
    }
    password = changes.password if isinstance(changes.password, str) else None
    after = NewLogin(password=password, **{name: values.get(name, getattr(row, name)) for name in rows.NAMES})
    faults = login_faults(unit, account_id, after, row.id)
    if faults:
        raise Invalid(*faults)
    _release(unit, account_id, {name: value for name, value in values.items() if value and value != getattr(row, name)})
    columns: dict[str, Any] = dict(values)
    if password is not None:
        columns["password_hash"] = hash_password(password)
        sessions.end_all_of(unit.connection, row.user_id)
    if columns:
        rows.change(unit.connection, row.id, unit.now, **columns)
    found = rows.find(unit.connection, row.id)
    assert found is not None
    return found


def change_own_password(unit: Unit, login_id: int, *, old: str, new: str) -> None:
    """Change the password of one of the caller's logins, by the old one whatever the caller may. All their sessions end.

    Raises:
        NotFound: no such login of the caller.
        Denied: somebody acts as somebody else.
        Invalid: the old one is not correct, or the new one too short or too long.
    """
    caller = unit.caller
    row = rows.find(unit.connection, login_id)
    if row is None or row.user_id != caller.user_id or row.workflow_state != "active":
        raise NotFound
    if caller.real_user_id is not None:
        raise Denied
    if not matches(rows.password_hash(unit.connection, row.id), old):
        raise Invalid(Fault("old_password", "is not correct"))
    faults = login_faults(unit, row.account_id, NewLogin(unique_id=row.unique_id, password=new), row.id)
    if faults:
        raise Invalid(*faults)
    rows.change(unit.connection, row.id, unit.now, password_hash=hash_password(new))
    sessions.end_all_of(unit.connection, row.user_id)


def delete(unit: Unit, user_id: int, login_id: int) -> LoginRow:
    """Delete a login of a user who has another one; the login as it was.

    Raises:
        NotFound: no such user here, or no such login of theirs.
        Denied: no right to manage the institution, or a user who may more than the caller.
        Invalid: the only login.
    """
    find(unit, user_id)
    check_over(unit, user_id)
    row = rows.find(unit.connection, login_id)
    if row is None or row.user_id != user_id:
        raise NotFound
    if rows.page_of(unit.connection, user_id=user_id, offset=0, limit=2)[1] < 2:
        raise Invalid(Fault("base", LAST))
    rows.set_state(unit.connection, row.id, "deleted", unit.now)
    sessions.end_all_of(unit.connection, user_id)
    return row


def login_faults(unit: Unit, account_id: int, new: NewLogin, except_id: int | None) -> list[Fault]:
    """What is wrong with how somebody shall sign in."""
    faults = []
    if not (new.unique_id or "").strip():
        faults.append(Fault("unique_id", "can't be blank"))
    names = {name: value for name in rows.NAMES if (value := getattr(new, name))}
    faults += [
        Fault(name, f"is too long (maximum is {LIMIT} characters)") for name, value in names.items() if len(value) > LIMIT
    ]
    for name in sorted(rows.taken(unit.connection, account_id, names, except_id=except_id)):
        faults.append(Fault(name, "ID already in use for this account", "taken"))
    if new.password is not None:
        if len(new.password) < LEAST_PASSWORD:
            faults.append(Fault("password", f"is too short (minimum is {LEAST_PASSWORD} characters)", "too_short"))
        elif len(new.password) > LONGEST_PASSWORD:
            faults.append(Fault("password", f"is too long (maximum is {LONGEST_PASSWORD} characters)", "too_long"))
    return faults


def add_login(unit: Unit, account_id: int, user_id: int, new: NewLogin) -> int:
    """Write a login that was found faultless. Names that only deleted logins bear become free for it."""
    names = {name: value for name in rows.NAMES if (value := getattr(new, name))}
    names["unique_id"] = names["unique_id"].strip()
    _release(unit, account_id, names)
    return rows.add_login(
        unit.connection,
        user_id=user_id,
        account_id=account_id,
        password_hash=None if new.password is None else hash_password(new.password),
        created_at=unit.now,
        updated_at=unit.now,
        **names,
    )


def _release(unit: Unit, account_id: int, names: dict[str, str]) -> None:
    rows.release(unit.connection, account_id, names, unit.now)


def _check_may_change(unit: Unit, row: LoginRow, changes: LoginChanges) -> None:
    caller = unit.caller
    standing = compare(unit.connection, caller.user_id, row.user_id, caller.root_account_id)
    if MANAGE_ACCOUNT in standing.rights and not standing.is_below:
        return
    others = (changes.unique_id, changes.sis_user_id, changes.integration_id)
    if row.user_id != caller.user_id or caller.real_user_id is not None or any(one is not UNSET for one in others):
        raise Denied
    if changes.password is not UNSET:
        old = changes.old_password if isinstance(changes.old_password, str) else ""
        if not matches(rows.password_hash(unit.connection, row.id), old):
            raise Invalid(Fault("old_password", "is not correct"))
