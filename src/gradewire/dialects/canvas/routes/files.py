"""Files: announced for a submission or a comment, confirmed, shown. Their bytes come and go by ``transfers``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta, Struct

from gradewire.actions import files, uploads
from gradewire.actions.unit import Unit
from gradewire.actions.uploads import Announced, Announcement
from gradewire.core.errors import Missing
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.files import File, Upload, file, upload


class UploadParams(Struct):
    name: Annotated[str, Meta(description="The name of the file")] | None = None
    size: Annotated[int, Meta(description="In bytes")] | None = None
    content_type: Annotated[str, Meta(description="Without it, what the name says")] | None = None
    url: Annotated[str, Meta(description="Refused: files are not fetched from elsewhere")] | None = None


class ConfirmParams(Struct):
    uuid: str | None = None


Announce = Callable[..., Announced]


def _announce(call: Call, params: UploadParams, action: Announce) -> Upload:
    sent = Announcement(name=params.name, size=params.size, content_type=params.content_type, url=params.url)

    def work(unit: Unit) -> Announced:
        course_id, section_id = call.course_and_section(unit)
        student_id = call.user_id(unit)
        return action(unit, course_id, call.assignment_id(unit), student_id, sent, section_id=section_id)

    return upload(call.write(work), call.base_url)


def announce_for_submission(call: Call, params: UploadParams) -> Upload:
    return _announce(call, params, uploads.announce_for_submission)


def announce_for_comment(call: Call, params: UploadParams) -> Upload:
    return _announce(call, params, uploads.announce_for_comment)


def confirm(call: Call, params: ConfirmParams) -> File:
    if params.uuid is None:
        raise Missing("uuid")
    uuid = params.uuid
    return file(call.read(lambda unit: uploads.confirm(unit, call.number("file_id"), uuid)), call.base_url)


def show(call: Call, _params: None) -> File:
    return file(call.read(lambda unit: files.show(unit, call.number("file_id"))), call.base_url)


_TAG = "Files"
_SUBMISSION = "/api/v1/{0}s/:{0}_id/assignments/:assignment_id/submissions/:user_id"
_STEPS = (
    "The answer says where to send the bytes to, as multipart/form-data with the upload_params before the file, within half an "
    "hour; that answers 201 with the file and, in Location, where to confirm it."
)


def _announcing(place: str) -> tuple[Operation, Operation]:
    twin = "" if place == "course" else "_in_section"
    path = _SUBMISSION.format(place)
    return (
        Operation(
            method="POST",
            path=f"{path}/files",
            name=f"upload_submission_file{twin}",
            summary="Announce a file that shall be handed in",
            description=_STEPS,
            handler=announce_for_submission,
            params=UploadParams,
            returns=Upload,
            writes=True,
            tag=_TAG,
        ),
        Operation(
            method="POST",
            path=f"{path}/comments/files",
            name=f"upload_comment_file{twin}",
            summary="Announce a file that shall go with a comment on a submission",
            description=_STEPS,
            handler=announce_for_comment,
            params=UploadParams,
            returns=Upload,
            writes=True,
            tag=_TAG,
        ),
    )


OPERATIONS = (
    *_announcing("course"),
    *_announcing("section"),
    Operation(
        method="GET",
        path="/api/v1/files/:file_id/create_success",
        name="confirm_file",
        summary="Confirm a file that was sent",
        handler=confirm,
        params=ConfirmParams,
        returns=File,
        tag=_TAG,
    ),
    Operation(
        method="POST",
        path="/api/v1/files/:file_id/create_success",
        name="confirm_file_by_post",
        summary="Confirm a file that was sent",
        handler=confirm,
        params=ConfirmParams,
        returns=File,
        writes=True,
        tag=_TAG,
    ),
    Operation(
        method="GET",
        path="/api/v1/files/:file_id",
        name="show_file",
        summary="Show a file that the caller uploaded, or that belongs to work or a comment which the caller sees",
        handler=show,
        returns=File,
        tag=_TAG,
    ),
)
