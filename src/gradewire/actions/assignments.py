"""Assignments as graders, students and their observers see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from gradewire.actions import submissions
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import is_anonymised
from gradewire.actions.submission_history import files_of
from gradewire.actions.submissions import SubmissionView
from gradewire.actions.unit import Unit
from gradewire.core.assignments import UNGRADED_TYPES
from gradewire.core.errors import Denied, NotFound
from gradewire.core.periods import PeriodDates, find_period, is_closed
from gradewire.core.permissions import (
    MANAGE_ASSIGNMENTS,
    MANAGE_GRADES,
    READ,
    SELECT_FINAL_GRADE,
    STUDENTS,
    VIEW_ALL_GRADES,
)
from gradewire.store import assignment_overrides as override_rows
from gradewire.store import assignments as rows
from gradewire.store import rubric_editing
from gradewire.store.assignment_overrides import OverrideRow
from gradewire.store.assignments import AssignmentRow, WorkFacts
from gradewire.store.attachments import AttachmentRow
from gradewire.store.rubrics import AssociationRow
from gradewire.store.rules import AssignmentFacts, CourseRules
from gradewire.store.submissions import SubmissionRow

BUCKETS = ("past", "overdue", "undated", "ungraded", "unsubmitted", "upcoming", "future")
UPCOMING = timedelta(days=7)
NOTHING_TO_HAND_IN = UNGRADED_TYPES | {"none", "on_paper", "external_tool"}


class AssignmentView(Struct, frozen=True, kw_only=True):
    """An assignment with what this caller may see of it."""

    row: AssignmentRow
    access: CourseAccess
    work: WorkFacts
    due_at: datetime | None
    """When it is due for the student who looks, or whose work is looked at; the assignment's own date for staff."""
    in_charge: bool
    """Whether the caller sees how grading is organised."""
    can_edit: bool
    in_closed_period: bool
    anonymizes_students: bool
    overrides: Sequence[OverrideRow] = ()
    submissions: Sequence[SubmissionView] = ()
    rubric: AssociationRow | None = None
    students: Sequence[int] = ()
    """To whom it is assigned, for staff on request."""
    files: Mapping[int, Sequence[AttachmentRow]] = {}
    """What was handed in with the submissions, by submission."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which assignments to list, and in which order."""

    search_term: str | None = None
    bucket: str | None = None
    order_by: str | None = None
    """``name``, ``due_at``, or by groups and positions."""
    ids: Collection[int] | None = None
    groups: Collection[int] | None = None


def organises(access: CourseAccess) -> bool:
    """Whether the caller sees unpublished assignments and how grading is organised."""
    return access.has(MANAGE_GRADES, VIEW_ALL_GRADES, MANAGE_ASSIGNMENTS)


def may_edit(access: CourseAccess, assignment: AssignmentFacts | AssignmentRow) -> bool:
    """The right to change an assignment; one with a final grader only for who could be one (moderation reference, 2.2)."""
    if not access.has(MANAGE_ASSIGNMENTS):
        return False
    guarded = assignment.moderated_grading and assignment.final_grader_id is not None
    return not guarded or access.has(SELECT_FINAL_GRADE)


def followed(access: CourseAccess) -> list[int]:
    """The students whose eyes the caller looks through: oneself, or those one observes."""
    found = set()
    for grant in access.grants:
        if grant.workflow_state not in {"active", "completed"}:
            continue
        if grant.type in STUDENTS:
            found.add(access.user_id)
        elif grant.type == "ObserverEnrollment" and grant.associated_user_id is not None:
            found.add(grant.associated_user_id)
    return sorted(found)


