"""Operations as Litestar routes: bytes in, a ``Call`` to the handler off the event loop, bytes out.

A handler is synchronous. On PostgreSQL it runs on a thread with a connection of its own. On SQLite a handler that writes runs
on the store's writer thread as a whole, so that its reads and its write are one transaction and share a commit with its
neighbours.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import anyio.to_thread
import structlog
from litestar import Request, Response, Router, route
from litestar.exceptions import ClientException, HTTPException

from gradewire.actions.unit import Asker, BearerToken, BrowserSession, Credentials, RequestFacts
from gradewire.actions.world import World
from gradewire.core.errors import DomainError, Malformed, NotFound, Unauthenticated
from gradewire.core.urls import scrub_url
from gradewire.dialects.canvas.bodies import parse_body, parse_query
from gradewire.dialects.canvas.call import Answer, Call, Listing
from gradewire.dialects.canvas.errors import Failure, TooLargeError, failure
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.paging import link_header
from gradewire.dialects.canvas.params import merge, read
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


def routes(operations: Sequence[Operation], mounting: Mounting) -> Router:
    """One Litestar router with a route for each operation."""
    return Router(path="/", route_handlers=[_handler(operation, mounting) for operation in operations])


def _handler(operation: Operation, mounting: Mounting) -> Any:
    async def serve(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await respond(request, operation, mounting)

    serve.__name__ = operation.name
    return route(
        operation.litestar_path,
        http_method=operation.method,  # type: ignore[arg-type]
        name=f"canvas.{operation.name}",
        include_in_schema=False,
        status_code=operation.status,
    )(serve)


async def respond(request: Request[Any, Any, Any], operation: Operation, mounting: Mounting) -> Response[bytes]:
    """Answer one request; every exception becomes a body in Canvas's shape."""
    world = mounting.world
    request_id = str(world.new_uuid())
    try:
        call = await _call(request, operation, mounting, request_id)
        work = partial(_perform, call, operation)
        if operation.writes and world.store.writer is not None:
            answer = await asyncio.wrap_future(world.store.submit(lambda _connection: work()))
        else:
            answer = await anyio.to_thread.run_sync(work)
    except (DomainError, HTTPException) as error:
        return _refuse(error, request, request_id)
    except Exception as error:
        logger.exception("request failed", request_id=request_id, operation=operation.name, kind=type(error).__name__)
        return _refuse(error, request, request_id)
    return _encode(answer, call, operation, request, request_id)


def _perform(call: Call, operation: Operation) -> Any:
    params = read(call.params, operation.params) if operation.params else None
    return operation.handler(call, params)


async def _call(request: Request[Any, Any, Any], operation: Operation, mounting: Mounting, request_id: str) -> Call:
    body = await _body(request, mounting.max_body_bytes) if operation.method != "GET" else b""
    path = {name: str(value) for name, value in request.path_params.items()}
    query = parse_query(request.scope["query_string"])
    sent = parse_body(request.headers.get("content-type"), body) if body else {}
    params = merge(query, sent, path)
    base_url = mounting.public_url or _base_url(request)
    facts = RequestFacts(
        request_id=request_id,
        hostname=base_url.partition("://")[2].partition("/")[0].partition(":")[0],
        http_method=operation.method,
        url=_without_secrets(_full_url(base_url, request)),
        scope=operation.scope,
        client_ip=request.client.host if request.client else None,
        user_agent=request.headers.get("user-agent"),
        referrer=_referrer(request),
    )
    asker = Asker(credentials(request, params), facts)
    return Call(mounting.world, asker, path=path, params=params, base_url=base_url)


async def _body(request: Request[Any, Any, Any], limit: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLargeError
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLargeError
        chunks.append(chunk)
    return b"".join(chunks)


def credentials(request: Request[Any, Any, Any], params: Any) -> Credentials:
    """What the request shows of who asks: a bearer token (header or ``access_token``), else a browser's cookie.

    A cookie alone never authorises a request that changes something unless it carries the session's CSRF token; that is judged
    where the session is known.
    """
    header = request.headers.get("authorization", "")
    kind, _, token = header.partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return BearerToken(_digest(token.strip()))
    if header:
        raise Unauthenticated("Invalid access token.", reason="invalid")
    sent = params.get("access_token")
    if isinstance(sent, str) and sent:
        return BearerToken(_digest(sent))
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie and request.method == "GET":
        return BrowserSession(_digest(cookie))
    return None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _base_url(request: Request[Any, Any, Any]) -> str:
    host = request.headers.get("host", "")
    return f"{request.scope.get('scheme', 'http')}://{host if _HOST.fullmatch(host) else 'localhost'}"


def _full_url(base_url: str, request: Request[Any, Any, Any]) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return f"{base_url}{request.scope['path']}{'?' + query if query else ''}"


def _without_secrets(url: str) -> str:
    return scrub_url(url) if "?" in url or "#" in url or "@" in url else url


def _referrer(request: Request[Any, Any, Any]) -> str | None:
    sent = request.headers.get("referer")
    return _without_secrets(sent) if sent else None


def _encode(answer: Any, call: Call, operation: Operation, request: Request[Any, Any, Any], request_id: str) -> Response[bytes]:
    headers = {"X-Request-Id": request_id}
    status = operation.status
    if isinstance(answer, Answer):
        status, body = answer.status, answer.body
        headers.update(answer.headers)
    elif isinstance(answer, Listing):
        body = answer.rows
        url = f"{call.base_url}{request.scope['path']}"
        link = link_header(url, request.scope["query_string"], call.page, total=answer.total, more=answer.more)
        if link:
            headers["Link"] = link
    else:
        body = answer
    content = encode(body, string_ids=wants_string_ids(request.headers.get("accept")))
    return Response(content, status_code=status, headers=headers, media_type=CONTENT_TYPE)


def _refuse(error: BaseException, request: Request[Any, Any, Any], request_id: str) -> Response[bytes]:
    found = _of_transport(error) if isinstance(error, HTTPException) else failure(error)
    headers = {"X-Request-Id": request_id, **found.headers}
    content = encode(found.body, string_ids=wants_string_ids(request.headers.get("accept")))
    return Response(content, status_code=found.status, headers=headers, media_type=CONTENT_TYPE)


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
    return _refuse(error, request, request.headers.get("x-request-id", ""))
