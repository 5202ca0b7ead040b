"""Assignment groups: list, show, create, change, delete."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import assignment_groups
from gradewire.actions.assignment_groups import DropRules, GroupChanges
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.assignment_groups import AssignmentGroup, assignment_group

INCLUDE = "assignments, and with them submission, overrides, all_dates, assignment_visibility, can_edit"


class AssignmentGroupReadParams(Struct):
    include: Annotated[list[str], Meta(description=INCLUDE)] = []


class RuleFields(Struct):
    drop_lowest: int | None = None
    drop_highest: int | None = None
    never_drop: Annotated[list[int], Meta(description="Ids of assignments")] = []


class AssignmentGroupParams(Struct):
    name: str | UnsetType = UNSET
    position: int | UnsetType | None = UNSET
    group_weight: float | UnsetType | None = UNSET
    sis_source_id: str | UnsetType | None = UNSET
    rules: RuleFields | UnsetType | None = UNSET


class AssignmentGroupDeleteParams(Struct):
    move_assignments_to: Annotated[str, Meta(description="Keep the assignments, in this group")] | UnsetType | None = UNSET


def changes(params: AssignmentGroupParams) -> GroupChanges:
    rules = params.rules
    return GroupChanges(
        name=params.name,
        position=params.position,
        group_weight=params.group_weight,
        sis_source_id=params.sis_source_id,
        rules=UNSET
        if rules is UNSET
        else DropRules()
        if rules is None
        else DropRules(
            drop_lowest=rules.drop_lowest or 0,
            drop_highest=rules.drop_highest or 0,
            never_drop=tuple(dict.fromkeys(rules.never_drop)),
        ),
    )


def index(call: Call, params: AssignmentGroupReadParams) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: assignment_groups.list_for_course(
            unit, call.course_id(unit), include=params.include, offset=page.offset, limit=page.limit
        )
    )
    return Listing([assignment_group(one, call.base_url, params.include) for one in found], total=total)


def show(call: Call, params: AssignmentGroupReadParams) -> AssignmentGroup:
    number = call.number("assignment_group_id")
    found = call.read(lambda unit: assignment_groups.show(unit, call.course_id(unit), number, include=params.include))
    return assignment_group(found, call.base_url, params.include)


def create(call: Call, params: AssignmentGroupParams) -> AssignmentGroup:
    found = call.write(lambda unit: assignment_groups.create(unit, call.course_id(unit), changes(params)))
    return assignment_group(found, call.base_url, [])


def update(call: Call, params: AssignmentGroupParams) -> AssignmentGroup:
    number = call.number("assignment_group_id")
    found = call.write(lambda unit: assignment_groups.update(unit, call.course_id(unit), number, changes(params)))
    return assignment_group(found, call.base_url, [])


def delete(call: Call, params: AssignmentGroupDeleteParams) -> AssignmentGroup:
    number = call.number("assignment_group_id")
    target = call.local(params.move_assignments_to) if params.move_assignments_to else None
    found = call.write(lambda unit: assignment_groups.delete(unit, call.course_id(unit), number, move_to=target))
    return assignment_group(found, call.base_url, [])


MANY = "/api/v1/courses/:course_id/assignment_groups"
ONE = f"{MANY}/:assignment_group_id"
OPERATIONS = (
    Operation(
        method="GET",
        path=MANY,
        name="list_assignment_groups",
        summary="List the assignment groups of a course",
        handler=index,
        params=AssignmentGroupReadParams,
        returns=list[AssignmentGroup],
        paginated=True,
        tag="Assignment groups",
    ),
    Operation(
        method="GET",
        path=ONE,
        name="show_assignment_group",
        summary="Show an assignment group",
        handler=show,
        params=AssignmentGroupReadParams,
        returns=AssignmentGroup,
        tag="Assignment groups",
    ),
    Operation(
        method="POST",
        path=MANY,
        name="create_assignment_group",
        summary="Create an assignment group",
        handler=create,
        params=AssignmentGroupParams,
        returns=AssignmentGroup,
        writes=True,
        tag="Assignment groups",
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_assignment_group",
        summary="Change an assignment group",
        handler=update,
        params=AssignmentGroupParams,
        returns=AssignmentGroup,
        writes=True,
        tag="Assignment groups",
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="delete_assignment_group",
        summary="Delete an assignment group, with its assignments unless they are moved",
        handler=delete,
        params=AssignmentGroupDeleteParams,
        returns=AssignmentGroup,
        writes=True,
        tag="Assignment groups",
    ),
)
