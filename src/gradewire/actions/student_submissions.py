"""Submissions of one or several students over the assignments of a course, one after the other or student by student."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import anonymous_assignments
from gradewire.actions.assignments import followed
from gradewire.actions.submissions import SubmissionView, view
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import enrollments
from gradewire.store import submissions as rows
from gradewire.store import users as user_rows
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import Search, SubmissionRow
from gradewire.store.users import UserRow

ENROLLMENT_STATES: Mapping[str, Sequence[str]] = {"active": ("active",), "concluded": ("completed",)}


class Wanted(Struct, frozen=True, kw_only=True):
    """What to list. ``None`` does not restrict."""

    student_ids: Collection[int] | None = None
    """Without students, the caller's own work is listed."""
    every_student: bool = False
    """All whom the caller sees."""
    assignment_ids: Collection[int] | None = None
    submitted_since: datetime | None = None
    graded_since: datetime | None = None
    grading_period_id: int | None = None
    workflow_state: str | None = None
    enrollment_state: str | None = None
    """A key of ``ENROLLMENT_STATES``."""
    by_graded_at: bool = False
    descending: bool = False


class CourseSubmissions(Struct, frozen=True):
    """Submissions over several assignments, with how many there are in all."""

    access: CourseAccess
    views: list[SubmissionView]
    total: int


class StudentWork(Struct, frozen=True, kw_only=True):
    """One student with the submissions that were asked for."""

    user_id: int
    user: UserRow | None
    section_id: int
    views: list[SubmissionView]
    current_score: float | None
    final_score: float | None


class GroupedSubmissions(Struct, frozen=True):
    """Students with their submissions; ``total`` counts students."""

    access: CourseAccess
    students: list[StudentWork]
    total: int


def list_for_students(
    unit: Unit,
    course_id: int,
    wanted: Wanted,
    *,
    section_id: int | None = None,
    offset: int,
    limit: int,
    include: Collection[str] = (),
) -> CourseSubmissions:
    """A page of submissions in the order asked for.

    Raises:
        NotFound: no such course, section or assignment.
        Denied: somebody else's work, without the right to see grades.
    """
    access = course_access(unit, course_id, section_id=section_id)
    assignments = _assignments(access, wanted)
    search = _search(access, wanted, assignments)
    found, total = rows.search(unit.connection, search, offset=offset, limit=limit)
    return CourseSubmissions(access, _views(unit, access, assignments, found, include), total)


def list_by_student(
    unit: Unit,
    course_id: int,
    wanted: Wanted,
    *,
    section_id: int | None = None,
    offset: int,
    limit: int,
    include: Collection[str] = (),
) -> GroupedSubmissions:
    """A page of students, by id, each with the submissions that match; a student without any has an empty list.

    Raises what ``list_for_students`` raises.
    """
    access = course_access(unit, course_id, section_id=section_id)
    assignments = _assignments(access, wanted)
    search = _search(access, wanted, assignments)
    students, total = enrollments.students(
        unit.connection,
        course_id,
        user_ids=search.user_ids,
        sections=search.sections,
        states=search.enrollment_states,
        offset=offset,
        limit=limit,
    )
    ids = [one.user_id for one in students]
    found, _ = rows.search(unit.connection, replace(search, user_ids=ids))
    mine: dict[int, list[SubmissionView]] = {number: [] for number in ids}
    for one in _views(unit, access, assignments, found, include):
        mine[one.row.user_id].append(one)
    people = {one.id: one for one in user_rows.by_ids(unit.connection, ids)}
    totals = enrollments.course_totals(unit.connection, course_id, ids) if "total_scores" in include else {}
    shown = [
        StudentWork(
            user_id=one.user_id,
            user=people.get(one.user_id),
            section_id=one.section_id,
            views=mine[one.user_id],
            current_score=totals.get(one.user_id, (None, None))[0],
            final_score=totals.get(one.user_id, (None, None))[1],
        )
        for one in students
    ]
    return GroupedSubmissions(access, shown, total)


def _assignments(access: CourseAccess, wanted: Wanted) -> dict[int, AssignmentFacts]:
    """The published assignments that were asked for: work for others is not listed by anybody."""
    published = {one.id: one for one in access.rules.assignments.values() if one.workflow_state == "published"}
    if wanted.assignment_ids is None:
        return published
    if not set(wanted.assignment_ids) <= published.keys():
        raise NotFound
    return {number: published[number] for number in sorted(set(wanted.assignment_ids))}


def _search(access: CourseAccess, wanted: Wanted, assignments: Mapping[int, AssignmentFacts]) -> Search:
    """
    Raises:
        Denied: not all of these students are the caller's to see.
    """
    sees_all = access.has(MANAGE_GRADES, VIEW_ALL_GRADES)
    own = frozenset(followed(access))
    if wanted.every_student:
        students = None if sees_all else own
    else:
        students = frozenset({access.user_id} if wanted.student_ids is None else wanted.student_ids)
        if not sees_all and not students <= own:
            raise Denied
    if not sees_all and not own:
        raise Denied
    states = None if wanted.enrollment_state is None else ENROLLMENT_STATES[wanted.enrollment_state]
    return Search(
        course_id=access.rules.course.id,
        assignment_ids=list(assignments),
        user_ids=None if students is None else sorted(students),
        sections=access.sections if sees_all or access.within is not None else None,
        enrollment_states=states,
        workflow_state=wanted.workflow_state,
        submitted_since=wanted.submitted_since,
        graded_since=wanted.graded_since,
        grading_period_id=wanted.grading_period_id,
        by_graded_at=wanted.by_graded_at,
        descending=wanted.descending,
    )


def _views(
    unit: Unit,
    access: CourseAccess,
    assignments: Mapping[int, AssignmentFacts],
    found: Sequence[SubmissionRow],
    include: Collection[str],
) -> list[SubmissionView]:
    people: dict[int, UserRow] = {}
    if "user" in include:
        people = {one.id: one for one in user_rows.by_ids(unit.connection, {row.user_id for row in found})}
    hidden = anonymous_assignments(unit, access, assignments.values())
    return [
        view(
            unit,
            access,
            assignments[row.assignment_id],
            row,
            user=people.get(row.user_id),
            hides=row.assignment_id in hidden,
        )
        for row in found
    ]
