"""Students of courses by their enrolments, which is how Schoology keys grades."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t

E = t.enrollments.c


class StudentRow(Struct, frozen=True):
    """A student's enrolment that was neither rejected nor deleted."""

    id: int
    user_id: int
    course_id: int
    course_section_id: int
    workflow_state: str


COLUMNS = tuple(E[name] for name in StudentRow.__struct_fields__)
REAL = sa.and_(E.type == "StudentEnrollment", E.workflow_state.not_in(("deleted", "rejected")))
"""Test students are no students to a Schoology client."""


def of_course(connection: sa.Connection, course_id: int) -> list[StudentRow]:
    """The students of a course, by id."""
    rows = connection.execute(sa.select(*COLUMNS).where(E.course_id == course_id, REAL).order_by(E.id))
    return [StudentRow(*row) for row in rows]


def of_user(connection: sa.Connection, user_id: int, *, states: Collection[str]) -> list[StudentRow]:
    """Where a user is a student in one of these states, in courses that are not deleted, by id."""
    rows = connection.execute(
        sa.select(*COLUMNS)
        .join(t.courses, t.courses.c.id == E.course_id)
        .where(E.user_id == user_id, REAL, E.workflow_state.in_(states), t.courses.c.workflow_state != "deleted")
        .order_by(E.id)
    )
    return [StudentRow(*row) for row in rows]
