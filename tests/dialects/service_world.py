"""Clients of the moderated sample course that look at statuses, headers and bytes, in this process or over the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
from litestar.testing import TestClient

from gradewire.app import create_app
from gradewire.config import Settings
from tests.worlds import load_world

QUIZ = "/api/v1/courses/1/assignments/1"
ESSAY = "/api/v1/courses/1/assignments/2"
ONE = f"{QUIZ}/submissions"


class Client:
    """Requests in the name of the owner of a token, with any headers."""

    def __init__(self, http: Any) -> None:
        self.http = http

    def ask(self, method: str, path: str, who: str | None = "teacher", *, body: Any = None, **headers: str) -> httpx.Response:
        """Names of headers are written with underscores; ``who`` is the end of the name of a token."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if who is not None:
            sent["authorization"] = f"Bearer token-{who}"
        content = None
        if body is not None:
            content = msgspec.json.encode(body)
            sent["content-type"] = "application/json"
        answer: httpx.Response = self.http.request(method, path, headers=sent, content=content)
        return answer

    def get(self, path: str, who: str | None = "teacher", **headers: str) -> httpx.Response:
        return self.ask("GET", path, who, **headers)

    def grade(
        self,
        student: int,
        grade: str | None,
        who: str = "teacher",
        *,
        place: str = ONE,
        more: Mapping[str, Any] = {},
        **headers: str,
    ) -> httpx.Response:
        body = {"submission": {"posted_grade": grade, **more}}
        return self.ask("PUT", f"{place}/{student}", who, body=body, **headers)


@contextmanager
def serving(database_url: str, *, load: bool = True, peer: str | None = None, **settings: Any) -> Iterator[Client]:
    """The application in this process, on a database that holds the course (or, without ``load``, whatever it holds).

    ``peer`` is the address that connections come from.
    """
    if load:
        load_world(database_url, "moderated.yaml")
    settings = {"relay_in_server": False, "pool_size": 4, **settings}
    app = create_app(Settings(database_url=database_url, **settings))

    async def connected(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["client"] = (peer, 4711)
        await app(scope, receive, send)

    with TestClient(connected if peer else app, raise_server_exceptions=False) as http:
        yield Client(http)
