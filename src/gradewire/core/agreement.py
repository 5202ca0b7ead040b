"""How far graders agree who gave scores to the same students.

Each statistic is defined, with its source, where it is computed, and for readers in docs/agreement.md. All sums are exact
(fractions of the decimals that the scores are), so what does not vary has a variance of 0 and not of nearly 0. Where a
statistic does not exist, because too few students are shared or nothing varies, it is ``None``, never 0 or 1.

Missing scores are never filled in: a pair of graders is compared over the students whom both graded; what needs a full table is
computed over the students whom all graders graded.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Literal, TypeAlias

from msgspec import Struct

from gradewire.core.numbers import exact

LIMIT = 1.96
"""So many standard deviations around the mean hold 95 % of a normal distribution (Bland & Altman 1986)."""

Scores: TypeAlias = Mapping[int, Fraction]
"""One grader's scores by student."""


class Mark(Struct, frozen=True):
    """The score that a grader gave to a student."""

    student: int
    grader: int
    score: float


class Scale(Struct, frozen=True):
    """What scores are compared by. ``level`` puts a score into one of ``levels`` ordered grades; without, there is no kappa."""

    tolerance: float
    levels: int = 0
    level: Callable[[float], int] | None = None


class Point(Struct, frozen=True):
    """A student in the plot of Bland and Altman: the mean of two scores, and the first minus the second."""

    student: int
    mean: float
    difference: float


class Pair(Struct, frozen=True, kw_only=True):
    """Two graders over the students whom both graded. Differences are the first one's score minus the second one's."""

    first: int
    second: int
    points: list[Point]
    mean_difference: float
    deviation: float | None
    """The standard deviation of the differences (of a sample: divided by one less than the students)."""
    lower: float | None
    upper: float | None
    exact: float
    """The share of students with the same score from both."""
    within: float
    """The share of students whose two scores differ by no more than the tolerance."""
    mean_absolute: float
    kappa_linear: float | None
    kappa_quadratic: float | None
    icc: float | None
    """ICC(A,1)."""

    @property
    def students(self) -> int:
        return len(self.points)


class Profile(Struct, frozen=True, kw_only=True):
    """One grader beside the others."""

    grader: int
    students: int
    mean: float
    deviation: float | None
    shared: int
    """Students whom others graded too; all below is about these."""
    severity: float | None
    """How many points fewer than the others this grader gives on average; negative: more."""
    spread: float | None
    """The standard deviation of this grader's scores over that of the others' for the same students: above 1, the grader uses
    more of the scale."""


class Consistency(Struct, frozen=True, kw_only=True):
    """Intraclass correlations over the students whom all of ``graders`` graded."""

    students: int
    graders: int
    agreement: float | None
    """ICC(A,1)."""
    consistency: float | None
    """ICC(C,1)."""
    mean_agreement: float | None
    """ICC(A,k): of the mean of all the graders' scores."""


class Agreement(Struct, frozen=True, kw_only=True):
    """All graders of one assignment."""

    students: int
    shared: int
    """Students with scores from two graders or more."""
    comparisons: int
    """Pairs of scores of one student."""
    exact: float | None
    within: float | None
    mean_absolute: float | None
    one_way: float | None
    """ICC(1,1)."""
    complete: Consistency
    graders: list[Profile]
    pairs: list[Pair]


def agreement(marks: Iterable[Mark], scale: Scale) -> Agreement:
    """Everything about these marks; of several of one grader for one student the last counts."""
    table: dict[int, dict[int, Fraction]] = defaultdict(dict)
    for mark in marks:
        table[mark.grader][mark.student] = Fraction(exact(mark.score))
    graders = sorted(table)
    by_student: dict[int, list[Fraction]] = defaultdict(list)
    for grader in graders:
        for student, score in table[grader].items():
            by_student[student].append(score)
    pairs = [
        pair
        for first, second in combinations(graders, 2)
        if (pair := compare(first, table[first], second, table[second], scale)) is not None
    ]
    comparisons = sum(pair.students for pair in pairs)

    def share(count: Callable[[Pair], float]) -> float | None:
        return sum(count(pair) * pair.students for pair in pairs) / comparisons if comparisons else None

    compared = sorted({grader for pair in pairs for grader in (pair.first, pair.second)})
    return Agreement(
        students=len(by_student),
        shared=sum(len(scores) > 1 for scores in by_student.values()),
        comparisons=comparisons,
        exact=share(lambda pair: pair.exact),
        within=share(lambda pair: pair.within),
        mean_absolute=share(lambda pair: pair.mean_absolute),
        one_way=icc_one_way([scores for scores in by_student.values() if len(scores) > 1]),
        complete=_complete([table[grader] for grader in compared]),
        graders=[_profile(grader, table) for grader in graders],
        pairs=pairs,
    )


def compare(first: int, own: Scores, second: int, other: Scores, scale: Scale) -> Pair | None:
    """Two graders; ``None`` when they share no student.

    The mean difference and its 95 % limits of agreement, the mean plus and minus 1.96 standard deviations of the differences:
    Bland JM, Altman DG (1986), Lancet 327, 307-310.
    """
    shared = sorted(own.keys() & other.keys())
    if not shared:
        return None
    rows = [(own[student], other[student]) for student in shared]
    differences = [a - b for a, b in rows]
    mean, deviation = float(_mean(differences)), _deviation(differences)
    tolerance = Fraction(exact(scale.tolerance))
    count = len(rows)
    ratings = None if scale.level is None else [(scale.level(float(a)), scale.level(float(b))) for a, b in rows]
    return Pair(
        first=first,
        second=second,
        points=[Point(student, float((a + b) / 2), float(a - b)) for student, (a, b) in zip(shared, rows, strict=True)],
        mean_difference=mean,
        deviation=deviation,
        lower=None if deviation is None else mean - LIMIT * deviation,
        upper=None if deviation is None else mean + LIMIT * deviation,
        exact=sum(one == 0 for one in differences) / count,
        within=sum(abs(one) <= tolerance for one in differences) / count,
        mean_absolute=float(_mean([abs(one) for one in differences])),
        kappa_linear=None if ratings is None else weighted_kappa(ratings, scale.levels, "linear"),
        kappa_quadratic=None if ratings is None else weighted_kappa(ratings, scale.levels, "quadratic"),
        icc=icc_two_way(rows)[0],
    )


