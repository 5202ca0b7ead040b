"""The account of a Schoology-style grade: its structure, its text, its way into JSON."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec import structs

from gradewire.core.scoring.schoology import Explanation, explain
from gradewire.core.scoring.schoology_course import Category, Course, Grade, Item, Options, Override, Period
from gradewire.core.scoring.schoology_explanation import render_text
from gradewire.core.scoring.schoology_scales import Level, Scale
from tests.core.schoology_courses import marked, one_category

COURSE = Course(
    categories=(
        Category(id=1, title="Homework", weight=40, drop_lowest=1),
        Category(id=2, title="Tests", calculation="percent", weight=50),
        Category(id=3, weight=10),
    ),
    items=(
        Item(id=1, title="Read", category_id=1, period_id=10, max_points=10),
        Item(id=2, title="Write", category_id=1, period_id=10, max_points=20, factor=2),
        Item(id=3, title="Bonus", category_id=1, period_id=10, max_points=0),
        Item(id=4, title="Unit", category_id=2, period_id=10, max_points=30),
        Item(id=5, title="Oral", category_id=2, period_id=10, max_points=9),
        Item(id=6, category_id=3, period_id=10),
        Item(id=7, title="Warm-up", category_id=1),
        Item(id=8, title="Poll", period_id=10, max_points=1),
        Item(id=9, title="Midterm", max_points=12, is_final=True, final_weight=25),
    ),
    periods=(Period(id=10, title="Autumn", weight=75), Period(id=11, weight=50)),
    options=Options(weighting="weighted"),
)
GRADES = [
    Grade(item_id=1, score=3),
    Grade(item_id=2, score=15.5),
    Grade(item_id=3, score=1),
    marked(4, "missing"),
    Grade(item_id=5, score=7),
    marked(6, "excused"),
    Grade(item_id=7, score=10),
    Grade(item_id=9, score=9),
]


def test_the_text_of_an_account() -> None:
    assert render_text(explain(COURSE, GRADES)) == (
        "Course grade: 61.62\n"
        "  (57.160493… × 75 + 75 × 25) / 100\n"
        "  weights rescaled: 100 of 150 are graded\n"
        "  exactly 61.620370…, rounded to two decimals: 61.62\n"
        "  Autumn: 57.16 [weight 75, decides 75 %]\n"
        "    (80 × 40 + 38.888888… × 50) / 90\n"
        "    weights rescaled: 90 of 100 are graded\n"
        "    exactly 57.160493…, rounded to two decimals: 57.16\n"
        "    Homework: 80 [weight 40, decides 44.444444… %]\n"
        "      by points: 32 of 40 = 80 %\n"
        "      lowest to drop: 1, dropped: 1\n"
        "      Read: 3 of 10 = 30 % (dropped, one of the lowest)\n"
        "      Write: 15.5 of 20 = 77.5 %, factor 2\n"
        "      Bonus: 1 of 0 (extra credit)\n"
        "    Tests: 38.89 [weight 50, decides 55.555555… %]\n"
        "      mean of percentages: 77.777777… / 2 = 38.888888… %\n"
        "      Unit: 0 of 30 = 0 % (missing)\n"
        "      Oral: 7 of 9 = 77.777777… %\n"
        "    Category 3: – (nothing graded that counts) [weight 10, without effect]\n"
        "      Item 6: – of 100 (excused)\n"
        "    Ungraded\n"
        "      Poll: – of 1 (without a category, not counted)\n"
        "  Period 11: – (nothing graded that counts) [weight 50, without effect]\n"
        "    Homework: – (nothing graded that counts) [weight 40, without effect]\n"
        "      lowest to drop: 1, dropped: 0\n"
        "    Tests: – (nothing graded that counts) [weight 50, without effect]\n"
        "    Category 3: – (nothing graded that counts) [weight 10, without effect]\n"
        "  Midterm: 75 % [weight 25, decides 25 %]\n"
        "    Midterm: 9 of 12 = 75 %\n"
        "  Other\n"
        "    Warm-up: 10 of 100 = 10 % (without a grading period, not counted)"
    )


def test_the_text_of_overrides_letters_and_points() -> None:
    course, grades = one_category((8, 10), (None, 4))
    scale = Scale(id=1, levels=(Level(grade="B", cutoff=80), Level(grade="A", cutoff=90)))
    course = structs.replace(course, options=Options(weighting="points", whole_numbers=True, scale=scale))
    grades = [grades[0], Grade(item_id=2, score=3.1, posted=False)]
    text = render_text(explain(course, grades, [Override(grade=99.5)], sees_unposted=False))
    assert text == (
        "Course grade: 99.5 A\n"
        "  typed by a teacher over the computed 80\n"
        "  grades that are not posted are left out\n"
        "  Autumn: 80 B [weight 100, decides 100 %]\n"
        "    all points: 8 of 10\n"
        "    Work: 80 [100 % of the points]\n"
        "      by points: 8 of 10 = 80 %\n"
        "      i1: 8 of 10 = 80 %\n"
        "      i2: – of 4 (not graded)"
    )
    assert "79.285714…, rounded to a whole number: 79" in render_text(explain(course, grades))


def test_the_account_says_where_every_item_went() -> None:
    account = explain(COURSE, GRADES)
    fates = {line.item_id: line.fate for category in account.periods[0].categories for line in category.items}
    assert fates == {1: "dropped", 2: "used", 3: "extra_credit", 4: "used", 5: "used", 6: "excused"}
    assert [line.fate for line in account.periods[0].ungraded] == ["ungraded"]
    assert [line.fate for line in account.other] == ["other"]
    assert [column.line.fate for column in account.columns] == ["used"]


def test_the_account_shows_weights_as_given_and_as_applied() -> None:
    account = explain(COURSE, GRADES)
    autumn = account.periods[0]
    assert (account.weights, account.weights_applied) == (Decimal(150), Decimal(100))
    assert (autumn.weights, autumn.weights_applied) == (Decimal(100), Decimal(90))
    assert [category.weight for category in autumn.categories] == [40, 50, 10]
    assert autumn.categories[2].share is None
    assert sum(category.share or 0 for category in autumn.categories) == 100
    assert [account.periods[0].share, account.periods[1].share, account.columns[0].share] == [75, None, 25]


def test_exact_values_end_where_they_end() -> None:
    account = explain(COURSE, GRADES)
    homework, tests, _ = account.periods[0].categories
    assert (homework.earned, homework.possible, homework.exact) == (Decimal(32), Decimal(40), Decimal(80))
    assert str(homework.exact) == "80"
    assert tests.exact == Decimal("38.88888888888888888888888888888889")


def test_an_account_survives_json() -> None:
    account = explain(COURSE, GRADES, [Override(period_id=11, grade=70)])
    assert msgspec.json.decode(msgspec.json.encode(account), type=Explanation) == account
