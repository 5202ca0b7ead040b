"""The status of an enrolment as Schoology numbers it, and the state that stands for it here (its reference, 10.1 and 13)."""

from __future__ import annotations

from typing import Final

ACTIVE: Final = 1
STATUS: Final[dict[str, int]] = {"active": 1, "inactive": 2, "invited": 3, "creation_pending": 4, "completed": 5}
"""1 active, 2 expired, 3 invited, 4 asked to be let in, 5 archived; rejected and deleted enrolments do not exist there."""
STATES: Final[dict[int, str]] = {status: state for state, status in STATUS.items()}
