"""The moderation set of an assignment: one row per student, with the provisional grade selected for the student, if any."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t
from gradewire.store.users import UserRow, columns, users_with_login

STUDENT_TYPES = ("StudentEnrollment", "StudentViewEnrollment")
GONE = ("completed", "rejected", "deleted")
"""Enrolments in these states do not make a visible student; inactive ones do."""


class SelectionRow(Struct, frozen=True):
    id: int
    student_id: int
    selected_provisional_grade_id: int | None


def page(connection: sa.Connection, assignment_id: int, *, offset: int, limit: int) -> tuple[list[UserRow], int]:
    """Users in the moderation set, by id, and how many there are in all."""
    c = t.moderated_students.c
    members = sa.select(c.student_id).where(c.assignment_id == assignment_id)
    query = sa.select(*columns()).select_from(users_with_login()).where(t.users.c.id.in_(members))
    rows = connection.execute(query.order_by(t.users.c.id).offset(offset).limit(limit))
    total = connection.execute(
        sa.select(sa.func.count()).select_from(t.moderated_students).where(c.assignment_id == assignment_id)
    )
    return [UserRow(*row) for row in rows], total.scalar_one()


def of_students(
    connection: sa.Connection, assignment_id: int, student_ids: Collection[int], *, lock: bool = False
) -> dict[int, SelectionRow]:
    """The rows of these students, by student. ``lock``: nobody else changes them in this transaction."""
    c = t.moderated_students.c
    query = sa.select(c.id, c.student_id, c.selected_provisional_grade_id).where(
        c.assignment_id == assignment_id, bulk.among(connection, c.student_id, student_ids)
    )
    if lock:
        query = query.order_by(c.id).with_for_update(key_share=True)
    return {row.student_id: SelectionRow(*row) for row in connection.execute(query)}


def add(connection: sa.Connection, assignment_id: int, student_ids: Collection[int], now: datetime) -> None:
    """Put students into the set who are not in it."""
    rows = [(assignment_id, student_id, now, now) for student_id in student_ids]
    bulk.insert(connection, t.moderated_students, ("assignment_id", "student_id", "created_at", "updated_at"), rows)


def select(connection: sa.Connection, choices: Sequence[tuple[int, int]], now: datetime) -> None:
    """Select provisional grades: (id of the row, id of the provisional grade)."""
    changed = [(*choice, now) for choice in choices]
    bulk.update(connection, t.moderated_students, ("selected_provisional_grade_id", "updated_at"), changed)


def visible_students(
    connection: sa.Connection,
    course_id: int,
    *,
    sections: Collection[int] | None,
    user_ids: Collection[int] | None = None,
) -> list[int]:
    """Students of a course, active or inactive but not concluded, in these sections (``None``: in any), by id."""
    e: Any = t.enrollments.c
    query = (
        sa.select(e.user_id)
        .distinct()
        .where(e.course_id == course_id, e.type.in_(STUDENT_TYPES), e.workflow_state.not_in(GONE))
    )
    if sections is not None:
        query = query.where(bulk.among(connection, e.course_section_id, sorted(sections)))
    if user_ids is not None:
        query = query.where(bulk.among(connection, e.user_id, user_ids))
    return list(connection.execute(query.order_by(e.user_id)).scalars())
