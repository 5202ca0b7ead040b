"""When each student's work is due, overrides considered, and in which grading period that lies."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from gradewire.actions.access import course_access
from gradewire.actions.unit import Unit
from gradewire.core.permissions import MANAGE_ASSIGNMENTS, MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import submissions
from gradewire.store.submissions import Search


class DueDate(Struct, frozen=True):
    """One student's date for one assignment; the period is that of the date."""

    assignment_id: int
    user_id: int
    due_at: datetime | None
    grading_period_id: int | None
    in_closed_period: bool


def list_for_course(unit: Unit, course_id: int, assignment_ids: Collection[int] | None = None) -> list[DueDate]:
    """The dates of all students whom the caller sees, for all assignments of a course or some; unknown ones are left out.

    Raises:
        NotFound: no such course.
        Denied: neither a grader of the course nor one who manages its assignments.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES, MANAGE_ASSIGNMENTS)
    known = access.rules.assignments
    wanted = list(known) if assignment_ids is None else [number for number in assignment_ids if number in known]
    search = Search(course_id=course_id, assignment_ids=wanted, sections=access.sections)
    closed = {one.id for one in access.rules.periods if unit.now > one.close_date}
    return [
        DueDate(row.assignment_id, row.user_id, row.cached_due_date, row.grading_period_id, row.grading_period_id in closed)
        for row in submissions.search(unit.connection, search)[0]
    ]
