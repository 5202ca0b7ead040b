"""Time zones by their names, those of the IANA database."""

from __future__ import annotations

import zoneinfo
from datetime import datetime


def is_time_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):  # an OSError where the name is that of a directory
        return False
    return True


def in_zone(moment: datetime, zone: str) -> datetime:
    """A moment by the clocks of a zone; within hours of the ends of the calendar, where they have no such time, as it is."""
    try:
        return moment.astimezone(zoneinfo.ZoneInfo(zone))
    except OverflowError:
        return moment
