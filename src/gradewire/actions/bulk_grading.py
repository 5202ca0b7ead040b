"""Grading many students of one assignment at once, as a job (moderation reference, 7.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType, convert, to_builtins

from gradewire.actions import groups, jobs, submission_comments
from gradewire.actions.access import course_access
from gradewire.actions.grading import GradeCommand, Regrade, grade_many
from gradewire.actions.submission_comments import CommentCommand
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, DomainError, Refused
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import lookup
from gradewire.store import submissions as rows
from gradewire.store.progresses import ProgressRow

TAG = "Submission.process_bulk_update"
PROGRESS_TAG = "submissions_update"
UNDER_MODERATION = "cannot be changed at this time: This assignment is currently being moderated"


class BulkGrade(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to do with one student's submission."""

    student: str
    """The student's id as it was sent, for messages."""
    user_id: int | None = None
    sis: tuple[str, str] | None = None
    """Column and value of an id of another system."""
    posted_grade: str | UnsetType = UNSET
    excuse: bool | UnsetType = UNSET
    text_comment: str | None = None


class BulkJob(Struct, frozen=True, kw_only=True):
    """A bulk update on its way: rights were judged when it was asked for."""

    course_id: int
    assignment_id: int
    grader_id: int | None
    root_account_id: int
    sections: list[int] | None
    moderates: bool
    grades: list[BulkGrade]


def start(unit: Unit, course_id: int, assignment_id: int, grades: Sequence[BulkGrade]) -> ProgressRow:
    """Queue a bulk update.

    Raises:
        Denied: no grader of the course, or the assignment is not published.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    assignment = access.rules.assignments.get(assignment_id)
    if assignment is None:
        raise Refused("parameter", f"Some assignments could not be found: ( {assignment_id} )")
    if assignment.workflow_state != "published":
        raise Denied
    sections = access.sections
    job = BulkJob(
        course_id=course_id,
        assignment_id=assignment_id,
        grader_id=unit.actor_id,
        root_account_id=access.rules.course.root_account_id,
        sections=None if sections is None else sorted(sections),
        moderates=access.moderates(assignment),
        grades=list(grades),
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
    """Do a bulk update: the students who are found are graded, and the answer names those who are not."""
    job = convert(arguments, BulkJob)
    access = course_access(unit, job.course_id)
    assignment = access.assignment(job.assignment_id)
    if assignment.moderated_grading and assignment.grades_published_at is None and not job.moderates:
        raise DomainError(UNDER_MODERATION)
    users = _users(unit, job)
    wanted = {one.student: users.get(one.student) for one in job.grades}
    found = rows.of_students(
        unit.connection, assignment.id, [number for number in wanted.values() if number], sections=job.sections
    )
    regrades: list[Regrade] = []
    comments: list[tuple[rows.SubmissionRow, CommentCommand]] = []
    missing: list[str] = []
    for one in job.grades:
        row = found.get(wanted[one.student] or 0)
        if row is None:
            missing.append(one.student)
            continue
        if one.posted_grade is not UNSET or one.excuse is not UNSET:
            regrades.append(Regrade(row, GradeCommand(entry=one.posted_grade, excuse=one.excuse)))
        if one.text_comment:
            comments.append((row, CommentCommand(text=one.text_comment)))
    regrades = groups.expand(unit, assignment, regrades)
    grade_many(unit, access, assignment, regrades, grader_id=job.grader_id)
    submission_comments.add_many(unit, access, assignment, comments, author_id=job.grader_id)
    if missing:
        return "Couldn't find User(s) with API ids " + ", ".join(f"'{student}'" for student in missing)
    return None


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
