"""What people have seen of submissions: one row per submission, person and item, with the moment of the last look."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql, sqlite

from gradewire.store import bulk
from gradewire.store import tables as t


class ReadRow(Struct, frozen=True):
    submission_id: int
    item: str
    unread: bool
    updated_at: datetime


class NewsRow(Struct, frozen=True):
    """The last moments at which somebody else said something about a submission."""

    submission_id: int
    comment: datetime | None
    rubric: datetime | None


def marks(connection: sa.Connection, submission_ids: Collection[int], user_id: int) -> list[ReadRow]:
    """What this person has seen of these submissions, or says not to have seen."""
    c = t.submission_reads.c
    columns = [c[name] for name in ReadRow.__struct_fields__]
    query = sa.select(*columns).where(bulk.among(connection, c.submission_id, submission_ids), c.user_id == user_id)
    return [ReadRow(*row) for row in connection.execute(query)]


def news(connection: sa.Connection, submission_ids: Collection[int], user_id: int, *, hidden: bool) -> list[NewsRow]:
    """What others have said about these submissions; with ``hidden``, also what students do not see yet."""
    c, r = t.submission_comments.c, t.rubric_assessments.c
    said = [c.submission_id == t.submissions.c.id, c.provisional_grade_id.is_(None), sa.not_(c.draft)]
    said.append(sa.func.coalesce(c.author_id, 0) != user_id)
    if not hidden:
        said.append(sa.not_(c.hidden))
    comment = sa.select(sa.func.max(c.created_at)).where(*said).correlate(t.submissions).scalar_subquery()
    judged = [r.submission_id == t.submissions.c.id, r.provisional_grade_id.is_(None)]
    judged.append(sa.func.coalesce(r.assessor_id, 0) != user_id)
    rubric = sa.select(sa.func.max(r.updated_at)).where(*judged).correlate(t.submissions).scalar_subquery()
    query = sa.select(t.submissions.c.id, comment, rubric).where(bulk.among(connection, t.submissions.c.id, submission_ids))
    return [NewsRow(*row) for row in connection.execute(query)]


def mark(
    connection: sa.Connection,
    submission_ids: Collection[int],
    user_id: int,
    *,
    items: Collection[str],
    unread: bool,
    now: datetime,
) -> None:
    """Say that a person has seen these items of submissions now, or has not."""
    rows = [
        {"submission_id": one, "user_id": user_id, "item": item, "unread": unread, "updated_at": now}
        for one in submission_ids
        for item in items
    ]
    if not rows:
        return
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(t.submission_reads)
    statement = statement.on_conflict_do_update(
        index_elements=["submission_id", "user_id", "item"],
        set_={"unread": statement.excluded.unread, "updated_at": statement.excluded.updated_at},
    )
    connection.execute(statement, rows)
