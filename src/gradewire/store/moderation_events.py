"""The audit trail of anonymous and moderated assignments: append-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


class EventRow(Struct, frozen=True):
    id: int
    assignment_id: int
    submission_id: int | None
    user_id: int | None
    event_type: str
    payload: dict[str, Any]
    created_at: datetime


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


def page(connection: sa.Connection, assignment_id: int, *, offset: int, limit: int) -> tuple[list[EventRow], int]:
    """A page of the trail of an assignment in the order it happened, and how many entries there are in all."""
    c = t.moderation_events.c
    columns = (c[name] for name in EventRow.__struct_fields__)
    query = sa.select(*columns).where(c.assignment_id == assignment_id).order_by(c.id).offset(offset).limit(limit)
    found = [EventRow(*row) for row in connection.execute(query)]
    counting = sa.select(sa.func.count()).select_from(t.moderation_events).where(c.assignment_id == assignment_id)
    return found, connection.execute(counting).scalar_one()
