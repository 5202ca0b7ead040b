"""Assignments: list, show, create, change, delete."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import assignment_editing, assignments
from gradewire.actions.assignment_overrides import OverrideCommand
from gradewire.actions.assignments import BUCKETS, Wanted
from gradewire.core.errors import Malformed, NotFound
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.assignments import Assignment, assignment

INCLUDE = "submission, observed_users, assignment_visibility, overrides, all_dates, can_edit"
NOBODY = 0
"""Stands for an id that names nothing here; no row has it."""


class AssignmentShowParams(Struct):
    include: Annotated[list[str], Meta(description=INCLUDE)] = []


class AssignmentListParams(Struct):
    include: Annotated[list[str], Meta(description=INCLUDE)] = []
    search_term: Annotated[str, Meta(description="Part of the name")] | UnsetType | None = UNSET
    bucket: Annotated[str, Meta(description=", ".join(BUCKETS))] | UnsetType | None = UNSET
    order_by: Annotated[str, Meta(description="position (default), name, due_at")] | UnsetType | None = UNSET
    assignment_ids: Annotated[list[str], Meta(description="Only these")] | UnsetType = UNSET


class OverrideFields(Struct):
    id: Annotated[str, Meta(description="Of an override that shall be changed")] | UnsetType | None = UNSET
    student_ids: list[str] | UnsetType | None = UNSET
    course_section_id: str | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    due_at: datetime | UnsetType | None = UNSET
    unlock_at: datetime | UnsetType | None = UNSET
    lock_at: datetime | UnsetType | None = UNSET


class AssignmentFields(Struct):
    """What of an assignment can be set. What was not sent stays as it is, or has its default."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    position: int | UnsetType = UNSET
    points_possible: float | UnsetType | None = UNSET
    grading_type: str | UnsetType = UNSET
    grading_standard_id: Annotated[int, Meta(description="0 is the built-in scheme")] | UnsetType | None = UNSET
    submission_types: list[str] | UnsetType = UNSET
    allowed_extensions: list[str] | UnsetType | None = UNSET
    allowed_attempts: Annotated[int, Meta(description="-1 for any number")] | UnsetType | None = UNSET
    assignment_group_id: str | UnsetType | None = UNSET
    due_at: datetime | UnsetType | None = UNSET
    unlock_at: datetime | UnsetType | None = UNSET
    lock_at: datetime | UnsetType | None = UNSET
    published: bool | UnsetType = UNSET
    omit_from_final_grade: bool | UnsetType = UNSET
    hide_in_gradebook: bool | UnsetType = UNSET
    only_visible_to_overrides: bool | UnsetType = UNSET
    post_manually: Annotated[bool, Meta(description="Our extension: grades wait until they are posted")] | UnsetType = UNSET
    peer_reviews: bool | UnsetType = UNSET
    group_category_id: int | UnsetType | None = UNSET
    grade_group_students_individually: bool | UnsetType = UNSET
    anonymous_grading: bool | UnsetType = UNSET
    anonymous_instructor_annotations: bool | UnsetType = UNSET
    moderated_grading: bool | UnsetType = UNSET
    moderation_set: Annotated[str, Meta(description="Our extension: all or selected")] | UnsetType = UNSET
    grader_count: Annotated[str, Meta(description="A number")] | UnsetType | None = UNSET
    final_grader_id: str | UnsetType | None = UNSET
    grader_section_id: str | UnsetType | None = UNSET
    graders_anonymous_to_graders: bool | UnsetType = UNSET
    grader_comments_visible_to_graders: bool | UnsetType = UNSET
    grader_names_visible_to_final_grader: bool | UnsetType = UNSET
    sis_assignment_id: str | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET
    integration_data: dict[str, Any] | UnsetType | None = UNSET
    assignment_overrides: Annotated[list[OverrideFields], Meta(description="All of them")] | UnsetType | None = UNSET


class AssignmentParams(Struct):
    assignment: AssignmentFields | UnsetType | None = UNSET


IDS = ("assignment_group_id", "final_grader_id", "grader_section_id")


def sent(call: Call, params: AssignmentParams) -> dict[str, Any]:
    """The attributes that were sent, ids as numbers."""
    fields = params.assignment or AssignmentFields()
    names = [name for name in fields.__struct_fields__ if name != "assignment_overrides"]
    values = {name: getattr(fields, name) for name in names}
    values = {name: value for name, value in values.items() if value is not UNSET}
    for name in IDS:
        if name in values:
            values[name] = number(call, values[name])
    if values.get("assignment_group_id", NOBODY) is None:
        del values["assignment_group_id"]
    for name in ("allowed_extensions",):
        if values.get(name) is not None:
            values[name] = tuple(values[name]) or None
    if values.get("sis_assignment_id") == "":
        values["sis_assignment_id"] = None
    return values


