"""Columns of notes in a gradebook, and what is written in them about each student."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.core.assigning import STUDENT_TYPES
from gradewire.store import bulk
from gradewire.store import tables as t


class ColumnRow(Struct, frozen=True):
    id: int
    course_id: int
    title: str
    position: int
    teacher_notes: bool
    read_only: bool
    workflow_state: str


C, D, E = t.custom_gradebook_columns.c, t.custom_gradebook_column_data.c, t.enrollments.c
COLUMNS: tuple[sa.Column[Any], ...] = tuple(C[name] for name in ColumnRow.__struct_fields__)


def _kept(course_id: int, *, hidden: bool) -> sa.ColumnElement[bool]:
    states = ("active", "hidden") if hidden else ("active",)
    return sa.and_(C.course_id == course_id, C.workflow_state.in_(states))


def page(connection: sa.Connection, course_id: int, *, hidden: bool, offset: int, limit: int) -> tuple[list[ColumnRow], int]:
    """The columns of a course in their order, hidden ones only if asked for; and how many there are in all."""
    condition = _kept(course_id, hidden=hidden)
    rows = connection.execute(sa.select(*COLUMNS).where(condition).order_by(C.position, C.id).offset(offset).limit(limit))
    found = [ColumnRow(*row) for row in rows]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.custom_gradebook_columns).where(condition)).scalar_one()
    return found, total


def find(connection: sa.Connection, course_id: int, column_id: int, *, hidden: bool = True) -> ColumnRow | None:
    """A column of a course that is not deleted."""
    row: Any = connection.execute(sa.select(*COLUMNS).where(_kept(course_id, hidden=hidden), C.id == column_id)).one_or_none()
    return None if row is None else ColumnRow(*row)


def ids(connection: sa.Connection, course_id: int) -> list[int]:
    """All columns of a course in their order, hidden ones included."""
    query = sa.select(C.id).where(_kept(course_id, hidden=True)).order_by(C.position, C.id)
    return list(connection.execute(query).scalars())


def last_position(connection: sa.Connection, course_id: int) -> int:
    query = sa.select(sa.func.max(C.position)).where(_kept(course_id, hidden=True))
    return connection.execute(query).scalar() or 0


def add(connection: sa.Connection, now: datetime, **values: Any) -> int:
    column_id: int = connection.execute(
        sa.insert(t.custom_gradebook_columns).values(created_at=now, updated_at=now, **values).returning(C.id)
    ).scalar_one()
    return column_id


def change(connection: sa.Connection, column_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.custom_gradebook_columns).where(C.id == column_id).values(updated_at=now, **values))


def place(connection: sa.Connection, order: Sequence[int], now: datetime) -> None:
    """Number columns anew in this order."""
    rows = [(column_id, position, now) for position, column_id in enumerate(order, start=1)]
    bulk.update(connection, t.custom_gradebook_columns, ("position", "updated_at"), rows)


def students(
    connection: sa.Connection,
    course_id: int,
    *,
    sections: Collection[int] | None,
    user_ids: Collection[int] | None = None,
) -> frozenset[int]:
    """The students of a course, or those of these sections or with these ids, whose enrolment has not ended by deletion."""
    conditions = [
        E.course_id == course_id,
        E.type.in_(sorted(STUDENT_TYPES)),
        E.workflow_state.not_in(("deleted", "rejected")),
    ]
    if sections is not None:
        conditions.append(bulk.among(connection, E.course_section_id, sections))
    if user_ids is not None:
        conditions.append(bulk.among(connection, E.user_id, user_ids))
    return frozenset(connection.execute(sa.select(E.user_id).distinct().where(*conditions)).scalars())


def data(
    connection: sa.Connection, column: ColumnRow, *, sections: Collection[int] | None, offset: int, limit: int
) -> tuple[list[tuple[int, str]], int]:
    """What a column says: (user, content), by user, of the students of these sections; and how many there are in all."""
    mine = [
        E.course_id == column.course_id,
        E.user_id == D.user_id,
        E.type.in_(sorted(STUDENT_TYPES)),
        E.workflow_state.not_in(("deleted", "rejected")),
    ]
    if sections is not None:
        mine.append(bulk.among(connection, E.course_section_id, sections))
    condition = sa.and_(D.custom_gradebook_column_id == column.id, sa.exists().where(*mine))
    query = sa.select(D.user_id, D.content).where(condition).order_by(D.user_id).offset(offset).limit(limit)
    found = [(row[0], row[1]) for row in connection.execute(query)]
    counting = sa.select(sa.func.count()).select_from(t.custom_gradebook_column_data).where(condition)
    return found, connection.execute(counting).scalar_one()


def write(connection: sa.Connection, entries: Mapping[tuple[int, int], str], now: datetime) -> None:
    """Say what columns tell of students: content by (column, user). An empty one is removed. Three statements at most."""
    if not entries:
        return
    columns = sorted({column_id for column_id, _ in entries})
    users = sorted({user_id for _, user_id in entries})
    rows = connection.execute(
        sa.select(D.id, D.custom_gradebook_column_id, D.user_id, D.content).where(
            bulk.among(connection, D.custom_gradebook_column_id, columns), bulk.among(connection, D.user_id, users)
        )
    )
    there = {(row[1], row[2]): (row[0], row[3]) for row in rows}
    gone = [there[key][0] for key, content in entries.items() if not content and key in there]
    changed = [
        (there[key][0], content, now)
        for key, content in entries.items()
        if content and key in there and there[key][1] != content
    ]
    new = [(*key, content, now, now) for key, content in entries.items() if content and key not in there]
    bulk.delete(connection, t.custom_gradebook_column_data, gone)
    bulk.update(connection, t.custom_gradebook_column_data, ("content", "updated_at"), changed)
    names = ("custom_gradebook_column_id", "user_id", "content", "created_at", "updated_at")
    bulk.insert(connection, t.custom_gradebook_column_data, names, new)
