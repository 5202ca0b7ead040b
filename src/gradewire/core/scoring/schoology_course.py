"""What a Schoology-style calculation reads: a course's rules and one student's grades (Schoology reference, 6 to 9 and 11).

Numbers are doubles as they rest in the store; the calculation reads each as the decimal of its shortest text. Scores and
``max_points`` are points, weights are relative to each other, overrides are percent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from gradewire.core.errors import Fault, Invalid
from gradewire.core.scoring.schoology_scales import Scale, scale_faults

Calculation: TypeAlias = Literal["percent", "points"]
"""``percent`` averages the percentages of a category's items, ``points`` divides the sums of their points."""
CALCULATION_CODES: Final[dict[int, Calculation]] = {1: "percent", 2: "points"}

Mark: TypeAlias = Literal["none", "excused", "incomplete", "missing", "late"]
"""The vendor's ``exception`` of a grade. Numbers above 4 are not known to mean anything (16)."""
MARK_CODES: Final[dict[int, Mark]] = {0: "none", 1: "excused", 2: "incomplete", 3: "missing", 4: "late"}

Weighting: TypeAlias = Literal["weighted", "even", "points"]
"""How the categories of a period combine: by their weights, or, with weighting off, evenly (as documented) or by the points
of all their items (as the product's screens show). The last two contradict each other, so the course chooses (11.2)."""

DEFAULT_WEIGHT: Final = 100.0
"""The weight of a category that is created without one (7); a period without one is treated alike."""


class Category(Struct, frozen=True, kw_only=True):
    """A grading category (7)."""

    id: int
    title: str = ""
    calculation: Calculation = "points"
    weight: float | None = None
    """Absent: ``DEFAULT_WEIGHT``."""
    drop_lowest: int = 0
    """How many of the lowest percentages do not count, in each period. At least one item always stays."""


class Period(Struct, frozen=True, kw_only=True):
    """A grading period as the course uses it (8)."""

    id: int
    title: str = ""
    weight: float | None = None
    """In the course grade. Absent: ``DEFAULT_WEIGHT``, so periods of which none has a weight count evenly."""


class Item(Struct, frozen=True, kw_only=True):
    """An assignment or other graded thing (6.1)."""

    id: int
    title: str = ""
    category_id: int | None = None
    """None, or a category that the course no longer has: ungraded, counts nowhere (7)."""
    period_id: int | None = None
    """None, or a period that the course does not use: ``other``, which never counts (11.3)."""
    max_points: float | None = 100.0
    """0, or absent as a Canvas assignment may have it: extra credit where points are summed."""
    factor: float = 1.0
    """Relative weight within the category; 0 does not count."""
    is_final: bool = False
    """A midterm or final: a column of the course grade itself. It belongs to no period and no category, whatever it names."""
    final_weight: float | None = None
    """The weight of that column, beside the periods' weights. Absent: 0, the column is shown and does not act."""
    published: bool = True
    count_in_grade: bool = True
    collected_only: bool = False
    """Only ticked as handed in: does not count."""


class Options(Struct, frozen=True, kw_only=True):
    """What a course chooses about its calculation (7, 9, 11)."""

    weighting: Weighting = "even"
    missing_counts: bool = True
    """A missing item without a score counts 0; when false it counts not at all."""
    whole_numbers: bool = False
    """Round period and final grades to whole numbers, each level from the rounded values below it (11.4)."""
    scale: Scale | None = None
    """The course's default scale: names period and final grades. A points scale switches ``whole_numbers`` off (11.4)."""


class Course(Struct, frozen=True, kw_only=True):
    """Everything about a course that the calculation depends on. The order of the tuples is the order of the result."""

    categories: tuple[Category, ...] = ()
    items: tuple[Item, ...] = ()
    periods: tuple[Period, ...] = ()
    """Empty, as a course made by another dialect may have it: the whole course is one period, and nothing is ``other``."""
    options: Options = Options()


