"""Grading scales: letters from low to high, points from high to low (reference, 9)."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from gradewire.core.scoring.schoology_scales import SCALE_TYPES, Scale
from gradewire.dialects.schoology.shapes.links import Links
from gradewire.dialects.schoology.wire import flag, plain

Number: TypeAlias = int | float


class LetterLevel(Struct):
    grade: str
    cutoff: Number
    average: Number


class PointsLevel(Struct):
    points: Number
    description: str


class Levels(Struct):
    """All of one kind: letters on a scale of type 1, points on one of type 3."""

    level: list[LetterLevel] | list[PointsLevel]


class GradingScale(Struct):
    id: int
    title: str
    type: int
    auto_averaging: int
    hide_numeric: int
    scale: Levels


class GradingScaleList(Struct):
    grading_scale: list[GradingScale]
    links: Links


def scale(found: Scale) -> GradingScale:
    letters = [
        LetterLevel(one.grade, plain(one.cutoff) or 0, plain(one.cutoff if one.average is None else one.average) or 0)
        for one in found.levels
    ]
    points = [PointsLevel(plain(one.points) or 0, one.description) for one in found.points_levels]
    return GradingScale(
        id=found.id,
        title=found.title,
        type=SCALE_TYPES[found.kind],
        auto_averaging=flag(found.auto_averaging),
        hide_numeric=flag(found.hide_numeric),
        scale=Levels(points if found.kind == "points" else letters),
    )
