"""A whole course at once gives every student exactly the scores of the one-student computation."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradewire.core import vectors
from gradewire.core.scoring.canvas import compute
from gradewire.core.scoring.course import compute_course, student_scores
from gradewire.core.scoring.matrix import ASSIGNED, EXCUSED, PENDING, POSTED, SUBMITTED, Floats, Matrix, list_work, read_matrix
from gradewire.core.scoring.plan import Plan, plan
from gradewire.core.scoring.records import Course, Group, Item, Period, StudentScores, Work

SCALE: Final = int(os.environ.get("GRADEWIRE_COURSE_TESTS", "1"))
"""How many times more examples than usual to generate."""

VECTORS: Final = Path(__file__).parent / "data" / "grade_vectors.json"

_QUICK: Final = settings(
    derandomize=SCALE == 1,
    deadline=None,
    database=None,
    max_examples=150 * SCALE,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

_whole = st.integers(-3, 30).map(float)
_tenths = st.integers(0, 300).map(lambda tenths: tenths / 10)
_ugly = st.sampled_from(
    [0.1, 33.333, 66.66667, 3.3333333333333335, 1e-7, 0.30000000000000004, -0.005, -0.0, 1234567.891, 8.370000000000001, 9.9999]
)
_huge = st.sampled_from([1e15, -1e15, 4503599627370496.0, 1e22, 5e-324, 1.7e308, 123456789012.5])
_possible = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0, 5.0, 10.0, 10.0, 20.0, 100.0]),
    st.sampled_from([None, 0.5, 33.3, 0.1, 7.0, 12.345678, 1e6, 40.0]),
)
_odd_possible = st.sampled_from([-1.0, -0.5, 1e-7, 1e16, 3.3333333333333335, 1e300, 5e-324])
_weight = st.one_of(
    st.integers(0, 60).map(float), st.sampled_from([None, 33.33, 9.9, 100.0, 12.345, 25.0, -10.0, float("nan")])
)
_odd_weight = st.sampled_from([1e300, 5e-324, 1e-20, 1 / 3])
_rarely = st.sampled_from([False, False, False, False, True])
_mostly = st.sampled_from([True, True, True, True, False])


def bare(scores: StudentScores) -> str:
    """Scores as a text that tells every bit of their numbers, dropped items in order of their ids."""
    periods = {id_: tuple(tuple(sorted(items)) for items in lists) for id_, lists in scores.period_dropped.items()}
    dropped = sorted(scores.dropped_current), sorted(scores.dropped_final), periods
    return repr((scores.course, scores.groups, scores.periods, dropped))


def assert_equal_to_single(course: Course | Plan, matrix: Matrix) -> None:
    prepared = course if isinstance(course, Plan) else plan(course)
    found = compute_course(prepared, matrix)
    for row in range(len(matrix.students)):
        completed = matrix.completed is not None and bool(matrix.completed[row])
        work = list_work(prepared.course, matrix, row)
        assert bare(student_scores(found, row)) == bare(compute(prepared, work, completed=completed)), work


# Courses drawn in every detail


@st.composite
def _courses(draw: st.DrawFn) -> Course:
    odd = draw(st.integers(0, 9)) == 0
    weight = st.one_of(_weight, _odd_weight) if odd else _weight
    possible = st.one_of(_possible, _odd_possible) if odd else _possible
    count = draw(st.integers(1, 3))
    drops = draw(st.sampled_from([st.just(0), st.integers(0, 3), st.integers(-1, 2)]))
    nevers = st.lists(st.integers(1, 9), max_size=2).map(tuple)
    groups = tuple(Group(id_, draw(weight), draw(drops), draw(drops), draw(nevers)) for id_ in range(count, 0, -1))
    ids = draw(st.permutations(range(1, draw(st.integers(0, 9)) + 1)))
    items = tuple(Item(id_, draw(st.integers(1, count + 1)), draw(possible), draw(_rarely), draw(_rarely)) for id_ in ids)
    periods = tuple(Period(id_, draw(_weight)) for id_ in range(1, draw(st.integers(0, 2)) + 1))
    return Course(draw(st.booleans()), groups, items, periods, draw(st.booleans()))


@st.composite
def _cases(draw: st.DrawFn) -> tuple[Course, dict[int, list[Work]], list[int]]:
    course = draw(_courses())
    numbers = draw(st.sampled_from([_whole, _tenths, st.one_of(_tenths, _ugly), st.one_of(_whole, _ugly, _huge)]))
    score = st.one_of(st.none(), numbers, numbers, numbers)
    students = {}
    for student in range(11, 11 + draw(st.integers(0, 3))):
        students[student] = [
            Work(
                item.id,
                draw(score),
                excused=draw(_rarely),
                posted=draw(_mostly),
                pending_review=draw(_rarely),
                period_id=draw(st.sampled_from([None, 1, 2, 3])),
                submitted_row=draw(_mostly),
                entered=draw(score),
            )
            for item in course.items
            if draw(_mostly)
        ]
    return course, students, [student for student in students if draw(_rarely)]


@_QUICK
@given(_cases(), st.booleans())
def test_every_number_is_that_of_the_single_computation(
    case: tuple[Course, dict[int, list[Work]], list[int]], what_if: bool
) -> None:
    course, students, completed = case
    matrix = read_matrix(course, students, completed=completed, what_if=what_if)
    found = compute_course(course, matrix)
    for row, (student, work) in enumerate(students.items()):
        single = compute(course, work, completed=student in completed, what_if=what_if)
        assert bare(student_scores(found, row)) == bare(single)


# Courses of many students, filled by a generator from a seed


def _fill_scores(random: np.random.Generator, shape: tuple[int, int], possible: Floats, kind: str) -> Floats:
    whole = random.integers(0, np.maximum(possible, 5) + 1, shape).astype(np.float64)
    if kind == "few":
        whole = np.where(random.random(shape) < 0.5, possible, 0) * random.choice([1, 1, 0.5, 0.85], (shape[0], 1))
    elif kind == "share":
        whole = possible * random.choice([0, 0.25, 1 / 3, 0.5, 0.7, 0.85, 1, 1.1], (shape[0], 1)) + random.choice(
            [0, 0, 0, 1], shape
        )
    elif kind == "halves":
        whole = whole / 2 - 2
    elif kind == "cents":
        whole = whole + random.integers(0, 100, shape) / 100
    elif kind == "ugly":
        whole = np.where(random.random(shape) < 0.05, whole / 3, whole + random.integers(0, 10, shape) / 10)
    return whole


_KINDS: Final = ("whole", "few", "share", "halves", "cents", "ugly")
_POINTS: Final = (
    (10,),
    (10, 20),
    (10, 20, 50, 100),
    (1, 2, 4, 8),
    (5, 10, 0),
    (0,),
    (0.5, 1, 0.25),
    (33.3, 40, 100),
    (7, 3, 11),
)


@st.composite
def _crowds(draw: st.DrawFn, *, rules: bool) -> tuple[Course, Matrix]:
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    count, lines = draw(st.integers(1, 4)), draw(st.integers(1, 24))
    numbers = st.integers(0, 4) if rules else st.just(0)
    groups = []
    for id_ in range(1, count + 1):
        never = tuple(random.integers(1, 2 * lines, draw(st.integers(0, 2))).tolist())
        groups.append(Group(id_, draw(_weight), draw(numbers), draw(numbers), never))
    possible = random.choice(np.array(draw(st.sampled_from(_POINTS)), dtype=np.float64), lines)
    ids = random.permutation(lines) + 1
    omit = random.random(lines) < 0.05
    items = tuple(
        Item(int(id_), int(group), float(points), omit=bool(out))
        for id_, group, points, out in zip(ids, random.integers(1, count + 1, lines), possible, omit, strict=True)
    )
    periods = tuple(Period(id_, draw(_weight)) for id_ in range(draw(st.integers(0, 3))))
    course = Course(draw(st.booleans()), tuple(groups), items, periods, draw(st.booleans()))
    shape = draw(st.sampled_from([1, 7, 30])), lines
    scores = _fill_scores(random, shape, possible, draw(st.sampled_from(_KINDS)))
    scores[random.random(shape) < draw(st.sampled_from([0, 0.1, 0.5, 1]))] = np.nan
    flags = np.full(shape, ASSIGNED | SUBMITTED | POSTED, dtype=np.uint8)
    for bit in range(5):
        flags[random.random(shape) < draw(st.sampled_from([0, 0, 0, 0.05, 0.5]))] ^= np.uint8(1 << bit)
    slots = None
    if periods:
        slots = random.integers(-1, len(periods), lines)
        if draw(st.booleans()):
            slots = np.where(random.random(shape) < 0.05, random.integers(-1, len(periods), shape), slots)
    completed = random.random(shape[0]) < 0.3 if draw(st.booleans()) else None
    if draw(st.booleans()):
        scores, flags = np.asfortranarray(scores), np.asfortranarray(flags)
    return course, Matrix(np.arange(shape[0]) + 1000, ids, scores, flags, slots, completed)


@_QUICK
@given(_crowds(rules=False))
def test_crowds_without_rules(case: tuple[Course, Matrix]) -> None:
    assert_equal_to_single(*case)


@settings(_QUICK, max_examples=200 * SCALE)
@given(_crowds(rules=True))
def test_crowds_with_rules(case: tuple[Course, Matrix]) -> None:
    assert_equal_to_single(*case)


# Named cases


def one_group(
    scores: Iterable[Iterable[float]], possible: Iterable[float], *, lowest: int = 0, highest: int = 0, weighted: bool = False
) -> tuple[Course, Matrix]:
    """One group, items 1, 2, ..., all work posted."""
    items = tuple(Item(id_, 1, points) for id_, points in enumerate(possible, start=1))
    numbers = np.array(list(scores), dtype=np.float64)
    flags = np.full(numbers.shape, ASSIGNED | SUBMITTED | POSTED, dtype=np.uint8)
    ids = np.array([item.id for item in items])
    return Course(weighted, (Group(1, 100.0, lowest, highest),), items), Matrix(np.arange(len(numbers)), ids, numbers, flags)


def test_the_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    def compute_by_course(course: Course, work: Iterable[Work], *, completed: bool, what_if: bool) -> StudentScores:
        matrix = read_matrix(course, {1: work}, completed=[1] if completed else (), what_if=what_if)
        return student_scores(compute_course(course, matrix), 0)

    monkeypatch.setattr("gradewire.core.scoring.canvas.compute", compute_by_course)
    document = msgspec.json.decode(VECTORS.read_bytes())
    document["vectors"] = [vector for vector in document["vectors"] if vector["kind"] == "course_total"]
    report = vectors.check(document)
    assert report.mismatches == ()
    assert report.checked["course_total"] == len(document["vectors"]) > 0


def test_nothing_at_all() -> None:
    empty = Course(weighted=False, groups=(), items=())
    matrix = read_matrix(empty, {})
    assert compute_course(empty, matrix).totals.shape == (8, 0)
    assert_equal_to_single(empty, read_matrix(empty, {1: [], 2: []}))
    course, _ = one_group([], [10, 20], lowest=1)
    assert_equal_to_single(course, read_matrix(course, {1: [], 2: [Work(1, 5.0, posted=True)]}))


def test_students_with_scores_too_long_for_doubles_are_computed_singly() -> None:
    course, matrix = one_group([[7.5, 3.25], [10 / 3, 1.0], [1e22, 1.0], [0.125, 9.123456789]], [10, 20])
    found = compute_course(course, matrix)
    assert found.exact.students == 2
    assert_equal_to_single(course, matrix)


def test_a_course_with_numbers_too_long_for_doubles_is_computed_singly() -> None:
    for possible in (-1.0, 1e-20, 1e300):
        course, matrix = one_group([[7.5, 3.25], [10.0, 1.0]], [10, possible])
        assert compute_course(course, matrix).exact.students == 2
        assert_equal_to_single(course, matrix)


@pytest.mark.parametrize("weighted", [False, True])
def test_rounding_at_the_middle(weighted: bool) -> None:
    scores = np.concatenate((np.arange(-400, 2000) / 8, np.arange(4000) / 40))
    for possible in (8.0, 40.0, 400.0, 7.0, 0.7):
        course, matrix = one_group(scores.reshape(-1, 1), [possible], weighted=weighted)
        assert compute_course(course, matrix).exact.students == 0
        assert_equal_to_single(course, matrix)


def test_weighted_totals_in_the_middle_are_decided_without_the_single_computation() -> None:
    random = np.random.default_rng(1)
    items = tuple(Item(id_, id_, points) for id_, points in ((1, 200.0), (2, 80.0), (3, 8.0), (4, 3.0)))
    groups = tuple(Group(id_, weight) for id_, weight in ((1, 25.0), (2, 25.0), (3, 25.0), (4, 25.0)))
    scores = random.integers(0, [201, 81, 9, 4], (300, 4)).astype(np.float64)
    flags = np.full(scores.shape, ASSIGNED | SUBMITTED | POSTED, dtype=np.uint8)
    matrix = Matrix(np.arange(300), np.arange(4) + 1, scores, flags)
    assert compute_course(Course(True, groups, items), matrix).exact.totals == 0
    assert_equal_to_single(Course(True, groups, items), matrix)


def test_totals_too_large_for_hundredths_in_doubles() -> None:
    items = (Item(1, 1, 1.0), Item(2, 1, 3.0))
    scores = np.array([[1e11, 12345678912.0], [-1e11, 0.0], [5.0, 123456789123.0]])
    flags = np.full(scores.shape, ASSIGNED | SUBMITTED | POSTED, dtype=np.uint8)
    matrix = Matrix(np.arange(3), np.array([1, 2]), scores, flags, np.array([0, 1]))
    periods = (Period(1, 40.0), Period(2, 33.3))
    for course in (
        Course(True, (Group(1, 70.0),), items),
        Course(False, (Group(1, None),), items, periods, periods_weighted=True),
    ):
        assert compute_course(course, msgspec.structs.replace(matrix, periods=None)).exact.students == 0
        given = matrix if course.periods else msgspec.structs.replace(matrix, periods=None)
        assert_equal_to_single(course, given)


def test_equal_ratios_are_decided_without_the_exact_rule() -> None:
    possible = [10.0, 20.0, 50.0, 40.0, 100.0, 5.0]
    scores = [[share * points for points in possible] for share in (0.0, 0.5, 0.8, 1.0, 1.2)]
    for lowest, highest in ((1, 0), (0, 1), (2, 1)):
        course, matrix = one_group(scores, possible, lowest=lowest, highest=highest)
        assert compute_course(course, matrix).exact.rules == 0
        assert_equal_to_single(course, matrix)


def test_ties_that_only_exact_ratios_decide_are_left_to_the_rule() -> None:
    course, matrix = one_group([[2.0, 4.0, 6.0, 14.0]], [3.0, 6.0, 9.0, 21.0], lowest=2)
    assert compute_course(course, matrix).exact.rules == 1
    assert_equal_to_single(course, matrix)


def test_groups_of_many_items() -> None:
    random = np.random.default_rng(2)
    for points in ([10.0], [10.0, 15.0, 40.0]):
        possible = random.choice(points, 300)
        scores = np.floor(random.random((5, 300)) * (possible + 1))
        course, matrix = one_group(scores, possible.tolist(), lowest=3, highest=2)
        assert_equal_to_single(course, matrix)


def test_what_a_matrix_says_is_what_it_was_made_of() -> None:
    course, _ = one_group([], [10, 20, 30])
    work = [Work(1, 5.0, posted=True), Work(3, None, excused=True, pending_review=True, submitted_row=False)]
    matrix = read_matrix(course, {7: work, 8: [Work(2, 1.5), Work(99, 3.0)]})
    assert list_work(course, matrix, 0) == work
    assert list_work(course, matrix, 1) == [Work(2, 1.5)]
    assert matrix.flags[0].tolist() == [ASSIGNED | SUBMITTED | POSTED, 0, ASSIGNED | EXCUSED | PENDING]


def test_what_does_not_fit_together_is_refused() -> None:
    course, matrix = one_group([[1.0, 2.0]], [10, 20])
    replace = msgspec.structs.replace
    wrong = [
        replace(matrix, scores=matrix.scores[:, :1]),
        replace(matrix, completed=np.zeros(2, dtype=np.bool_)),
        replace(matrix, periods=np.zeros(3, dtype=np.int64)),
        replace(matrix, periods=np.zeros(2, dtype=np.int64)),
        replace(matrix, flags=matrix.flags | np.uint8(32)),
        replace(matrix, items=np.array([1, 1])),
    ]
    for each in wrong:
        with pytest.raises(ValueError, match=r"must|only"):
            compute_course(course, each)
    with pytest.raises(ValueError, match="twice"):
        read_matrix(course, {1: [Work(1, 1.0), Work(1, 2.0)]})
