"""Grading groups: students of a course to whom items are assigned together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t

G = t.grading_groups.c


class GradingGroupRow(Struct, frozen=True):
    id: int
    course_id: int
    title: str
    members: list[int]
    """Enrolment ids."""


COLUMNS: tuple[Any, ...] = tuple(G[name] for name in GradingGroupRow.__struct_fields__)


def of_course(connection: sa.Connection, course_id: int) -> list[GradingGroupRow]:
    """The groups of a course, by id."""
    rows = connection.execute(sa.select(*COLUMNS).where(G.course_id == course_id).order_by(G.id))
    return [GradingGroupRow(*row) for row in rows]


def add_many(connection: sa.Connection, rows: Sequence[GradingGroupRow], now: datetime) -> list[int]:
    """New groups, whatever ids the rows have; their ids in the given order."""
    values = [
        {"course_id": row.course_id, "title": row.title, "members": row.members, "created_at": now, "updated_at": now}
        for row in rows
    ]
    return bulk.add(connection, t.grading_groups, values)


def change(connection: sa.Connection, row: GradingGroupRow, now: datetime) -> None:
    statement = sa.update(t.grading_groups).where(G.id == row.id)
    connection.execute(statement.values(title=row.title, members=row.members, updated_at=now))


def delete(connection: sa.Connection, ids: Collection[int]) -> None:
    bulk.delete(connection, t.grading_groups, ids)