def list_for_course(
    unit: Unit, course_id: int, wanted: Wanted, *, include: Collection[str] = (), offset: int, limit: int
) -> tuple[list[AssignmentView], int]:
    """A page of the assignments of a course that the caller may see, and how many there are in all.

    Raises:
        NotFound: no such course, or no such groups in it.
        Denied: the caller may not see the course.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    if wanted.groups is not None and not {group.id for group in access.rules.groups}.issuperset(wanted.groups):
        raise NotFound
    work = _work_of_followed(unit, access)
    chosen = choose(unit, access, wanted, work)
    page = chosen[offset : offset + limit]
    return views(unit, access, [one.id for one in page], include=include, work=work), len(chosen)


def list_for_user(
    unit: Unit, course_id: int, user_id: int, wanted: Wanted, *, include: Collection[str] = (), offset: int, limit: int
) -> tuple[list[AssignmentView], int]:
    """A page of the published assignments that are assigned to a student of the course, with the student's dates, and how many
    there are in all. People who are no students have no assignments but see their own list.

    Raises:
        NotFound: no such course, or nobody whom the caller sees as a student of it.
        Denied: somebody else, without the right to see grades.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    if user_id == access.user_id and user_id not in followed(access):
        return list_for_course(unit, course_id, wanted, include=include, offset=offset, limit=limit)
    submissions.find_student(unit, access, user_id)
    if not submissions.may_read(access, user_id):
        raise Denied
    work = _work_of(unit, access, [user_id])
    chosen = choose(unit, access, wanted, work, personal=True)
    page = [one.id for one in chosen[offset : offset + limit]]
    return views(unit, access, page, include=include, work=work, personal=True), len(chosen)


def show(unit: Unit, course_id: int, assignment_id: int, *, include: Collection[str] = ()) -> AssignmentView:
    """
    Raises:
        NotFound: no such course or assignment, or one that is not for the caller.
        Denied: the caller may not see the course.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    assignment = access.assignment(assignment_id)
    work = _work_of_followed(unit, access)
    if not is_visible(access, assignment, work):
        raise NotFound
    return views(unit, access, [assignment_id], include=include, work=work)[0]


def _work_of_followed(unit: Unit, access: CourseAccess) -> dict[int, list[SubmissionRow]]:
    """What the followed students have, by assignment."""
    return _work_of(unit, access, followed(access))


def _work_of(unit: Unit, access: CourseAccess, students: Sequence[int]) -> dict[int, list[SubmissionRow]]:
    """What these students have, by assignment."""
    found: dict[int, list[SubmissionRow]] = {}
    if students:
        for row in rows.submissions_of(unit.connection, access.rules.course.id, students):
            found.setdefault(row.assignment_id, []).append(row)
    return found


def is_visible(
    access: CourseAccess, assignment: AssignmentFacts, work: dict[int, list[SubmissionRow]], *, personal: bool = False
) -> bool:
    """Staff see all; others what is published and, where it is only for some, assigned to them.

    ``personal``: as the student whose ``work`` it is sees them, whoever looks.
    """
    if personal:
        return assignment.workflow_state == "published" and assignment.id in work
    if organises(access):
        return True
    if assignment.workflow_state != "published":
        return False
    return not assignment.only_visible_to_overrides or assignment.id in work


def choose(
    unit: Unit, access: CourseAccess, wanted: Wanted, work: dict[int, list[SubmissionRow]], *, personal: bool = False
) -> list[AssignmentFacts]:
    """The assignments to list, in order. All from the rules of the course, which are read already. ``personal``: as the
    student whose ``work`` it is sees them."""
    found = [one for one in access.rules.assignments.values() if is_visible(access, one, work, personal=personal)]
    if wanted.ids is not None:
        found = [one for one in found if one.id in wanted.ids]
    if wanted.groups is not None:
        found = [one for one in found if one.assignment_group_id in wanted.groups]
    if wanted.search_term:
        part = wanted.search_term.casefold()
        found = [one for one in found if part in one.name.casefold()]
    dates = {one.id: _due(access, one, work, personal=personal) for one in found}
    if wanted.bucket is not None:
        facts: dict[int, WorkFacts] = {}
        if wanted.bucket == "ungraded":
            facts = rows.work_facts(unit.connection, [one.id for one in found], sections=access.sections)
        found = [
            one for one in found if _is_in(wanted.bucket, one, dates[one.id], work.get(one.id, ()), facts.get(one.id), unit.now)
        ]
    places = {group.id: place for place, group in enumerate(access.rules.groups)}
    found.sort(key=lambda one: (places.get(one.assignment_group_id, len(places)), one.position, one.id))
    if wanted.order_by == "name":
        found.sort(key=lambda one: one.name.casefold())
    elif wanted.order_by == "due_at":
        found.sort(key=lambda one: (dates[one.id] is None, dates[one.id] or unit.now))
    return found


def _is_in(
    bucket: str,
    assignment: AssignmentFacts,
    due_at: datetime | None,
    work: Sequence[SubmissionRow],
    facts: WorkFacts | None,
    now: datetime,
) -> bool:
    past = due_at is not None and due_at < now
    handed_in = any(row.submitted_at is not None for row in work)
    expected = not NOTHING_TO_HAND_IN.intersection(assignment.submission_types)
    match bucket:
        case "past":
            return past
        case "overdue":
            return past and expected and not handed_in
        case "undated":
            return due_at is None
        case "ungraded":
            return facts is not None and facts.needs_grading > 0
        case "unsubmitted":
            return expected and not handed_in
        case "upcoming":
            return due_at is not None and now <= due_at <= now + UPCOMING
        case _:
            return not past


def _due(
    access: CourseAccess, assignment: AssignmentFacts, work: dict[int, list[SubmissionRow]], *, personal: bool
) -> datetime | None:
    """When it is due for the one student whom the caller follows, or asks about; else the assignment's own date."""
    mine = work.get(assignment.id, ())
    if len(mine) == 1 and (personal or not organises(access)):
        return mine[0].cached_due_date
    return assignment.due_at


