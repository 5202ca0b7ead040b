"""What counts, categories and their weights in a Schoology-style calculation, each rule a test (Schoology reference, 11)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from gradewire.core.scoring.schoology import explain
from gradewire.core.scoring.schoology_course import Category, Course, Grade, Mark, Period
from tests.core.schoology_courses import Work, categories_of, grade_of, marked, one_category, with_item, with_options

# Categories


@pytest.mark.parametrize(
    ("calculation", "work", "expected"),
    [
        ("points", ((80, 100), (45, 50)), 83.33),
        ("percent", ((18, 20), (40, 50)), 85.0),
        ("points", ((10, 10), (45, 90)), 55.0),
        ("percent", ((10, 10), (45, 90)), 75.0),
        ("points", ((12, 13),), 92.31),
        ("percent", ((12, 13),), 92.31),
        ("points", ((0, 10),), 0.0),
        ("points", ((None, 10),), None),
        ("points", (), None),
    ],
)
def test_a_category_divides_points_or_averages_percentages(
    calculation: str, work: tuple[Work, ...], expected: float | None
) -> None:
    assert grade_of(*one_category(*work, calculation=calculation)) == expected


def test_factor_multiplies_points_and_maximum() -> None:
    assert grade_of(*one_category((10, 20), (30, 40), factors=(1, 2))) == 70.0


def test_factor_weighs_percentages() -> None:
    assert grade_of(*one_category((10, 20), (30, 40), factors=(1, 3), calculation="percent")) == 68.75


def test_factor_zero_does_not_count() -> None:
    assert grade_of(*one_category((8, 10), (0, 10), factors=(1, 0))) == 80.0
    assert grade_of(*one_category((8, 10), (0, 10), factors=(1, 0), calculation="percent")) == 80.0


def test_more_than_the_maximum_counts_in_full() -> None:
    assert grade_of(*one_category((13, 10))) == 130.0
    assert grade_of(*one_category((13, 10), calculation="percent")) == 130.0


def test_a_negative_score_is_summed_as_it_is() -> None:
    assert grade_of(*one_category((-5, 10), (0, 10))) == -25.0


@pytest.mark.parametrize("max_points", [0, None])
def test_an_item_worth_0_points_is_extra_credit_among_points(max_points: float | None) -> None:
    assert grade_of(*one_category((8, 10), (1, max_points))) == 90.0


def test_an_item_worth_0_points_is_ignored_among_percentages() -> None:
    assert grade_of(*one_category((8, 10), (1, 0), calculation="percent")) == 80.0


def test_extra_credit_alone_is_no_grade() -> None:
    account = explain(*one_category((5, 0)))
    assert account.grade is None
    assert account.void == "no_points"


# Drop lowest


@pytest.mark.parametrize(
    ("calculation", "drop", "expected"),
    [("percent", 0, 73.33), ("percent", 1, 85.0), ("percent", 2, 90.0), ("percent", 9, 90.0), ("points", 1, 80.91)],
)
def test_drop_lowest_removes_the_lowest_percentages(calculation: str, drop: int, expected: float) -> None:
    assert grade_of(*one_category((50, 100), (80, 100), (9, 10), calculation=calculation, drop=drop)) == expected


def test_drop_lowest_looks_at_percentages_and_not_at_points() -> None:
    # 1 of 20 is the lowest, although dropping 20 of 100 would leave more
    course, grades = one_category((80, 100), (20, 100), (1, 20), drop=1)
    assert _dropped(course, grades) == {3}
    assert grade_of(course, grades) == 50.0


def test_drop_lowest_never_drops_all() -> None:
    assert grade_of(*one_category((5, 10), drop=1)) == 50.0
    assert grade_of(*one_category((5, 10), (7, 10), drop=10)) == 70.0


def test_drop_lowest_takes_the_lower_id_among_equals() -> None:
    assert _dropped(*one_category((5, 10), (50, 100), (9, 10), drop=1)) == {1}


def test_drop_lowest_leaves_extra_credit_and_work_that_does_not_count() -> None:
    course, grades = one_category((5, 10), (8, 10), (1, 0), (None, 10), drop=1)
    assert _dropped(course, grades) == {1}
    assert grade_of(course, grades) == 90.0


def test_drop_lowest_counts_missing_work_as_0() -> None:
    course, _ = one_category((5, 10), (8, 10), drop=1)
    grades = [Grade(item_id=1, score=5), marked(2, "missing")]
    assert _dropped(course, grades) == {2}
    assert grade_of(course, grades) == 50.0


def test_drop_lowest_works_in_each_period() -> None:
    course, grades = one_category((1, 10), (8, 10), (5, 10), (9, 10), drop=1)
    items = tuple(structs.replace(item, period_id=1 if item.id <= 2 else 2) for item in course.items)
    course = structs.replace(course, items=items, periods=(Period(id=1), Period(id=2)))
    assert _dropped(course, grades) == {1, 3}
    assert grade_of(course, grades) == 85.0


def _dropped(course: Course, grades: list[Grade]) -> set[int]:
    lines = [line for category in explain(course, grades).categories for line in category.items]
    return {line.item_id for line in lines if line.fate == "dropped"}


# What counts


@pytest.mark.parametrize(
    ("changes", "fate"),
    [
        ({"published": False}, "unpublished"),
        ({"count_in_grade": False}, "practice"),
        ({"collected_only": True}, "collected_only"),
        ({"factor": 0}, "weightless"),
        ({"category_id": None}, "ungraded"),
        ({"category_id": 0}, "ungraded"),
        ({"category_id": 99}, "ungraded"),
        ({"period_id": None}, "other"),
        ({"period_id": 0}, "other"),
        ({"period_id": 99}, "other"),
    ],
)
def test_an_item_does_not_count(changes: dict[str, Any], fate: str) -> None:
    course, grades = one_category((8, 10), (0, 10))
    account = explain(with_item(course, **changes), grades)
    assert account.grade == 80.0
    period = account.periods[0]
    assert [line.fate for line in (*period.categories[0].items, *period.ungraded, *account.other)] == ["used", fate]


@pytest.mark.parametrize(
    ("mark", "score", "expected"),
    [
        ("none", 0, 40.0),
        ("none", None, 80.0),
        ("excused", None, 80.0),
        ("excused", 0, 80.0),
        ("incomplete", None, 80.0),
        ("incomplete", 0, 80.0),
        ("missing", None, 40.0),
        ("missing", 5, 65.0),
        ("late", None, 80.0),
        ("late", 5, 65.0),
    ],
)
def test_exceptions(mark: Mark, score: float | None, expected: float) -> None:
    course, grades = one_category((8, 10), (None, 10))
    assert grade_of(course, [grades[0], marked(2, mark, score)]) == expected


def test_missing_work_counts_0_unless_the_course_says_otherwise() -> None:
    course, grades = one_category((8, 10), (None, 10))
    lenient = with_options(course, missing_counts=False)
    assert grade_of(course, [grades[0], marked(2, "missing")]) == 40.0
    assert grade_of(lenient, [grades[0], marked(2, "missing")]) == 80.0
    assert grade_of(lenient, [grades[0], marked(2, "missing", 5)]) == 65.0


def test_work_that_is_not_assigned_to_the_student_does_not_count() -> None:
    course, grades = one_category((8, 10), (0, 10))
    assert grade_of(course, [grades[0], structs.replace(grades[1], assigned=False)]) == 80.0


def test_a_pair_without_a_record_is_not_graded() -> None:
    course, grades = one_category((8, 10), (0, 10))
    assert grade_of(course, grades[:1]) == 80.0
    assert grade_of(course, []) is None


def test_a_grade_of_an_item_that_is_gone_is_without_effect() -> None:
    course, grades = one_category((8, 10))
    assert grade_of(course, [*grades, Grade(item_id=404, score=0)]) == 80.0


# Periods of categories


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        (((40, 50), (60, 75)), 65.0),
        (((1, 55), (3, 75), (96, None)), 70.0),  # relative, and an empty category takes its weight with it
        (((200, 50), (300, 75)), 65.0),  # never capped at 100
        (((0.5, 50), (0.5, 75)), 62.5),
        (((0, 90),), None),
        (((0, 90), (10, None)), None),
        (((0, 90), (10, 40)), 40.0),
        (((None, 50), (100, 75)), 62.5),  # a weight that was never given is 100
        (((40, None), (60, None)), None),
    ],
)
def test_weighted_categories(shares: tuple[tuple[float | None, float | None], ...], expected: float | None) -> None:
    assert grade_of(*categories_of(*shares)) == expected


def test_all_weights_0_is_no_grade_and_says_so() -> None:
    course, grades = categories_of((0, 90))
    account = explain(course, grades)
    assert account.grade is None
    assert account.void == "no_weight"
    assert account.periods[0].categories[0].grade == 90.0


def test_unweighted_categories_count_evenly() -> None:
    assert grade_of(*categories_of((10, 50), (90, 100), (0, 0), (5, None), weighting="even")) == 50.0


def _uneven() -> tuple[Course, list[Grade]]:
    course, grades = categories_of((10, 9), (90, 45), weighting="points")
    items = (structs.replace(course.items[0], max_points=10.0), structs.replace(course.items[1], max_points=90.0))
    return structs.replace(course, items=items), grades


def test_unweighted_categories_by_total_points() -> None:
    course, grades = _uneven()
    assert grade_of(course, grades) == 54.0
    assert grade_of(with_options(course, weighting="even"), grades) == 70.0
    assert grade_of(with_options(course, weighting="weighted"), grades) == 54.0  # by chance: 0.1 × 90 + 0.9 × 50


def test_total_points_use_factors_and_drops() -> None:
    course, grades = one_category((1, 10), (10, 20), (30, 40), factors=(1, 1, 2), drop=1)
    assert grade_of(with_options(course, weighting="points"), grades) == 70.0


def test_total_points_count_extra_credit_also_of_a_category_that_has_nothing_else() -> None:
    course, grades = _uneven()
    course = with_item(course, max_points=0.0)
    assert grade_of(course, [grades[0], Grade(item_id=2, score=1)]) == 100.0
    assert grade_of(course, [Grade(item_id=2, score=1)]) is None


def test_extra_credit_alone_in_a_weighted_category_has_no_say() -> None:
    course, grades = categories_of((50, 80), (50, 5))
    assert grade_of(with_item(course, max_points=0.0), grades) == 80.0


def test_unrounded_categories_enter_the_period() -> None:
    # 33.333… and 33.34: rounded first, their mean would be 33.335 and so 33.34 by luck of the tie; exactly it is 33.33666…
    course, grades = one_category((1, 3), (33.34, 100), calculation="percent")
    second = Category(id=2, calculation="percent")
    items = (course.items[0], structs.replace(course.items[1], category_id=2))
    exact = explain(structs.replace(course, categories=(*course.categories, second), items=items), grades)
    assert [category.grade for category in exact.periods[0].categories] == [33.33, 33.34]
    assert str(exact.exact)[:9] == "33.336666"
    assert exact.grade == 33.34
