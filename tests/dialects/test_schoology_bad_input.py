"""Bad input of every kind, sent to every operation: a clear refusal as plain text, nothing changed, never a 500."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.testing import TestClient

from gradewire.app import create_app
from gradewire.config import Settings
from gradewire.dialects.schoology.api import OPERATIONS
from gradewire.dialects.schoology.operations import Operation
from gradewire.store.engine import open_store
from gradewire.store.tables import metadata
from tests.dialects.schoology_fixture import KEY, load_fixture

JSON, XML, FORM = "application/json", "text/xml", "application/x-www-form-urlencoded"

UNREADABLE: list[tuple[str, str, bytes, int]] = [
    ("broken JSON", JSON, b'{"grades":', 400),
    ("JSON that is no object", JSON, b"[1,2,3]", 400),
    ("JSON that is a text", JSON, b'"{\\"title\\": \\"x\\"}"', 400),
    ("NaN", JSON, b'{"grade":NaN}', 400),
    ("JSON that is not UTF-8", JSON, b'{"a":"\xff\xfe"}', 400),
    ("JSON nested deep", JSON, b'{"a":' * 3000 + b"1" + b"}" * 3000, 400),
    ("JSON nested a little too deep", JSON, b'{"a":' * 40 + b"1" + b"}" * 40, 400),
    ("a NUL in JSON", JSON, b'{"title":"\\u0000"}', 400),
    ("half a surrogate pair", JSON, b'{"title":"\\ud800"}', 400),
    ("XML said to be JSON", JSON, b"<body><title>x</title></body>", 400),
    ("JSON said to be XML", XML, b'{"title": "x"}', 400),
    ("broken XML", XML, b"<body><grades>", 400),
    ("XML without elements", XML, b"<body>text</body>", 400),
    ("XML with a document type", XML, b"<!DOCTYPE b [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><b><title>&x;</title></b>", 400),
    ("XML nested deep", XML, b"<a>" * 5000 + b"</a>" * 5000, 400),
    ("a form", FORM, b"title=x", 415),
    ("a file", "multipart/form-data; boundary=x", b"--x--", 415),
]
"""Cannot be read by any operation, whatever it is for."""

STRANGE: list[Any] = [
    {},
    {"title": ["a"], "grade": {"x": 1}},
    {"request": {"a": {"b": 1}}},
    {"request": [None, 5, True, {"a": 1}, ["x"]]},
    {"request": ["/v1/" + "x/" * 500, "/v1/users/%00", "../../etc/passwd", "http://127.0.0.1:1/"]},
    {"grades": {"grade": [1, None, "x", [], {"grade": {"a": 1}}]}},
    {"grades": {"grade": {"enrollment_id": "x", "assignment_id": 10**40, "grade": "NaN"}}},
    {"grades": {"grade": [{}] * 60}},
    {"grades": "all"},
    {"final_comments": {"final_comment": [{"enrollment_id": [], "period_id": {"a": 1}}]}},
    {"uid": "nobody", "admin": "maybe", "status": 10**20},
    {"title": "t" * 70_000, "max_points": 1e300, "due": "tomorrow", "grading_scale": "x", "assignees": "y"},
    {"title": None, "max_points": "1e999", "factor": "-", "is_final": {"a": []}},
    {"enrollments": {"enrollment": [{"uid": {}, "status": []}]}},
    {"grading_categories": {"grading_category": [{"title": [], "weight": "heavy", "drop_lowest": -1}]}},
    {"grading_groups": {"grading_group": {"title": "x", "members": {"a": 1}}}},
    {"users": {"user": [{"school_uid": 5, "role_id": "x"}]}, "courses": {"course": 1}, "sections": {"section": [None]}},
    {"start": -1, "limit": 10**30, "timestamp": "x", "section_id": "abc", "enrollment_id": [1], "assignment_id": {}},
    {"role_ids": "a,b", "school_uids": "x" * 5000, "building_id": "-", "include_past": "2", "grading_period_ids": ",,,"},
]
"""Readable, but nothing an operation should trip over: any answer below 500."""

BAD_IDS = ["abc", "0", "-1", "99999999999999999999999", "1.5", "%00", "%D9%A3", "x" * 3000, "%2e%2e", "4318461,1"]
KNOWN = {"section_id": "4318461", "user_id": "48289", "course_id": "1407691", "assignment_id": "5699937", "role_id": "1214"}
UNCOUNTED = {"oauth_nonces"}
"""What a refused request may write all the same: that it was there."""


class World:
    def __init__(self, client: TestClient[Litestar], database_url: str) -> None:
        self.client = client
        self.database_url = database_url
        self.count = 0

    def ask(
        self, operation: Operation, path: str, *, content: bytes = b"", content_type: str = JSON, query: str = ""
    ) -> httpx.Response:
        """A signed request; what is signed without a user is signed by the application."""
        self.count += 1
        key, secret = ("ak", "as") if operation.signed == "user" else ("appk", "apps")
        header = (
            f'OAuth oauth_consumer_key="{key}", oauth_nonce="{self.count}", oauth_timestamp="{int(time.time())}", '
            f'oauth_signature_method="PLAINTEXT", oauth_signature="{secret}%26"'
        )
        headers = {"Authorization": header, "Accept": JSON, "Content-Type": content_type}
        url = f"/v1/{path}{'?' + query if query else ''}"
        return self.client.request(operation.method, url, content=content, headers=headers, follow_redirects=False)


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    load_fixture(database_url)
    settings = Settings(
        database_url=database_url, max_body_bytes=100_000, relay_in_server=False, secret_key=KEY, schoology_credits=0
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield World(client, database_url)


def path_of(operation: Operation, **ids: str) -> str:
    return operation.path.format(**{name: ids.get(name) or KNOWN.get(name, "1") for name in operation.placeholders})


def fingerprint(database_url: str) -> str:
    """A digest of every row of every table."""
    digest = hashlib.sha256()
    with open_store(database_url, connections=1) as store, store.read() as connection:
        for table in metadata.sorted_tables:
            if table.name not in UNCOUNTED:
                rows = connection.execute(sa.select(table)).all()
                digest.update(repr((table.name, sorted(map(repr, rows)))).encode())
    return digest.hexdigest()


def check_refusal(answer: httpx.Response, *context: object) -> None:
    assert answer.headers["content-type"] == "text/plain; charset=utf-8", (*context, answer.status_code, answer.text[:300])
    assert answer.text, context


def test_what_cannot_be_read_is_refused_and_changes_nothing(world: World) -> None:
    before = fingerprint(world.database_url)
    for operation in OPERATIONS:
        if operation.method not in {"POST", "PUT"}:
            continue
        for kind, content_type, body, status in UNREADABLE:
            answer = world.ask(operation, path_of(operation), content=body, content_type=content_type)
            assert answer.status_code == status, (operation.name, kind, answer.status_code, answer.text[:300])
            check_refusal(answer, operation.name, kind)
        oversized = world.ask(operation, path_of(operation), content=b"x" * 100_001)
        assert oversized.status_code == 413, operation.name
    assert fingerprint(world.database_url) == before


def test_strange_values_are_never_a_crash(world: World) -> None:
    for operation in OPERATIONS:
        for body in STRANGE:
            if operation.method in {"POST", "PUT"}:
                answers = [world.ask(operation, path_of(operation), content=msgspec.json.encode(body))]
                if body:
                    from gradewire.dialects.schoology import xml

                    answers.append(world.ask(operation, path_of(operation), content=xml.encode(body), content_type=XML))
            else:
                query = str(httpx.QueryParams({name: str(value)[:2000] for name, value in body.items()}))
                answers = [world.ask(operation, path_of(operation), query=query)]
            for answer in answers:
                assert answer.status_code < 500, (operation.name, str(body)[:300], answer.text[:300])
                if answer.status_code >= 400:
                    check_refusal(answer, operation.name, str(body)[:300])
                for entry in _results(answer):
                    assert entry["response_code"] < 500, (operation.name, str(body)[:300], entry)


def _results(answer: httpx.Response) -> list[dict[str, Any]]:
    """The entries of an answer to several at once, wherever they stand in it."""
    if answer.status_code != 207:
        return []
    found: list[dict[str, Any]] = []
    waiting: list[Any] = [answer.json()]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            found += [node] if "response_code" in node else []
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return found


@pytest.mark.parametrize(
    "query", ["a=%ff", "a=%00", "&".join(f"a{number}=1" for number in range(400)), "=&=&", "%", "start=%GG"]
)
def test_a_strange_query_is_never_a_crash(world: World, query: str) -> None:
    for operation in OPERATIONS:
        answer = world.ask(operation, path_of(operation), query=query, content=b"{}" if operation.method == "POST" else b"")
        assert answer.status_code < 500, (operation.name, answer.text[:300])
        if "%ff" in query or "%00" in query:
            assert answer.status_code in {400, 401}, (operation.name, answer.status_code)


def test_ids_that_name_nothing_are_not_found_and_change_nothing(world: World) -> None:
    before = fingerprint(world.database_url)
    for operation in OPERATIONS:
        for name in operation.placeholders:
            for bad in BAD_IDS:
                content = b"{}" if operation.method in {"POST", "PUT"} else b""
                answer = world.ask(operation, path_of(operation, **{name: bad}), content=content)
                assert answer.status_code in {400, 403, 404}, (
                    operation.name,
                    name,
                    bad[:50],
                    answer.status_code,
                    answer.text[:300],
                )
                check_refusal(answer, operation.name, name, bad[:50])
    assert fingerprint(world.database_url) == before


def test_nobody_is_told_more_than_that_they_are_nobody(world: World) -> None:
    before = fingerprint(world.database_url)
    for operation in OPERATIONS:
        path = f"/v1/{path_of(operation)}"
        nobody = world.client.request(operation.method, path, follow_redirects=False)
        assert nobody.status_code == 401, (operation.name, nobody.status_code)
        check_refusal(nobody, operation.name)
        forged = (
            f'OAuth oauth_consumer_key="ak", oauth_nonce="n", oauth_timestamp="{int(time.time())}", '
            'oauth_signature_method="PLAINTEXT", oauth_signature="forged%26"'
        )
        answer = world.client.request(
            operation.method,
            path,
            headers={"Authorization": forged, "X-Schoology-Run-As": "45552", "Content-Type": FORM},
            content=b"broken",
            follow_redirects=False,
        )
        assert answer.status_code == 401, (operation.name, answer.status_code)
        check_refusal(answer, operation.name)
    assert fingerprint(world.database_url) == before


def test_every_operation_says_what_it_does() -> None:
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)
    for operation in OPERATIONS:
        assert operation.summary, operation.name
        assert operation.tag, operation.name
        assert operation.returns is not None or operation.status == 204, operation.name
