"""Grading scales that the items of a section may have (reference, 9)."""

from __future__ import annotations

from gradewire.actions import grading_scales
from gradewire.dialects.schoology.call import Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes import grading_scales as shapes
from gradewire.dialects.schoology.shapes.grading_scales import GradingScale, GradingScaleList


def list_scales(call: Call, _params: None) -> Listing:
    found = call.read(lambda unit: grading_scales.list_for_section(unit, call.number("section_id")))
    return Listing([shapes.scale(one) for one in found])


def show_scale(call: Call, _params: None) -> GradingScale:
    section_id, scale_id = call.number("section_id"), call.number("scale_id")
    return shapes.scale(call.read(lambda unit: grading_scales.show(unit, section_id, scale_id)))


OPERATIONS = (
    Operation(
        method="GET",
        path="sections/{section_id}/grading_scales",
        name="list_grading_scales",
        summary="List the grading scales that items of a section may have",
        handler=list_scales,
        returns=GradingScaleList,
        list_key="grading_scale",
        tag="Grading scales",
    ),
    Operation(
        method="GET",
        path="sections/{section_id}/grading_scales/{scale_id}",
        name="show_grading_scale",
        summary="Show a grading scale",
        handler=show_scale,
        returns=GradingScale,
        tag="Grading scales",
    ),
)
