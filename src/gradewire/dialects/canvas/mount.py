"""Operations as ASGI routes: bytes in, a ``Call`` to the handler, bytes out.

A handler is synchronous. It runs on a thread, with a connection of its own. Only on SQLite a handler of a quick write runs on
the event loop itself, inside the store's shared transaction: its reads and its write are one piece of it (``store.sqlite``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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

from gradewire.actions.tokens import digest_of
from gradewire.actions.unit import Asker, BearerToken, BrowserSession, Credentials, RequestFacts
from gradewire.actions.world import World
from gradewire.core.errors import Denied, DomainError, Malformed, NotFound, Unauthenticated
from gradewire.core.urls import scrub_url
from gradewire.dialects.canvas.bodies import Params, parse_body, parse_query
from gradewire.dialects.canvas.call import Answer, Call, Listing
from gradewire.dialects.canvas.errors import Failure, TooLargeError, failure
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.paging import link_header
from gradewire.dialects.canvas.params import merge, read
from gradewire.dialects.canvas.routing import Routes
from gradewire.dialects.canvas.wire import CONTENT_TYPE, encode, wants_string_ids

logger = structlog.get_logger()

SESSION_COOKIE = "gradewire_session"
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:_]{1,255}")


class Mounting:
    """How the operations are reached from outside: what the composition root decides."""

    def __init__(self, world: World, *, public_url: str | None, max_body_bytes: int) -> None:
        self.world = world
        self.public_url = public_url.rstrip("/") if public_url else None
        self.max_body_bytes = max_body_bytes

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

    @property
    def accept(self) -> str | None:
        return self.headers.get("accept")


def mounted(operations: Sequence[Operation], mounting: Mounting) -> ASGIRouteHandler:
    """Everything below ``/api/v1``."""
    known = Routes(operations)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope)
        by_method, values = known.find(incoming.raw_path)
        operation = by_method.get("GET" if incoming.method == "HEAD" else incoming.method)
        if operation is None:
            refusal = _refuse(NotFound(), incoming.accept, str(mounting.world.new_uuid()))
            await _send(send, refusal)
        else:
            incoming.path_params = dict(zip(operation.placeholders, values, strict=True))
            await _send(send, await respond(incoming, receive, operation, mounting))

    return asgi("/api/v1", is_mount=True, copy_scope=False)(serve)


class Reply:
    """A finished answer."""

    __slots__ = ("content", "headers", "status")

    def __init__(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.status = status
        self.content = content
        self.headers = headers


async def respond(incoming: Incoming, receive: Receive, operation: Operation, mounting: Mounting) -> Reply:
    """Answer one request; every exception becomes a body in Canvas's shape."""
    world = mounting.world
    request_id = str(world.new_uuid())
    call: Call | None = None
    try:
        call = await _call(incoming, receive, operation, mounting, request_id)
        work = partial(_perform, call, operation)
        if operation.quick and world.store.kind == "sqlite":
            answer = await world.store.submit(lambda _connection: work())
        else:
            answer = await anyio.to_thread.run_sync(work)
        return _encode(answer, call, operation, incoming, request_id)
    except (Unauthenticated, Denied) as error:
        return _refuse(error, incoming.accept, request_id)
    except DomainError as error:
        told = error if call is None or operation.public else await anyio.to_thread.run_sync(_judge, call, error)
        return _refuse(told, incoming.accept, request_id)
    except Exception as error:
        logger.exception("request failed", request_id=request_id, operation=operation.name, kind=type(error).__name__)
        return _refuse(error, incoming.accept, request_id)


async def _send(send: Send, reply: Reply) -> None:
    headers = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"content-length", str(len(reply.content)).encode()),
        *((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.content, "more_body": False})


def _judge(call: Call, error: DomainError) -> DomainError:
    """What to tell of an error: who is nobody here learns only that. Most errors come after the caller was found good, but a
    parameter may be unreadable before anybody looked."""
    try:
        call.read(lambda unit: unit.caller)
    except Unauthenticated as unknown:
        return unknown
    return error


def _perform(call: Call, operation: Operation) -> Any:
    params = read(call.params, operation.params) if operation.params else None
    return operation.handler(call, params)


async def _call(incoming: Incoming, receive: Receive, operation: Operation, mounting: Mounting, request_id: str) -> Call:
    body = await _body(incoming, receive, mounting.max_body_bytes) if operation.method != "GET" else b""
    query = parse_query(incoming.query)
    sent = parse_body(incoming.headers.get("content-type"), body) if body else {}
    params = merge(query, sent, incoming.path_params)
    base_url = mounting.base_url(incoming)
    facts = RequestFacts(
        request_id=request_id,
        hostname=base_url.partition("://")[2].partition("/")[0].partition(":")[0],
        http_method=incoming.method,
        url=_without_secrets(_full_url(base_url, incoming)),
        scope=operation.scope,
        client_ip=incoming.client,
        user_agent=incoming.headers.get("user-agent"),
        referrer=_referrer(incoming),
    )
    asker = Asker(credentials(incoming, params), facts)
    return Call(mounting.world, asker, path=incoming.path_params, params=params, base_url=base_url)


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
        body = answer.rows
        url = f"{call.base_url}{incoming.raw_path}"
        link = link_header(url, incoming.query, call.page, total=answer.total, more=answer.more)
        if link:
            headers["Link"] = link
    else:
        body = answer
    return Reply(status, encode(body, string_ids=wants_string_ids(incoming.accept)), headers)


def _refuse(error: BaseException, accept: str | None, request_id: str) -> Reply:
    found = _of_transport(error) if isinstance(error, HTTPException) else failure(error)
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
    reply = _refuse(error, request.headers.get("accept"), request.headers.get("x-request-id", ""))
    return Response(reply.content, status_code=reply.status, headers=dict(reply.headers), media_type=CONTENT_TYPE)
