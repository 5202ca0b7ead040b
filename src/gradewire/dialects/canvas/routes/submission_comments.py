"""Comments on submissions: changed and taken away."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions import comment_editing
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.comments import SubmissionComment, submission_comment

ONE = "/api/v1/courses/:course_id/assignments/:assignment_id/submissions/:user_id/comments/:comment_id"
_TAG = "Submission comments"


class CommentParams(Struct):
    comment: str = ""


def edit_comment(call: Call, params: CommentParams) -> SubmissionComment:
    view = call.write(
        lambda unit: comment_editing.edit(
            unit,
            call.course_id(unit),
            call.assignment_id(unit),
            call.user_id(unit),
            call.number("comment_id"),
            params.comment,
        )
    )
    return submission_comment(view, call.base_url)


def delete_comment(call: Call, _params: None) -> SubmissionComment:
    view = call.write(
        lambda unit: comment_editing.delete(
            unit, call.course_id(unit), call.assignment_id(unit), call.user_id(unit), call.number("comment_id")
        )
    )
    return submission_comment(view, call.base_url)


OPERATIONS = (
    Operation(
        method="PUT",
        path=ONE,
        name="edit_submission_comment",
        summary="Give one's own comment on a submission another text",
        handler=edit_comment,
        params=CommentParams,
        returns=SubmissionComment,
        writes=True,
        tag=_TAG,
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="delete_submission_comment",
        summary="Take away a comment on a submission",
        handler=delete_comment,
        returns=SubmissionComment,
        writes=True,
        tag=_TAG,
    ),
)
