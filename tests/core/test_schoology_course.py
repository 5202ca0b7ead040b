"""Rules and records that no grade can be computed from are refused, with every fault (Schoology reference, 6 to 9)."""

from __future__ import annotations

import math
from typing import Any

import pytest
from msgspec import structs

from gradewire.core.errors import Invalid
from gradewire.core.scoring.schoology import compute, explain, plan
from gradewire.core.scoring.schoology_course import (
    CALCULATION_CODES,
    MARK_CODES,
    Category,
    Course,
    Grade,
    Item,
    Options,
    Override,
    Period,
)
from gradewire.core.scoring.schoology_scales import Scale
from tests.core.schoology_courses import one_category

CATEGORY = Category(id=7)
ITEM = Item(id=8, category_id=7, period_id=9)
PERIOD = Period(id=9)


@pytest.mark.parametrize(("value", "kind"), [(-1, "negative"), (math.nan, "not_a_number"), (math.inf, "not_a_number")])
@pytest.mark.parametrize(
    ("noun", "attribute"),
    [
        ("grading_category[7]", "weight"),
        ("grading_period[9]", "weight"),
        ("item[8]", "max_points"),
        ("item[8]", "factor"),
        ("item[8]", "final_weight"),
    ],
)
def test_amounts_are_finite_and_not_negative(noun: str, attribute: str, value: float, kind: str) -> None:
    change: dict[str, Any] = {attribute: value}
    course = Course(
        categories=(structs.replace(CATEGORY, **change) if "category" in noun else CATEGORY,),
        periods=(structs.replace(PERIOD, **change) if "period" in noun else PERIOD,),
        items=(structs.replace(ITEM, **change) if "item" in noun else ITEM,),
    )
    assert _faults(course) == [(f"{noun}.{attribute}", kind)]


@pytest.mark.parametrize(
    ("course", "faults"),
    [
        (Course(categories=(Category(id=7, drop_lowest=-1),)), [("grading_category[7].drop_lowest", "negative")]),
        (
            Course(categories=(Category(id=7, calculation="median"),)),  # type: ignore[arg-type]
            [("grading_category[7].calculation_type", "inclusion")],
        ),
        (Course(options=Options(weighting="curve")), [("options.weighting", "inclusion")]),  # type: ignore[arg-type]
        (Course(options=Options(scale=Scale(id=3))), [("grading_scale[3].scale", "blank")]),
        (Course(categories=(CATEGORY, CATEGORY)), [("grading_category[7]", "taken")]),
        (Course(items=(ITEM, ITEM)), [("item[8]", "taken")]),
        (Course(periods=(PERIOD, PERIOD, PERIOD)), [("grading_period[9]", "taken"), ("grading_period[9]", "taken")]),
        (
            Course(categories=(Category(id=7, weight=-1, drop_lowest=-1),), periods=(Period(id=9, weight=math.nan),)),
            [
                ("grading_category[7].weight", "negative"),
                ("grading_category[7].drop_lowest", "negative"),
                ("grading_period[9].weight", "not_a_number"),
            ],
        ),
    ],
)
def test_impossible_rules(course: Course, faults: list[tuple[str, str]]) -> None:
    assert _faults(course) == faults


def _faults(course: Course) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        plan(course)
    with pytest.raises(Invalid):
        compute(course, [])
    return [(fault.attribute, fault.type) for fault in refusal.value.faults]


@pytest.mark.parametrize(
    ("grades", "overrides", "faults"),
    [
        ([Grade(item_id=1, score=math.nan)], [], [("grade[1].score", "not_a_number")]),
        ([Grade(item_id=1, score=-math.inf)], [], [("grade[1].score", "not_a_number")]),
        ([Grade(item_id=1, mark="asleep")], [], [("grade[1].exception", "inclusion")]),  # type: ignore[arg-type]
        ([Grade(item_id=1, score=1), Grade(item_id=1, score=2)], [], [("grade[1]", "taken")]),
        ([], [Override(grade=math.nan)], [("override[final].grade", "not_a_number")]),
        ([], [Override(grade=math.inf, period_id=1)], [("override[p1].grade", "not_a_number")]),
        ([], [Override(grade=1), Override(grade=2)], [("override[final]", "taken")]),
        ([], [Override(grade=1, period_id=1), Override(grade=2, period_id=1)], [("override[p1]", "taken")]),
    ],
)
def test_impossible_records(grades: list[Grade], overrides: list[Override], faults: list[tuple[str, str]]) -> None:
    course, _ = one_category((None, 10))
    with pytest.raises(Invalid) as refusal:
        explain(course, grades, overrides)
    assert [(fault.attribute, fault.type) for fault in refusal.value.faults] == faults


def test_a_grade_too_large_for_a_double_is_the_largest_double() -> None:
    course, grades = one_category((1e308, 1e-300))
    totals = compute(course, grades)
    assert totals.course.current_score == 1.7976931348623157e308
    assert compute(*one_category((1e308, 10), (1e308, 10))).groups[1].current_points == 1.7976931348623157e308


def test_an_empty_course_has_no_grade() -> None:
    account = explain(Course(), [])
    assert (account.grade, account.void) == (None, "nothing_graded")
    assert compute(Course(), []).groups == {}


def test_a_course_is_planned_once() -> None:
    course, grades = one_category((8, 10))
    prepared = plan(course)
    assert plan(structs.replace(course)) is prepared
    assert explain(prepared, grades) == explain(course, grades)
    assert compute(prepared, grades) == compute(course, grades)


def test_the_codes_of_the_vendor() -> None:
    assert CALCULATION_CODES == {1: "percent", 2: "points"}
    assert MARK_CODES == {0: "none", 1: "excused", 2: "incomplete", 3: "missing", 4: "late"}
