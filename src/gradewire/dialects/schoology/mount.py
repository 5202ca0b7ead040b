"""Operations as ASGI routes: bytes in, a signature verified, a ``Call`` to the handler, bytes out.

The order of a request: the path is looked up; the signature is verified, and the request remembered so that it is taken once
(``actions.oauth``); credits are spent; only then is the body read, for somebody who is known. Handlers are synchronous and run
on a thread. On SQLite the verification runs on the event loop, in the store's shared transaction, so that requests that arrive
together are remembered by one commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit

import anyio.to_thread
import structlog
from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from gradewire.actions import oauth, unit
from gradewire.actions.masquerading import Mask
from gradewire.actions.oauth import Shown, Signer, Wanted
from gradewire.actions.unit import Asker, RequestFacts
from gradewire.actions.world import World
from gradewire.core.errors import Denied, DomainError, Malformed, NotFound, Unauthenticated
from gradewire.core.forwarding import REQUEST_ID_KEY
from gradewire.core.urls import scrub_url
from gradewire.dialects.schoology.answers import Outcome, perform
from gradewire.dialects.schoology.auth import Addressed, further_parameters, read_shown
from gradewire.dialects.schoology.call import Call, Inner, PlainText, row_number
from gradewire.dialects.schoology.credits import WRITE, Credits
from gradewire.dialects.schoology.errors import TooLargeError, WrongMethodError, failure
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.params import parse_query
from gradewire.dialects.schoology.routing import Found, Routes
from gradewire.dialects.schoology.wire import CONTENT_TYPES, PLAIN, Format, choose, encode, parse_body

logger = structlog.get_logger()

ALWAYS = {
    "X-Schoology": "API",
    "X-Schoology-Env": "gradewire",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}
ROOT = "/v1"

MakeCall: TypeAlias = Callable[[Found, Operation, Mapping[str, Any], Mapping[str, Any]], Call]
"""(place, operation there, query, body) -> the call, by the caller of the whole request."""


class Mounting:
    """How the operations are reached from outside: what the composition root decides."""

    def __init__(
        self,
        world: World,
        *,
        base_url: str,
        aliases: Sequence[str],
        max_body_bytes: int,
        default_format: Format,
        bucket: Credits,
    ) -> None:
        self.world = world
        self.base_url = base_url.rstrip("/")
        """The public address, with which every link begins; the request's own host never counts."""
        self.signable = tuple(dict.fromkeys((self.base_url, *(alias.rstrip("/") for alias in aliases))))
        """Addresses under which clients may believe to call this server."""
        self.max_body_bytes = max_body_bytes
        self.default_format: Format = default_format
        self.credits = bucket
        self.hostname = urlsplit(self.base_url).hostname or "localhost"


class Incoming:
    """One request as the server hands it over."""

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]  # type: ignore[typeddict-item]
        raw = scope.get("raw_path")
        self.raw_path: str = raw.partition(b"?")[0].decode("latin-1") if raw else quote(scope["path"])
        self.query: str = scope["query_string"].decode("latin-1")
        self.scheme: str = scope["scheme"]
        self.client: str | None = scope["client"][0] if scope["client"] else None
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.request_id: str | None = scope.get("state", {}).get(REQUEST_ID_KEY)

    @property
    def path(self) -> str:
        """The path below ``/v1``, as it was received."""
        return re.sub(r"^/+v1(?=/|$)", "", self.raw_path)


class Reply:
    """A finished answer."""

    __slots__ = ("content", "content_type", "headers", "status")

    def __init__(
        self, status: int, content: bytes = b"", headers: Mapping[str, str] | None = None, content_type: str | None = None
    ) -> None:
        self.status = status
        self.content = content
        self.content_type = content_type
        self.headers = headers or {}


