"""Sections: of a course, by code, of a person, one (reference, 10.2)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from gradewire.actions import catalog_courses, school_section_editing, school_sections
from gradewire.actions.school_sections import SectionView
from gradewire.core.errors import Malformed
from gradewire.core.school_sections import read_section, read_section_id
from gradewire.dialects.schoology.bulk import each_sent, entries, ids_of
from gradewire.dialects.schoology.call import NO_CONTENT, Answer, Call, Listing, Redirection
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes import sections as shapes
from gradewire.dialects.schoology.shapes.results import Result
from gradewire.dialects.schoology.shapes.sections import (
    DeletedSections,
    Section,
    SectionList,
    SectionsOfSomebody,
    WrittenSections,
)

PATH = "sections/{section_id}"


class Past(Struct):
    include_past: bool | None = None
    """Also sections whose grading periods are over."""


class SectionCodes(Struct):
    section_school_codes: str | None = None
    include_past: bool | None = None


class Importing(Struct):
    update_existing: bool = False


class SectionIds(Struct):
    section_ids: list[int]


def list_for_course(call: Call, past: Past) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: school_sections.list_for_course(
            unit,
            call.number("course_id"),
            include_past=past.include_past is True,
            offset=page.offset,
            limit=page.limit,
        )
    )
    return Listing([shapes.section(one, call) for one in found], total=total)


def list_by_codes(call: Call, wanted: SectionCodes) -> Listing:
    codes = [code.strip() for code in (wanted.section_school_codes or "").split(",")]
    found = call.read(
        lambda unit: school_sections.list_by_codes(
            unit, [code for code in codes if code], include_past=wanted.include_past is True
        )
    )
    return Listing([shapes.section(one, call) for one in found])


def list_for_user(call: Call, past: Past) -> Listing:
    found = call.read(
        lambda unit: school_sections.list_for_user(unit, call.number("user_id"), include_past=past.include_past is True)
    )
    return Listing([shapes.section(one, call) for one in found])


def show_section(call: Call, _params: None) -> Section:
    return shapes.section(call.read(lambda unit: school_sections.show(unit, call.number("section_id"))))


def show_by_code(call: Call, _params: None) -> Redirection:
    number = call.read(lambda unit: school_sections.find_id(unit, call.text("section_school_code")))
    return Redirection(f"sections/{number}")


def create_section(call: Call, importing: Importing) -> Section | Answer:
    course_id, existing = call.number("course_id"), importing.update_existing

    def make(sent: Any) -> SectionView:
        changes = read_section(sent)
        return call.write(lambda unit: school_section_editing.create(unit, course_id, changes, update_existing=existing))

    sent = entries(call.body, "sections", "section")
    if sent is None:
        return shapes.section(make(call.body), call)
    call.read(lambda unit: catalog_courses.show(unit, course_id))
    return Answer({"section": each_sent(sent, lambda one: shapes.written(make(one), call))}, status=207)


def update_section(call: Call, _params: None) -> Answer:
    _update(call, call.number("section_id"), call.body)
    return NO_CONTENT


def update_sections(call: Call, _params: None) -> Answer:
    sent = entries(call.body, "sections", "section")
    if sent is None:
        raise Malformed("The body has no sections.")
    results = each_sent(sent, lambda one: shapes.written(_update(call, read_section_id(one), one), call))
    return Answer({"section": results}, status=207)


def delete_section(call: Call, _params: None) -> Answer:
    section_id = call.number("section_id")
    call.write(lambda unit: school_section_editing.delete(unit, section_id))
    return NO_CONTENT


def delete_sections(call: Call, wanted: SectionIds) -> Answer:
    def remove(number: int) -> Result:
        call.write(lambda unit: school_section_editing.delete(unit, number))
        return Result(204)

    return Answer({"section": each_sent(ids_of(wanted.section_ids), remove)}, status=207)


def _update(call: Call, section_id: int, sent: Any) -> SectionView:
    changes = read_section(sent)
    return call.write(lambda unit: school_section_editing.update(unit, section_id, changes))


OPERATIONS = (
    Operation(
        method="GET",
        path="courses/{course_id}/sections",
        name="list_sections_of_course",
        summary="List the sections of a course",
        handler=list_for_course,
        params=Past,
        returns=SectionList,
        paginated=True,
        list_key="section",
        total="text",
        multiget=True,
        tag="Sections",
    ),
    Operation(
        method="GET",
        path="sections",
        name="list_sections_by_codes",
        summary="List sections by their codes in the school's own system",
        handler=list_by_codes,
        params=SectionCodes,
        returns=SectionsOfSomebody,
        list_key="section",
        tag="Sections",
    ),
    Operation(
        method="GET",
        path="users/{user_id}/sections",
        name="list_sections_of_user",
        summary="List the sections in which a person teaches or learns",
        handler=list_for_user,
        params=Past,
        returns=SectionsOfSomebody,
        list_key="section",
        multiget=True,
        tag="Sections",
    ),
    Operation(
        method="GET",
        path="sections/ext/{section_school_code}",
        name="show_section_by_code",
        summary="Lead to the section with this code in the school's own system (303)",
        handler=show_by_code,
        returns=Redirection,
        multiget=True,
        tag="Sections",
    ),
    Operation(
        method="GET",
        path=PATH,
        name="show_section",
        summary="Show a section",
        handler=show_section,
        returns=Section,
        multiget=True,
        tag="Sections",
    ),
    Operation(
        method="POST",
        path="courses/{course_id}/sections",
        name="create_section",
        summary="Make a section of a course (201), or several (207, a result for each)",
        handler=create_section,
        params=Importing,
        returns=Section,
        status=201,
        tag="Sections",
    ),
    Operation(
        method="PUT",
        path="sections",
        name="update_sections",
        summary="Change several sections (207, a result for each)",
        handler=update_sections,
        returns=WrittenSections,
        status=207,
        tag="Sections",
    ),
    Operation(
        method="PUT",
        path=PATH,
        name="update_section",
        summary="Change a section; what is not sent stays",
        handler=update_section,
        status=204,
        tag="Sections",
    ),
    Operation(
        method="DELETE",
        path=PATH,
        name="delete_section",
        summary="Delete a section",
        handler=delete_section,
        status=204,
        tag="Sections",
    ),
    Operation(
        method="DELETE",
        path="sections",
        name="delete_sections",
        summary="Delete several sections (207, a result for each)",
        handler=delete_sections,
        params=SectionIds,
        returns=DeletedSections,
        status=207,
        tag="Sections",
    ),
)
