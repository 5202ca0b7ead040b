"""Sections of a course."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from gradewire.actions import sections
from gradewire.actions.sections import SectionView
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.sections import Section, section


class SectionParams(Struct):
    include: Annotated[list[str], Meta(description="students, total_students")] = []


def index(call: Call, params: SectionParams) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: sections.list_for_course(
            unit, call.course_id(unit), include=params.include, offset=page.offset, limit=page.limit
        )
    )
    return Listing([section(one) for one in found], total=total)


def show(call: Call, params: SectionParams) -> Section:
    def find(unit: Unit) -> SectionView:
        course_id = call.course_id(unit) if "course_id" in call.path else None
        return sections.show(unit, call.section_id(unit), course_id=course_id, include=params.include)

    return section(call.read(find))


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/sections",
        name="list_sections",
        summary="List the sections of a course whose people the caller sees",
        handler=index,
        params=SectionParams,
        returns=list[Section],
        paginated=True,
        tag="Sections",
    ),
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/sections/:section_id",
        name="show_course_section",
        summary="Show a section of a course",
        handler=show,
        params=SectionParams,
        returns=Section,
        tag="Sections",
    ),
    Operation(
        method="GET",
        path="/api/v1/sections/:section_id",
        name="show_section",
        summary="Show a section",
        handler=show,
        params=SectionParams,
        returns=Section,
        tag="Sections",
    ),
)
