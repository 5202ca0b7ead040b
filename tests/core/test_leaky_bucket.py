"""Leaky buckets, by a clock of the test's own."""

from __future__ import annotations

import pytest

from gradewire.core.leaky_bucket import Buckets, Limits

LIMITS = Limits(high_water=100.0, outflow=10.0, up_front=5.0)


def test_a_bucket_begins_empty_and_fills_by_what_is_poured() -> None:
    buckets: Buckets[str] = Buckets(LIMITS)
    assert buckets.remaining("a", 0.0) == 100.0
    assert buckets.pour("a", 0.0, 30.0) == 70.0
    assert buckets.pour("a", 0.0, 30.0) == 40.0
    assert buckets.level("b", 0.0) == 0.0, "each has a bucket of its own"


@pytest.mark.parametrize(("seconds", "level"), [(0.0, 60.0), (1.0, 50.0), (2.5, 35.0), (6.0, 0.0), (60.0, 0.0)])
def test_it_drains_at_a_constant_rate_and_never_below_empty(seconds: float, level: float) -> None:
    buckets: Buckets[str] = Buckets(LIMITS)
    buckets.pour("a", 10.0, 60.0)
    assert buckets.level("a", 10.0 + seconds) == pytest.approx(level)


def test_it_is_full_at_the_mark_and_not_before_and_tells_when_there_is_room() -> None:
    buckets: Buckets[str] = Buckets(LIMITS)
    buckets.pour("a", 0.0, 99.9)
    assert not buckets.is_full("a", 0.0)
    buckets.pour("a", 0.0, 20.1)
    assert buckets.is_full("a", 0.0)
    assert buckets.seconds_until_room("a", 0.0) == pytest.approx(2.0)
    assert buckets.is_full("a", 1.9)
    assert not buckets.is_full("a", 2.1)
    assert buckets.remaining("a", 0.0) == 0.0, "what remains is never less than nothing"


def test_what_was_poured_up_front_is_taken_back() -> None:
    buckets: Buckets[str] = Buckets(LIMITS)
    for _ in range(20):
        buckets.pour("a", 0.0, LIMITS.up_front)
    assert buckets.is_full("a", 0.0), "many at once fill it before any of them has ended"
    for _ in range(20):
        buckets.pour("a", 0.0, 0.1 - LIMITS.up_front)
    assert buckets.level("a", 0.0) == pytest.approx(2.0)


def test_giving_back_never_makes_credit() -> None:
    buckets: Buckets[str] = Buckets(LIMITS)
    buckets.pour("a", 0.0, 5.0)
    assert buckets.pour("a", 100.0, -5.0) == 100.0
    assert buckets.level("a", 100.0) == 0.0


def test_memory_is_bounded_and_the_longest_unused_go_first() -> None:
    buckets: Buckets[int] = Buckets(LIMITS, most=3)
    for number in range(3):
        buckets.pour(number, 0.0, 1.0)
    buckets.pour(0, 0.0, 1.0)
    buckets.pour(3, 0.0, 1.0)
    assert len(buckets) == 3
    assert [number for number in range(4) if number in buckets] == [0, 2, 3]
