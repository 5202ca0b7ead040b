"""Accepting many provisional grades by one rule: which of them is selected for each student, or which final mark is given.

Our own; Canvas has one grader's grades only. The mean of differing scores is rounded to two decimals, half away from zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Struct

from gradewire.core.numbers import WIDE, exact, round2

Reason: TypeAlias = Literal["excused", "outside", "decided", "ungraded", "alone", "apart", "other", "frozen"]
"""Why a student is left out: excused; not in the moderation set; has a selected grade or a final mark; has no grade; has only
one where agreement is asked for; has grades that are too far apart, or differ where they have no mean; has none of the grader
who is meant; or has a selected final mark, which only the final grader changes."""


class Rule(Struct, frozen=True, kw_only=True):
    """What is accepted. Without ``grader_id`` it is the average; with a ``tolerance`` only where the highest and the lowest of
    two or more scores differ by no more. ``again``: also for those about whom something is decided already."""

    grader_id: int | None = None
    tolerance: float | None = None
    again: bool = False


class Given(Struct, frozen=True):
    """A provisional grade with a score."""

    id: int
    scorer_id: int
    score: float


class Case(Struct, frozen=True, kw_only=True):
    """One student with the graders' scores, the final mark not among them."""

    submission_id: int
    grades: Sequence[Given]
    selected_id: int | None = None
    final_id: int | None = None
    final_score: float | None = None
    excused: bool = False
    in_set: bool = True


class Step(Struct, frozen=True, kw_only=True):
    """What is done for a student: a provisional grade is selected, or a final mark of ``score`` given and selected."""

    submission_id: int
    score: float
    select_id: int | None = None


class Left(Struct, frozen=True):
    """A student for whom nothing is done."""

    submission_id: int
    reason: Reason


def plan(cases: Iterable[Case], rule: Rule, *, has_mean: bool, by_final_grader: bool) -> tuple[list[Step], list[Left]]:
    """What the rule does, in the order of the cases. ``has_mean`` is false for grades that only pass or fail."""
    steps: list[Step] = []
    left: list[Left] = []
    for case in cases:
        found = _decide(case, rule, has_mean=has_mean, by_final_grader=by_final_grader)
        if isinstance(found, Step):
            steps.append(found)
        else:
            left.append(Left(case.submission_id, found))
    return steps, left


def _decide(case: Case, rule: Rule, *, has_mean: bool, by_final_grader: bool) -> Step | Reason:
    if (reason := _stays(case, rule)) is not None:
        return reason
    if rule.grader_id is not None:
        chosen = next((one for one in case.grades if one.scorer_id == rule.grader_id), None)
        return "other" if chosen is None else _select(case, chosen)
    if spread(case.grades) == 0:
        held = next((one for one in case.grades if one.id == case.selected_id), None)
        return _select(case, held or min(case.grades, key=lambda one: one.id))
    if not has_mean:
        return "apart"
    score = mean([one.score for one in case.grades])
    if case.final_id is not None and case.final_id == case.selected_id and case.final_score == score:
        return "decided"
    frozen = case.final_id is not None and case.final_id == case.selected_id and not by_final_grader
    return "frozen" if frozen else Step(submission_id=case.submission_id, score=score)


def _stays(case: Case, rule: Rule) -> Reason | None:
    """Why the rule, whatever it takes, does not touch the student."""
    if case.excused:
        return "excused"
    if not case.in_set:
        return "outside"
    if not rule.again and (case.selected_id is not None or case.final_id is not None):
        return "decided"
    if not case.grades:
        return "ungraded"
    if rule.tolerance is None:
        return None
    if len(case.grades) < 2:
        return "alone"
    return "apart" if spread(case.grades) > exact(rule.tolerance) else None


def _select(case: Case, chosen: Given) -> Step | Reason:
    if chosen.id == case.selected_id:
        return "decided"
    return Step(submission_id=case.submission_id, score=chosen.score, select_id=chosen.id)


def spread(grades: Sequence[Given]) -> Decimal:
    """How far the highest and the lowest score are apart."""
    scores = [exact(one.score) for one in grades]
    return max(scores) - min(scores)


def mean(scores: Sequence[float]) -> float:
    return float(round2(WIDE.divide(sum((exact(score) for score in scores), Decimal(0)), len(scores))))
