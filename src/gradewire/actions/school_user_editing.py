"""People made, changed and deleted by Schoology clients, for those who manage the institution (Schoology reference, 10.3).

A person signs in by the user name, or without one by the address; the school's number is the SIS id of that login. What a role
is called gives nobody a right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from gradewire.actions import logins, school_roles, school_users, user_editing
from gradewire.actions.access import account_rights
from gradewire.actions.logins import LoginChanges, NewLogin
from gradewire.actions.school_users import SchoolUser
from gradewire.actions.unit import Unit
from gradewire.actions.user_editing import UserChanges
from gradewire.actions.users import check_over
from gradewire.core.errors import Denied, Fault, Invalid, NotFound
from gradewire.core.permissions import MANAGE_ACCOUNT, MANAGE_SIS
from gradewire.core.school_people import BUILT_IN
from gradewire.core.school_user_changes import PersonChanges
from gradewire.core.schoology_extras import PersonExtras, read_extras, write_extras
from gradewire.store import accounts, lookup
from gradewire.store import logins as login_rows
from gradewire.store import school_users as rows
from gradewire.store import users as user_rows
from gradewire.store.school_users import SchoolUserRow

TEXT_LIMIT = 255
NAMES = {"unique_id": "username", "sis_user_id": "school_uid", "email": "primary_email", "time_zone": "tz_name"}
"""What Schoology clients call the attributes of which other actions complain."""
_BUILT_IN = frozenset(role.id for role in BUILT_IN)


def create(unit: Unit, changes: PersonChanges, *, update_existing: bool = False) -> SchoolUser:
    """A new person of the caller's school. Where the school's number is taken it is an error, or changes that person.

    Raises:
        Denied: no right to manage the institution and its SIS ids.
        Invalid: no number, name, role or way to sign in; one that is taken; or another value that cannot be.
    """
    root = _manage(unit)
    number = changes.school_uid
    if isinstance(number, str) and number and update_existing:
        known = lookup.find(unit.connection, "user", "sis_id", number, root_account_id=root, course_id=None)
        if known is not None:
            return update(unit, known, changes)
    faults = list(_missing(changes))
    if faults:
        raise Invalid(*faults)
    extras, role_id = _extras(unit, root, PersonExtras(), changes)
    try:
        made = user_editing.create(
            unit,
            root,
            UserChanges(
                name=_name(extras),
                sortable_name=_sortable(extras),
                email=changes.primary_email or UNSET,
                time_zone=changes.tz_name or UNSET,
            ),
            NewLogin(
                unique_id=changes.username or changes.primary_email or None,
                password=changes.password or None,
                sis_user_id=changes.school_uid or None,
            ),
        )
    except Invalid as error:
        raise _translated(error) from None
    user_rows.change(unit.connection, made.id, unit.now, schoology=write_extras(extras), school_role_id=role_id)
    return _view(unit, made.id)


def update(unit: Unit, user_id: int, changes: PersonChanges) -> SchoolUser:
    """Change a person; what is not sent stays.

    Raises:
        NotFound: the school has no such person.
        Denied: no right to manage the institution and its SIS ids, or a person who may more than the caller.
        Invalid: a name for signing in that is taken, or another value that cannot be.
    """
    root = _manage(unit)
    row = _find(unit, user_id)
    check_over(unit, user_id)
    before = _with_names(row, read_extras(row.schoology, PersonExtras))
    extras, role_id = _extras(unit, root, before, changes)
    if not extras.name_first and not extras.name_last:
        raise Invalid(Fault("name_last", "can't be blank", "blank"))
    renames = (extras.name_first, extras.name_last) != (before.name_first, before.name_last)
    try:
        user_editing.update(
            unit,
            user_id,
            UserChanges(
                name=_name(extras) if renames else UNSET,
                sortable_name=_sortable(extras) if renames else UNSET,
                email=changes.primary_email,
                time_zone=changes.tz_name or UNSET,
            ),
        )
        _change_login(unit, root, user_id, changes)
    except Invalid as error:
        raise _translated(error) from None
    values: dict[str, Any] = {"schoology": write_extras(extras)}
    if changes.role_id is not UNSET:
        values["school_role_id"] = role_id
    user_rows.change(unit.connection, user_id, unit.now, **values)
    return _view(unit, user_id)


def delete(unit: Unit, user_id: int) -> None:
    """Delete a person from the school: sign-in, keys and enrolments end, grades and their history stay.

    Raises:
        NotFound: the school has no such person.
        Denied: no right to manage the institution, oneself, or a person who may more than the caller.
    """
    root = _manage(unit)
    _find(unit, user_id)
    user_editing.delete(unit, root, user_id)


def _manage(unit: Unit) -> int:
    root = unit.caller.root_account_id
    rights = account_rights(unit, root)
    if MANAGE_ACCOUNT not in rights or MANAGE_SIS not in rights:
        raise Denied
    return root


def _find(unit: Unit, user_id: int) -> SchoolUserRow:
    row = rows.by_id(unit.connection, user_id)
    if row is None or row.root_account_id != unit.caller.root_account_id or row.workflow_state == "deleted":
        raise NotFound
    return row


def _view(unit: Unit, user_id: int) -> SchoolUser:
    return school_users.view(unit, [_find(unit, user_id)], private=True)[0]


def _missing(changes: PersonChanges) -> Iterator[Fault]:
    for name in ("school_uid", "name_first", "name_last", "role_id"):
        if not getattr(changes, name):
            yield Fault(name, "can't be blank", "blank")
    if not changes.username and not changes.primary_email:
        yield Fault("username", "can't be blank where primary_email is", "blank")


def _extras(unit: Unit, root: int, before: PersonExtras, changes: PersonChanges) -> tuple[PersonExtras, int | None]:
    """What is kept for Schoology clients alone, and the role if it is one that the school has defined.

    Raises:
        Invalid: a role or building that the school does not have, or too long a name.
    """
    sent = {name: value for name in before.__struct_fields__ if (value := getattr(changes, name, UNSET)) is not UNSET}
    sent.pop("building_id", None)
    faults = [
        Fault(name, f"is too long (maximum is {TEXT_LIMIT} characters)", "too_long")
        for name, value in sent.items()
        if isinstance(value, str) and len(value) > TEXT_LIMIT
    ]
    if isinstance(changes.building_id, int):
        sent["building_id"] = changes.building_id if changes.building_id not in {0, root} else None
        if sent["building_id"] is not None and not _is_building(unit, root, changes.building_id):
            faults.append(Fault("building_id", "is not a building of the school", "invalid"))
    role_id = None
    if isinstance(changes.role_id, int):
        known = {role.id for role in school_roles.roles_of(unit, root)}
        own = {role.id for role in school_roles.roles_of(unit, root) if role not in BUILT_IN}
        if changes.role_id not in known:
            faults.append(Fault("role_id", "is not a role of the school", "invalid"))
        role_id = changes.role_id if changes.role_id in own else None
        sent["built_in_role"] = None if changes.role_id in own else changes.role_id
    if faults:
        raise Invalid(*faults)
    return replace(before, **sent), role_id


def _is_building(unit: Unit, root: int, account_id: int) -> bool:
    found = accounts.find(unit.connection, account_id)
    return found is not None and found.root_account_id == root


def _change_login(unit: Unit, root: int, user_id: int, changes: PersonChanges) -> None:
    """The user name, number and password of somebody's first login, which is made where there is none."""
    if all(value is UNSET for value in (changes.username, changes.school_uid, changes.password)):
        return
    found, _ = login_rows.page_of(unit.connection, user_id=user_id, offset=0, limit=1)
    if found:
        wanted = LoginChanges(unique_id=changes.username or UNSET, sis_user_id=changes.school_uid, password=changes.password)
        logins.update(unit, found[0].account_id, found[0].id, wanted)
    elif changes.username or changes.primary_email:
        new = NewLogin(
            unique_id=changes.username or changes.primary_email or None,
            password=changes.password or None,
            sis_user_id=changes.school_uid or None,
        )
        logins.create(unit, root, user_id, new)


def _with_names(row: SchoolUserRow, extras: PersonExtras) -> PersonExtras:
    """The parts of the name that the words of it suggest, where none were given."""
    if extras.name_first or extras.name_last:
        return extras
    first, _, last = row.name.strip().rpartition(" ")
    return replace(extras, name_first=first.strip(), name_last=last)


def _name(extras: PersonExtras) -> str:
    return " ".join(part for part in (extras.name_first, extras.name_last) if part)


def _sortable(extras: PersonExtras) -> str:
    return ", ".join(part for part in (extras.name_last, extras.name_first) if part)


def _translated(error: Invalid) -> Invalid:
    return Invalid(*(Fault(NAMES.get(one.attribute, one.attribute), one.message, one.type) for one in error.faults))
