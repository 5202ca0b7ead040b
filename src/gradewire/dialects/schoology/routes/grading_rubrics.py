"""Rubrics of a section, for those who grade or manage its items (reference, 9)."""

from __future__ import annotations

from gradewire.actions import rubrics
from gradewire.dialects.schoology.call import Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes.grading_rubrics import GradingRubricList
from gradewire.dialects.schoology.shapes.grading_rubrics import rubric as shape_of


def list_rubrics(call: Call, _params: None) -> Listing:
    section_id, page = call.number("section_id"), call.page
    found, total = call.read(lambda unit: rubrics.list_for_course(unit, section_id, offset=page.start, limit=page.limit))
    return Listing([shape_of(one, section_id) for one in found], total=total)


OPERATIONS = (
    Operation(
        method="GET",
        path="sections/{section_id}/grading_rubrics",
        name="list_grading_rubrics",
        summary="List the rubrics of a section",
        handler=list_rubrics,
        returns=GradingRubricList,
        paginated=True,
        list_key="grading_rubric",
        total="number",
        tag="Grading rubrics",
    ),
)
