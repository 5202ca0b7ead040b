"""A Schoology-style calculation as score rows, which is how Canvas clients read it (Schoology reference, 13)."""

from __future__ import annotations

import pytest
from msgspec import structs

from gradewire.core.scoring.schoology import compute, explain
from gradewire.core.scoring.schoology_course import Mark, Override, Period
from tests.core.schoology_courses import marked, one_category, periods_of


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
