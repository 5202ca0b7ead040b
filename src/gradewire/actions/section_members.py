"""The members of a section as Schoology clients read them: teachers and students, each with the enrolment that grades are keyed
by (Schoology reference, 10.1).

Observers and designers are no members there. Who may see who is in the course sees its members; observers see whom they
observe. Past members, and numbers of other systems, are for staff.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.assignments import followed
from gradewire.actions.course_grades import is_in_charge
from gradewire.actions.unit import Unit
from gradewire.core.enrollment_status import STATES
from gradewire.core.errors import NotFound
from gradewire.core.permissions import MANAGE_ENROLLMENTS, READ, READ_ROSTER, VIEW_USER_LOGINS
from gradewire.core.school_people import NameParts, name_parts
from gradewire.core.schoology_extras import PersonExtras, read_extras
from gradewire.store import section_members as rows
from gradewire.store.section_members import Filter, MemberRow

SEEN_BY_ALL = frozenset({"active", "invited", "creation_pending", "completed"})
"""States in which people of a course know of each other; the others are for staff."""


class Member(Struct, frozen=True):
    """Somebody in a section."""

    row: MemberRow
    names: NameParts
    picture_url: str
    private: bool
    """Whether the caller sees their number in the school's own system."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which members to list; ``None`` does not restrict."""

    statuses: Collection[int] = (1,)
    user_ids: Collection[int] | None = None
    staff: bool | None = None
    """Only teachers, or only students."""


def list_for_section(unit: Unit, course_id: int, wanted: Wanted, *, offset: int, limit: int) -> tuple[list[Member], int]:
    """A page of the members whom the caller sees, by enrolment, and how many there are in all.

    Raises:
        NotFound: no such section.
        Denied: the caller may not see it.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    states = {STATES[status] for status in wanted.statuses}
    in_charge = is_in_charge(access) or access.has(MANAGE_ENROLLMENTS)
    found, total = rows.page(
        unit.connection,
        Filter(
            course_id=course_id,
            user_ids=wanted.user_ids,
            visible=_visible(access),
            sections=_sections(access),
            states=sorted(states if in_charge else states & SEEN_BY_ALL),
            staff=wanted.staff,
        ),
        offset=offset,
        limit=limit,
    )
    return [view(access, row) for row in found], total


def show(unit: Unit, course_id: int, enrollment_id: int) -> Member:
    """
    Raises:
        NotFound: no such section, or no such member that the caller sees.
        Denied: the caller may not see the section.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    row = rows.by_ids(unit.connection, [enrollment_id]).get(enrollment_id)
    if row is None or row.course_id != course_id:
        raise NotFound
    visible, sections = _visible(access), _sections(access)
    if visible is not None and row.user_id not in visible:
        raise NotFound
    if sections is not None and row.course_section_id not in sections and row.user_id != access.user_id:
        raise NotFound
    if row.workflow_state not in SEEN_BY_ALL and not (is_in_charge(access) or access.has(MANAGE_ENROLLMENTS)):
        raise NotFound
    return view(access, row)


def view(access: CourseAccess, row: MemberRow) -> Member:
    """A member whom the caller may see."""
    extras = read_extras(row.schoology, PersonExtras)
    private = access.has(VIEW_USER_LOGINS, MANAGE_ENROLLMENTS) or row.user_id == access.user_id
    return Member(row, name_parts(row.name, extras), extras.picture_url, private)


def _visible(access: CourseAccess) -> Collection[int] | None:
    """Whom the caller sees at all; ``None`` for everybody in the sections of the course that are the caller's to see."""
    if access.has(READ_ROSTER, MANAGE_ENROLLMENTS) or is_in_charge(access):
        return None
    return {access.user_id, *followed(access)}


def _sections(access: CourseAccess) -> Collection[int] | None:
    return None if access.sections is None else sorted(access.sections)
