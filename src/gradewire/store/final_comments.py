"""Comments on the grades of periods and courses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t

F, E = t.final_comments.c, t.enrollments.c


class FinalCommentRow(Struct, frozen=True):
    """A comment on the grade of a period, or of the course."""

    id: int
    course_id: int
    user_id: int
    enrollment_id: int
    grading_period_id: int | None
    comment: str
    visible: bool


COLUMNS: tuple[Any, ...] = (F.id, F.course_id, E.user_id, F.enrollment_id, F.grading_period_id, F.comment, F.visible)
SOURCE = t.final_comments.join(t.enrollments, E.id == F.enrollment_id)


def of_courses(
    connection: sa.Connection, course_ids: Collection[int], *, user_ids: Collection[int]
) -> dict[tuple[int, int], list[FinalCommentRow]]:
    """The comments on these people's grades in these courses, by course and user, the newest last: somebody with several
    enrolments may have several."""
    rows = connection.execute(
        sa.select(*COLUMNS)
        .select_from(SOURCE)
        .where(bulk.among(connection, F.course_id, course_ids), bulk.among(connection, E.user_id, user_ids))
        .order_by(F.updated_at, F.id)
    )
    found: dict[tuple[int, int], list[FinalCommentRow]] = {}
    for row in rows:
        found.setdefault((row.course_id, row.user_id), []).append(FinalCommentRow(*row))
    return found


def add_many(
    connection: sa.Connection, rows: Sequence[tuple[int, int, int | None, str, bool]], author_id: int | None, now: datetime
) -> None:
    """New comments: (course, enrolment, period or ``None`` for the course, text, visible)."""
    columns = (
        "course_id",
        "enrollment_id",
        "grading_period_id",
        "comment",
        "visible",
        "author_id",
        "created_at",
        "updated_at",
    )
    bulk.insert(connection, t.final_comments, columns, [(*row, author_id, now, now) for row in rows])


def change_many(connection: sa.Connection, rows: Sequence[tuple[int, str, bool]], author_id: int | None, now: datetime) -> None:
    """Other texts for comments that are there: (id, text, visible)."""
    columns = ("comment", "visible", "author_id", "updated_at")
    bulk.update(connection, t.final_comments, columns, [(*row, author_id, now) for row in rows])


def delete_many(connection: sa.Connection, ids: Collection[int]) -> None:
    bulk.delete(connection, t.final_comments, ids)
