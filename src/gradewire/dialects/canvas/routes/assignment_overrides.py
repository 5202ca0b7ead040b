"""Overrides of an assignment, one at a time; and where that of a section is."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions import override_editing
from gradewire.dialects.canvas.call import Answer, Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.routes.assignments import OverrideFields, override
from gradewire.dialects.canvas.shapes.assignments import AssignmentOverride, assignment_override


class AssignmentOverrideParams(Struct):
    assignment_override: OverrideFields | UnsetType | None = UNSET


def index(call: Call, _params: None) -> Listing:
    page = call.page
    found = call.read(lambda unit: override_editing.list_for_assignment(unit, call.course_id(unit), call.assignment_id(unit)))
    shown = found[page.offset : page.offset + page.limit]
    return Listing([assignment_override(one) for one in shown], total=len(found))


def show(call: Call, _params: None) -> AssignmentOverride:
    number = call.number("override_id")
    return assignment_override(
        call.read(lambda unit: override_editing.show(unit, call.course_id(unit), call.assignment_id(unit), number))
    )


def create(call: Call, params: AssignmentOverrideParams) -> AssignmentOverride:
    command = override(call, params.assignment_override or OverrideFields())
    return assignment_override(
        call.write(lambda unit: override_editing.create(unit, call.course_id(unit), call.assignment_id(unit), command))
    )


def update(call: Call, params: AssignmentOverrideParams) -> AssignmentOverride:
    number = call.number("override_id")
    command = override(call, params.assignment_override or OverrideFields())
    return assignment_override(
        call.write(lambda unit: override_editing.update(unit, call.course_id(unit), call.assignment_id(unit), number, command))
    )


def delete(call: Call, _params: None) -> AssignmentOverride:
    number = call.number("override_id")
    return assignment_override(
        call.write(lambda unit: override_editing.delete(unit, call.course_id(unit), call.assignment_id(unit), number))
    )


def lead_to_override_of_section(call: Call, _params: None) -> Answer:
    course_id, found = call.read(
        lambda unit: override_editing.find_for_section(unit, call.section_id(unit), call.assignment_id(unit))
    )
    place = f"{call.base_url}/api/v1/courses/{course_id}/assignments/{found.assignment_id}/overrides/{found.id}"
    return Answer(None, status=302, headers={"Location": place})


MANY = "/api/v1/courses/:course_id/assignments/:assignment_id/overrides"
ONE = f"{MANY}/:override_id"
OPERATIONS = (
    Operation(
        method="GET",
        path=MANY,
        name="list_assignment_overrides",
        summary="List the overrides of an assignment",
        handler=index,
        returns=list[AssignmentOverride],
        paginated=True,
        tag="Assignments",
    ),
    Operation(
        method="GET",
        path=ONE,
        name="show_assignment_override",
        summary="Show an override of an assignment",
        handler=show,
        returns=AssignmentOverride,
        tag="Assignments",
    ),
    Operation(
        method="POST",
        path=MANY,
        name="create_assignment_override",
        summary="Give some students of an assignment other dates",
        handler=create,
        params=AssignmentOverrideParams,
        returns=AssignmentOverride,
        writes=True,
        status=201,
        tag="Assignments",
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_assignment_override",
        summary="Change an override; dates that are not sent are no longer overridden",
        handler=update,
        params=AssignmentOverrideParams,
        returns=AssignmentOverride,
        writes=True,
        tag="Assignments",
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="delete_assignment_override",
        summary="Delete an override of an assignment",
        handler=delete,
        returns=AssignmentOverride,
        writes=True,
        tag="Assignments",
    ),
    Operation(
        method="GET",
        path="/api/v1/sections/:section_id/assignments/:assignment_id/override",
        name="lead_to_override_of_section",
        summary="Lead to the override of an assignment for a section, if there is one",
        handler=lead_to_override_of_section,
        status=302,
        tag="Assignments",
    ),
)
