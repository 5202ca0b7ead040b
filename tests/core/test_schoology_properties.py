"""What holds of every Schoology-style grade, on generated courses; compared with the rules written down plainly once more."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from gradewire.core.numbers import round2
from gradewire.core.scoring.schoology import compute, explain
from gradewire.core.scoring.schoology_course import Category, Course, Grade, Item, Mark, Options, Override, Period, Weighting
from gradewire.core.scoring.schoology_explanation import CategoryAccount, Explanation

_MARKS: Final[tuple[Mark, ...]] = ("none", "none", "none", "excused", "incomplete", "missing", "late")
_WEIGHTINGS: Final[tuple[Weighting, ...]] = ("weighted", "even", "points")
_QUICK = settings(derandomize=True, deadline=None, database=None, max_examples=80)

_weights = st.sampled_from([None, 0.0, 1.0, 12.5, 33.3, 40.0, 100.0])
_points = st.sampled_from([0.0, 1.0, 3.0, 7.0, 9.5, 10.0, 0.1, 100.0])


@st.composite
def _categories(draw: st.DrawFn, number: int) -> Category:
    by_percent = draw(st.booleans())
    return Category(
        id=number, calculation="percent" if by_percent else "points", weight=draw(_weights), drop_lowest=draw(st.integers(0, 3))
    )


@st.composite
def _items(draw: st.DrawFn, number: int) -> Item:
    return Item(
        id=number,
        category_id=draw(st.sampled_from([None, 1, 1, 2, 2, 3])),
        period_id=draw(st.sampled_from([None, 1, 1, 2, 2])),
        max_points=draw(_points),
        factor=draw(st.sampled_from([0.0, 0.5, 1.0, 1.0, 3.0])),
        is_final=draw(st.integers(0, 5)) == 0,
        final_weight=draw(_weights),
        published=draw(st.integers(0, 9)) > 0,
        count_in_grade=draw(st.integers(0, 9)) > 0,
    )


@st.composite
def _grades(draw: st.DrawFn, number: int) -> Grade:
    return Grade(
        item_id=number,
        score=draw(st.one_of(st.none(), st.integers(0, 1200).map(lambda tenths: tenths / 10))),
        mark=draw(st.sampled_from(_MARKS)),
        posted=draw(st.booleans()),
        assigned=draw(st.integers(0, 9)) > 0,
    )


@st.composite
def _cases(draw: st.DrawFn) -> tuple[Course, list[Grade]]:
    count = draw(st.integers(0, 9))
    course = Course(
        categories=tuple(draw(_categories(number)) for number in (1, 2)),
        items=tuple(draw(_items(number)) for number in range(1, count + 1)),
        periods=tuple(Period(id=number, weight=draw(_weights)) for number in range(1, draw(st.integers(0, 2)) + 1)),
        options=Options(
            weighting=draw(st.sampled_from(_WEIGHTINGS)), missing_counts=draw(st.booleans()), whole_numbers=draw(st.booleans())
        ),
    )
    return course, [draw(_grades(number)) for number in range(1, count + 1) if draw(st.integers(0, 5)) > 0]


# The rules a second time, for one course grade


def _exact(value: float) -> Fraction:
    return Fraction(str(value))


def _score(item: Item, grades: dict[int, Grade], course: Course) -> Fraction | None:
    grade = grades.get(item.id)
    if grade is None or not grade.assigned or not item.published or not item.count_in_grade:
        return None
    if grade.mark in {"excused", "incomplete"}:
        return None
    if grade.score is None:
        return Fraction(0) if grade.mark == "missing" and course.options.missing_counts else None
    return _exact(grade.score)


def _kept(category: Category, period: int | None, course: Course, grades: dict[int, Grade]) -> list[tuple[Fraction, Item]]:
    rows = []
    for item in course.items:
        here = not course.periods or item.period_id == period
        score = _score(item, grades, course)
        if here and item.category_id == category.id and not item.is_final and item.factor and score is not None:
            rows.append((score, item))
    pointed = [(score / _exact(item.max_points or 0), item.id) for score, item in rows if item.max_points]
    drops = max(0, min(category.drop_lowest, len(pointed) - 1))
    gone = {item_id for _, item_id in sorted(pointed)[:drops]}
    if category.calculation == "percent":
        rows = [(score, item) for score, item in rows if item.max_points]
    return [(score, item) for score, item in rows if item.id not in gone]


def _percent(category: Category, rows: list[tuple[Fraction, Item]]) -> Fraction | None:
    if category.calculation == "percent":
        parts = [(100 * score / _exact(item.max_points or 0), _exact(item.factor)) for score, item in rows]
        return _average(parts)
    possible = sum(_exact(item.max_points or 0) * _exact(item.factor) for _, item in rows)
    return sum(100 * score * _exact(item.factor) for score, item in rows) / possible if possible else None


def _average(parts: list[tuple[Fraction, Fraction]]) -> Fraction | None:
    divisor = sum(weight for _, weight in parts)
    return sum((value * weight for value, weight in parts), Fraction()) / divisor if divisor else None


def _period(period: int | None, course: Course, grades: dict[int, Grade]) -> Fraction | None:
    kept = [(category, _kept(category, period, course, grades)) for category in course.categories]
    if course.options.weighting == "points":
        everything = [row for _, rows in kept for row in rows]
        return _percent(Category(id=0, calculation="points"), everything)
    parts = []
    for category, rows in kept:
        value = _percent(category, rows)
        weight = 1.0 if course.options.weighting == "even" else 100.0 if category.weight is None else category.weight
        if value is not None:
            parts.append((value, _exact(weight)))
    return _average(parts)


def _course(course: Course, grades: dict[int, Grade]) -> Fraction | None:
    parts = []
    for period in course.periods or (Period(id=0),):
        value = _period(period.id if course.periods else None, course, grades)
        if value is not None and course.options.whole_numbers:
            value = Fraction(int(value + Fraction(1, 2)))
        if value is not None:
            parts.append((value, _exact(100.0 if period.weight is None else period.weight)))
    for item in course.items:
        score = _score(item, grades, course)
        if item.is_final and score is not None and item.max_points:
            parts.append((100 * score / _exact(item.max_points), _exact(item.final_weight or 0)))
    return _average(parts)


@settings(_QUICK, max_examples=300)
@given(_cases())
def test_the_grade_is_what_the_rules_say(case: tuple[Course, list[Grade]]) -> None:
    course, grades = case
    account = explain(course, grades)
    expected = _course(course, {grade.item_id: grade for grade in grades})
    if expected is None:
        assert account.exact is None
        assert account.grade is None
        assert account.void is not None
        return
    assert account.exact is not None
    assert abs(Fraction(account.exact) - expected) <= expected / 10**30
    rounded = int(expected + Fraction(1, 2)) if course.options.whole_numbers else int(100 * expected + Fraction(1, 2)) / 100
    assert account.grade == rounded
    assert account.void is None


@_QUICK
@given(_cases())
def test_the_order_of_items_and_grades_does_not_matter(case: tuple[Course, list[Grade]]) -> None:
    course, grades = case
    turned = structs.replace(course, items=course.items[::-1])
    assert compute(turned, grades[::-1]).course == compute(course, grades).course


@_QUICK
@given(_cases(), st.sampled_from([3.0, 0.25, 1000.0]))
def test_weights_are_relative(case: tuple[Course, list[Grade]], by: float) -> None:
    course, grades = case

    def scaled(weight: float | None, default: float = 100.0) -> float:
        return (default if weight is None else weight) * by

    other = structs.replace(
        course,
        categories=tuple(structs.replace(category, weight=scaled(category.weight)) for category in course.categories),
        periods=tuple(structs.replace(period, weight=scaled(period.weight)) for period in course.periods),
        items=tuple(structs.replace(item, final_weight=scaled(item.final_weight, 0.0)) for item in course.items),
    )
    if course.periods:  # without any, the one period has the default weight, and columns would grow beside it
        assert explain(other, grades).exact == explain(course, grades).exact


@_QUICK
@given(_cases())
def test_the_posted_pass_is_the_course_without_the_unposted_grades(case: tuple[Course, list[Grade]]) -> None:
    course, grades = case
    posted = [grade for grade in grades if grade.posted]
    totals = compute(course, grades)
    alone, everything = compute(course, posted), explain(course, grades)
    assert totals.course.current_score == totals.course.final_score == alone.course.unposted_current_score
    assert totals.course.unposted_current_score == totals.course.unposted_final_score == everything.computed
    assert totals.dropped_current == alone.dropped_current
    for period in everything.periods:
        if period.period_id is not None:
            assert totals.periods[period.period_id].unposted_final_score == period.computed


@_QUICK
@given(_cases())
def test_excused_work_counts_like_work_without_a_record(case: tuple[Course, list[Grade]]) -> None:
    course, grades = case
    counting = [grade for grade in grades if grade.mark not in {"excused", "incomplete"} and grade.assigned]
    assert explain(course, grades).grade == explain(course, counting).grade


@_QUICK
@given(_cases())
def test_dropping_never_lowers_a_category(case: tuple[Course, list[Grade]]) -> None:
    course, grades = case
    undropped = structs.replace(
        course, categories=tuple(structs.replace(category, drop_lowest=0) for category in course.categories)
    )
    for with_drops, without in zip(explain(course, grades).periods, explain(undropped, grades).periods, strict=True):
        for less, more in zip(with_drops.categories, without.categories, strict=True):
            assert (less.exact is None) == (more.exact is None)
            assert less.exact is None or more.exact is None or less.exact >= more.exact


@_QUICK
@given(_cases())
def test_an_override_of_every_period_decides_the_course(case: tuple[Course, list[Grade]]) -> None:
    course, grades = case
    course = structs.replace(course, items=tuple(structs.replace(item, is_final=False) for item in course.items))
    overrides = [Override(period_id=period.id, grade=61.5) for period in course.periods]
    account = explain(course, grades, overrides)
    if any(period.weight is None or period.weight > 0 for period in course.periods):
        assert account.exact == explain(course, [], overrides).exact
        assert account.grade == (62.0 if course.options.whole_numbers else 61.5)


@settings(_QUICK, max_examples=200)
@given(_cases())
def test_the_account_adds_up(case: tuple[Course, list[Grade]]) -> None:
    account = explain(*case)
    _check_parts(account)
    for period in account.periods:
        for category in period.categories:
            _check_category(category)
        if period.exact is None:
            continue
        if period.weighting == "points":
            assert _near(100 * period.earned / period.possible, period.exact)
        else:
            parts = [(part.exact, part.weight) for part in period.categories if part.exact is not None and part.weight]
            assert sum(weight or 0 for _, weight in parts) == period.weights_applied
            assert _near(sum(value * (weight or 0) for value, weight in parts) / period.weights_applied, period.exact)
        if account.rounding == "hundredths":
            assert period.computed == float(round2(period.exact))


def _check_parts(account: Explanation) -> None:
    parts = [(part.entered, part.share) for part in account.periods if part.share is not None]
    parts += [(part.exact, part.share) for part in account.columns if part.share is not None]
    if account.exact is None:
        assert not parts
        return
    assert _near(sum(share for _, share in parts), 100)
    assert _near(sum((value or 0) * share for value, share in parts) / 100, account.exact)
    assert account.computed is not None
    assert abs(float(account.exact) - account.computed) <= (0.5 if account.rounding == "whole" else 0.005000001)


def _check_category(category: CategoryAccount) -> None:
    used = [line for line in category.items if line.fate in {"used", "extra_credit"}]
    assert float(category.earned) == float(sum(_exact(line.score or 0) * _exact(line.factor) for line in used))
    assert float(category.possible) == float(sum(_exact(line.max_points) * _exact(line.factor) for line in used))
    assert sum(line.fate == "dropped" for line in category.items) <= category.drop_lowest
    if category.exact is None:
        assert category.void == ("no_points" if used else "nothing_graded")
    elif category.calculation == "points":
        assert _near(100 * category.earned / category.possible, category.exact)
    else:
        assert _near(category.percents / category.factors, category.exact)


def _near(left: object, right: object) -> bool:
    """Equal but for the digits in which a repeating decimal was cut."""
    return abs(float(str(left)) - float(str(right))) <= 1e-9 * max(1.0, abs(float(str(right))))
