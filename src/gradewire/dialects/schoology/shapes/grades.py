"""Grades of a section and of a person (reference, 4.1 and 5); weights are texts with decimals in one, numbers in the other."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.grade_records import FinalGrade, GradeRecord, SectionGrades, StudentFinals
from gradewire.actions.user_grades import SectionOfUser
from gradewire.core.grade_records import COURSE
from gradewire.core.numbers import round2
from gradewire.dialects.schoology.call import Call
from gradewire.dialects.schoology.shapes.links import Links
from gradewire.dialects.schoology.wire import flag, plain

Number: TypeAlias = int | float

PERCENT_SCALE = 0
"""The scale of all computed grades: they are percentages."""


class Grade(Struct):
    """The record of a student on an item. Nothing here overrides or computes single grades, so three fields are always null."""

    enrollment_id: int
    assignment_id: int
    grade: Number | None
    exception: int
    max_points: Number
    is_final: int
    timestamp: int
    comment: str | None
    comment_status: int | None
    override: None
    calculated_grade: None
    pending: None
    type: str
    location: str
    scale_id: int
    scale_type: int
    category_id: int


class Grades(Struct):
    grade: list[Grade]


class WeightedPeriod(Struct):
    """A period of a section; ``weight`` is a text here."""

    period_id: str
    period_title: str
    weight: str


class PeriodOfStudent(Struct):
    period_id: str
    grade: Number | None
    comment: str
    comment_status: int | None


class FinalOfStudent(Struct):
    """The grades of one student beside the items' own; ``enrollment_id`` is a text here."""

    enrollment_id: str
    period: list[PeriodOfStudent]
    scale_id: int


class GradesOfSection(Struct):
    grades: Grades
    period: list[WeightedPeriod]
    final_grade: list[FinalOfStudent]


class CategoryGrade(Struct):
    category_id: int
    grade: Number | None


class CategoryTitle(Struct):
    id: int
    title: str


class PeriodOfUser(Struct):
    period_id: str
    period_title: str
    assignment: list[Grade]


class FinalOfUser(Struct):
    """The grade of a midterm or final (in points), of a period with its categories, or of the course, which has no weight."""

    period_id: str
    grade: Number | None
    weight: Number | UnsetType
    comment: str
    scale_id: int
    grading_category: list[CategoryGrade] | UnsetType = UNSET
    comment_status: int | UnsetType | None = UNSET


class SectionOfGrades(Struct):
    section_id: str
    period: list[PeriodOfUser]
    final_grade: list[FinalOfUser]
    grading_category: list[CategoryTitle]


class GradesOfUser(Struct):
    section: list[SectionOfGrades]
    links: Links


def grade(found: GradeRecord, call: Call) -> Grade:
    kind = "discussions" if found.kind == "discussion" else "assignments"
    return Grade(
        enrollment_id=found.enrollment_id,
        assignment_id=found.item_id,
        grade=plain(found.grade),
        exception=found.exception,
        max_points=plain(found.max_points) or 0,
        is_final=flag(found.is_final),
        timestamp=found.timestamp,
        comment=found.comment,
        comment_status=found.comment_status,
        override=None,
        calculated_grade=None,
        pending=None,
        type=found.kind,
        location=call.link(f"sections/{found.section_id}/{kind}/{found.item_id}"),
        scale_id=found.scale_id,
        scale_type=found.scale_type,
        category_id=found.category_id,
    )


def section_grades(found: SectionGrades, call: Call) -> GradesOfSection:
    return GradesOfSection(
        grades=Grades([grade(one, call) for one in found.records]),
        period=[WeightedPeriod(f"p{one.id}", one.title, f"{one.weight:.2f}") for one in found.periods],
        final_grade=[_final_of_student(one) for one in found.finals],
    )


def section_of_user(found: SectionOfUser, call: Call) -> SectionOfGrades:
    return SectionOfGrades(
        section_id=str(found.section_id),
        period=[
            PeriodOfUser(one.period_id, one.title, [grade(record, call) for record in one.records]) for one in found.periods
        ],
        final_grade=[_final_of_user(one) for one in found.finals],
        grading_category=[CategoryTitle(number, title) for number, title in found.categories],
    )


def _final_of_student(found: StudentFinals) -> FinalOfStudent:
    periods = [PeriodOfStudent(one.period_id, _rounded(one.grade), one.comment, one.comment_status) for one in found.grades]
    return FinalOfStudent(str(found.enrollment_id), periods, PERCENT_SCALE)


def _final_of_user(found: FinalGrade) -> FinalOfUser:
    """A midterm's grade stays as it is, in points; whatever was computed has two decimals."""
    is_course, is_period = found.period_id == COURSE, found.categories is not None
    shape = FinalOfUser(
        period_id=found.period_id,
        grade=_rounded(found.grade) if is_course or is_period else plain(found.grade),
        weight=UNSET if found.weight is None else plain(found.weight) or 0,
        comment=found.comment,
        scale_id=PERCENT_SCALE,
    )
    if found.categories is not None:
        shape.grading_category = [CategoryGrade(number, _rounded(percent)) for number, percent in found.categories]
    if is_course or is_period:
        shape.comment_status = found.comment_status
    return shape


def _rounded(percent: float | None) -> Number | None:
    return None if percent is None else plain(round2(percent))
