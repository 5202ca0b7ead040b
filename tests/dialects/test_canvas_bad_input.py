"""Bad input of every kind, sent to every operation: a clear refusal in Canvas's shape, nothing changed, never a 500."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.testing import TestClient

from gradewire.app import create_app
from gradewire.config import Settings
from gradewire.dialects.canvas.api import OPERATIONS
from gradewire.dialects.canvas.operations import Operation
from gradewire.store.engine import open_store
from gradewire.store.tables import metadata
from tests.worlds import load_world

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

UNREADABLE: list[tuple[str, str, bytes]] = [
    ("broken JSON", JSON, b'{"submission":'),
    ("JSON that is no object", JSON, b"[1,2,3]"),
    ("NaN", JSON, b'{"submission":{"posted_grade":NaN}}'),
    ("Infinity", JSON, b'{"score":-Infinity}'),
    ("JSON that is not UTF-8", JSON, b'{"a":"\xff\xfe"}'),
    ("JSON nested deep", JSON, b'{"a":' * 3000 + b"1" + b"}" * 3000),
    ("a NUL in JSON", JSON, b'{"title":"\\u0000"}'),
    ("half a surrogate pair", JSON, b'{"title":"\\ud800"}'),
    ("brackets that do not match", FORM, b"submission[posted_grade=1"),
    ("a scalar that is a hash too", FORM, b"a=1&a[b]=2"),
    ("a broken escape", FORM, b"a=%zz"),
    ("a form that is not UTF-8", FORM, b"a=%ff%fe"),
    ("a NUL in a form", FORM, b"title=%00"),
    ("a form nested deep", FORM, b"a" + b"[b]" * 200 + b"=1"),
    ("too many parameters", FORM, b"a&" * 20_001),
    ("multipart without a boundary", "multipart/form-data", b"--x\r\n\r\n"),
]
"""Cannot be read by any operation: 400, whatever it is for."""

STRANGE: list[Any] = [
    {"submission": {"posted_grade": {"a": [1]}}},
    {"submission": [1, 2], "comment": 5, "rubric_assessment": "x"},
    {"submission": {"posted_grade": "9" * 500, "excuse": {"x": 1}}},
    {"submission": {"posted_grade": 1e300, "provisional": "maybe"}},
    {"submission": {"seconds_late_override": 10**30, "late_policy_status": "sometimes"}},
    {"submission": {"late_policy_status": "never", "posted_grade": "1"}},
    {"comment": {"text_comment": "x" * 50_000, "attempt": 99}},
    {"grade_data": [1, 2, 3]},
    {"grade_data": {"abc": 5, "11": {"posted_grade": [1]}}},
    {"grade_data": {"11": {"posted_grade": "1", "excuse": True}}},
    {"student_ids": {"a": "b"}},
    {"student_ids": ["abc", None, 10**40, -1]},
    {"provisional_grade_ids": "all"},
    {"provisional_grade_ids": [10**25, "x", -5]},
    {"title": ["a"], "grading_scheme_entry": {"0": {"name": "A", "value": 1}}},
    {"title": "t" * 5000, "grading_scheme_entry": [{"name": ["A"], "value": {}}]},
    {"points_based": True, "scaling_factor": 0, "grading_scheme_entry": [{"name": "A", "value": 0}]},
    {"scaling_factor": "1e400", "grading_scheme_entry": [{"name": "A", "value": "1e400"}]},
    {"grading_scheme_entry": [1, None, "x"]},
    {"assignment": {"points_possible": "many", "grading_type": "stars", "due_at": "tomorrow"}},
    {"assignment": {"points_possible": 1e300, "grader_count": 10**20, "final_grader_id": "me"}},
    {"assignment": {"name": None, "submission_types": {"a": 1}, "assignment_group_id": -4}},
    {"assignment": "essay"},
    {"name": ["x"], "group_weight": "heavy", "rules": {"drop_lowest": "all", "never_drop": {"a": 1}}},
    {"group_weight": -1e308, "rules": {"drop_lowest": -1}},
    {"group_weight": "NaN", "position": 10**22},
    {"course": {"grading_standard_id": "x", "apply_assignment_group_weights": []}},
    {"course": {"name": "n" * 1000, "grading_standard_id": 10**18}},
    {"enrollment": {"user_id": "nobody", "type": "Emperor"}},
    {"enrollment": 7, "task": "explode"},
    {"rubric_assessment": {"user_id": [], "criterion_x": 4}},
    {"rubric_assessment": {"user_id": "11", "assessment_type": "grading", "criterion_1": {"points": "1e999"}}},
    {"section_ids": [10**30, "x"], "graded_only": {"a": 1}},
    {"override_score": "NaN"},
    {"override_score": 1e308, "grading_period_id": 10**30},
    {"late_policy": {"late_submission_deduction": -5, "late_submission_interval": "aeon"}},
    {"include": {"a": 1}, "page": -1, "per_page": 10**30},
]
"""Readable, but nothing an operation should trip over: any answer below 500."""

BAD_IDS = [
    "abc",
    "0",
    "-1",
    "99999999999999999999999",
    "1.5",
    "%00",
    "sis_course_id:nope",
    "sis_user_id:",
    "hex:sis_user_id:zz",
    "é",
]


@pytest.fixture
def world(database_url: str) -> Iterator[tuple[TestClient[Litestar], str]]:
    load_world(database_url, "moderated.yaml")
    settings = Settings(database_url=database_url, max_body_bytes=100_000, max_import_bytes=100_000, relay_in_server=False)
    with TestClient(create_app(settings)) as client:
        yield client, database_url


def path_of(operation: Operation, **ids: str) -> str:
    known = {"course_id": "1", "assignment_id": "2", "user_id": "11", "account_id": "1", "section_id": "1", "id": "1"}
    path = operation.path
    for name in operation.placeholders:
        path = path.replace(f":{name}", ids.get(name) or known.get(name) or "1")
    return path


def fingerprint(database_url: str) -> str:
    """A digest of every row of every table."""
    digest = hashlib.sha256()
    with open_store(database_url, connections=1) as store, store.read() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(sa.select(table)).all()
            digest.update(repr((table.name, sorted(map(repr, rows)))).encode())
    return digest.hexdigest()


HEADERS = {"Authorization": "Bearer token-admin"}


def check_shape(body: Any) -> None:
    """One of the shapes in which Canvas refuses."""
    assert body == [] or isinstance(body, dict), body
    if body:
        assert {"errors", "error", "message", "status"} & set(body), body


def test_what_cannot_be_read_is_refused_and_changes_nothing(world: tuple[TestClient[Litestar], str]) -> None:
    client, database_url = world
    before = fingerprint(database_url)
    for operation in OPERATIONS:
        if operation.method == "GET":
            continue
        for kind, content_type, body in UNREADABLE:
            answer = client.request(
                operation.method, path_of(operation), content=body, headers={**HEADERS, "Content-Type": content_type}
            )
            assert answer.status_code == 400, (operation.name, kind, answer.status_code, answer.text[:300])
            check_shape(answer.json())
        oversized = client.request(operation.method, path_of(operation), content=b"x" * 100_001, headers=HEADERS)
        assert oversized.status_code == 413, operation.name
        check_shape(oversized.json())
    assert fingerprint(database_url) == before


def test_strange_values_are_never_a_crash(world: tuple[TestClient[Litestar], str]) -> None:
    client, _ = world
    for operation in OPERATIONS:
        declared = set(operation.params.__struct_fields__) if operation.params else set()
        for body in STRANGE:
            if not declared & set(body):
                continue
            if operation.method == "GET":
                answer = client.get(path_of(operation), params=_flat(body), headers=HEADERS)
            else:
                answer = client.request(
                    operation.method,
                    path_of(operation),
                    content=msgspec.json.encode(body),
                    headers={
                        **HEADERS,
                        "Content-Type": JSON,
                    },
                )
            assert answer.status_code < 500, (operation.name, body, answer.text[:300])
            if answer.status_code >= 400 and answer.headers["content-type"].startswith(JSON):
                check_shape(answer.json())


def _flat(body: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in body.items() if not isinstance(value, dict)}


def test_ids_that_name_nothing_are_not_found_and_change_nothing(world: tuple[TestClient[Litestar], str]) -> None:
    client, database_url = world
    before = fingerprint(database_url)
    for operation in OPERATIONS:
        for name in operation.placeholders:
            for bad in BAD_IDS:
                answer = client.request(operation.method, path_of(operation, **{name: bad}), headers=HEADERS)
                assert answer.status_code in {400, 403, 404}, (operation.name, name, bad, answer.status_code, answer.text[:300])
                check_shape(answer.json())
    assert fingerprint(database_url) == before


def test_nobody_is_told_more_than_that_they_are_nobody(world: tuple[TestClient[Litestar], str]) -> None:
    client, database_url = world
    before = fingerprint(database_url)
    for operation in OPERATIONS:
        if operation.public:
            continue
        nobody = client.request(operation.method, path_of(operation))
        assert nobody.status_code == 401, (operation.name, nobody.status_code, nobody.text[:200])
        assert nobody.json()["status"] == "unauthenticated", operation.name
        forged = client.request(operation.method, path_of(operation), headers={"Authorization": "Bearer forged"})
        assert (forged.status_code, forged.json()) == (401, {"errors": [{"message": "Invalid access token."}]}), operation.name
    assert fingerprint(database_url) == before
