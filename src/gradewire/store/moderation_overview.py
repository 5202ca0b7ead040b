"""How far each moderated assignment of a course is."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


class ProgressRow(Struct, frozen=True):
    """``graded``: students with at least one provisional score; ``selected``: students for whom a grade is selected."""

    assignment_id: int
    graded: int
    selected: int


def progress(connection: sa.Connection, assignment_ids: Collection[int]) -> dict[int, ProgressRow]:
    """By assignment; one statement."""
    p, m, a = t.provisional_grades.c, t.moderated_students.c, t.assignments.c
    graded = sa.select(sa.func.count(p.student_id.distinct())).where(p.assignment_id == a.id, p.score.is_not(None))
    selected = sa.select(sa.func.count()).where(m.assignment_id == a.id, m.selected_provisional_grade_id.is_not(None))
    query = sa.select(a.id, graded.scalar_subquery(), selected.scalar_subquery()).where(a.id.in_(assignment_ids))
    return {row[0]: ProgressRow(*row) for row in connection.execute(query)}
