"""Grading many students of one or several assignments of a course at once, as a job (moderation reference, 7.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType, convert, to_builtins

from gradewire.actions import groups, jobs, rubric_assessments, submission_comments
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.grading import GradeCommand, Regrade, circumstances, head_of, in_closed_period, write_results
from gradewire.actions.submission_comments import CommentCommand
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, DomainError, Refused
from gradewire.core.grading import grade
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.core.rubrics import Mark
from gradewire.store import lookup
from gradewire.store import submissions as rows
from gradewire.store.progresses import ProgressRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import Search, SubmissionRow

TAG = "Submission.process_bulk_update"
PROGRESS_TAG = "submissions_update"
UNDER_MODERATION = "cannot be changed at this time: This assignment is currently being moderated"
IN_CLOSED_PERIOD = "cannot be changed at this time: This assignment is in a closed grading period for this student"


class BulkGrade(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to do with one student's submission."""

    student: str
    """The student's id as it was sent, for messages."""
    assignment_id: int
    user_id: int | None = None
    sis: tuple[str, str] | None = None
    """Column and value of an id of another system."""
    posted_grade: str | UnsetType = UNSET
    excuse: bool | UnsetType = UNSET
    text_comment: str | None = None
    group_comment: bool = False
    media_comment_id: str | None = None
    media_comment_type: str | None = None
    file_ids: tuple[int, ...] = ()
    rubric: dict[str, Mark] | None = None


class BulkJob(Struct, frozen=True, kw_only=True):
    """A bulk update on its way: rights were judged when it was asked for."""

    course_id: int
    grader_id: int | None
    root_account_id: int
    sections: list[int] | None
    moderated: list[int]
    """The assignments which the grader moderates."""
    by_account: bool
    """Whether the grader's right comes from an account: then closed grading periods are no bar."""
    grades: list[BulkGrade]
    tool_id: int | None = None
    """The tool that asked: its scores have no grader."""


def start(unit: Unit, course_id: int, grades: Sequence[BulkGrade], *, section_id: int | None = None) -> ProgressRow:
    """Queue a bulk update.

    Raises:
        Denied: no grader of the course, or an assignment is not published.
        Refused: an assignment is not there.
    """
    access = course_access(unit, course_id, section_id=section_id)
    access.require(MANAGE_GRADES)
    wanted = dict.fromkeys(one.assignment_id for one in grades)
    known = access.rules.assignments
    if missing := [number for number in wanted if number not in known]:
        raise Refused("parameter", f"Some assignments could not be found: ( {', '.join(map(str, missing))} )")
    if any(known[number].workflow_state != "published" for number in wanted):
        raise Denied
    sections = access.sections
    job = BulkJob(
        course_id=course_id,
        grader_id=unit.actor_id,
        root_account_id=access.rules.course.root_account_id,
        sections=None if sections is None else sorted(sections),
        moderated=[number for number in wanted if access.moderates(known[number])],
        by_account=MANAGE_GRADES in access.by_account,
        grades=list(grades),
        tool_id=unit.caller.tool_id,
    )
    return jobs.enqueue(
        unit,
        tag=TAG,
        progress_tag=PROGRESS_TAG,
        context_type="Course",
        context_id=course_id,
        arguments=to_builtins(job),
    )


def perform(unit: Unit, arguments: Mapping[str, Any]) -> str | None:
    """Do a bulk update in one transaction: the students who are found are graded, and the answer names those who are not."""
    job = convert(arguments, BulkJob)
    access = course_access(unit, job.course_id)
    _check_moderation(access, job)
    work, missing, closed = _find_work(unit, access, job)
    _grade(unit, access, job, work)
    _comment(unit, access, job, work)
    _assess(unit, access, job, work)
    problems = []
    if missing:
        problems.append("Couldn't find User(s) with API ids " + ", ".join(f"'{student}'" for student in missing))
    if closed:
        problems.append(f"{IN_CLOSED_PERIOD}: " + ", ".join(f"'{student}'" for student in closed))
    return "; ".join(problems) or None


Work = list[tuple[BulkGrade, AssignmentFacts, SubmissionRow]]


def _check_moderation(access: CourseAccess, job: BulkJob) -> None:
    moderated = frozenset(job.moderated)
    for number in {one.assignment_id for one in job.grades}:
        assignment = access.assignment(number)
        if assignment.moderated_grading and assignment.grades_published_at is None and number not in moderated:
            raise DomainError(UNDER_MODERATION)


