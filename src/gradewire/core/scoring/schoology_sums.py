"""The arithmetic of a Schoology-style calculation: what counts, what drops out, sums and means, all in exact fractions
(Schoology reference, 11)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct, structs

from gradewire.core.numbers import divide, divide_round2
from gradewire.core.scoring.schoology_course import Category, Grade
from gradewire.core.scoring.schoology_explanation import Fate, Rounding, Void
from gradewire.core.scoring.schoology_plan import ItemPlan, read_exact

NOTHING: Final = Fraction()


class Part(Struct, frozen=True):
    """One part of a weighted mean: its value in percent, or why it has none, and its weight."""

    value: Fraction | None
    void: Void | None
    weight: Fraction


class Mean(Struct, frozen=True):
    """A weighted mean over the parts that have a value, and what it was made of; ``shares`` in the order of the parts."""

    value: Fraction | None
    void: Void | None
    weights: Fraction
    applied: Fraction
    shares: tuple[Fraction | None, ...]


class Taken(Struct, frozen=True):
    """An item that counts for the student: score × factor, and the percentage, None where it is worth no points."""

    item: ItemPlan
    points: Fraction
    percent: Fraction | None


class Sums(Struct, frozen=True):
    """What a category adds up, and its value in percent."""

    used: int
    """How many items."""
    earned: Fraction
    possible: Fraction
    percents: Fraction
    factors: Fraction
    value: Fraction | None
    void: Void | None


def judge(item: ItemPlan, grade: Grade | None, *, missing_counts: bool) -> tuple[Fate, Fraction | None]:
    """Whether an item counts for a student, and if so with which score in points (11, first paragraph)."""
    if item.fate is not None:
        return item.fate, None
    if grade is None:
        return "blank", None
    if not grade.assigned:
        return "unassigned", None
    if grade.mark == "excused":
        return "excused", None
    if grade.mark == "incomplete":
        return "incomplete", None
    if grade.score is not None:
        return "used", read_exact(grade.score)
    if grade.mark == "missing":
        return ("used", NOTHING) if missing_counts else ("missing", None)
    return "blank", None


def take(item: ItemPlan, score: Fraction) -> Taken:
    """Put down a score that counts."""
    points = score if item.factor == 1 else score * item.factor
    return Taken(item, points, 100 * score / item.max_points if item.max_points else None)


def pick_lowest(counting: Sequence[Taken], number: int) -> set[int]:
    """The ids of the items that drop out: never all, and never one that has no percentage."""
    candidates = [(taken.percent, taken.item.item.id) for taken in counting if taken.percent is not None]
    number = min(number, len(candidates) - 1)
    return {item_id for _, item_id in sorted(candidates)[:number]} if number > 0 else set()


def add_up(category: Category, used: Sequence[Taken]) -> Sums:
    """A category's sums, and its value: the quotient of its points, or the mean of its percentages (11.1)."""
    percents = factors = NOTHING
    if category.calculation == "percent":
        percents = total(taken.percent * taken.item.factor for taken in used if taken.percent is not None)
        factors = total(taken.item.factor for taken in used)
    earned, possible = total(taken.points for taken in used), total(taken.item.possible for taken in used)
    return _finish(category, Sums(len(used), earned, possible, percents, factors, None, None))


def join(category: Category, sums: Sequence[Sums]) -> Sums:
    """The sums of a category in several periods as those of one."""
    if len(sums) == 1:
        return sums[0]
    return _finish(
        category,
        Sums(
            sum(each.used for each in sums),
            total(each.earned for each in sums),
            total(each.possible for each in sums),
            total(each.percents for each in sums),
            total(each.factors for each in sums),
            None,
            None,
        ),
    )


def total(values: Iterable[Fraction]) -> Fraction:
    """An exact sum, reduced once at its end."""
    values = tuple(values)
    denominator = math.lcm(*(value.denominator for value in values))
    return Fraction(sum(value.numerator * (denominator // value.denominator) for value in values), denominator)


def _finish(category: Category, sums: Sums) -> Sums:
    over, under = (sums.percents, sums.factors) if category.calculation == "percent" else (100 * sums.earned, sums.possible)
    if under:
        return structs.replace(sums, value=over / under)
    return structs.replace(sums, void="no_points" if sums.used else "nothing_graded")


def weigh(parts: Sequence[Part]) -> Mean:
    """Σ value × weight / Σ weight over the parts with a value: weights are relative, and empty parts take theirs with them."""
    graded = [(part.value, part.weight) for part in parts if part.value is not None]
    weights = total(part.weight for part in parts)
    applied = total(weight for _, weight in graded)
    shares = tuple(100 * part.weight / applied if part.value is not None and part.weight else None for part in parts)
    if not applied:
        deeper = (part.void for part in parts if part.void not in {None, "nothing_graded"})
        return Mean(None, "no_weight" if graded else next(deeper, "nothing_graded"), weights, applied, shares)
    return Mean(total(value * weight for value, weight in graded) / applied, None, weights, applied, shares)


def pool_points(sums: Sequence[Sums]) -> Mean:
    """All points of a period in one quotient; a category's share is its part of the possible points."""
    earned, possible = total(each.earned for each in sums), total(each.possible for each in sums)
    if not possible:
        void: Void = "no_points" if any(each.used for each in sums) else "nothing_graded"
        return Mean(None, void, NOTHING, NOTHING, (None,) * len(sums))
    shares = tuple(100 * each.possible / possible if each.used else None for each in sums)
    return Mean(100 * earned / possible, None, NOTHING, NOTHING, shares)


def round_grade(value: Fraction | None, rounding: Rounding) -> float | None:
    """Half away from zero, once."""
    if value is None:
        return None
    if rounding == "hundredths":
        return divide_round2(value.numerator, value.denominator)
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return divide(whole if value > 0 else -whole, 1)
