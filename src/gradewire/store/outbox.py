"""Finished messages on their way out. A row is written in the commit of the fact it tells and never changed afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


class OutboxRow(Struct, frozen=True):
    event_id: str
    name: str
    course_id: int
    student_id: int
    muted: bool
    occurred_at: datetime
    canvas: str
    caliper: str | None


def append(connection: sa.Connection, rows: Sequence[OutboxRow]) -> None:
    """Add messages in the given order."""
    if rows:
        fields = OutboxRow.__struct_fields__
        connection.execute(sa.insert(t.outbox), [{name: getattr(row, name) for name in fields} for row in rows])
