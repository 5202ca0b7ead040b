"""The history of grades as it is read: what is in it for whom, by days, graders and assignments, and as of a moment.

Nothing here is ever changed or removed: ``store.grades`` and the gradesheet append, this module reads.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.core.assigning import STUDENT_TYPES
from gradewire.store import bulk
from gradewire.store import tables as t

V, S, A, E = t.grade_versions.c, t.submissions.c, t.submission_attempts.c, t.enrollments.c
GRADER = sa.case((V.grader_id > 0, V.grader_id), else_=0)
"""Who graded; 0 where nobody did, but a policy or a load."""


class Sight(Struct, frozen=True, kw_only=True):
    """The part of a course's history that somebody sees."""

    course_id: int
    assignment_ids: Collection[int]
    sections: Collection[int] | None


class Work(Struct, frozen=True):
    """Who graded what at some time in a quarter of an hour."""

    quarter: datetime
    grader_id: int
    assignment_id: int


class VersionRow(Struct, frozen=True):
    """An entry with what was before it and what is now. ``attempt`` is the one that was graded."""

    id: int
    submission_id: int
    number: int
    assignment_id: int
    user_id: int
    score: float | None
    grade: str | None
    excused: bool
    grader_id: int
    graded_at: datetime | None
    created_at: datetime
    previous_grade: str | None
    previous_grader_id: int | None
    previous_graded_at: datetime | None
    current_grade: str | None
    current_grader_id: int | None
    current_graded_at: datetime | None
    current_attempt: int | None
    attempt: int | None
    submission_type: str | None
    body: str | None
    url: str | None


class PastGrade(Struct, frozen=True):
    """The grade of a submission at a moment; version 0 where there was none yet."""

    submission_id: int
    assignment_id: int
    user_id: int
    version: int
    score: float | None
    grade: str | None
    excused: bool
    graded_at: datetime | None
    created_at: datetime | None


def enrolled(user_id: sa.ColumnElement[Any], course_id: sa.ColumnElement[Any], sections: Any) -> sa.ColumnElement[bool]:
    """Whether the student is enrolled in the course, in one of these sections (``None``: in any)."""
    students = sa.select(E.id).where(
        E.course_id == course_id,
        E.user_id == user_id,
        E.type.in_(sorted(STUDENT_TYPES)),
        E.workflow_state.not_in(("deleted", "rejected")),
    )
    if sections is not None:
        students = students.where(E.course_section_id.in_(sorted(sections)))
    return students.exists()


def _seen(connection: sa.Connection, sight: Sight) -> list[sa.ColumnElement[bool]]:
    return [
        V.course_id == sight.course_id,
        bulk.among(connection, V.assignment_id, sight.assignment_ids),
        enrolled(V.user_id, V.course_id, sight.sections),
    ]


def work(
    connection: sa.Connection, sight: Sight, *, since: datetime | None = None, until: datetime | None = None
) -> list[Work]:
    """Who graded what when, to the quarter of an hour: no time zone's midnight lies within one. Newest first."""
    quarter: sa.ColumnElement[Any]
    if connection.dialect.name == "postgresql":
        quarter = sa.func.date_bin(sa.text("interval '15 minutes'"), V.created_at, sa.text("timestamptz '2000-01-01Z'"))
    else:
        minutes = sa.cast(sa.func.substr(V.created_at, 15, 2), sa.Integer) // 15 * 15
        quarter = sa.func.printf("%s%02d:00Z", sa.func.substr(V.created_at, 1, 14), minutes)
    quarter = quarter.label("quarter")
    query = sa.select(quarter, GRADER.label("grader"), V.assignment_id).where(*_seen(connection, sight)).distinct()
    if since is not None:
        query = query.where(V.created_at >= since)
    if until is not None:
        query = query.where(V.created_at < until)
    found = connection.execute(query.order_by(sa.desc("quarter"), "grader", V.assignment_id))
    return [Work(_moment(row[0]), row[1], row[2]) for row in found]


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _attempt() -> sa.ColumnElement[Any]:
    """The newest attempt that was there when the version was made."""
    return (
        sa.select(sa.func.max(A.attempt))
        .where(A.submission_id == V.submission_id, A.version < V.number)
        .correlate(t.grade_versions)
        .scalar_subquery()
    )


