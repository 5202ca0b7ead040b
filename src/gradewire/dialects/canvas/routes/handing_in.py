"""Handing in work for an assignment."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import handing_in
from gradewire.actions.handing_in import HandIn
from gradewire.actions.submission_comments import CommentCommand
from gradewire.actions.submissions import SubmissionPage
from gradewire.actions.unit import Unit
from gradewire.core.errors import Missing
from gradewire.dialects.canvas.call import Answer, Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.routes.submission_pages import describe
from gradewire.dialects.canvas.routes.submissions import file_ids


class HandInFields(Struct):
    submission_type: Annotated[str, Meta(description="online_text_entry, online_url, online_upload")] | None = None
    body: Annotated[str, Meta(description="The text, in HTML; what could run in a reader's browser is cut out")] | None = None
    url: Annotated[str, Meta(description="The address of a web page that is the work")] | None = None
    file_ids: Annotated[list[str], Meta(description="Files uploaded for this submission")] | UnsetType = UNSET
    user_id: Annotated[str, Meta(description="The student for whom a grader hands in")] | None = None
    submitted_at: Annotated[datetime, Meta(description="When it counts as handed in; for graders")] | None = None


class HandInComment(Struct):
    text_comment: str | None = None
    group_comment: bool = False


class HandInParams(Struct):
    submission: HandInFields | None = None
    comment: HandInComment | None = None


def submit(call: Call, params: HandInParams) -> Answer:
    if params.submission is None:
        raise Missing("submission")
    fields, said = params.submission, params.comment

    def action(unit: Unit) -> Answer:
        course_id, section_id = call.course_and_section(unit)
        comment = None
        if said is not None and said.text_comment:
            comment = CommentCommand(text=said.text_comment, group_comment=said.group_comment)
        done = handing_in.submit(
            unit,
            course_id,
            call.assignment_id(unit),
            HandIn(
                submission_type=fields.submission_type,
                body=fields.body,
                url=fields.url,
                file_ids=None if fields.file_ids is UNSET else file_ids(call, fields.file_ids),
                user_id=call.person(unit, fields.user_id) if fields.user_id else None,
                submitted_at=fields.submitted_at,
                comment=comment,
            ),
            section_id=section_id,
        )
        page = SubmissionPage(done.access, done.assignment, [done.view], 1)
        shape = describe(call, unit, page, {"submission_comments"} if comment else set())[0]
        row = done.view.row
        place = f"/api/v1/courses/{row.course_id}/assignments/{row.assignment_id}/submissions/{row.user_id}"
        return Answer(shape, status=201, headers={"Location": f"{call.base_url}{place}"})

    return call.write(action)


def _submitting(place: str, twin: str) -> Operation:
    return Operation(
        method="POST",
        path=f"/api/v1/{place}s/:{place}_id/assignments/:assignment_id/submissions",
        name=f"submit_assignment{twin}",
        summary="Hand in work for an assignment: for oneself, or as a grader for a student",
        handler=submit,
        params=HandInParams,
        returns=dict[str, Any],
        writes=True,
        status=201,
        tag="Submissions",
    )


OPERATIONS = (_submitting("course", ""), _submitting("section", "_in_section"))