class Grade(Struct, frozen=True, kw_only=True):
    """The record of one student on one item. A pair without a record is ungraded. Records of items that the course no longer
    has are without effect: the grades of a deleted item go with it (6.2)."""

    item_id: int
    score: float | None = None
    """Points. More than ``max_points`` counts in full; a negative score is summed as it is."""
    mark: Mark = "none"
    posted: bool = True
    """False: not yet published to the student."""
    assigned: bool = True
    """False: the item is not for this student, and a score left on it does not count."""


class Override(Struct, frozen=True, kw_only=True):
    """A period or course grade that a teacher typed over the computed one (11.5)."""

    grade: float
    """Percent, shown as typed: never rounded, 0 and more than 100 included."""
    period_id: int | None = None
    """None: the course grade. A period that the course does not use is without effect."""


def check_course(course: Course) -> None:
    """Refuse rules that no grade can be computed from, with every fault: weights, factors and points that are negative,
    infinite or not a number; a negative ``drop_lowest``; unknown choices; one id used twice; a scale that breaks its own
    rules."""
    faults = [*_course_faults(course)]
    if faults:
        raise Invalid(*faults)


def check_student(grades: Iterable[Grade], overrides: Iterable[Override]) -> None:
    """Refuse records that mean nothing: scores that are infinite or not a number, unknown marks, two records of one item."""
    faults = [*_grade_faults(tuple(grades)), *_override_faults(tuple(overrides))]
    if faults:
        raise Invalid(*faults)


def _course_faults(course: Course) -> Iterator[Fault]:
    yield from _repeated("grading_category", [category.id for category in course.categories])
    yield from _repeated("grading_period", [period.id for period in course.periods])
    yield from _repeated("item", [item.id for item in course.items])
    for category in course.categories:
        name = f"grading_category[{category.id}]"
        yield from _amount(f"{name}.weight", category.weight)
        if category.calculation not in get_args(Calculation):
            yield Fault(f"{name}.calculation_type", "is not known", "inclusion")
        if category.drop_lowest < 0:
            yield Fault(f"{name}.drop_lowest", "must not be negative", "negative")
    for period in course.periods:
        yield from _amount(f"grading_period[{period.id}].weight", period.weight)
    for item in course.items:
        name = f"item[{item.id}]"
        yield from _amount(f"{name}.max_points", item.max_points)
        yield from _amount(f"{name}.factor", item.factor)
        yield from _amount(f"{name}.final_weight", item.final_weight)
    if course.options.weighting not in get_args(Weighting):
        yield Fault("options.weighting", "is not known", "inclusion")
    if course.options.scale is not None:
        yield from scale_faults(course.options.scale)


def _grade_faults(grades: tuple[Grade, ...]) -> Iterator[Fault]:
    yield from _repeated("grade", [grade.item_id for grade in grades])
    marks = get_args(Mark)
    for grade in grades:
        if grade.score is not None and not math.isfinite(grade.score):
            yield Fault(f"grade[{grade.item_id}].score", "must be a finite number", "not_a_number")
        if grade.mark not in marks:
            yield Fault(f"grade[{grade.item_id}].exception", "is not known", "inclusion")


def _override_faults(overrides: tuple[Override, ...]) -> Iterator[Fault]:
    names = ["final" if override.period_id is None else f"p{override.period_id}" for override in overrides]
    yield from _repeated("override", names)
    for name, override in zip(names, overrides, strict=True):
        if not math.isfinite(override.grade):
            yield Fault(f"override[{name}].grade", "must be a finite number", "not_a_number")


def _amount(attribute: str, value: float | None) -> Iterator[Fault]:
    if value is None:
        return
    if not math.isfinite(value):
        yield Fault(attribute, "must be a finite number", "not_a_number")
    elif value < 0:
        yield Fault(attribute, "must not be negative", "negative")


def _repeated(noun: str, ids: list[int] | list[str]) -> Iterator[Fault]:
    seen: set[int | str] = set()
    for key in ids:
        if key in seen:
            yield Fault(f"{noun}[{key}]", "is given twice", "taken")
        seen.add(key)
