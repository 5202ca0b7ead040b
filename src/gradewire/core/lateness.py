"""Late and missing policies: what lateness takes off a score, and what missing work is worth.

Source: section 11 of the Canvas grade calculation reference. Deductions and the minimum are percent of the points possible;
lateness is measured in whole seconds.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from gradewire.core.entry import GradingType
from gradewire.core.numbers import WIDE, exact, round2

Interval: TypeAlias = Literal["day", "hour"]
Status: TypeAlias = Literal["late", "missing", "none"]

SECONDS = {"hour": 3600, "day": 86400}
QUIZ_GRACE = 60
DEDUCTIBLE_TYPES = frozenset({"points", "percent", "letter_grade", "gpa_scale"})
OFFLINE_TYPES = frozenset({"on_paper", "none"})


class LatePolicy(Struct, frozen=True, kw_only=True):
    """A course's policy. The percentages lie between 0 and 100."""

    late_submission_deduction_enabled: bool = False
    late_submission_deduction: float = 0.0
    late_submission_interval: Interval = "day"
    late_submission_minimum_percent_enabled: bool = False
    late_submission_minimum_percent: float = 0.0
    missing_submission_deduction_enabled: bool = False
    missing_submission_deduction: float = 100.0


class Deduction(Struct, frozen=True):
    """A score after the policy. ``points_deducted`` is None for work that is not late."""

    points_deducted: float | None
    score: float | None


def apply_policy(
    policy: LatePolicy,
    grading_type: GradingType,
    points_possible: float | None,
    *,
    raw_score: float | None,
    seconds_late: int,
    status: Status,
) -> Deduction:
    """What is stored for work whose score without any deduction is ``raw_score``.

    Whether the policy applies to the work at all is the question of ``is_policy_applied``.
    """
    if status == "missing":
        if raw_score is None and policy.missing_submission_deduction_enabled:
            return Deduction(None, score_missing(policy, grading_type, points_possible))
        return Deduction(None, raw_score)
    if status != "late":
        return Deduction(None, raw_score)
    deducted = deduct(policy, grading_type, points_possible, raw_score=raw_score, seconds_late=seconds_late)
    return Deduction(deducted, None if raw_score is None else _subtract(raw_score, deducted))


def deduct(
    policy: LatePolicy,
    grading_type: GradingType,
    points_possible: float | None,
    *,
    raw_score: float | None,
    seconds_late: int,
) -> float:
    """Points taken off late work, of two decimals.

    A begun interval counts whole; the minimum caps the deduction, not the score.
    """
    if (
        not policy.late_submission_deduction_enabled
        or grading_type not in DEDUCTIBLE_TYPES
        or raw_score is None
        or points_possible is None
        or points_possible <= 0
        or seconds_late <= 0
    ):
        return 0.0
    intervals = -(-seconds_late // SECONDS[policy.late_submission_interval])
    possible = exact(points_possible)
    floor = policy.late_submission_minimum_percent if policy.late_submission_minimum_percent_enabled else 0.0
    # The rule compares percentages of the points possible. Comparing the points themselves needs no division, so it is exact.
    room = WIDE.subtract(exact(raw_score), WIDE.multiply(possible, exact(floor)).scaleb(-2, WIDE))
    penalty = WIDE.multiply(WIDE.multiply(possible, exact(policy.late_submission_deduction)), intervals).scaleb(-2, WIDE)
    return float(round2(max(min(penalty, room), exact(0))))


def score_missing(policy: LatePolicy, grading_type: GradingType, points_possible: float | None) -> float:
    """Points given to missing work without a score, not rounded. Pass/fail work gets none."""
    if grading_type == "pass_fail" or points_possible is None:
        return 0.0
    kept = WIDE.subtract(100, exact(policy.missing_submission_deduction))
    return float(WIDE.multiply(exact(points_possible), kept).scaleb(-2, WIDE)) + 0.0


def restore_raw(score: float | None, points_deducted: float | None) -> float | None:
    """The score before its deduction, from which a changed policy or lateness starts anew."""
    if score is None or not points_deducted:
        return score
    return float(WIDE.add(exact(score), exact(points_deducted)))


def decide_status(
    *,
    set_by_hand: str | None,
    excused: bool,
    submitted_at: datetime | None,
    due_at: datetime | None,
    now: datetime,
    online_quiz: bool = False,
    expects_submission: bool = True,
    graded: bool = False,
) -> Status:
    """Late, missing or neither. ``set_by_hand`` is the status a grader chose, None if nobody did; ``none``, ``extended`` and
    custom statuses are neither late nor missing, nor is excused work.

    Without one: submitted after the due date is late, and past due without a submission, a grade or an offline assignment is
    missing.
    """
    if excused:
        return "none"
    if set_by_hand is not None:
        return "late" if set_by_hand == "late" else "missing" if set_by_hand == "missing" else "none"
    if due_at is None:
        return "none"
    if submitted_at is not None:
        late = measure_seconds_late(submitted_at=submitted_at, due_at=due_at, online_quiz=online_quiz) > 0
        return "late" if late else "none"
    return "missing" if expects_submission and not graded and now > due_at else "none"


def measure_seconds_late(
    *,
    submitted_at: datetime | None,
    due_at: datetime | None,
    online_quiz: bool = False,
    late_by_hand: bool = False,
    seconds_late_override: int | None = None,
) -> int:
    """Whole seconds between due date and submission, never negative. Work set late by hand has the seconds set with it, or 0.

    Online quizzes get a minute.
    """
    if late_by_hand:
        return max(seconds_late_override or 0, 0)
    if submitted_at is None or due_at is None:
        return 0
    lateness = submitted_at - due_at
    seconds = lateness.days * 86400 + lateness.seconds - (QUIZ_GRACE if online_quiz else 0)
    return max(seconds, 0)


def is_policy_applied(*, in_closed_period: bool, excused: bool, submission_types: frozenset[str], status_by_hand: bool) -> bool:
    """Whether the policy touches this work: not in a closed grading period, not excused, and not work that is handed in offline
    unless somebody set its status.
    """
    if in_closed_period or excused:
        return False
    return status_by_hand or not submission_types <= OFFLINE_TYPES


def _subtract(raw: float, deducted: float) -> float:
    """The score left. Rounding may take off a hair more than there was; then nothing is left."""
    if deducted > raw:
        return min(0.0, raw)
    return float(WIDE.subtract(exact(raw), exact(deducted)))
