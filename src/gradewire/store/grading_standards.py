"""Grading standards: the schemes of letters that accounts and courses keep."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.rules import StandardFacts

Owner: TypeAlias = Literal["account", "course"]


class StandardRow(Struct, frozen=True):
    """A standard as stored; ``data`` holds names with lower bounds as fractions, descending."""

    id: int
    account_id: int | None
    course_id: int | None
    title: str | None
    points_based: bool
    scaling_factor: float
    data: tuple[tuple[str, float], ...]
    workflow_state: str


C = t.grading_standards.c
COLUMNS: tuple[sa.Column[Any], ...] = tuple(C[name] for name in StandardRow.__struct_fields__)
LETTERS = sa.func.coalesce(C.scale["kind"].as_string(), "percent") != "points"
"""Not a scale of points, which has descriptions instead of letters and is no grading standard to a Canvas client."""
KEPT = sa.and_(C.workflow_state != "deleted", LETTERS)


def _owned_by(owner: Owner, owner_id: int) -> sa.ColumnElement[bool]:
    return (C.account_id if owner == "account" else C.course_id) == owner_id


def _row(row: Any) -> StandardRow:
    data = tuple((name, float(bound)) for name, bound in row.data)
    return StandardRow(row.id, row.account_id, row.course_id, row.title, row.points_based, row[5], data, row.workflow_state)


def page(connection: sa.Connection, owner: Owner, owner_id: int, *, offset: int, limit: int) -> tuple[list[StandardRow], int]:
    """The owner's own standards by id, archived ones too, and how many there are in all."""
    condition = sa.and_(_owned_by(owner, owner_id), KEPT)
    rows = connection.execute(sa.select(*COLUMNS).where(condition).order_by(C.id).offset(offset).limit(limit))
    found = [_row(row) for row in rows]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.grading_standards).where(condition)).scalar_one()
    return found, total


def find(connection: sa.Connection, owner: Owner, owner_id: int, standard_id: int, *, lock: bool = False) -> StandardRow | None:
    """A standard of this owner that is not deleted. ``lock`` keeps others from changing it until the transaction ends."""
    query = sa.select(*COLUMNS).where(C.id == standard_id, _owned_by(owner, owner_id), KEPT)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _row(row)


def add(
    connection: sa.Connection,
    owner: Owner,
    owner_id: int,
    *,
    title: str | None,
    points_based: bool,
    scaling_factor: float,
    data: tuple[tuple[str, float], ...],
    now: datetime,
) -> StandardRow:
    account_id, course_id = (owner_id, None) if owner == "account" else (None, owner_id)
    standard_id: int = connection.execute(
        sa.insert(t.grading_standards)
        .values(
            account_id=account_id,
            course_id=course_id,
            title=title,
            points_based=points_based,
            scaling_factor=scaling_factor,
            data=[list(entry) for entry in data],
            created_at=now,
            updated_at=now,
        )
        .returning(C.id)
    ).scalar_one()
    return StandardRow(standard_id, account_id, course_id, title, points_based, scaling_factor, data, "active")


def change(
    connection: sa.Connection,
    standard_id: int,
    *,
    title: str | None,
    points_based: bool,
    scaling_factor: float,
    data: tuple[tuple[str, float], ...],
    now: datetime,
) -> None:
    connection.execute(
        sa.update(t.grading_standards)
        .where(C.id == standard_id)
        .values(
            title=title,
            points_based=points_based,
            scaling_factor=scaling_factor,
            data=[list(entry) for entry in data],
            updated_at=now,
        )
    )


def delete(connection: sa.Connection, standard_id: int, now: datetime) -> bool:
    """Mark a standard as deleted. Accounts that had it as their default have none any more; whether there were any."""
    connection.execute(
        sa.update(t.grading_standards).where(C.id == standard_id).values(workflow_state="deleted", updated_at=now)
    )
    a = t.accounts.c
    found = connection.execute(
        sa.update(t.accounts)
        .where(a.default_grading_standard_id == standard_id)
        .values(default_grading_standard_id=None, updated_at=now)
    )
    return found.rowcount > 0


def is_used_for_grading(connection: sa.Connection, standard_id: int) -> bool:
    """Whether an assignment that names this standard itself has graded work (grade calculation reference, 14)."""
    a, s = t.assignments.c, t.submissions.c
    query = (
        sa.select(sa.literal(1))
        .select_from(t.submissions)
        .join(t.assignments, a.id == s.assignment_id)
        .where(a.grading_standard_id == standard_id, a.workflow_state != "deleted", s.workflow_state == "graded")
        .limit(1)
    )
    return connection.execute(query).first() is not None


def courses_using(connection: sa.Connection, standard_id: int) -> list[int]:
    """The courses that name this standard, or have an assignment that does."""
    c, a = t.courses.c, t.assignments.c
    query = sa.union(
        sa.select(c.id).where(c.grading_standard_id == standard_id),
        sa.select(a.course_id).where(a.grading_standard_id == standard_id),
    )
    return sorted(connection.execute(query).scalars())


def is_account_default(connection: sa.Connection, standard_id: int) -> bool:
    query = sa.select(sa.literal(1)).where(t.accounts.c.default_grading_standard_id == standard_id).limit(1)
    return connection.execute(query).first() is not None


def offered(connection: sa.Connection, *, course_id: int, account_ids: list[int]) -> list[StandardFacts]:
    """The standards that a course may choose from, scales of points too, by id: its own, and those of the accounts above it."""
    columns = (C.id, C.title, C.points_based, C.scaling_factor, C.data, C.scale)
    mine = sa.or_(C.course_id == course_id, C.account_id.in_(account_ids))
    rows = connection.execute(sa.select(*columns).where(C.workflow_state == "active", mine).order_by(C.id))
    return [StandardFacts(*row[:4], tuple((name, bound) for name, bound in row.data), row.scale) for row in rows]


def is_offered(
    connection: sa.Connection, standard_id: int, *, course_id: int, account_ids: list[int], points: bool = False
) -> bool:
    """Whether a course may choose this standard: it is its own, or one of the accounts above it. Scales of points are offered
    where there are ``points`` alone."""
    query = sa.select(sa.literal(1)).where(
        C.id == standard_id,
        C.workflow_state == "active",
        sa.true() if points else LETTERS,
        sa.or_(C.course_id == course_id, C.account_id.in_(account_ids)),
    )
    return connection.execute(query).first() is not None
