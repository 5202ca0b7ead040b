"""Rubrics, where they are used, and the assessments made with them: of a submission itself or of a provisional grade."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t


class AssociationRow(Struct, frozen=True):
    """A rubric in use: by an assignment, or by a course as a whole."""

    id: int
    rubric_id: int
    course_id: int
    assignment_id: int | None
    title: str | None
    use_for_grading: bool
    hide_score_total: bool
    hide_points: bool
    created_at: datetime
    updated_at: datetime
    criteria: list[dict[str, Any]]
    rubric_title: str
    points_possible: float | None
    free_form_criterion_comments: bool


class AssessmentRow(Struct, frozen=True):
    id: int
    rubric_id: int
    rubric_association_id: int
    submission_id: int
    provisional_grade_id: int | None
    user_id: int
    assessor_id: int | None
    assessment_type: str
    score: float | None
    data: list[dict[str, Any]]
    artifact_attempt: int | None
    created_at: datetime
    updated_at: datetime


_ASSOCIATION: tuple[Any, ...] = (
    *(t.rubric_associations.c[name] for name in AssociationRow.__struct_fields__[:10]),
    t.rubrics.c.data,
    t.rubrics.c.title,
    t.rubrics.c.points_possible,
    t.rubrics.c.free_form_criterion_comments,
)
COLUMNS: tuple[sa.Column[Any], ...] = tuple(t.rubric_assessments.c[name] for name in AssessmentRow.__struct_fields__)


def in_use_query() -> sa.Select[Any]:
    """Associations that are in use: neither they nor their rubrics were deleted."""
    a = t.rubric_associations.c
    return (
        sa.select(*_ASSOCIATION)
        .join(t.rubrics, t.rubrics.c.id == a.rubric_id)
        .where(a.workflow_state == "active", t.rubrics.c.workflow_state == "active")
    )


def association(connection: sa.Connection, course_id: int, association_id: int) -> AssociationRow | None:
    """An association of the course that is in use."""
    a = t.rubric_associations.c
    row: Any = connection.execute(in_use_query().where(a.id == association_id, a.course_id == course_id)).one_or_none()
    return None if row is None else AssociationRow(*row)


def of_assignment(connection: sa.Connection, assignment_id: int) -> list[AssociationRow]:
    """The associations of an assignment that are in use; normally one at most."""
    a = t.rubric_associations.c
    rows = connection.execute(in_use_query().where(a.assignment_id == assignment_id).order_by(a.id))
    return [AssociationRow(*row) for row in rows]


def associations(connection: sa.Connection, association_ids: Collection[int]) -> dict[int, AssociationRow]:
    """Those of these associations that are in use, by id; one statement, or none."""
    if not association_ids:
        return {}
    query = in_use_query().where(bulk.among(connection, t.rubric_associations.c.id, association_ids))
    return {row.id: AssociationRow(*row) for row in connection.execute(query)}


def for_provisional_grades(connection: sa.Connection, provisional_grade_ids: Collection[int]) -> list[AssessmentRow]:
    """The assessments of these provisional grades, in the order of their making."""
    c = t.rubric_assessments.c
    query = sa.select(*COLUMNS).where(bulk.among(connection, c.provisional_grade_id, provisional_grade_ids))
    return [AssessmentRow(*row) for row in connection.execute(query.order_by(c.id))]


def of_submissions(connection: sa.Connection, submission_ids: Collection[int]) -> list[AssessmentRow]:
    """The assessments of the submissions themselves, in the order of their making."""
    c = t.rubric_assessments.c
    query = sa.select(*COLUMNS).where(bulk.among(connection, c.submission_id, submission_ids), c.provisional_grade_id.is_(None))
    return [AssessmentRow(*row) for row in connection.execute(query.order_by(c.id))]


def assessment(connection: sa.Connection, association_id: int, assessment_id: int) -> AssessmentRow | None:
    c = t.rubric_assessments.c
    query = sa.select(*COLUMNS).where(c.id == assessment_id, c.rubric_association_id == association_id)
    row: Any = connection.execute(query).one_or_none()
    return None if row is None else AssessmentRow(*row)


def add(connection: sa.Connection, **values: Any) -> AssessmentRow:
    row: Any = connection.execute(sa.insert(t.rubric_assessments).values(**values).returning(*COLUMNS)).one()
    return AssessmentRow(*row)


def change(connection: sa.Connection, assessment_id: int, **values: Any) -> AssessmentRow:
    statement = sa.update(t.rubric_assessments).where(t.rubric_assessments.c.id == assessment_id).values(**values)
    row: Any = connection.execute(statement.returning(*COLUMNS)).one()
    return AssessmentRow(*row)


def add_many(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(t.rubric_assessments), [dict(row) for row in rows])


def change_many(connection: sa.Connection, rows: Sequence[tuple[int, float | None, Any, datetime]]) -> None:
    """Give assessments other marks: (id, score, data, now). Their assessors stay."""
    bulk.update(connection, t.rubric_assessments, ("score", "data", "updated_at"), rows)


def hiding_points(connection: sa.Connection, association_ids: Collection[int]) -> frozenset[int]:
    """Those of these associations that do not show points."""
    a = t.rubric_associations.c
    query = sa.select(a.id).where(bulk.among(connection, a.id, association_ids), a.hide_points)
    return frozenset(connection.execute(query).scalars())


def in_use(connection: sa.Connection, association_ids: Collection[int]) -> dict[int, bool]:
    """Those of these associations that are in use, and whether each is used for grading."""
    if not association_ids:
        return {}
    a = t.rubric_associations.c
    rows = connection.execute(in_use_query().where(bulk.among(connection, a.id, association_ids)))
    return {row.id: row.use_for_grading for row in (AssociationRow(*row) for row in rows)}
