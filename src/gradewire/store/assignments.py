"""Assignments as they are shown and changed, and what is known of the work handed in for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among
from gradewire.store.submissions import ACTIVE, SubmissionRow
from gradewire.store.submissions import COLUMNS as SUBMISSION_COLUMNS


class AssignmentRow(Struct, frozen=True, kw_only=True):
    id: int
    course_id: int
    assignment_group_id: int
    name: str
    description: str | None
    position: int
    points_possible: float | None
    grading_type: str
    grading_standard_id: int | None
    submission_types: tuple[str, ...]
    allowed_extensions: tuple[str, ...] | None
    allowed_attempts: int | None
    due_at: datetime | None
    unlock_at: datetime | None
    lock_at: datetime | None
    workflow_state: str
    omit_from_final_grade: bool
    hide_in_gradebook: bool
    only_visible_to_overrides: bool
    post_manually: bool
    peer_reviews: bool
    grade_group_students_individually: bool
    group_category_id: int | None
    anonymous_grading: bool
    anonymous_instructor_annotations: bool
    moderated_grading: bool
    moderation_set: str
    grader_count: int
    final_grader_id: int | None
    grader_section_id: int | None
    graders_anonymous_to_graders: bool
    grader_comments_visible_to_graders: bool
    grader_names_visible_to_final_grader: bool
    grades_published_at: datetime | None
    sis_assignment_id: str | None
    integration_id: str | None
    integration_data: Mapping[str, Any] | None
    calculation_options: Mapping[str, Any] | None
    schoology: Mapping[str, Any] | None
    created_at: datetime
    updated_at: datetime


class WorkFacts(Struct, frozen=True):
    """What is known of the work for one assignment."""

    submitted: bool = False
    graded: bool = False
    unposted: bool = False
    """Some active student's work is not posted."""
    placed: bool = False
    """Some active student has a submission, handed in or not."""
    needs_grading: int = 0
    """Handed in by active students whom the caller sees, and not graded since."""


A, S, E = t.assignments.c, t.submissions.c, t.enrollments.c
NAMES = AssignmentRow.__struct_fields__
COLUMNS: tuple[sa.Column[Any], ...] = tuple(A[name] for name in NAMES)
KEPT = A.workflow_state != "deleted"


def _row(row: sa.Row[Any]) -> AssignmentRow:
    values = dict(zip(NAMES, row, strict=True))
    values["submission_types"] = tuple(values["submission_types"])
    extensions = values["allowed_extensions"]
    values["allowed_extensions"] = None if extensions is None else tuple(extensions)
    return AssignmentRow(**values)


def find(connection: sa.Connection, course_id: int, assignment_id: int, *, lock: bool = False) -> AssignmentRow | None:
    """An assignment of a course that is not deleted. ``lock`` keeps others from changing it until the transaction ends."""
    query = sa.select(*COLUMNS).where(A.id == assignment_id, A.course_id == course_id, KEPT)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _row(row)


def by_ids(connection: sa.Connection, ids: Collection[int], *, lock: bool = False) -> dict[int, AssignmentRow]:
    """These assignments, in whatever state. ``lock`` keeps others from changing them until the transaction ends."""
    query = sa.select(*COLUMNS).where(among(connection, A.id, ids))
    rows = connection.execute(query.order_by(A.id).with_for_update() if lock else query)
    return {row.id: _row(row) for row in rows}


def add(connection: sa.Connection, course_id: int, values: Mapping[str, Any], now: datetime) -> int:
    assignment_id: int = connection.execute(
        sa.insert(t.assignments).values(course_id=course_id, created_at=now, updated_at=now, **_stored(values)).returning(A.id)
    ).scalar_one()
    return assignment_id


def change(connection: sa.Connection, assignment_id: int, values: Mapping[str, Any], now: datetime) -> None:
    connection.execute(sa.update(t.assignments).where(A.id == assignment_id).values(updated_at=now, **_stored(values)))


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def last_position(connection: sa.Connection, group_id: int) -> int:
    """The highest position in a group; 0 in an empty one."""
    query = sa.select(sa.func.coalesce(sa.func.max(A.position), 0)).where(A.assignment_group_id == group_id, KEPT)
    return int(connection.execute(query).scalar_one())


