"""The assignments of one student: in a course, and those that are missing anywhere."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, to_builtins

from gradewire.actions import assignments, missing_submissions
from gradewire.actions.assignments import AssignmentView
from gradewire.actions.missing_submissions import MissingWork, Wanted
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.routes.assignments import AssignmentListParams, filtered
from gradewire.dialects.canvas.shapes.assignments import Assignment, assignment
from gradewire.dialects.canvas.shapes.courses import Course, course


class MissingParams(Struct):
    observed_user_id: Annotated[str, Meta(description="Whom the caller observes in all of course_ids")] | UnsetType | None = (
        UNSET
    )
    include: Annotated[list[Literal["course", "planner_overrides"]], Meta(description="course, planner_overrides")] = []
    filter: Annotated[
        list[Literal["submittable", "current_grading_period"]], Meta(description="submittable, current_grading_period")
    ] = []
    course_ids: Annotated[list[str], Meta(description="Only of these courses")] | UnsetType = UNSET


class MissingAssignment(Assignment, kw_only=True):
    """An assignment that a student has not handed in. There are no planner overrides here."""

    course: Course | UnsetType = UNSET
    planner_override: UnsetType | None = UNSET


def index(call: Call, params: AssignmentListParams) -> Listing:
    page = call.page
    wanted = filtered(call, params)

    def action(unit: Unit) -> tuple[list[AssignmentView], int]:
        return assignments.list_for_user(
            unit,
            call.course_id(unit),
            call.user_id(unit),
            wanted,
            include=params.include,
            offset=page.offset,
            limit=page.limit,
        )

    found, total = call.read(action)
    return Listing([assignment(one, call.base_url, params.include) for one in found], total=total)


def list_missing(call: Call, params: MissingParams) -> Listing:
    page = call.page
    observed = params.observed_user_id or None
    if observed is not None and not params.course_ids:
        raise Malformed("course_ids is required with observed_user_id.", field="course_ids")

    def action(unit: Unit) -> tuple[list[MissingWork], int]:
        wanted = Wanted(
            course_ids=[call.course(unit, one) for one in params.course_ids] if params.course_ids else None,
            observed=observed is not None,
            submittable="submittable" in params.filter,
            current_period="current_grading_period" in params.filter,
            with_courses="course" in params.include,
        )
        user_id = call.user_id(unit) if observed is None else call.person(unit, observed)
        return missing_submissions.list_for_user(unit, user_id, wanted, offset=page.offset, limit=page.limit)

    found, total = call.read(action)
    return Listing([_missing(call, params, one) for one in found], total=total)


def _missing(call: Call, params: MissingParams, one: MissingWork) -> dict[str, Any]:
    shape: dict[str, Any] = to_builtins(assignment(one.assignment, call.base_url, []))
    if one.course is not None:
        shape["course"] = course(one.course, [])
    if "planner_overrides" in params.include:
        shape["planner_override"] = None
    return shape


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/users/:user_id/courses/:course_id/assignments",
        name="list_assignments_of_user",
        summary="List the assignments of a course that are assigned to a student, with the student's dates",
        handler=index,
        params=AssignmentListParams,
        returns=list[Assignment],
        paginated=True,
        tag="Assignments",
    ),
    Operation(
        method="GET",
        path="/api/v1/users/:user_id/missing_submissions",
        name="list_missing_submissions",
        summary="List what a student has not handed in although it was due, over all courses",
        handler=list_missing,
        params=MissingParams,
        returns=list[MissingAssignment],
        paginated=True,
        tag="Users",
    ),
)
