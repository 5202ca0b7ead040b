"""What a student has not handed in although it was due, over all courses.

Source: the public documentation of Canvas's users. Missing is what the submission says of itself (``core.lateness``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from gradewire.actions import assignments, courses, submissions
from gradewire.actions.access import CourseAccess, account_rights
from gradewire.actions.assignments import AssignmentView
from gradewire.actions.course_grades import follows
from gradewire.actions.courses import CourseView
from gradewire.actions.handing_in import dates_of
from gradewire.actions.outlines import whole_access_many
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound
from gradewire.core.periods import PeriodDates, find_period
from gradewire.core.permissions import MANAGE_GRADES, READ, VIEW_ALL_GRADES
from gradewire.store import assignment_overrides, rosters, users
from gradewire.store import assignments as assignment_rows
from gradewire.store import submissions as rows
from gradewire.store.rosters import StudentRow
from gradewire.store.submissions import SubmissionRow


class Wanted(Struct, frozen=True, kw_only=True):
    """Which missing work to list."""

    course_ids: Collection[int] | None = None
    """Only of these courses."""
    observed: bool = False
    """Asked as an observer, of all these courses."""
    submittable: bool = False
    """Only what can still be handed in."""
    current_period: bool = False
    """Only of the grading period that runs now, in courses with periods."""
    with_courses: bool = False


class MissingWork(Struct, frozen=True):
    """An assignment that is missing, with its course where that was asked for."""

    assignment: AssignmentView
    course: CourseView | None


def list_for_user(unit: Unit, user_id: int, wanted: Wanted, *, offset: int, limit: int) -> tuple[list[MissingWork], int]:
    """A page of a student's missing work in published courses by due date, and how much there is in all: for the student,
    observers, and administrators who see grades. The number of statements does not grow with courses and assignments.

    Raises:
        NotFound: no such person in the caller's institution.
        Denied: neither of them; or, where asked as an observer, not one in each of the courses.
    """
    access, student = _accessible(unit, user_id, wanted)
    found = rows.unsubmitted(unit.connection, sorted(access), user_id, due_before=unit.now)
    missing = [row for row in found if _is_missing(unit, access[row.course_id], row, wanted)]
    if wanted.submittable:
        missing = _only_open(unit, user_id, missing, student)
    page = missing[offset : offset + limit]
    listed = assignments.views_across(
        unit,
        {row.assignment_id: access[row.course_id] for row in page},
        work={row.assignment_id: [row] for row in page},
        personal=True,
    )
    shown: Mapping[int, CourseView] = {}
    if wanted.with_courses and page:
        shown = courses.view_many(unit, {row.course_id for row in page})
    return [MissingWork(one, shown.get(one.row.course_id)) for one in listed], len(missing)


def _accessible(unit: Unit, user_id: int, wanted: Wanted) -> tuple[dict[int, CourseAccess], list[StudentRow]]:
    """The courses of the student where the caller may know what is missing, and the student's enrolments."""
    caller = unit.caller
    people = users.by_ids(unit.connection, [user_id])
    if not people or people[0].root_account_id != caller.root_account_id:
        raise NotFound
    student = rosters.of_user(unit.connection, user_id, states=["active"])
    everywhere = whole_access_many(unit, {row.course_id for row in student})
    known = {number: one for number, one in everywhere.items() if _may_know(one, user_id)}
    if wanted.observed and not set(wanted.course_ids or ()) <= known.keys():
        raise Denied
    above = caller.user_id == user_id or account_rights(unit, caller.root_account_id) & {MANAGE_GRADES, VIEW_ALL_GRADES}
    if not known and not above:
        raise Denied
    chosen = known.keys() if wanted.course_ids is None else known.keys() & set(wanted.course_ids)
    open_ones = (number for number in sorted(chosen) if known[number].rules.course.workflow_state == "available")
    return {number: known[number] for number in open_ones}, student


def _may_know(access: CourseAccess, user_id: int) -> bool:
    by_account = bool(access.by_account & {MANAGE_GRADES, VIEW_ALL_GRADES})
    return access.has(READ) and (by_account or follows(access, user_id))


def _is_missing(unit: Unit, access: CourseAccess, row: SubmissionRow, wanted: Wanted) -> bool:
    assignment = access.rules.assignments.get(row.assignment_id)
    if assignment is None or assignment.workflow_state != "published":
        return False
    if wanted.current_period and access.rules.periods:
        periods = [PeriodDates(one.id, one.start_date, one.end_date) for one in access.rules.periods]
        running = find_period(periods, unit.now)
        if running is None or row.grading_period_id != running.id:
            return False
    return submissions.view(unit, access, assignment, row).missing


def _only_open(
    unit: Unit, user_id: int, missing: Sequence[SubmissionRow], student: Sequence[StudentRow]
) -> list[SubmissionRow]:
    ids = [row.assignment_id for row in missing]
    details = assignment_rows.by_ids(unit.connection, ids)
    overrides = assignment_overrides.by_assignments(unit.connection, ids)
    sections = {row.course_section_id for row in student}
    return [
        row
        for row in missing
        if dates_of(details[row.assignment_id], overrides.get(row.assignment_id, ()), user_id, sections).are_open(unit.now)
    ]
