"""Grading periods as Schoology clients name them: whole days of the school (reference, 8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET, UnsetType

from gradewire.core.errors import Fault, Invalid
from gradewire.core.requests import read_text
from gradewire.core.time_zones import in_zone

_DAY = re.compile(r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})([ T][0-9:]{5,8})?\s*", re.ASCII)


def read_day(entry: Mapping[str, Any], field: str, zone: str, *, ends: bool) -> datetime | UnsetType:
    """A day such as ``2012-09-17``, a time behind which is overlooked: its beginning, or its last second if it ends the period.
    ``UNSET`` where the field was not sent.

    Raises:
        Invalid: no such day.
    """
    text = read_text(entry, field)
    if text is UNSET:
        return UNSET
    found = _DAY.fullmatch(text)
    try:
        day = datetime.fromisoformat(f"{found.group(1)}T{'23:59:59' if ends else '00:00:00'}") if found is not None else None
        if day is not None:
            return day.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid(Fault(field, "must be a day such as 2012-09-17", "invalid"))


def show_day(moment: datetime, zone: str) -> str:
    """The same the other way round."""
    return in_zone(moment, zone).date().isoformat()
