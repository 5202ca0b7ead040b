"""Rubrics themselves, of a course or an account, and where they are used: read, made, changed, deleted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk, rubrics
from gradewire.store import tables as t
from gradewire.store.rubrics import COLUMNS, AssessmentRow, AssociationRow


class RubricRow(Struct, frozen=True):
    id: int
    course_id: int | None
    account_id: int | None
    title: str
    data: list[dict[str, Any]]
    points_possible: float | None
    free_form_criterion_comments: bool
    created_at: datetime
    updated_at: datetime


R, A = t.rubrics.c, t.rubric_associations.c
_RUBRIC: tuple[sa.Column[Any], ...] = tuple(R[name] for name in RubricRow.__struct_fields__)


def find(connection: sa.Connection, rubric_id: int) -> RubricRow | None:
    """A rubric that is not deleted."""
    row: Any = connection.execute(sa.select(*_RUBRIC).where(R.id == rubric_id, R.workflow_state == "active")).one_or_none()
    return None if row is None else RubricRow(*row)


def page(
    connection: sa.Connection, *, course_id: int | None = None, account_id: int | None = None, offset: int, limit: int
) -> tuple[list[RubricRow], int]:
    """The own rubrics of a course or account, by id, and how many there are in all."""
    where = [R.workflow_state == "active", R.course_id == course_id if course_id is not None else R.account_id == account_id]
    query = sa.select(*_RUBRIC).where(*where).order_by(R.id).offset(offset).limit(limit)
    total = connection.execute(sa.select(sa.func.count()).select_from(t.rubrics).where(*where)).scalar_one()
    return [RubricRow(*row) for row in connection.execute(query)], total


def add(connection: sa.Connection, now: datetime, **values: Any) -> int:
    inserted = sa.insert(t.rubrics).values(created_at=now, updated_at=now, **values).returning(R.id)
    return int(connection.execute(inserted).scalar_one())


def change(connection: sa.Connection, rubric_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.rubrics).where(R.id == rubric_id).values(updated_at=now, **values))


def is_assessed(connection: sa.Connection, rubric_id: int) -> bool:
    """Whether anything was assessed with it."""
    c = t.rubric_assessments.c
    return connection.execute(sa.select(c.id).where(c.rubric_id == rubric_id).limit(1)).first() is not None


def associations(connection: sa.Connection, *, rubric_id: int, course_id: int) -> list[AssociationRow]:
    """Where a rubric is used in a course."""
    found = connection.execute(rubrics.in_use_query().where(A.rubric_id == rubric_id, A.course_id == course_id).order_by(A.id))
    return [AssociationRow(*row) for row in found]


def of_assignments(connection: sa.Connection, assignment_ids: Collection[int]) -> dict[int, AssociationRow]:
    """The rubric of each of these assignments that has one."""
    found = connection.execute(
        rubrics.in_use_query().where(bulk.among(connection, A.assignment_id, assignment_ids)).order_by(A.id.desc())
    )
    rows = [AssociationRow(*row) for row in found]
    return {row.assignment_id: row for row in rows if row.assignment_id is not None}


def add_association(connection: sa.Connection, now: datetime, **values: Any) -> int:
    inserted = sa.insert(t.rubric_associations).values(created_at=now, updated_at=now, **values).returning(A.id)
    return int(connection.execute(inserted).scalar_one())


def change_association(connection: sa.Connection, association_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.rubric_associations).where(A.id == association_id).values(updated_at=now, **values))


def release_assignment(connection: sa.Connection, assignment_id: int, now: datetime) -> None:
    """An assignment uses no rubric any more."""
    mine = sa.and_(A.assignment_id == assignment_id, A.workflow_state == "active")
    connection.execute(sa.update(t.rubric_associations).where(mine).values(workflow_state="deleted", updated_at=now))


def assessments(connection: sa.Connection, *, rubric_id: int, course_id: int) -> list[AssessmentRow]:
    """What was assessed with a rubric in a course: submissions themselves, not provisional grades."""
    c = t.rubric_assessments.c
    query = (
        sa.select(*COLUMNS)
        .join(t.rubric_associations, A.id == c.rubric_association_id)
        .where(c.rubric_id == rubric_id, A.course_id == course_id, c.provisional_grade_id.is_(None))
        .order_by(c.id)
    )
    return [AssessmentRow(*row) for row in connection.execute(query)]


def delete_assessment(connection: sa.Connection, assessment_id: int) -> None:
    connection.execute(sa.delete(t.rubric_assessments).where(t.rubric_assessments.c.id == assessment_id))
