"""A Schoology-style course made ready to be computed: its rules checked, its items sorted, its numbers exact."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct

from gradewire.core.numbers import exact
from gradewire.core.scoring.schoology_course import DEFAULT_WEIGHT, Category, Course, Item, Period, check_course
from gradewire.core.scoring.schoology_explanation import Fate, Rounding


class ItemPlan(Struct, frozen=True):
    """An item and what is known of it before any student: its exact numbers, and why it never counts if it never does."""

    item: Item
    max_points: Fraction
    factor: Fraction
    possible: Fraction
    """``max_points`` × ``factor``."""
    fate: Fate | None


class CategoryPlan(Struct, frozen=True):
    """The items of a category in one period."""

    category: Category
    weight: Fraction
    items: tuple[ItemPlan, ...]


class PeriodPlan(Struct, frozen=True):
    """A period, its categories (all of the course, in order) and its items without a category."""

    period: Period | None
    weight: Fraction
    categories: tuple[CategoryPlan, ...]
    ungraded: tuple[ItemPlan, ...]


class Plan(Struct, frozen=True):
    """A checked course, ready for any number of students."""

    course: Course
    periods: tuple[PeriodPlan, ...]
    columns: tuple[ItemPlan, ...]
    other: tuple[ItemPlan, ...]
    rounding: Rounding


@lru_cache(maxsize=256)
def plan(course: Course) -> Plan:
    """Check a course and sort its items into columns, periods and categories; keep the result as long as the course does not
    change.

    Raises ``Invalid`` for rules that mean nothing.
    """
    check_course(course)
    known_periods = {period.id for period in course.periods}
    known_categories = {category.id for category in course.categories}
    columns: list[ItemPlan] = []
    placed: dict[int | None, dict[int | None, list[ItemPlan]]] = defaultdict(lambda: defaultdict(list))
    other: list[ItemPlan] = []
    for item in course.items:
        max_points, factor = read_exact(item.max_points or 0), read_exact(item.factor)
        prepared = ItemPlan(item, max_points, factor, max_points * factor, _fixed_fate(item))
        period = item.period_id if item.period_id in known_periods else None
        if item.is_final:
            columns.append(prepared)
        elif known_periods and period is None:
            other.append(prepared)
        else:
            category = item.category_id if item.category_id in known_categories else None
            placed[period][category].append(prepared)
    even = course.options.weighting == "even"
    weights = {category.id: Fraction(1) if even else _weight(category.weight) for category in course.categories}
    periods = tuple(
        PeriodPlan(
            period,
            _weight(None if period is None else period.weight),
            tuple(CategoryPlan(category, weights[category.id], tuple(items[category.id])) for category in course.categories),
            tuple(items[None]),
        )
        for period in course.periods or (None,)
        for items in [placed[None if period is None else period.id]]
    )
    scale = course.options.scale
    whole = course.options.whole_numbers and not (scale is not None and scale.kind == "points")
    return Plan(course, periods, tuple(columns), tuple(other), "whole" if whole else "hundredths")


def _fixed_fate(item: Item) -> Fate | None:
    if not item.published:
        return "unpublished"
    if not item.count_in_grade:
        return "practice"
    if item.collected_only:
        return "collected_only"
    if item.factor == 0 and not item.is_final:  # a column has its own weight instead
        return "weightless"
    return None


def _weight(weight: float | None) -> Fraction:
    return read_exact(DEFAULT_WEIGHT if weight is None else weight)


def read_exact(value: float) -> Fraction:
    """A double as the fraction that its shortest text names: 0.1 is one tenth."""
    return Fraction(exact(value))
