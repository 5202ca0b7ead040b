"""All scores of a whole course at once: the same numbers as ``canvas.compute`` gives for each student, by arrays.

``matrix`` has the input. Scores are counted in whole doubles, so that sums and comparisons are exact; quotients are rounded by
proofs given in ``course_totals``, drop rules decided by bounds given in ``course_bisection``. What doubles cannot decide is
computed as for one student, and counted in ``CourseScores.exact``.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gradewire.core.scoring.canvas import compute
from gradewire.core.scoring.course_drops import Units, keep
from gradewire.core.scoring.course_layout import VARIED, Layout, Rules, lay_out
from gradewire.core.scoring.course_sums import Block, Sums, blank, differ, load_block, make_space, sum_parts
from gradewire.core.scoring.course_totals import combine_periods, percent, weigh
from gradewire.core.scoring.matrix import POSTED, SUBMITTED, Floats, Indices, Matrix, list_work
from gradewire.core.scoring.plan import Plan, plan
from gradewire.core.scoring.records import Course, StudentScores, Totals

BLOCKS = 2**15, 2**17
"""The fewest and the most cells that are computed together: enough to be worth a call, and few enough for the processor's
caches. Between them a quarter of the matrix, so that the memory for a block stays small beside it."""


class Dropped(Struct, frozen=True):
    """Which items were dropped for which students, by position in ``CourseScores.students``: pairs in order of students, then
    ids."""

    rows: Indices
    items: NDArray[np.int64]


class Exact(Struct, frozen=True):
    """What doubles could not decide: students computed one by one, weighted totals, and applications of drop rules."""

    students: int
    totals: int
    rules: int


class CourseScores(Struct, frozen=True):
    """The scores of all students. Where ``totals`` has eight rows, they are the fields of ``records.Totals`` in their order,
    NaN for None; ``groups`` and ``periods`` have that for each, in course order. Columns are students.

    ``dropped`` are those of the current and of the final score, ``period_dropped`` the same of each period.
    """

    rules: Course
    students: NDArray[np.int64]
    totals: Floats
    groups: Floats
    periods: Floats
    dropped: tuple[Dropped, Dropped]
    period_dropped: tuple[tuple[Dropped, Dropped], ...]
    exact: Exact


class _Results(Struct):
    """What is filled block by block. The key of dropped pairs is a period slot (None for the course) and a pass."""

    totals: Floats
    groups: Floats
    periods: Floats
    dropped: dict[tuple[int | None, int], list[tuple[Indices, NDArray[np.int64]]]]
    exact_students: int = 0
    exact_totals: int = 0
    exact_rules: int = 0


def compute_course(course: Course | Plan, matrix: Matrix) -> CourseScores:
    """All scores of all students of a matrix; items that it lacks are assigned to nobody.

    Raises ``ValueError`` for a matrix whose parts do not fit together, or ids that are there twice.
    """
    prepared = course if isinstance(course, Plan) else plan(course)
    _check(prepared.course, matrix)
    layout = lay_out(prepared, matrix)
    count, periods = len(matrix.students), len(prepared.course.periods)
    results = _Results(
        totals=np.empty((8, count)),
        groups=np.empty((len(prepared.groups), 8, count)),
        periods=np.empty((periods, 8, count)),
        dropped={(slot, index): [] for slot in (None, *range(periods)) for index in (0, 1)},
    )
    if layout.levels:
        cells = min(max(matrix.scores.size // 4, BLOCKS[0]), BLOCKS[1])
        width = min(cells // max(len(matrix.items), 1) + 1, max(count, 1))
        space = make_space(len(matrix.items), width)
        for start in range(0, count, width):
            block = load_block(layout, matrix, start, min(start + width, count), space)
            _compute_block(prepared, layout, block, sum_parts(layout, block, len(prepared.groups)), results)
            _compute_singly(prepared, matrix, (block.beyond + start).tolist(), results)
    else:
        _compute_singly(prepared, matrix, range(count), results)
    from_periods = prepared.course.periods_weighted and periods > 0
    whole = ([], []) if from_periods else (results.dropped[None, 0], results.dropped[None, 1])
    return CourseScores(
        rules=prepared.course,
        students=matrix.students,
        totals=results.totals,
        groups=results.groups,
        periods=results.periods,
        dropped=(_join_dropped(whole[0]), _join_dropped(whole[1])),
        period_dropped=tuple(
            (_join_dropped(results.dropped[slot, 0]), _join_dropped(results.dropped[slot, 1])) for slot in range(periods)
        ),
        exact=Exact(results.exact_students, results.exact_totals, results.exact_rules),
    )


def student_scores(scores: CourseScores, row: int) -> StudentScores:
    """The scores of one student by position, as ``canvas.compute`` gives them; dropped items in order of their ids."""
    return StudentScores(
        course=_read_totals(scores.totals[:, row]),
        groups={group.id: _read_totals(scores.groups[index, :, row]) for index, group in enumerate(scores.rules.groups)},
        periods={period.id: _read_totals(scores.periods[slot, :, row]) for slot, period in enumerate(scores.rules.periods)},
        dropped_current=dropped_items(scores.dropped[0], row),
        dropped_final=dropped_items(scores.dropped[1], row),
        period_dropped={
            period.id: (dropped_items(current, row), dropped_items(final, row))
            for period, (current, final) in zip(scores.rules.periods, scores.period_dropped, strict=True)
        },
    )


def dropped_items(dropped: Dropped, row: int) -> tuple[int, ...]:
    """The ids of one student's dropped items, in ascending order."""
    first, last = np.searchsorted(dropped.rows, (row, row + 1)).tolist()
    return tuple(dropped.items[first:last].tolist())


