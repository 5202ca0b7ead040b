"""Percentages and totals of many students from their sums, rounded as one student's are.

Source: sections 4 and 7 of the Canvas grade calculation reference. Sums are whole doubles (see ``course_layout.WHOLE``); scores
are percent, NaN where there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from gradewire.core.numbers import round2
from gradewire.core.scoring import totals
from gradewire.core.scoring.course_layout import PERCENT_PLACES, WHOLE, Layout
from gradewire.core.scoring.matrix import Bools, Floats
from gradewire.core.scoring.plan import Plan
from gradewire.core.scoring.records import Period

_LARGEST = 1e12
"""Below this, doubles are fine enough for hundredths to be rounded on them."""

_FINER = 14
"""How many bits finer than percent totals have to be counted for ``_compare`` to see that they are the middle."""


class Weighed(Struct, frozen=True):
    """Weighted totals, and how many of them had to be computed exactly."""

    scores: Floats
    exact: int


def percent(layout: Layout, places: int, earned: Floats, possible: Floats) -> Floats:
    """Earned of possible, in percent of two decimals, half away from zero; none without possible points.

    Numerator and denominator are whole numbers below 2^52, and so the quotient q in doubles is on the same side of every half
    as the true one, or on it where that is: between a quotient and a half that it does not equal lies more than the rounding of
    q can bridge, 1 / (2 × denominator) against q / 2^53.
    """
    size = np.abs(earned)
    size *= float(layout.possible_unit * 10 ** max(0, PERCENT_PLACES - places))
    with np.errstate(divide="ignore", invalid="ignore"):
        size /= possible if places <= PERCENT_PLACES else possible * 10.0 ** (places - PERCENT_PLACES)
        hundredths = np.floor(size)
        size -= hundredths
    hundredths += size >= 0.5
    hundredths /= 100
    return _finish(hundredths, earned, possible > 0)


def _finish(sizes: Floats, signs: Floats, there: Bools) -> Floats:
    """Give rounded sizes their signs in place, NaN where there is no score."""
    np.copysign(sizes, signs, out=sizes)
    sizes += 0.0  # no negative zeros
    sizes[~there] = np.nan
    return sizes


def weigh(prepared: Plan, layout: Layout, places: int, earned: Floats, possible: Floats) -> Weighed:
    """The total of groups by weight; the last axes of sums are groups × students.

    Computed in doubles along with how far the exact total can be away. Rounding to the nearest double and then to hundredths
    never changes the order of two numbers, so if both ends of that interval come out alike, the total between them does too.
    Otherwise it is computed exactly.
    """
    weights = layout.weights[:, None] * (possible > 0)
    weight = weights.sum(axis=-2)
    terms = np.maximum(possible, 1)
    np.divide(earned, terms, out=terms)
    terms *= weights
    rescaled = weight < 100 * layout.weight_unit
    unit = float(10**places)
    share = 100 * layout.possible_unit / (unit * np.where(weight == 0, 1, weight))
    factor = np.where(rescaled, share, layout.possible_unit / (unit * layout.weight_unit))
    total = terms.sum(axis=-2) * factor
    doubt = np.abs(terms, out=terms).sum(axis=-2) * np.abs(factor) * ((earned.shape[-2] + 8) * 2.0**-52)
    low, high = _round_hundredths(total - doubt), _round_hundredths(total + doubt)
    scores = np.where(weight == 0, np.nan, low / 100 + 0.0)
    unclear = np.nonzero((weight != 0) & ((low != high) | (np.abs(total) + doubt >= _LARGEST)))
    if not unclear[0].size:
        return Weighed(scores, 0)
    finer = 2.0 ** max(0, _FINER - int(unit * layout.weight_unit).bit_length())
    halves = _Halves(
        np.moveaxis(earned, -2, -1)[unclear],
        np.moveaxis(possible, -2, -1)[unclear],
        np.moveaxis(weights, -2, -1)[unclear] * finer,
        low[unclear],
        np.where(rescaled, 100.0 * layout.possible_unit, layout.possible_unit)[unclear],
        np.where(rescaled, unit * weight, unit * layout.weight_unit)[unclear] * finer,
    )
    above, sure = _compare(halves)
    sure &= (high - low == 1)[unclear] & (np.abs(total) + doubt < _LARGEST)[unclear]
    rounded = (halves.below + above) / 100 + 0.0
    rest = np.flatnonzero(~sure).tolist()
    for one in rest:
        rounded[one] = _weigh_exactly(prepared, layout, places, halves.earned[one], halves.possible[one])
    scores[unclear] = rounded
    return Weighed(scores, len(rest))


class _Halves(Struct, frozen=True):
    """Totals close to the middle between two hundredths, ``below`` and the next: first axis. The total is the sum over groups
    of earned / possible × weight (second axis), times a factor, divided by a divisor; all are whole numbers."""

    earned: Floats
    possible: Floats
    weights: Floats
    below: Floats
    factor: Floats
    divisor: Floats


def _compare(halves: _Halves) -> tuple[Bools, Bools]:
    """On which side of the middle totals are rounded (True: the upper one), and whether that is sure.

    Quotients are taken apart into whole numbers, which are added exactly, and rests below 1. That leaves of the middle a
    multiple of the difference, exact but for the rounding of the rests. A middle (an odd number / 200) that is no double itself
    is by more than 2^-60 of its size away from where rounding to doubles turns, so a total closer to it becomes the same
    double, which counts as the middle and is rounded away from zero; a total further from it than two doubles are apart becomes
    one on its own side.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        products = halves.earned * halves.weights
        divisors = np.maximum(halves.possible, 1)
        rests = np.fmod(products, divisors)
        whole = ((products - rests) / divisors).sum(axis=1) * halves.factor * 200
        middle = (2 * halves.below + 1) * halves.divisor
        fits = (np.abs(products).sum(axis=1) < WHOLE) & (np.abs(whole) < WHOLE) & (np.abs(middle) < WHOLE)
        rest = (rests / divisors).sum(axis=1) * halves.factor * 200
        difference = (whole - middle) + rest
    groups = halves.earned.shape[1]
    error = groups * (groups + 4) * halves.factor * (200 * 2.0**-52)
    equal = (np.abs(difference) <= error) & (2 * error < np.abs(middle) * 2.0**-60)
    apart = np.abs(difference) > np.abs(middle) * 2.0**-51 + error
    above: Bools = np.where(equal, middle > 0, difference > 0)
    sure: Bools = fits & (halves.factor < WHOLE) & (halves.divisor > 0) & (equal | apart)
    return above, sure