def uses_sis_id(connection: sa.Connection, course_id: int, sis_id: str, *, except_id: int | None) -> bool:
    """Whether another assignment of the course has this SIS id."""
    query = sa.select(sa.literal(1)).where(A.course_id == course_id, A.sis_assignment_id == sis_id)
    if except_id is not None:
        query = query.where(A.id != except_id)
    return connection.execute(query.limit(1)).first() is not None


def work_facts(
    connection: sa.Connection, ids: Collection[int], *, sections: Collection[int] | None = None
) -> dict[int, WorkFacts]:
    """What is known of the work for each of these assignments; two statements. ``sections`` limits whose work needs grading."""
    student = sa.exists().where(
        E.course_id == S.course_id,
        E.user_id == S.user_id,
        E.type == "StudentEnrollment",
        E.workflow_state == "active",
    )
    seen = student if sections is None else student.where(among(connection, E.course_section_id, sections))
    ungraded = sa.and_(
        S.submission_type.is_not(None),
        sa.not_(S.excused),
        sa.or_(
            S.workflow_state == "pending_review",
            sa.and_(
                S.workflow_state.in_(("submitted", "graded")),
                sa.or_(S.score.is_(None), sa.not_(S.grade_matches_current_submission)),
            ),
        ),
    )
    scored = sa.and_(S.workflow_state == "graded", sa.or_(S.score.is_not(None), S.excused))

    def some(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.max(sa.case((condition, 1), else_=0))

    rows = connection.execute(
        sa.select(
            S.assignment_id,
            some(S.submission_type.is_not(None)),
            some(scored),
            some(sa.and_(S.posted_at.is_(None), student)),
            some(student),
            sa.func.sum(sa.case((sa.and_(ungraded, seen), 1), else_=0)),
        )
        .where(among(connection, S.assignment_id, ids), ACTIVE)
        .group_by(S.assignment_id)
    )
    provisionally = _provisionally_scored(connection, ids)
    return {
        row[0]: WorkFacts(bool(row[1]), bool(row[2]) or row[0] in provisionally, bool(row[3]), bool(row[4]), int(row[5]))
        for row in rows
    }


def _provisionally_scored(connection: sa.Connection, ids: Collection[int]) -> frozenset[int]:
    """Assignments with a provisional score for something that was handed in."""
    p = t.provisional_grades.c
    query = (
        sa.select(p.assignment_id)
        .join(t.submissions, S.id == p.submission_id)
        .where(among(connection, p.assignment_id, ids), p.score.is_not(None), S.submission_type.is_not(None), ACTIVE)
        .distinct()
    )
    return frozenset(connection.execute(query).scalars())


def submissions_of(connection: sa.Connection, course_id: int, user_ids: Collection[int]) -> list[SubmissionRow]:
    """What these students have in a course, by assignment and student."""
    rows = connection.execute(
        sa.select(*SUBMISSION_COLUMNS)
        .where(S.course_id == course_id, among(connection, S.user_id, user_ids), ACTIVE)
        .order_by(S.assignment_id, S.user_id)
    )
    return [SubmissionRow(*row) for row in rows]


def students_of(connection: sa.Connection, ids: Collection[int]) -> dict[int, list[int]]:
    """The students to whom each of these assignments is assigned."""
    rows = connection.execute(
        sa.select(S.assignment_id, S.user_id)
        .where(among(connection, S.assignment_id, ids), ACTIVE)
        .order_by(S.assignment_id, S.user_id)
    )
    found: dict[int, list[int]] = {}
    for assignment_id, user_id in rows:
        found.setdefault(assignment_id, []).append(user_id)
    return found


def graded_work(connection: sa.Connection, assignment_id: int) -> list[SubmissionRow]:
    """Submissions that are graded with a score, or excused, by student."""
    graded = sa.or_(sa.and_(S.score.is_not(None), S.workflow_state == "graded"), S.excused)
    rows = connection.execute(
        sa.select(*SUBMISSION_COLUMNS).where(S.assignment_id == assignment_id, ACTIVE, graded).order_by(S.user_id)
    )
    return [SubmissionRow(*row) for row in rows]


def periods_of_work(connection: sa.Connection, ids: Collection[int]) -> frozenset[int]:
    """The grading periods in which work for these assignments lies."""
    query = sa.select(S.grading_period_id).where(
        among(connection, S.assignment_id, ids), ACTIVE, S.grading_period_id.is_not(None)
    )
    return frozenset(number for number in connection.execute(query.distinct()).scalars() if number is not None)
