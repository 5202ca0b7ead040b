"""Short ways to say a Schoology-style course and a student's grades."""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import structs

from gradewire.core.scoring.schoology import explain
from gradewire.core.scoring.schoology_course import Category, Course, Grade, Item, Mark, Options, Override, Period, Weighting

Work: TypeAlias = tuple[float | None, float | None]
"""Score and max_points."""


def one_category(
    *work: Work, calculation: str = "points", drop: int = 0, factors: tuple[float, ...] = ()
) -> tuple[Course, list[Grade]]:
    """Items 1, 2, 3 … in category 1 and period 1, with their scores."""
    factors = factors or (1.0,) * len(work)
    items = tuple(
        Item(id=number, title=f"i{number}", category_id=1, period_id=1, max_points=max_points, factor=factor)
        for number, ((_, max_points), factor) in enumerate(zip(work, factors, strict=True), 1)
    )
    category = Category(id=1, title="Work", calculation="percent" if calculation == "percent" else "points", drop_lowest=drop)
    course = Course(categories=(category,), items=items, periods=(Period(id=1, title="Autumn"),))
    return course, [Grade(item_id=number, score=score) for number, (score, _) in enumerate(work, 1)]


def categories_of(*shares: tuple[float | None, float | None], weighting: Weighting = "weighted") -> tuple[Course, list[Grade]]:
    """One period; per category a weight and one item with a percentage (None: ungraded), category and item ids alike."""
    course = Course(
        categories=tuple(Category(id=number, weight=weight) for number, (weight, _) in enumerate(shares, 1)),
        items=tuple(Item(id=number, category_id=number, period_id=1) for number in range(1, len(shares) + 1)),
        periods=(Period(id=1),),
        options=Options(weighting=weighting),
    )
    return course, [Grade(item_id=number, score=percent) for number, (_, percent) in enumerate(shares, 1)]


def periods_of(*parts: tuple[float | None, Work], options: Options | None = None) -> tuple[Course, list[Grade]]:
    """One category; per period a weight and one item, period and item ids alike."""
    course = Course(
        categories=(Category(id=1),),
        items=tuple(
            Item(id=number, category_id=1, period_id=number, max_points=max_points)
            for number, (_, (_, max_points)) in enumerate(parts, 1)
        ),
        periods=tuple(Period(id=number, weight=weight) for number, (weight, _) in enumerate(parts, 1)),
        options=options or Options(),
    )
    return course, [Grade(item_id=number, score=score) for number, (_, (score, _)) in enumerate(parts, 1)]


def marked(item_id: int, mark: Mark, score: float | None = None) -> Grade:
    """A grade with an exception."""
    return Grade(item_id=item_id, mark=mark, score=score)


def grade_of(course: Course, grades: list[Grade], *overrides: Override) -> float | None:
    """The course grade that is shown."""
    return explain(course, grades, overrides).grade


def with_item(course: Course, **changes: Any) -> Course:
    """The course with its last item changed."""
    return structs.replace(course, items=(*course.items[:-1], structs.replace(course.items[-1], **changes)))


def with_options(course: Course, **changes: Any) -> Course:
    """The course with other options."""
    return structs.replace(course, options=structs.replace(course.options, **changes))
