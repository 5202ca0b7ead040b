"""Overrides: other dates of an assignment for some of its students."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
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


class Change(Struct, frozen=True):
    """An override as it shall be: the values of its columns, and the students of an ``ADHOC`` one."""

    values: Mapping[str, Any]
    student_ids: Collection[int] = ()


def add_many(connection: sa.Connection, new: Sequence[tuple[int, Change]], now: datetime) -> list[int]:
    """Add overrides: (assignment, what it shall be), all with the same columns; their ids in the given order."""
    rows = [{"assignment_id": number, "created_at": now, "updated_at": now, **one.values} for number, one in new]
    ids = bulk.add(connection, t.assignment_overrides, rows)
    _name(connection, [(override_id, one) for override_id, (_, one) in zip(ids, new, strict=True)])
    return ids


def change_many(connection: sa.Connection, changed: Sequence[tuple[int, Change]], now: datetime) -> None:
    """Change overrides: (override, what it shall be), all with the same columns."""
    if not changed:
        return
    columns = [*changed[0][1].values, "updated_at"]
    rows = [(number, *one.values.values(), now) for number, one in changed]
    bulk.update(connection, t.assignment_overrides, columns, rows)
    named = among(connection, M.assignment_override_id, [number for number, _ in changed])
    connection.execute(sa.delete(t.assignment_override_students).where(named))
    _name(connection, changed)


def _name(connection: sa.Connection, overrides: Sequence[tuple[int, Change]]) -> None:
    rows = [(number, user_id) for number, one in overrides for user_id in sorted(one.student_ids)]
    bulk.insert(connection, t.assignment_override_students, ("assignment_override_id", "user_id"), rows)


def delete(connection: sa.Connection, override_ids: Collection[int], now: datetime) -> None:
    """Mark overrides as deleted."""
    if override_ids:
        connection.execute(
            sa.update(t.assignment_overrides)
            .where(among(connection, O.id, override_ids))
            .values(workflow_state="deleted", updated_at=now)
        )
