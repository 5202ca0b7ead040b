"""Students whom graders can grade, of one assignment or of several."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import gradeable_students
from gradewire.actions.gradeable_students import Listed
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.gradeable_students import GradeableStudent, gradeable_student


class ListParams(Struct):
    include: Annotated[
        list[str] | UnsetType | None,
        Meta(description="provisional_grades, and with it submission_comments, rubric_assessment, crocodoc_urls."),
    ] = UNSET
    allow_new_anonymous_id: Annotated[bool, Meta(description="List anonymised students without their identities.")] = False
    sort: Annotated[str | UnsetType | None, Meta(description="name; else by id.")] = UNSET
    order: Annotated[str | UnsetType | None, Meta(description="asc or desc.")] = UNSET


class ManyParams(Struct):
    assignment_ids: list[int] | UnsetType | None = UNSET


def list_for_assignment(call: Call, params: ListParams) -> Listing:
    include = frozenset(params.include or ())
    listed = Listed(
        anonymously=params.allow_new_anonymous_id,
        by_name=params.sort == "name",
        descending=params.order == "desc",
        offset=call.page.offset,
        limit=call.page.limit,
        provisional_grades="provisional_grades" in include,
        comments="submission_comments" in include,
        rubrics="rubric_assessment" in include,
        documents="crocodoc_urls" in include,
    )
    found = call.read(
        lambda unit: gradeable_students.list_for_assignment(unit, call.course_id(unit), call.assignment_id(unit), listed)
    )
    return Listing([gradeable_student(one, call.base_url) for one in found.students], total=found.total)


def list_for_assignments(call: Call, params: ManyParams) -> Listing:
    wanted = params.assignment_ids if isinstance(params.assignment_ids, list) else None
    found = call.read(
        lambda unit: gradeable_students.list_for_assignments(
            unit, call.course_id(unit), wanted, offset=call.page.offset, limit=call.page.limit
        )
    )
    return Listing([gradeable_student(one, call.base_url) for one in found.students], total=found.total)


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/assignments/:assignment_id/gradeable_students",
        name="list_gradeable_students",
        summary="List the students of an assignment, handed in or not",
        handler=list_for_assignment,
        params=ListParams,
        returns=list[GradeableStudent],
        paginated=True,
        tag="Submissions",
    ),
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/assignments/gradeable_students",
        name="list_multiple_assignments_gradeable_students",
        summary="List the students of several assignments",
        handler=list_for_assignments,
        params=ManyParams,
        returns=list[GradeableStudent],
        paginated=True,
        refuses=(400,),
        tag="Submissions",
    ),
)
