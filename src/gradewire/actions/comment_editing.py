"""Comments changed or taken away after they were made; on anonymous and moderated assignments the audit trail tells of it."""

from __future__ import annotations

from typing import Any

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.submission_comments import CommentView, views_of
from gradewire.actions.submissions import find_student, may_read
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import comments as rows
from gradewire.store import submissions
from gradewire.store.comments import CommentRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow


def edit(unit: Unit, course_id: int, assignment_id: int, user_id: int, comment_id: int, text: str) -> CommentView:
    """Give one's own comment another text.

    Raises:
        NotFound: no such course, assignment, student or comment.
        Denied: somebody else's comment.
        Invalid: no text.
    """
    access, assignment, submission, comment = _find(unit, course_id, assignment_id, user_id, comment_id)
    if comment.author_id != access.user_id:
        raise Denied
    if not text.strip():
        raise Invalid(Fault("comment", "can't be blank", "blank"))
    if text != comment.comment:
        rows.edit(unit.connection, comment.id, text, unit.now)
        submissions.touch(unit.connection, [submission.id], unit.now)
        changed = {"id": comment.id, "comment": [comment.comment, text]}
        _audit(unit, assignment, submission, "submission_comment_updated", changed)
    fresh = rows.find(unit.connection, submission.id, comment.id)
    assert fresh is not None
    return views_of(unit, access, assignment, [submission], [fresh])[submission.id][0]


def delete(unit: Unit, course_id: int, assignment_id: int, user_id: int, comment_id: int) -> CommentView:
    """Take a comment away; the comment as it was.

    Raises:
        NotFound: no such course, assignment, student or comment.
        Denied: neither one's own nor a grader.
    """
    access, assignment, submission, comment = _find(unit, course_id, assignment_id, user_id, comment_id)
    if comment.author_id != access.user_id and not access.has(MANAGE_GRADES):
        raise Denied
    [view] = views_of(unit, access, assignment, [submission], [comment])[submission.id]
    rows.delete(unit.connection, comment.id)
    submissions.touch(unit.connection, [submission.id], unit.now)
    _audit(unit, assignment, submission, "submission_comment_deleted", {"id": comment.id, "comment": comment.comment})
    return view


def _find(
    unit: Unit, course_id: int, assignment_id: int, user_id: int, comment_id: int
) -> tuple[CourseAccess, AssignmentFacts, SubmissionRow, CommentRow]:
    """A comment that the caller sees; what cannot be seen is not there."""
    access = course_access(unit, course_id)
    assignment = access.assignment(assignment_id)
    find_student(unit, access, user_id)
    if not may_read(access, user_id):
        raise Denied
    found = submissions.by_students(unit.connection, assignment_id, [user_id])
    comment = rows.find(unit.connection, found[0].id, comment_id) if found else None
    if comment is None or not views_of(unit, access, assignment, found, [comment])[found[0].id]:
        raise NotFound
    return access, assignment, found[0], comment


def _audit(
    unit: Unit, assignment: AssignmentFacts, submission: SubmissionRow, event_type: str, payload: dict[str, Any]
) -> None:
    if assignment.moderated_grading or assignment.anonymous_grading:
        unit.audit(event_type, assignment_id=assignment.id, submission_id=submission.id, payload=payload)
