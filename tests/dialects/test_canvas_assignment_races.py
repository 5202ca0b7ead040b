"""Assignments changed and graded at the same moment, on a real server with either database."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gradewire.store.engine import open_store
from tests.dialects.canvas_world import COURSE, PEOPLE, build
from tests.server import Server

MANY = f"/courses/{COURSE}/assignments"
ANN = PEOPLE["ann"]


class Caller:
    """Somebody with a token; one connection per request, as many at once as there are threads."""

    def __init__(self, server: Server, token: str) -> None:
        self._url = f"{server.url}/api/v1"
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}{path}", data, self._headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own server
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


@pytest.fixture
def call(server: Server) -> Caller:
    with open_store(server.database_url, connections=1) as store:
        store.write(build)
    return Caller(server, "teacher")


def assign(call: Caller) -> int:
    sent = {"name": "Essay", "points_possible": 10, "published": True, "submission_types": ["online_text_entry"]}
    status, body = call("POST", MANY, {"assignment": sent})
    assert status == 201
    return int(body["id"])


def at_once(*works: Callable[[], tuple[int, Any]]) -> list[int]:
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result()[0] for future in [pool.submit(work) for work in works]]


def test_no_grade_slips_in_while_moderation_is_switched_on(call: Caller) -> None:
    switch = {"assignment": {"moderated_grading": True, "grader_count": 1}}
    outcomes = set()
    for _ in range(12):
        number = assign(call)
        path = f"{MANY}/{number}"
        statuses = at_once(
            lambda path=path: call("PUT", path, switch),  # type: ignore[misc]
            lambda path=path: call("PUT", f"{path}/submissions/{ANN}", {"submission": {"posted_grade": "7"}}),  # type: ignore[misc]
        )
        found = call("GET", path)[1]
        submission = call("GET", f"{path}/submissions/{ANN}")[1]
        assert not (found["moderated_grading"] and submission["score"] is not None), statuses
        assert statuses in ([200, 403], [400, 200]), statuses
        outcomes.add(tuple(statuses))
    assert outcomes


def test_scores_are_right_after_points_and_grades_changed_at_once(call: Caller) -> None:
    number = assign(call)
    path = f"{MANY}/{number}"
    for round_ in range(12):
        points, grade = 10 + round_, 5 + round_ % 4
        statuses = at_once(
            lambda points=points: call("PUT", path, {"assignment": {"points_possible": points}}),  # type: ignore[misc]
            lambda grade=grade: call("PUT", f"{path}/submissions/{ANN}", {"submission": {"posted_grade": grade}}),  # type: ignore[misc]
            lambda points=points: call("PUT", path, {"assignment": {"name": f"Worth {points}"}}),  # type: ignore[misc]
        )
        assert statuses == [200, 200, 200]
        (enrollment,) = call("GET", f"/courses/{COURSE}/enrollments?user_id={ANN}")[1]
        assert enrollment["grades"]["current_score"] == pytest.approx(round(grade / points * 100, 2), abs=0.006)
        found = call("GET", path)[1]
        assert (found["points_possible"], found["name"]) == (points, f"Worth {points}")


def test_somebody_enrolled_many_times_at_once_is_enrolled_once(call: Caller) -> None:
    sent = {"enrollment": {"user_id": PEOPLE["stranger"], "enrollment_state": "active"}}
    statuses = at_once(*[lambda: call("POST", f"/courses/{COURSE}/enrollments", sent) for _ in range(6)])
    assert statuses == [200] * 6
    assert len(call("GET", f"/courses/{COURSE}/enrollments?user_id={PEOPLE['stranger']}")[1]) == 1