def _find_work(unit: Unit, access: CourseAccess, job: BulkJob) -> tuple[Work, list[str], list[str]]:
    """The submissions that are meant; the students who were not found; those whose work lies in a closed grading period."""
    users = _users(unit, job)
    search = Search(
        course_id=job.course_id,
        assignment_ids=sorted({one.assignment_id for one in job.grades}),
        user_ids=sorted(set(users.values())),
        sections=job.sections,
    )
    found = {(row.assignment_id, row.user_id): row for row in rows.search(unit.connection, search)[0]}
    work: Work = []
    missing: list[str] = []
    closed: list[str] = []
    for one in job.grades:
        row = found.get((one.assignment_id, users.get(one.student, 0)))
        if row is None:
            missing.append(one.student)
        elif not job.by_account and in_closed_period(unit, access.rules, row):
            closed.append(one.student)
        else:
            work.append((one, access.rules.assignments[one.assignment_id], row))
    return work, missing, closed


def _grade(unit: Unit, access: CourseAccess, job: BulkJob, work: Work) -> None:
    regrades: dict[int, list[Regrade]] = {}
    for one, assignment, row in work:
        if one.posted_grade is not UNSET or one.excuse is not UNSET:
            command = GradeCommand(entry=one.posted_grade, excuse=one.excuse)
            regrades.setdefault(assignment.id, []).append(Regrade(row, command))
    grader_id = job.grader_id if job.tool_id is None else -job.tool_id
    graded = []
    for number, mine in regrades.items():
        assignment = access.rules.assignments[number]
        for regrade in groups.expand(unit, assignment, mine):
            about = circumstances(unit, access.rules, assignment, regrade.submission)
            result = grade(head_of(regrade.submission), regrade.command, about, grader_id=grader_id)
            graded.append((assignment, regrade.submission, result))
    write_results(unit, graded)


def _comment(unit: Unit, access: CourseAccess, job: BulkJob, work: Work) -> None:
    comments: dict[int, list[tuple[SubmissionRow, CommentCommand]]] = {}
    for one, assignment, row in work:
        command = CommentCommand(
            text=one.text_comment,
            group_comment=one.group_comment,
            media_comment_id=one.media_comment_id,
            media_comment_type=one.media_comment_type,
            file_ids=one.file_ids,
        )
        if command.speaks:
            comments.setdefault(assignment.id, []).append((row, command))
    for number, mine in comments.items():
        assignment = access.rules.assignments[number]
        shared = [row for row, command in mine if command.group_comment]
        teams = groups.mates(unit, assignment, shared) if shared else {}
        told = [
            each for row, command in mine for each in submission_comments.for_group(unit, teams.get(row.id, [row]), command)
        ]
        submission_comments.add_many(unit, access, assignment, _fresh(unit, assignment, told), author_id=job.grader_id)


def _fresh(
    unit: Unit, assignment: AssignmentFacts, told: Sequence[tuple[SubmissionRow, CommentCommand]]
) -> list[tuple[SubmissionRow, CommentCommand]]:
    """The same comments on the submissions as they are now that they are graded."""
    now = {row.user_id: row for row in rows.by_students(unit.connection, assignment.id, {row.user_id for row, _ in told})}
    return [(now.get(row.user_id, row), command) for row, command in told]


def _assess(unit: Unit, access: CourseAccess, job: BulkJob, work: Work) -> None:
    assessed: dict[int, list[tuple[SubmissionRow, Mapping[str, Mark]]]] = {}
    for one, assignment, row in work:
        if one.rubric:
            assessed.setdefault(assignment.id, []).append((row, one.rubric))
    for number, mine in assessed.items():
        assignment = access.rules.assignments[number]
        rubric_assessments.assess_many(unit, access, assignment, mine, assessor_id=job.grader_id)


def _users(unit: Unit, job: BulkJob) -> dict[str, int]:
    """Row numbers of the students by the ids that were sent."""
    users = {one.student: one.user_id for one in job.grades if one.user_id is not None}
    columns: dict[str, dict[str, str]] = {}
    for one in job.grades:
        if one.sis is not None:
            columns.setdefault(one.sis[0], {})[one.sis[1]] = one.student
    for column, students in columns.items():
        numbers = lookup.users_by(unit.connection, column, list(students), root_account_id=job.root_account_id)
        users.update({students[value]: number for value, number in numbers.items()})
    return users
