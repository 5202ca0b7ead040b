"""Overrides of several assignments of a course at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from gradewire.actions import override_batches
from gradewire.actions.assignment_overrides import OverrideCommand
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.routes.assignments import NOBODY, OverrideFields, number, override
from gradewire.dialects.canvas.shapes.assignments import AssignmentOverride, assignment_override


class NamedOverride(Struct):
    id: str
    assignment_id: str


class NamedOverrides(Struct):
    assignment_overrides: Annotated[list[NamedOverride], Meta(description="Which ones, each with its assignment")]


class PlacedFields(OverrideFields, kw_only=True):
    assignment_id: str


class PlacedOverrides(Struct):
    assignment_overrides: Annotated[list[PlacedFields], Meta(description="Each with its assignment")]


def show(call: Call, params: NamedOverrides) -> list[AssignmentOverride | None]:
    wanted = [
        (number(call, one.assignment_id) or NOBODY, number(call, one.id) or NOBODY) for one in params.assignment_overrides
    ]
    found = call.read(lambda unit: override_batches.show_many(unit, call.course_id(unit), wanted))
    return [None if one is None else assignment_override(one) for one in found]


def create(call: Call, params: PlacedOverrides) -> list[AssignmentOverride]:
    new = _commands(call, params.assignment_overrides)
    found = call.write(lambda unit: override_batches.create_many(unit, call.course_id(unit), new))
    return [assignment_override(one) for one in found]


def update(call: Call, params: PlacedOverrides) -> list[AssignmentOverride]:
    changed = _commands(call, params.assignment_overrides)
    found = call.write(lambda unit: override_batches.update_many(unit, call.course_id(unit), changed))
    return [assignment_override(one) for one in found]


def _commands(call: Call, sent: Sequence[PlacedFields]) -> list[tuple[int, OverrideCommand]]:
    return [(number(call, one.assignment_id) or NOBODY, override(call, one)) for one in sent]


_PATH = "/api/v1/courses/:course_id/assignments/overrides"

OPERATIONS = (
    Operation(
        method="GET",
        path=_PATH,
        name="show_assignment_overrides",
        summary="Show several overrides in a course; null for one that is not found",
        handler=show,
        params=NamedOverrides,
        returns=list[AssignmentOverride | None],
        tag="Assignments",
    ),
    Operation(
        method="POST",
        path=_PATH,
        name="create_assignment_overrides",
        summary="Add several overrides in a course, all of them or none",
        handler=create,
        params=PlacedOverrides,
        returns=list[AssignmentOverride],
        writes=True,
        tag="Assignments",
    ),
    Operation(
        method="PUT",
        path=_PATH,
        name="update_assignment_overrides",
        summary="Change several overrides in a course, all of them or none; dates that are not sent are no longer overridden",
        handler=update,
        params=PlacedOverrides,
        returns=list[AssignmentOverride],
        writes=True,
        tag="Assignments",
    ),
)
