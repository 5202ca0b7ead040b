"""Rubric assessments: what a grader's marks on the criteria add up to (moderation reference, 9)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from gradewire.core.errors import Malformed
from gradewire.core.numbers import exact

LONGEST_COMMENT = 65_535


class Mark(Struct, frozen=True):
    """What a grader sent for one criterion, values as sent."""

    points: str | float | None = None
    rating_id: str | None = None
    comments: str | None = None
    description: str | None = None


class Assessed(Struct, frozen=True):
    """The rows of an assessment, in the order of the rubric's criteria, and their sum; no sum where no criterion has points."""

    data: list[dict[str, Any]]
    score: float | None


def known_marks(criteria: Sequence[Mapping[str, Any]], marks: Mapping[str, Mark]) -> dict[str, Mark]:
    """The marks that are for criteria of the rubric."""
    ids = {str(criterion["id"]) for criterion in criteria}
    return {name: mark for name, mark in marks.items() if name in ids}


def assess(criteria: Sequence[Mapping[str, Any]], marks: Mapping[str, Mark]) -> Assessed:
    """The assessment that these marks make. A criterion without a mark has a row without points.

    A rating that is named without points gives its own. Points that are no number count as none.

    Raises:
        Malformed: points are no finite number, or a comment is too long.
    """
    rows: list[dict[str, Any]] = []
    total: Decimal | None = None
    for criterion in criteria:
        number = str(criterion["id"])
        row = _row(criterion, number, marks.get(number, Mark()))
        rows.append(row)
        if row["points"] is not None and not criterion.get("ignore_for_scoring"):
            total = (total or Decimal(0)) + exact(row["points"])
    return Assessed(rows, None if total is None else float(total))


def _row(criterion: Mapping[str, Any], number: str, mark: Mark) -> dict[str, Any]:
    points = _points(mark.points, number)
    rating = _rating(criterion.get("ratings") or (), mark.rating_id, points)
    if points is None and rating is not None and mark.rating_id is not None:
        points = float(rating["points"]) if rating.get("points") is not None else None
    comments = mark.comments
    if comments is not None and len(comments) > LONGEST_COMMENT:
        raise Malformed(f"rubric_assessment[criterion_{number}][comments] is too long.")
    return {
        "id": None if rating is None else rating.get("id"),
        "criterion_id": number,
        "learning_outcome_id": criterion.get("learning_outcome_id"),
        "points": points,
        "description": mark.description or (None if rating is None else rating.get("description")),
        "comments": comments,
        "comments_enabled": True,
    }


def _points(sent: str | float | None, number: str) -> float | None:
    if sent is None or (isinstance(sent, str) and not sent.strip()):
        return None
    try:
        points = float(sent)
    except (ValueError, OverflowError):
        points = math.nan
    if not math.isfinite(points) or (isinstance(sent, str) and "_" in sent):
        raise Malformed(f"rubric_assessment[criterion_{number}][points] is not a number.")
    return points + 0.0


def _rating(ratings: Sequence[Mapping[str, Any]], rating_id: str | None, points: float | None) -> Mapping[str, Any] | None:
    """The rating that was named, else the one that is worth these points."""
    if rating_id is not None:
        return next((rating for rating in ratings if str(rating.get("id")) == rating_id), None)
    if points is None:
        return None
    return next((rating for rating in ratings if rating.get("points") == points), None)
