"""The audit trail of a moderated assignment in ``worlds/rights.yaml``, and the order of a comment that posts work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from gradewire.app import create_app
from gradewire.config import Settings
from gradewire.store import scores
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.worlds import load_world

TRAIL = "/courses/100/assignments/72/audit_events"


class Asking:
    def __init__(self, client: TestClient[Any]) -> None:
        self.client = client

    def ask(self, method: str, path: str, who: str = "teacher", body: Any = None) -> Any:
        headers = {"authorization": f"Bearer token-{who}"}
        return self.client.request(method, f"/api/v1{path}", headers=headers, json=body)


@pytest.fixture(scope="module")
def asking(module_database_url: str) -> Iterator[Asking]:
    """The teacher, who is the final grader, has published the grades that were selected."""
    load_world(module_database_url, "rights.yaml")
    with TestClient(create_app(Settings(database_url=module_database_url, relay_in_server=False))) as client:
        asking = Asking(client)
        assert asking.ask("POST", "/courses/100/assignments/72/provisional_grades/publish").status_code == 200
        yield asking


def test_it_tells_what_happened_and_by_whom(asking: Asking) -> None:
    body = asking.ask("GET", TRAIL).json()
    last = body["audit_events"][-1]
    assert (last["assignment_id"], last["user_id"], last["event_type"]) == (72, 6, "grades_posted")
    assert {"id": 6, "name": "Teacher"} in body["users"]
    numbers = [one["id"] for one in body["audit_events"]]
    assert numbers == sorted(numbers)


def test_it_comes_in_pages(asking: Asking) -> None:
    whole = asking.ask("GET", f"{TRAIL}?per_page=100").json()["audit_events"]
    answer = asking.ask("GET", f"{TRAIL}?per_page=1&page={len(whole)}")
    assert answer.json()["audit_events"] == whole[-1:]
    assert f'page={len(whole)}&per_page=1>; rel="last"' in answer.headers["link"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("teacher", 200), ("sub_admin", 200), ("root_admin", 200), ("ta", 403), ("auditor", 403), ("designer", 403),
     ("owner", 403), ("observer", 403), ("foreign_admin", 404)],
)  # fmt: skip
def test_it_needs_the_right_to_the_audit_trail(asking: Asking, who: str, status: int) -> None:
    assert asking.ask("GET", TRAIL, who).status_code == status


def test_an_unknown_assignment_has_none(asking: Asking) -> None:
    assert asking.ask("GET", "/courses/100/assignments/99/audit_events").status_code == 404


def test_it_is_closed_while_students_are_anonymised(asking: Asking, module_database_url: str) -> None:
    def change(**values: Any) -> None:
        def write(connection: sa.Connection) -> None:
            connection.execute(sa.update(t.assignments).where(t.assignments.c.id == 71).values(**values))
            connection.execute(sa.update(t.courses).values(rules_version=t.courses.c.rules_version + 1))

        with open_store(module_database_url, connections=1) as store:
            store.write(write)

    path = "/courses/100/assignments/71/audit_events"
    assert asking.ask("GET", path).status_code == 200
    change(anonymous_grading=True)
    try:
        assert asking.ask("GET", path).status_code == 403
    finally:
        change(anonymous_grading=False)


def test_a_comment_that_posts_work_waits_for_who_is_grading_it(asking: Asking, module_database_url: str) -> None:
    """The classmate's essay is graded while the teacher's comment on it comes: the comment is the later of the two."""
    if not module_database_url.startswith("postgresql"):
        return  # SQLite has one writer: nobody can be grading meanwhile
    answers: list[int] = []
    path = "/courses/100/assignments/71/submissions/22"
    comment = threading.Thread(
        target=lambda: answers.append(asking.ask("PUT", path, body={"comment": {"text_comment": "x"}}).status_code)
    )
    with open_store(module_database_url, connections=1) as store:

        def hold(connection: sa.Connection) -> None:
            scores.lock(connection, 100, [22])
            comment.start()
            comment.join(0.7)
            assert comment.is_alive()

        store.write(hold)
    comment.join(10)
    assert answers == [200]
