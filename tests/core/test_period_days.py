"""Grading periods as whole days of a school (Schoology reference, 8)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from gradewire.core.errors import Invalid
from gradewire.core.period_days import read_day, show_day

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("sent", "ends", "moment"),
    [
        ("2012-09-17", False, datetime(2012, 9, 17, 4, tzinfo=UTC)),
        ("2012-09-17", True, datetime(2012, 9, 18, 3, 59, 59, tzinfo=UTC)),
        (" 2012-12-17 ", False, datetime(2012, 12, 17, 5, tzinfo=UTC)),
        ("2012-09-17 13:30:00", False, datetime(2012, 9, 17, 4, tzinfo=UTC)),
        ("2012-09-17T00:00:00", True, datetime(2012, 9, 18, 3, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_period_runs_from_the_first_second_of_a_day_to_the_last_of_another(sent: str, ends: bool, moment: datetime) -> None:
    found = read_day({"day": sent}, "day", NEW_YORK, ends=ends)
    assert found == moment
    assert show_day(moment, NEW_YORK) == sent.strip()[:10]


@pytest.mark.parametrize("sent", ["", "tomorrow", "2012-13-01", "2012-02-30", "9999-12-31", "17.09.2012", 5, None, ["x"]])
def test_what_is_no_day_is_refused_by_its_name(sent: object) -> None:
    with pytest.raises(Invalid) as refused:
        read_day({"start": sent}, "start", NEW_YORK, ends=True)
    assert refused.value.faults[0].attribute == "start"


def test_a_day_that_was_not_sent_is_unset() -> None:
    assert read_day({}, "start", NEW_YORK, ends=False) is UNSET


@pytest.mark.parametrize(
    ("moment", "day"), [(datetime(9999, 12, 31, 23, tzinfo=UTC), "9999-12-31"), (datetime(999, 2, 3, tzinfo=UTC), "0999-02-03")]
)
def test_every_moment_has_a_day(moment: datetime, day: str) -> None:
    assert show_day(moment, "Asia/Tokyo") == day
