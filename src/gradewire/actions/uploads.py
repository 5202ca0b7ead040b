"""Files on their way here, in Canvas's three steps: announced with the right to hand in or to comment, sent by whoever holds
the secret of the announcement, confirmed by whom they belong to.

The secret is good for one sending within half an hour. What is sent goes to a temporary file first and to the file storage
when it is whole, so that the storage never holds a part of a file, nor one that is too large.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import mimetypes
import re
import secrets
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import IO

import anyio.to_thread
from msgspec import Struct

from gradewire.actions import handing_in, submissions, unit
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.attachments import COMMENT, SUBMISSION
from gradewire.actions.tokens import digest_of
from gradewire.actions.unit import Asker, System, Unit
from gradewire.actions.world import World
from gradewire.core.errors import Denied, Malformed, Missing, NotFound, Refused, TooLarge
from gradewire.core.handing_in import INVALID_TYPE, check_extension, clean_filename
from gradewire.store import assignments, attachments
from gradewire.store import submissions as submission_rows
from gradewire.store.attachments import AttachmentRow

LIFETIME = timedelta(minutes=30)
"""How long an announcement is good; Canvas's are for as long."""
UNUSED = timedelta(days=7)
"""How long a file that nobody handed in or commented with is kept."""
BATCH = 1024 * 1024
"""How many bytes of an upload are in memory before they are written down."""
CLEANED_AT_ONCE = 500

TOO_LARGE = "file size exceeds quota"
BY_URL = "Uploading from a URL is not supported: send the file itself"
_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}")
_UNKNOWN = "application/octet-stream"
_TYPES = mimetypes.MimeTypes(filenames=())


class Announcement(Struct, frozen=True, kw_only=True):
    """What is said of a file before it is sent."""

    name: str | None
    size: int | None = None
    content_type: str | None = None
    url: str | None = None


class Announced(Struct, frozen=True):
    """An announced file with the secret by which its bytes may be sent, told this once."""

    attachment_id: int
    secret: str
    filename: str
    content_type: str


def announce_for_submission(
    unit: Unit, course_id: int, assignment_id: int, student_id: int, sent: Announcement, *, section_id: int | None = None
) -> Announced:
    """Announce a file that shall be handed in: one's own as long as one may hand in, or a student's by a grader.

    Raises:
        NotFound: no such course, assignment, or student whom the caller sees.
        Denied: somebody else's work, or it cannot be handed in now.
        Missing, Malformed, Refused: the announcement; or the assignment takes no files, or none of this type.
    """
    access = course_access(unit, course_id)
    assignment = access.assignment(assignment_id)
    handing_in.open_submission(unit, access, assignment, student_id, section_id=section_id)
    if "online_upload" not in assignment.submission_types:
        raise Refused("handing_in", INVALID_TYPE)
    row = assignments.find(unit.connection, course_id, assignment_id)
    if row is None:
        raise NotFound
    filename = _filename(sent)
    check_extension(filename, row.allowed_extensions)
    return _announce(unit, access, sent, purpose=SUBMISSION, assignment_id=assignment_id, student_id=student_id)


def announce_for_comment(
    unit: Unit, course_id: int, assignment_id: int, student_id: int, sent: Announcement, *, section_id: int | None = None
) -> Announced:
    """Announce a file that shall go with a comment on a submission on which the caller may comment.

    Raises:
        NotFound: no such course, assignment, or student whom the caller sees.
        Denied: no right to comment, or not assigned to this student.
        Missing, Malformed, Refused: the announcement.
    """
    access = course_access(unit, course_id)
    assignment = access.assignment(assignment_id)
    handing_in.find_in_section(unit, access, student_id, section_id)
    submissions.find_student(unit, access, student_id)
    if not submissions.may_comment(access, student_id):
        raise Denied
    if not submission_rows.by_students(unit.connection, assignment_id, [student_id]):
        raise Denied
    return _announce(unit, access, sent, purpose=COMMENT, assignment_id=assignment.id, student_id=student_id)


def _announce(
    unit: Unit, access: CourseAccess, sent: Announcement, *, purpose: str, assignment_id: int, student_id: int
) -> Announced:
    filename = _filename(sent)
    if sent.size is not None and sent.size < 0:
        raise Malformed("size is not the size of a file.", field="size")
    if (sent.size or 0) > unit.world.max_file_bytes:
        raise Refused("handing_in", TOO_LARGE)
    secret = secrets.token_urlsafe(32)
    content_type = _content_type(sent.content_type, filename)
    number = attachments.add(
        unit.connection,
        {
            "root_account_id": access.rules.course.root_account_id,
            "user_id": unit.caller.user_id,
            "purpose": purpose,
            "assignment_id": assignment_id,
            "student_id": student_id,
            "uuid": secrets.token_hex(16),
            "filename": filename,
            "display_name": filename,
            "content_type": content_type,
            "size": sent.size,
            "upload_digest": digest_of(secret),
            "upload_until": unit.now + LIFETIME,
        },
        unit.now,
    )
    return Announced(number, secret, filename, content_type)


