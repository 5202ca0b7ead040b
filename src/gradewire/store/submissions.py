"""Submissions: one row per assignment and assigned student, whether anything was handed in or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t


class SubmissionRow(Struct, frozen=True):
    """A submission with the head of its grade history."""

    id: int
    course_id: int
    assignment_id: int
    user_id: int
    anonymous_id: str
    workflow_state: str
    score: float | None
    grade: str | None
    points_deducted: float | None
    excused: bool
    grader_id: int | None
    graded_at: datetime | None
    posted_at: datetime | None
    graded_anonymously: bool
    grade_matches_current_submission: bool
    version: int
    attempt: int | None
    extra_attempts: int | None
    submission_type: str | None
    body: str | None
    url: str | None
    submitted_at: datetime | None
    late_policy_status: str | None
    seconds_late_override: int | None
    custom_grade_status_id: int | None
    cached_due_date: datetime | None
    grading_period_id: int | None
    redo_request: bool
    sticker: str | None
    student_entered_score: float | None
    group_id: int | None
    attachment_ids: list[int] | None
    created_at: datetime
    updated_at: datetime
    incomplete: bool = False


COLUMNS: tuple[sa.Column[Any], ...] = tuple(t.submissions.c[name] for name in SubmissionRow.__struct_fields__)
ACTIVE = t.submissions.c.workflow_state != "deleted"


def by_students(connection: sa.Connection, assignment_id: int, user_ids: Collection[int] | None = None) -> list[SubmissionRow]:
    """The submissions of an assignment, of all or of these students, ordered by student. Unassigned students have none."""
    query = sa.select(*COLUMNS).where(t.submissions.c.assignment_id == assignment_id, ACTIVE)
    if user_ids is not None:
        query = query.where(bulk.among(connection, t.submissions.c.user_id, user_ids))
    return [SubmissionRow(*row) for row in connection.execute(query.order_by(t.submissions.c.user_id)).all()]


def _enrolled(sections: Collection[int] | None) -> sa.ColumnElement[bool]:
    """The submission's student is enrolled in the course, in one of these sections (``None``: anywhere)."""
    e = t.enrollments.c
    students = sa.select(e.id).where(
        e.course_id == t.submissions.c.course_id,
        e.user_id == t.submissions.c.user_id,
        e.type.in_(("StudentEnrollment", "StudentViewEnrollment")),
        e.workflow_state.not_in(("deleted", "rejected")),
    )
    if sections is not None:
        students = students.where(e.course_section_id.in_(sections))
    return students.correlate(t.submissions).exists()


def of_students(
    connection: sa.Connection, assignment_id: int, user_ids: Collection[int], *, sections: Collection[int] | None
) -> dict[int, SubmissionRow]:
    """The submissions of those of these students who are enrolled in the sections, by student."""
    condition = sa.and_(
        t.submissions.c.assignment_id == assignment_id, t.submissions.c.user_id.in_(user_ids), ACTIVE, _enrolled(sections)
    )
    return {row.user_id: SubmissionRow(*row) for row in connection.execute(sa.select(*COLUMNS).where(condition))}


def page(
    connection: sa.Connection, assignment_id: int, *, sections: Collection[int] | None, offset: int, limit: int | None
) -> tuple[list[SubmissionRow], int]:
    """Submissions of an assignment of the students enrolled in these sections (``None``: anywhere), by student; and how many
    there are in all."""
    condition = sa.and_(t.submissions.c.assignment_id == assignment_id, ACTIVE, _enrolled(sections))
    query = sa.select(*COLUMNS).where(condition).order_by(t.submissions.c.user_id).offset(offset)
    if limit is not None:
        query = query.limit(limit)
    found = [SubmissionRow(*row) for row in connection.execute(query).all()]
    if limit is None:
        return found, len(found) + offset
    total = connection.execute(sa.select(sa.func.count()).select_from(t.submissions).where(condition)).scalar_one()
    return found, total


class Search(Struct, frozen=True, kw_only=True):
    """Which submissions of a course to look for; ``None`` does not restrict."""

    course_id: int
    assignment_ids: Collection[int]
    user_ids: Collection[int] | None = None
    sections: Collection[int] | None = None
    enrollment_states: Collection[str] | None = None
    workflow_state: str | None = None
    submitted_since: datetime | None = None
    graded_since: datetime | None = None
    grading_period_id: int | None = None
    by_graded_at: bool = False
    descending: bool = False


def _matches(connection: sa.Connection, wanted: Search) -> sa.ColumnElement[bool]:
    c, e = t.submissions.c, t.enrollments.c
    enrolled = [
        e.course_id == c.course_id,
        e.user_id == c.user_id,
        e.type.in_(("StudentEnrollment", "StudentViewEnrollment")),
        e.workflow_state.not_in(("deleted", "rejected")),
    ]
    if wanted.sections is not None:
        enrolled.append(e.course_section_id.in_(wanted.sections))
    if wanted.enrollment_states is not None:
        enrolled.append(e.workflow_state.in_(wanted.enrollment_states))
    conditions = [
        c.course_id == wanted.course_id,
        ACTIVE,
        bulk.among(connection, c.assignment_id, wanted.assignment_ids),
        sa.select(e.id).where(*enrolled).correlate(t.submissions).exists(),
    ]
    if wanted.user_ids is not None:
        conditions.append(bulk.among(connection, c.user_id, wanted.user_ids))
    if wanted.workflow_state is not None:
        conditions.append(c.workflow_state == wanted.workflow_state)
    if wanted.submitted_since is not None:
        conditions.append(c.submitted_at > wanted.submitted_since)
    if wanted.graded_since is not None:
        conditions.append(c.graded_at > wanted.graded_since)
    if wanted.grading_period_id is not None:
        conditions.append(c.grading_period_id == wanted.grading_period_id)
    return sa.and_(*conditions)


