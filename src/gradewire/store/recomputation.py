"""Which courses there are to compute anew, and the calculation that each is pinned to."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among


class PinnedCourse(Struct, frozen=True):
    """A course that is not deleted."""

    id: int
    name: str
    calculation: str
    calculation_version: int
    students: int


def courses(connection: sa.Connection, ids: Collection[int] | None, *, after: int = 0) -> list[PinnedCourse]:
    """All courses or these, by id, from the first one behind ``after``, with how many students have scores."""
    c, s = t.courses.c, t.scores.c
    students = (
        sa.select(sa.func.count(sa.distinct(s.user_id)))
        .where(s.course_id == c.id, s.course_score, s.workflow_state == "active")
        .scalar_subquery()
    )
    query = sa.select(c.id, c.name, c.calculation, c.calculation_version, students).where(
        c.workflow_state != "deleted", c.id > after
    )
    if ids is not None:
        query = query.where(among(connection, c.id, ids))
    return [PinnedCourse(*row) for row in connection.execute(query.order_by(c.id))]


def pin(connection: sa.Connection, course_id: int, version: int) -> None:
    """Let a course be calculated by this version from now on."""
    connection.execute(sa.update(t.courses).where(t.courses.c.id == course_id).values(calculation_version=version))