def _filename(sent: Announcement) -> str:
    if sent.url:
        raise Refused("handing_in", BY_URL)
    if not sent.name or not sent.name.strip():
        raise Missing("name")
    return clean_filename(sent.name)


def _content_type(sent: str | None, filename: str) -> str:
    """What was said of the type, if it is one; else what the name says."""
    said = (sent or "").partition(";")[0].strip().lower()
    if said not in {"", _UNKNOWN, "unknown/unknown"} and _TYPE.fullmatch(said):
        return said
    return _TYPES.guess_type(filename)[0] or _UNKNOWN


async def receive(world: World, attachment_id: int, secret: str, chunks: AsyncIterator[bytes]) -> AttachmentRow:
    """Take the bytes of an announced file from whoever holds its secret.

    Raises:
        NotFound: no such announcement, another secret, one that was used already, or its time is over.
        TooLarge: more bytes than a file may have; it has to be announced anew.
    """
    asker = Asker(System())
    found = await anyio.to_thread.run_sync(
        lambda: unit.write(world, asker, lambda one: _claim(one, attachment_id, digest_of(secret)))
    )
    with tempfile.TemporaryFile() as file:
        size, sha256 = await _spool(file, chunks, limit=world.max_file_bytes)
        file.seek(0)
        await anyio.to_thread.run_sync(partial(world.files.put, found.uuid, file))
    return await anyio.to_thread.run_sync(
        lambda: unit.write(world, asker, lambda one: _settle(one, found.id, size=size, sha256=sha256))
    )


def receive_whole(world: World, attachment_id: int, secret: str, content: bytes) -> AttachmentRow:
    """Take the bytes of a file that a form of a page brought; raises what ``receive`` raises."""
    if len(content) > world.max_file_bytes:
        raise TooLarge
    asker = Asker(System())
    found = unit.write(world, asker, lambda one: _claim(one, attachment_id, digest_of(secret)))
    world.files.put(found.uuid, io.BytesIO(content))
    sha256 = hashlib.sha256(content).hexdigest()
    return unit.write(world, asker, lambda one: _settle(one, found.id, size=len(content), sha256=sha256))


async def _spool(file: IO[bytes], chunks: AsyncIterator[bytes], *, limit: int) -> tuple[int, str]:
    """Write everything down; how many bytes it was, and their SHA-256."""
    digest = hashlib.sha256()
    size = 0
    waiting = bytearray()
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge
        waiting += chunk
        if len(waiting) >= BATCH:
            await anyio.to_thread.run_sync(_write_down, file, digest, bytes(waiting))
            waiting.clear()
    await anyio.to_thread.run_sync(_write_down, file, digest, bytes(waiting))
    return size, digest.hexdigest()


def _write_down(file: IO[bytes], digest: hashlib._Hash, content: bytes) -> None:
    digest.update(content)
    file.write(content)


def _claim(unit: Unit, attachment_id: int, digest: str) -> AttachmentRow:
    found = attachments.find(unit.connection, attachment_id)
    if found is None or found.upload_digest is None or not hmac.compare_digest(found.upload_digest, digest):
        raise NotFound
    if not attachments.claim(unit.connection, attachment_id, digest, unit.now):
        raise NotFound
    return found


def _settle(unit: Unit, attachment_id: int, *, size: int, sha256: str) -> AttachmentRow:
    attachments.settle(unit.connection, attachment_id, size=size, sha256=sha256, now=unit.now)
    found = attachments.by_ids(unit.connection, [attachment_id]).get(attachment_id)
    if found is None:
        raise NotFound
    return found


def confirm(unit: Unit, attachment_id: int, uuid: str) -> AttachmentRow:
    """The third step: the file that the caller sent. It is there as soon as its bytes are, so there is nothing left to do.

    Raises:
        NotFound: no such file of the caller's, or its bytes did not arrive.
    """
    caller = unit.caller
    found = attachments.by_ids(unit.connection, [attachment_id]).get(attachment_id)
    if found is None or found.user_id != caller.user_id or not hmac.compare_digest(found.uuid.encode(), uuid.encode()):
        raise NotFound
    return found


def clean(world: World) -> int:
    """Remove files that were announced and did not come, or came and were used for nothing in a week; how many.

    The rows go first: a file that is used at this moment stays, and an object whose removal fails is found by nobody.
    """
    removed = 0
    while True:
        names = unit.write(world, Asker(System()), _remove_stale)
        if not names:
            return removed
        world.files.delete(names)
        removed += len(names)


def _remove_stale(unit: Unit) -> list[str]:
    found = attachments.stale(
        unit.connection, announced_before=unit.now - LIFETIME, unused_before=unit.now - UNUSED, limit=CLEANED_AT_ONCE
    )
    return attachments.remove(unit.connection, [row.id for row in found], unit.now)
