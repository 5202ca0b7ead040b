"""A student's own work for one assignment: what was handed in, what was said of it, and whether more may be handed in."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradewire.actions import attachments, handing_in, own_grades, submission_comments
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.own_grades import OwnGrade
from gradewire.actions.submission_comments import CommentView
from gradewire.actions.submissions import may_comment
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Invalid, NotFound
from gradewire.core.handing_in import REQUIRED, check_attempts
from gradewire.core.permissions import READ, STUDENTS
from gradewire.store import assignments, attempts
from gradewire.store import submissions as rows
from gradewire.store.assignments import AssignmentRow
from gradewire.store.attachments import AttachmentRow
from gradewire.store.attempts import AttemptRow


class Attempt(Struct, frozen=True):
    """Something that was handed in, with its files."""

    row: AttemptRow
    files: Sequence[AttachmentRow]


class OwnWork(Struct, frozen=True, kw_only=True):
    """What the page of a student's work shows."""

    access: CourseAccess
    details: AssignmentRow
    grade: OwnGrade
    attempts: list[Attempt]
    """The newest first."""
    comments: list[CommentView]
    kinds: tuple[str, ...]
    """The types that may be handed in now; none: nothing."""
    may_comment: bool


def show(unit: Unit, course_id: int, assignment_id: int) -> OwnWork:
    """The caller's own work.

    Raises:
        NotFound: no such course or assignment, or it is not published or not for the caller.
        Denied: no student of the course.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    if not any(grant.type in STUDENTS and grant.workflow_state in {"active", "completed"} for grant in access.grants):
        raise Denied
    assignment = access.assignment(assignment_id)
    found = rows.by_students(unit.connection, assignment_id, [access.user_id])
    details = assignments.find(unit.connection, course_id, assignment_id)
    if assignment.workflow_state != "published" or not found or details is None:
        raise NotFound
    made = attempts.for_submissions(unit.connection, [found[0].id]).get(found[0].id, [])
    files = attachments.named(unit, (one.attachment_ids for one in made))
    comments = submission_comments.comments_for(unit, access, assignment, found)[found[0].id]
    return OwnWork(
        access=access,
        details=details,
        grade=own_grades.grade_of(
            unit, access, assignment, found[0], numbers=not access.rules.course.restrict_quantitative_data
        ),
        attempts=[Attempt(one, attachments.pick(files, one.attachment_ids)) for one in reversed(made)],
        comments=comments,
        kinds=_kinds(unit, access, details),
        may_comment=may_comment(access, access.user_id),
    )


def _kinds(unit: Unit, access: CourseAccess, details: AssignmentRow) -> tuple[str, ...]:
    try:
        row = handing_in.open_submission(unit, access, access.assignment(details.id), access.user_id)
        check_attempts(row.attempt, details.allowed_attempts, row.extra_attempts)
    except (Denied, Invalid, NotFound):
        return ()
    return tuple(kind for kind in REQUIRED if kind in details.submission_types)
