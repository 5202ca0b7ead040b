"""Assignment groups: their weights and the rules of what they drop."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among, update


class GroupRow(Struct, frozen=True):
    id: int
    course_id: int
    name: str
    position: int
    group_weight: float
    drop_lowest: int
    drop_highest: int
    never_drop: tuple[int, ...]
    sis_source_id: str | None


G, A = t.assignment_groups.c, t.assignments.c
COLUMNS: tuple[sa.Column[Any], ...] = tuple(G[name] for name in GroupRow.__struct_fields__)
KEPT = G.workflow_state == "available"


def _row(row: sa.Row[Any]) -> GroupRow:
    values: tuple[Any, ...] = (*row[:7], tuple(row.never_drop or ()), row.sis_source_id)
    return GroupRow(*values)


def page(connection: sa.Connection, course_id: int, *, offset: int, limit: int) -> tuple[list[GroupRow], int]:
    """The groups of a course in its order, and how many there are in all."""
    condition = sa.and_(G.course_id == course_id, KEPT)
    query = sa.select(*COLUMNS).where(condition).order_by(G.position, G.name, G.id).offset(offset).limit(limit)
    found = [_row(row) for row in connection.execute(query)]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.assignment_groups).where(condition)).scalar_one()
    return found, total


def find(connection: sa.Connection, course_id: int, group_id: int, *, lock: bool = False) -> GroupRow | None:
    """A group of a course that is not deleted."""
    query = sa.select(*COLUMNS).where(G.id == group_id, G.course_id == course_id, KEPT)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _row(row)


def first(connection: sa.Connection, course_id: int) -> int | None:
    """The group that an assignment joins that names none."""
    query = sa.select(G.id).where(G.course_id == course_id, KEPT).order_by(G.position, G.name, G.id)
    return connection.execute(query.limit(1)).scalar()


def last_position(connection: sa.Connection, course_id: int) -> int:
    """The highest position in a course; 0 in an empty one."""
    query = sa.select(sa.func.coalesce(sa.func.max(G.position), 0)).where(G.course_id == course_id, KEPT)
    return int(connection.execute(query).scalar_one())


def assignments_of(connection: sa.Connection, group_id: int) -> list[int]:
    """The ids of a group's assignments, published or not."""
    query = sa.select(A.id).where(A.assignment_group_id == group_id, A.workflow_state != "deleted").order_by(A.id)
    return list(connection.execute(query).scalars())


def add(connection: sa.Connection, course_id: int, values: Mapping[str, Any], now: datetime) -> int:
    group_id: int = connection.execute(
        sa.insert(t.assignment_groups).values(course_id=course_id, created_at=now, updated_at=now, **values).returning(G.id)
    ).scalar_one()
    return group_id


def change(connection: sa.Connection, group_id: int, values: Mapping[str, Any], now: datetime) -> None:
    connection.execute(sa.update(t.assignment_groups).where(G.id == group_id).values(updated_at=now, **values))


def arrange(connection: sa.Connection, ids: Sequence[int]) -> None:
    """Give these groups the positions 1, 2, 3 and so on; one statement."""
    update(connection, t.assignment_groups, ["position"], [(number, place) for place, number in enumerate(ids, 1)])


def move_assignments(connection: sa.Connection, ids: Collection[int], target_id: int, now: datetime) -> None:
    """Put assignments into another group of their course, behind those that are there, in the order they had."""
    there = sa.select(sa.func.coalesce(sa.func.max(A.position), 0)).where(A.assignment_group_id == target_id)
    last = connection.execute(there).scalar_one()
    connection.execute(
        sa.update(t.assignments)
        .where(among(connection, A.id, ids))
        .values(assignment_group_id=target_id, position=A.position + last, updated_at=now)
    )


def delete_assignments(connection: sa.Connection, ids: Collection[int], now: datetime) -> None:
    """Mark assignments as deleted; their SIS ids become free."""
    connection.execute(
        sa.update(t.assignments)
        .where(among(connection, A.id, ids))
        .values(workflow_state="deleted", sis_assignment_id=None, updated_at=now)
    )
