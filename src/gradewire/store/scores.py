"""Score rows of a course, and the work they are computed from: read and written set by set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t

STUDENT_TYPES = ("StudentEnrollment", "StudentViewEnrollment")

NUMBERS = (
    "current_score",
    "final_score",
    "unposted_current_score",
    "unposted_final_score",
    "current_points",
    "final_points",
    "unposted_current_points",
    "unposted_final_points",
)
"""The computed columns, in the order of ``core.scoring.Totals``."""


class ScoreRow(Struct, frozen=True):
    """One score row with its numbers, in the order of ``NUMBERS``."""

    id: int
    enrollment_id: int
    user_id: int
    course_score: bool
    grading_period_id: int | None
    assignment_group_id: int | None
    numbers: tuple[float | None, ...]
    override_score: float | None
    dropped: Mapping[str, Sequence[int]] | None
    version: int
    created_at: datetime


class WorkRow(Struct, frozen=True):
    """What a student has for one assignment, as far as scores go."""

    assignment_id: int
    score: float | None
    excused: bool
    posted: bool
    pending_review: bool
    grading_period_id: int | None
    student_entered_score: float | None
    late_policy_status: str | None = None
    """What a grader said of it; the Schoology calculation has rules for work marked as missing."""
    incomplete: bool = False


class OverrideRow(Struct, frozen=True):
    """An active enrolment of a student with its score row in one scope, if there is one."""

    enrollment_id: int
    score_id: int | None
    override_score: float | None


class NewScores(Struct, frozen=True):
    """New numbers for one score row."""

    id: int
    numbers: tuple[float | None, ...]
    dropped: Mapping[str, Sequence[int]] | None


def lock(connection: sa.Connection, course_id: int, user_ids: Collection[int] | None) -> None:
    """Exclude everybody else who would write scores of these students until the end of the transaction.

    Whoever changes grades of a course in a transaction of several statements calls this before the first of them, so that all
    take their locks in one order. On SQLite there is one writer anyway.
    """
    if connection.dialect.name != "postgresql":
        return
    query = sa.select(t.scores.c.id).where(t.scores.c.course_id == course_id, t.scores.c.course_score)
    if user_ids is not None:
        query = query.where(bulk.among(connection, t.scores.c.user_id, user_ids))
    connection.execute(query.order_by(t.scores.c.id).with_for_update()).all()


_ROW: tuple[sa.Column[Any], ...] = tuple(
    t.scores.c[name]
    for name in (
        "id",
        "enrollment_id",
        "user_id",
        "course_score",
        "grading_period_id",
        "assignment_group_id",
        *NUMBERS,
        "override_score",
        "dropped",
        "version",
        "created_at",
    )
)


def _score_row(row: Any) -> ScoreRow:
    return ScoreRow(*(*row[:6], tuple(row[6:14]), *row[14:18]))


def rows_for(connection: sa.Connection, course_id: int, user_ids: Collection[int] | None) -> dict[int, list[ScoreRow]]:
    """The active score rows by student; of several enrolments each has its own."""
    c = t.scores.c
    query = sa.select(*_ROW).where(c.course_id == course_id, c.workflow_state == "active")
    if user_ids is not None:
        query = query.where(bulk.among(connection, c.user_id, user_ids))
    found: dict[int, list[ScoreRow]] = defaultdict(list)
    for row in connection.execute(query.order_by(c.id)).all():
        found[row.user_id].append(_score_row(row))
    return found


def rows_of_user(connection: sa.Connection, course_ids: Collection[int], user_id: int) -> dict[int, list[ScoreRow]]:
    """The active score rows of one student in several courses, by course."""
    c = t.scores.c
    query = sa.select(*_ROW, c.course_id).where(
        bulk.among(connection, c.course_id, course_ids), c.user_id == user_id, c.workflow_state == "active"
    )
    found: dict[int, list[ScoreRow]] = defaultdict(list)
    for row in connection.execute(query.order_by(c.id)):
        found[row.course_id].append(_score_row(row))
    return found


def work_for(connection: sa.Connection, course_id: int, user_ids: Collection[int] | None) -> dict[int, list[WorkRow]]:
    """What each student has in the course, by student."""
    c = t.submissions.c
    query = sa.select(
        c.user_id,
        c.assignment_id,
        c.score,
        c.excused,
        c.posted_at.is_not(None),
        c.workflow_state == "pending_review",
        c.grading_period_id,
        c.student_entered_score,
        c.late_policy_status,
        c.incomplete,
    ).where(c.course_id == course_id, c.workflow_state != "deleted")
    if user_ids is not None:
        query = query.where(bulk.among(connection, c.user_id, user_ids))
    found: dict[int, list[WorkRow]] = defaultdict(list)
    for row in connection.execute(query).all():
        found[row[0]].append(WorkRow(*row[1:]))
    return found


def completed_students(connection: sa.Connection, course_id: int, user_ids: Collection[int] | None) -> frozenset[int]:
    """Students all of whose enrolments in the course are completed."""
    c = t.enrollments.c
    query = (
        sa.select(c.user_id)
        .where(c.course_id == course_id, c.type.in_(STUDENT_TYPES), c.workflow_state.not_in(("deleted", "rejected")))
        .group_by(c.user_id)
        .having(sa.func.sum(sa.case((c.workflow_state == "completed", 0), else_=1)) == 0)
    )
    if user_ids is not None:
        query = query.where(bulk.among(connection, c.user_id, user_ids))
    return frozenset(connection.execute(query).scalars())


def anonymous_unposted(connection: sa.Connection, *course_ids: int) -> frozenset[int]:
    """Anonymous assignments with a submission of an active real student that is not posted."""
    s, a, e = t.submissions.c, t.assignments.c, t.enrollments.c
    active = sa.exists().where(
        e.course_id == a.course_id,
        e.user_id == s.user_id,
        e.type == "StudentEnrollment",
        e.workflow_state == "active",
    )
    query = (
        sa.select(a.id)
        .join(t.submissions, s.assignment_id == a.id)
        .where(
            bulk.among(connection, a.course_id, course_ids),
            a.anonymous_grading,
            s.posted_at.is_(None),
            s.workflow_state != "deleted",
            active,
        )
        .distinct()
    )
    return frozenset(connection.execute(query).scalars())


def update_many(connection: sa.Connection, rows: Sequence[NewScores], now: datetime) -> None:
    """Write new numbers. A row that never had any is at version 1 then; versions of course rows are counted by ``count_up``,
    and those of the others guard nothing."""
    if not rows:
        return
    written = [(row.id, *row.numbers, row.dropped, now) for row in rows]
    bulk.update(connection, t.scores, (*NUMBERS, "dropped", "updated_at"), written)
    mine = bulk.among(connection, t.scores.c.id, [row.id for row in rows])
    connection.execute(sa.update(t.scores).where(mine, t.scores.c.version == 0).values(version=1))


def count_up(connection: sa.Connection, course_id: int, user_ids: Collection[int] | None) -> None:
    """Count up the version of the students' course rows whose numbers stay: who computed from older work must start again."""
    c = t.scores.c
    statement = sa.update(t.scores).where(c.course_id == course_id, c.course_score)
    if user_ids is not None:
        statement = statement.where(bulk.among(connection, c.user_id, user_ids))
    connection.execute(statement.values(version=c.version + 1))


def overridable(connection: sa.Connection, course_id: int, user_id: int, grading_period_id: int | None) -> list[OverrideRow]:
    """The active student enrolments of a user in a course, each with its score row of the course or of a grading period."""
    e, s = t.enrollments.c, t.scores.c
    scope = s.course_score if grading_period_id is None else s.grading_period_id == grading_period_id
    rows = connection.execute(
        sa.select(e.id, s.id, s.override_score)
        .select_from(t.enrollments)
        .outerjoin(t.scores, sa.and_(s.enrollment_id == e.id, scope, s.workflow_state == "active"))
        .where(e.course_id == course_id, e.user_id == user_id, e.type.in_(STUDENT_TYPES), e.workflow_state == "active")
        .order_by(e.id)
    )
    return [OverrideRow(*row) for row in rows]


def set_override(connection: sa.Connection, score_ids: Collection[int], score: float | None, now: datetime) -> None:
    """Write an override into score rows. Their versions stay: no computation of a Canvas course reads it."""
    if score_ids:
        connection.execute(sa.update(t.scores).where(t.scores.c.id.in_(score_ids)).values(override_score=score, updated_at=now))
