"""Submissions: one row per assignment and assigned student, whether anything was handed in or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

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
        query = query.where(t.submissions.c.user_id.in_(user_ids))
    return [SubmissionRow(*row) for row in connection.execute(query.order_by(t.submissions.c.user_id))]


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
    found = [SubmissionRow(*row) for row in connection.execute(query)]
    if limit is None:
        return found, len(found) + offset
    total = connection.execute(sa.select(sa.func.count()).select_from(t.submissions).where(condition)).scalar_one()
    return found, total


def by_anonymous_id(connection: sa.Connection, course_id: int, anonymous_id: str) -> list[SubmissionRow]:
    """The submissions of a course with this anonymous id; within one assignment it is unique."""
    query = sa.select(*COLUMNS).where(
        t.submissions.c.course_id == course_id, t.submissions.c.anonymous_id == anonymous_id, ACTIVE
    )
    return [SubmissionRow(*row) for row in connection.execute(query.order_by(t.submissions.c.id))]


def touch(connection: sa.Connection, ids: Collection[int], now: datetime) -> None:
    """Set ``updated_at``: something about the submission changed that is kept elsewhere."""
    connection.execute(sa.update(t.submissions).where(t.submissions.c.id.in_(ids)).values(updated_at=now))


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
