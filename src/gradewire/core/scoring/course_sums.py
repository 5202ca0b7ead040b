"""A block of students turned into lines of whole numbers, and the sums over them that no drop rule touches.

Which cells count in which pass is looked up in a table of all combinations of flags (section 3 of the Canvas grade calculation
reference).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from msgspec import Struct

from gradewire.core.scoring.course_layout import PERCENT_PLACES, VARIED, WHOLE, Layout, Part
from gradewire.core.scoring.matrix import (
    ASSIGNED,
    EXCUSED,
    PENDING,
    POSTED,
    SUBMITTED,
    Bools,
    Flags,
    Floats,
    Indices,
    Integers,
    Matrix,
)

_SCORED, _COMPLETED = 32, 64
CELL = 0x11
"""The two bits of a code that tell of the first pass: that a cell counts (1), and that its score does, if it counts (16). Those
of the next passes are one, two and three bits higher."""

Sums: TypeAlias = tuple[Floats, Floats]
"""What was earned and what was possible, in the units of the block and of the layout."""


class Block(Struct, frozen=True):
    """Some students side by side. ``scores`` are whole doubles, 0 where no pass takes them; ``codes`` are explained at
    ``CELL``.

    ``places`` are the decimals of the unit of scores; ``beyond`` are the students, by their place in the block, for whom
    doubles are not enough: their cells are empty. ``flags`` and period ``slots`` are those of the matrix, line by line; there
    are no slots where they are the same for all. ``spare`` and ``truth`` are memory for what is computed of the cells.
    """

    start: int
    stop: int
    places: int
    scores: Floats
    codes: Flags
    flags: Flags
    slots: Integers | None
    beyond: Indices
    spare: Floats
    truth: Bools


class Space(Struct, frozen=True):
    """Memory for one block after the other: new memory costs more than what is computed in it."""

    numbers: tuple[Floats, Floats]
    bits: tuple[Flags, Flags]
    truth: Bools


def make_space(columns: int, width: int) -> Space:
    """Room for so many students."""
    shape = columns, width
    return Space(
        (np.empty(shape), np.empty(shape)),
        (np.empty(shape, dtype=np.uint8), np.empty(shape, dtype=np.uint8)),
        np.empty(shape, dtype=np.bool_),
    )


def _tell_cells() -> bytes:
    """What every combination of flags means in the four passes, in their order; the same steps as in ``rows.count``."""
    table = bytearray(256)
    for flags in range(128):
        absent, hidden = not flags & SUBMITTED, not flags & POSTED
        for index, (posted, current) in enumerate(((True, True), (True, False), (False, True), (False, False))):
            visible = not (absent or (posted and hidden) or (current and flags & PENDING))
            scored = visible and bool(flags & _SCORED)
            ungraded = not scored and (current or (bool(flags & _COMPLETED) and not visible))
            if flags & ASSIGNED and not ungraded and not (visible and flags & EXCUSED):
                table[flags] |= (CELL if scored else 1) << index
    return bytes(table)


_CELLS: Final = _tell_cells()


def load_block(layout: Layout, matrix: Matrix, start: int, stop: int, space: Space) -> Block:
    """Read students ``start`` to ``stop`` of a matrix."""
    width, lines = stop - start, len(layout.columns)
    spare, scores = (each[:, :width] for each in space.numbers)
    flags, codes = (each[:, :width] for each in space.bits)
    np.copyto(spare, matrix.scores[start:stop].T)
    np.copyto(flags, matrix.flags[start:stop].T)
    if not layout.in_place:
        scores, spare = spare[:lines], np.take(spare, layout.columns, axis=0, out=scores[:lines], mode="clip")
        codes, flags = flags[:lines], np.take(flags, layout.columns, axis=0, out=codes[:lines], mode="clip")
    truth = space.truth[:lines, :width]
    np.equal(spare, spare, out=truth)
    np.multiply(truth.view(np.uint8), np.uint8(_SCORED), out=codes)
    np.bitwise_or(codes, flags, out=codes)
    if matrix.completed is not None:
        codes |= matrix.completed[start:stop].astype(np.uint8) * np.uint8(_COMPLETED)
    codes[:] = np.frombuffer(codes.tobytes().translate(_CELLS), dtype=np.uint8).reshape(codes.shape)
    blank(spare, np.greater_equal(codes, CELL << 3 & 0xF0, out=truth), scores)
    places, beyond = _count_in_decimals(layout, scores, spare, truth)
    codes[:, beyond] = 0
    slots = None
    if matrix.periods is not None and (layout.slots == VARIED).any():
        slots = np.ascontiguousarray(matrix.periods[start:stop].T[layout.columns])
        slots[slots < 0] = layout.none
    return Block(start, stop, places, scores, codes, flags, slots, beyond, spare, truth)


def blank(values: Floats, kept: Bools, out: Floats) -> None:
    """Copy what is kept, and 0 for the rest (NaN too): the bits of a double and all ones, or all zeros."""
    bits = out.view(np.int64)
    np.negative(kept.view(np.int8), out=bits, casting="unsafe")
    np.bitwise_and(values.view(np.int64), bits, out=bits)


def _count_in_decimals(layout: Layout, scores: Floats, spare: Floats, truth: Bools) -> tuple[int, Indices]:
    """Turn scores, in place, into whole numbers of so many decimals, and tell which students cannot have it so; theirs become
    0.

    A double that equals n / 10^k, for whole n below 2^52, has that decimal as its shortest text: its neighbours of k decimals
    are other doubles, because they are further apart than doubles are. The sums are limited so that sums, and percentages'
    numerators in hundredths, are exact.
    """
    best, beyond = 0, np.arange(scores.shape[1])
    with np.errstate(over="ignore"):
        for places in layout.levels:
            unit = 10.0**places
            np.rint(np.multiply(scores, unit, out=spare) if places else scores, out=spare)
            limit = WHOLE / (layout.possible_unit * 10 ** max(0, PERCENT_PLACES - places))
            unfit = np.zeros(scores.shape[1], dtype=np.bool_)
            if max(-spare.min(initial=0), spare.max(initial=0)) >= limit / max(len(spare), 1):
                unfit |= np.abs(spare).sum(axis=0) >= limit
            np.not_equal(np.divide(spare, unit, out=spare) if places else spare, scores, out=truth)
            if truth.any():
                unfit |= np.logical_or.reduce(truth, axis=0)
            found = np.flatnonzero(unfit)
            if found.size < beyond.size:
                best, beyond = places, found
            if not found.size:
                break
    scores[:, beyond] = 0
    if best:
        np.rint(np.multiply(scores, 10.0**best, out=scores), out=scores)
    return best, beyond


def sum_parts(layout: Layout, block: Block, groups: int) -> Sums:
    """The sums of all groups without drop rules: period slots × passes × groups × students."""
    shape = layout.none + 1, 4, groups, block.stop - block.start
    sums = np.zeros(shape), np.zeros(shape)
    fixed = [part for part in layout.parts if part.slot != VARIED]
    if fixed:
        _sum_lines(layout, block, fixed, None, sums)
    for part in layout.parts:
        for slot in range(layout.none + 1) if part.slot == VARIED else ():
            _sum_lines(layout, block, [part], slot, sums)
    return sums


_TWINS: Final = ((3, ()), (2, (3,)), (1, (3,)), (0, (2, 1)))
"""The passes, and which ones done before them may have seen the same."""


def differ(codes: Flags, one: int, other: int) -> Flags:
    """Not 0 where two passes see a cell differently."""
    differing: Flags = np.bitwise_and(codes >> np.uint8(one) ^ codes >> np.uint8(other), np.uint8(CELL))
    return differing


def _sum_lines(layout: Layout, block: Block, parts: Sequence[Part], slot: int | None, into: Sums) -> None:
    """Add the sums of neighbouring parts, of the four passes, to what is there; with a ``slot`` only cells in that period."""
    first, last = parts[0].start, parts[-1].stop
    codes, spare, truth = block.codes[first:last], block.spare[first:last], block.truth[first:last]
    if slot is not None:
        assert block.slots is not None
        codes = codes * (block.slots[first:last] == slot)
    cuts = [(slice(part.start - first, part.stop - first), part.slot if slot is None else slot, part.group) for part in parts]
    found: dict[int, tuple[list[Floats], list[Floats]]] = {}
    for index, twins in _TWINS:
        twin = next((twin for twin in twins if not differ(codes, index, twin).any()), None)
        if twin is None:
            np.bitwise_and(codes, np.uint8(CELL << index & 0xF0), out=truth.view(np.uint8))
            blank(block.scores[first:last], np.not_equal(truth.view(np.uint8), 0, out=truth), spare)
            earned = [np.add.reduce(spare[lines], axis=0) for lines, _, _ in cuts]
            np.bitwise_and(codes >> np.uint8(index), np.uint8(1), out=truth.view(np.uint8))
            np.multiply(truth, layout.possible[first:last, None], out=spare)
            found[index] = earned, [np.add.reduce(spare[lines], axis=0) for lines, _, _ in cuts]
        else:
            found[index] = found[twin]
        for target, sums in zip(into, found[index], strict=True):
            for (_, period, group), one in zip(cuts, sums, strict=True):
                target[period, index, group] += one
