"""Reading and writing grades takes as many statements for two rows as for many: the count is the contract, not the time."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.testing import TestClient

from gradewire.app import create_app
from gradewire.config import Settings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.schoology_fixture import KEY, load_fixture

LARGE, WEIGHTED, CAL = 5003001, 5001001, 48300
PUPILS = range(700001, 700051)
UNCOUNTED = ("oauth_", "jobs", "begin", "savepoint", "consumers")
"""Statements with these words are of who asks, not of what is asked."""

_count = itertools.count()


class Counted:
    """The server in this process, asked as the administrator; how many statements each answer took."""

    def __init__(self, client: TestClient[Litestar]) -> None:
        self.client = client

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        header = (
            f'OAuth oauth_consumer_key="ak", oauth_nonce="c{next(_count)}", oauth_timestamp="{int(time.time())}", '
            'oauth_signature_method="PLAINTEXT", oauth_signature="as%26"'
        )
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": header, "Accept": "application/json", "Content-Type": "application/json"}
        with counting() as found:
            answer = self.client.request(method, f"/v1{path}", content=content, headers=headers)
        assert answer.status_code < 300, answer.text
        return len(found), answer.json() if answer.content else None

    def make_item(self) -> int:
        _, made = self.ask("POST", f"/sections/{LARGE}/assignments", {"title": "Item", "grading_period": 13011})
        number: int = made["id"]
        return number

    def put(self, item: int, many: int, **fields: Any) -> int:
        """Give so many grades on an item; the statements that took."""
        entries = [{"assignment_id": item, "enrollment_id": pupil, "grade": 5, **fields} for pupil in PUPILS[:many]]
        statements, answer = self.ask("PUT", f"/sections/{LARGE}/grades", {"grades": {"grade": entries}})
        assert answer == {"grades": {"grade": [{"response_code": 204}] * many}}
        return statements


@contextmanager
def counting() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not any(word in statement.lower() for word in UNCOUNTED):
            found.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def server(module_database_url: str) -> Iterator[Counted]:
    load_fixture(module_database_url)
    settings = Settings(database_url=module_database_url, relay_in_server=False, secret_key=KEY, schoology_credits=0)
    with TestClient(create_app(settings)) as client:
        yield Counted(client)


def test_writing_grades_takes_as_many_statements_for_two_as_for_fifty(server: Counted) -> None:
    items = [server.make_item() for _ in range(3)]
    server.put(items[0], 2)  # the rules of the section are kept from now on
    few, many = server.put(items[1], 2, comment="x"), server.put(items[2], 50, comment="x")
    assert many == few


def test_final_comments_take_as_many_statements_for_two_as_for_fifty(server: Counted) -> None:
    def comment(many: int, text: str) -> int:
        entries = [{"enrollment_id": pupil, "period_id": "final", "comment": text} for pupil in PUPILS[:many]]
        body = {"final_comments": {"final_comment": entries}}
        return server.ask("PUT", f"/sections/{LARGE}/grades", body)[0]

    comment(50, "before")
    assert comment(50, "after") == comment(2, "later")


def test_the_grades_of_a_section_take_as_many_statements_for_two_as_for_fifty(server: Counted) -> None:
    items = [server.make_item(), server.make_item()]
    server.put(items[0], 2)
    server.put(items[1], 50)
    path = f"/sections/{LARGE}/grades?assignment_id="
    server.ask("GET", f"{path}{items[0]}")
    few, some = server.ask("GET", f"{path}{items[0]}")
    many, all_of_them = server.ask("GET", f"{path}{items[1]}")
    assert (len(some["grades"]["grade"]), len(all_of_them["grades"]["grade"])) == (2, 50)
    assert many == few


def test_the_grades_of_a_user_take_as_many_statements_for_one_section_as_for_seven(server: Counted) -> None:
    path = f"/users/{CAL}/grades"
    server.ask("GET", path)
    few, one = server.ask("GET", f"{path}?section_id=5002001")
    many, seven = server.ask("GET", path)
    assert (len(one["section"]), len(seven["section"])) == (1, 7)
    assert many == few


@pytest.mark.parametrize(
    "path", [f"/sections/{WEIGHTED}/grade_items?", f"/sections/{WEIGHTED}/grade_items?with_dropbox_stats=1&"]
)
def test_items_take_as_many_statements_for_one_as_for_many(server: Counted, path: str) -> None:
    server.ask("GET", path)
    few, one = server.ask("GET", f"{path}limit=1")
    many, nine = server.ask("GET", f"{path}limit=200")
    assert (len(one["assignment"]), len(nine["assignment"])) == (1, 9)
    assert many == few


@pytest.mark.parametrize(
    ("plural", "singular"), [("grading_categories", "grading_category"), ("grading_groups", "grading_group")]
)
def test_categories_and_groups_take_as_many_statements_for_two_as_for_fifty(
    server: Counted, plural: str, singular: str
) -> None:
    path = f"/sections/{LARGE}/{plural}"

    def write(method: str, entries: list[dict[str, Any]]) -> tuple[int, Any]:
        server.ask("GET", path)  # the rules of the section are kept from now on
        statements, answer = server.ask(method, path, {plural: {singular: entries}})
        return statements, answer[singular]

    new = [{"title": f"T{number}", "members": [pupil]} for number, pupil in enumerate(PUPILS)]
    (few, two), (many, fifty) = write("POST", new[:2]), write("POST", new)
    assert (len(two), len(fifty)) == (2, 50)
    assert many == few
    if plural == "grading_categories":
        (few, _), (many, changed) = (
            write("PUT", [{"id": one["id"], "weight": weight} for one in some]) for some, weight in ((two, 3), (fifty, 4))
        )
        assert [one["response_code"] for one in changed] == [204] * 50
        assert many == few


def test_submissions_take_as_many_statements_for_two_as_for_fifty(server: Counted, module_database_url: str) -> None:
    items = [server.make_item(), server.make_item()]
    with open_store(module_database_url, connections=1) as store, store.writing.begin() as connection:
        s = t.submissions.c
        for item, many in zip(items, (2, 50), strict=True):
            ids = list(connection.execute(sa.select(s.id).where(s.assignment_id == item).limit(many)).scalars())
            values = {"submission_type": "online_text_entry", "attempt": 1, "submitted_at": datetime(2026, 1, 1, tzinfo=UTC)}
            connection.execute(sa.update(t.submissions).where(s.id.in_(ids)).values(values))
    paths = [f"/sections/{LARGE}/submissions/{item}?limit=200" for item in items]
    server.ask("GET", paths[0])
    (few, two), (many, fifty) = (server.ask("GET", path) for path in paths)
    assert (len(two["revision"]), len(fifty["revision"])) == (2, 50)
    assert many == few
