"""The rules of a Schoology-style calculation, one test each (Schoology reference, 11)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from gradewire.core.scoring.schoology import compute, explain
from gradewire.core.scoring.schoology_course import Category, Course, Grade, Item, Mark, Options, Override, Period
from gradewire.core.scoring.schoology_scales import Level, PointsLevel, Scale
from tests.core.schoology_courses import Work, categories_of, marked, one_category, periods_of


def _grade(course: Course, grades: list[Grade], *overrides: Override) -> float | None:
    return explain(course, grades, overrides).grade


def _with_item(course: Course, **changes: Any) -> Course:
    """The course with its last item changed."""
    return structs.replace(course, items=(*course.items[:-1], structs.replace(course.items[-1], **changes)))


def _with_options(course: Course, **changes: Any) -> Course:
    return structs.replace(course, options=structs.replace(course.options, **changes))


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
    assert _grade(*one_category(*work, calculation=calculation)) == expected


def test_factor_multiplies_points_and_maximum() -> None:
    assert _grade(*one_category((10, 20), (30, 40), factors=(1, 2))) == 70.0


def test_factor_weighs_percentages() -> None:
    assert _grade(*one_category((10, 20), (30, 40), factors=(1, 3), calculation="percent")) == 68.75


def test_factor_zero_does_not_count() -> None:
    assert _grade(*one_category((8, 10), (0, 10), factors=(1, 0))) == 80.0
    assert _grade(*one_category((8, 10), (0, 10), factors=(1, 0), calculation="percent")) == 80.0


def test_more_than_the_maximum_counts_in_full() -> None:
    assert _grade(*one_category((13, 10))) == 130.0
    assert _grade(*one_category((13, 10), calculation="percent")) == 130.0


def test_a_negative_score_is_summed_as_it_is() -> None:
    assert _grade(*one_category((-5, 10), (0, 10))) == -25.0


@pytest.mark.parametrize("max_points", [0, None])
def test_an_item_worth_0_points_is_extra_credit_among_points(max_points: float | None) -> None:
    assert _grade(*one_category((8, 10), (1, max_points))) == 90.0


def test_an_item_worth_0_points_is_ignored_among_percentages() -> None:
    assert _grade(*one_category((8, 10), (1, 0), calculation="percent")) == 80.0


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
    assert _grade(*one_category((50, 100), (80, 100), (9, 10), calculation=calculation, drop=drop)) == expected


def test_drop_lowest_looks_at_percentages_and_not_at_points() -> None:
    # 1 of 20 is the lowest, although dropping 20 of 100 would leave more
    course, grades = one_category((80, 100), (20, 100), (1, 20), drop=1)
    assert _dropped(course, grades) == {3}
    assert _grade(course, grades) == 50.0


def test_drop_lowest_never_drops_all() -> None:
    assert _grade(*one_category((5, 10), drop=1)) == 50.0
    assert _grade(*one_category((5, 10), (7, 10), drop=10)) == 70.0


def test_drop_lowest_takes_the_lower_id_among_equals() -> None:
    assert _dropped(*one_category((5, 10), (50, 100), (9, 10), drop=1)) == {1}


def test_drop_lowest_leaves_extra_credit_and_work_that_does_not_count() -> None:
    course, grades = one_category((5, 10), (8, 10), (1, 0), (None, 10), drop=1)
    assert _dropped(course, grades) == {1}
    assert _grade(course, grades) == 90.0


def test_drop_lowest_counts_missing_work_as_0() -> None:
    course, _ = one_category((5, 10), (8, 10), drop=1)
    grades = [Grade(item_id=1, score=5), marked(2, "missing")]
    assert _dropped(course, grades) == {2}
    assert _grade(course, grades) == 50.0


def test_drop_lowest_works_in_each_period() -> None:
    course, grades = one_category((1, 10), (8, 10), (5, 10), (9, 10), drop=1)
    items = tuple(structs.replace(item, period_id=1 if item.id <= 2 else 2) for item in course.items)
    course = structs.replace(course, items=items, periods=(Period(id=1), Period(id=2)))
    assert _dropped(course, grades) == {1, 3}
    assert _grade(course, grades) == 85.0


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
    account = explain(_with_item(course, **changes), grades)
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
    assert _grade(course, [grades[0], marked(2, mark, score)]) == expected


def test_missing_work_counts_0_unless_the_course_says_otherwise() -> None:
    course, grades = one_category((8, 10), (None, 10))
    lenient = _with_options(course, missing_counts=False)
    assert _grade(course, [grades[0], marked(2, "missing")]) == 40.0
    assert _grade(lenient, [grades[0], marked(2, "missing")]) == 80.0
    assert _grade(lenient, [grades[0], marked(2, "missing", 5)]) == 65.0


def test_work_that_is_not_assigned_to_the_student_does_not_count() -> None:
    course, grades = one_category((8, 10), (0, 10))
    assert _grade(course, [grades[0], structs.replace(grades[1], assigned=False)]) == 80.0


def test_a_pair_without_a_record_is_not_graded() -> None:
    course, grades = one_category((8, 10), (0, 10))
    assert _grade(course, grades[:1]) == 80.0
    assert _grade(course, []) is None


def test_a_grade_of_an_item_that_is_gone_is_without_effect() -> None:
    course, grades = one_category((8, 10))
    assert _grade(course, [*grades, Grade(item_id=404, score=0)]) == 80.0


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
    assert _grade(*categories_of(*shares)) == expected


def test_all_weights_0_is_no_grade_and_says_so() -> None:
    course, grades = categories_of((0, 90))
    account = explain(course, grades)
    assert account.grade is None
    assert account.void == "no_weight"
    assert account.periods[0].categories[0].grade == 90.0


def test_unweighted_categories_count_evenly() -> None:
    assert _grade(*categories_of((10, 50), (90, 100), (0, 0), (5, None), weighting="even")) == 50.0


def _uneven() -> tuple[Course, list[Grade]]:
    course, grades = categories_of((10, 9), (90, 45), weighting="points")
    items = (structs.replace(course.items[0], max_points=10.0), structs.replace(course.items[1], max_points=90.0))
    return structs.replace(course, items=items), grades


def test_unweighted_categories_by_total_points() -> None:
    course, grades = _uneven()
    assert _grade(course, grades) == 54.0
    assert _grade(_with_options(course, weighting="even"), grades) == 70.0
    assert _grade(_with_options(course, weighting="weighted"), grades) == 54.0  # by chance: 0.1 × 90 + 0.9 × 50


def test_total_points_use_factors_and_drops() -> None:
    course, grades = one_category((1, 10), (10, 20), (30, 40), factors=(1, 1, 2), drop=1)
    assert _grade(_with_options(course, weighting="points"), grades) == 70.0


def test_total_points_count_extra_credit_also_of_a_category_that_has_nothing_else() -> None:
    course, grades = _uneven()
    course = _with_item(course, max_points=0.0)
    assert _grade(course, [grades[0], Grade(item_id=2, score=1)]) == 100.0
    assert _grade(course, [Grade(item_id=2, score=1)]) is None


def test_extra_credit_alone_in_a_weighted_category_has_no_say() -> None:
    course, grades = categories_of((50, 80), (50, 5))
    assert _grade(_with_item(course, max_points=0.0), grades) == 80.0


def test_unrounded_categories_enter_the_period() -> None:
    # 33.333… and 33.34: rounded first, their mean would be 33.335 and so 33.34 by luck of the tie; exactly it is 33.33666…
    course, grades = one_category((1, 3), (33.34, 100), calculation="percent")
    second = Category(id=2, calculation="percent")
    items = (course.items[0], structs.replace(course.items[1], category_id=2))
    exact = explain(structs.replace(course, categories=(*course.categories, second), items=items), grades)
    assert [category.grade for category in exact.periods[0].categories] == [33.33, 33.34]
    assert str(exact.exact)[:9] == "33.336666"
    assert exact.grade == 33.34


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
    assert _grade(*periods_of(*parts)) == expected


def test_unrounded_periods_enter_the_course() -> None:
    course, grades = periods_of((1, (1, 3)), (1, (2, 3)))
    account = explain(course, grades)
    assert [period.grade for period in account.periods] == [33.33, 66.67]
    assert account.grade == 50.0


def test_other_never_counts_and_has_no_grade() -> None:
    course, grades = one_category((8, 10), (0, 10))
    course = _with_item(course, period_id=None)
    assert _grade(course, grades) == 80.0
    assert _grade(course, grades[1:]) is None


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
    assert _grade(*_midterm(weight, **changes)) == expected


@pytest.mark.parametrize(("mark", "expected"), [("excused", 89.5), ("incomplete", 89.5), ("missing", 44.75), ("none", 89.5)])
def test_exceptions_of_a_midterm(mark: Mark, expected: float) -> None:
    course, grades = _midterm()
    assert _grade(course, [*grades[:2], marked(3, mark)]) == expected


def test_a_midterm_alone_is_the_course_grade() -> None:
    course, grades = _midterm()
    assert _grade(course, grades[2:]) == 75.0


def test_a_midterm_is_in_no_period_and_no_category() -> None:
    account = explain(*_midterm(category_id=1, period_id=1))
    assert [line.item_id for line in account.periods[0].categories[0].items] == [1, 2]
    assert [line.item_id for line in account.categories[0].items] == [1, 2]


def test_a_course_without_periods_is_one_period() -> None:
    course, grades = one_category((8, 10), (6, 10))
    course = structs.replace(_with_item(course, period_id=None), periods=())
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
    assert _grade(*one_category((score, max_points))) == expected


def test_a_tie_of_repeating_decimals_is_still_a_tie() -> None:
    # thirds of a percent that add up to 66.665 exactly: any cut decimal would give 66.66
    assert _grade(*one_category((1, 3), (2, 3), (99.995, 100), calculation="percent")) == 66.67


def _whole(*periods: Work) -> tuple[Course, list[Grade]]:
    return periods_of(*((50.0, work) for work in periods), options=Options(whole_numbers=True))


def test_whole_numbers_round_each_level_from_the_rounded_ones_below() -> None:
    account = explain(*_whole((51.33, 100), (39.5, 100)))
    assert [period.grade for period in account.periods] == [51.0, 40.0]
    assert account.grade == 46.0
    assert account.rounding == "whole"


def test_whole_numbers_leave_categories_and_midterms_exact() -> None:
    course, grades = _midterm()
    course = structs.replace(_with_item(course, max_points=13), options=Options(whole_numbers=True))
    account = explain(course, grades)
    assert account.periods[0].categories[0].grade == 89.5
    assert account.periods[0].grade == 90.0
    assert account.grade == 80.0  # (90 + 69.23) / 2


def test_whole_numbers_are_off_with_a_points_scale() -> None:
    course, grades = _whole((51.33, 100), (39.5, 100))
    scale = Scale(id=9, kind="points", points_levels=(PointsLevel(points=3),))
    account = explain(_with_options(course, scale=scale), grades)
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
    assert _grade(course, grades, Override(period_id=2, grade=90)) == 85.0


@pytest.mark.parametrize("typed", [0, 104.5, 79.999, -3])
def test_an_override_is_shown_as_typed(typed: float) -> None:
    course, grades = _whole((51.33, 100))
    assert _grade(course, grades, Override(grade=typed)) == typed
    assert explain(course, grades, [Override(period_id=1, grade=typed)]).periods[0].grade == typed


def test_an_override_of_a_period_that_the_course_does_not_use_is_without_effect() -> None:
    course, grades = one_category((8, 10))
    assert _grade(course, grades, Override(period_id=77, grade=1)) == 80.0


# Letters


LETTERS = Scale(
    id=500,
    levels=(Level(grade="F", cutoff=0), Level(grade="C", cutoff=50), Level(grade="B", cutoff=75), Level(grade="A", cutoff=90)),
)


@pytest.mark.parametrize(("score", "letter"), [(0, "F"), (49.99, "F"), (50, "C"), (89.994, "B"), (89.995, "A"), (120, "A")])
def test_letters_name_the_grade_as_shown(score: float, letter: str) -> None:
    course, grades = one_category((score, 100))
    account = explain(_with_options(course, scale=LETTERS), grades)
    assert (account.letter, account.periods[0].letter) == (letter, letter)


def test_letters_name_the_override() -> None:
    course, grades = one_category((95, 100))
    assert explain(_with_options(course, scale=LETTERS), grades, [Override(grade=60)]).letter == "C"


def test_no_grade_has_no_letter() -> None:
    course, _ = one_category((95, 100))
    assert explain(_with_options(course, scale=LETTERS), []).letter is None


# As score rows


def test_final_equals_current_because_blank_work_never_counts_as_0() -> None:
    course, grades = one_category((8, 10), (None, 10))
    totals = compute(course, grades).course
    assert totals.current_score == totals.final_score == totals.unposted_current_score == totals.unposted_final_score == 80.0
    assert totals.current_points == totals.final_points == 80.0


def test_nothing_graded_is_none_in_every_column() -> None:
    course, _ = one_category((8, 10))
    totals = compute(course, [])
    assert set(structs.asdict(totals.course).values()) == {None}
    assert totals.groups[1].final_score is None
    assert totals.groups[1].final_points == 0.0


def test_posted_columns_see_posted_grades_only() -> None:
    course, grades = one_category((8, 10), (4, 10))
    grades[1] = structs.replace(grades[1], posted=False)
    totals = compute(course, grades)
    for scores in (totals.course, totals.periods[1], totals.groups[1]):
        assert (scores.current_score, scores.final_score) == (80.0, 80.0)
        assert (scores.unposted_current_score, scores.unposted_final_score) == (60.0, 60.0)


@pytest.mark.parametrize("mark", ["missing", "excused"])
def test_a_mark_that_is_not_posted_does_not_exist(mark: Mark) -> None:
    course, grades = one_category((8, 10), (4, 10))
    hidden = structs.replace(marked(2, mark), posted=False)
    account = explain(course, [grades[0], hidden], sees_unposted=False)
    line = account.categories[0].items[1]
    assert (line.fate, line.mark, line.score, account.grade) == ("blank", "none", None, 80.0)


def test_overrides_stay_out_of_the_computed_columns() -> None:
    course, grades = periods_of((50, (80, 100)), (50, (60, 100)))
    totals = compute(course, grades, [Override(grade=1), Override(period_id=2, grade=90)])
    assert totals.periods[2].current_score == 60.0
    assert totals.course.current_score == 85.0  # the period's override has entered it, as in the Schoology dialect


def test_groups_are_categories_over_all_periods_with_the_drops_of_each() -> None:
    course, grades = one_category((1, 10), (8, 10), (50, 100), (90, 100), drop=1)
    items = tuple(structs.replace(item, period_id=1 if item.id <= 2 else 2) for item in course.items)
    course = structs.replace(course, items=items, periods=(Period(id=1), Period(id=2)))
    totals = compute(course, grades)
    assert totals.groups[1].current_score == 89.09  # 98 of 110
    assert totals.groups[1].current_points == 98.0
    assert totals.dropped_current == totals.dropped_final == (1, 3)
    assert totals.period_dropped == {1: ((1,), (1,)), 2: ((3,), (3,))}
    percent = structs.replace(course, categories=(structs.replace(course.categories[0], calculation="percent"),))
    assert compute(percent, grades).groups[1].current_score == 85.0


def test_a_course_without_periods_has_no_period_rows() -> None:
    course, grades = one_category((8, 10))
    totals = compute(structs.replace(course, periods=()), grades)
    assert totals.periods == {}
    assert totals.course.current_score == 80.0
