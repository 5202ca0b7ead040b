"""The criteria of a rubric as somebody sends them: a list, or a hash whose keys tell the order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from gradewire.core.errors import Fault, Invalid
from gradewire.core.numbers import exact

MOST = 200
LONGEST = 65_535


def read_criteria(sent: Any, new_id: Callable[[], str]) -> list[dict[str, Any]]:
    """Criteria as they are stored, ids kept where they were sent and made where not. Without ratings, full marks and none.

    Raises:
        Invalid: no criteria, too many, or points that are no number.
    """
    criteria = [_criterion(one, new_id) for one in _items(sent, "criteria")]
    if not criteria:
        raise Invalid(Fault("criteria", "can't be blank", "blank"))
    ids = [one["id"] for one in criteria]
    if len(set(ids)) < len(ids):
        raise Invalid(Fault("criteria", "has an id twice", "taken"))
    return criteria


def sum_points(criteria: list[dict[str, Any]]) -> float:
    """What a rubric is worth: its criteria together, without those that are not scored."""
    return float(sum((exact(one["points"]) for one in criteria if not one.get("ignore_for_scoring")), Decimal(0)))


def _items(sent: Any, name: str) -> list[Mapping[str, Any]]:
    if sent is None:
        return []
    if isinstance(sent, Mapping):
        sent = [sent[key] for key in sorted(sent, key=_place)]
    if not isinstance(sent, list) or not all(isinstance(one, Mapping) for one in sent):
        raise Invalid(Fault(name, "is not a list of hashes", "invalid"))
    if len(sent) > MOST:
        raise Invalid(Fault(name, f"has more than {MOST} entries", "too_long"))
    return sent


def _place(key: str) -> tuple[int, str]:
    return (int(key) if key.isascii() and key.isdigit() and len(key) < 10 else 2**31, key)


def _criterion(sent: Mapping[str, Any], new_id: Callable[[], str]) -> dict[str, Any]:
    ratings = [_rating(one, new_id) for one in _items(sent.get("ratings"), "ratings")]
    best = max((one["points"] for one in ratings), default=0.0)
    points = _points(sent.get("points"), best)
    if not ratings:
        ratings = [
            {"id": new_id(), "description": "Full Marks", "long_description": "", "points": points},
            {"id": new_id(), "description": "No Marks", "long_description": "", "points": 0.0},
        ]
    return {
        "id": _text(sent.get("id")) or new_id(),
        "description": _text(sent.get("description")) or "No Description",
        "long_description": _text(sent.get("long_description")),
        "points": points,
        "criterion_use_range": _flag(sent.get("criterion_use_range")),
        "ignore_for_scoring": _flag(sent.get("ignore_for_scoring")),
        "ratings": sorted(ratings, key=lambda one: -one["points"]),
    }


def _rating(sent: Mapping[str, Any], new_id: Callable[[], str]) -> dict[str, Any]:
    return {
        "id": _text(sent.get("id")) or new_id(),
        "description": _text(sent.get("description")),
        "long_description": _text(sent.get("long_description")),
        "points": _points(sent.get("points"), 0.0),
    }


def _text(sent: Any) -> str:
    if sent is None:
        return ""
    if isinstance(sent, Mapping | list):
        raise Invalid(Fault("criteria", "has a list where a text should be", "invalid"))
    return str(sent)[:LONGEST]


def _flag(sent: Any) -> bool:
    return sent is True or str(sent).lower() in {"true", "1", "on", "yes"}


def _points(sent: Any, default: float) -> float:
    if sent is None or sent == "":
        return default
    try:
        points = float(sent)
    except (TypeError, ValueError, OverflowError):
        points = math.nan
    if not math.isfinite(points) or not 0 <= points <= 1e9:
        raise Invalid(Fault("points", "is not a number from 0 to a thousand million", "not_a_number"))
    return points + 0.0
