"""One phase of the drop rules for many students at once: ``bisection`` in doubles, with bounds on what doubles may get wrong.

The rule halves an interval of ratios around the answer until it is narrow, and takes the rows that are best at the middle of
what is left. Here the answer comes from Newton's method, and the rows that are best there are those of the rule, unless the
order of two of them is in doubt. Then the last interval is found by counting: how often the first one is halved, and in which
of the pieces the answer lies. A student for whom that leaves a doubt is for the exact rule.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from gradewire.core.scoring.matrix import Bools, Floats, Indices

_STEPS = 12
_EPSILON = 2.0**-52
_SHORT = 1e6


class Phase(Struct, frozen=True):
    """A choice for many students: take ``drop`` rows away from those of the ``pool``, leaving ``keep`` (at least one).

    ``scores`` are whole doubles, lines × students, 0 where a row does not count; ``possible`` are the lines' points, whole and
    not negative. ``counted`` are the rows of the pool and those that always stay; ``earned`` and ``worth`` are their sums, and
    ``worth`` is not 0 where something is to be dropped. ``largest`` is the largest of the possible points that the rules
    started with, in points; ``scale`` is what a ratio of the given numbers has to be multiplied by to be one of points.
    """

    scores: Floats
    possible: Floats
    pool: Bools
    counted: Bools
    earned: Floats
    worth: Floats
    keep: Indices
    drop: Indices
    largest: Floats
    scale: float
    best: bool


class Choice(Struct, frozen=True):
    """Which rows to drop, the sums of the others, and for which students that is not certain.

    ``root`` is the ratio of those sums, NaN where it was not found.
    """

    dropped: Bools
    earned: Floats
    worth: Floats
    unsure: Bools
    root: Floats


class Picked(Struct, frozen=True):
    """The rows with the lowest values: which (also as pairs of lines and students), the last value taken, the first one
    left."""

    dropped: Bools
    pairs: list[tuple[Indices, Indices]]
    last: Floats
    first: Floats


def pick_lowest(values: Floats, drop: Indices) -> Picked:
    """Take so many of the lowest values of each student, of equals the upper line; what is taken becomes infinite in
    ``values``."""
    lines, width = values.shape
    kind = np.uint8 if lines < 256 else np.uint32
    rows = np.arange(lines, dtype=kind)[:, None]
    dropped, last = np.zeros(values.shape, dtype=np.bool_), np.full(width, -np.inf)
    pairs: list[tuple[Indices, Indices]] = []
    for step in range(int(drop.max(initial=0))):
        least = values.min(axis=0)
        lowest = (rows | ((values == least).astype(kind) - kind(1))).min(axis=0)  # the first line with the lowest value
        who = np.flatnonzero(drop > step)
        taken = lowest[who].astype(np.intp)
        last[who] = least[who]
        values[taken, who] = np.inf
        dropped[taken, who] = True
        pairs.append((taken, who))
    return Picked(dropped, pairs, last, values.min(axis=0))


def choose(phase: Phase) -> Choice:
    """What Canvas's bisection drops: of equals the higher id, which is the upper line."""
    choice = _take_at_root(phase)
    rest = np.flatnonzero(choice.unsure)
    if rest.size:
        closer = _take_at_end(_cut(phase, rest), choice.root[rest])
        choice.dropped[:, rest] = closer.dropped
        choice.earned[rest], choice.worth[rest], choice.unsure[rest] = closer.earned, closer.worth, closer.unsure
    return choice


