"""Grading periods: which one a due date falls in, and when one is closed.

Source: section 6 of the Canvas grade calculation reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from msgspec import Struct

from gradewire.core.errors import Fault

NEVER = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
"""The close date of periods whose grades are not frozen, as those of a Schoology school."""


class PeriodDates(Struct, frozen=True):
    """When a grading period runs. All times carry a zone; a missing close date is the end."""

    id: int
    start: datetime
    end: datetime
    close: datetime | None = None


def find_period(periods: Sequence[PeriodDates], due_at: datetime | None) -> PeriodDates | None:
    """The period of a student's effective due date: after the start, up to the end, all cut to the minute.

    Work without a due date belongs to the period that ends last. Periods of a set do not overlap; if they did, the first would
    count.
    """
    if due_at is None:
        return max(periods, key=lambda period: period.end, default=None)
    due = _to_minute(due_at)
    return next((each for each in periods if _to_minute(each.start) < due <= _to_minute(each.end)), None)


def is_closed(period: PeriodDates, now: datetime) -> bool:
    """Past the close date: grades of the period's work are frozen for graders who are not account admins."""
    return now > (period.end if period.close is None else period.close)


def find_faults(periods: Sequence[PeriodDates]) -> list[Fault]:
    """What is wrong with the dates of a set: a period must start before it ends, must not close before its end, and must not
    overlap another.
    """
    faults = []
    for period in periods:
        if period.start >= period.end:
            faults.append(Fault("end_date", "must be after start date"))
        if period.close is not None and period.close < period.end:
            faults.append(Fault("close_date", "must be on or after end date"))
    ordered = sorted(periods, key=lambda period: period.start)
    if any(_to_minute(after.start) < _to_minute(before.end) for before, after in pairwise(ordered)):
        faults.append(Fault("base", "periods of a set cannot overlap"))
    return faults


def _to_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
