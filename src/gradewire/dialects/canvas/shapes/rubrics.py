"""Rubrics in use and the assessments made with them (moderation reference, 9)."""

from __future__ import annotations

import html
from datetime import datetime
from typing import Any

from msgspec import Struct

from gradewire.actions.provisional_grade_views import AssessmentView
from gradewire.dialects.canvas.wire import whole
from gradewire.store.rubrics import AssociationRow

PROVISIONAL = "ModeratedGrading::ProvisionalGrade"


class RubricAssessment(Struct):
    id: int
    user_id: int
    rubric_id: int
    rubric_association_id: int
    score: float | None
    data: list[dict[str, Any]]
    created_at: datetime | None
    updated_at: datetime | None
    artifact_id: int
    artifact_type: str
    assessment_type: str
    assessor_id: int | None
    artifact_attempt: int | None
    hide_points: bool
    root_account_id: int
    assessor_name: str | None


class RubricAssociation(Struct):
    id: int
    rubric_id: int
    association_id: int
    association_type: str
    title: str | None
    use_for_grading: bool
    purpose: str
    hide_score_total: bool
    hide_points: bool
    created_at: datetime | None
    updated_at: datetime | None


def rubric_assessment(view: AssessmentView) -> RubricAssessment:
    row = view.row
    return RubricAssessment(
        id=row.id,
        user_id=row.user_id,
        rubric_id=row.rubric_id,
        rubric_association_id=row.rubric_association_id,
        score=row.score,
        data=[_criterion(one) for one in row.data],
        created_at=whole(row.created_at),
        updated_at=whole(row.updated_at),
        artifact_id=row.submission_id if row.provisional_grade_id is None else row.provisional_grade_id,
        artifact_type="Submission" if row.provisional_grade_id is None else PROVISIONAL,
        assessment_type=row.assessment_type,
        assessor_id=row.assessor_id,
        artifact_attempt=row.artifact_attempt,
        hide_points=view.hide_points,
        root_account_id=view.root_account_id,
        assessor_name=view.assessor_name,
    )


def _criterion(row: dict[str, Any]) -> dict[str, Any]:
    """What was said about one criterion, its comment also as HTML."""
    text = row.get("comments")
    return {**row, "comments_html": None if text is None else html.escape(str(text)).replace("\n", "<br/>\n")}


def rubric_association(row: AssociationRow) -> RubricAssociation:
    in_assignment = row.assignment_id is not None
    return RubricAssociation(
        id=row.id,
        rubric_id=row.rubric_id,
        association_id=row.assignment_id or row.course_id,
        association_type="Assignment" if in_assignment else "Course",
        title=row.title or row.rubric_title,
        use_for_grading=row.use_for_grading,
        purpose="grading" if in_assignment else "bookmark",
        hide_score_total=row.hide_score_total,
        hide_points=row.hide_points,
        created_at=whole(row.created_at),
        updated_at=whole(row.updated_at),
    )


def rubric_marks(view: AssessmentView) -> dict[str, dict[str, Any]]:
    """An assessment as a map by criterion, as submissions show it."""
    return {
        str(one["criterion_id"]): {
            "rating_id": None if one["id"] == "blank" else one["id"],
            "comments": one.get("comments"),
            **({} if view.hide_points else {"points": one.get("points")}),
        }
        for one in view.row.data
    }
