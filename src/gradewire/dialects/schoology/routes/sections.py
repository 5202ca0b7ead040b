"""Sections: of a course, by code, of a person, one (reference, 10.2)."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions import school_sections
from gradewire.dialects.schoology.call import Call, Listing, Redirection
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes import sections as shapes
from gradewire.dialects.schoology.shapes.sections import Section, SectionList, SectionsOfSomebody

PATH = "sections/{section_id}"


class Past(Struct):
    include_past: bool | None = None
    """Also sections whose grading periods are over."""


class SectionCodes(Struct):
    section_school_codes: str | None = None
    include_past: bool | None = None


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
)