def _check(course: Course, matrix: Matrix) -> None:
    shape = len(matrix.students), len(matrix.items)
    if matrix.scores.shape != shape or matrix.flags.shape != shape:
        raise ValueError(f"scores and flags must be {shape[0]} students × {shape[1]} items")
    if matrix.completed is not None and matrix.completed.shape != shape[:1]:
        raise ValueError("completed must have one value for each student")
    if matrix.periods is not None and matrix.periods.shape not in {shape, shape[1:]}:
        raise ValueError("periods must have one value for each item, or for each student and item")
    if matrix.periods is not None and matrix.periods.max(initial=-1) >= len(course.periods):
        raise ValueError(f"the course has only {len(course.periods)} periods")
    if matrix.flags.max(initial=0) >= 32:
        raise ValueError("flags have only five bits")
    ids = {
        "items": matrix.items.tolist(),
        "groups": [group.id for group in course.groups],
        "periods": [period.id for period in course.periods],
        "items of the course": [item.id for item in course.items],
    }
    for name, each in ids.items():
        if len(set(each)) < len(each):
            raise ValueError(f"{name} must be there once")


def _compute_block(prepared: Plan, layout: Layout, block: Block, sums: Sums, results: _Results) -> None:
    """Apply the drop rules, and write totals, groups and periods of a block's students."""
    earned, possible = sums
    whole = (earned.sum(axis=0), possible.sum(axis=0)) if layout.none else (earned[0], possible[0])
    for rules in layout.rules:
        target = whole if rules.slot is None else (earned[rules.slot], possible[rules.slot])
        _apply_rules(layout, block, rules, (target[0][:, rules.group], target[1][:, rules.group]), results)
    students = slice(block.start, block.stop)
    unit = 10.0**block.places
    results.groups[:, :4, students] = percent(layout, block.places, *whole).swapaxes(0, 1)
    results.groups[:, 4:, students] = (whole[0] / unit + 0.0).swapaxes(0, 1)
    if layout.none:
        results.periods[:, :, students] = _add_up(prepared, layout, block, (earned[:-1], possible[:-1]), results)
    if prepared.course.periods and prepared.course.periods_weighted:
        mine = results.periods[:, :, students]
        results.totals[0::2, students], results.totals[1::2, students] = combine_periods(
            prepared.course.periods, mine[:, 0], mine[:, 1]
        )
    else:
        results.totals[:, students] = _add_up(prepared, layout, block, whole, results)


def _add_up(prepared: Plan, layout: Layout, block: Block, sums: Sums, results: _Results) -> Floats:
    """The four scores and points of runs from their sums (runs × passes × groups × students, or without the first)."""
    earned, possible = sums
    if prepared.course.weighted:
        weighed = weigh(prepared, layout, block.places, earned, possible)
        results.exact_totals += weighed.exact
        return np.concatenate((weighed.scores, weighed.scores), axis=-2)
    points = earned.sum(axis=-2)
    score = percent(layout, block.places, points, possible.sum(axis=-2))
    return np.concatenate((score, points / 10.0**block.places + 0.0), axis=-2)


