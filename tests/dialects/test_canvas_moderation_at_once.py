"""Requests that arrive at once at a real server of two processes where the database allows it: two publishes, and more
newcomers than slots."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.placement import place
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import Store, open_store
from tests.dialects.moderation_world import COURSE, PEOPLE, A, build
from tests.server import Server, running_server

HERE = f"/api/v1/courses/{COURSE}/assignments/{A}"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_store(database_url, connections=2) as found:
        found.write(build)
        write(World(found, events=EventSettings(base_url="http://test/")), Asker(System()), lambda unit: place(unit, COURSE))
        yield found


@pytest.fixture
def busy_server(store: Store, database_url: str, tmp_path: Path) -> Iterator[Server]:
    workers = "2" if store.kind == "postgresql" else "1"
    with running_server(database_url, tmp_path / "server", settings={"GRADEWIRE_WORKERS": workers}) as running:
        yield running


def send(server: Server, method: str, path: str, who: str, body: Any = None) -> tuple[int, Any]:
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{server.url}{HERE}{path}",
        method=method,
        data=json.dumps(body or {}).encode(),
        headers={"authorization": f"Bearer {who}", "content-type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def at_once(server: Server, requests: Sequence[tuple[str, str, str, Any]]) -> list[tuple[int, Any]]:
    barrier = threading.Barrier(len(requests))

    def run(method: str, path: str, who: str, body: Any) -> tuple[int, Any]:
        barrier.wait(30)
        return send(server, method, path, who, body)

    with ThreadPoolExecutor(len(requests)) as pool:
        return [one.result(90) for one in [pool.submit(run, *request) for request in requests]]


def grading(student: str, who: str) -> tuple[str, str, str, Any]:
    body = {"submission": {"posted_grade": "7", "provisional": True}, "comment": {"text_comment": "seen"}}
    return "PUT", f"/submissions/{PEOPLE[student]}", who, body


def test_newcomers_and_publishers(busy_server: Server, store: Store) -> None:
    markers = ("TA1", "TA2", "TA3", "T2")
    students = ("S1", "S2", "S3")
    found = at_once(busy_server, [grading(student, who) for who in markers for student in students])
    by_marker = {who: {status for status, _ in found[3 * place : 3 * place + 3]} for place, who in enumerate(markers)}
    assert sorted(map(tuple, by_marker.values())) == [(200,), (200,), (400,), (400,)], found
    refused = {body["error"] for status, body in found if status == 400}
    assert refused == {"The maximum number of graders has been reached for this assignment."}
    with store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(t.moderation_graders)).scalar_one() == 2
        assert connection.execute(sa.select(sa.func.count()).select_from(t.provisional_grades)).scalar_one() == 6
        first = connection.execute(
            sa.select(sa.func.min(t.provisional_grades.c.id)).group_by(t.provisional_grades.c.student_id)
        )
        chosen = list(first.scalars())
    assert send(busy_server, "PUT", "/provisional_grades/bulk_select", "T", {"provisional_grade_ids": chosen})[0] == 200
    answers = at_once(busy_server, [("POST", "/provisional_grades/publish", who, None) for who in ("T", "ADMIN") * 3])
    assert Counter((status, body["message"]) for status, body in answers) == {
        (200, "OK"): 1,
        (400, "Assignment grades have already been published"): 5,
    }
    with store.read() as connection:
        versions = connection.execute(sa.select(t.grade_versions.c.user_id, t.grade_versions.c.number))
        assert sorted(map(tuple, versions)) == [(PEOPLE[student], 1) for student in students]
