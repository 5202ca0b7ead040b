"""The choice of rows with the best or the worst ratio of sums, by Canvas's bisection on that ratio.

Source: section 5 of the Canvas grade calculation reference ("One phase"). All trial ratios are decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from operator import itemgetter
from typing import NamedTuple

from msgspec import Struct

from gradewire.core.numbers import WIDE


class Piece(NamedTuple):
    """One row of a group: points earned out of points possible."""

    item_id: int
    score: Decimal
    possible: Decimal


_ANYWHERE = Decimal("-Infinity"), Decimal("Infinity")


class Problem(Struct, frozen=True):
    """Keep so many of ``rows``, which are in the order of their ids, along with all ``fixed`` ones. At least one row is worth
    points. ``stop`` is the width of the interval of ratios at which the search ends.
    """

    rows: list[Piece]
    fixed: list[Piece]
    keep: int
    stop: Decimal
    best: bool


def bisect(problem: Problem, *, foresee: bool = True) -> list[int]:
    """The positions of the rows to keep.

    The rule evaluates every trial ratio. All that it needs of a trial but the last is on which side of the answer it lies, so
    the answer is estimated first, and only trials too close to it are evaluated; ``foresee`` False evaluates them all.
    """
    with localcontext(WIDE):
        low, high = _bracket([*problem.rows, *problem.fixed])
        trial = (low + high) / 2
        below, above = _enclose(problem, low, high) if foresee else _ANYWHERE
        while high - low >= problem.stop:
            if trial > above or (trial >= below and _evaluate(problem, trial)[0] < 0):
                high = trial
            else:
                low = trial
            middle = (low + high) / 2
            if middle in (low, high):
                break
            trial = middle
        return _evaluate(problem, trial)[1]


def _bracket(rows: Sequence[Piece]) -> tuple[Decimal, Decimal]:
    """The ratios between which the answer is looked for. With work of 0 points the upper one can lie below the answer."""
    ratios = [row.score / row.possible for row in rows if row.possible]
    possible = sum((row.possible for row in rows), Decimal(0))
    if len(ratios) == len(rows) or not possible:
        return min(ratios), max(ratios)
    earned = sum((row.score for row in rows if row.possible), Decimal(0))
    extra = sum((row.score for row in rows if not row.possible), Decimal(0))
    return min(ratios), (max(possible, earned) + extra) / possible


def _evaluate(problem: Problem, ratio: Decimal) -> tuple[Decimal, list[int]]:
    """By how much the rows taken at a ratio, and the fixed ones, exceed it; and these rows, of equals the lower id."""
    values = [row.score - ratio * row.possible for row in problem.rows]
    kept = sorted(range(len(values)), key=values.__getitem__, reverse=problem.best)[: problem.keep]  # sorting is stable
    fixed = sum((row.score - ratio * row.possible for row in problem.fixed), Decimal(0))
    return sum((values[index] for index in kept), fixed), kept


def _enclose(problem: Problem, low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
    """Ratios between which the gain surely turns from positive to negative; trials lie between ``low`` and ``high``.

    The gain falls as the ratio rises. Its root comes from replacing a ratio with that of the rows it takes until nothing
    changes, which is the quick way to solve Kane and Kane's problem. Doubles do, with more room than their rounding can add up
    to. Without a clear root, as work of 0 points may cause, the ratios enclose everything.
    """
    rows = [(float(row.score), float(row.possible)) for row in problem.rows]
    fixed_score = sum(float(row.score) for row in problem.fixed)
    fixed_possible = sum(float(row.possible) for row in problem.fixed)
    root = float(low + high) / 2
    for _ in range(12):
        values = [score - root * possible for score, possible in rows]
        order = sorted(range(len(values)), key=values.__getitem__, reverse=problem.best)[: problem.keep]
        possible = sum([rows[index][1] for index in order], fixed_possible)
        if possible <= 0:
            return _ANYWHERE
        last, root = root, sum([rows[index][0] for index in order], fixed_score) / possible
        if abs(root - last) <= 1e-15 * abs(root):
            break
    else:
        return _ANYWHERE
    reach = max(abs(float(low)), abs(float(high)), abs(root), 1e-3)
    every = [*rows, *((float(row.score), float(row.possible)) for row in problem.fixed)]
    doubt = (len(every) + 8) ** 2 * 1e-15 * max([abs(score) + 4 * reach * abs(possible) for score, possible in every])
    margin = 1e-11 * reach
    least = sorted([possible for _, possible in rows])[: problem.keep]  # the gain falls at least as steeply as this sum
    if min(every, key=itemgetter(1))[1] < 0 or not margin * sum(least, fixed_possible) >= 4 * doubt or reach > 1e150:
        return _ANYWHERE
    return Decimal(root - margin), Decimal(root + margin)
