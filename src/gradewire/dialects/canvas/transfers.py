"""The bytes of files: taken as ``multipart/form-data`` from who has the secret of an announcement, given to who has a link.

Neither is an operation of the API: nobody signs in, and nothing is read into memory. What was uploaded never runs on this
server's origin: it is a download, of the type that was said, in a sandbox.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from urllib.parse import quote

import anyio.to_thread
import structlog
from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from gradewire.actions import files, unit, uploads
from gradewire.actions.attachments import AttachmentRow
from gradewire.actions.unit import Asker
from gradewire.actions.world import World
from gradewire.core.errors import Malformed, NotFound, TooLarge
from gradewire.dialects.canvas.bodies import parse_query
from gradewire.dialects.canvas.errors import failure
from gradewire.dialects.canvas.mount import Incoming, Mounting
from gradewire.dialects.canvas.shapes.files import confirmation_url, sent
from gradewire.dialects.canvas.wire import CONTENT_TYPE, encode

logger = structlog.get_logger()

LONGEST_FIELD = 4096
MOST_FIELDS = 50
ROOM_FOR_FIELDS = 256 * 1024
"""How many bytes the parameters and the boundaries around a file may take."""
_UPLOAD = re.compile(r"/uploads/([0-9]{1,18})/?")
_DOWNLOAD = re.compile(r"/files/([0-9]{1,18})/download/?")

SAFE = {
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "cache-control": "private, no-store",
}
"""So that a browser saves what it gets and runs nothing of it."""


def uploading(mounting: Mounting) -> ASGIRouteHandler:
    """The address to which announced files are sent. (Litestar takes one mount for another that begins alike.)"""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope)
        try:
            row = await _take(incoming, receive, mounting.world)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client is answered
            await _refuse(send, error, "upload failed")
            return
        base_url = mounting.base_url(incoming)
        headers = {"location": confirmation_url(row, base_url)}
        await _answer(send, 201, encode(sent(row, base_url)), {"content-type": CONTENT_TYPE, **headers})

    return asgi("/uploads", is_mount=True, copy_scope=False)(serve)


def downloading(mounting: Mounting) -> ASGIRouteHandler:
    """The addresses of the files themselves."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - Litestar asks for the names
        incoming = Incoming(scope)
        try:
            row, chunks = await anyio.to_thread.run_sync(_open, incoming, mounting.world)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client is answered
            await _refuse(send, error, "download failed")
            return
        await _give(send, row, chunks, head=incoming.method == "HEAD")

    return asgi("/files", is_mount=True, copy_scope=False)(serve)


async def _take(incoming: Incoming, receive: Receive, world: World) -> AttachmentRow:
    place = _UPLOAD.fullmatch(incoming.raw_path)
    if place is None or incoming.method != "POST":
        raise NotFound
    declared = incoming.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > world.max_file_bytes + ROOM_FOR_FIELDS:
        raise TooLarge
    kind, options = parse_options_header(incoming.headers.get("content-type", ""))
    boundary = options.get("boundary", "")
    if kind.lower() != "multipart/form-data" or not boundary or not boundary.isascii():
        raise Malformed("The body is not multipart/form-data with a usable boundary.")
    parts = _Parts(boundary, _body(receive))
    secret = await parts.secret()
    return await uploads.receive(world, int(place[1]), secret, parts.content())


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed("The request ended before its body did.")
        chunk: bytes = message.get("body", b"")  # type: ignore[assignment]
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return


class _Parts:
    """A multipart body that is read as it comes: the parameters first, then the bytes of the file, which is the last part."""

    def __init__(self, boundary: str, body: AsyncIterator[bytes]) -> None:
        self._body = body
        self._parser = PushMultipartParser(boundary, max_segment_count=MOST_FIELDS)
        self._events: Iterator[object] = iter(())

    async def secret(self) -> str:
        """Read up to the file; the secret among the parameters.

        Raises:
            Malformed: the body cannot be read, or has no file behind the parameters.
            NotFound: there is no secret.
        """
        fields: dict[str, bytes] = {}
        name = ""
        async for event in self._all():
            if isinstance(event, MultipartSegment):
                if event.filename is not None:
                    if "token" not in fields:
                        raise NotFound
                    return fields["token"].decode(errors="replace")
                name = event.name or ""
                fields[name] = b""
            elif isinstance(event, (bytes, bytearray)):
                fields[name] += event
                if len(fields[name]) > LONGEST_FIELD:
                    raise Malformed("A parameter before the file is too long.")
        raise Malformed("The body has no file behind its parameters.", field="file")

    async def content(self) -> AsyncIterator[bytes]:
        """The bytes of the file; after its end the rest of the body is looked at, so that a broken one is no file."""
        ended = False
        async for event in self._all():
            if event is None:
                ended = True
            elif not ended and isinstance(event, (bytes, bytearray)):
                yield bytes(event)

    async def _all(self) -> AsyncIterator[object]:
        try:
            while True:
                for event in self._events:
                    yield event
                chunk = await anext(self._body, None)
                if chunk is None:
                    self._parser.close()
                    return
                self._events = iter(self._parser.parse(chunk))
        except (MultipartError, UnicodeError) as error:
            raise Malformed(f"The multipart body cannot be read: {error}.") from None


def _open(incoming: Incoming, world: World) -> tuple[AttachmentRow, Iterator[bytes]]:
    place = _DOWNLOAD.fullmatch(incoming.raw_path)
    if place is None or incoming.method not in {"GET", "HEAD"}:
        raise NotFound
    verifier = parse_query(incoming.query).get("verifier")
    if not isinstance(verifier, str):
        raise NotFound
    number = int(place[1])
    row = unit.read(world, Asker(None), lambda one: files.follow(one, number, verifier))
    content = world.files.get(row.uuid)
    if content is None:
        logger.error("a file is not in the file storage", attachment_id=row.id)
        raise NotFound
    return row, content.chunks


async def _give(send: Send, row: AttachmentRow, chunks: Iterator[bytes], *, head: bool) -> None:
    headers = {
        "content-type": row.content_type,
        "content-length": str(row.size),
        "content-disposition": f"attachment; filename*=UTF-8''{quote(row.filename, safe='')}",
        **SAFE,
    }
    await _start(send, 200, headers)
    while not head:
        chunk = await anyio.to_thread.run_sync(partial(next, chunks, b""))
        if not chunk:
            break
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _refuse(send: Send, error: Exception, event: str) -> None:
    found = failure(error)
    if found.status >= 500:
        logger.error(event, kind=type(error).__name__, exc_info=error)
    await _answer(send, found.status, encode(found.body), {"content-type": CONTENT_TYPE, **found.headers})


async def _answer(send: Send, status: int, content: bytes, headers: dict[str, str]) -> None:
    await _start(send, status, {**headers, "content-length": str(len(content)), "x-content-type-options": "nosniff"})
    await send({"type": "http.response.body", "body": content, "more_body": False})


async def _start(send: Send, status: int, headers: dict[str, str]) -> None:
    listed = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": listed})
