"""Posting and hiding: which submissions students see, and what their events say of the grades before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from gradewire.store import bulk
from gradewire.store import tables as t


def sections(connection: sa.Connection, course_id: int, ids: Collection[int]) -> frozenset[int]:
    """Those of these ids that are active sections of the course."""
    c = t.course_sections.c
    query = sa.select(c.id).where(c.course_id == course_id, c.workflow_state == "active", bulk.among(connection, c.id, ids))
    return frozenset(connection.execute(query).scalars())


def post(connection: sa.Connection, submission_ids: Collection[int], posted_at: datetime | None, now: datetime) -> None:
    """Set when submissions were posted, or with ``None`` that they are not."""
    statement = sa.update(t.submissions).where(bulk.among(connection, t.submissions.c.id, submission_ids))
    connection.execute(statement.values(posted_at=posted_at, updated_at=now))


def mute(connection: sa.Connection, assignment_id: int, now: datetime) -> None:
    """Keep ``muted`` of the assignment, which says in the older way that work of somebody is not posted."""
    s, a = t.submissions.c, t.assignments.c
    unposted = sa.exists().where(s.assignment_id == assignment_id, s.workflow_state != "deleted", s.posted_at.is_(None))
    connection.execute(sa.update(t.assignments).where(a.id == assignment_id).values(muted=unposted, updated_at=now))


def grades_before(connection: sa.Connection, assignment_id: int) -> dict[int, tuple[float | None, str | None]]:
    """Score and grade of the second newest version of each submission of an assignment that was graded twice."""
    s, v = t.submissions.c, t.grade_versions.c
    query = (
        sa.select(s.id, v.score, v.grade)
        .join(t.grade_versions, sa.and_(v.submission_id == s.id, v.number == s.version - 1))
        .where(s.assignment_id == assignment_id, s.workflow_state != "deleted")
    )
    return {row.id: (row.score, row.grade) for row in connection.execute(query)}
