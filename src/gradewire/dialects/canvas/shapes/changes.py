"""Pages of changes: submissions as everywhere, score rows with their letters, and where to go on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from gradewire.actions.access import CourseAccess
from gradewire.actions.changes import ChangedScore
from gradewire.actions.schemes import course_scheme
from gradewire.core.scoring.overrides import give_letter
from gradewire.dialects.canvas.wire import whole
from gradewire.store.submissions import SubmissionRow


class ScoreChange(Struct):
    """Scores of a student in one scope: the whole course (``course_score``), a grading period or an assignment group."""

    id: int
    enrollment_id: int
    user_id: int
    course_score: bool
    grading_period_id: int | None
    assignment_group_id: int | None
    current_score: float | None
    current_grade: str | None
    final_score: float | None
    final_grade: str | None
    unposted_current_score: float | None
    unposted_current_grade: str | None
    unposted_final_score: float | None
    unposted_final_grade: str | None
    current_points: float | None
    final_points: float | None
    unposted_current_points: float | None
    unposted_final_points: float | None
    override_score: float | None
    override_grade: str | None
    workflow_state: str
    updated_at: datetime


class SubmissionChanges(Struct):
    """Submission objects; of one that is gone only its ids and the state ``deleted``."""

    submissions: list[dict[str, Any]]
    next_cursor: str
    has_more: bool


class ScoreChanges(Struct):
    scores: list[ScoreChange]
    next_cursor: str
    has_more: bool


def removed_submission(row: SubmissionRow) -> dict[str, Any]:
    return {"id": row.id, "assignment_id": row.assignment_id, "user_id": row.user_id, "workflow_state": "deleted"}


def score_change(row: ChangedScore, access: CourseAccess) -> ScoreChange:
    """Letters are of the course's grading scheme, where it has one."""
    scheme = course_scheme(access.rules)
    return ScoreChange(
        id=row.id,
        enrollment_id=row.enrollment_id,
        user_id=row.user_id,
        course_score=row.course_score,
        grading_period_id=row.grading_period_id,
        assignment_group_id=row.assignment_group_id,
        current_score=row.current_score,
        current_grade=give_letter(row.current_score, scheme),
        final_score=row.final_score,
        final_grade=give_letter(row.final_score, scheme),
        unposted_current_score=row.unposted_current_score,
        unposted_current_grade=give_letter(row.unposted_current_score, scheme),
        unposted_final_score=row.unposted_final_score,
        unposted_final_grade=give_letter(row.unposted_final_score, scheme),
        current_points=row.current_points,
        final_points=row.final_points,
        unposted_current_points=row.unposted_current_points,
        unposted_final_points=row.unposted_final_points,
        override_score=row.override_score,
        override_grade=give_letter(row.override_score, scheme),
        workflow_state=row.workflow_state,
        updated_at=whole(row.updated_at) or row.updated_at,
    )
