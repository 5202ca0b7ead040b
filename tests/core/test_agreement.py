"""Statistics between graders: worked examples of their sources, other libraries, and what happens where they do not exist."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.inter_rater import cohens_kappa

from gradewire.core.agreement import Agreement, Mark, Scale, agreement, icc_one_way, icc_two_way, weighted_kappa

SHROUT_FLEISS = [(9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7)]
"""Table 2 of Shrout and Fleiss (1979): six targets, four judges."""
FIRST = (6.5, 7, 4, 9.25, 8, 5.5, 3, 10, 7.75, 6)
SECOND = (7, 6.5, 5, 9, 7.5, 6, 4.5, 9.5, 7, 7.25)
THIRD = (5.5, 6, 3.5, 8, 8, 4.5, 3, 9.75, 6.5, 6)
PLAIN = Scale(0.5)


def fractions(rows: Sequence[Sequence[float]]) -> list[list[Fraction]]:
    return [[Fraction(repr(float(value))) for value in row] for row in rows]


def marks_of(*graders: Sequence[float | None]) -> list[Mark]:
    """The marks of graders 1, 2 ... of students 1, 2 ...; ``None`` is none."""
    return [
        Mark(student, grader, score)
        for grader, scores in enumerate(graders, start=1)
        for student, score in enumerate(scores, start=1)
        if score is not None
    ]


def both(*graders: Sequence[float | None], scale: Scale = PLAIN) -> Agreement:
    return agreement(marks_of(*graders), scale)


def test_intraclass_correlations_of_the_published_example() -> None:
    """Shrout and Fleiss (1979), table 4: .17, .29, .71 and .62 for the mean of the four judges."""
    rows = fractions(SHROUT_FLEISS)
    absolute, consistency, of_means = icc_two_way(rows)
    found = [icc_one_way(rows), absolute, consistency, of_means]
    assert [round(value or 0, 2) for value in found] == [0.17, 0.29, 0.71, 0.62]


@pytest.mark.parametrize(
    ("rows", "one_way", "absolute", "consistency", "of_means"),
    [
        (SHROUT_FLEISS, 0.1657417684054755, 0.28976377952755916, 0.7148407148407154, 0.6200505475989893),
        (
            list(zip(FIRST, SECOND, THIRD, strict=True)),
            0.8940116995073891,
            0.8954739538855678,
            0.9341370709110346,
            0.9625481916651367,
        ),
        (list(zip(FIRST, SECOND, strict=True)), 0.9076170376055256, 0.9075016809144173, 0.9052409696272874, 0.9515081323329472),
    ],
)
def test_intraclass_correlations_are_those_of_pingouin(
    rows: Sequence[Sequence[float]], one_way: float, absolute: float, consistency: float, of_means: float
) -> None:
    """Values of pingouin 0.7.0, ``intraclass_corr``: ICC(1,1), ICC(A,1), ICC(C,1), ICC(A,k)."""
    exact = fractions(rows)
    assert icc_one_way(exact) == pytest.approx(one_way, rel=1e-12)
    assert icc_two_way(exact) == pytest.approx((absolute, consistency, of_means), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_intraclass_correlations_follow_the_analysis_of_variance_of_statsmodels(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 -- the same numbers each time
    students, graders = dice.randint(3, 12), dice.randint(2, 5)
    rows = [[dice.randint(0, 40) / 4 for _ in range(graders)] for _ in range(students)]
    flat = [(i, j, value) for i, row in enumerate(rows) for j, value in enumerate(row)]
    frame = pd.DataFrame(flat, columns=["student", "grader", "score"])
    table = anova_lm(ols("score ~ C(student) + C(grader)", frame).fit())["mean_sq"]
    msr, msc, mse = table["C(student)"], table["C(grader)"], table["Residual"]
    n, k = students, graders
    expected = (
        (msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n),
        (msr - mse) / (msr + (k - 1) * mse),
        (msr - mse) / (msr + (msc - mse) / n),
    )
    assert icc_two_way(fractions(rows)) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_the_one_way_correlation_takes_different_numbers_of_scores(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 -- the same numbers each time
    scores = [[dice.randint(0, 20) / 2 for _ in range(dice.randint(2, 4))] for _ in range(8)]
    frame = pd.DataFrame([(i, v) for i, own in enumerate(scores) for v in own], columns=["student", "score"])
    table = anova_lm(ols("score ~ C(student)", frame).fit())["mean_sq"]
    sizes = [len(own) for own in scores]
    size = (sum(sizes) - sum(one**2 for one in sizes) / sum(sizes)) / (len(scores) - 1)
    between, within = table["C(student)"], table["Residual"]
    expected = (between - within) / (between + (size - 1) * within)
    assert icc_one_way(fractions(scores)) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
@pytest.mark.parametrize("seed", range(4))
def test_weighted_kappa_is_that_of_statsmodels(seed: int, weights: str) -> None:
    dice = random.Random(seed)  # noqa: S311 -- the same numbers each time
    ratings = [(dice.randrange(5), dice.randrange(5)) for _ in range(25)]
    counts = np.zeros((5, 5))
    for one, other in ratings:
        counts[one, other] += 1
    expected = cohens_kappa(counts, wt=weights, return_results=False)
    assert weighted_kappa(ratings, 5, weights) == pytest.approx(expected, rel=1e-12)  # type: ignore[arg-type]


def test_weighted_kappa_is_that_of_scikit_learn() -> None:
    """Values of scikit-learn 1.9.1, ``cohen_kappa_score``."""
    ratings = list(zip((0, 1, 2, 3, 1, 2, 2, 0, 3, 1, 2, 3), (0, 2, 2, 3, 1, 1, 3, 0, 2, 1, 0, 3), strict=True))
    assert weighted_kappa(ratings, 4, "linear") == pytest.approx(0.5862068965517242, rel=1e-12)
    assert weighted_kappa(ratings, 4, "quadratic") == pytest.approx(0.7142857142857143, rel=1e-12)


def test_limits_of_agreement() -> None:
    """The mean difference and 1.96 sample standard deviations around it; values of numpy 2.4."""
    (pair,) = both(FIRST, SECOND).pairs
    assert pair.mean_difference == pytest.approx(-0.225)
    assert pair.deviation == pytest.approx(0.8287373260301213)
    assert (pair.lower, pair.upper) == pytest.approx((-1.8493251590190378, 1.3993251590190376))
    assert (pair.points[0].mean, pair.points[0].difference) == (6.75, -0.5)


def test_exact_and_within_tolerance_agreement() -> None:
    found = both((1, 2, 3, 4), (1, 2.5, 3.75, 6), scale=Scale(0.5))
    assert (found.pairs[0].exact, found.pairs[0].within) == (0.25, 0.5)
    assert (found.exact, found.within, found.mean_absolute) == (0.25, 0.5, (0 + 0.5 + 0.75 + 2) / 4)


def test_a_tolerance_is_met_by_the_numbers_as_they_are_written() -> None:
    """0.3 - 0.2 is more than 0.1 for a computer, and 0.1 for people."""
    assert both((0.3,), (0.2,), scale=Scale(0.1)).pairs[0].within == 1


def test_pairs_are_compared_over_the_students_whom_both_graded() -> None:
    found = both((5, 6, None, 9), (6, None, 7, 9), (None, 7, 8, None))
    assert [(pair.first, pair.second, [point.student for point in pair.points]) for pair in found.pairs] == [
        (1, 2, [1, 4]),
        (1, 3, [2]),
        (2, 3, [3]),
    ]
    assert (found.students, found.shared, found.comparisons) == (4, 4, 4)
    assert found.complete.students == 0
    assert found.complete.agreement is None
    assert found.one_way is not None


def test_what_needs_a_full_table_takes_the_students_whom_all_graded() -> None:
    partial = both((*FIRST, 3), (*SECOND, None), (*THIRD, 4))
    assert (partial.complete.students, partial.complete.graders) == (10, 3)
    assert partial.complete.agreement == both(FIRST, SECOND, THIRD).complete.agreement


def test_a_grader_who_shares_no_student_is_not_among_those_who_are_compared() -> None:
    found = both((*FIRST, None), (*SECOND, None), (None,) * 10 + (4,))
    assert (found.complete.graders, found.complete.students) == (2, 10)
    lonely = found.graders[2]
    assert (lonely.students, lonely.shared, lonely.severity, lonely.spread) == (1, 0, None, None)


def test_severity_is_what_a_grader_gives_less_than_the_others() -> None:
    found = both((4, 6, 8), (5, 7, 9), (6, 8, None))
    assert [one.severity for one in found.graders] == [pytest.approx((1.5 + 1.5 + 1) / 3), pytest.approx(-1 / 3), -1.5]


def test_spread_compares_how_much_of_the_scale_is_used() -> None:
    """Twice as far apart as the others are; that one of the others is more severe than another changes nothing."""
    found = both((2, 6, 10), (4, 6, 8), (1, 3, 5))
    assert [one.spread for one in found.graders] == [pytest.approx(2), *[pytest.approx(math.sqrt(8 / 20))] * 2]


NOTHING: list[tuple[str, list[Sequence[float | None]]]] = [
    ("nobody", []),
    ("one grader", [(1, 2, 3)]),
    ("nobody in common", [(1, None), (None, 2)]),
    ("one student", [(1,), (2,)]),
    ("all the same", [(0.1, 0.1, 0.1), (0.1, 0.1, 0.1)]),
]


@pytest.mark.parametrize("graders", [graders for _, graders in NOTHING], ids=[name for name, _ in NOTHING])
def test_what_does_not_exist_is_none(graders: list[Sequence[float | None]]) -> None:
    found = both(*graders, scale=Scale(0, 2, lambda score: int(score > 5)))
    assert (found.one_way, found.complete.agreement, found.complete.consistency, found.complete.mean_agreement) == (None,) * 4
    for pair in found.pairs:
        assert (pair.icc, pair.kappa_linear, pair.kappa_quadratic) == (None, None, None)
    if not found.pairs:
        assert (found.exact, found.within, found.mean_absolute) == (None, None, None)


def test_one_student_has_a_difference_but_no_limits() -> None:
    (pair,) = both((3,), (5,)).pairs
    assert (pair.mean_difference, pair.deviation, pair.lower, pair.upper) == (-2, None, None, None)


def test_without_ordered_grades_there_is_no_kappa() -> None:
    assert both(FIRST, SECOND).pairs[0].kappa_quadratic is None


def test_graders_who_always_agree_agree_perfectly() -> None:
    found = both(FIRST, FIRST, scale=Scale(0, 11, round))
    pair = found.pairs[0]
    assert (found.one_way, found.complete.agreement, pair.icc, pair.kappa_linear, pair.kappa_quadratic) == (1,) * 5
    assert (pair.lower, pair.upper, found.exact) == (0, 0, 1)


def test_a_grader_who_is_only_more_severe_is_consistent_but_does_not_agree() -> None:
    found = both(FIRST, [score - 2 for score in FIRST])
    assert found.complete.consistency == 1
    assert found.complete.agreement is not None
    assert found.complete.agreement < 0.8


def test_order_and_shift_of_scores_change_no_correlation() -> None:
    base = both(FIRST, SECOND).complete.agreement
    assert both(SECOND, FIRST).complete.agreement == base
    assert both([x + 50 for x in FIRST], [x + 50 for x in SECOND]).complete.agreement == base
    levels = [both(FIRST, [x + d for x in FIRST]).complete.agreement or 0 for d in (0.5, 1, 2, 4)]
    assert all(one > other for one, other in pairwise(levels))
