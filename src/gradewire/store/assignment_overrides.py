"""Overrides: other dates of an assignment for some of its students."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among


class OverrideRow(Struct, frozen=True):
    """One override; ``student_ids`` are those of an ``ADHOC`` one."""

    id: int
    assignment_id: int
    set_type: str
    course_section_id: int | None
    title: str | None
    due_at_overridden: bool
    due_at: datetime | None
    unlock_at: datetime | None
    lock_at: datetime | None
    unassign_item: bool
    student_ids: tuple[int, ...] = ()


O, M = t.assignment_overrides.c, t.assignment_override_students.c  # noqa: E741 - the letter of its table, as everywhere
NAMES = OverrideRow.__struct_fields__[:-1]


def by_assignments(connection: sa.Connection, assignment_ids: Collection[int]) -> dict[int, list[OverrideRow]]:
    """The active overrides of these assignments, by assignment and id; two statements."""
    columns: list[Any] = [O[name] for name in NAMES]
    active = sa.and_(among(connection, O.assignment_id, assignment_ids), O.workflow_state == "active")
    rows = connection.execute(sa.select(*columns).where(active).order_by(O.id)).all()
    if not rows:
        return {}
    students: dict[int, list[int]] = {}
    named = sa.select(M.assignment_override_id, M.user_id).join(t.assignment_overrides, O.id == M.assignment_override_id)
    for override_id, user_id in connection.execute(named.where(active).order_by(M.user_id)):
        students.setdefault(override_id, []).append(user_id)
    found: dict[int, list[OverrideRow]] = {}
    for row in rows:
        found.setdefault(row.assignment_id, []).append(OverrideRow(*(*row, tuple(students.get(row.id, ())))))
    return found


def add(
    connection: sa.Connection, assignment_id: int, values: Mapping[str, Any], student_ids: Collection[int], now: datetime
) -> int:
    override_id: int = connection.execute(
        sa.insert(t.assignment_overrides)
        .values(assignment_id=assignment_id, created_at=now, updated_at=now, **values)
        .returning(O.id)
    ).scalar_one()
    _name(connection, override_id, student_ids)
    return override_id


def change(
    connection: sa.Connection, override_id: int, values: Mapping[str, Any], student_ids: Collection[int], now: datetime
) -> None:
    connection.execute(sa.update(t.assignment_overrides).where(O.id == override_id).values(updated_at=now, **values))
    connection.execute(sa.delete(t.assignment_override_students).where(M.assignment_override_id == override_id))
    _name(connection, override_id, student_ids)


def _name(connection: sa.Connection, override_id: int, student_ids: Collection[int]) -> None:
    if student_ids:
        rows = [{"assignment_override_id": override_id, "user_id": user_id} for user_id in sorted(student_ids)]
        connection.execute(sa.insert(t.assignment_override_students), rows)


def delete(connection: sa.Connection, override_ids: Collection[int], now: datetime) -> None:
    """Mark overrides as deleted."""
    if override_ids:
        connection.execute(
            sa.update(t.assignment_overrides)
            .where(among(connection, O.id, override_ids))
            .values(workflow_state="deleted", updated_at=now)
        )
