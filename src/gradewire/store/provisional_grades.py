"""Provisional grades: at most one per student and scorer, and at most one final mark per student."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t


class ProvisionalGradeRow(Struct, frozen=True):
    id: int
    course_id: int
    submission_id: int
    assignment_id: int
    student_id: int
    scorer_id: int
    score: float | None
    grade: str | None
    graded_at: datetime | None
    final: bool
    source_provisional_grade_id: int | None
    graded_anonymously: bool | None
    created_at: datetime
    updated_at: datetime


COLUMNS: tuple[sa.Column[Any], ...] = tuple(t.provisional_grades.c[name] for name in ProvisionalGradeRow.__struct_fields__)


class CandidateRow(Struct, frozen=True):
    """A provisional grade with what the student's place in the moderation set says."""

    grade: ProvisionalGradeRow
    selected_id: int | None


def for_submissions(connection: sa.Connection, submission_ids: Collection[int]) -> list[ProvisionalGradeRow]:
    """The provisional grades of these submissions, in the order of their making."""
    c = t.provisional_grades.c
    query = sa.select(*COLUMNS).where(bulk.among(connection, c.submission_id, submission_ids))
    return [ProvisionalGradeRow(*row) for row in connection.execute(query.order_by(c.created_at, c.id))]


def by_ids(connection: sa.Connection, assignment_id: int, ids: Collection[int]) -> dict[int, ProvisionalGradeRow]:
    """Those of these provisional grades that belong to the assignment, by id."""
    c = t.provisional_grades.c
    query = sa.select(*COLUMNS).where(bulk.among(connection, c.id, ids), c.assignment_id == assignment_id)
    return {row.id: ProvisionalGradeRow(*row) for row in connection.execute(query)}


def candidates(connection: sa.Connection, assignment_id: int, *, student_ids: Collection[int]) -> dict[int, list[CandidateRow]]:
    """What publishing chooses from, by submission: the provisional grades of these students in the order of their making.

    One statement, so that grades and selections are those of one moment.
    """
    c, m, s = t.provisional_grades.c, t.moderated_students.c, t.submissions.c
    query = (
        sa.select(*COLUMNS, m.selected_provisional_grade_id)
        .join(t.submissions, s.id == c.submission_id)
        .outerjoin(t.moderated_students, sa.and_(m.assignment_id == c.assignment_id, m.student_id == c.student_id))
        .where(
            c.assignment_id == assignment_id,
            s.workflow_state != "deleted",
            bulk.among(connection, c.student_id, student_ids),
        )
        .order_by(c.student_id, c.final, c.created_at, c.id)
    )
    found: dict[int, list[CandidateRow]] = {}
    for *values, selected_id in connection.execute(query):
        grade = ProvisionalGradeRow(*values)
        found.setdefault(grade.submission_id, []).append(CandidateRow(grade, selected_id))
    return found


def add(connection: sa.Connection, **values: Any) -> ProvisionalGradeRow:
    """Write a new one; each value is a column. A second of the same scorer, or a second final mark, is an integrity error."""
    row: Any = connection.execute(sa.insert(t.provisional_grades).values(**values).returning(*COLUMNS)).one()
    return ProvisionalGradeRow(*row)


def change(connection: sa.Connection, provisional_grade_id: int, **values: Any) -> ProvisionalGradeRow:
    """Write new values of one; returns it as it is then."""
    statement = sa.update(t.provisional_grades).where(t.provisional_grades.c.id == provisional_grade_id).values(**values)
    row: Any = connection.execute(statement.returning(*COLUMNS)).one()
    return ProvisionalGradeRow(*row)


def add_many(connection: sa.Connection, new: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write new ones, each with the same columns; their ids in the given order."""
    return bulk.add(connection, t.provisional_grades, new)


def change_many(connection: sa.Connection, changed: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Write new values of several, by id; of each the same columns."""
    if changed:
        names = list(changed[0][1])
        rows = [(number, *(values[name] for name in names)) for number, values in changed]
        bulk.update(connection, t.provisional_grades, names, rows)


def lock_submissions(connection: sa.Connection, submission_ids: Collection[int]) -> None:
    """Exclude everybody else who would grade these submissions provisionally, or select for them, in this transaction."""
    c = t.submissions.c
    query = sa.select(c.id).where(bulk.among(connection, c.id, submission_ids)).order_by(c.id)
    connection.execute(query.with_for_update(key_share=True)).all()
