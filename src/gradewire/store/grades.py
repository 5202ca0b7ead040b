"""Heads of grades and their histories, many at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from gradewire.core.grading import Head
from gradewire.store import bulk
from gradewire.store import tables as t
from gradewire.store.submissions import SubmissionRow


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
        {
            "submission_id": row.id,
            "number": head.version,
            "course_id": row.course_id,
            "assignment_id": row.assignment_id,
            "user_id": row.user_id,
            "cause": cause,
            "score": head.score,
            "grade": head.grade,
            "points_deducted": head.points_deducted,
            "excused": head.excused,
            "grader_id": head.grader_id,
            "graded_at": head.graded_at,
            "old_score": row.score,
            "old_grade": row.grade,
            "old_excused": row.excused,
            "acting_user_id": acting_user_id,
            "request_id": request_id,
            "created_at": now,
        }
        for row, head, cause in rows
        if cause is not None
    ]
    if entries:
        connection.execute(sa.insert(t.grade_versions), entries)


def sis_ids(connection: sa.Connection, user_ids: Collection[int]) -> dict[int, str | None]:
    """The SIS ids of users, from the first of their active logins."""
    if not user_ids:
        return {}
    c = t.logins.c
    rows = connection.execute(
        sa.select(c.user_id, c.sis_user_id).where(c.user_id.in_(user_ids), c.workflow_state == "active").order_by(c.id.desc())
    )
    return {row.user_id: row.sis_user_id for row in rows}
