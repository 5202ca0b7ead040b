"""Students to whom assignments are assigned, as graders list them."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t


class PlaceRow(Struct, frozen=True):
    """A student's place in an assignment: what a list of students is ordered by."""

    submission_id: int
    assignment_id: int
    user_id: int
    anonymous_id: str
    sortable_name: str


def places(connection: sa.Connection, assignment_ids: Collection[int], user_ids: Collection[int]) -> list[PlaceRow]:
    """The places of these students in these assignments, by student and assignment. Who is not assigned has none."""
    s, u = t.submissions.c, t.users.c
    query = (
        sa.select(s.id, s.assignment_id, s.user_id, s.anonymous_id, u.sortable_name)
        .join(t.users, u.id == s.user_id)
        .where(
            bulk.among(connection, s.assignment_id, assignment_ids),
            bulk.among(connection, s.user_id, user_ids),
            s.workflow_state != "deleted",
        )
        .order_by(s.user_id, s.assignment_id)
    )
    return [PlaceRow(*row) for row in connection.execute(query)]
