"""Comments, under a submission and under a provisional grade (moderation reference, 8.3 and 8.4)."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType, field

from gradewire.actions.submission_comments import CommentView
from gradewire.dialects.canvas.shapes.files import File, file
from gradewire.dialects.canvas.wire import base36, whole
from gradewire.store.users import UserRow

AVATAR = "/images/messages/avatar-50.png"
"""Pictures of people are not kept here; this is everybody's."""


class UserDisplay(Struct):
    """A person as shown beside something the person wrote."""

    id: int | UnsetType = UNSET
    anonymous_id: str | UnsetType = UNSET
    display_name: str | UnsetType = UNSET
    avatar_image_url: str | UnsetType = UNSET
    html_url: str | UnsetType = UNSET
    pronouns: str | UnsetType | None = UNSET


class MediaComment(Struct):
    media_id: str
    media_type: str | None
    display_name: str | None
    url: str
    content_type: str | None = field(name="content-type")


class SubmissionComment(Struct):
    """A real comment. ``author`` is empty when the caller may not know who wrote it."""

    id: int
    author_id: int | None
    author_name: str | None
    author: UserDisplay
    comment: str
    created_at: datetime | None
    edited_at: datetime | None
    attempt: int | None
    media_comment: MediaComment | UnsetType = UNSET
    attachments: list[File] | UnsetType = UNSET


class ProvisionalComment(Struct):
    """A comment listed under a provisional grade: its own, and the real ones."""

    id: int
    comment: str
    attempt: int | None
    created_at: datetime | None
    draft: bool
    group_comment_id: str | None
    media_comment_id: str | None
    media_comment_type: str | None
    cached_attachments: list[File]
    publishable: bool
    author_id: int | UnsetType | None = UNSET
    author_name: str | UnsetType | None = UNSET
    anonymous_id: str | UnsetType = UNSET


def user_display(row: UserRow, base_url: str, course_id: int) -> UserDisplay:
    return UserDisplay(
        id=row.id,
        anonymous_id=base36(row.id),
        display_name=row.short_name,
        avatar_image_url=base_url + AVATAR,
        html_url=f"{base_url}/courses/{course_id}/users/{row.id}",
        pronouns=row.pronouns,
    )


def submission_comment(view: CommentView, base_url: str) -> SubmissionComment:
    row = view.row
    shown = view.author if view.own or view.anonymous_id is None else None
    hidden = view.anonymous_id is not None and not view.own
    shape = SubmissionComment(
        id=row.id,
        author_id=None if shown is None else shown.id,
        author_name="Anonymous User" if hidden else None if shown is None else shown.name,
        author=UserDisplay() if shown is None else user_display(shown, base_url, row.course_id),
        comment=row.comment,
        created_at=whole(row.created_at),
        edited_at=whole(row.edited_at),
        attempt=row.attempt,
    )
    if row.media_comment_id is not None:
        kind = row.media_comment_type
        shape.media_comment = MediaComment(
            media_id=row.media_comment_id,
            media_type=kind,
            display_name=None,
            url=f"{base_url}/courses/{row.course_id}/media_download?entryId={row.media_comment_id}&redirect=1",
            content_type=f"{kind}/mp4" if kind else None,
        )
    if view.attachments:
        shape.attachments = [file(one, base_url) for one in view.attachments]
    return shape


def provisional_comment(view: CommentView, base_url: str) -> ProvisionalComment:
    row = view.row
    shape = ProvisionalComment(
        id=row.id,
        comment=row.comment,
        attempt=row.attempt,
        created_at=whole(row.created_at),
        draft=row.draft,
        group_comment_id=row.group_comment_id,
        media_comment_id=row.media_comment_id,
        media_comment_type=row.media_comment_type,
        cached_attachments=[file(one, base_url) for one in view.attachments],
        publishable=row.draft and view.own,
    )
    name = None if view.author is None else view.author.name
    if view.anonymous_id is None:
        shape.author_id = row.author_id
        shape.author_name = name
    else:
        shape.anonymous_id = view.anonymous_id
        if view.own:
            shape.author_name = name
    return shape
