"""From the sums of groups to a total.

Source: section 4 of the Canvas grade calculation reference. Quotients are kept as integers over integers until the one rounding
at the end, so they are exact; a weighted total passes through the nearest double first, as it does in Canvas.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradewire.core import numbers
from gradewire.core.scoring.plan import GroupPlan, Plan


class GroupSum(Struct, frozen=True, gc=False):
    """What was kept of a group in one pass; scores and possible points in their units."""

    group: GroupPlan
    earned: int
    possible: int
    score: float | None
    points: float


class Total(Struct, frozen=True, gc=False):
    """The score and points of one pass. ``percent`` is the exact percentage as numerator and denominator, None without a score;
    ``weight`` the sum of the weights that count, None without weights.
    """

    score: float | None
    points: float | None
    percent: tuple[int, int] | None
    weight: int | None


def sum_group(prepared: Plan, unit: int, group: GroupPlan, earned: int, possible: int) -> GroupSum:
    """A group's percentage exists only with possible points; its points always do. ``unit`` is that of the scores."""
    percent = None
    if possible > 0:
        percent = numbers.divide_round2(100 * earned * prepared.possible_unit, possible * unit)
    return GroupSum(group, earned, possible, percent, numbers.divide(earned, unit))


def add_up(prepared: Plan, unit: int, groups: Sequence[GroupSum]) -> Total:
    """The total of a pass: by points over all groups, or by weights over the groups with possible points."""
    if prepared.course.weighted:
        return _weigh(prepared, unit, groups)
    earned = possible = 0
    for each in groups:
        earned += each.earned
        possible += each.possible
    points = numbers.divide(earned, unit)
    if possible <= 0:
        return Total(None, points, None, None)
    numerator, denominator = 100 * earned * prepared.possible_unit, possible * unit
    return Total(numbers.divide_round2(numerator, denominator), points, (numerator, denominator), None)


def _weigh(prepared: Plan, unit: int, groups: Sequence[GroupSum]) -> Total:
    """A group without possible points leaves with its weight and its points. Weights below 100 are scaled up, never down."""
    numerator, denominator, weight = 0, 1, 0
    for each in groups:
        if each.possible:
            numerator = numerator * each.possible + each.earned * each.group.weight * denominator
            denominator *= each.possible
            weight += each.group.weight
    if weight == 0:
        return Total(None, None, None, weight)
    numerator *= prepared.possible_unit
    if is_rescaled(prepared, weight):
        numerator *= 100
        denominator *= unit * weight
    else:
        denominator *= unit * prepared.weight_unit
    score = numbers.round2(numbers.divide(numerator, denominator))
    return Total(score, score, (numerator, denominator), weight)


def is_rescaled(prepared: Plan, weight: int | None) -> bool:
    """Whether weights sum to so little that the total has to be scaled up."""
    return weight is not None and weight != 0 and weight < 100 * prepared.weight_unit
