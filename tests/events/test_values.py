"""Numbers and times as JSON."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradewire.events.values import milliseconds, number, seconds


def text_of(value: float | None) -> str:
    return msgspec.json.encode(number(value)).decode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (5.0, "5"),
        (5, "5"),
        (0.0, "0"),
        (-0.0, "0"),
        (-2.5, "-2.5"),
        (17.31, "17.31"),
        (46.67, "46.67"),
        (0.1 + 0.2, "0.30000000000000004"),
        (0.0001, "0.0001"),
        (0.00001, "0.00001"),
        (1e-7, "0.0000001"),
        (-1.5e-9, "-0.0000000015"),
        (1e15, "1000000000000000"),
        (1e16, "10000000000000000"),
        (1e23, "100000000000000000000000"),
        (math.nan, "null"),
        (math.inf, "null"),
        (-math.inf, "null"),
    ],
)
def test_numbers_are_plain(value: float | None, text: str) -> None:
    assert text_of(value) == text


@settings(derandomize=True, max_examples=500)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_value_and_never_have_an_exponent(value: float) -> None:
    text = text_of(value)
    assert "e" not in text.lower()
    assert float(text) == value
    assert not text.endswith(".0")


@pytest.mark.parametrize(
    ("moment", "milli", "second"),
    [
        (datetime(2019, 11, 1, 19, 11, 5, 222_999, tzinfo=UTC), "2019-11-01T19:11:05.222Z", "2019-11-01T19:11:05Z"),
        (datetime(2019, 11, 1, 19, 11, 5, tzinfo=UTC), "2019-11-01T19:11:05.000Z", "2019-11-01T19:11:05Z"),
        (
            datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=1))),
            "2026-03-01T09:00:00.000Z",
            "2026-03-01T09:00:00Z",
        ),
    ],
)
def test_times_are_utc_with_z(moment: datetime, milli: str, second: str) -> None:
    assert milliseconds(moment) == milli
    assert seconds(moment) == second


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 3, 1, 10, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"):
        milliseconds(naive)
