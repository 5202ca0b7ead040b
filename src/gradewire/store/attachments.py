"""What is known of files that were handed in or attached to comments; their bytes are in the file storage."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among


class AttachmentRow(Struct, frozen=True):
    id: int
    root_account_id: int
    user_id: int
    purpose: str
    assignment_id: int | None
    student_id: int | None
    uuid: str
    """The name of the object in the file storage, and what lets somebody follow a link to it."""
    filename: str
    display_name: str
    content_type: str
    size: int | None
    sha256: str | None
    upload_digest: str | None
    upload_until: datetime | None
    attached_at: datetime | None
    workflow_state: str
    created_at: datetime
    updated_at: datetime


C = t.attachments.c
COLUMNS: tuple[sa.Column[Any], ...] = tuple(C[name] for name in AttachmentRow.__struct_fields__)


def add(connection: sa.Connection, values: Mapping[str, Any], now: datetime) -> int:
    """A file that is announced and not there yet."""
    number: int = connection.execute(
        sa.insert(t.attachments).values(**values, created_at=now, updated_at=now).returning(C.id)
    ).scalar_one()
    return number


def find(connection: sa.Connection, attachment_id: int) -> AttachmentRow | None:
    """A file that is there or announced."""
    query = sa.select(*COLUMNS).where(C.id == attachment_id, C.workflow_state != "deleted")
    row: Any = connection.execute(query).one_or_none()
    return None if row is None else AttachmentRow(*row)


def by_ids(connection: sa.Connection, ids: Collection[int]) -> dict[int, AttachmentRow]:
    """Those of these files that are there."""
    if not ids:
        return {}
    query = sa.select(*COLUMNS).where(among(connection, C.id, ids), C.workflow_state == "available")
    return {row.id: AttachmentRow(*row) for row in connection.execute(query)}


def claim(connection: sa.Connection, attachment_id: int, digest: str, now: datetime) -> bool:
    """Use up the secret of an announced file; False when somebody else has, or its time is over."""
    done = connection.execute(
        sa.update(t.attachments)
        .where(C.id == attachment_id, C.workflow_state == "pending", C.upload_digest == digest, C.upload_until > now)
        .values(upload_digest=None, updated_at=now)
    )
    return done.rowcount == 1


def settle(connection: sa.Connection, attachment_id: int, *, size: int, sha256: str, now: datetime) -> None:
    """Say that the bytes of a file are there."""
    connection.execute(
        sa.update(t.attachments)
        .where(C.id == attachment_id, C.workflow_state == "pending")
        .values(workflow_state="available", size=size, sha256=sha256, upload_until=None, updated_at=now)
    )


def attach(connection: sa.Connection, ids: Collection[int], now: datetime) -> None:
    """Say that files were handed in or commented with."""
    if ids:
        connection.execute(
            sa.update(t.attachments).where(among(connection, C.id, ids), C.attached_at.is_(None)).values(attached_at=now)
        )


def stale(connection: sa.Connection, *, announced_before: datetime, unused_before: datetime, limit: int) -> list[AttachmentRow]:
    """Files that were announced and never came, and files that nobody has used; the oldest first."""
    announced = sa.and_(C.workflow_state == "pending", C.upload_until < announced_before)
    unused = sa.and_(C.workflow_state == "available", C.attached_at.is_(None), C.updated_at < unused_before)
    query = sa.select(*COLUMNS).where(sa.or_(announced, unused)).order_by(C.id).limit(limit)
    return [AttachmentRow(*row) for row in connection.execute(query)]


def remove(connection: sa.Connection, ids: Collection[int], now: datetime) -> list[str]:
    """Mark files as deleted that still are not used; the names of their objects."""
    done = connection.execute(
        sa.update(t.attachments)
        .where(among(connection, C.id, ids), C.attached_at.is_(None))
        .values(workflow_state="deleted", upload_digest=None, updated_at=now)
        .returning(C.uuid)
    )
    return list(done.scalars())