def _versions(connection: sa.Connection, sight: Sight) -> sa.Select[Any]:
    before = t.grade_versions.alias("before")
    positive = [sa.case((one > 0, one)) for one in (before.c.grader_id, S.grader_id)]
    columns = (
        V.id,
        V.submission_id,
        V.number,
        V.assignment_id,
        V.user_id,
        V.score,
        V.grade,
        V.excused,
        GRADER,
        V.graded_at,
        V.created_at,
        V.old_grade,
        positive[0],
        before.c.graded_at,
        S.grade,
        positive[1],
        S.graded_at,
        S.attempt,
        A.attempt,
        A.submission_type,
        A.body,
        A.url,
    )
    source = (
        t.grade_versions.join(t.submissions, S.id == V.submission_id)
        .outerjoin(before, sa.and_(before.c.submission_id == V.submission_id, before.c.number == V.number - 1))
        .outerjoin(t.submission_attempts, sa.and_(A.submission_id == V.submission_id, A.attempt == _attempt()))
    )
    return sa.select(*columns).select_from(source).where(*_seen(connection, sight))


def of_day(
    connection: sa.Connection,
    sight: Sight,
    *,
    grader_id: int,
    since: datetime,
    until: datetime,
    offset: int,
    limit: int,
) -> tuple[list[VersionRow], int]:
    """What a grader did between two moments: all entries of a page of submissions, by submission, the newest first; and how
    many submissions there are in all."""
    by: sa.ColumnElement[bool] = sa.literal(grader_id) == GRADER
    conditions = [by, V.created_at >= since, V.created_at < until]
    ids = sa.select(V.submission_id).where(*_seen(connection, sight), *conditions).distinct()
    total = connection.execute(sa.select(sa.func.count()).select_from(ids.subquery())).scalar_one()
    page = list(connection.execute(ids.order_by(V.submission_id).offset(offset).limit(limit)).scalars())
    query = _versions(connection, sight).where(*conditions, bulk.among(connection, V.submission_id, page))
    rows = connection.execute(query.order_by(V.submission_id, V.number.desc()))
    return [VersionRow(*row) for row in rows], total


def feed(
    connection: sa.Connection, sight: Sight, *, user_id: int | None, ascending: bool, offset: int, limit: int
) -> tuple[list[VersionRow], int]:
    """A page of the entries in the order of their making, and how many there are in all."""
    conditions = [] if user_id is None else [V.user_id == user_id]
    counting = sa.select(sa.func.count()).select_from(t.grade_versions).where(*_seen(connection, sight), *conditions)
    order = (V.created_at, V.id) if ascending else (V.created_at.desc(), V.id.desc())
    query = _versions(connection, sight).where(*conditions).order_by(*order).offset(offset).limit(limit)
    found = [VersionRow(*row) for row in connection.execute(query)]
    return found, connection.execute(counting).scalar_one()


def as_of(connection: sa.Connection, sight: Sight, moment: datetime, *, offset: int, limit: int) -> tuple[list[PastGrade], int]:
    """The grades of a page of submissions at a moment, by submission, and how many submissions there are in all."""
    newest = (
        sa.select(V.submission_id, sa.func.max(V.number).label("number"))
        .where(V.course_id == sight.course_id, V.created_at <= moment)
        .group_by(V.submission_id)
        .subquery()
    )
    conditions = [
        S.course_id == sight.course_id,
        S.workflow_state != "deleted",
        bulk.among(connection, S.assignment_id, sight.assignment_ids),
        enrolled(S.user_id, S.course_id, sight.sections),
    ]
    source = t.submissions.outerjoin(newest, newest.c.submission_id == S.id).outerjoin(
        t.grade_versions, sa.and_(V.submission_id == S.id, V.number == newest.c.number)
    )
    query = (
        sa.select(S.id, S.assignment_id, S.user_id, V.number, V.score, V.grade, V.excused, V.graded_at, V.created_at)
        .select_from(source)
        .where(*conditions)
        .order_by(S.id)
        .offset(offset)
        .limit(limit)
    )
    found = [
        PastGrade(row[0], row[1], row[2], row[3] or 0, row[4], row[5], bool(row[6]), row[7], row[8])
        for row in connection.execute(query)
    ]
    counting = sa.select(sa.func.count()).select_from(t.submissions).where(*conditions)
    return found, connection.execute(counting).scalar_one()
