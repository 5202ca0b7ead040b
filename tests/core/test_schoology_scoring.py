"""Courses, rounding, overrides and letters of a Schoology-style calculation, each rule a test (Schoology reference, 11)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from gradewire.core.scoring.schoology import explain
from gradewire.core.scoring.schoology_course import Course, Grade, Item, Mark, Options, Override, Period
from gradewire.core.scoring.schoology_scales import Level, PointsLevel, Scale
from tests.core.schoology_courses import Work, grade_of, marked, one_category, periods_of, with_item, with_options

# The course


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (((50, (274, 300)), (50, (75, 100))), 83.17),  # recorded: (91.33 × 50 + 75 × 50) / 100
        (((50, (89.5, 100)), (50, (75, 100))), 82.25),  # recorded
        (((1, (80, 100)), (3, (60, 100))), 65.0),
        (((50, (80, 100)), (50, (None, 100))), 80.0),
        (((0, (80, 100)), (50, (60, 100))), 60.0),
        (((0, (80, 100)), (0, (60, 100))), None),
        (((0, (80, 100)), (50, (None, 100))), None),
        (((None, (80, 100)), (None, (60, 100))), 70.0),  # no weights: evenly
        (((50, (None, 100)), (50, (None, 100))), None),
    ],
)
def test_periods_are_weighed_in_the_course(parts: tuple[tuple[float | None, Work], ...], expected: float | None) -> None:
    assert grade_of(*periods_of(*parts)) == expected


def test_unrounded_periods_enter_the_course() -> None:
    course, grades = periods_of((1, (1, 3)), (1, (2, 3)))
    account = explain(course, grades)
    assert [period.grade for period in account.periods] == [33.33, 66.67]
    assert account.grade == 50.0


def test_other_never_counts_and_has_no_grade() -> None:
    course, grades = one_category((8, 10), (0, 10))
    course = with_item(course, period_id=None)
    assert grade_of(course, grades) == 80.0
    assert grade_of(course, grades[1:]) is None


def _midterm(weight: float | None = 50, **changes: Any) -> tuple[Course, list[Grade]]:
    """A period at 89.5 of weight 50 and a midterm with 9 of 12."""
    course, grades = one_category((97, 100), (82, 100))
    column = Item(id=3, title="Midterm", max_points=12, is_final=True, final_weight=weight)
    items = (*course.items, structs.replace(column, **changes))
    course = structs.replace(course, items=items, periods=(Period(id=1, weight=50),))
    return course, [*grades, Grade(item_id=3, score=9)]


def test_a_midterm_is_a_column_of_the_course_with_its_own_weight() -> None:
    account = explain(*_midterm())
    assert account.grade == 82.25
    assert account.columns[0].line.score == 9
    assert account.columns[0].exact == 75


@pytest.mark.parametrize(
    ("weight", "changes", "expected"),
    [
        (100, {}, 79.83),
        (0, {}, 89.5),
        (None, {}, 89.5),
        (50, {"max_points": 0}, 89.5),
        (50, {"count_in_grade": False}, 89.5),
        (50, {"published": False}, 89.5),
        (50, {"factor": 0}, 82.25),  # a column has its weight, factor is for categories
        (50, {"category_id": 1, "period_id": 1}, 82.25),  # and belongs to neither
    ],
)
def test_midterm_columns(weight: float | None, changes: dict[str, Any], expected: float) -> None:
    assert grade_of(*_midterm(weight, **changes)) == expected


@pytest.mark.parametrize(("mark", "expected"), [("excused", 89.5), ("incomplete", 89.5), ("missing", 44.75), ("none", 89.5)])
def test_exceptions_of_a_midterm(mark: Mark, expected: float) -> None:
    course, grades = _midterm()
    assert grade_of(course, [*grades[:2], marked(3, mark)]) == expected


def test_a_midterm_alone_is_the_course_grade() -> None:
    course, grades = _midterm()
    assert grade_of(course, grades[2:]) == 75.0


def test_a_midterm_is_in_no_period_and_no_category() -> None:
    account = explain(*_midterm(category_id=1, period_id=1))
    assert [line.item_id for line in account.periods[0].categories[0].items] == [1, 2]
    assert [line.item_id for line in account.categories[0].items] == [1, 2]


def test_a_course_without_periods_is_one_period() -> None:
    course, grades = one_category((8, 10), (6, 10))
    course = structs.replace(with_item(course, period_id=None), periods=())
    account = explain(course, grades)
    assert account.grade == 70.0
    assert [period.period_id for period in account.periods] == [None]
    assert account.other == ()


# Rounding


@pytest.mark.parametrize(
    ("score", "max_points", "expected"),
    [
        (72.125, 100, 72.13),
        (72.124999, 100, 72.12),
        (1.005, 100, 1.01),
        (2.675, 100, 2.68),
        (89.995, 100, 90.0),
        (1, 800, 0.13),
    ],
)
def test_two_decimals_half_up_on_the_decimal_value(score: float, max_points: float, expected: float) -> None:
    assert grade_of(*one_category((score, max_points))) == expected


def test_a_tie_of_repeating_decimals_is_still_a_tie() -> None:
    # thirds of a percent that add up to 66.665 exactly: any cut decimal would give 66.66
    assert grade_of(*one_category((1, 3), (2, 3), (99.995, 100), calculation="percent")) == 66.67


def _whole(*periods: Work) -> tuple[Course, list[Grade]]:
    return periods_of(*((50.0, work) for work in periods), options=Options(whole_numbers=True))


def test_whole_numbers_round_each_level_from_the_rounded_ones_below() -> None:
    account = explain(*_whole((51.33, 100), (39.5, 100)))
    assert [period.grade for period in account.periods] == [51.0, 40.0]
    assert account.grade == 46.0
    assert account.rounding == "whole"


def test_whole_numbers_leave_categories_and_midterms_exact() -> None:
    course, grades = _midterm()
    course = structs.replace(with_item(course, max_points=13), options=Options(whole_numbers=True))
    account = explain(course, grades)
    assert account.periods[0].categories[0].grade == 89.5
    assert account.periods[0].grade == 90.0
    assert account.grade == 80.0  # (90 + 69.23) / 2


def test_whole_numbers_are_off_with_a_points_scale() -> None:
    course, grades = _whole((51.33, 100), (39.5, 100))
    scale = Scale(id=9, kind="points", points_levels=(PointsLevel(points=3),))
    account = explain(with_options(course, scale=scale), grades)
    assert account.grade == 45.42
    assert account.rounding == "hundredths"


# Overrides


def test_an_override_of_the_course_grade_is_the_grade() -> None:
    course, grades = one_category((8, 10))
    account = explain(course, grades, [Override(grade=99)])
    assert (account.grade, account.computed, account.periods[0].grade) == (99, 80.0, 80.0)


def test_an_override_of_a_period_is_its_grade_and_enters_the_course() -> None:
    course, grades = periods_of((50, (80, 100)), (50, (60, 100)))
    account = explain(course, grades, [Override(period_id=2, grade=90)])
    assert [period.grade for period in account.periods] == [80.0, 90.0]
    assert account.periods[1].computed == 60.0
    assert (account.grade, account.override) == (85.0, None)


def test_an_override_of_a_period_without_grades_enters_the_course() -> None:
    course, grades = periods_of((50, (80, 100)), (50, (None, 100)))
    assert grade_of(course, grades, Override(period_id=2, grade=90)) == 85.0


@pytest.mark.parametrize("typed", [0, 104.5, 79.999, -3])
def test_an_override_is_shown_as_typed(typed: float) -> None:
    course, grades = _whole((51.33, 100))
    assert grade_of(course, grades, Override(grade=typed)) == typed
    assert explain(course, grades, [Override(period_id=1, grade=typed)]).periods[0].grade == typed


def test_an_override_of_a_period_that_the_course_does_not_use_is_without_effect() -> None:
    course, grades = one_category((8, 10))
    assert grade_of(course, grades, Override(period_id=77, grade=1)) == 80.0


# Letters


LETTERS = Scale(
    id=500,
    levels=(Level(grade="F", cutoff=0), Level(grade="C", cutoff=50), Level(grade="B", cutoff=75), Level(grade="A", cutoff=90)),
)


@pytest.mark.parametrize(("score", "letter"), [(0, "F"), (49.99, "F"), (50, "C"), (89.994, "B"), (89.995, "A"), (120, "A")])
def test_letters_name_the_grade_as_shown(score: float, letter: str) -> None:
    course, grades = one_category((score, 100))
    account = explain(with_options(course, scale=LETTERS), grades)
    assert (account.letter, account.periods[0].letter) == (letter, letter)


def test_letters_name_the_override() -> None:
    course, grades = one_category((95, 100))
    assert explain(with_options(course, scale=LETTERS), grades, [Override(grade=60)]).letter == "C"


def test_no_grade_has_no_letter() -> None:
    course, _ = one_category((95, 100))
    assert explain(with_options(course, scale=LETTERS), []).letter is None
