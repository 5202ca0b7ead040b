"""What the hot path of a grade reads and writes, the same for both engines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from gradewire.core.grading import Head
from gradewire.store.outbox import OutboxRow
from gradewire.store.people import CallerRow, EnrollmentRow, MembershipRow
from gradewire.store.scores import NewScores, ScoreRow, WorkRow
from gradewire.store.submissions import SubmissionRow


class Sheet(Struct, frozen=True):
    """What one grading reads: who asks, what they are in the course, and the student's work and scores there."""

    caller: CallerRow | None
    rules_version: int | None
    enrollments: list[EnrollmentRow]
    """Of the caller and of the student."""
    memberships: list[MembershipRow]
    submission: SubmissionRow | None
    work: list[WorkRow]
    scores: list[ScoreRow]
    student_sis_id: str | None
    has_comments: bool


class GradeWrite(Struct, frozen=True, kw_only=True):
    """What one grading writes."""

    before: SubmissionRow
    after: Head
    cause: str | None
    """Why there is a new version of the grade; ``None`` when there is none."""
    acting_user_id: int | None
    request_id: str | None
    guard: NewScores
    """The student's course score. Its row guards the write: it must still have ``guard_version``."""
    guard_version: int
    other_scores: Sequence[NewScores]
    """Rows of groups, periods and further enrolments whose numbers changed."""
    messages: Sequence[OutboxRow]
    now: datetime
    conditional: bool = False
    """Nothing at all of the submission may have changed since it was read, comments included."""


SUBMISSION_COLUMNS = SubmissionRow.__struct_fields__
"""In this order both engines select a submission."""
