"""A course of the catalogue: its id is a number, that of its building a text (reference, 10.3)."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.catalog_courses import CatalogCourse
from gradewire.core.schoology_extras import code_number
from gradewire.dialects.schoology.call import Call
from gradewire.dialects.schoology.shapes.links import Links, Self
from gradewire.dialects.schoology.shapes.results import Result
from gradewire.dialects.schoology.wire import flag, plain

Number: TypeAlias = int | float


class Course(Struct):
    id: int
    title: str
    course_code: str
    department: str
    description: str
    credits: Number
    subject_area: int
    grade_level_range_start: int
    grade_level_range_end: int
    synced: int
    building_id: str
    links: Self | UnsetType = UNSET
    """Of what was just made."""


class CourseList(Struct):
    course: list[Course]
    total: str
    links: Links


class WrittenCourse(Struct):
    """What became of an entry of several."""

    response_code: int
    id: str
    location: str
    course_code: str


class DeletedCourses(Struct):
    course: list[Result]


class WrittenCourses(Struct):
    course: list[WrittenCourse]


def course(found: CatalogCourse, call: Call | None = None) -> Course:
    """``call`` of what was just made, where the object says where it is."""
    row, extras = found.row, found.extras
    shape = Course(
        id=row.id,
        title=row.title,
        course_code=row.course_code,
        department=extras.department,
        description=row.description or "",
        credits=plain(extras.credits) or 0,
        subject_area=code_number(extras.subject_area),
        grade_level_range_start=code_number(extras.grade_level_range_start),
        grade_level_range_end=code_number(extras.grade_level_range_end),
        synced=flag(extras.synced),
        building_id=str(row.account_id),
    )
    if call is not None:
        shape.links = Self(call.link(f"courses/{row.id}"))
    return shape


def written(found: CatalogCourse, call: Call) -> WrittenCourse:
    number = found.row.id
    return WrittenCourse(200, str(number), call.link(f"courses/{number}"), found.row.course_code)
