"""What follows from who is in a course and what is assigned: submission placeholders, the moderation set, score rows.

Everything here reads or writes a whole set at once; the number of statements does not depend on the number of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.core.assigning import COUNTED_STATES, CURRENT_STATES, STUDENT_TYPES, Enrolled, Override
from gradewire.store import bulk
from gradewire.store import tables as t


class PlacedRow(Struct, frozen=True):
    """A submission, as far as placing goes."""

    id: int
    assignment_id: int
    user_id: int
    anonymous_id: str
    deleted: bool
    cached_due_date: datetime | None
    grading_period_id: int | None


class NewRow(Struct, frozen=True):
    """A placeholder to be made."""

    assignment_id: int
    user_id: int
    anonymous_id: str
    cached_due_date: datetime | None
    grading_period_id: int | None


class SelectionRow(Struct, frozen=True):
    """A student in the moderation set of an assignment."""

    id: int
    assignment_id: int
    student_id: int


def enrolled(connection: sa.Connection, course_id: int, user_ids: Collection[int] | None) -> list[Enrolled]:
    """The student enrolments that count, ordered by user."""
    c = t.enrollments.c
    query = sa.select(c.user_id, c.course_section_id, c.workflow_state.in_(sorted(CURRENT_STATES))).where(
        c.course_id == course_id, c.type.in_(sorted(STUDENT_TYPES)), c.workflow_state.in_(sorted(COUNTED_STATES))
    )
    if user_ids is not None:
        query = query.where(bulk.among(connection, c.user_id, user_ids))
    return [Enrolled(*row) for row in connection.execute(query.order_by(c.user_id, c.id))]


def overrides(connection: sa.Connection, course_id: int, assignment_ids: Collection[int] | None) -> dict[int, list[Override]]:
    """The active overrides of a course, by assignment."""
    c = t.assignment_overrides.c
    query = (
        sa.select(c.id, c.assignment_id, c.set_type, c.course_section_id, c.due_at_overridden, c.due_at, c.unassign_item)
        .join(t.assignments, t.assignments.c.id == c.assignment_id)
        .where(t.assignments.c.course_id == course_id, c.workflow_state == "active")
        .order_by(c.id)
    )
    if assignment_ids is not None:
        query = query.where(bulk.among(connection, c.assignment_id, assignment_ids))
    rows = connection.execute(query).all()
    named: dict[int, list[int]] = {}
    if any(row.set_type == "ADHOC" for row in rows):
        s = t.assignment_override_students.c
        students = sa.select(s.assignment_override_id, s.user_id).where(
            bulk.among(connection, s.assignment_override_id, [row.id for row in rows])
        )
        for override_id, user_id in connection.execute(students.order_by(s.assignment_override_id, s.user_id)):
            named.setdefault(override_id, []).append(user_id)
    found: dict[int, list[Override]] = {}
    for row in rows:
        override = Override(
            set_type=row.set_type,
            section_id=row.course_section_id,
            user_ids=tuple(named.get(row.id, ())),
            due_at_overridden=row.due_at_overridden,
            due_at=row.due_at,
            unassign_item=row.unassign_item,
        )
        found.setdefault(row.assignment_id, []).append(override)
    return found


def placed(
    connection: sa.Connection, course_id: int, *, assignment_ids: Collection[int] | None, user_ids: Collection[int] | None
) -> list[PlacedRow]:
    """The submissions there are, deleted ones included."""
    c = t.submissions.c
    query = sa.select(
        c.id,
        c.assignment_id,
        c.user_id,
        c.anonymous_id,
        c.workflow_state == "deleted",
        c.cached_due_date,
        c.grading_period_id,
    ).where(c.course_id == course_id)
    if assignment_ids is not None:
        query = query.where(bulk.among(connection, c.assignment_id, assignment_ids))
    if user_ids is not None:
        query = query.where(bulk.among(connection, c.user_id, user_ids))
    return [PlacedRow(*row) for row in connection.execute(query)]


def add(connection: sa.Connection, course_id: int, rows: Sequence[NewRow], now: datetime) -> None:
    """Make placeholders."""
    columns = (
        "course_id",
        "assignment_id",
        "user_id",
        "anonymous_id",
        "cached_due_date",
        "grading_period_id",
        "created_at",
        "updated_at",
    )
    bulk.insert(
        connection,
        t.submissions,
        columns,
        [
            (course_id, row.assignment_id, row.user_id, row.anonymous_id, row.cached_due_date, row.grading_period_id, now, now)
            for row in rows
        ],
    )


def move(connection: sa.Connection, rows: Sequence[tuple[int, datetime | None, int | None]], now: datetime) -> None:
    """Set due date and grading period of submissions: (id, cached_due_date, grading_period_id)."""
    columns = ("cached_due_date", "grading_period_id", "updated_at")
    bulk.update(connection, t.submissions, columns, [(*row, now) for row in rows])


def remove(connection: sa.Connection, ids: Collection[int], now: datetime) -> None:
    """Mark submissions as deleted; what is in them stays."""
    if not ids:
        return
    connection.execute(
        sa.update(t.submissions)
        .where(bulk.among(connection, t.submissions.c.id, ids))
        .values(workflow_state="deleted", updated_at=now)
    )


def revive(connection: sa.Connection, ids: Collection[int], now: datetime) -> None:
    """Undo ``remove``: the state follows from what the submission holds."""
    if not ids:
        return
    c = t.submissions.c
    state = sa.case(
        (c.excused, "graded"),
        (c.score.is_not(None), "graded"),
        (c.submitted_at.is_not(None), "submitted"),
        else_="unsubmitted",
    )
    connection.execute(
        sa.update(t.submissions).where(bulk.among(connection, c.id, ids)).values(workflow_state=state, updated_at=now)
    )


def selections(
    connection: sa.Connection, assignment_ids: Collection[int], user_ids: Collection[int] | None
) -> list[SelectionRow]:
    """The moderation sets of these assignments, of all or of these students."""
    c = t.moderated_students.c
    query = sa.select(c.id, c.assignment_id, c.student_id).where(bulk.among(connection, c.assignment_id, assignment_ids))
    if user_ids is not None:
        query = query.where(bulk.among(connection, c.student_id, user_ids))
    return [SelectionRow(*row) for row in connection.execute(query)]


def add_selections(connection: sa.Connection, rows: Sequence[tuple[int, int]], now: datetime) -> None:
    """Put students into moderation sets: (assignment, student)."""
    columns = ("assignment_id", "student_id", "created_at", "updated_at")
    bulk.insert(connection, t.moderated_students, columns, [(*row, now, now) for row in rows])


def remove_selections(connection: sa.Connection, ids: Collection[int]) -> None:
    bulk.delete(connection, t.moderated_students, ids)


def place_scores(
    connection: sa.Connection,
    course_id: int,
    *,
    period_ids: Collection[int],
    user_ids: Collection[int] | None,
    now: datetime,
) -> None:
    """Make the score rows that are missing, without numbers, and delete or revive those whose scope went or came back.

    A row is wanted for each student enrolment that counts, and the whole course, each of these periods, and each group.
    """
    e, s, g = t.enrollments.c, t.scores.c, t.assignment_groups.c
    counted = [e.course_id == course_id, e.type.in_(sorted(STUDENT_TYPES)), e.workflow_state.in_(sorted(COUNTED_STATES))]
    mine = [s.course_id == course_id]
    if user_ids is not None:
        counted.append(bulk.among(connection, e.user_id, user_ids))
        mine.append(bulk.among(connection, s.user_id, user_ids))
    groups = sa.select(g.id).where(g.course_id == course_id, g.workflow_state == "available")
    kept = sa.and_(
        s.enrollment_id.in_(sa.select(e.id).where(*counted)),
        sa.or_(s.course_score, s.grading_period_id.in_(sorted(period_ids)), s.assignment_group_id.in_(groups)),
    )
    state = sa.case((sa.func.coalesce(kept, sa.false()), "active"), else_="deleted")
    connection.execute(sa.update(t.scores).where(*mine, s.workflow_state != state).values(workflow_state=state, updated_at=now))
    nobody = sa.cast(sa.null(), sa.BigInteger)
    g_id, p_id = g.id, t.grading_periods.c.id
    _add_scores(connection, t.enrollments, counted, (sa.true(), nobody, nobody), mine, s.course_score, now=now)
    groups_of = t.enrollments.join(t.assignment_groups, g.course_id == e.course_id)
    there = s.assignment_group_id.is_not(None)
    wanted = [*counted, g.workflow_state == "available"]
    _add_scores(connection, groups_of, wanted, (sa.false(), nobody, g_id), mine, there, (s.assignment_group_id, g_id), now=now)
    if period_ids:
        periods_of = t.enrollments.join(t.grading_periods, p_id.in_(sorted(period_ids)))
        there = s.grading_period_id.is_not(None)
        _add_scores(
            connection, periods_of, counted, (sa.false(), p_id, nobody), mine, there, (s.grading_period_id, p_id), now=now
        )


def _add_scores(
    connection: sa.Connection,
    source: sa.FromClause,
    wanted: Sequence[sa.ColumnElement[bool]],
    scope: tuple[sa.ColumnElement[Any], ...],
    mine: Sequence[sa.ColumnElement[bool]],
    there: sa.ColumnElement[bool],
    pair: tuple[sa.ColumnElement[int], sa.ColumnElement[int]] | None = None,
    *,
    now: datetime,
) -> None:
    """One kind of score rows. What is there already is gathered once (``not in``) instead of being looked up for each row, for
    which neither engine is sure to use the partial indexes."""
    e, s = t.enrollments.c, t.scores.c
    if pair is None:
        missing = e.id.not_in(sa.select(s.enrollment_id).where(*mine, there))
    else:
        known = sa.select(s.enrollment_id, pair[0]).where(*mine, there)
        missing = sa.tuple_(e.id, pair[1]).not_in(known)
    stamp = sa.literal(now, s.created_at.type)
    columns: list[sa.ColumnElement[Any]] = [e.id, e.course_id, e.user_id, *scope, stamp, stamp]
    rows = sa.select(*columns).select_from(source).where(*wanted, missing).order_by(e.id)
    connection.execute(sa.insert(t.scores).from_select(_SCORE_COLUMNS, rows))


_SCORE_COLUMNS = (
    "enrollment_id",
    "course_id",
    "user_id",
    "course_score",
    "grading_period_id",
    "assignment_group_id",
    "created_at",
    "updated_at",
)
