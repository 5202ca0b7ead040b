"""The submission object (moderation reference, 10.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradewire.actions.attachments import nameless
from gradewire.actions.submissions import SubmissionView
from gradewire.dialects.canvas.shapes.files import file
from gradewire.dialects.canvas.shapes.users import user
from gradewire.dialects.canvas.wire import whole
from gradewire.store.attachments import AttachmentRow

GRADE_FIELDS = (
    "score",
    "grade",
    "entered_score",
    "entered_grade",
    "excused",
    "points_deducted",
    "grader_id",
    "graded_at",
    "posted_at",
    "sticker",
)
"""What a caller who may not read the grade does not get at all."""


def submission(
    view: SubmissionView, base_url: str, *, anonymous: bool = False, files: Sequence[AttachmentRow] = ()
) -> dict[str, Any]:
    """One submission. On the anonymous routes the student's id gives way to the anonymous one."""
    row = view.row
    shape: dict[str, Any] = {
        "id": row.id,
        "body": row.body,
        "url": row.url,
        "grade": row.grade,
        "score": row.score,
        "submitted_at": whole(row.submitted_at),
        "assignment_id": row.assignment_id,
        "user_id": row.user_id,
        "submission_type": row.submission_type,
        "workflow_state": row.workflow_state,
        "grade_matches_current_submission": row.grade_matches_current_submission,
        "graded_at": whole(row.graded_at),
        "grader_id": row.grader_id,
        "attempt": row.attempt,
        "cached_due_date": whole(row.cached_due_date),
        "excused": row.excused,
        "late_policy_status": row.late_policy_status,
        "points_deducted": row.points_deducted,
        "grading_period_id": row.grading_period_id,
        "extra_attempts": row.extra_attempts,
        "posted_at": whole(row.posted_at),
        "redo_request": row.redo_request,
        "custom_grade_status_id": row.custom_grade_status_id,
        "sticker": row.sticker,
        "late": view.late,
        "missing": view.missing,
        "seconds_late": view.seconds_late,
        "entered_grade": view.entered_grade,
        "entered_score": view.entered_score,
    }
    if not view.hides_student:
        shape["preview_url"] = (
            f"{base_url}/courses/{row.course_id}/assignments/{row.assignment_id}/submissions/{row.user_id}"
            "?preview=1&version=" + str(row.attempt or 0)
        )
    if not view.grade_visible:
        for name in GRADE_FIELDS:
            del shape[name]
        shape["workflow_state"] = "submitted" if row.submitted_at else "unsubmitted"
    if anonymous:
        del shape["user_id"]
    if anonymous or view.by_account:
        shape["anonymous_id"] = row.anonymous_id
    if view.user is not None and not view.hides_student:
        shape["user"] = user(view.user, sis=view.reads_sis, logins=view.reads_logins)
    if files:
        hidden = anonymous or view.hides_student
        shape["attachments"] = [file(nameless(one) if hidden else one, base_url) for one in files]
    if view.assignment_visible is not None:
        shape["assignment_visible"] = view.assignment_visible
    return shape
