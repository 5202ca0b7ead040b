"""A course's work as arrays: one row for each student, one column for each assignment.

``Work`` values say the same of one student; the two turn into each other without loss, except for entered what-if scores.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gradewire.core.scoring.records import Course, Work

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.signedinteger]
Indices: TypeAlias = NDArray[np.intp]
Flags: TypeAlias = NDArray[np.uint8]
Bools: TypeAlias = NDArray[np.bool_]

ASSIGNED, SUBMITTED, POSTED, EXCUSED, PENDING = 1, 2, 4, 8, 16
"""The bits of ``Matrix.flags``: the student has the assignment; there is a submission record; and what is true of that."""


class Matrix(Struct, frozen=True):
    """What all students of a course have done. ``students`` and ``items`` are ids, each once.

    ``scores`` are points with NaN for none, ``flags`` the bits above; both are students × items, in any memory order.
    ``periods`` are positions in the course's periods with −1 for none: one per item, or students × items where due dates differ
    between students; None where no item is in a period. ``completed`` says of which students every enrolment is completed.
    """

    students: NDArray[np.int64]
    items: NDArray[np.int64]
    scores: Floats
    flags: Flags
    periods: Integers | None = None
    completed: Bools | None = None


def read_matrix(
    course: Course, work: Mapping[int, Iterable[Work]], *, completed: Collection[int] = (), what_if: bool = False
) -> Matrix:
    """The work of students, by their ids, as a matrix of the course's items; work on other items is left out.

    ``completed`` are ids of students, ``what_if`` lets entered scores replace real ones. Raises ``ValueError`` for a student
    who has an item twice.
    """
    items = [item.id for item in course.items]
    columns = {item_id: column for column, item_id in enumerate(items)}
    slots = {period.id: slot for slot, period in enumerate(course.periods)}
    scores = np.full((len(work), len(items)), np.nan)
    flags = np.zeros(scores.shape, dtype=np.uint8)
    periods = np.full(scores.shape, -1, dtype=np.int16)
    for row, (student, pieces) in enumerate(work.items()):
        for one in pieces:
            column = columns.get(one.item_id)
            if column is None:
                continue
            if flags[row, column]:
                raise ValueError(f"student {student} has item {one.item_id} twice")
            score, bits = one.score, _read_flags(one)
            if what_if and one.entered is not None:
                score, bits = one.entered, ASSIGNED | SUBMITTED | POSTED
            scores[row, column] = np.nan if score is None else score
            flags[row, column] = bits
            periods[row, column] = -1 if one.period_id is None else slots.get(one.period_id, -1)
    students = np.array(list(work), dtype=np.int64)
    return Matrix(
        students=students,
        items=np.array(items, dtype=np.int64),
        scores=scores,
        flags=flags,
        periods=periods if slots else None,
        completed=np.isin(students, list(completed)) if completed else None,
    )


def list_work(course: Course, matrix: Matrix, row: int) -> list[Work]:
    """What the matrix says of one student, in the order of its items."""
    scores = matrix.scores[row].tolist()
    slots = [-1] * len(scores)
    if matrix.periods is not None:
        slots = (matrix.periods if matrix.periods.ndim == 1 else matrix.periods[row]).tolist()
    return [
        Work(
            item_id,
            None if score != score else score,  # noqa: PLR0124 - NaN
            excused=bool(bits & EXCUSED),
            posted=bool(bits & POSTED),
            pending_review=bool(bits & PENDING),
            period_id=course.periods[slot].id if 0 <= slot < len(course.periods) else None,
            submitted_row=bool(bits & SUBMITTED),
        )
        for item_id, score, bits, slot in zip(matrix.items.tolist(), scores, matrix.flags[row].tolist(), slots, strict=True)
        if bits & ASSIGNED
    ]


def _read_flags(one: Work) -> int:
    return (
        ASSIGNED
        | (SUBMITTED if one.submitted_row else 0)
        | (POSTED if one.posted else 0)
        | (EXCUSED if one.excused else 0)
        | (PENDING if one.pending_review else 0)
    )
