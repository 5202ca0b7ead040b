"""Late policies, at most one for a course, and the work that an edit of one may concern."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import asdict

from gradewire.core.lateness import LatePolicy
from gradewire.store import tables as t
from gradewire.store.scores import STUDENT_TYPES
from gradewire.store.submissions import ACTIVE, COLUMNS, SubmissionRow

POLICY: tuple[sa.Column[Any], ...] = tuple(t.late_policies.c[name] for name in LatePolicy.__struct_fields__)


class LatePolicyRow(Struct, frozen=True):
    id: int
    course_id: int
    created_at: datetime
    updated_at: datetime
    policy: LatePolicy


def find(connection: sa.Connection, course_id: int, *, lock: bool = False) -> LatePolicyRow | None:
    """The policy of a course. ``lock`` keeps others from changing it until the transaction ends."""
    c = t.late_policies.c
    query = sa.select(c.id, c.course_id, c.created_at, c.updated_at, *POLICY).where(c.course_id == course_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return None
    values = dict(zip(LatePolicy.__struct_fields__, row[4:], strict=True))
    return LatePolicyRow(row.id, row.course_id, row.created_at, row.updated_at, LatePolicy(**values))


def add(connection: sa.Connection, course_id: int, policy: LatePolicy, now: datetime) -> None:
    connection.execute(sa.insert(t.late_policies).values(course_id=course_id, created_at=now, updated_at=now, **asdict(policy)))


def change(connection: sa.Connection, course_id: int, policy: LatePolicy, now: datetime) -> None:
    statement = sa.update(t.late_policies).where(t.late_policies.c.course_id == course_id)
    connection.execute(statement.values(updated_at=now, **asdict(policy)))


def scored_late(connection: sa.Connection, course_id: int) -> list[SubmissionRow]:
    """Scored work of a course that lost something to a late policy or may do so under another."""
    c = t.submissions.c
    late = sa.or_(c.points_deducted.is_not(None), c.submitted_at > c.cached_due_date, c.late_policy_status == "late")
    query = sa.select(*COLUMNS).where(c.course_id == course_id, ACTIVE, c.score.is_not(None), ~c.excused, late)
    return [SubmissionRow(*row) for row in connection.execute(query.order_by(c.id))]


def missing(connection: sa.Connection, course_id: int, now: datetime) -> list[SubmissionRow]:
    """Work of active students without a score that is past due and not handed in, or that a grader marked as missing."""
    c, e = t.submissions.c, t.enrollments.c
    unmarked = sa.and_(
        c.late_policy_status.is_(None), c.custom_grade_status_id.is_(None), c.submitted_at.is_(None), c.cached_due_date < now
    )
    enrolled = sa.exists().where(
        e.course_id == c.course_id, e.user_id == c.user_id, e.type.in_(STUDENT_TYPES), e.workflow_state == "active"
    )
    query = sa.select(*COLUMNS).where(
        c.course_id == course_id,
        ACTIVE,
        c.score.is_(None),
        ~c.excused,
        ~c.incomplete,
        c.workflow_state != "pending_review",
        sa.or_(unmarked, c.late_policy_status == "missing"),
        enrolled,
    )
    return [SubmissionRow(*row) for row in connection.execute(query.order_by(c.id))]
