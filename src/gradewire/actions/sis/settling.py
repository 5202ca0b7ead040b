"""What follows from enrolments that an import changed: work and scores of students, and who moderates."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from gradewire.actions import enrolling, placement, scores
from gradewire.actions.sis.batch import Batch
from gradewire.core.permissions import INSTRUCTORS, STUDENTS
from gradewire.store import scores as score_rows
from gradewire.store.institution import Row


def settle(batch: Batch, enrollments: Iterable[Row]) -> None:
    """Bring in step what follows from these enrolments, course by course."""
    students: dict[int, set[int]] = {}
    staff: dict[int, set[int]] = {}
    for row in enrollments:
        if row["type"] in STUDENTS:
            students.setdefault(row["course_id"], set()).add(row["user_id"])
        elif row["type"] in INSTRUCTORS and row["workflow_state"] not in enrolling.OPEN:
            staff.setdefault(row["course_id"], set()).add(row["user_id"])
    for course_id in sorted({*students, *staff}):
        enrolling.settle(
            batch.unit, course_id, students=sorted(students.get(course_id, ())), staff=sorted(staff.get(course_id, ()))
        )


def settle_courses(batch: Batch, course_ids: Collection[int]) -> None:
    """The same for all students of courses whose rules changed."""
    unit = batch.unit
    for course_id in sorted(course_ids):
        score_rows.lock(unit.connection, course_id, None)
        placement.place(unit, course_id)
        scores.recompute(unit, course_id)


def end_enrollments(batch: Batch, *, noun: str = "Enrollment", **any_of: Collection[Any]) -> int:
    """Delete the enrolments that have one of these values in one of these columns; how many there were."""
    register = batch.register("enrollments", capacity=0)
    gone = [row for row in register.read(**any_of) if row["workflow_state"] != "deleted"]
    for row in gone:
        row["workflow_state"] = "deleted"
        batch.count(noun, "deleted")
    register.write()
    settle(batch, gone)
    return len(gone)