def number(call: Call, text: str | None) -> int | None:
    """An id that was sent; blank is none."""
    if text is None or not text.strip():
        return None
    try:
        return call.local(text)
    except NotFound:
        return NOBODY


def override(call: Call, fields: OverrideFields) -> OverrideCommand:
    students = fields.student_ids
    return OverrideCommand(
        id=number(call, fields.id or None),
        student_ids=None if students is None or students is UNSET else tuple(number(call, one) or NOBODY for one in students),
        course_section_id=number(call, fields.course_section_id or None),
        title=fields.title or None,
        due_at=fields.due_at,
        unlock_at=fields.unlock_at,
        lock_at=fields.lock_at,
    )


def overrides(call: Call, params: AssignmentParams) -> list[OverrideCommand] | None:
    found = params.assignment.assignment_overrides if params.assignment else UNSET
    return None if found is UNSET or found is None else [override(call, one) for one in found]


def filtered(call: Call, params: AssignmentListParams) -> Wanted:
    """Which assignments were asked for."""
    bucket = params.bucket or None
    if bucket is not None and bucket not in BUCKETS:
        raise Malformed(f"bucket is not one of {', '.join(BUCKETS)}.", field="bucket")
    return Wanted(
        search_term=params.search_term or None,
        bucket=bucket,
        order_by=params.order_by or None,
        ids=frozenset(number(call, one) or NOBODY for one in params.assignment_ids) if params.assignment_ids else None,
        groups=[call.number("assignment_group_id")] if "assignment_group_id" in call.path else None,
    )


def index(call: Call, params: AssignmentListParams) -> Listing:
    page = call.page
    wanted = filtered(call, params)
    found, total = call.read(
        lambda unit: assignments.list_for_course(
            unit, call.course_id(unit), wanted, include=params.include, offset=page.offset, limit=page.limit
        )
    )
    return Listing([assignment(one, call.base_url, params.include) for one in found], total=total)


def show(call: Call, params: AssignmentShowParams) -> Assignment:
    found = call.read(
        lambda unit: assignments.show(unit, call.course_id(unit), call.assignment_id(unit), include=params.include)
    )
    return assignment(found, call.base_url, params.include)


def create(call: Call, params: AssignmentParams) -> Assignment:
    found = call.write(
        lambda unit: assignment_editing.create(
            unit, call.course_id(unit), sent(call, params), overrides=overrides(call, params)
        )
    )
    return assignment(found, call.base_url, ["overrides"] if found.overrides else [])


def update(call: Call, params: AssignmentParams) -> Assignment:
    found = call.write(
        lambda unit: assignment_editing.update(
            unit, call.course_id(unit), call.assignment_id(unit), sent(call, params), overrides=overrides(call, params)
        )
    )
    return assignment(found, call.base_url, ["overrides"] if found.overrides else [])


def delete(call: Call, _params: None) -> Assignment:
    found = call.write(lambda unit: assignment_editing.delete(unit, call.course_id(unit), call.assignment_id(unit)))
    return assignment(found, call.base_url, [])


MANY = "/api/v1/courses/:course_id/assignments"
ONE = f"{MANY}/:assignment_id"
OPERATIONS = (
    Operation(
        method="GET",
        path=MANY,
        name="list_assignments",
        summary="List the assignments of a course that the caller may see",
        handler=index,
        params=AssignmentListParams,
        returns=list[Assignment],
        paginated=True,
        tag="Assignments",
    ),
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/assignment_groups/:assignment_group_id/assignments",
        name="list_assignments_of_group",
        summary="List the assignments of a group that the caller may see",
        handler=index,
        params=AssignmentListParams,
        returns=list[Assignment],
        paginated=True,
        tag="Assignments",
    ),
    Operation(
        method="GET",
        path=ONE,
        name="show_assignment",
        summary="Show an assignment",
        handler=show,
        params=AssignmentShowParams,
        returns=Assignment,
        tag="Assignments",
    ),
    Operation(
        method="POST",
        path=MANY,
        name="create_assignment",
        summary="Create an assignment",
        handler=create,
        params=AssignmentParams,
        returns=Assignment,
        writes=True,
        status=201,
        tag="Assignments",
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_assignment",
        summary="Change an assignment",
        handler=update,
        params=AssignmentParams,
        returns=Assignment,
        writes=True,
        tag="Assignments",
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="delete_assignment",
        summary="Delete an assignment",
        handler=delete,
        returns=Assignment,
        writes=True,
        tag="Assignments",
    ),
)
