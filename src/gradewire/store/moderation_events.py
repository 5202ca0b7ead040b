"""The audit trail of anonymous and moderated assignments: append-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gradewire.store import tables as t


def append(
    connection: sa.Connection,
    *,
    assignment_id: int,
    submission_id: int | None,
    user_id: int | None,
    event_type: str,
    payload: Mapping[str, Any],
    now: datetime,
) -> None:
    connection.execute(
        sa.insert(t.moderation_events).values(
            assignment_id=assignment_id,
            submission_id=submission_id,
            user_id=user_id,
            event_type=event_type,
            payload=dict(payload),
            created_at=now,
        )
    )


def append_many(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Several entries at once; each a mapping of the columns."""
    if rows:
        connection.execute(sa.insert(t.moderation_events), [dict(row) for row in rows])


def list_for(connection: sa.Connection, assignment_id: int) -> list[dict[str, Any]]:
    """The trail of an assignment in the order it happened."""
    c = t.moderation_events.c
    rows = connection.execute(
        sa.select(c.id, c.assignment_id, c.submission_id, c.user_id, c.event_type, c.payload, c.created_at)
        .where(c.assignment_id == assignment_id)
        .order_by(c.id)
    ).mappings()
    return [dict(row) for row in rows]
