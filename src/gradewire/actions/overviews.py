"""A course as the people who work in it find it: its assignments and how much of them waits."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.unit import Unit
from gradewire.core.permissions import MANAGE_GRADES, READ, VIEW_ALL_GRADES
from gradewire.store import overviews as rows
from gradewire.store.overviews import WaitingRow
from gradewire.store.rules import AssignmentFacts


class GradableAssignment(Struct, frozen=True):
    """An assignment as its graders find it in the list. ``waiting`` is ``None`` when it is for nobody yet."""

    assignment: AssignmentFacts
    waiting: WaitingRow | None


class CourseOverview(Struct, frozen=True):
    """A course; ``assignments`` is ``None`` for those who see no grades but perhaps their own."""

    access: CourseAccess
    assignments: list[GradableAssignment] | None


def show_course(unit: Unit, course_id: int) -> CourseOverview:
    """A course with the assignments that the caller may see the grades of, in the course's order.

    Raises:
        NotFound: no such course.
        Denied: a course that the caller may not read.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    if not access.has(MANAGE_GRADES, VIEW_ALL_GRADES):
        return CourseOverview(access, None)
    waiting = rows.work_waiting(unit.connection, course_id, access.sections)
    return CourseOverview(access, [GradableAssignment(one, waiting.get(one.id)) for one in in_course_order(access)])


def in_course_order(access: CourseAccess) -> list[AssignmentFacts]:
    """The assignments of a course group by group, as people arranged them."""
    groups = {group.id: index for index, group in enumerate(access.rules.groups)}
    last = len(groups)
    return sorted(
        access.rules.assignments.values(),
        key=lambda one: (groups.get(one.assignment_group_id, last), one.position, one.id),
    )