def search(
    connection: sa.Connection,
    wanted: Search,
    *,
    among: Collection[int] | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> tuple[list[SubmissionRow], int]:
    """The submissions that match, of all or of these, and how many there are in all."""
    c = t.submissions.c
    condition = _matches(connection, wanted)
    if among is not None:
        condition = sa.and_(condition, bulk.among(connection, c.id, among))
    order = [sa.nulls_last(c.graded_at.desc() if wanted.descending else c.graded_at.asc())] if wanted.by_graded_at else []
    query = sa.select(*COLUMNS).where(condition).order_by(*order, c.id.desc() if wanted.descending else c.id)
    if limit is None:
        found = [SubmissionRow(*row) for row in connection.execute(query).all()]
        return found, len(found)
    found = [SubmissionRow(*row) for row in connection.execute(query.offset(offset).limit(limit)).all()]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.submissions).where(condition)).scalar_one()
    return found, total


def count_states(connection: sa.Connection, assignment_id: int, *, sections: Collection[int] | None) -> tuple[int, int, int]:
    """Of the submissions of an assignment: how many are graded, handed in and not graded, and neither."""
    c = t.submissions.c
    graded = sa.or_(c.excused, sa.and_(c.score.is_not(None), c.workflow_state == "graded"))
    waiting = sa.and_(sa.not_(graded), c.submission_type.is_not(None))
    rest = sa.and_(sa.not_(graded), c.submission_type.is_(None))
    counts = [sa.func.count().filter(one) for one in (graded, waiting, rest)]
    query = sa.select(*counts).select_from(t.submissions).where(c.assignment_id == assignment_id, ACTIVE, _enrolled(sections))
    row = connection.execute(query).one()
    return row[0], row[1], row[2]


def by_anonymous_id(connection: sa.Connection, course_id: int, anonymous_id: str) -> list[SubmissionRow]:
    """The submissions of a course with this anonymous id; within one assignment it is unique."""
    query = sa.select(*COLUMNS).where(
        t.submissions.c.course_id == course_id, t.submissions.c.anonymous_id == anonymous_id, ACTIVE
    )
    return [SubmissionRow(*row) for row in connection.execute(query.order_by(t.submissions.c.id))]


def unsubmitted(
    connection: sa.Connection, course_ids: Collection[int], user_id: int, *, due_before: datetime
) -> list[SubmissionRow]:
    """What a student has not handed in of what was due, in these courses, or of what a grader called missing; by due date."""
    c = t.submissions.c
    due = sa.or_(c.cached_due_date < due_before, c.late_policy_status == "missing")
    query = sa.select(*COLUMNS).where(
        bulk.among(connection, c.course_id, course_ids), c.user_id == user_id, ACTIVE, c.submitted_at.is_(None), due
    )
    return [SubmissionRow(*row) for row in connection.execute(query.order_by(sa.nulls_last(c.cached_due_date.asc()), c.id))]


def touch(connection: sa.Connection, ids: Collection[int], now: datetime) -> None:
    """Set ``updated_at``: something about the submission changed that is kept elsewhere."""
    connection.execute(sa.update(t.submissions).where(bulk.among(connection, t.submissions.c.id, ids)).values(updated_at=now))


def set_grader(connection: sa.Connection, ids: Collection[int], grader_id: int, now: datetime) -> None:
    """Say who graded these submissions last."""
    statement = sa.update(t.submissions).where(bulk.among(connection, t.submissions.c.id, ids))
    connection.execute(statement.values(grader_id=grader_id, updated_at=now))


def anonymous_ranks(connection: sa.Connection, assignment_id: int) -> dict[int, int]:
    """By submission id, the N of ``Student N``: the rank of its anonymous id in byte order (moderation reference, 2.6)."""
    rows = connection.execute(
        sa.select(t.submissions.c.id, t.submissions.c.anonymous_id).where(
            t.submissions.c.assignment_id == assignment_id, ACTIVE
        )
    ).all()
    return {row.id: rank for rank, row in enumerate(sorted(rows, key=lambda row: row.anonymous_id.encode()), start=1)}


def update_many(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write new values into submissions: each mapping has ``id`` and the same columns."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "id"]
    statement = (
        sa.update(t.submissions)
        .where(t.submissions.c.id == sa.bindparam("_id"))
        .values({name: sa.bindparam(name) for name in names})
    )
    connection.execute(statement, [{"_id": row["id"], **{name: row[name] for name in names}} for row in rows])
