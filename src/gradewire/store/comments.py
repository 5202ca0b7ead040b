"""Comments on submissions; those of a provisional grade are provisional until publishing copies them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t


class CommentRow(Struct, frozen=True):
    id: int
    submission_id: int
    course_id: int
    author_id: int | None
    provisional_grade_id: int | None
    comment: str
    attempt: int | None
    hidden: bool
    draft: bool
    group_comment_id: str | None
    media_comment_id: str | None
    media_comment_type: str | None
    attachment_ids: list[int] | None
    edited_at: datetime | None
    created_at: datetime


COLUMNS: tuple[sa.Column[Any], ...] = tuple(t.submission_comments.c[name] for name in CommentRow.__struct_fields__)


def for_submissions(connection: sa.Connection, submission_ids: Collection[int], *, provisional: bool) -> list[CommentRow]:
    """The comments of these submissions in the order of their making; only the real ones, or provisional ones as well."""
    c = t.submission_comments.c
    query = sa.select(*COLUMNS).where(bulk.among(connection, c.submission_id, submission_ids))
    if not provisional:
        query = query.where(c.provisional_grade_id.is_(None))
    return [CommentRow(*row) for row in connection.execute(query.order_by(c.created_at, c.id))]


def add_many(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> list[CommentRow]:
    """Write comments; each mapping has the same columns. They come back in the given order."""
    if not rows:
        return []
    statement = sa.insert(t.submission_comments)
    values = [dict(row) for row in rows]
    if connection.dialect.name == "sqlite":  # cannot return many rows in order, but has one writer: what is new now is ours
        c = t.submission_comments.c
        newest = connection.execute(sa.select(sa.func.coalesce(sa.func.max(c.id), 0))).scalar_one()
        connection.execute(statement, values)
        made = connection.execute(sa.select(*COLUMNS).where(c.id > newest).order_by(c.id)).all()
    else:
        made = connection.execute(statement.returning(*COLUMNS, sort_by_parameter_order=True), values).all()
    return [CommentRow(*row) for row in made]


def unmark_grade_comments(connection: sa.Connection, submission_ids: Collection[int]) -> None:
    """No comment of these submissions is the one that goes with the grade."""
    c = t.submission_comments.c
    connection.execute(
        sa.update(t.submission_comments)
        .where(bulk.among(connection, c.submission_id, submission_ids), c.is_grade_comment)
        .values(is_grade_comment=False)
    )


def find(connection: sa.Connection, submission_id: int, comment_id: int) -> CommentRow | None:
    """A comment of a submission."""
    c = t.submission_comments.c
    row: Any = connection.execute(sa.select(*COLUMNS).where(c.id == comment_id, c.submission_id == submission_id)).one_or_none()
    return None if row is None else CommentRow(*row)


def edit(connection: sa.Connection, comment_id: int, text: str, now: datetime) -> None:
    """Give a comment another text."""
    c = t.submission_comments.c
    connection.execute(sa.update(t.submission_comments).where(c.id == comment_id).values(comment=text, edited_at=now))


def delete(connection: sa.Connection, comment_id: int) -> None:
    """Take a comment away for good."""
    connection.execute(sa.delete(t.submission_comments).where(t.submission_comments.c.id == comment_id))


def copy(connection: sa.Connection, provisional_grade_ids: Collection[int], now: datetime) -> None:
    """Make real comments out of those of these provisional grades, one of each submission. The originals stay. The newest copy
    is the comment that goes with the grade from now on."""
    c, other = t.submission_comments.c, t.submission_comments.alias().c
    copied = bulk.among(connection, c.provisional_grade_id, provisional_grade_ids)
    spoken = sa.select(c.submission_id).where(copied, sa.not_(c.draft)).distinct()
    unmark_grade_comments(connection, connection.execute(spoken).scalars().all())
    kept = [
        name for name in CommentRow.__struct_fields__ if name not in {"id", "provisional_grade_id", "edited_at", "created_at"}
    ]
    mine = sa.select(sa.func.max(other.id)).where(other.provisional_grade_id == c.provisional_grade_id, sa.not_(other.draft))
    newest = c.id == sa.func.coalesce(mine.correlate(t.submission_comments).scalar_subquery(), 0)
    rows = sa.select(*(c[name] for name in kept), newest, sa.literal(now, c.created_at.type)).where(copied)
    names = [*kept, "is_grade_comment", "created_at"]
    connection.execute(sa.insert(t.submission_comments).from_select(names, rows.order_by(c.created_at, c.id)))


def show(connection: sa.Connection, submission_ids: Collection[int]) -> None:
    """Let students see the comments that were hidden until their grades were posted; provisional ones stay as they are."""
    c = t.submission_comments.c
    connection.execute(
        sa.update(t.submission_comments)
        .where(bulk.among(connection, c.submission_id, submission_ids), c.hidden, c.provisional_grade_id.is_(None))
        .values(hidden=False)
    )


def hide(connection: sa.Connection, submission_ids: Collection[int]) -> None:
    """Take the comments of others out of the students' sight, until their grades are posted again."""
    c, s = t.submission_comments.c, t.submissions.c
    student = sa.select(s.user_id).where(s.id == c.submission_id).scalar_subquery()
    connection.execute(
        sa.update(t.submission_comments)
        .where(
            bulk.among(connection, c.submission_id, submission_ids),
            sa.not_(c.hidden),
            c.provisional_grade_id.is_(None),
            c.author_id.is_distinct_from(student),
        )
        .values(hidden=True)
    )