def views(
    unit: Unit,
    access: CourseAccess,
    ids: Sequence[int],
    *,
    include: Collection[str] = (),
    work: dict[int, list[SubmissionRow]] | None = None,
    personal: bool = False,
) -> list[AssignmentView]:
    """Assignments with what belongs to them, in the order of ``ids``; a constant number of statements."""
    return views_across(unit, dict.fromkeys(ids, access), include=include, work=work, personal=personal)


def views_across(
    unit: Unit,
    access: Mapping[int, CourseAccess],
    *,
    include: Collection[str] = (),
    work: dict[int, list[SubmissionRow]] | None = None,
    personal: bool = False,
) -> list[AssignmentView]:
    """The same of several courses: ``access`` is that to the course of each assignment, in the order wanted.

    A constant number of statements, and one for each different limit to sections. ``personal``: with the dates of the one
    student whose ``work`` it is.
    """
    if not access:
        return []
    work, ids = work or {}, list(access)
    found = rows.by_ids(unit.connection, ids)
    facts: dict[int, WorkFacts] = {}
    for sections in {one.sections for one in access.values()}:
        limited = [number for number in ids if access[number].sections == sections]
        facts |= rows.work_facts(unit.connection, limited, sections=sections)
    overrides = override_rows.by_assignments(unit.connection, ids)
    rubrics = rubric_editing.of_assignments(unit.connection, ids)
    in_charge = {number: organises(access[number]) for number in ids}
    students: dict[int, list[int]] = {}
    if "assignment_visibility" in include and any(in_charge.values()):
        students = rows.students_of(unit.connection, [number for number in ids if in_charge[number]])
    files: Mapping[int, Sequence[AttachmentRow]] = {}
    if "submission" in include:
        files = files_of(unit, [one for number in ids for one in work.get(number, ())])
    listed = []
    for number in ids:
        row, mine, at_hand = found[number], access[number], facts.get(number, WorkFacts())
        known = mine.rules.assignments.get(number)
        hides = known is not None and is_anonymised(known, unposted=at_hand.unposted)
        submitted: list[SubmissionView] = []
        if known is not None and "submission" in include:
            submitted = [submissions.view(unit, mine, known, one, hides=hides) for one in work.get(number, ())]
        listed.append(
            AssignmentView(
                row=row,
                access=mine,
                work=at_hand,
                due_at=row.due_at if known is None else _due(mine, known, work, personal=personal),
                in_charge=in_charge[number],
                can_edit=may_edit(mine, row),
                in_closed_period=in_closed_period(mine.rules, row.due_at, unit.now),
                anonymizes_students=hides,
                overrides=overrides.get(number, ()),
                rubric=rubrics.get(number),
                submissions=submitted,
                students=students.get(number, ()),
                files=files,
            )
        )
    return listed


def in_closed_period(rules: CourseRules, due_at: datetime | None, now: datetime) -> bool:
    """Whether a due date lies in a grading period that is closed."""
    periods = [PeriodDates(one.id, one.start_date, one.end_date, one.close_date) for one in rules.periods]
    found = find_period(periods, due_at)
    return found is not None and is_closed(found, now)
