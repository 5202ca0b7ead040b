"""Grading standards, of a course and of an account: ten routes."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import grading_standards
from gradewire.actions.grading_standards import Context
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.grading_standards import GradingStandard, grading_standard

ENTRIES = "A list of hashes with a name and a value: the lower bound, in percent or, points based, in points."


class GradingStandardParams(Struct):
    """All but the title are read by the rules of schemes, where it counts whether a key was sent at all."""

    title: str | UnsetType | None = UNSET
    points_based: Annotated[Any, Meta(description="Whether bounds are points; false by default.")] = UNSET
    scaling_factor: Annotated[Any, Meta(description="The points of a full score; 1 unless points based.")] = UNSET
    grading_scheme_entry: Annotated[Any, Meta(description=ENTRIES)] = UNSET

    def sent(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if value is not UNSET}


def context(call: Call, unit: Unit) -> Context:
    if "course_id" in call.path:
        return Context("course", call.course_id(unit))
    return Context("account", call.account_id(unit))


def index(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: grading_standards.list_own(unit, context(call, unit), offset=page.offset, limit=page.limit)
    )
    return Listing([grading_standard(row) for row in found], total=total)


def show(call: Call, _params: None) -> GradingStandard:
    number = call.number("grading_standard_id")
    return grading_standard(call.read(lambda unit: grading_standards.show(unit, context(call, unit), number)))


def create(call: Call, params: GradingStandardParams) -> GradingStandard:
    return grading_standard(call.write(lambda unit: grading_standards.create(unit, context(call, unit), params.sent())))


def update(call: Call, params: GradingStandardParams) -> GradingStandard:
    number = call.number("grading_standard_id")
    return grading_standard(call.write(lambda unit: grading_standards.update(unit, context(call, unit), number, params.sent())))


def delete(call: Call, _params: None) -> GradingStandard:
    number = call.number("grading_standard_id")
    return grading_standard(call.write(lambda unit: grading_standards.delete(unit, context(call, unit), number)))


def _operations(owner: str) -> tuple[Operation, ...]:
    many = f"/api/v1/{owner}s/:{owner}_id/grading_standards"
    one = f"{many}/:grading_standard_id"
    tag = "Grading standards"
    return (
        Operation(
            method="GET",
            path=many,
            name=f"list_{owner}_grading_standards",
            summary=f"List the grading standards of one {owner}, its own only",
            handler=index,
            returns=list[GradingStandard],
            paginated=True,
            tag=tag,
        ),
        Operation(
            method="POST",
            path=many,
            name=f"create_{owner}_grading_standard",
            summary=f"Create a grading standard in one {owner}",
            handler=create,
            params=GradingStandardParams,
            returns=GradingStandard,
            writes=True,
            tag=tag,
        ),
        Operation(
            method="GET",
            path=one,
            name=f"show_{owner}_grading_standard",
            summary=f"Show a grading standard of one {owner}",
            handler=show,
            returns=GradingStandard,
            tag=tag,
        ),
        Operation(
            method="PUT",
            path=one,
            name=f"update_{owner}_grading_standard",
            summary=f"Change a grading standard of one {owner}; once it was used for grading, only its title",
            handler=update,
            params=GradingStandardParams,
            returns=GradingStandard,
            writes=True,
            tag=tag,
        ),
        Operation(
            method="DELETE",
            path=one,
            name=f"delete_{owner}_grading_standard",
            summary=f"Delete a grading standard of one {owner}; what uses it goes on using it",
            handler=delete,
            returns=GradingStandard,
            writes=True,
            tag=tag,
        ),
    )


OPERATIONS = (*_operations("course"), *_operations("account"))
