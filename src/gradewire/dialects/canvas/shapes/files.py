"""The file object, alone and as an attachment, and what the first step of an upload answers."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from gradewire.actions.uploads import Announced
from gradewire.dialects.canvas.wire import whole
from gradewire.store.attachments import AttachmentRow

MIME_CLASSES = {"image": "image", "audio": "audio", "video": "video", "text/html": "html", "text/plain": "text"}
PDF, ZIP = "application/pdf", "application/zip"


class File(Struct):
    """A file. ``url`` leads to its bytes without signing in, for whoever was shown it."""

    id: int
    uuid: str
    folder_id: int | None
    display_name: str
    filename: str
    upload_status: str
    content_type: str = field(name="content-type")
    url: str
    size: int | None
    created_at: datetime | None
    updated_at: datetime | None
    modified_at: datetime | None
    unlock_at: datetime | None
    locked: bool
    hidden: bool
    lock_at: datetime | None
    hidden_for_user: bool
    locked_for_user: bool
    thumbnail_url: str | None
    mime_class: str
    media_entry_id: str | None
    category: str
    preview_url: str | None


class Upload(Struct):
    """Where to send the bytes to, with which parameters before them, and under which name."""

    upload_url: str
    upload_params: dict[str, str]
    file_param: str


class Sent(File):
    """What the second step answers: the file, and where to confirm it."""

    location: str = ""


def _values(row: AttachmentRow, base_url: str) -> dict[str, object]:
    return {
        "id": row.id,
        "uuid": row.uuid,
        "folder_id": None,
        "display_name": row.display_name,
        "filename": row.filename,
        "upload_status": "success" if row.workflow_state == "available" else "pending",
        "content_type": row.content_type,
        "url": f"{base_url}/files/{row.id}/download?download_frd=1&verifier={row.uuid}",
        "size": row.size,
        "created_at": whole(row.created_at),
        "updated_at": whole(row.updated_at),
        "modified_at": whole(row.updated_at),
        "unlock_at": None,
        "locked": False,
        "hidden": False,
        "lock_at": None,
        "hidden_for_user": False,
        "locked_for_user": False,
        "thumbnail_url": None,
        "mime_class": _mime_class(row.content_type),
        "media_entry_id": None,
        "category": "uncategorized",
        "preview_url": None,
    }


def file(row: AttachmentRow, base_url: str) -> File:
    return File(**_values(row, base_url))  # type: ignore[arg-type]


def sent(row: AttachmentRow, base_url: str) -> Sent:
    return Sent(**_values(row, base_url), location=confirmation_url(row, base_url))  # type: ignore[arg-type]


def confirmation_url(row: AttachmentRow, base_url: str) -> str:
    return f"{base_url}/api/v1/files/{row.id}/create_success?uuid={row.uuid}"


def upload(announced: Announced, base_url: str) -> Upload:
    return Upload(
        upload_url=f"{base_url}/uploads/{announced.attachment_id}",
        upload_params={
            "filename": announced.filename,
            "content_type": announced.content_type,
            "token": announced.secret,
        },
        file_param="file",
    )


def _mime_class(content_type: str) -> str:
    if content_type == PDF:
        return "pdf"
    if content_type == ZIP:
        return "zip"
    return MIME_CLASSES.get(content_type) or MIME_CLASSES.get(content_type.partition("/")[0]) or "file"
