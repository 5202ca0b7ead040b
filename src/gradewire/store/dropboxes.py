"""How much was handed in for assignments."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gradewire.store import bulk
from gradewire.store import tables as t
from gradewire.store.submissions import ACTIVE

S = t.submissions.c


def count(
    connection: sa.Connection, assignment_ids: Collection[int], user_ids: Collection[int]
) -> dict[int, tuple[int, datetime]]:
    """By assignment, how many of these students handed something in, and when the last one did; without those of whom none
    did."""
    if not assignment_ids or not user_ids:
        return {}
    columns: list[Any] = [S.assignment_id, sa.func.count(), sa.func.max(S.submitted_at)]
    query = sa.select(*columns).where(
        bulk.among(connection, S.assignment_id, assignment_ids),
        bulk.among(connection, S.user_id, user_ids),
        S.submitted_at.is_not(None),
        ACTIVE,
    )
    return {number: (many, last) for number, many, last in connection.execute(query.group_by(S.assignment_id))}
