"""The application on the institution of ``tests/worlds/scores.yaml``; every token is ``token-`` and a login."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from litestar.testing import TestClient

from gradewire.app import create_app
from gradewire.config import Settings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.canvas_world import Api, Reply
from tests.worlds import load_world

STORED = ("current_score", "final_score", "unposted_current_score", "unposted_final_score")


class Scores(Api):
    """The Canvas dialect, for people of that institution."""

    def call(self, method: str, path: str, *, as_: str | None = "teacher", **rest: Any) -> Reply:
        return super().call(method, path, as_=None if as_ is None else f"token-{as_}", **rest)

    def patch(self, path: str, *, as_: str | None = "teacher", body: Any = None) -> Reply:
        return self.call("PATCH", path, as_=as_, body=body)

    def stored(self, enrollment_id: int, **scope: Any) -> tuple[float | None, ...]:
        """The four scores in the row of this scope; without one, of the course."""
        s = t.scores.c
        query = sa.select(*(s[name] for name in STORED)).where(
            s.enrollment_id == enrollment_id,
            *(s[name] == value for name, value in (scope or {"course_score": True}).items()),
        )
        return tuple(self.rows(query)[0])


@contextmanager
def running(database_url: str) -> Iterator[Scores]:
    load_world(database_url, "scores.yaml")
    settings = Settings(database_url=database_url, pool_size=2)
    with (
        open_store(database_url, connections=2) as store,
        TestClient(create_app(settings), raise_server_exceptions=False) as client,
    ):
        yield Scores(client, store.writing)
