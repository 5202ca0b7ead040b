"""What the page of a course shows: how much work waits, and a student's own work."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.scores import STUDENT_TYPES


class WaitingRow(Struct, frozen=True):
    """How much of an assignment is handed in, graded, and handed in but not graded."""

    assignment_id: int
    students: int
    submitted: int
    graded: int
    waiting: int


def work_waiting(connection: sa.Connection, course_id: int, sections: Collection[int] | None) -> dict[int, WaitingRow]:
    """By assignment, for the active students of these sections (``None``: of all)."""
    s, e = t.submissions.c, t.enrollments.c
    students = sa.select(e.user_id).where(
        e.course_id == course_id, e.type.in_(STUDENT_TYPES), e.workflow_state.in_(("active", "inactive"))
    )
    if sections is not None:
        students = students.where(e.course_section_id.in_(sections))
    submitted = s.submitted_at.is_not(None)
    graded = s.score.is_not(None) | s.excused
    rows = connection.execute(
        sa.select(
            s.assignment_id,
            sa.func.count(),
            sa.func.count(sa.case((submitted, 1))),
            sa.func.count(sa.case((graded, 1))),
            sa.func.count(sa.case((submitted & ~graded, 1))),
        )
        .where(s.course_id == course_id, s.workflow_state != "deleted", s.user_id.in_(students))
        .group_by(s.assignment_id)
    )
    return {row[0]: WaitingRow(*row) for row in rows}


def scores_given(
    connection: sa.Connection, course_id: int, assignment_id: int, sections: Collection[int] | None
) -> list[tuple[float | None, bool]]:
    """The score, and whether it is excused, of each student of these sections (``None``: of all) for an assignment.

    Test students and those who no longer take part are left out.
    """
    s, e = t.submissions.c, t.enrollments.c
    students = sa.select(e.user_id).where(
        e.course_id == course_id, e.type == "StudentEnrollment", e.workflow_state.in_(("active", "completed"))
    )
    if sections is not None:
        students = students.where(e.course_section_id.in_(sections))
    found = connection.execute(
        sa.select(s.score, s.excused).where(
            s.assignment_id == assignment_id, s.workflow_state != "deleted", s.user_id.in_(students)
        )
    )
    return [(score, bool(excused)) for score, excused in found]


class OwnWorkRow(Struct, frozen=True):
    """A student's work for one assignment, with what was graded whether posted or not: its reader decides what is told."""

    user_id: int
    assignment_id: int
    score: float | None
    grade: str | None
    excused: bool
    posted_at: datetime | None
    points_deducted: float | None
    late_policy_status: str | None
    submitted_at: datetime | None
    cached_due_date: datetime | None


def own_work(connection: sa.Connection, course_id: int, user_ids: Collection[int]) -> list[OwnWorkRow]:
    """All work of these students in a course."""
    columns: list[Any] = [t.submissions.c[name] for name in OwnWorkRow.__struct_fields__]
    rows = connection.execute(
        sa.select(*columns).where(
            t.submissions.c.course_id == course_id,
            t.submissions.c.user_id.in_(user_ids),
            t.submissions.c.workflow_state != "deleted",
        )
    )
    return [OwnWorkRow(*row) for row in rows]
