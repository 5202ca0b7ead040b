"""Scales: letters and averages, points and descriptions, typed grades (Schoology reference, 4.2 and 9)."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from gradewire.core.errors import Invalid
from gradewire.core.scoring.schoology_scales import (
    Level,
    PointsLevel,
    Scale,
    average_levels,
    check_scale,
    letter_of_percent,
    letter_of_points,
    points_of_entry,
    points_of_letter,
)

AVERAGED = Scale(
    id=500,
    levels=(
        Level(grade="F", cutoff=0, average=25),
        Level(grade="C", cutoff=50, average=62.5),
        Level(grade="B", cutoff=75, average=80),
        Level(grade="A", cutoff=85, average=92.5),
    ),
)
CLASSIC = Scale(
    id=1, levels=(Level(grade="B+", cutoff=87), Level(grade="B", cutoff=83, average=83), Level(grade="F", cutoff=0))
)
POINTS = Scale(
    id=96033,
    kind="points",
    points_levels=(PointsLevel(points=3, description="three"), PointsLevel(points=2, description="two")),
)
NUMERIC = Scale(id=0, kind="numeric")


@pytest.mark.parametrize(
    ("percent", "letter"), [(0, "F"), (49.9999, "F"), (50, "C"), (84.99, "B"), (85, "A"), (140, "A"), (-0.01, None)]
)
def test_a_percentage_is_the_level_with_the_highest_cutoff_not_above_it(percent: float, letter: str | None) -> None:
    assert letter_of_percent(AVERAGED, percent) == letter


def test_levels_may_come_in_any_order() -> None:
    assert letter_of_percent(CLASSIC, 86) == "B"
    assert [level.grade for level in average_levels(CLASSIC)] == ["F", "B", "B+"]


def test_percentages_are_compared_exactly() -> None:
    third = Scale(id=2, levels=(Level(grade="F", cutoff=0), Level(grade="P", cutoff=33.3)))
    assert letter_of_percent(third, Fraction("33.3")) == "P"
    assert letter_of_percent(third, Fraction("33.3") - Fraction(1, 10**30)) == "F"
    assert letter_of_points(Scale(id=3, levels=(Level(grade="P", cutoff=29),)), 0.29, 1) == "P"  # 0.29 × 100 is 29


@pytest.mark.parametrize(("score", "max_points", "letter"), [(20, 40, "C"), (34, 40, "A"), (5, 0, None), (5, None, None)])
def test_a_score_is_named_by_its_share_of_the_maximum(score: float, max_points: float | None, letter: str | None) -> None:
    assert letter_of_points(AVERAGED, score, max_points) == letter


@pytest.mark.parametrize(("score", "description"), [(3, "three"), (2.5, "two"), (2, "two"), (1, None), (9, "three")])
def test_a_points_scale_describes_points(score: float, description: str | None) -> None:
    assert letter_of_points(POINTS, score, 100) == description


def test_scales_without_letters() -> None:
    assert letter_of_percent(POINTS, 90) is None
    assert letter_of_percent(NUMERIC, 90) is None
    assert letter_of_points(NUMERIC, 9, 10) is None


@pytest.mark.parametrize(
    ("scale", "letter", "max_points", "points"),
    [
        (AVERAGED, "A", 40, 37.0),  # the average, not the cut-off 85 % = 34
        (AVERAGED, "C", 40, 25.0),
        (AVERAGED, "F", 40, 10.0),
        (CLASSIC, "B+", 50, 43.5),  # without an average the cut-off
        (CLASSIC, "F", 50, 0.0),
        (AVERAGED, "C", 33, 20.625),  # not rounded
        (AVERAGED, "A", 0, 0.0),
        (AVERAGED, "a", 40, None),
        (AVERAGED, "D", 40, None),
        (POINTS, "three", 40, None),
    ],
)
def test_a_letter_is_worth_the_average_of_its_level(scale: Scale, letter: str, max_points: float, points: float | None) -> None:
    assert points_of_letter(scale, letter, max_points) == points


def test_auto_averaging_takes_the_middles_of_the_ranges() -> None:
    levels = tuple(structs.replace(level, average=1) for level in AVERAGED.levels)
    scale = Scale(id=500, levels=levels, auto_averaging=True)
    assert average_levels(scale) == AVERAGED.levels


def test_auto_averaging_of_a_cutoff_above_100_is_the_cutoff() -> None:
    scale = Scale(id=5, levels=(Level(grade="P", cutoff=0), Level(grade="Star", cutoff=110)), auto_averaging=True)
    assert [level.average for level in average_levels(scale)] == [55, 110]


@pytest.mark.parametrize(
    ("entry", "points"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        (9, 9.0),
        (9.5, 9.5),
        ("9.5", 9.5),
        (" 9 ", 9.0),
        (".5", 0.5),
        ("+3", 3.0),
        ("-3", -3.0),
        (60, 60.0),
        ("0", 0.0),
        ("A", 37.0),
        (" A ", 37.0),
    ],
)
def test_entries(entry: str | float | None, points: float | None) -> None:
    assert points_of_entry(entry, AVERAGED, 40) == points


def test_a_number_that_names_a_level_is_points() -> None:
    scale = Scale(id=7, levels=(Level(grade="4", cutoff=90), Level(grade="3", cutoff=0)))
    assert points_of_entry("4", scale, 100) == 4.0


@pytest.mark.parametrize("entry", ["Z", "a", "90%", "pass", "1e2", "1,5", "٣", "nan", "inf", math.nan, math.inf, "9" * 400])
def test_entries_that_are_refused(entry: str | float) -> None:
    with pytest.raises(Invalid) as refusal:
        points_of_entry(entry, AVERAGED, 40)
    assert [fault.attribute for fault in refusal.value.faults] == ["grade"]


@pytest.mark.parametrize("scale", [None, POINTS, NUMERIC])
def test_a_letter_without_a_scale_of_letters_is_refused(scale: Scale | None) -> None:
    with pytest.raises(Invalid):
        points_of_entry("A", scale, 40)
    assert points_of_entry("3", scale, 40) == 3.0


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"levels": ()}, ["blank"]),
        ({"levels": (Level(grade="A", cutoff=math.nan),)}, ["not_a_number"]),
        ({"levels": (Level(grade="A", cutoff=0, average=math.inf),)}, ["not_a_number"]),
        ({"levels": (Level(grade="A", cutoff=-1),)}, ["negative"]),
        ({"levels": (Level(grade="A", cutoff=5), Level(grade="B", cutoff=5))}, ["taken"]),
        ({"levels": (Level(grade="A", cutoff=5), Level(grade="A", cutoff=0))}, ["taken"]),
        ({"levels": (Level(grade=" ", cutoff=-1),)}, ["negative", "blank"]),
        ({"kind": "points"}, ["blank"]),
        ({"kind": "points", "points_levels": (PointsLevel(points=-1),)}, ["negative"]),
        ({"kind": "points", "points_levels": (PointsLevel(points=1), PointsLevel(points=1))}, ["taken"]),
        ({"kind": "curve"}, ["inclusion"]),
    ],
)
def test_impossible_scales(changes: dict[str, Any], kinds: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        check_scale(structs.replace(AVERAGED, **changes))
    assert [fault.type for fault in refusal.value.faults] == kinds


@pytest.mark.parametrize("scale", [AVERAGED, CLASSIC, POINTS, NUMERIC])
def test_possible_scales(scale: Scale) -> None:
    check_scale(scale)


@settings(derandomize=True, deadline=None, database=None, max_examples=100)
@given(st.lists(st.integers(0, 1000), min_size=1, unique=True), st.integers(1, 1000))
def test_a_letter_reads_back_as_itself(bounds: list[int], max_points: int) -> None:
    levels = tuple(Level(grade=f"L{bound}", cutoff=bound / 10) for bound in bounds)
    for automatic in (False, True):
        scale = Scale(id=1, levels=levels, auto_averaging=automatic)
        for level in scale.levels:
            points = points_of_letter(scale, level.grade, float(max_points * 1000))
            assert points is not None
            assert letter_of_points(scale, points, float(max_points * 1000)) == level.grade
