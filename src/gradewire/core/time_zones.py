"""Names of time zones: those of the IANA database."""

from __future__ import annotations

import zoneinfo


def is_time_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):  # an OSError where the name is that of a directory
        return False
    return True
