"""How a course's matrix is gone through: its numbers as whole doubles, and its columns in the order in which they are added
up."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from msgspec import Struct, structs

from gradewire.core.scoring.matrix import Bools, Floats, Indices, Integers, Matrix
from gradewire.core.scoring.plan import GroupPlan, Plan

WHOLE = 2.0**52
"""Whole numbers up to this, and their halves, are doubles: sums that stay below are exact in any order."""

LEVELS = (0, 2, 4, 9)
"""The decimals in which the scores of a block may be counted: the fewest that make all of them whole numbers are taken. Nine
leave room for thousands of points; scores that need more go to the one-student computation."""

PERCENT_PLACES = 4
"""A percentage in hundredths is the quotient of points times ten to the power of this."""

VARIED = -1
"""The slot of a line whose period differs between students."""


class Part(Struct, frozen=True):
    """Lines of one group and one period slot, which are added up together."""

    start: int
    stop: int
    group: int
    slot: int


class Rules(Struct, frozen=True):
    """The drop rules of a group, and the lines to apply them to, from the highest item id to the lowest: those of the whole
    course (``slot`` None), or those that have a period for some student."""

    group: int
    slot: int | None
    lines: Indices
    ids: list[int]
    possible: Floats
    fixed: Bools
    """Which lines are never dropped."""
    never: frozenset[int]
    lowest: int
    highest: int


class Layout(Struct, frozen=True):
    """A *line* is a column of the matrix that counts (in a group, neither omitted nor ignored), turned so that it is
    contiguous.

    Possible points and weights are whole doubles, in the given units. The period slot of a line is a position in the course's
    periods, the number of periods for none, or ``VARIED``. ``levels`` are those of ``LEVELS`` at which sums of possible points
    are exact: none if the course has numbers that are negative or too long for doubles.
    """

    none: int
    """The slot of work outside every period."""
    columns: Indices
    in_place: bool
    """Whether the lines are all columns, in their order."""
    ids: Integers
    slots: Indices
    possible: Floats
    possible_unit: int
    weights: Floats
    weight_unit: int
    parts: tuple[Part, ...]
    rules: tuple[Rules, ...]
    levels: tuple[int, ...]


def lay_out(prepared: Plan, matrix: Matrix) -> Layout:
    """Order the columns of a matrix: first those that are just added up, by group and period (where this differs between
    students, after the others), then groups with drop rules, by id."""
    ids = matrix.items.tolist()
    every = _find_slots(prepared, matrix)
    places = {column: place for column, id_ in enumerate(ids) if (place := prepared.items.get(id_)) and not place.omit}

    def order(column: int) -> tuple[bool, bool, int, int, int]:
        group, slot = places[column].group, int(every[column])
        if prepared.groups[group].has_rules:
            return True, False, group, 0, -ids[column]
        return False, slot == VARIED, group, slot, -ids[column]

    columns = sorted(places, key=order)
    lines = [places[column] for column in columns]
    points, unit = [line.possible for line in lines], prepared.possible_unit
    while unit > 1 and not any(number % 10 for number in points):
        points, unit = [number // 10 for number in points], unit // 10
    levels = _find_levels(prepared, points, unit)
    weights = [group.weight for group in prepared.groups]
    possible = np.array(points if levels else [0] * len(points), dtype=np.float64)
    taken = np.array(columns, dtype=np.intp)
    layout = Layout(
        none=len(prepared.course.periods),
        columns=taken,
        in_place=columns == list(range(len(ids))),
        ids=matrix.items[taken],
        slots=every[taken],
        possible=possible,
        possible_unit=unit,
        weights=np.array(weights if levels else [0] * len(weights), dtype=np.float64),
        weight_unit=prepared.weight_unit,
        parts=(),
        rules=(),
        levels=levels,
    )
    return _find_parts(prepared, layout, [line.group for line in lines])


def _find_slots(prepared: Plan, matrix: Matrix) -> Indices:
    """The period slot of every column."""
    none = len(prepared.course.periods)
    slots = np.full(len(matrix.items), none, dtype=np.intp)
    periods = matrix.periods
    if periods is None or not none or not periods.size:
        return slots
    first = periods if periods.ndim == 1 else periods[0]
    slots[:] = np.where(first < 0, none, first)
    if periods.ndim == 2:
        slots[(periods != first).any(axis=0)] = VARIED
    return slots


def _find_levels(prepared: Plan, points: list[int], unit: int) -> tuple[int, ...]:
    weights = sum(abs(group.weight) for group in prepared.groups) if prepared.course.weighted else 0
    if max(weights, unit, prepared.weight_unit) >= WHOLE or min(points, default=0) < 0:
        return ()
    return tuple(places for places in LEVELS if sum(points) * 10 ** max(0, places - PERCENT_PLACES) < WHOLE)


def _find_parts(prepared: Plan, layout: Layout, groups: list[int]) -> Layout:
    """The parts and rules of lines in the given groups."""
    parts: list[Part] = []
    rules: list[Rules] = []
    slots = [0 if prepared.groups[group].has_rules else slot for group, slot in zip(groups, layout.slots.tolist(), strict=True)]
    for (group, slot), members in groupby(range(len(groups)), key=list(zip(groups, slots, strict=True)).__getitem__):
        lines = np.array(list(members), dtype=np.intp)
        given = prepared.groups[group]
        if not given.has_rules:
            parts.append(Part(int(lines[0]), int(lines[-1]) + 1, group, slot))
            continue
        rules.append(_cut_rules(given, layout, group, None, lines))
        for period in range(layout.none):
            mine = lines[np.isin(layout.slots[lines], (period, VARIED))]
            if mine.size:
                rules.append(_cut_rules(given, layout, group, period, mine))
    return structs.replace(layout, parts=tuple(parts), rules=tuple(rules))


def _cut_rules(given: GroupPlan, layout: Layout, group: int, slot: int | None, lines: Indices) -> Rules:
    ids = layout.ids[lines].tolist()
    fixed = np.array([id_ in given.never for id_ in ids])
    lowest, highest = given.group.drop_lowest, given.group.drop_highest
    return Rules(group, slot, lines, ids, layout.possible[lines], fixed, given.never, lowest, highest)
