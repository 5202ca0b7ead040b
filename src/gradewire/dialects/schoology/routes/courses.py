"""Courses of the catalogue, for its administrators (reference, 10.3)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from gradewire.actions import catalog_courses, school_section_editing
from gradewire.actions.catalog_courses import CatalogCourse
from gradewire.actions.unit import Unit
from gradewire.core.catalog_courses import read_catalog_course
from gradewire.core.errors import Malformed
from gradewire.core.requests import read_entry, read_id
from gradewire.core.school_sections import read_section
from gradewire.dialects.schoology.bulk import each_sent, entries, ids_of
from gradewire.dialects.schoology.call import NO_CONTENT, Answer, Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes import courses as shapes
from gradewire.dialects.schoology.shapes.courses import Course, CourseList, DeletedCourses, WrittenCourse, WrittenCourses
from gradewire.dialects.schoology.shapes.results import Result

PATH = "courses/{course_id}"


class CourseFilters(Struct):
    building_id: int | None = None


class Importing(Struct):
    update_existing: bool = False


class CourseIds(Struct):
    course_ids: list[int]


def list_courses(call: Call, filters: CourseFilters) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: catalog_courses.list_for_school(
            unit, building_id=filters.building_id, offset=page.offset, limit=page.limit
        )
    )
    return Listing([shapes.course(one) for one in found], total=total)


def show_course(call: Call, _params: None) -> Course:
    return shapes.course(call.read(lambda unit: catalog_courses.show(unit, call.number("course_id"))))


def create_course(call: Call, importing: Importing) -> Course | Answer:
    sent = entries(call.body, "courses", "course")
    if sent is not None:
        return Answer({"course": each_sent(sent, lambda one: _create(call, one, importing))}, status=207)
    changes = read_catalog_course(call.body)
    made = call.write(lambda unit: catalog_courses.create(unit, changes, update_existing=importing.update_existing))
    return shapes.course(made, call)


def update_courses(call: Call, _params: None) -> Answer:
    sent = entries(call.body, "courses", "course")
    if sent is None:
        raise Malformed("The body has no courses.")
    return Answer({"course": each_sent(sent, lambda one: _update(call, one))}, status=207)


def update_course(call: Call, _params: None) -> Answer:
    number, changes = call.number("course_id"), read_catalog_course(call.body)
    call.write(lambda unit: catalog_courses.update(unit, number, changes))
    return NO_CONTENT


def delete_course(call: Call, _params: None) -> Answer:
    number = call.number("course_id")
    call.write(lambda unit: catalog_courses.delete(unit, number))
    return NO_CONTENT


def delete_courses(call: Call, wanted: CourseIds) -> Answer:
    def remove(number: int) -> Result:
        call.write(lambda unit: catalog_courses.delete(unit, number))
        return Result(204)

    return Answer({"course": each_sent(ids_of(wanted.course_ids), remove)}, status=207)


def _create(call: Call, sent: Any, importing: Importing) -> WrittenCourse:
    """One of several, with the sections that stand in it: all of them, or nothing."""
    changes, existing = read_catalog_course(sent), importing.update_existing
    inside = [read_section(one) for one in entries(sent, "sections", "section") or ()]

    def make(unit: Unit) -> CatalogCourse:
        made = catalog_courses.create(unit, changes, update_existing=existing)
        for section in inside:
            school_section_editing.create(unit, made.row.id, section, update_existing=existing)
        return made

    return shapes.written(call.write(make), call)


def _update(call: Call, sent: Any) -> WrittenCourse:
    number, changes = read_id(read_entry(sent), "id"), read_catalog_course(sent)
    return shapes.written(call.write(lambda unit: catalog_courses.update(unit, number, changes)), call)


OPERATIONS = (
    Operation(
        method="GET",
        path="courses",
        name="list_courses",
        summary="List the course catalogue (administrators)",
        handler=list_courses,
        params=CourseFilters,
        returns=CourseList,
        paginated=True,
        list_key="course",
        total="text",
        tag="Courses",
    ),
    Operation(
        method="GET",
        path=PATH,
        name="show_course",
        summary="Show a course of the catalogue",
        handler=show_course,
        returns=Course,
        multiget=True,
        tag="Courses",
    ),
    Operation(
        method="POST",
        path="courses",
        name="create_course",
        summary="Enter a course in the catalogue (201), or several, with sections (207)",
        handler=create_course,
        params=Importing,
        returns=Course,
        status=201,
        tag="Courses",
    ),
    Operation(
        method="PUT",
        path="courses",
        name="update_courses",
        summary="Change several courses (207, a result for each)",
        handler=update_courses,
        returns=WrittenCourses,
        status=207,
        tag="Courses",
    ),
    Operation(
        method="PUT",
        path=PATH,
        name="update_course",
        summary="Change a course; what is not sent stays",
        handler=update_course,
        status=204,
        tag="Courses",
    ),
    Operation(
        method="DELETE",
        path=PATH,
        name="delete_course",
        summary="Take a course without sections out of the catalogue",
        handler=delete_course,
        status=204,
        tag="Courses",
    ),
    Operation(
        method="DELETE",
        path="courses",
        name="delete_courses",
        summary="Take several courses without sections out of the catalogue (207)",
        handler=delete_courses,
        params=CourseIds,
        returns=DeletedCourses,
        status=207,
        tag="Courses",
    ),
)
