"""People as Schoology clients read them.

One may read oneself, the children whom one observes, the people of courses that one shares with them and, as an administrator,
everybody. How people sign in, how to write to them and their number in other systems are for themselves, for staff who share a
course with them, and for administrators.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from gradewire.actions import school_roles
from gradewire.actions.access import account_rights, course_access
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Malformed, NotFound
from gradewire.core.permissions import INSTRUCTORS, MANAGE_SIS, READ_ROSTER, READ_SIS, VIEW_USER_LOGINS
from gradewire.core.school_people import NameParts, SchoolRole, fitting_role, name_parts
from gradewire.core.schoology_extras import PersonExtras, read_extras
from gradewire.store import lookup, people
from gradewire.store import school_users as rows
from gradewire.store.school_users import Filter, SchoolUserRow, WantedRoles

MOST_NUMBERS = 50
ADMINISTRATIVE = frozenset({READ_SIS, MANAGE_SIS, VIEW_USER_LOGINS})
"""Held by a role in the school's account, one of these lets somebody read all its people."""
KINDS = ("admin", "teacher", "parent", "student")
MOST_COURSES = 10
"""So many shared courses are looked at for a right, those where the caller teaches first."""


class SchoolUser(Struct, frozen=True):
    """A person as the caller may see them."""

    row: SchoolUserRow
    extras: PersonExtras
    names: NameParts
    role: SchoolRole
    children: tuple[int, ...]
    private: bool
    """Whether the caller sees how they sign in, their address and their number in other systems."""


def show(unit: Unit, user_id: int) -> SchoolUser:
    """
    Raises:
        NotFound: no such person in the caller's institution.
        Denied: somebody with whom the caller has nothing to do.
    """
    caller = unit.caller
    found = rows.by_id(unit.connection, user_id)
    if found is None or found.root_account_id != caller.root_account_id or found.workflow_state == "deleted":
        raise NotFound
    private = _sees_private(unit, user_id)
    if private is None:
        raise Denied
    return view(unit, [found], private=private)[0]


def list_for_school(
    unit: Unit,
    *,
    role_ids: Collection[int] | None = None,
    building_id: int | None = None,
    school_uids: Collection[str] | None = None,
    offset: int,
    limit: int,
) -> tuple[list[SchoolUser], int]:
    """A page of the people of the caller's school by id, and how many there are in all. Somebody who was given no role has the
    one that fits, also where roles are asked for.

    Raises:
        Denied: the caller is no administrator of the school.
        Malformed: more than 50 numbers of the school's own system.
    """
    root = unit.caller.root_account_id
    if not account_rights(unit, root) & ADMINISTRATIVE:
        raise Denied
    if school_uids is not None and len(school_uids) > MOST_NUMBERS:
        raise Malformed(f"At most {MOST_NUMBERS} school_uids are taken at once.", field="school_uids")
    roles = None
    if role_ids is not None:
        known = school_roles.roles_of(unit, root)
        fitting = [kind for kind in KINDS if fitting_role(known, kind).id in role_ids]
        roles = WantedRoles(ids=role_ids, kinds=fitting, known=[role.id for role in known])
    wanted = Filter(root_account_id=root, roles=roles, building_id=building_id, school_uids=school_uids)
    found, total = rows.page(unit.connection, wanted, offset=offset, limit=limit)
    return view(unit, found, private=True), total


def find_id(unit: Unit, school_uid: str) -> int:
    """The id of the person whom the caller's institution knows by this number.

    Raises:
        NotFound: nobody.
    """
    root = unit.caller.root_account_id
    found = lookup.find(unit.connection, "user", "sis_id", school_uid, root_account_id=root, course_id=None)
    if found is None:
        raise NotFound
    return found


def view(unit: Unit, found: Sequence[SchoolUserRow], *, private: bool) -> list[SchoolUser]:
    """These people of one institution with their names, roles and children; who may see them was asked before."""
    if not found:
        return []
    roles = school_roles.roles_of(unit, found[0].root_account_id)
    by_id = {role.id: role for role in roles}
    observers = [row.id for row in found if row.is_observer]
    children = rows.children_of(unit.connection, observers) if observers else {}
    views = []
    for row in found:
        extras = read_extras(row.schoology, PersonExtras)
        chosen = by_id.get(row.school_role_id or extras.built_in_role or 0)
        views.append(
            SchoolUser(
                row=row,
                extras=extras,
                names=name_parts(row.name, extras),
                role=chosen or fitting_role(roles, _kind(row)),
                children=tuple(children.get(row.id, ())),
                private=private,
            )
        )
    return views


def _kind(row: SchoolUserRow) -> str:
    if row.is_admin:
        return "admin"
    if row.is_teacher:
        return "teacher"
    return "parent" if row.is_observer else "student"


def _sees_private(unit: Unit, user_id: int) -> bool | None:
    """What the caller may see of somebody: all, some, or (``None``) nothing."""
    caller = unit.caller
    if user_id == caller.user_id:
        return True
    some = False
    shared = rows.shared_courses(unit.connection, caller.user_id, user_id, staff=sorted(INSTRUCTORS), limit=MOST_COURSES)
    for course_id in shared:
        access = course_access(unit, course_id)
        if not access.has(READ_ROSTER):
            continue
        sections = access.sections
        if sections is not None and not any(
            row.section_id in sections for row in people.enrollments_of(unit.connection, course_id, [user_id])
        ):
            continue
        if access.has(VIEW_USER_LOGINS):
            return True
        some = True
    if account_rights(unit, caller.root_account_id) & ADMINISTRATIVE:
        return True
    observed = rows.children_of(unit.connection, [caller.user_id]).get(caller.user_id, ())
    return False if some or user_id in observed else None
