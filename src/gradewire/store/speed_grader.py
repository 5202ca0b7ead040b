"""The students of one assignment as a grader goes through them, and what each handed in over time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.scores import STUDENT_TYPES
from gradewire.store.submissions import ACTIVE


class StudentRow(Struct, frozen=True):
    """A student with a submission, or the empty place of one."""

    submission_id: int
    user_id: int
    anonymous_id: str
    name: str
    sortable_name: str
    submitted: bool
    graded: bool


def students(
    connection: sa.Connection, assignment_id: int, sections: Collection[int] | None, *, scorer_id: int | None
) -> list[StudentRow]:
    """The students of an assignment in these sections (``None``: in any), in no particular order, concluded ones included.

    ``graded``: by anybody, or provisionally by this scorer.
    """
    s, u, e, p = t.submissions.c, t.users.c, t.enrollments.c, t.provisional_grades.c
    graded = s.score.is_not(None) | s.excused
    if scorer_id is not None:
        own = sa.exists().where(p.submission_id == s.id, p.scorer_id == scorer_id, p.graded_at.is_not(None))
        graded = s.excused | own
    enrolled = sa.select(e.id).where(
        e.course_id == s.course_id,
        e.user_id == s.user_id,
        e.type.in_(STUDENT_TYPES),
        e.workflow_state.not_in(("deleted", "rejected")),
    )
    if sections is not None:
        enrolled = enrolled.where(e.course_section_id.in_(sections))
    rows = connection.execute(
        sa.select(
            s.id,
            s.user_id,
            s.anonymous_id,
            u.name,
            u.sortable_name,
            s.submitted_at.is_not(None),
            graded,
        )
        .join(t.users, u.id == s.user_id)
        .where(s.assignment_id == assignment_id, ACTIVE, enrolled.correlate(t.submissions).exists())
    )
    return [StudentRow(row[0], row[1], row[2], row[3], row[4], bool(row[5]), bool(row[6])) for row in rows]


class AttemptRow(Struct, frozen=True):
    attempt: int
    submission_type: str
    body: str | None
    url: str | None
    attachment_ids: list[int] | None
    submitted_at: datetime


def attempts(connection: sa.Connection, submission_id: int) -> list[AttemptRow]:
    """What was handed in for a submission, the newest first."""
    c = t.submission_attempts.c
    columns = [c[name] for name in AttemptRow.__struct_fields__]
    rows = connection.execute(sa.select(*columns).where(c.submission_id == submission_id).order_by(c.attempt.desc()))
    return [AttemptRow(*row) for row in rows]
