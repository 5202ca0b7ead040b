"""What the gradebook page shows, read set by set: students with their enrolments, and the little of each submission that a cell
tells. Cells are many, so their rows are small."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.core.assigning import STUDENT_TYPES
from gradewire.store import bulk
from gradewire.store import tables as t
from gradewire.store.gradebook import ALL_STATES


class MemberRow(Struct, frozen=True):
    """An enrolment of a student in a section of the course."""

    enrollment_id: int
    user_id: int
    name: str
    sortable_name: str
    fake: bool
    section_id: int
    section_name: str
    workflow_state: str


class GridRow(Struct, frozen=True, gc=False):
    """A submission as far as a cell of the gradebook tells of it; names and meanings are those of ``SubmissionRow``."""

    id: int
    assignment_id: int
    user_id: int
    version: int
    workflow_state: str
    score: float | None
    grade: str | None
    points_deducted: float | None
    excused: bool
    incomplete: bool
    posted_at: datetime | None
    submitted_at: datetime | None
    cached_due_date: datetime | None
    late_policy_status: str | None
    seconds_late_override: int | None
    grading_period_id: int | None
    grade_matches_current_submission: bool


_CELL: tuple[sa.Column[Any], ...] = tuple(t.submissions.c[name] for name in GridRow.__struct_fields__)


def members(connection: sa.Connection, course_id: int, *, sections: Collection[int] | None) -> list[MemberRow]:
    """The enrolments of students in these sections (``None``: in all) by name, the test student last."""
    e, u, s = t.enrollments.c, t.users.c, t.course_sections.c
    query = (
        sa.select(e.id, u.id, u.name, u.sortable_name, u.fake_student, s.id, s.name, e.workflow_state)
        .select_from(t.enrollments.join(t.users, u.id == e.user_id).join(t.course_sections, s.id == e.course_section_id))
        .where(e.course_id == course_id, e.type.in_(sorted(STUDENT_TYPES)), e.workflow_state.in_(sorted(ALL_STATES)))
        .order_by(u.fake_student, u.sortable_name, u.id, e.id)
    )
    if sections is not None:
        query = query.where(bulk.among(connection, e.course_section_id, sections))
    return [MemberRow(*row) for row in connection.execute(query)]


def cells(connection: sa.Connection, course_id: int, assignment_ids: Collection[int]) -> list[GridRow]:
    """The submissions of these assignments, of all students who ever had any."""
    s = t.submissions.c
    query = sa.select(*_CELL).where(
        s.course_id == course_id, bulk.among(connection, s.assignment_id, assignment_ids), s.workflow_state != "deleted"
    )
    return [GridRow(*row) for row in connection.execute(query)]


def commented(connection: sa.Connection, course_id: int, submission_ids: Collection[int] | None = None) -> frozenset[int]:
    """Those submissions of a course, of all or of these, that somebody has commented on for the student to see in the end."""
    c, s = t.submission_comments.c, t.submissions.c
    query = (
        sa.select(c.submission_id)
        .join(t.submissions, s.id == c.submission_id)
        .where(s.course_id == course_id, c.provisional_grade_id.is_(None), sa.not_(c.draft))
        .distinct()
    )
    if submission_ids is not None:
        query = query.where(bulk.among(connection, c.submission_id, submission_ids))
    return frozenset(connection.execute(query).scalars())
