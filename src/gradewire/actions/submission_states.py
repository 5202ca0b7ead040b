"""The state of a submission as one caller sees it, in a few characters: other characters, something else to see.

It is what ``If-Match`` is about. It tells nothing that the caller does not see anyway, not even to somebody who tries out all
grades: only what is shown goes into it, and never whose work it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from gradewire.actions.submissions import SubmissionView
from gradewire.store.comments import CommentRow
from gradewire.store.provisional_grades import ProvisionalGradeRow

_encode = msgspec.json.Encoder().encode


def state_of(view: SubmissionView, comments: Sequence[CommentRow] = (), provisional: Sequence[ProvisionalGradeRow] = ()) -> str:
    """The state of a submission with the comments and the provisional grades of it that belong to what the caller sees."""
    row = view.row
    work = (
        row.id,
        row.attempt,
        row.extra_attempts,
        row.submission_type,
        row.body,
        row.url,
        row.attachment_ids,
        row.submitted_at,
        row.cached_due_date,
        row.grading_period_id,
        row.redo_request,
        row.late_policy_status,
        row.custom_grade_status_id,
        view.late,
        view.missing,
        view.seconds_late,
    )
    said = [(one.id, one.comment, one.attempt, one.media_comment_id, one.attachment_ids, one.edited_at) for one in comments]
    given = [(one.id, one.score, one.grade, one.graded_at, one.final) for one in provisional]
    return blake2b(_encode((work, _grade(view), said, given)), digest_size=12).hexdigest()


def _grade(view: SubmissionView) -> tuple[Any, ...] | None:
    if not view.grade_visible:
        return None
    row = view.row
    return (
        row.version,
        row.workflow_state,
        row.score,
        row.grade,
        row.points_deducted,
        row.excused,
        row.incomplete,
        row.grader_id,
        row.graded_at,
        row.posted_at,
        row.grade_matches_current_submission,
        row.seconds_late_override,
        row.sticker,
    )
