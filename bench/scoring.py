"""How fast the scores of a whole course are computed: ``make bench-scoring``.

Prints cells (students × assignments) per second of processor time, for all four passes with their groups. The floor is NumPy's
plain sum over the same matrix. The one-student computation is measured on some of the students, and they must come out alike.
"""

from __future__ import annotations

import argparse
import gc
import time
import tracemalloc
from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
from msgspec import Struct, structs

from gradewire.core.scoring.canvas import Course, Group, Item, compute, plan
from gradewire.core.scoring.course import CourseScores, compute_course, student_scores
from gradewire.core.scoring.matrix import ASSIGNED, EXCUSED, PENDING, POSTED, SUBMITTED, Matrix, list_work

SHAPES: Final = ((1_000, 50), (10_000, 100))
WEIGHTS: Final = (10.0, 20.0, 30.0, 25.0, 15.0)
POINTS: Final = (10.0, 20.0, 25.0, 50.0, 100.0)

T = TypeVar("T")


class Kind(Struct, frozen=True):
    """A way to compute a course's scores."""

    name: str
    weighted: bool = True
    lowest: int = 0
    highest: int = 0
    decimals: int = 0


KINDS: Final = (
    Kind("plain", weighted=False),
    Kind("weighted"),
    Kind("weighted, scores with cents", decimals=2),
    Kind("drop 1 lowest", lowest=1),
    Kind("drop 2 lowest, 1 highest", lowest=2, highest=1),
)


class Measured(Struct, frozen=True):
    """Processor time in seconds, of the whole course; bytes of memory at the peak."""

    cells: int
    engine: float
    single: float
    floor: float
    memory: int
    matrix: int
    scores: CourseScores


def make_course(kind: Kind, students: int, items: int, random: np.random.Generator) -> tuple[Course, Matrix]:
    """Five groups of work worth different points; of all cells 12 % not graded, 4 % of the assignments not posted, some work
    excused, pending review or not assigned."""
    possible = random.choice(POINTS, items)
    groups = tuple(Group(id_, weight, kind.lowest, kind.highest) for id_, weight in enumerate(WEIGHTS, start=1))
    each = tuple(Item(1000 + index, 1 + index * len(groups) // items, points) for index, points in enumerate(possible.tolist()))
    shape = students, items
    ability = random.beta(6, 2, (students, 1))
    shares = np.clip(ability + random.normal(0, 0.12, shape), 0, 1.05)
    scores = np.round(shares * possible, kind.decimals)
    scores[random.random(shape) < 0.04] = 0
    scores[random.random(shape) < 0.12] = np.nan
    flags = np.full(shape, ASSIGNED | SUBMITTED | POSTED, dtype=np.uint8)
    flags[:, random.random(items) < 0.04] ^= np.uint8(POSTED)
    for share, bit in ((0.01, EXCUSED), (0.01, PENDING), (0.02, ASSIGNED)):
        flags[random.random(shape) < share] ^= np.uint8(bit)
    ids = np.array([item.id for item in each])
    return Course(kind.weighted, groups, each), Matrix(np.arange(students) + 1, ids, scores, flags)


def measure(kind: Kind, shape: tuple[int, int], seed: int, sample: int, repeat: int) -> Measured:
    """Compute a course several times, and take the shortest."""
    course, matrix = make_course(kind, *shape, np.random.default_rng(seed))
    prepared = plan(course)
    engine, scores = take_time(lambda: compute_course(prepared, matrix), repeat)
    floor, _ = take_time(matrix.scores.sum, repeat)
    rows = np.linspace(0, shape[0] - 1, sample).astype(int).tolist()
    work = [list_work(course, matrix, row) for row in rows]
    single, singles = take_time(lambda: [compute(prepared, each) for each in work], 2)
    for row, each in zip(rows, singles, strict=True):
        in_order = structs.replace(
            each,
            dropped_current=tuple(sorted(each.dropped_current)),
            dropped_final=tuple(sorted(each.dropped_final)),
        )
        assert student_scores(scores, row) == in_order, f"student {row} differs"
    gc.collect()
    tracemalloc.start()
    compute_course(prepared, matrix)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Measured(
        cells=shape[0] * shape[1],
        engine=engine,
        single=single * shape[0] / sample,
        floor=floor,
        memory=peak,
        matrix=matrix.scores.nbytes + matrix.flags.nbytes,
        scores=scores,
    )


def take_time(call: Callable[[], T], repeat: int) -> tuple[float, T]:
    """The shortest processor time of several calls, and what the last one gave."""
    result, times = call(), []
    for _ in range(repeat):
        start = time.process_time_ns()
        result = call()
        times.append(time.process_time_ns() - start)
    return min(times) / 1e9, result


def main() -> None:
    """Measure every kind of course in every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=15, help="times to measure, of which the shortest counts")
    parser.add_argument("--sample", type=int, default=60, help="students to compute one by one")
    given = parser.parse_args()
    print("Million cells per second of processor time; every cell counts once, all four passes and all groups are computed.")
    print(
        f"The one-student computation runs on {given.sample} students, scaled to all. Memory is the peak beyond the input, the"
    )
    print("results among it, as a multiple of the matrix of scores and flags. Exact: students / totals / applications of drop")
    print("rules that doubles could not decide.\n")
    print(f"{'':14}  {'':27} {'engine':>8} {'single':>8} {'faster':>8} {'NumPy sum':>10} {'of sum':>8} {'memory':>7}  exact")
    for shape in SHAPES:
        for kind in KINDS:
            found = measure(kind, shape, given.seed, given.sample, given.repeat)
            rate, single, floor = (found.cells / each / 1e6 for each in (found.engine, found.single, found.floor))
            exact = found.scores.exact
            print(
                f"{shape[0]:>8,} × {shape[1]:<3}  {kind.name:27} {rate:8.1f} {single:8.3f} {rate / single:7.0f}x {floor:10.0f} "
                f"{found.engine / found.floor:7.0f}x {found.memory / found.matrix:6.1f}x  "
                f"{exact.students} / {exact.totals} / {exact.rules}",
                flush=True,
            )


if __name__ == "__main__":
    main()
