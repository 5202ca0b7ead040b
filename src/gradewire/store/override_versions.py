"""The history of overridden scores: append-only, beside that of grades."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from gradewire.core.changes import OverrideChanged
from gradewire.store import tables as t


def append(
    connection: sa.Connection,
    facts: Sequence[OverrideChanged],
    *,
    acting_user_id: int | None,
    request_id: str | None,
    now: datetime,
) -> None:
    """An entry for each override that changed."""
    entries = [
        {
            "score_id": fact.score_id,
            "enrollment_id": fact.enrollment_id,
            "course_id": fact.course_id,
            "user_id": fact.user_id,
            "grading_period_id": fact.grading_period_id,
            "old_override_score": fact.old_override_score,
            "override_score": fact.override_score,
            "acting_user_id": acting_user_id,
            "request_id": request_id,
            "created_at": now,
        }
        for fact in facts
    ]
    if entries:
        connection.execute(sa.insert(t.override_versions), entries)
