"""Heads of grades and their histories, many at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from gradewire.core.grading import Head
from gradewire.store import bulk
from gradewire.store import tables as t
from gradewire.store.submissions import SubmissionRow

VERSION = (
    "submission_id",
    "number",
    "course_id",
    "assignment_id",
    "user_id",
    "cause",
    "score",
    "grade",
    "points_deducted",
    "excused",
    "grader_id",
    "graded_at",
    "old_score",
    "old_grade",
    "old_excused",
    "acting_user_id",
    "request_id",
    "created_at",
)
"""The columns of an entry of the history, in the order in which they are written."""


def write_many(
    connection: sa.Connection,
    rows: Sequence[tuple[SubmissionRow, Head, str | None]],
    *,
    acting_user_id: int | None,
    request_id: str | None,
    now: datetime,
) -> None:
    """Write new heads, and for each with a cause an entry of the history."""
    names = Head.__struct_fields__
    bulk.update(
        connection,
        t.submissions,
        (*names, "updated_at"),
        [(row.id, *(getattr(head, name) for name in names), now) for row, head, _ in rows],
    )
    entries = [
        (
            row.id,
            head.version,
            row.course_id,
            row.assignment_id,
            row.user_id,
            cause,
            head.score,
            head.grade,
            head.points_deducted,
            head.excused,
            head.grader_id,
            head.graded_at,
            row.score,
            row.grade,
            row.excused,
            acting_user_id,
            request_id,
            now,
        )
        for row, head, cause in rows
        if cause is not None
    ]
    bulk.insert(connection, t.grade_versions, VERSION, entries)


def sis_ids(connection: sa.Connection, user_ids: Collection[int]) -> dict[int, str | None]:
    """The SIS ids of users, from the first of their active logins."""
    if not user_ids:
        return {}
    c = t.logins.c
    rows = connection.execute(
        sa.select(c.user_id, c.sis_user_id)
        .where(bulk.among(connection, c.user_id, user_ids), c.workflow_state == "active")
        .order_by(c.id.desc())
    )
    return {row.user_id: row.sis_user_id for row in rows}
