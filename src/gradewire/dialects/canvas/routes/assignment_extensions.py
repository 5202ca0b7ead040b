"""More attempts for single students."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from gradewire.actions import assignment_extensions
from gradewire.actions.assignment_extensions import Extension
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation


class ExtensionFields(Struct):
    user_id: str
    extra_attempts: Annotated[int, Meta(description="How many beyond those of the assignment")]


class ExtensionParams(Struct):
    assignment_extensions: list[ExtensionFields]


class AssignmentExtension(Struct):
    assignment_id: int
    user_id: int
    extra_attempts: int


class AssignmentExtensions(Struct):
    assignment_extensions: list[AssignmentExtension]


def extend(call: Call, params: ExtensionParams) -> AssignmentExtensions:
    def action(unit: Unit) -> tuple[int, list[Extension]]:
        assignment_id = call.assignment_id(unit)
        wanted = [Extension(call.person(unit, one.user_id), one.extra_attempts) for one in params.assignment_extensions]
        return assignment_id, assignment_extensions.extend(unit, call.course_id(unit), assignment_id, wanted)

    number, found = call.write(action)
    return AssignmentExtensions([AssignmentExtension(number, one.user_id, one.extra_attempts) for one in found])


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/v1/courses/:course_id/assignments/:assignment_id/extensions",
        name="extend_assignment",
        summary="Give students more attempts than an assignment allows everybody",
        handler=extend,
        params=ExtensionParams,
        returns=AssignmentExtensions,
        writes=True,
        tag="Assignments",
    ),
)
