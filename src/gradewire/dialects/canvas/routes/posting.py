"""Posting and hiding the grades of an assignment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import posting
from gradewire.actions.posting import Order, ProgressRow
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.progress import Progress, progress


class PostingParams(Struct):
    graded_only: Annotated[bool, Meta(description="Leave alone what is not graded.")] = False
    section_ids: Annotated[list[str] | UnsetType | None, Meta(description="Only students of these sections.")] = UNSET


def post_grades(call: Call, params: PostingParams) -> Progress:
    return _turn(call, params, posting.post)


def hide_grades(call: Call, params: PostingParams) -> Progress:
    return _turn(call, params, posting.hide)


def _turn(call: Call, params: PostingParams, verb: Callable[[Unit, int, int, Order], ProgressRow]) -> Progress:
    def action(unit: Unit) -> ProgressRow:
        sections = [call.local(text) for text in params.section_ids or ()]
        order = Order(graded_only=params.graded_only, section_ids=sections or None)
        return verb(unit, call.course_id(unit), call.assignment_id(unit), order)

    return progress(call.write(action), call.base_url)


def _operation(verb: str, summary: str) -> Operation:
    return Operation(
        method="POST",
        path=f"/api/v1/courses/:course_id/assignments/:assignment_id/{verb}_grades",
        name=f"{verb}_assignment_grades",
        summary=summary,
        description="Canvas has this in GraphQL only.",
        handler=post_grades if verb == "post" else hide_grades,
        params=PostingParams,
        returns=Progress,
        writes=True,
        refuses=(400,),
        tag="Submissions",
    )


OPERATIONS = (
    _operation("post", "Let students see their grades"),
    _operation("hide", "Take grades from the students' sight"),
)
