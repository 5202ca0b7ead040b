"""Late and missing policies: section 11 of the reference."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradewire.core import lateness
from gradewire.core.entry import GradingType
from gradewire.core.lateness import Deduction, Interval, LatePolicy, apply_policy
from tests.core.test_numbers import CORE

DAY = 86400
DUE = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def policy(
    deduction: float = 10.0, *, interval: Interval = "day", floor: float | None = None, missing: float | None = None
) -> LatePolicy:
    return LatePolicy(
        late_submission_deduction_enabled=True,
        late_submission_deduction=deduction,
        late_submission_interval=interval,
        late_submission_minimum_percent_enabled=floor is not None,
        late_submission_minimum_percent=floor or 0.0,
        missing_submission_deduction_enabled=missing is not None,
        missing_submission_deduction=100.0 if missing is None else missing,
    )


def late(
    rules: LatePolicy,
    raw: float | None,
    possible: float | None,
    seconds: int = DAY,
    type_: GradingType = "points",
) -> tuple[float | None, float | None]:
    got = apply_policy(rules, type_, possible, raw_score=raw, seconds_late=seconds, status="late")
    return got.points_deducted, got.score


def test_the_default_policy_does_nothing() -> None:
    assert LatePolicy() == LatePolicy(missing_submission_deduction=100.0, late_submission_interval="day")
    assert late(LatePolicy(late_submission_deduction=50.0), 10.0, 10.0) == (0.0, 10.0)


@pytest.mark.parametrize(
    ("interval", "seconds", "deducted"),
    [
        *(("day", *each) for each in ((1, 10.0), (DAY, 10.0), (DAY + 1, 20.0))),
        ("hour", 1, 10.0),
        ("hour", 3600, 10.0),
        ("hour", 3601, 20.0),
        ("hour", 10**12, 100.0),
    ],
)
def test_a_begun_interval_counts_whole(interval: Interval, seconds: int, deducted: float) -> None:
    assert late(policy(interval=interval), 100.0, 100.0, seconds)[0] == deducted


def test_the_deduction_is_a_share_of_the_possible_points() -> None:
    assert late(policy(), 12.0, 10.0) == (1.0, 11.0)
    assert late(policy(), 5.0, 10.0, 3 * DAY) == (3.0, 2.0)


@pytest.mark.parametrize(
    ("raw", "floor", "days", "expected"),
    [
        (800.0, 30.0, 7, (500.0, 300.0)),
        (300.0, 30.0, 7, (0.0, 300.0)),
        (200.0, 30.0, 7, (0.0, 200.0)),
        (310.0, 30.0, 1, (10.0, 300.0)),
        (800.0, None, 20, (800.0, 0.0)),
        (800.0, 0.0, 20, (800.0, 0.0)),
        (-5.0, None, 1, (0.0, -5.0)),
        (0.0, None, 1, (0.0, 0.0)),
    ],
)
def test_the_floor_caps_the_penalty(raw: float, floor: float | None, days: int, expected: tuple[float, float]) -> None:
    assert late(policy(floor=floor), raw, 1000.0, days * DAY) == expected


@pytest.mark.parametrize(
    ("deduction", "possible", "raw", "expected"),
    [
        (2.5, 9.0, 9.0, (0.23, 8.77)),
        (0.05, 10.0, 10.0, (0.01, 9.99)),
        (0.01, 10.0, 10.0, (0.0, 10.0)),
        (10.0, 33.33, 33.33, (3.33, 30.0)),
        (10.0, 33.35, 33.333, (3.34, 29.993)),
        (100.0, 3.0, 0.125, (0.13, 0.0)),
        (100.0, 7.0, 0.005, (0.01, 0.0)),
        (100.0, 3.0, 0.124, (0.12, 0.004)),
    ],
)
def test_the_deduction_is_rounded_and_the_rest_is_not(
    deduction: float, possible: float, raw: float, expected: tuple[float, float]
) -> None:
    assert late(policy(deduction), raw, possible) == expected


@pytest.mark.parametrize(
    ("type_", "applies"),
    [
        ("points", True),
        ("percent", True),
        ("letter_grade", True),
        ("gpa_scale", True),
        ("pass_fail", False),
        ("not_graded", False),
    ],
)
def test_types_that_lose_points(type_: GradingType, applies: bool) -> None:
    assert late(policy(), 10.0, 10.0, type_=type_) == ((1.0, 9.0) if applies else (0.0, 10.0))


@pytest.mark.parametrize("possible", [0.0, None, -1.0])
def test_nothing_is_lost_without_possible_points(possible: float | None) -> None:
    assert late(policy(), 10.0, possible) == (0.0, 10.0)


def test_late_without_a_score_or_without_seconds_deducts_zero_not_null() -> None:
    assert late(policy(), None, 10.0) == (0.0, None)
    assert late(policy(), 10.0, 10.0, 0) == (0.0, 10.0)


def test_work_that_is_not_late_has_no_deduction_at_all() -> None:
    got = apply_policy(policy(), "points", 10.0, raw_score=10.0, seconds_late=DAY, status="none")
    assert got == Deduction(None, 10.0)


@pytest.mark.parametrize(
    ("type_", "possible", "deduction", "score"),
    [
        ("points", 10.0, 100.0, 0.0),
        ("points", 10.0, 33.33, 6.667),
        ("percent", 10.0, 0.0, 10.0),
        ("pass_fail", 10.0, 10.0, 0.0),
        ("points", None, 10.0, 0.0),
        ("points", 0.0, 10.0, 0.0),
    ],
)
def test_missing_work_gets_what_the_policy_leaves(
    type_: GradingType, possible: float | None, deduction: float, score: float
) -> None:
    got = apply_policy(policy(missing=deduction), type_, possible, raw_score=None, seconds_late=DAY, status="missing")
    assert got == Deduction(None, score)


def test_a_score_of_missing_work_stays_and_loses_its_late_deduction() -> None:
    got = apply_policy(policy(missing=50.0), "points", 10.0, raw_score=8.0, seconds_late=DAY, status="missing")
    assert got == Deduction(None, 8.0)


def test_missing_work_stays_ungraded_without_the_policy() -> None:
    got = apply_policy(policy(), "points", 10.0, raw_score=None, seconds_late=DAY, status="missing")
    assert got == Deduction(None, None)


@pytest.mark.parametrize(
    ("score", "deducted", "raw"), [(8.77, 0.23, 9.0), (0.1, 0.2, 0.3), (None, 1.0, None), (5.0, None, 5.0), (5.0, 0.0, 5.0)]
)
def test_the_raw_score_is_restored_exactly(score: float | None, deducted: float | None, raw: float | None) -> None:
    assert lateness.restore_raw(score, deducted) == raw


@settings(CORE)
@given(
    st.integers(0, 10_000),
    st.integers(1, 10_000),
    st.integers(0, 10_000),
    st.integers(1, 40),
    st.none() | st.integers(0, 10_000),
)
def test_deductions_follow_the_formula_in_fractions(
    raw: int, possible: int, deduction: int, days: int, floor: int | None
) -> None:
    rules = policy(deduction / 100, floor=None if floor is None else floor / 100)
    share = Fraction(raw, possible) * 100 - Fraction(floor or 0, 100)
    exact = Fraction(possible, 100) * min(Fraction(deduction, 100) * days, max(share, Fraction(0))) / 100
    cents = (exact * 100 + Fraction(1, 2)).__floor__()
    deducted, score = late(rules, raw / 100, possible / 100, days * DAY)
    assert deducted == cents / 100
    assert score is not None
    assert score == max(raw - cents, 0) / 100
    again = lateness.restore_raw(score, deducted)
    assert again == raw / 100 or cents > raw


# Lateness itself


def seconds(submitted: timedelta, **rest: bool) -> int:
    return lateness.measure_seconds_late(submitted_at=DUE + submitted, due_at=DUE, **rest)


def test_seconds_late_are_whole_and_never_negative() -> None:
    assert seconds(timedelta(seconds=90, microseconds=999_999)) == 90
    assert seconds(timedelta(microseconds=1)) == 0
    assert seconds(timedelta(days=-2)) == 0
    assert seconds(timedelta(days=2)) == 2 * DAY
    assert lateness.measure_seconds_late(submitted_at=None, due_at=DUE) == 0
    assert lateness.measure_seconds_late(submitted_at=DUE, due_at=None) == 0


def test_online_quizzes_get_a_minute() -> None:
    assert seconds(timedelta(seconds=60), online_quiz=True) == 0
    assert seconds(timedelta(seconds=61), online_quiz=True) == 1


@pytest.mark.parametrize(("override", "expected"), [(None, 0), (0, 0), (500, 500), (-3, 0)])
def test_work_set_late_by_hand_has_its_own_seconds(override: int | None, expected: int) -> None:
    got = lateness.measure_seconds_late(
        submitted_at=DUE + timedelta(days=9), due_at=DUE, late_by_hand=True, seconds_late_override=override
    )
    assert got == expected


NEVER = None
EARLY, AFTER = DUE - timedelta(days=1), DUE + timedelta(days=1)


@pytest.mark.parametrize(
    ("by_hand", "excused", "submitted", "due", "rest", "expected"),
    [
        (None, False, AFTER, DUE, {}, "late"),
        (None, False, EARLY, DUE, {}, "none"),
        (None, False, AFTER, None, {}, "none"),
        (None, False, NEVER, DUE, {}, "missing"),
        (None, False, NEVER, DUE, {"graded": True}, "none"),
        (None, False, NEVER, DUE, {"expects_submission": False}, "none"),
        (None, False, NEVER, AFTER + timedelta(days=9), {}, "none"),
        (None, True, AFTER, DUE, {}, "none"),
        ("late", True, AFTER, DUE, {}, "none"),
        ("late", False, EARLY, DUE, {}, "late"),
        ("missing", False, EARLY, None, {}, "missing"),
        ("none", False, AFTER, DUE, {}, "none"),
        ("extended", False, NEVER, DUE, {}, "none"),
        ("custom", False, AFTER, DUE, {}, "none"),
        (None, False, DUE + timedelta(seconds=60), DUE, {"online_quiz": True}, "none"),
    ],
)
def test_status(
    by_hand: str | None,
    excused: bool,
    submitted: datetime | None,
    due: datetime | None,
    rest: dict[str, bool],
    expected: str,
) -> None:
    now = DUE + timedelta(days=5)
    got = lateness.decide_status(set_by_hand=by_hand, excused=excused, submitted_at=submitted, due_at=due, now=now, **rest)
    assert got == expected


@pytest.mark.parametrize(
    ("closed", "excused", "types", "by_hand", "applied"),
    [
        (False, False, {"online_upload"}, False, True),
        (True, False, {"online_upload"}, True, False),
        (False, True, {"online_upload"}, True, False),
        (False, False, {"on_paper"}, False, False),
        (False, False, {"none"}, False, False),
        (False, False, {"on_paper"}, True, True),
        (False, False, {"on_paper", "online_upload"}, False, True),
        (False, False, set(), False, False),
    ],
)
def test_where_the_policy_applies(closed: bool, excused: bool, types: set[str], by_hand: bool, applied: bool) -> None:
    got = lateness.is_policy_applied(
        in_closed_period=closed, excused=excused, submission_types=frozenset(types), status_by_hand=by_hand
    )
    assert got is applied
