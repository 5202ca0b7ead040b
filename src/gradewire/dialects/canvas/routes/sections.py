"""Sections of a course."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import section_editing, sections
from gradewire.actions.section_editing import SectionChanges
from gradewire.actions.sections import SectionView
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.sections import Section, section


class SectionParams(Struct):
    include: Annotated[list[str], Meta(description="students, total_students")] = []


class SectionFields(Struct):
    name: Annotated[str, Meta(description="The name of the course unless sent")] | UnsetType | None = UNSET
    start_at: datetime | UnsetType | None = UNSET
    end_at: datetime | UnsetType | None = UNSET
    sis_section_id: Annotated[str, Meta(description="For those who may manage SIS data")] | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET


class SectionChangeParams(Struct):
    course_section: SectionFields | UnsetType | None = UNSET


def changes(params: SectionChangeParams) -> SectionChanges:
    sent = params.course_section or SectionFields()
    return SectionChanges(**{name: getattr(sent, name) for name in sent.__struct_fields__})


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


def create(call: Call, params: SectionChangeParams) -> Section:
    return section(call.write(lambda unit: section_editing.create(unit, call.course_id(unit), changes(params))))


def update(call: Call, params: SectionChangeParams) -> Section:
    return section(call.write(lambda unit: section_editing.update(unit, call.section_id(unit), changes(params))))


def delete(call: Call, _params: None) -> Section:
    return section(call.write(lambda unit: section_editing.delete(unit, call.section_id(unit))))


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/v1/courses/:course_id/sections",
        name="create_section",
        summary="Create a section of a course",
        handler=create,
        params=SectionChangeParams,
        returns=Section,
        writes=True,
        tag="Sections",
    ),
    Operation(
        method="PUT",
        path="/api/v1/sections/:section_id",
        name="update_section",
        summary="Change a section",
        handler=update,
        params=SectionChangeParams,
        returns=Section,
        writes=True,
        tag="Sections",
    ),
    Operation(
        method="DELETE",
        path="/api/v1/sections/:section_id",
        name="delete_section",
        summary="Delete a section that nobody is enrolled in",
        handler=delete,
        returns=Section,
        writes=True,
        tag="Sections",
    ),
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
