"""What courses, categories and items choose about the Schoology calculation, as kept in their ``calculation_options``.

Everything may be left out. The text below a field is its meaning; a key that is not here is refused, for it was meant to do
something.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from gradewire.core.errors import Fault, Invalid
from gradewire.core.scoring.schoology_course import Calculation, Weighting


class CourseOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """Of a course."""

    weighting: Weighting | UnsetType = UNSET
    """How categories combine: ``weighted``, ``even`` or ``points``. Without it: by weight if the course weights its assignment
    groups, else evenly."""
    missing_counts: bool = True
    """Whether work marked as missing counts 0 while it has no score."""
    grading_periods: tuple[int, ...] | UnsetType = UNSET
    """The ids of the grading periods that the course uses, in its order. Without it: all of its set, but none of a set of the
    whole school."""
    period_weights: dict[str, float] = {}
    """Weights of grading periods in the course grade, by id; a period that is not named has the weight of its set."""
    whole_numbers: bool = False
    """Whether period and course grades are rounded to whole numbers, each level from the rounded one below."""


class CategoryOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """Of an assignment group."""

    calculation: Calculation = "points"
    """``points`` divides the sums of points, ``percent`` averages the items' percentages."""
    ungraded: bool = False
    """Whether this is no category but the place of items that have none: they never count."""


class ItemOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """Of an assignment."""

    factor: float = 1.0
    """Its relative weight within the category; with 0 it does not count."""
    grading_period: int | UnsetType | None = UNSET
    """The id of its period; null: none, so it never counts. Without it, the period of the assignment's due date, but none in a
    course that chose its periods."""
    is_final: bool = False
    """Whether it is a midterm or final: a column of the course grade, beside the periods."""
    final_weight: float | None = None
    """The weight of that column; without it the column is shown and has no say."""
    count_in_grade: bool = True
    """False for practice."""
    collected_only: bool = False
    """Whether it is only ticked as handed in."""


S = TypeVar("S", CourseOptions, CategoryOptions, ItemOptions)


def read_options(stored: dict[str, Any] | None, kind: type[S], owner: str) -> S:
    """
    Raises:
        Invalid: what is stored means nothing; ``owner`` says whose it is.
    """
    try:
        return msgspec.convert(stored or {}, kind)
    except msgspec.ValidationError as error:
        raise Invalid(Fault("calculation_options", f"of {owner}: {error}", "invalid")) from None
