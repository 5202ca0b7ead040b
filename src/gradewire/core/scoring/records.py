"""What a score computation takes and gives: a course, one student's work, and the student's scores.

Source: sections 1 to 4 of the Canvas grade calculation reference. Scores are percent, points are points; all numbers are
finite, except that a weight which is not a number counts as 0.
"""

from __future__ import annotations

from msgspec import Struct


class Group(Struct, frozen=True):
    """An active assignment group; ``weight`` is percent, and None counts as 0."""

    id: int
    weight: float | None
    drop_lowest: int = 0
    drop_highest: int = 0
    never_drop: tuple[int, ...] = ()


class Item(Struct, frozen=True):
    """A published, gradeable assignment. ``omit`` keeps it out of totals; ``ignored`` (anonymous with unposted work, where that
    rule is on) out of every pass for everybody.
    """

    id: int
    group_id: int
    points_possible: float | None
    omit: bool = False
    ignored: bool = False


class Period(Struct, frozen=True):
    """A grading period of the course; ``weight`` is percent, and None counts as 0."""

    id: int
    weight: float | None


class Course(Struct, frozen=True):
    """All that a computation needs to know of a course. Groups and periods are in course order; items of other groups do not
    count. ``weighted`` is the group scheme ``percent``.
    """

    weighted: bool
    groups: tuple[Group, ...]
    items: tuple[Item, ...]
    periods: tuple[Period, ...] = ()
    periods_weighted: bool = False


class Work(Struct, frozen=True):
    """An assignment that this student has, with what was handed in. An item without a Work is not assigned to the student.

    ``period_id`` is the period of the student's own due date. ``entered`` is the student's what-if score. With
    ``submitted_row`` False there is no submission record at all.
    """

    item_id: int
    score: float | None
    excused: bool = False
    posted: bool = False
    pending_review: bool = False
    period_id: int | None = None
    submitted_row: bool = True
    entered: float | None = None


class Totals(Struct, frozen=True):
    """The four scores, and the points they stand for (weighted totals repeat the score there)."""

    current_score: float | None = None
    final_score: float | None = None
    unposted_current_score: float | None = None
    unposted_final_score: float | None = None
    current_points: float | None = None
    final_points: float | None = None
    unposted_current_points: float | None = None
    unposted_final_points: float | None = None


class StudentScores(Struct, frozen=True):
    """Everything stored for one student. Dropped are the items of the posted passes that have a visible submission."""

    course: Totals
    groups: dict[int, Totals]
    periods: dict[int, Totals]
    dropped_current: tuple[int, ...]
    dropped_final: tuple[int, ...]
    period_dropped: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    """Per period the dropped items of its current and its final score."""