def mounted(operations: Sequence[Operation], mounting: Mounting) -> list[ASGIRouteHandler]:
    """Everything below ``/v1``, and the clock of the service (2.6)."""
    known = Routes(operations)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope)
        await _send(send, incoming, await respond(incoming, receive, known, mounting))

    async def tell_time(scope: Scope, receive: Receive, send: Send) -> None:
        del receive  # the framework wants it named
        now = str(int(mounting.world.clock().timestamp())).encode()
        await _send(send, Incoming(scope), Reply(200, now, content_type=PLAIN))

    return [
        asgi(ROOT, is_mount=True, copy_scope=False)(serve),
        asgi("/oauth/timestamp", copy_scope=False)(tell_time),
    ]


async def respond(incoming: Incoming, receive: Receive, known: Routes, mounting: Mounting) -> Reply:
    """Answer one request; every exception becomes a status and a plain text."""
    name = None
    request_id = incoming.request_id or str(mounting.world.new_uuid())
    try:
        found = known.find(incoming.path)
        if found is None:
            return refusal(NotFound())
        if incoming.method == "OPTIONS":
            return Reply(200, headers={"Allow": found.allowed})
        operation = found.operations.get("GET" if incoming.method == "HEAD" else incoming.method)
        if operation is None:
            return refusal(WrongMethodError(found.allowed))
        name = operation.name
        return await _answer(incoming, receive, found, operation, known, mounting, request_id)
    except DomainError as error:
        return refusal(error)
    except Exception as error:
        logger.exception("request failed", request_id=request_id, operation=name, kind=type(error).__name__)
        return refusal(error)


def refusal(error: BaseException) -> Reply:
    found = failure(error)
    return Reply(found.status, found.text.encode(errors="replace"), found.headers, PLAIN)


async def _answer(
    incoming: Incoming,
    receive: Receive,
    found: Found,
    operation: Operation,
    known: Routes,
    mounting: Mounting,
    request_id: str,
) -> Reply:
    try:
        signer = await _verify(incoming, operation.signed, mounting)
    except Unauthenticated:
        mounting.credits.spend(incoming.client, 1)
        raise
    mounting.credits.spend(signer.bucket, 1 if operation.method == "GET" else WRITE)
    body: dict[str, Any] = {}
    if operation.method in {"POST", "PUT"}:
        body = parse_body(await _body(incoming, receive, mounting.max_body_bytes), incoming.headers.get("content-type"))
    asker = _asker(incoming, operation, signer, mounting, request_id)

    def call_of(place: Found, at: Operation, query: Mapping[str, Any], sent: Mapping[str, Any]) -> Call:
        return Call(
            mounting.world,
            asker,
            signer,
            path=dict(zip(at.placeholders, place.values, strict=True)),
            query=query,
            body=sent,
            base_url=mounting.base_url,
            headers=incoming.headers,
            within=partial(_within, known, mounting.base_url, call_of),
            oauth=further_parameters(incoming.headers.get("authorization"), incoming.query) if at.signed != "user" else {},
        )

    form = choose(incoming.headers.get("accept"), incoming.headers.get("content-type"), mounting.default_format)
    call = call_of(found, operation, parse_query(incoming.query), body)
    return await anyio.to_thread.run_sync(_perform, call, operation, form, incoming)


async def _verify(incoming: Incoming, wanted: Wanted, mounting: Mounting) -> Signer:
    world = mounting.world
    addressed = Addressed(
        method=incoming.method,
        scheme=incoming.scheme,
        host=incoming.headers.get("host", ""),
        raw_path=incoming.raw_path,
        query=incoming.query,
        others=mounting.signable,
    )
    shown = read_shown(incoming.headers.get("authorization"), addressed)
    work = partial(_judge, world, shown, wanted)
    if world.store.kind == "sqlite":
        return await world.store.submit(lambda _connection: work())
    return await anyio.to_thread.run_sync(work)


def _judge(world: World, shown: Shown, wanted: Wanted) -> Signer:
    return unit.write(world, Asker(None), lambda unit: oauth.verify(unit, shown, wanted))


