"""Schoology grading scales: letters with cut-offs and averages, points with descriptions, and what a typed grade becomes
(Schoology reference, 4.2 and 9).

Cut-offs and averages are percent, points are points of the item. Unlike in a Canvas scheme, a letter is worth its level's
*average*.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias, get_args

from msgspec import Struct, ValidationError, convert, structs

from gradewire.core.errors import Fault, Invalid
from gradewire.core.numbers import exact

ScaleKind: TypeAlias = Literal["numeric", "percent", "points"]
SCALE_CODES: Final[dict[int, ScaleKind]] = {0: "numeric", 1: "percent", 3: "points"}
SCALE_TYPES: Final[dict[ScaleKind, int]] = {kind: code for code, kind in SCALE_CODES.items()}
"""The number of each kind on the wire."""
NUMERIC_ID: Final = 1
"""What grade rows of items without a scale show as its id (4.1)."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)


class Level(Struct, frozen=True, kw_only=True):
    """One step of a percent scale."""

    grade: str
    cutoff: float
    average: float | None = None
    """Absent: the cut-off, as in the built-in scale."""


class PointsLevel(Struct, frozen=True, kw_only=True):
    """One step of a points scale."""

    points: float
    description: str = ""


class Scale(Struct, frozen=True, kw_only=True):
    """A grading scale. The levels may come in any order; no scale of kind ``numeric`` has any."""

    id: int
    title: str = ""
    kind: ScaleKind = "percent"
    levels: tuple[Level, ...] = ()
    points_levels: tuple[PointsLevel, ...] = ()
    auto_averaging: bool = False
    """Averages are the middles of the ranges, whatever the levels say."""
    hide_numeric: bool = False
    """Students see letters only; the calculation does not care."""


class ScaleDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a grading scale has beyond the grading standard that it is, as kept in ``grading_standards.scale``."""

    kind: Literal["percent", "points"] = "percent"
    auto_averaging: bool = False
    hide_numeric: bool = False
    averages: dict[str, float] = {}
    """Percent scales: what a letter is worth, in percent; a letter that is not named is worth its cut-off."""
    levels: tuple[PointsLevel, ...] = ()
    """Points scales."""


def read_scale(number: int, title: str | None, data: Iterable[tuple[str, float]], stored: Mapping[str, Any] | None) -> Scale:
    """The scale that a grading standard is: ``data`` are its letters with cut-offs as fractions, ``stored`` its document.

    Raises:
        Invalid: a document that means nothing.
    """
    try:
        document = convert(stored or {}, ScaleDocument)
    except ValidationError as error:
        raise Invalid(Fault("scale", f"of grading standard {number}: {error}", "invalid")) from None
    percents = {name: float(exact(bound) * 100) for name, bound in data}
    return Scale(
        id=number,
        title=title or "",
        kind=document.kind,
        levels=tuple(
            Level(grade=name, cutoff=cutoff, average=document.averages.get(name, cutoff)) for name, cutoff in percents.items()
        )
        if document.kind == "percent"
        else (),
        points_levels=document.levels,
        auto_averaging=document.auto_averaging,
        hide_numeric=document.hide_numeric,
    )


def check_scale(scale: Scale) -> None:
    """Refuse a scale that cannot be looked up in, with every fault."""
    faults = [*scale_faults(scale)]
    if faults:
        raise Invalid(*faults)


def scale_faults(scale: Scale) -> Iterator[Fault]:
    """No levels; numbers that are negative, infinite or not a number; two levels with one name or one bound."""
    name = f"grading_scale[{scale.id}]"
    if scale.kind not in get_args(ScaleKind):
        yield Fault(f"{name}.type", "is not known", "inclusion")
        return
    if scale.kind == "percent":
        bounds = [level.cutoff for level in scale.levels]
        bounds_and_averages = bounds + [level.average for level in scale.levels if level.average is not None]
        names = [level.grade for level in scale.levels]
    elif scale.kind == "points":
        bounds = bounds_and_averages = [level.points for level in scale.points_levels]
        names = []  # descriptions are free text
    else:
        return
    if not bounds:
        yield Fault(f"{name}.scale", "must have a level", "blank")
    if not all(map(math.isfinite, bounds_and_averages)):
        yield Fault(f"{name}.scale", "must have finite numbers", "not_a_number")
    elif min(bounds_and_averages, default=0) < 0:
        yield Fault(f"{name}.scale", "must not have negative numbers", "negative")
    if len(set(bounds)) < len(bounds):
        yield Fault(f"{name}.scale", "must not repeat a bound", "taken")
    if len(set(names)) < len(names):
        yield Fault(f"{name}.scale", "must not repeat a grade", "taken")
    if any(not grade.strip() for grade in names):
        yield Fault(f"{name}.scale", "must name every grade", "blank")


def average_levels(scale: Scale) -> tuple[Level, ...]:
    """The levels of a percent scale from low to high, each with the average that is in force: with ``auto_averaging`` the
    middle of its range, where the top range ends at 100 (a cut-off above 100 is its own average); otherwise its own, or its
    cut-off."""
    levels = sorted(scale.levels, key=lambda level: level.cutoff)
    tops = [*(level.cutoff for level in levels[1:]), 100.0]
    return tuple(
        structs.replace(level, average=_average(level, top, automatic=scale.auto_averaging))
        for level, top in zip(levels, tops, strict=False)
    )


def letter_of_percent(scale: Scale, percent: float | Decimal | Fraction) -> str | None:
    """The level with the highest cut-off not above the percentage, compared exactly; None below the lowest cut-off, and on
    scales without letters."""
    if scale.kind != "percent":
        return None
    reached_percent = Fraction(percent) if isinstance(percent, Fraction | Decimal) else Fraction(exact(percent))
    reached = [level for level in scale.levels if Fraction(exact(level.cutoff)) <= reached_percent]
    return max(reached, key=lambda level: level.cutoff).grade if reached else None


def letter_of_points(scale: Scale, score: float, max_points: float | None) -> str | None:
    """How a scale names a score: on a percent scale by its share of ``max_points`` (no letter when those are 0), on a points
    scale the description of the highest level not above the score (by analogy; the vendor is silent)."""
    if scale.kind == "points":
        reached = [level for level in scale.points_levels if level.points <= score]
        return max(reached, key=lambda level: level.points).description if reached else None
    if not max_points:
        return None
    return letter_of_percent(scale, Fraction(exact(score)) / Fraction(exact(max_points)) * 100)


def points_of_letter(scale: Scale, letter: str, max_points: float | None) -> float | None:
    """The level's average percent of ``max_points``, not rounded; None for a letter that the scale lacks. Letters match
    exactly: whether the vendor ignores their case is not known."""
    if scale.kind != "percent":
        return None
    for level in average_levels(scale):
        if level.grade == letter and level.average is not None:
            return float(Fraction(exact(level.average)) * Fraction(exact(max_points or 0)) / 100)
    return None


def points_of_entry(entry: str | float | None, scale: Scale | None, max_points: float | None) -> float | None:
    """What a written ``grade`` becomes, in points: a number or its text is points, also above ``max_points``; blank or None
    clears the score; other text is a letter of the item's scale. A number that is also the name of a level is points.

    Refused: a letter without a scale or one that the scale lacks, percent and pass/fail text (reference, 4.2 and 13),
    infinite and NaN numbers. A negative number is taken: clients write back what they have read, and another dialect may
    have entered it.
    """
    if entry is None:
        return None
    if isinstance(entry, str):
        text = entry.strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            points = None if scale is None else points_of_letter(scale, text, max_points)
            if points is None:
                raise Invalid(Fault("grade", f"{text!r} is no number and no grade of the item's scale", "inclusion"))
            return points
        entry = float(text)
    if not math.isfinite(entry):
        raise Invalid(Fault("grade", "must be a finite number", "not_a_number"))
    return float(entry)


def _average(level: Level, top: float, *, automatic: bool) -> float:
    if automatic:
        return float((Fraction(exact(level.cutoff)) + Fraction(exact(max(top, level.cutoff)))) / 2)
    return level.cutoff if level.average is None else level.average
