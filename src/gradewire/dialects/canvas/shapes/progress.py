"""The Progress object: how far long work has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from gradewire.dialects.canvas.wire import whole
from gradewire.store.progresses import ProgressRow


class Progress(Struct):
    id: int
    context_id: int
    context_type: str
    user_id: int | None
    tag: str
    completion: float | None
    workflow_state: str
    created_at: datetime | None
    updated_at: datetime | None
    message: str | None
    results: Any
    url: str


def progress(row: ProgressRow, base_url: str) -> Progress:
    return Progress(
        id=row.id,
        context_id=row.context_id,
        context_type=row.context_type,
        user_id=row.user_id,
        tag=row.tag,
        completion=row.completion,
        workflow_state=row.workflow_state,
        created_at=whole(row.created_at),
        updated_at=whole(row.updated_at),
        message=row.message,
        results=row.results,
        url=f"{base_url}/api/v1/progress/{row.id}",
    )
