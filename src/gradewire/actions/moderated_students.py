"""The moderation set: students whose provisional grades a moderator chooses from (moderation reference, 4)."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied
from gradewire.core.permissions import MANAGE_SIS, READ_SIS, VIEW_USER_LOGINS
from gradewire.store import moderated_students as rows
from gradewire.store import users
from gradewire.store.rules import AssignmentFacts
from gradewire.store.users import UserRow

LARGEST_ID = 2**63 - 1


class Students(Struct, frozen=True, kw_only=True):
    """Users with what the caller may read of them."""

    users: list[UserRow]
    total: int
    reads_sis: bool
    manages_sis: bool
    reads_logins: bool


def moderated_assignment(unit: Unit, course_id: int, assignment_id: int) -> tuple[CourseAccess, AssignmentFacts]:
    """The assignment for a caller who moderates it.

    Raises:
        NotFound: no such course or assignment.
        Denied: neither the final grader nor a moderation admin.
    """
    access = course_access(unit, course_id)
    assignment = access.assignment(assignment_id)
    if not access.moderates(assignment):
        raise Denied
    return access, assignment


def list_for_assignment(unit: Unit, course_id: int, assignment_id: int, *, offset: int, limit: int) -> Students:
    """A page of the moderation set, by user id."""
    access, assignment = moderated_assignment(unit, course_id, assignment_id)
    found, total = rows.page(unit.connection, assignment.id, offset=offset, limit=limit)
    return _students(access, found, total)


def add(unit: Unit, course_id: int, assignment_id: int, student_ids: Collection[int]) -> Students | None:
    """Put students into the set; ``None`` when nobody was named.

    Ids of nobody, and of people who are no students whom the caller sees, are skipped. The answer holds all students who were
    named, those included who were in the set before.
    """
    access, assignment = moderated_assignment(unit, course_id, assignment_id)
    if not student_ids:
        return None
    wanted = sorted({number for number in student_ids if 0 < number <= LARGEST_ID})
    found = rows.visible_students(unit.connection, course_id, sections=access.sections, user_ids=wanted)
    there = rows.of_students(unit.connection, assignment.id, found)
    rows.add(unit.connection, assignment.id, [number for number in found if number not in there], unit.now)
    return _students(access, users.by_ids(unit.connection, found), len(found))


def _students(access: CourseAccess, found: list[UserRow], total: int) -> Students:
    return Students(
        users=found,
        total=total,
        reads_sis=access.has(READ_SIS),
        manages_sis=access.has(MANAGE_SIS),
        reads_logins=access.has(VIEW_USER_LOGINS),
    )
