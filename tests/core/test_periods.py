"""Grading periods: section 6 of the reference."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gradewire.core.periods import PeriodDates, find_faults, find_period, is_closed


def at(month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


FIRST = PeriodDates(1, at(1, 1), at(3, 31, 23, 59))
SECOND = PeriodDates(2, at(3, 31, 23, 59), at(6, 30, 23, 59))
PERIODS = (FIRST, SECOND)


@pytest.mark.parametrize(
    ("due", "period"),
    [
        (at(2, 1), FIRST),
        (at(1, 1), None),  # exactly the start is outside
        (at(1, 1, 0, 0, 59), None),  # and so is the whole minute of it
        (at(1, 1, 0, 1), FIRST),
        (at(3, 31, 23, 59), FIRST),  # exactly the end is inside
        (at(3, 31, 23, 59, 59), FIRST),
        (at(4, 1), SECOND),
        (at(6, 30, 23, 59, 59), SECOND),
        (at(7, 1), None),
        (None, SECOND),
        (datetime(2026, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=1))), None),
        (datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=-1))), FIRST),
    ],
)
def test_a_due_date_after_the_start_and_up_to_the_end_is_inside(due: datetime | None, period: PeriodDates | None) -> None:
    assert find_period(PERIODS, due) is period
    assert find_period(PERIODS[::-1], due) is period


def test_without_periods_there_is_none() -> None:
    assert find_period((), None) is None
    assert find_period((), at(2, 1)) is None


def test_seconds_of_start_and_end_are_cut_too() -> None:
    period = PeriodDates(1, at(1, 1, 0, 0, 30), at(1, 2, 0, 0, 30))
    assert find_period([period], at(1, 1, 0, 0, 59)) is None
    assert find_period([period], at(1, 2, 0, 0, 59)) is period


def test_closed_is_after_the_close_date_which_is_the_end_by_default() -> None:
    assert not is_closed(FIRST, FIRST.end)
    assert is_closed(FIRST, FIRST.end + timedelta(microseconds=1))
    extended = PeriodDates(1, FIRST.start, FIRST.end, at(4, 15))
    assert not is_closed(extended, at(4, 15))
    assert is_closed(extended, at(4, 15, 0, 0, 1))


def test_dates_of_a_set() -> None:
    assert find_faults(PERIODS) == []
    assert [fault.attribute for fault in find_faults([PeriodDates(1, at(2, 1), at(2, 1))])] == ["end_date"]
    assert [fault.attribute for fault in find_faults([PeriodDates(1, at(2, 1), at(3, 1), at(2, 28))])] == ["close_date"]
    overlapping = [PeriodDates(2, at(2, 20), at(4, 1)), PeriodDates(1, at(2, 1), at(3, 1))]
    assert [fault.attribute for fault in find_faults(overlapping)] == ["base"]