def _apply_rules(layout: Layout, block: Block, rules: Rules, into: Sums, results: _Results) -> None:
    """Put a group's sums after its drop rules into passes × students, and note what was dropped.

    The rules are applied once where passes see the same of a student.
    """
    codes, scores = block.codes[rules.lines], block.scores[rules.lines]
    if rules.slot is not None and block.slots is not None and (layout.slots[rules.lines] == VARIED).any():
        codes *= block.slots[rules.lines] == rules.slot
    views, source = _tell_views(codes)
    width = sum(len(who) for who in views)
    numbers, counted = np.empty((len(scores), width)), np.empty((len(scores), width), dtype=np.bool_)
    start = 0
    for index, who in enumerate(views):
        every, part = len(who) == codes.shape[1], slice(start, start + len(who))
        seen = codes if every else codes.take(who, axis=1)
        np.not_equal(seen & np.uint8(16 << index), 0, out=counted[:, part])
        blank(scores if every else scores.take(who, axis=1), counted[:, part], numbers[:, part])
        np.not_equal(seen & np.uint8(1 << index), 0, out=counted[:, part])
        start += len(who)
    kept = keep(rules, Units(block.places, layout.possible_unit), numbers, counted)
    results.exact_rules += kept.exact
    into[0][:], into[1][:] = kept.earned[source], kept.possible[source]
    for index in (0, 1):
        dropped = kept.dropped[:, source[index]]
        if index:
            visible = SUBMITTED | POSTED
            dropped &= block.flags[rules.lines] & visible == visible
        lines, students = np.nonzero(dropped)
        if lines.size:
            results.dropped[rules.slot, index].append((students + block.start, layout.ids[rules.lines[lines]]))


def _tell_views(codes: NDArray[np.uint8]) -> tuple[list[Indices], Indices]:
    """For each pass the students for whom the rules have to be applied again, and (passes × students) which result to take."""
    width = codes.shape[1]
    source = np.empty((4, width), dtype=np.intp)
    source[0] = np.arange(width)
    views: list[Indices] = [source[0].copy()]
    total = width
    for index, twins in ((1, (0,)), (2, (0,)), (3, (2, 1))):
        fresh = np.ones(width, dtype=np.bool_)
        for twin in twins:
            same = ~differ(codes, index, twin).any(axis=0)
            source[index, same] = source[twin, same]
            fresh &= ~same
        who = np.flatnonzero(fresh)
        source[index, who] = np.arange(total, total + who.size)
        total += who.size
        views.append(who)
    return views, source


def _compute_singly(prepared: Plan, matrix: Matrix, rows: Sequence[int], results: _Results) -> None:
    """Compute students one by one, in the place of what their empty cells gave."""
    for row in rows:
        completed = matrix.completed is not None and bool(matrix.completed[row])
        found = compute(prepared, list_work(prepared.course, matrix, row), completed=completed)
        results.totals[:, row] = _list_totals(found.course)
        for index, group in enumerate(prepared.course.groups):
            results.groups[index, :, row] = _list_totals(found.groups[group.id])
        dropped: dict[int | None, tuple[tuple[int, ...], tuple[int, ...]]] = {
            None: (found.dropped_current, found.dropped_final)
        }
        for slot, period in enumerate(prepared.course.periods):
            results.periods[slot, :, row] = _list_totals(found.periods[period.id])
            dropped[slot] = found.period_dropped[period.id]
        for slot_or_none, lists in dropped.items():
            for index, items in enumerate(lists):
                pair = np.full(len(items), row, dtype=np.intp), np.array(items, dtype=np.int64)
                results.dropped[slot_or_none, index].append(pair)
    results.exact_students += len(rows)


def _join_dropped(pairs: Sequence[tuple[Indices, NDArray[np.int64]]]) -> Dropped:
    if not pairs:
        return Dropped(np.empty(0, dtype=np.intp), np.empty(0, dtype=np.int64))
    rows, items = (np.concatenate(each) for each in zip(*pairs, strict=True))
    order = np.lexsort((items, rows))
    return Dropped(rows[order], items[order])


_FIELDS = attrgetter(*Totals.__struct_fields__)


def _list_totals(totals: Totals) -> list[float]:
    return [np.nan if value is None else value for value in _FIELDS(totals)]


def _read_totals(column: Floats) -> Totals:
    return Totals(*(None if value != value else value for value in column.tolist()))  # noqa: PLR0124 - NaN
