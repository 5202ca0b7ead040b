"""The drop rules of one group for many students at once: which rows go, and the sums of what is kept.

Source: section 5 of the Canvas grade calculation reference; ``drops`` applies the same rules to one student, and decides here
too where doubles cannot.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from msgspec import Struct, structs

from gradewire.core.scoring import drops
from gradewire.core.scoring.bisection import Piece
from gradewire.core.scoring.course_bisection import Choice, Phase, choose, pick_lowest
from gradewire.core.scoring.course_layout import Rules
from gradewire.core.scoring.matrix import Bools, Floats, Indices


class Units(Struct, frozen=True):
    """The decimals of scores, and the unit of possible points."""

    places: int
    possible: int


class Kept(Struct, frozen=True):
    """The sums of the kept rows, which were dropped, and for how many the exact rule had to decide."""

    earned: Floats
    possible: Floats
    dropped: Bools
    exact: int


class _Task(Struct, frozen=True):
    """Rows that count, and how many of the ``pool`` to drop: lines × students."""

    scores: Floats
    pool: Bools
    counted: Bools
    earned: Floats
    worth: Floats
    lowest: Indices
    highest: Indices


def keep(rules: Rules, units: Units, scores: Floats, counted: Bools) -> Kept:
    """Apply the rules to rows that count: lines × students, ``scores`` in whole doubles and 0 where a row does not count."""
    pool = counted & ~rules.fixed[:, None] if rules.fixed.any() else counted
    rows = np.add.reduce(pool, axis=0, dtype=np.intp)
    lowest = np.minimum(np.maximum(rows - 1, 0), max(rules.lowest, 0))
    highest = np.where(lowest + max(rules.highest, 0) < rows, max(rules.highest, 0), 0)
    worth = (counted * rules.possible[:, None]).sum(axis=0)
    task = _Task(scores, pool, counted, scores.sum(axis=0), worth, lowest, highest)
    pointed = worth > 0
    if not pointed.any():
        kept = _drop_by_score(rules, task, first_of_equals=True)
    elif not _is_even(rules):
        kept = _drop_by_ratio(rules, units, task)
    else:
        kept = _drop_by_score(rules, task, first_of_equals=False)
    unpointed = np.flatnonzero(~pointed & (lowest + highest > 0))
    if unpointed.size and pointed.any():
        part = _drop_by_score(rules, _cut(task, unpointed), first_of_equals=True)
        kept.dropped[:, unpointed] = part.dropped
        kept.earned[unpointed], kept.worth[unpointed], kept.unsure[unpointed] = part.earned, part.worth, False
    unsure = np.flatnonzero(kept.unsure).tolist()
    for student in unsure:
        decided = _decide(rules, units, scores[:, student], counted[:, student])
        kept.earned[student], kept.worth[student], kept.dropped[:, student] = decided
    return Kept(kept.earned, kept.worth, kept.dropped, len(unsure))


def _cut(task: _Task, who: Indices) -> _Task:
    return _Task(
        scores=task.scores.take(who, axis=1),
        pool=task.pool.take(who, axis=1),
        counted=task.counted.take(who, axis=1),
        earned=task.earned[who],
        worth=task.worth[who],
        lowest=task.lowest[who],
        highest=task.highest[who],
    )


def _is_even(rules: Rules) -> bool:
    """Whether all rows that may be dropped are worth the same: then their scores order them, whatever the ratio."""
    points = rules.possible[~rules.fixed]
    return bool((points == points[:1]).all())


def _drop_by_score(rules: Rules, task: _Task, *, first_of_equals: bool) -> Choice:
    """The lowest scores, then the highest. Of equal ones the highest id goes, except with ``first_of_equals`` among the
    lowest."""
    turn = slice(None, None, -1 if first_of_equals else 1)
    dropped = pick_lowest(np.where(task.pool, task.scores, np.inf)[turn], task.lowest).dropped[turn]
    if task.highest.any():
        rest = np.where(task.pool & ~dropped, -task.scores, np.inf)
        dropped |= pick_lowest(rest, task.highest).dropped
    earned = task.earned - np.where(dropped, task.scores, 0).sum(axis=0)
    worth = task.worth - (dropped * rules.possible[:, None]).sum(axis=0)
    return Choice(dropped, earned, worth, np.zeros(len(earned), dtype=np.bool_), earned)


def _drop_by_ratio(rules: Rules, units: Units, task: _Task) -> Choice:
    """The two phases; where the first leaves doubts, the second does not remove them."""
    phase = Phase(
        scores=task.scores,
        possible=rules.possible,
        pool=task.pool,
        counted=task.counted,
        earned=task.earned,
        worth=task.worth,
        keep=np.maximum(np.add.reduce(task.pool, axis=0, dtype=np.intp) - task.lowest, 1),
        drop=np.where(task.worth > 0, task.lowest, 0),
        largest=np.where(task.counted, rules.possible[:, None], 0).max(axis=0) / units.possible,
        scale=units.possible / 10**units.places,
        best=True,
    )
    first = choose(phase)
    if not task.highest.any():
        return first
    left = ~first.dropped
    second = choose(
        structs.replace(
            phase,
            scores=np.where(left, task.scores, 0),
            pool=task.pool & left,
            counted=task.counted & left,
            earned=first.earned,
            worth=first.worth,
            keep=np.maximum(phase.keep - task.highest, 1),
            drop=np.where(first.worth > 0, task.highest, 0),
            best=False,
        )
    )
    # With no points left the second phase has a quirk, see ``drops``.
    unsure = first.unsure | second.unsure | ((first.worth == 0) & (task.highest > 0))
    return Choice(first.dropped | second.dropped, second.earned, second.worth, unsure, second.root)


def _decide(rules: Rules, units: Units, scores: Floats, counted: Bools) -> tuple[int, int, Bools]:
    """One student by the exact rule. A row may be kept twice (see ``drops``)."""
    places = len(str(units.possible)) - 1
    rows = np.flatnonzero(counted).tolist()
    pieces = [
        Piece(
            rules.ids[row], Decimal(int(scores[row])).scaleb(-units.places), Decimal(int(rules.possible[row])).scaleb(-places)
        )
        for row in rows
    ]
    chosen = drops.select(pieces, rules.lowest, rules.highest, rules.never)
    dropped = np.zeros(counted.shape, dtype=np.bool_)
    dropped[[rows[index] for index in (*chosen.dropped_lowest, *chosen.dropped_highest)]] = True
    kept = [rows[index] for index in chosen.kept]
    return sum(int(scores[row]) for row in kept), sum(int(rules.possible[row]) for row in kept), dropped
