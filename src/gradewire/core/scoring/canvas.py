"""One student's scores as Canvas computes them: the course, its groups and its grading periods.

Source: sections 2 to 7 of the Canvas grade calculation reference. ``records`` has the values, ``passes`` the four passes over
the work, ``drops`` the drop rules.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence

from gradewire.core import numbers
from gradewire.core.scoring.explanation import Explanation, PeriodsAccount, PeriodShare, RunAccount
from gradewire.core.scoring.passes import run_passes
from gradewire.core.scoring.plan import Plan, plan
from gradewire.core.scoring.records import Course, Group, Item, Period, StudentScores, Totals, Work
from gradewire.core.scoring.rows import read_rows
from gradewire.core.scoring.totals import GroupSum, Total

__all__ = [
    "Course",
    "Explanation",
    "Group",
    "Item",
    "Period",
    "Plan",
    "StudentScores",
    "Totals",
    "Work",
    "compute",
    "explain",
    "plan",
]


def compute(course: Course | Plan, work: Iterable[Work], *, completed: bool = False, what_if: bool = False) -> StudentScores:
    """All scores of one student: course, groups and periods, four passes each.

    ``completed`` says that every enrolment of the student in the course is completed; ``what_if`` lets entered scores replace
    real ones. A Plan saves preparing the course again.
    """
    return _compute(course, work, completed, what_if, None)[0]


def explain(course: Course | Plan, work: Iterable[Work], *, completed: bool = False, what_if: bool = False) -> Explanation:
    """The same computation, recorded while it happens."""
    runs: list[RunAccount] = []
    scores, from_periods = _compute(course, work, completed, what_if, runs)
    return Explanation(scores, tuple(runs), from_periods)


def _compute(
    course: Course | Plan, work: Iterable[Work], completed: bool, what_if: bool, record: list[RunAccount] | None
) -> tuple[StudentScores, PeriodsAccount | None]:
    prepared = course if isinstance(course, Plan) else plan(course)
    rows, places = read_rows(prepared, work, what_if)
    whole = run_passes(prepared, rows, places, completed=completed, record=record)
    totals = _collect([result.total for result in whole])
    groups = {
        group.id: _collect([result.groups[index] for result in whole]) for index, group in enumerate(prepared.course.groups)
    }
    dropped = whole[0].dropped, whole[1].dropped
    periods: dict[int, Totals] = {}
    period_dropped: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    from_periods = None
    for period in prepared.course.periods:
        mine = [row for row in rows if row.period_id == period.id]
        results = run_passes(prepared, mine, places, completed=completed, period_id=period.id, record=record)
        periods[period.id] = _collect([result.total for result in results])
        period_dropped[period.id] = results[0].dropped, results[1].dropped
    if prepared.course.periods_weighted and periods:
        totals, from_periods = _combine(prepared.course.periods, periods)
        dropped = (), ()
    return StudentScores(totals, groups, periods, *dropped, period_dropped), from_periods


def _collect(passes: Sequence[Total] | Sequence[GroupSum]) -> Totals:
    current, final, unposted_current, unposted_final = passes
    return Totals(
        current.score,
        final.score,
        unposted_current.score,
        unposted_final.score,
        current.points,
        final.points,
        unposted_current.points,
        unposted_final.points,
    )


def _combine(periods: Sequence[Period], totals: dict[int, Totals]) -> tuple[Totals, PeriodsAccount]:
    """The course score of weighted periods (section 7), from the rounded posted scores and in doubles, as Canvas does.

    The unposted course scores are made of the posted period scores too: a quirk that is kept.
    """
    current = final = current_weight = final_weight = 0.0
    shares = []
    for period in periods:
        weight = 0.0 if period.weight is None or math.isnan(period.weight) else period.weight
        of_current, of_final = totals[period.id].current_score, totals[period.id].final_score
        if of_current is not None:
            current += of_current * weight / 100
            current_weight += weight
        final += (of_final or 0.0) * weight / 100
        final_weight += weight
        shares.append(PeriodShare(period.id, weight, of_current, of_final))
    current, final = _rescale(current, current_weight), _rescale(final, final_weight)
    final_score = numbers.round2(final)
    nothing_graded = all(share.current_score is None for share in shares)
    current_score = None if nothing_graded and abs(current) < sys.float_info.epsilon else numbers.round2(current)
    scores = (current_score, final_score, current_score, final_score)
    account = PeriodsAccount(
        shares=tuple(shares),
        current_weight_sum=current_weight,
        final_weight_sum=final_weight,
        current_exact=repr(current),
        final_exact=repr(final),
    )
    return Totals(*scores, *scores), account


def _rescale(total: float, weight: float) -> float:
    """Weights that sum to less than 100 share the whole; no weight at all makes 0, not null. Never scaled down.

    What is too large for a double is the largest double, as in every quotient.
    """
    if weight == 0 or math.isnan(total):
        return 0.0
    scaled = total * 100 / weight if weight < 100 else total
    return max(-sys.float_info.max, min(scaled, sys.float_info.max))