def _weigh_exactly(prepared: Plan, layout: Layout, places: int, earned: Floats, possible: Floats) -> float:
    finer = prepared.possible_unit // layout.possible_unit
    sums = [
        totals.GroupSum(group, int(mine), int(points) * finer, None, 0.0)
        for group, mine, points in zip(prepared.groups, earned.tolist(), possible.tolist(), strict=True)
    ]
    score = totals.add_up(prepared, 10**places, sums).score
    assert score is not None
    return score


def round_to_hundredths(values: Floats) -> Floats:
    """``numbers.round2`` of many doubles."""
    rounded = _round_hundredths(values) / 100 + 0.0
    large = ~(np.abs(values) < _LARGEST)
    if large.any():
        rounded[large] = [round2(value) for value in values[large].tolist()]
    return rounded


def _round_hundredths(values: Floats) -> Floats:
    """How many hundredths, half away from zero on the shortest text. For doubles below 10^12: those have the text of a half if
    they are the double nearest to it, and are on its other side otherwise.

    The product can be too large by its rounding only where it thereby becomes whole; the half above is out of reach then.
    """
    sizes = np.abs(values)
    whole = np.floor(sizes * 100)
    hundredths: Floats = np.copysign(whole + (sizes >= (whole * 10 + 5) / 1000), values)
    return hundredths


def combine_periods(periods: Sequence[Period], current: Floats, final: Floats) -> tuple[Floats, Floats]:
    """The course scores of weighted periods (section 7), in the same doubles and order as ``canvas`` computes them; scores are
    periods × students."""
    count = current.shape[1]
    sums = [np.zeros(count) for _ in range(4)]
    for period, of_current, of_final in zip(periods, current, final, strict=True):
        weight = 0.0 if period.weight is None or math.isnan(period.weight) else period.weight
        there = ~np.isnan(of_current)
        sums[0] += np.where(there, of_current * weight / 100, 0.0)
        sums[1] += np.where(there, weight, 0.0)
        sums[2] += np.where(np.isnan(of_final), 0.0, of_final) * weight / 100
        sums[3] += weight
    of_current, of_final = _rescale(sums[0], sums[1]), _rescale(sums[2], sums[3])
    nothing: Bools = np.isnan(current).all(axis=0) & (np.abs(of_current) < np.finfo(np.float64).eps)
    return np.where(nothing, np.nan, round_to_hundredths(of_current)), round_to_hundredths(of_final)


def _rescale(total: Floats, weight: Floats) -> Floats:
    scaled = total * 100 / np.where(weight == 0, 1, weight)
    return np.where(weight == 0, 0.0, np.where(weight < 100, scaled, total))