def _asker(incoming: Incoming, operation: Operation, signer: Signer, mounting: Mounting, request_id: str) -> Asker:
    query = f"?{incoming.query}" if incoming.query else ""
    referrer = incoming.headers.get("referer")
    facts = RequestFacts(
        request_id=request_id,
        hostname=mounting.hostname,
        http_method=incoming.method,
        url=scrub_url(f"{mounting.base_url}{incoming.raw_path}{query}"),
        client_ip=incoming.client,
        user_agent=incoming.headers.get("user-agent"),
        referrer=scrub_url(referrer) if referrer else None,
    )
    if operation.signed != "user":
        return Asker(None, facts)
    return Asker(oauth.speaks_for(signer), facts, _mask(incoming.headers.get("x-schoology-run-as")))


def _mask(sent: str | None) -> Mask | None:
    """As whom the caller wants to act; what is no id names nobody to become."""
    if sent is None:
        return None
    try:
        return Mask(user_id=row_number(sent.strip()))
    except NotFound:
        return Mask()


def _perform(call: Call, operation: Operation, form: Format, incoming: Incoming) -> Reply:
    outcome = perform(call, operation)
    if isinstance(outcome.body, PlainText):
        return Reply(outcome.status, outcome.body.text.encode(), outcome.headers, outcome.body.content_type)
    if outcome.body is None:
        return Reply(outcome.status, headers=outcome.headers)
    content = encode(outcome.body, form)
    headers = dict(outcome.headers)
    if operation.method == "GET" and outcome.status == 200:
        headers["ETag"] = tag = f'"{blake2b(content, digest_size=16).hexdigest()}"'
        if tag in incoming.headers.get("if-none-match", ""):
            return Reply(304, headers=headers)
    return Reply(outcome.status, content, headers, CONTENT_TYPES[form])


def _within(known: Routes, base_url: str, call_of: MakeCall, method: str, target: str) -> Inner:
    """Answer a request within a request, by the same caller. Redirections are followed, for the client could not."""
    try:
        outcome = _answer_within(known, base_url, call_of, method, target)
        if outcome.status == 303:
            location = outcome.headers["Location"].removeprefix(urlsplit(base_url).path)
            outcome = _answer_within(known, base_url, call_of, method, location)
    except DomainError as error:
        return Inner(failure(error).status)
    except Exception as error:
        logger.exception("request failed", operation="within", kind=type(error).__name__)
        return Inner(500)
    return Inner(outcome.status, outcome.body, outcome.headers)


def _answer_within(known: Routes, base_url: str, call_of: MakeCall, method: str, target: str) -> Outcome:
    path, _, query = target.strip().removeprefix(base_url).partition("?")
    found = known.find(re.sub(r"^/*v1(?=/|$)", "", path))
    if found is None:
        raise NotFound
    if method == "OPTIONS":
        return Outcome(200, None, {"Allow": found.allowed})
    operation = found.operations.get("GET")
    if operation is None or not operation.multiget:
        raise Denied
    return perform(call_of(found, operation, parse_query(query), {}), operation)


async def _body(incoming: Incoming, receive: Receive, limit: int) -> bytes:
    declared = incoming.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLargeError
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed("The request ended before its body did.")
        chunk: bytes = message.get("body", b"")  # type: ignore[assignment]
        size += len(chunk)
        if size > limit:
            raise TooLargeError
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _send(send: Send, incoming: Incoming, reply: Reply) -> None:
    headers = {**ALWAYS, **reply.headers}
    if reply.content_type is not None:
        headers["Content-Type"] = reply.content_type
    if reply.status not in {204, 304}:
        headers["Content-Length"] = str(len(reply.content))
    content = b"" if incoming.method == "HEAD" else reply.content
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    await send({"type": "http.response.body", "body": content, "more_body": False})
