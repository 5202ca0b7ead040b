"""How the scores of an assignment are spread: their quartiles and mean, and how many lie where.

Sums are exact, of the decimals that the scores are. Quartiles lie between neighbouring scores by linear interpolation, type 7
of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), which spreadsheets and databases use as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from msgspec import Struct

from gradewire.core.numbers import exact, exact_possible

BINS = 10
"""So many bins lie between 0 and the points possible."""
MOST_BINS = 30
"""Scores far outside make bins wider, not more."""


class Bin(Struct, frozen=True):
    """How many scores are at least ``low`` and less than ``high``; the last bin has those of its upper end as well."""

    low: float
    high: float
    count: int


class Distribution(Struct, frozen=True, kw_only=True):
    count: int
    minimum: float
    lower_quartile: float
    median: float
    upper_quartile: float
    maximum: float
    mean: float
    deviation: float | None
    """Of a sample; ``None`` for a single score."""
    bins: list[Bin]


def distribution(scores: Iterable[float], possible: float | None) -> Distribution | None:
    """The distribution of at least one score; ``None`` of none."""
    ordered = sorted(Fraction(exact(score)) for score in scores)
    if not ordered:
        return None
    mean = sum(ordered, Fraction(0)) / len(ordered)
    squares = sum(((score - mean) ** 2 for score in ordered), Fraction(0))
    return Distribution(
        count=len(ordered),
        minimum=float(ordered[0]),
        lower_quartile=float(quantile(ordered, Fraction(1, 4))),
        median=float(quantile(ordered, Fraction(1, 2))),
        upper_quartile=float(quantile(ordered, Fraction(3, 4))),
        maximum=float(ordered[-1]),
        mean=float(mean),
        deviation=math.sqrt(squares / (len(ordered) - 1)) if len(ordered) > 1 else None,
        bins=_bins(ordered, Fraction(exact_possible(possible))),
    )


def quantile(ordered: Sequence[Fraction], share: Fraction) -> Fraction:
    """The value below which this share of the ordered values lies."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _bins(ordered: Sequence[Fraction], possible: Fraction) -> list[Bin]:
    """Tenths of the points possible, from 0, and as many more as the lowest and the highest score need."""
    low, high = min(ordered[0], Fraction(0)), max(ordered[-1], possible, Fraction(0))
    width = possible / BINS if possible > 0 else (high - low) / BINS
    if not width:
        width = Fraction(1)
    width *= max(1, math.ceil((high - low) / (width * MOST_BINS)))
    first, last = math.floor(low / width), max(math.ceil(high / width), math.floor(low / width) + 1)
    counts = [0] * (last - first)
    for score in ordered:
        counts[min(math.floor(score / width), last - 1) - first] += 1
    edges = [float(number * width) for number in range(first, last + 1)]
    return [Bin(edges[place], edges[place + 1], count) for place, count in enumerate(counts)]
