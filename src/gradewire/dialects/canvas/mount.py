"""Operations as ASGI routes: bytes in, a ``Call`` to the handler, bytes out.

A handler is synchronous. It runs on a thread, with a connection of its own. Only on SQLite a handler of a quick write runs on
the event loop itself, inside the store's shared transaction: its reads and its write are one piece of it (``store.sqlite``).
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

import anyio.to_thread
import structlog
from litestar import Request, Response, asgi
from litestar.exceptions import ClientException, HTTPException
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send
from msgspec import structs

from gradewire.actions import unit
from gradewire.actions.masquerading import Mask
from gradewire.actions.tokens import digest_of
from gradewire.actions.unit import Asker, BearerToken, BrowserSession, Credentials, RequestFacts
from gradewire.actions.world import World
from gradewire.core.errors import Denied, DomainError, Invalid, Malformed, NotFound, Unauthenticated
from gradewire.core.forwarding import REQUEST_ID_KEY
from gradewire.core.urls import scrub_url
from gradewire.dialects.canvas import conditional, idempotency
from gradewire.dialects.canvas.bodies import Params, Upload, parse_body, parse_query
from gradewire.dialects.canvas.call import Answer, Call, Document, Listing
from gradewire.dialects.canvas.errors import Failure, TooLargeError, failure
from gradewire.dialects.canvas.identifiers import USER, LocalId, SisId, identify
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.paging import link_header
from gradewire.dialects.canvas.params import merge, read
from gradewire.dialects.canvas.replies import Reply
from gradewire.dialects.canvas.routing import Routes
from gradewire.dialects.canvas.throttle import REFUSAL, Throttle
from gradewire.dialects.canvas.wire import CONTENT_TYPE, encode, wants_string_ids

logger = structlog.get_logger()

SESSION_COOKIE = "gradewire_session"
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:_]{1,255}")


class Mounting:
    """How the operations are reached from outside: what the composition root decides."""

    def __init__(
        self,
        world: World,
        *,
        public_url: str | None,
        max_body_bytes: int,
        max_import_bytes: int,
        throttle: Throttle,
        key_lifetime: timedelta,
    ) -> None:
        self.world = world
        self.public_url = public_url.rstrip("/") if public_url else None
        self.max_body_bytes = max_body_bytes
        self.max_import_bytes = max_import_bytes
        self.throttle = throttle
        self.key_lifetime = key_lifetime

    def base_url(self, incoming: Incoming) -> str:
        """Scheme, host and port under which the client reaches this server, without a slash at the end."""
        return self.public_url or _base_url(incoming)


class Incoming:
    """One request as the server hands it over."""

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]  # type: ignore[typeddict-item]
        raw = scope.get("raw_path")
        self.raw_path: str = raw.partition(b"?")[0].decode("latin-1") if raw else quote(scope["path"])
        self.query: bytes = scope["query_string"]
        self.scheme: str = scope["scheme"]
        self.path_params: Mapping[str, str] = {}
        self.client: str | None = scope["client"][0] if scope["client"] else None
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.request_id: str | None = scope.get("state", {}).get(REQUEST_ID_KEY)
        self.cost = 0.0
        """Seconds of work, once it is done."""

    @property
    def accept(self) -> str | None:
        return self.headers.get("accept")


def mounted(operations: Sequence[Operation], mounting: Mounting) -> ASGIRouteHandler:
    """Everything below ``/api/v1``."""
    known = Routes(operations)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope)
        ticket = mounting.throttle.begin(_shown_token(incoming), incoming.client)
        if isinstance(ticket, float):
            await _send(send, _throttled(ticket))
            return
        authenticated = False
        try:
            reply = await _answer(incoming, receive, known, mounting)
            authenticated = reply.status != 401
        finally:
            told = mounting.throttle.end(ticket, cost=incoming.cost, authenticated=authenticated)
        reply.headers = {**reply.headers, **told}
        await _send(send, reply)

    return asgi("/api/v1", is_mount=True, copy_scope=False)(serve)


def _shown_token(incoming: Incoming) -> str | None:
    """The digest of the access token in header or query, good or not; one in a body is not known before the body is read."""
    kind, _, token = incoming.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return digest_of(token.strip())
    if not kind and b"access_token" in incoming.query:
        sent = _readable_query(incoming).get("access_token")
        return digest_of(sent) if isinstance(sent, str) and sent else None
    return None


def _throttled(seconds: float) -> Reply:
    headers = {"X-Request-Cost": "0.0", "X-Rate-Limit-Remaining": "0.0", "Retry-After": str(max(1, math.ceil(seconds)))}
    return Reply(403, REFUSAL, headers, "text/plain; charset=utf-8")


async def _answer(incoming: Incoming, receive: Receive, known: Routes, mounting: Mounting) -> Reply:
    by_method, values = known.find(incoming.raw_path)
    operation = by_method.get("GET" if incoming.method == "HEAD" else incoming.method)
    if operation is None:
        return _refuse(NotFound(), incoming.accept, incoming.request_id or str(mounting.world.new_uuid()))
    incoming.path_params = dict(zip(operation.placeholders, values, strict=True))
    return await respond(incoming, receive, operation, mounting)


async def respond(incoming: Incoming, receive: Receive, operation: Operation, mounting: Mounting) -> Reply:
    """Answer one request; every exception becomes a body in Canvas's shape."""
    world = mounting.world
    facts = _facts(incoming, operation, mounting)
    request_id = facts.request_id
    call: Call | None = None
    try:
        call = await _call(incoming, receive, operation, mounting, facts)
        work = partial(_perform, call, operation, incoming, mounting)
        if operation.quick and world.store.kind == "sqlite":
            return await world.store.submit(lambda _connection: work())
        return await anyio.to_thread.run_sync(work)
    except (Unauthenticated, Denied) as error:
        return _refuse(error, incoming.accept, request_id)
    except DomainError as error:
        told: DomainError = error
        if not operation.public:
            told = await anyio.to_thread.run_sync(_judge, world, incoming, call.asker if call else None, facts, error)
        return _refuse(told, incoming.accept, request_id, invalid=operation.invalid)
    except Exception as error:
        logger.exception("request failed", request_id=request_id, operation=operation.name, kind=type(error).__name__)
        return _refuse(error, incoming.accept, request_id)


