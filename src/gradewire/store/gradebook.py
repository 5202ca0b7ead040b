"""A course's gradebook, read set by set: students with their sections, and a cell for each assignment of theirs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.core.assigning import STUDENT_TYPES
from gradewire.store import bulk
from gradewire.store import tables as t
from gradewire.store.submissions import COLUMNS, SubmissionRow
from gradewire.store.users import users_with_login


class StudentRow(Struct, frozen=True):
    """A student of a course; the test student is ``fake``."""

    user_id: int
    sortable_name: str
    fake: bool
    login: str | None
    sis_user_id: str | None
    sections: list[str]
    states: frozenset[str]
    """Of the enrolments that were looked at."""


class CellRow(Struct, frozen=True):
    """A submission as a gradebook shows it."""

    assignment_id: int
    user_id: int
    score: float | None
    grade: str | None
    excused: bool
    grading_period_id: int | None


class PreviewRow(Struct, frozen=True):
    """The preview of a gradebook import."""

    id: int
    course_id: int
    user_id: int
    changes: Any
    summary: Any
    progress_id: int | None
    expires_at: datetime
    workflow_state: str


E, U, O, S = t.enrollments.c, t.users.c, t.logins.c, t.submissions.c  # noqa: E741 - as elsewhere, the tables' first letters
P = t.gradebook_imports.c
ALL_STATES = ("active", "invited", "creation_pending", "inactive", "completed")


def students(
    connection: sa.Connection,
    course_id: int,
    *,
    sections: Collection[int] | None,
    states: Collection[str] = ALL_STATES,
    user_ids: Collection[int] | None = None,
) -> list[StudentRow]:
    """The students of these sections (``None``: of all), all or those of these ids, by the names they are sorted by, the test
    student last."""
    query = (
        sa.select(U.id, U.sortable_name, U.fake_student, O.unique_id, O.sis_user_id, t.course_sections.c.name, E.workflow_state)
        .select_from(
            users_with_login()
            .join(t.enrollments, E.user_id == U.id)
            .join(t.course_sections, t.course_sections.c.id == E.course_section_id)
        )
        .where(E.course_id == course_id, E.type.in_(sorted(STUDENT_TYPES)), E.workflow_state.in_(sorted(states)))
        .order_by(U.fake_student, U.sortable_name, U.id, t.course_sections.c.name)
    )
    if sections is not None:
        query = query.where(bulk.among(connection, E.course_section_id, sections))
    if user_ids is not None:
        query = query.where(bulk.among(connection, E.user_id, user_ids))
    found: dict[int, tuple[Any, list[str], set[str]]] = {}
    for row in connection.execute(query):
        _, names, known = found.setdefault(row[0], (row, [], set()))
        if row[5] not in names:
            names.append(row[5])
        known.add(row[6])
    return [StudentRow(row[0], row[1], row[2], row[3], row[4], names, frozenset(known)) for row, names, known in found.values()]


def cells(connection: sa.Connection, course_id: int, assignment_ids: Collection[int]) -> dict[tuple[int, int], CellRow]:
    """The cells of these assignments by (assignment, student)."""
    query = sa.select(S.assignment_id, S.user_id, S.score, S.grade, S.excused, S.grading_period_id).where(
        S.course_id == course_id, bulk.among(connection, S.assignment_id, assignment_ids), S.workflow_state != "deleted"
    )
    return {(row[0], row[1]): CellRow(*row) for row in connection.execute(query)}


def submissions(
    connection: sa.Connection, course_id: int, *, assignment_ids: Collection[int], user_ids: Collection[int]
) -> dict[tuple[int, int], SubmissionRow]:
    """The whole submissions of these students by (assignment, student)."""
    query = sa.select(*COLUMNS).where(
        S.course_id == course_id,
        bulk.among(connection, S.assignment_id, assignment_ids),
        bulk.among(connection, S.user_id, user_ids),
        S.workflow_state != "deleted",
    )
    found = [SubmissionRow(*row) for row in connection.execute(query)]
    return {(row.assignment_id, row.user_id): row for row in found}


def notes(connection: sa.Connection, column_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """What custom columns say of students, by (column, student)."""
    d = t.custom_gradebook_column_data.c
    query = sa.select(d.custom_gradebook_column_id, d.user_id, d.content).where(
        bulk.among(connection, d.custom_gradebook_column_id, column_ids)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


_COLUMNS = [P[name] for name in PreviewRow.__struct_fields__]


def add_preview(connection: sa.Connection, now: datetime, **values: Any) -> int:
    number: int = connection.execute(
        sa.insert(t.gradebook_imports).values(created_at=now, updated_at=now, **values).returning(P.id)
    ).scalar_one()
    return number


def forget_previews(connection: sa.Connection, user_id: int, now: datetime) -> None:
    """Remove a user's previews that were never applied and cannot be any more."""
    connection.execute(
        sa.delete(t.gradebook_imports).where(P.user_id == user_id, P.workflow_state == "previewed", P.expires_at < now)
    )


def find_preview(connection: sa.Connection, *, digest: str, course_id: int, user_id: int) -> PreviewRow | None:
    """The preview of this user in this course with this token."""
    row: Any = connection.execute(
        sa.select(*_COLUMNS).where(P.token_digest == digest, P.course_id == course_id, P.user_id == user_id)
    ).one_or_none()
    return None if row is None else PreviewRow(*row)


def preview(connection: sa.Connection, number: int) -> PreviewRow | None:
    row: Any = connection.execute(sa.select(*_COLUMNS).where(P.id == number)).one_or_none()
    return None if row is None else PreviewRow(*row)


def use_preview(connection: sa.Connection, number: int, now: datetime) -> bool:
    """Take a preview to apply it; False where somebody has taken it already."""
    found = connection.execute(
        sa.update(t.gradebook_imports)
        .where(P.id == number, P.workflow_state == "previewed")
        .values(workflow_state="applied", updated_at=now)
    )
    return found.rowcount == 1


def change_preview(connection: sa.Connection, number: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.gradebook_imports).where(P.id == number).values(updated_at=now, **values))
