"""Grading groups of a section (reference, 7), for its staff."""

from __future__ import annotations

from gradewire.actions import grading_groups
from gradewire.dialects.schoology.bulk import entries
from gradewire.dialects.schoology.call import NO_CONTENT, Answer, Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes import grading_groups as shapes
from gradewire.dialects.schoology.shapes.grading_groups import GradingGroup, GradingGroupList, GradingGroupResults

PATH = "sections/{section_id}/grading_groups"


def list_groups(call: Call, _params: None) -> Listing:
    found = call.read(lambda unit: grading_groups.list_for_section(unit, call.number("section_id")))
    return Listing([shapes.group(one) for one in found], besides={"count": len(found)})


def show_group(call: Call, _params: None) -> GradingGroup:
    section_id, group_id = call.number("section_id"), call.number("group_id")
    return shapes.group(call.read(lambda unit: grading_groups.show(unit, section_id, group_id)))


def create_groups(call: Call, _params: None) -> GradingGroupResults | Answer:
    """Several in their wrapper (207), or one by itself (201)."""
    section_id, sent = call.number("section_id"), entries(call.body, "grading_groups", "grading_group")
    made = call.write(lambda unit: grading_groups.create_many(unit, section_id, [call.body] if sent is None else sent))
    if sent is not None:
        return GradingGroupResults([shapes.created(one) for one in made])
    (one,) = made
    if one.error is not None:
        raise one.error
    assert one.group is not None
    return Answer(shapes.created_alone(one.group, call), status=201)


def update_group(call: Call, _params: None) -> GradingGroup:
    section_id, group_id = call.number("section_id"), call.number("group_id")
    return shapes.group(call.write(lambda unit: grading_groups.update(unit, section_id, group_id, call.body)))


def delete_group(call: Call, _params: None) -> Answer:
    section_id, group_id = call.number("section_id"), call.number("group_id")
    call.write(lambda unit: grading_groups.delete(unit, section_id, group_id))
    return NO_CONTENT


OPERATIONS = (
    Operation(
        method="GET",
        path=PATH,
        name="list_grading_groups",
        summary="List the grading groups of a section",
        handler=list_groups,
        returns=GradingGroupList,
        list_key="grading_groups",
        tag="Grading groups",
    ),
    Operation(
        method="GET",
        path=f"{PATH}/{{group_id}}",
        name="show_grading_group",
        summary="Show a grading group",
        handler=show_group,
        returns=GradingGroup,
        tag="Grading groups",
    ),
    Operation(
        method="POST",
        path=PATH,
        name="create_grading_groups",
        summary="Make grading groups (207, a result for each), or one (201)",
        handler=create_groups,
        returns=GradingGroupResults,
        status=207,
        tag="Grading groups",
    ),
    Operation(
        method="PUT",
        path=f"{PATH}/{{group_id}}",
        name="update_grading_group",
        summary="Change a grading group; what is not sent stays",
        handler=update_group,
        returns=GradingGroup,
        tag="Grading groups",
    ),
    Operation(
        method="DELETE",
        path=f"{PATH}/{{group_id}}",
        name="delete_grading_group",
        summary="Delete a grading group; items stay with its members",
        handler=delete_group,
        status=204,
        tag="Grading groups",
    ),
)
