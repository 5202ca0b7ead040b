"""Which rows the drop rules of an assignment group keep.

Source: section 5 of the Canvas grade calculation reference. Finding the best ratio of sums is Kane and Kane's problem
("Dropping Lowest Grades", Mathematics Magazine, 2006). Canvas solves it by bisection with a stop rule made for whole numbers,
and so do we, because a grade has to be the one that Canvas would give even where that is not the optimum: with work of 0
points, with points below 1, and where ties in the first phase change what the second sees.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from msgspec import Struct

from gradewire.core.numbers import WIDE
from gradewire.core.scoring.bisection import Piece, Problem, bisect


class Selection(Struct, frozen=True):
    """Positions in the input. ``kept`` names one twice where Canvas counts a row twice (see ``_keep``)."""

    kept: tuple[int, ...]
    dropped_lowest: tuple[int, ...]
    dropped_highest: tuple[int, ...]


def select(pieces: Sequence[Piece], lowest: int, highest: int, never: Collection[int]) -> Selection:
    """Apply "drop the lowest ``lowest``, then the highest ``highest``" to rows that all count; at least one row stays.

    Rows whose id is in ``never`` stay, and take part in every ratio.
    """
    if lowest <= 0 and highest <= 0:
        return Selection(tuple(range(len(pieces))), (), ())
    fixed = [index for index, piece in enumerate(pieces) if piece.item_id in never]
    pool = [index for index, piece in enumerate(pieces) if piece.item_id not in never]
    if not pool:
        return Selection(tuple(fixed), (), ())
    lowest = min(max(lowest, 0), len(pool) - 1)
    highest = max(highest, 0) if lowest + highest < len(pool) else 0
    pool.sort(key=lambda index: pieces[index].item_id)
    if any(piece.possible > 0 for piece in pieces):
        largest = max(piece.possible for piece in pieces)
        survivors = _keep(pieces, pool, fixed, len(pool) - lowest, largest, best=True)
        survivors = [index for index in pool if index in survivors]  # by id again: ties of the second phase go by id
        chosen = _keep(pieces, survivors, fixed, len(survivors) - highest, largest, best=False)
    else:
        pool.sort(key=lambda index: pieces[index].score)
        survivors = pool[lowest:]
        chosen = survivors[: len(survivors) - highest]
    return Selection(
        kept=tuple(sorted(chosen + fixed)),
        dropped_lowest=tuple(index for index in pool if index not in survivors),
        dropped_highest=tuple(index for index in survivors if index not in chosen),
    )


def _keep(pieces: Sequence[Piece], pool: list[int], fixed: list[int], keep: int, largest: Decimal, *, best: bool) -> list[int]:
    """One phase: the ``keep`` rows of the pool with the best (or worst) ratio together with the fixed rows."""
    if len(pool) <= keep:
        return pool
    if all(not pieces[index].possible for index in (*pool, *fixed)):
        # Only the second phase gets here, after the first threw away all pointed work. Canvas then keeps the highest scores
        # although it is to drop them, and picks among the fixed rows too, which thereby count twice.
        return sorted((*pool, *fixed), key=lambda index: -pieces[index].score)[:keep]
    problem = Problem(
        rows=[pieces[index] for index in pool],
        fixed=[pieces[index] for index in fixed],
        keep=keep,
        stop=WIDE.divide(1, WIDE.multiply(2 * keep, WIDE.multiply(largest, largest))),
        best=best,
    )
    return [pool[index] for index in bisect(problem)]
