"""Assignment groups as grading categories: with the documents that only Schoology clients know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t

G = t.assignment_groups.c


class CategoryRow(Struct, frozen=True, kw_only=True):
    id: int
    course_id: int
    name: str
    position: int
    group_weight: float
    drop_lowest: int
    calculation_options: dict[str, Any] | None
    schoology: dict[str, Any] | None


NAMES = CategoryRow.__struct_fields__
COLUMNS: tuple[Any, ...] = tuple(G[name] for name in NAMES)


def of_course(connection: sa.Connection, course_id: int, *, ids: Collection[int] | None = None) -> list[CategoryRow]:
    """The groups of a course, or these of them, in its order."""
    query = sa.select(*COLUMNS).where(G.course_id == course_id, G.workflow_state == "available")
    if ids is not None:
        query = query.where(bulk.among(connection, G.id, ids))
    rows = connection.execute(query.order_by(G.position, G.name, G.id))
    return [CategoryRow(**dict(zip(NAMES, row, strict=True))) for row in rows]


def add_many(connection: sa.Connection, rows: Sequence[CategoryRow], now: datetime) -> list[int]:
    """New groups, whatever ids the rows have; their ids in the given order."""
    names = [name for name in NAMES if name != "id"]
    values = [{**{name: getattr(row, name) for name in names}, "created_at": now, "updated_at": now} for row in rows]
    return bulk.add(connection, t.assignment_groups, values)


def change_many(connection: sa.Connection, rows: Sequence[CategoryRow], now: datetime) -> None:
    """Let these groups be so."""
    columns = ("name", "position", "group_weight", "drop_lowest", "calculation_options", "schoology", "updated_at")
    written = [(row.id, *(getattr(row, name) for name in columns[:-1]), now) for row in rows]
    bulk.update(connection, t.assignment_groups, columns, written)
