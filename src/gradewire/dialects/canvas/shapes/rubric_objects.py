"""Rubrics themselves, as they are listed, and as an assignment shows the one it uses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.provisional_grade_views import AssessmentView
from gradewire.dialects.canvas.shapes.rubrics import RubricAssessment, RubricAssociation, rubric_assessment, rubric_association
from gradewire.dialects.canvas.wire import whole
from gradewire.store.rubric_editing import RubricRow
from gradewire.store.rubrics import AssociationRow


class Rubric(Struct, kw_only=True):
    id: int
    context_id: int
    context_type: str
    title: str
    points_possible: float | None
    reusable: bool
    read_only: bool
    free_form_criterion_comments: bool
    hide_score_total: bool
    data: list[dict[str, Any]]
    criteria: list[dict[str, Any]]
    created_at: datetime | None
    updated_at: datetime | None
    assessments: list[RubricAssessment] | UnsetType = UNSET
    associations: list[RubricAssociation] | UnsetType = UNSET


class RubricMade(Struct):
    rubric: Rubric
    rubric_association: RubricAssociation | UnsetType = UNSET


class RubricSettings(Struct):
    """How an assignment uses its rubric."""

    id: int
    title: str
    points_possible: float | None
    free_form_criterion_comments: bool
    hide_score_total: bool
    hide_points: bool


def rubric(row: RubricRow) -> Rubric:
    in_course = row.course_id is not None
    return Rubric(
        id=row.id,
        context_id=row.course_id or row.account_id or 0,
        context_type="Course" if in_course else "Account",
        title=row.title,
        points_possible=row.points_possible,
        reusable=False,
        read_only=not in_course,
        free_form_criterion_comments=row.free_form_criterion_comments,
        hide_score_total=False,
        data=row.data,
        criteria=row.data,
        created_at=whole(row.created_at),
        updated_at=whole(row.updated_at),
    )


def with_use(
    shape: Rubric,
    *,
    associations: list[AssociationRow] | None,
    assessments: list[AssessmentView] | None,
    comments_only: bool,
) -> Rubric:
    """A rubric with what was asked for of its use; with ``comments_only`` assessments without points."""
    if associations is not None:
        shape.associations = [rubric_association(one) for one in associations]
    if assessments is not None:
        shape.assessments = [rubric_assessment(one) for one in assessments]
        if comments_only:
            for one in shape.assessments:
                one.data = [{name: row.get(name) for name in ("criterion_id", "comments")} for row in one.data]
    return shape


def of_assignment(row: AssociationRow) -> tuple[list[dict[str, Any]], RubricSettings]:
    """The criteria of the rubric of an assignment, and how it is used."""
    return row.criteria, RubricSettings(
        id=row.rubric_id,
        title=row.rubric_title,
        points_possible=row.points_possible,
        free_form_criterion_comments=row.free_form_criterion_comments,
        hide_score_total=row.hide_score_total,
        hide_points=row.hide_points,
    )