async def _send(send: Send, reply: Reply) -> None:
    own = (
        []
        if reply.status == 304
        else [
            (b"content-type", reply.content_type.encode()),
            (b"content-length", str(len(reply.content)).encode()),
        ]
    )
    headers = [
        *own,
        *((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.content, "more_body": False})


def _judge(world: World, incoming: Incoming, asker: Asker | None, facts: RequestFacts, error: DomainError) -> DomainError:
    """What to tell of an error: who is nobody here learns only that. Most errors come after the caller was found good, but a
    parameter, or the whole body, may be unreadable before anybody looked; then header and query tell who asks."""
    try:
        _admit(world, asker or Asker(credentials(incoming, _readable_query(incoming)), facts))
    except Unauthenticated as unknown:
        return unknown
    return error


def _readable_query(incoming: Incoming) -> Params:
    try:
        return parse_query(incoming.query)
    except Malformed:
        return {}


def _perform(call: Call, operation: Operation, incoming: Incoming, mounting: Mounting) -> Reply:
    began = time.perf_counter()
    request_id = call.asker.request.request_id if call.asker.request else ""
    try:
        params = read(call.params, operation.params) if operation.params else None
        key = idempotency.read_key(incoming.headers) if operation.method != "GET" else None

        def answer() -> Reply:
            return _encode(operation.handler(call, params), call, operation, incoming, request_id)

        if key is None:
            return answer()
        return idempotency.answer_once(
            call,
            key,
            answer=answer,
            refuse=lambda error: _refuse(error, incoming.accept, request_id, invalid=operation.invalid),
            lifetime=mounting.key_lifetime,
        )
    finally:
        incoming.cost += time.perf_counter() - began


def _facts(incoming: Incoming, operation: Operation, mounting: Mounting) -> RequestFacts:
    base_url = mounting.base_url(incoming)
    return RequestFacts(
        request_id=incoming.request_id or str(mounting.world.new_uuid()),
        hostname=base_url.partition("://")[2].partition("/")[0].partition(":")[0],
        http_method=incoming.method,
        url=_without_secrets(_full_url(base_url, incoming)),
        scope=operation.scope,
        client_ip=incoming.client,
        user_agent=incoming.headers.get("user-agent"),
        referrer=_referrer(incoming),
    )


async def _call(incoming: Incoming, receive: Receive, operation: Operation, mounting: Mounting, facts: RequestFacts) -> Call:
    query = parse_query(incoming.query)
    shard = mounting.world.events.shard
    if operation.takes_file:
        # Much is read into memory for somebody who is known, not for everybody.
        asker = Asker(credentials(incoming, query), facts, _mask(query, shard))
        await anyio.to_thread.run_sync(_admit, mounting.world, asker)
    limit = mounting.max_import_bytes if operation.takes_file else mounting.max_body_bytes
    body = await _body(incoming, receive, limit) if operation.method != "GET" else b""
    sent = _sent(incoming, operation, body) if body else {}
    params = merge(query, sent, incoming.path_params)
    asker = Asker(credentials(incoming, params), facts, _mask(params, shard))
    base_url = mounting.base_url(incoming)
    return Call(mounting.world, asker, path=incoming.path_params, params=params, base_url=base_url, headers=incoming.headers)


def _mask(params: Params, shard: int) -> Mask | None:
    """As whom the caller wants to act, by ``as_user_id``; an id that names nobody names nobody to become."""
    sent = params.get("as_user_id")
    if sent is None or sent == "":
        return None
    if isinstance(sent, bool) or not isinstance(sent, str | int):
        return Mask()
    try:
        found = identify(sent, USER, shard=shard)
    except NotFound:
        return Mask()
    match found:
        case LocalId(number):
            return Mask(user_id=number)
        case SisId(kind, value):
            return Mask(sis=(kind, value))
        case _:
            return None


def _admit(world: World, asker: Asker) -> None:
    unit.read(world, asker, lambda unit: unit.caller)


def _sent(incoming: Incoming, operation: Operation, body: bytes) -> Params:
    """The parameters of a body. Where a file is expected, a body that carries none is the file itself."""
    content_type = incoming.headers.get("content-type")
    found = parse_body(content_type, body)
    if operation.takes_file and not found:
        return {"attachment": Upload("", content_type or "application/octet-stream", body)}
    return found


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


def credentials(incoming: Incoming, params: Params) -> Credentials:
    """What the request shows of who asks: a bearer token (header or ``access_token``), else a browser's cookie.

    A cookie authorises reading only: no other site can make a browser change anything here.
    """
    header = incoming.headers.get("authorization", "")
    kind, _, token = header.partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return BearerToken(digest_of(token.strip()))
    if header:
        raise Unauthenticated("Invalid access token.", reason="invalid")
    sent = params.get("access_token")
    if isinstance(sent, str) and sent:
        return BearerToken(digest_of(sent))
    cookie = _cookie(incoming) if incoming.method == "GET" else None
    return BrowserSession(digest_of(cookie)) if cookie else None


def _cookie(incoming: Incoming) -> str | None:
    try:
        found = SimpleCookie(incoming.headers.get("cookie", "")).get(SESSION_COOKIE)
    except CookieError:
        return None
    return found.value if found else None


def _base_url(incoming: Incoming) -> str:
    host = incoming.headers.get("host", "")
    return f"{incoming.scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"


def _full_url(base_url: str, incoming: Incoming) -> str:
    query = incoming.query.decode("latin-1")
    return f"{base_url}{incoming.raw_path}{'?' + query if query else ''}"


def _without_secrets(url: str) -> str:
    return scrub_url(url) if "?" in url or "#" in url or "@" in url else url


def _referrer(incoming: Incoming) -> str | None:
    sent = incoming.headers.get("referer")
    return _without_secrets(sent) if sent else None


def _encode(answer: Any, call: Call, operation: Operation, incoming: Incoming, request_id: str) -> Reply:
    headers = {"X-Request-Id": request_id}
    status = operation.status
    if isinstance(answer, Answer):
        status, body = answer.status, answer.body
        headers.update(answer.headers)
    elif isinstance(answer, Listing):
        body = answer.rows if answer.under is None else {**answer.beside, answer.under: answer.rows}
        url = f"{call.base_url}{incoming.raw_path}"
        link = link_header(url, incoming.query, call.page, total=answer.total, more=answer.more)
        if link:
            headers["Link"] = link
    elif isinstance(answer, Document):
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(answer.filename, safe='')}"
        headers["X-Content-Type-Options"] = "nosniff"
        return Reply(status, answer.content, headers, answer.content_type)
    else:
        body = answer
    text_ids = wants_string_ids(incoming.accept)
    if "ETag" in headers:
        headers |= {"Cache-Control": "max-age=0, private, must-revalidate", "Vary": "Accept, Authorization, Cookie"}
        if text_ids:
            headers["ETag"] = conditional.with_text_ids(headers["ETag"])
        if operation.method == "GET" and status == 200 and conditional.is_known(incoming.headers, headers["ETag"]):
            return Reply(304, b"", headers)
    return Reply(status, encode(body, string_ids=text_ids), headers)


def _refuse(error: BaseException, accept: str | None, request_id: str, *, invalid: int = 400) -> Reply:
    found = _of_transport(error) if isinstance(error, HTTPException) else failure(error)
    if isinstance(error, Invalid):
        found = structs.replace(found, status=invalid)
    content = encode(found.body, string_ids=wants_string_ids(accept))
    return Reply(found.status, content, {"X-Request-Id": request_id, **found.headers})


def _of_transport(error: HTTPException) -> Failure:
    """What the framework itself refuses, in this dialect's shape: no such route, no such method, a body too large."""
    if error.status_code == 413:
        return failure(TooLargeError())
    if error.status_code in {404, 405}:
        return failure(NotFound())
    if isinstance(error, ClientException):
        return failure(Malformed(error.detail))
    return failure(error)


def refuse_unrouted(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """The answer to a request that no route took."""
    request_id = request.scope["state"].get(REQUEST_ID_KEY, "")
    reply = _refuse(error, request.headers.get("accept"), request_id)
    return Response(reply.content, status_code=reply.status, headers=dict(reply.headers), media_type=CONTENT_TYPE)
