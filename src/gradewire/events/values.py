"""The JSON forms of numbers and times, the same in every event format."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import TypeAlias

from msgspec import Raw

Number: TypeAlias = int | float | Raw
"""A JSON number; ``Raw`` for one whose plain text the encoder would write with an exponent."""


def number(value: float | None) -> Number | None:
    """A score or number of points: whole values without a fraction, others in their shortest text, never with an exponent.

    Consumers load these into columns of doubles and compare their text with documentation (``5``, ``17.31``). What is not
    a finite number is null, as in Canvas.
    """
    if value is None or not isfinite(value):
        return None
    exact = float(value)
    size = abs(exact)
    if exact.is_integer():
        return int(exact) if size < 1e15 else int(Decimal(repr(exact)))
    if size < 1e-4:
        return Raw(format(Decimal(repr(exact)), "f").encode())
    return exact


def milliseconds(moment: datetime) -> str:
    """A time in UTC with exactly three fraction digits and ``Z``, the form of ``event_time``."""
    return _utc(moment).isoformat(timespec="milliseconds")[:-6] + "Z"


def seconds(moment: datetime) -> str:
    """A time in UTC to the second with ``Z``, the form of times in Canvas bodies."""
    return _utc(moment).isoformat(timespec="seconds")[:-6] + "Z"


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be sent")
    return moment.astimezone(UTC)