def weighted_kappa(ratings: Sequence[tuple[int, int]], levels: int, weights: Literal["linear", "quadratic"]) -> float | None:
    """Agreement of two graders in ordered grades beyond what chance would give, disagreements weighing by their distance or its
    square: Cohen J (1968), Psychological Bulletin 70, 213-220.

    ``None`` when chance alone leaves nothing to disagree about: no ratings, or all in one grade.
    """
    power = 1 if weights == "linear" else 2
    count = len(ratings)
    rows, columns = [0] * levels, [0] * levels
    observed = 0
    for one, other in ratings:
        rows[one] += 1
        columns[other] += 1
        observed += abs(one - other) ** power
    expected = sum(
        rows[i] * columns[j] * abs(i - j) ** power for i in range(levels) for j in range(levels) if rows[i] and columns[j]
    )
    return float(1 - Fraction(observed * count, expected)) if expected else None


def icc_one_way(scores: Sequence[Sequence[Fraction]]) -> float | None:
    """ICC(1,1): each student's scores come from any graders, however many. The share of the variance that is between students.

    Case 1 of Shrout PE, Fleiss JL (1979), Psychological Bulletin 86, 420-428; for different numbers of scores with the mean
    number of the analysis of variance, (N - sum of squares of the numbers / N) / (students - 1).
    """
    students, total = len(scores), sum(map(len, scores))
    if students < 2 or total == students:
        return None
    everything = [score for own in scores for score in own]
    within = sum((_squares(own) for own in scores), Fraction(0))
    between = (_squares(everything) - within) / (students - 1)
    within /= total - students
    size = (total - Fraction(sum(len(own) ** 2 for own in scores), total)) / (students - 1)
    return _quotient(between - within, between + (size - 1) * within)


def icc_two_way(rows: Sequence[Sequence[Fraction]]) -> tuple[float | None, float | None, float | None]:
    """ICC(A,1), ICC(C,1) and ICC(A,k) of a full table, one row for each student and one column for each grader.

    In the words of Shrout and Fleiss (1979) these are ICC(2,1), ICC(3,1) and ICC(2,k). A asks for equal scores, C only for the
    same order and distances, whatever the graders' severity: McGraw KO, Wong SP (1996), Psychological Methods 1, 30-46.
    """
    n = len(rows)
    k = len(rows[0]) if rows else 0
    if n < 2 or k < 2:
        return None, None, None
    total = _squares([score for row in rows for score in row])
    of_students = k * _squares([_mean(row) for row in rows])
    of_graders = n * _squares([_mean(column) for column in zip(*rows, strict=True)])
    msr = of_students / (n - 1)
    msc = of_graders / (k - 1)
    mse = (total - of_students - of_graders) / ((n - 1) * (k - 1))
    return (
        _quotient(msr - mse, msr + (k - 1) * mse + k * (msc - mse) / n),
        _quotient(msr - mse, msr + (k - 1) * mse),
        _quotient(msr - mse, msr + (msc - mse) / n),
    )


def _complete(graders: Sequence[Scores]) -> Consistency:
    shared = sorted(set.intersection(*(set(scores) for scores in graders))) if graders else []
    rows = [[scores[student] for scores in graders] for student in shared]
    agreement_, consistency, of_means = icc_two_way(rows)
    return Consistency(
        students=len(rows), graders=len(graders), agreement=agreement_, consistency=consistency, mean_agreement=of_means
    )


def _profile(grader: int, table: Mapping[int, Scores]) -> Profile:
    """Severity: the mean, over the shared students, of the mean of the others' scores minus the own one. Spread: the root of
    the quotient of two pooled variances, of the own scores and of the others', each pair of graders over the students they
    share, so that one of the others being more severe than another does not count as spread."""
    own = table[grader]
    scores = list(own.values())
    gaps: list[Fraction] = []
    for student, score in own.items():
        others = [table[other][student] for other in table if other != grader and student in table[other]]
        if others:
            gaps.append(_mean(others) - score)
    mine, theirs = Fraction(0), Fraction(0)
    for other in table:
        shared = own.keys() & table[other].keys()
        if other != grader and len(shared) > 1:
            mine += _squares([own[student] for student in shared])
            theirs += _squares([table[other][student] for student in shared])
    return Profile(
        grader=grader,
        students=len(own),
        mean=float(_mean(scores)),
        deviation=_deviation(scores),
        shared=len(gaps),
        severity=float(_mean(gaps)) if gaps else None,
        spread=math.sqrt(mine / theirs) if theirs else None,
    )


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _squares(values: Sequence[Fraction]) -> Fraction:
    """The sum of squared distances from the mean."""
    return sum((value * value for value in values), Fraction(0)) - sum(values, Fraction(0)) ** 2 / len(values)


def _deviation(values: Sequence[Fraction]) -> float | None:
    return math.sqrt(_squares(values) / (len(values) - 1)) if len(values) > 1 else None


def _quotient(numerator: Fraction, denominator: Fraction) -> float | None:
    return float(numerator / denominator) if denominator else None
