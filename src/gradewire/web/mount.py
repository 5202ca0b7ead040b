"""Pages as Litestar routes: a browser's request in, a ``Visit`` to the page off the event loop, HTML or a redirect out.

Every request passes here: who is signed in, whether a form was really sent by one of our pages, and how what goes wrong looks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import anyio
import anyio.to_thread
import msgspec
import structlog
from litestar import Request, Response, Router, route
from litestar.datastructures import Cookie, UploadFile
from litestar.exceptions import HTTPException
from litestar.response import Stream

from gradewire.actions import sessions
from gradewire.actions.sessions import digest_of
from gradewire.actions.unit import Asker, BrowserSession, RequestFacts
from gradewire.actions.world import World
from gradewire.core.errors import DomainError, Malformed, Unauthenticated
from gradewire.core.forwarding import REQUEST_ID_KEY
from gradewire.core.urls import scrub_url
from gradewire.web import static
from gradewire.web.failures import failure
from gradewire.web.headers import ALWAYS, PERSONAL, policy
from gradewire.web.origins import check_origin, check_token
from gradewire.web.rendering import render
from gradewire.web.routes import (
    account_users,
    accounts,
    assignment_groups,
    assignments,
    consumers,
    courses,
    distributions,
    event_subscriptions,
    gradebook,
    gradebook_imports,
    grader_agreement,
    grading_periods,
    grading_standards,
    history,
    moderation,
    oauth,
    own_sessions,
    own_tokens,
    settings,
    sign_in,
    sis_imports,
    speed_grader,
    student_grades,
    student_work,
)
from gradewire.web.routes import single_sign_on as sso
from gradewire.web.routes.own_tokens import ScopeGroup
from gradewire.web.routes.single_sign_on import SingleSignOn
from gradewire.web.visits import SESSION_COOKIE, Answer, Data, Departure, Download, Page, Place, Redirect, Upload, Visit, link

logger = structlog.get_logger()

MOST_FIELDS = 2000
UNREADABLE = "The request contains a character that is not allowed."
_HOST = re.compile(r"([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")


class Mounting:
    """How pages are reached from outside: what the composition root decides."""

    def __init__(self, world: World, *, public_url: str | None, time_zone: str) -> None:
        self.world = world
        self.public_url = public_url.rstrip("/") if public_url else None
        self.prefix = urlsplit(self.public_url).path if self.public_url else ""
        self.public_host = urlsplit(self.public_url).netloc if self.public_url else None
        self.time_zone = time_zone
        self.slow = anyio.CapacityLimiter(2)


def routes(
    world: World,
    *,
    public_url: str | None,
    time_zone: str,
    single_sign_on: SingleSignOn | None = None,
    scopes: Sequence[ScopeGroup] = (),
    max_import_bytes: int = 50 * 1024 * 1024,
) -> Router:
    """The web application: one Litestar router with a route for each place, and one for the static files.

    ``public_url`` is the address under which browsers reach the server, ``None`` for that of each request; ``time_zone`` is the
    one of readers who have chosen none; ``single_sign_on`` the identity provider, where there is one; ``scopes`` what access
    tokens can be limited to; ``max_import_bytes`` bounds a SIS import.
    """
    mounting = Mounting(world, public_url=public_url, time_zone=time_zone)
    places = [
        *sign_in.places(single_sign_on),
        *(sso.places(single_sign_on) if single_sign_on else []),
        *accounts.PLACES,
        *account_users.PLACES,
        *consumers.PLACES,
        *sis_imports.places(max_import_bytes),
        *assignment_groups.PLACES,
        *assignments.PLACES,
        *courses.PLACES,
        *distributions.PLACES,
        *event_subscriptions.PLACES,
        *gradebook.PLACES,
        *gradebook_imports.PLACES,
        *grader_agreement.PLACES,
        *grading_periods.PLACES,
        *grading_standards.PLACES,
        *history.PLACES,
        *moderation.PLACES,
        *oauth.PLACES,
        *own_sessions.places(),
        *own_tokens.places(scopes),
        *settings.PLACES,
        *speed_grader.PLACES,
        *student_grades.PLACES,
        *student_work.PLACES,
    ]
    return Router(path="/", route_handlers=[*(_handler(place, mounting) for place in places), _static_files()])


def _handler(place: Place, mounting: Mounting) -> Any:
    async def serve(request: Request[Any, Any, Any]) -> Response[Any]:
        return await _respond(request, place, mounting)

    serve.__name__ = place.name
    return route(
        place.path,
        http_method=place.method,  # type: ignore[arg-type]
        name=f"web.{place.name}",
        include_in_schema=False,
        status_code=200,
        request_max_body_size=place.most_bytes,
    )(serve)


def _static_files() -> Any:
    @route(
        "/static/{version:str}/{name:path}", http_method="GET", name="web.static", include_in_schema=False, sync_to_thread=False
    )
    def serve(request: Request[Any, Any, Any]) -> Response[bytes]:
        found = static.assets().get(str(request.path_params["name"]).lstrip("/"))
        if found is None:
            return Response(b"", status_code=404, headers=ALWAYS)
        current = request.path_params["version"] == static.version()
        headers = {**ALWAYS, "Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache"}
        return Response(found.content, media_type=found.media_type, headers=headers)

    return serve


async def _respond(request: Request[Any, Any, Any], place: Place, mounting: Mounting) -> Response[Any]:
    request_id = request.scope["state"].get(REQUEST_ID_KEY) or str(mounting.world.new_uuid())
    session = None
    try:
        visit = await _visit(request, place, mounting, request_id)
        limiter = mounting.slow if place.slow else None
        answer, session = await anyio.to_thread.run_sync(partial(_perform, visit, request, place, mounting), limiter=limiter)
    except Unauthenticated as error:
        here = _here(request)
        answer = (
            failure(error, as_data=True)
            if _is_script(request)
            else Redirect(path=link("/login", next=None if here == "/" else here), forget=(SESSION_COOKIE,))
        )
    except (DomainError, HTTPException) as error:
        answer = failure(error, as_data=_is_script(request))
    except Exception as error:
        logger.exception("page failed", request_id=request_id, page=place.name, kind=type(error).__name__)
        answer = failure(error, as_data=_is_script(request))
    return _encode(answer, request, mounting, session, request_id)


def _perform(
    visit: Visit, request: Request[Any, Any, Any], place: Place, mounting: Mounting
) -> tuple[Answer, sessions.Session | None]:
    """The page, after everything that holds for all pages. What a page refuses is shown with the signed-in head."""
    if place.method != "GET":
        check_origin(request.headers, _own_hosts(request, mounting))
    try:
        visit.session = visit.read(sessions.show)
    except Unauthenticated:
        if not place.public:
            raise
    if place.method != "GET" and not place.public:
        sent = request.headers.get("x-csrf-token") if _is_script(request) else visit.form.get("csrf_token")
        check_token(visit.session.csrf_token if visit.session else None, sent)
    try:
        answer = place.page(visit)
    except DomainError as error:
        if isinstance(error, Unauthenticated):
            raise
        answer = failure(error, as_data=_is_script(request))
    if visit.session is not None and visit.session.renewable:
        visit.write(sessions.renew)
    return answer, visit.session


async def _visit(request: Request[Any, Any, Any], place: Place, mounting: Mounting, request_id: str) -> Visit:
    base_url = mounting.public_url or f"{request.scope.get('scheme', 'http')}://{_host(request)}"
    referrer = request.headers.get("referer")
    here = _here(request)
    facts = RequestFacts(
        request_id=request_id,
        hostname=urlsplit(base_url).hostname or "localhost",
        http_method=place.method,
        url=scrub_url(base_url + here),
        client_ip=request.client.host if request.client else None,
        user_agent=request.headers.get("user-agent"),
        referrer=scrub_url(referrer) if referrer else None,
    )
    secret = request.cookies.get(SESSION_COOKIE)
    form, files = await _read_form(request) if place.method != "GET" and not _is_script(request) else ({}, {})
    return Visit(
        mounting.world,
        Asker(BrowserSession(digest_of(secret)) if secret else None, facts),
        path={name: str(value) for name, value in request.path_params.items()},
        query=_read_fields(request.scope["query_string"]),
        form=form,
        files=files,
        body=await request.body() if place.method != "GET" and _is_script(request) else None,
        cookies=request.cookies,
        here=here,
        base_url=base_url,
    )


def _is_script(request: Request[Any, Any, Any]) -> bool:
    """Whether a script of a page asks, not a link or a form: it says that it wants JSON."""
    return request.headers.get("accept", "").startswith("application/json")


async def _read_form(request: Request[Any, Any, Any]) -> tuple[dict[str, str], dict[str, Upload]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        fields: dict[str, str] = {}
        files: dict[str, Upload] = {}
        for name, value in (await request.form()).multi_items():
            if isinstance(value, UploadFile):
                files[name] = Upload(value.filename, await value.read())
            else:
                fields[name] = str(value).replace("\r\n", "\n")
        if any("\0" in text for pair in fields.items() for text in pair):
            raise Malformed(UNREADABLE)
        return fields, files
    body = await request.body()
    if body and kind != "application/x-www-form-urlencoded":
        raise Malformed("This is not a form of this server.")
    return _read_fields(body), {}


def _read_fields(encoded: bytes) -> dict[str, str]:
    """Fields by name, the last of several with one name.

    Raises:
        Malformed: not UTF-8, too many, or with a character that no text has.
    """
    try:
        pairs = parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Malformed("The request cannot be read.") from None
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise Malformed(UNREADABLE)
    return {name: value.replace("\r\n", "\n") for name, value in pairs}


def _here(request: Request[Any, Any, Any]) -> str:
    query = request.scope["query_string"].decode("latin-1")
    path = link(request.scope["path"])
    return f"{path}?{query}" if query else path


def _host(request: Request[Any, Any, Any]) -> str:
    sent = request.headers.get("host", "")
    return sent if _HOST.fullmatch(sent) else "localhost"


def _own_hosts(request: Request[Any, Any, Any], mounting: Mounting) -> list[str]:
    return [_host(request), *([mounting.public_host] if mounting.public_host else [])]


def _encode(
    answer: Answer,
    request: Request[Any, Any, Any],
    mounting: Mounting,
    session: sessions.Session | None,
    request_id: str,
) -> Response[Any]:
    headers = {**PERSONAL, "X-Request-Id": request_id}
    secure = (mounting.public_url or str(request.scope.get("scheme"))).startswith("https")
    secrets = answer.secrets if isinstance(answer, Page | Redirect | Departure) else {}
    cookies = [_cookie(name, value, mounting, secure=secure) for name, value in secrets.items()]
    if isinstance(answer, Redirect):
        cookies += [_cookie(name, None, mounting, secure=secure) for name in answer.forget]
        headers["Location"] = mounting.prefix + answer.path
        return Response(b"", status_code=303, headers=headers, cookies=cookies, media_type="text/html")
    if isinstance(answer, Data):
        content = msgspec.json.encode(answer.value)
        return Response(content, status_code=answer.status, headers=headers, cookies=cookies, media_type="application/json")
    if isinstance(answer, Download):
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(answer.filename, safe='')}"
        if isinstance(answer.content, bytes):
            return Response(answer.content, headers=headers, media_type=answer.media_type)
        return Stream(answer.content, headers=headers, media_type=answer.media_type)
    zone = (session.time_zone if session else None) or mounting.time_zone
    if isinstance(answer, Departure):
        headers |= {"Location": answer.url, "Referrer-Policy": "no-referrer"}
        return Response(b"", status_code=303, headers=headers, cookies=cookies, media_type="text/html")
    nonce = token_urlsafe(16)
    headers["Content-Security-Policy"] = policy(nonce=nonce, form_target=answer.form_target)
    headers.update(answer.headers)
    shared: Mapping[str, Any] = {"session": session, "request_id": request_id, "nonce": nonce}
    content = render(answer.template, {**shared, **answer.context}, prefix=mounting.prefix, zone=zone)
    return Response(content, status_code=answer.status, headers=headers, cookies=cookies, media_type="text/html")


def _cookie(name: str, value: str | None, mounting: Mounting, *, secure: bool) -> Cookie:
    """A cookie that scripts and other sites do not get. It ends with the browser, and before that when the server says so."""
    return Cookie(
        key=name,
        value=value or "",
        max_age=None if value else 0,
        path=mounting.prefix or "/",
        httponly=True,
        secure=secure,
        samesite="lax",
    )
