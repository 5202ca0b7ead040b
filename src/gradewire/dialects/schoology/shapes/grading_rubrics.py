"""Rubrics of a section (reference, 9); what was scored with them is not told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from gradewire.dialects.schoology.shapes.links import Links
from gradewire.dialects.schoology.wire import flag, plain
from gradewire.store.rubric_editing import RubricRow

Number: TypeAlias = int | float


class Rating(Struct):
    points: Number
    description: str


class Criterion(Struct):
    """``weight`` is 1, or 0 where the criterion is not counted."""

    id: str
    title: str
    description: str
    max_points: Number
    weight: int
    ratings: list[Rating]


class GradingRubric(Struct):
    id: int
    created: int
    title: str
    total_points: Number
    realm: str
    realm_id: int
    criteria: list[Criterion]


class GradingRubricList(Struct):
    grading_rubric: list[GradingRubric]
    total: int
    links: Links


def rubric(found: RubricRow, section_id: int) -> GradingRubric:
    return GradingRubric(
        id=found.id,
        created=int(found.created_at.timestamp()),
        title=found.title,
        total_points=plain(found.points_possible) or 0,
        realm="section",
        realm_id=section_id,
        criteria=[_criterion(one) for one in found.data],
    )


def _criterion(stored: Mapping[str, Any]) -> Criterion:
    return Criterion(
        id=str(stored["id"]),
        title=stored.get("description") or "",
        description=stored.get("long_description") or "",
        max_points=plain(stored.get("points")) or 0,
        weight=flag(not stored.get("ignore_for_scoring")),
        ratings=[Rating(plain(one.get("points")) or 0, one.get("description") or "") for one in stored.get("ratings") or ()],
    )