def _take_at_root(phase: Phase) -> Choice:
    """The rows that are best at the ratio that they have themselves, which is found by taking the ratio of the best rows at the
    ratio before until nothing changes. Unsure where rows of 0 points let the rule end at another ratio."""
    lines, width = phase.scores.shape
    values, slopes = _mirror(phase)
    root = _divide(phase.earned, phase.worth)
    dropped, last, first = np.zeros((lines, width), dtype=np.bool_), np.zeros(width), np.full(width, np.nan)
    earned, worth = phase.earned.copy(), phase.worth.copy()
    moving = np.flatnonzero((phase.drop > 0) & (phase.worth > 0))
    for _ in range(_STEPS):
        every, ratio = moving.size == width, root[moving]
        trial = ratio * slopes
        picked = pick_lowest(
            np.subtract(values if every else values.take(moving, axis=1), trial, out=trial), phase.drop[moving]
        )
        sums = phase.earned[moving], phase.worth[moving]
        for taken, who in picked.pairs:
            sums[0][who] -= phase.scores[taken, moving[who]]
            sums[1][who] -= phase.possible[taken]
        dropped[:, slice(None) if every else moving] = picked.dropped
        earned[moving], worth[moving] = sums
        last[moving], first[moving] = picked.last, picked.first
        root[moving] = found = _divide(*sums)
        moving = moving[~(np.abs(found - ratio) <= 4 * _EPSILON * np.abs(found)) & (sums[1] > 0)]
        if not moving.size:
            break
    root[moving] = np.nan
    root[worth <= 0] = np.nan
    error = _bound_error(phase, np.abs(root))
    tolerance = 4 * error + 2 * (_doubt_root(phase, error, np.abs(root)) + _stop(phase)) * phase.possible.max()
    unsure = ~(first - last > tolerance) & (phase.drop > 0)  # also where something is NaN
    some = np.flatnonzero(unsure & ~np.isnan(tolerance))
    if not phase.possible.all():
        unsure |= (phase.counted & (phase.possible[:, None] == 0)).any(axis=0) & (phase.drop > 0)
    elif some.size:
        near = values.take(some, axis=1) - root[some] * slopes
        unsure[some] = ~_is_settled(_cut(phase, some), near, last[some] - tolerance[some], first[some] + tolerance[some])
    return Choice(dropped, earned, worth, unsure, root)


def _take_at_end(phase: Phase, root: Floats) -> Choice:
    """The rows that are best where the rule ends its search."""
    values, slopes = _mirror(phase)
    low, high = _bracket(phase)
    reach = np.maximum(np.maximum(np.abs(low), np.abs(high)), np.abs(root))
    error = _bound_error(phase, reach)
    root_doubt = _doubt_root(phase, error, reach)
    certain = np.isfinite(root_doubt)
    ratio, doubt = _end_search(phase, low, high, np.where(certain, root, low), np.where(certain, root_doubt, 0))
    picked = pick_lowest(values - ratio * slopes, phase.drop)
    tolerance = np.where(certain, 4 * error + 2 * doubt * phase.possible.max(), np.inf)
    unsure = ~(picked.first - picked.last > tolerance)
    settled = _is_settled(phase, values - ratio * slopes, picked.last - tolerance, picked.first + tolerance)
    equal = _are_equal(phase)
    dropped = np.where(equal, phase.pool & (np.cumsum(phase.pool, axis=0) <= phase.drop), picked.dropped)
    return Choice(
        dropped=dropped,
        earned=phase.earned - np.where(dropped, phase.scores, 0).sum(axis=0),
        worth=phase.worth - (dropped * phase.possible[:, None]).sum(axis=0),
        unsure=unsure & ~settled & ~equal,
        root=root,
    )


def _cut(phase: Phase, who: Indices) -> Phase:
    return Phase(
        scores=phase.scores.take(who, axis=1),
        possible=phase.possible,
        pool=phase.pool.take(who, axis=1),
        counted=phase.counted.take(who, axis=1),
        earned=phase.earned[who],
        worth=phase.worth[who],
        keep=phase.keep[who],
        drop=phase.drop[who],
        largest=phase.largest[who],
        scale=phase.scale,
        best=phase.best,
    )


def _mirror(phase: Phase) -> tuple[Floats, Floats]:
    """What values at a ratio are made of, so that the lowest are to be dropped: the worst rows are the best ones of negated
    numbers."""
    if phase.best:
        return np.where(phase.pool, phase.scores, np.inf), phase.possible[:, None]
    return np.where(phase.pool, -phase.scores, np.inf), -phase.possible[:, None]


def _divide(over: Floats, under: Floats) -> Floats:
    """Quotients, NaN where the divisor is not positive."""
    quotients = np.full(len(over), np.nan)
    np.divide(over, under, out=quotients, where=under > 0)
    return quotients


def _bound_error(phase: Phase, reach: Floats) -> Floats:
    """How far a value can be off at ratios up to ``reach``: it is a whole number less the rounded product of a rounded
    ratio."""
    peak = max(-phase.scores.min(initial=0), phase.scores.max(initial=0))
    error: Floats = 4 * _EPSILON * (peak + reach * phase.possible.max())
    return error


