"""Progress of long work, as a client watches it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


class ProgressRow(Struct, frozen=True):
    """``completion`` is percent."""

    id: int
    context_type: str
    context_id: int
    user_id: int | None
    tag: str
    completion: float | None
    workflow_state: str
    message: str | None
    results: Any
    created_at: datetime
    updated_at: datetime


_COLUMNS = [t.progresses.c[name] for name in ProgressRow.__struct_fields__]


def create(
    connection: sa.Connection,
    *,
    context_type: str,
    context_id: int,
    user_id: int | None,
    tag: str,
    now: datetime,
    workflow_state: str = "queued",
    completion: float = 0.0,
) -> ProgressRow:
    row: Any = connection.execute(
        sa.insert(t.progresses)
        .values(
            context_type=context_type,
            context_id=context_id,
            user_id=user_id,
            tag=tag,
            completion=completion,
            workflow_state=workflow_state,
            created_at=now,
            updated_at=now,
        )
        .returning(*_COLUMNS)
    ).one()
    return ProgressRow(*row)


def find(connection: sa.Connection, progress_id: int) -> ProgressRow | None:
    row: Any = connection.execute(sa.select(*_COLUMNS).where(t.progresses.c.id == progress_id)).one_or_none()
    return None if row is None else ProgressRow(*row)


def update(connection: sa.Connection, progress_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.progresses).where(t.progresses.c.id == progress_id).values(updated_at=now, **values))