def _doubt_root(phase: Phase, error: Floats, reach: Floats) -> Floats:
    """How far the root can be off: the rows were chosen by values with an error each, so their sum may be too small by some
    errors, and it falls at least as steeply as the smallest possible points of as many rows. NaN where that is not steep."""
    points = phase.possible[:, None]
    keep, stays = phase.keep, 0.0
    if not phase.possible.all():
        keep = np.maximum(keep - (phase.pool & (points == 0)).sum(axis=0), 0)
        stays = ((phase.counted & ~phase.pool) * points).sum(axis=0)
    steepness = keep * phase.possible[phase.possible > 0].min() + stays
    return 16 * _divide(len(points) * error, steepness) + 16 * _EPSILON * reach


def _stop(phase: Phase) -> Floats:
    """The width of the interval at which the rule ends; NaN where nothing is worth points."""
    return _divide(np.ones(len(phase.keep)), 2 * phase.keep * phase.largest**2 * phase.scale)


def _bracket(phase: Phase) -> tuple[Floats, Floats]:
    """The ratios between which the rule looks, as ``bisection`` has them."""
    points = phase.possible[:, None]
    pointed, extra = phase.counted & (points > 0), phase.counted & (points == 0)
    ratios = phase.scores / np.where(points > 0, points, 1)
    low = np.where(pointed, ratios, np.inf).min(axis=0)
    high = np.where(pointed, ratios, -np.inf).max(axis=0)
    bonus = np.where(extra, phase.scores, 0).sum(axis=0)
    wide = _divide(np.maximum(phase.worth / phase.scale, phase.earned - bonus) + bonus, phase.worth)
    return low, np.where(extra.any(axis=0), wide, high)


def _end_search(phase: Phase, low: Floats, high: Floats, root: Floats, root_doubt: Floats) -> tuple[Floats, Floats]:
    """The ratio at which the rule takes its rows, and how far it may be off.

    Where the number of halvings or the piece is in doubt, the true one is at least as close to the answer as the stop width.
    """
    width = np.maximum(high - low, 0)
    open_ = width > 0
    stop = _stop(phase)
    rounding = 16 * _EPSILON * np.maximum(np.abs(low), np.abs(high))
    fraction, halvings = np.frexp(width / stop)
    pieces = np.ldexp(1.0, np.maximum(halvings, 0))
    piece = np.where(open_, width / pieces, 1)
    position = (np.clip(root, low, np.maximum(low, high)) - low) / piece
    nearest, off = np.rint(position), (root_doubt + rounding) / piece
    doubtful = np.minimum(fraction - 0.5, 1 - fraction) <= rounding / np.where(open_, width, 1) + 1e-14
    doubtful |= off > 0.25
    doubtful |= (np.abs(position - nearest) <= off) & (nearest > 0) & (nearest < pieces)
    middle = low + (np.clip(np.floor(position), 0, pieces - 1) + 0.5) * piece
    ratio = np.where(open_, middle, (low + high) / 2)
    return ratio, rounding + np.where(open_ & doubtful, 4 * stop + root_doubt, 0)


def _is_settled(phase: Phase, values: Floats, low: Floats, high: Floats) -> Bools:
    """Whether all rows that may be confused, with values between two bounds, are worth the same points: then their scores order
    them, at any ratio."""
    points = phase.possible[:, None]
    near = phase.pool & ~((values < low) | (values > high))
    settled: Bools = np.where(near, points, np.inf).min(axis=0) >= np.where(near, points, -np.inf).max(axis=0)
    return settled


def _are_equal(phase: Phase) -> Bools:
    """Whether all rows have the same ratio, and one of so few decimals that the rule is exact: all values are 0 then, and the
    upper lines go."""
    points = phase.possible[:, None]
    peak = np.abs(phase.scores).max(axis=0)
    exact = (peak * phase.worth < 2.0**52) & (np.abs(phase.earned) * _SHORT < 2.0**52) & (phase.worth > 0)
    equal = (((phase.scores * phase.worth == points * phase.earned) & (points > 0)) | ~phase.counted).all(axis=0)
    short = np.fmod(phase.earned * _SHORT, np.where(phase.worth > 0, phase.worth, 1)) == 0
    result: Bools = exact & equal & short
    return result
