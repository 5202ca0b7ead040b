"""SIS imports over HTTP: by canvasapi, as raw bodies, watched, aborted; what a client sees of them."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import canvasapi
import pytest
from canvasapi.account import Account
from canvasapi.sis_import import SisImport

from gradewire.store.engine import open_store
from tests.actions.sis_world import ENROLLMENTS, ROOT, SCHOOL, SUB, USERS, archive, build
from tests.server import Server, running_server

LIMIT = 300_000
pytestmark = pytest.mark.filterwarnings("ignore:Canvas may respond unexpectedly:UserWarning")  # the test server has no TLS


@pytest.fixture(scope="module")
def server(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with open_store(module_database_url, connections=1) as store:
        store.write(build)
    settings = {"GRADEWIRE_MAX_BODY_BYTES": "100000", "GRADEWIRE_MAX_IMPORT_BYTES": str(LIMIT)}
    with running_server(module_database_url, tmp_path_factory.mktemp("server"), settings=settings) as running:
        yield running


@pytest.fixture
def account(server: Server) -> Account:
    return canvasapi.Canvas(server.url, "admin").get_account(ROOT)


def ended(account: Account, found: SisImport) -> SisImport:
    """The import when it is at its end."""
    deadline = time.monotonic() + 30
    while found.workflow_state in {"created", "importing", "cleanup_batch"}:
        assert time.monotonic() < deadline, found.workflow_state
        time.sleep(0.05)
        found = account.get_sis_import(found)
    return found


def send(
    server: Server, path: str, body: bytes, content_type: str | None = None, *, as_: str | None = "admin"
) -> tuple[int, Any]:
    request = urllib.request.Request(f"{server.url}/api/v1{path}", body, method="POST")  # noqa: S310 - our own server
    if content_type:
        request.add_header("Content-Type", content_type)
    if as_ is not None:
        request.add_header("Authorization", f"Bearer {as_}")
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with closing(refused):
            return refused.code, json.load(refused)


def test_canvasapi_imports_an_archive_and_watches_it(account: Account, tmp_path: Path) -> None:
    path = tmp_path / "school.zip"
    path.write_bytes(archive(SCHOOL))
    found = account.create_sis_import(str(path), override_sis_stickiness=True)
    assert (found.batch_mode, found.override_sis_stickiness, found.user["name"]) == (False, True, "admin")
    done = ended(account, found)
    assert (done.workflow_state, done.progress, done.data["import_type"]) == ("imported", 100, "instructure_csv")
    assert done.data["counts"]["enrollments"] == 4
    assert done.statistics["Enrollment"] == {"created": 4}
    assert done.statistics["total_state_changes"] == 14
    assert done.ended_at is not None
    assert done.errors_attachment is None
    assert [one.id for one in account.get_sis_imports(workflow_state=["imported"])][-1] == done.id
    assert list(account.get_sis_imports(created_before="2020-01-01T00:00:00Z")) == []
    student = canvasapi.Canvas(account._requester.original_url, "admin").get_user("u1", "sis_user_id")
    assert student.name == "Ann Archer"


def test_lists_are_wrapped_and_paged(account: Account) -> None:
    for number in range(3):
        ended(account, account.create_sis_import(_named(f"p{number}.csv", b"a,b\n1,2\n")))
    pages = account.get_sis_imports(per_page=1)
    assert [one.id for one in pages][:2] == sorted((one.id for one in pages), reverse=True)[:2]
    raw = account._requester.request("GET", f"accounts/{ROOT}/sis_import_errors", per_page=1)
    assert len(raw.json()["sis_import_errors"]) == 1
    assert 'rel="next"' in raw.headers["link"]
    assert raw.json()["sis_import_errors"][0].keys() == {"sis_import_id", "file", "message", "row", "row_info"}


class _Named:
    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._content = content

    def read(self, *_: object) -> bytes:
        content, self._content = self._content, b""
        return content


def _named(name: str, content: bytes) -> _Named:
    """A file object with a name, as canvasapi wants it."""
    return _Named(name, content)


def test_errors_are_told_with_the_import_and_listed(account: Account) -> None:
    done = ended(account, account.create_sis_import(_named("users.csv", (USERS + ",x,A,B,,active\n").encode())))
    assert (done.workflow_state, done.data["counts"]["error_count"]) == ("imported_with_messages", 1)
    assert done.processing_errors == [["users.csv", "user_id is missing"]]
    listed = account._requester.request("GET", f"accounts/{ROOT}/sis_imports/{done.id}/errors").json()
    assert listed == {
        "sis_import_errors": [
            {
                "sis_import_id": done.id,
                "file": "users.csv",
                "message": "user_id is missing",
                "row": 2,
                "row_info": ",x,A,B,,active",
            }
        ]
    }


@pytest.mark.parametrize(
    ("content", "content_type", "query"),
    [
        ((USERS + "r1,raw1,Raw,One,,active\n").encode(), "text/csv", ""),
        ((USERS + "r1,raw1,Raw,One,,active\n").encode(), "text/csv; charset=utf-8", "&extension=csv"),
        (archive({"users.csv": USERS + "r1,raw1,Raw,One,,active\n"}), "application/zip", ""),
        (archive({"users.csv": USERS + "r1,raw1,Raw,One,,active\n"}), "application/octet-stream", "&extension=zip"),
    ],
)
def test_the_body_may_be_the_file_itself(
    server: Server, account: Account, content: bytes, content_type: str, query: str
) -> None:
    path = f"/accounts/self/sis_imports?import_type=instructure_csv{query}"
    status, body = send(server, path, content, content_type)
    assert status == 200, body
    done = ended(account, account.get_sis_import(body["id"]))
    assert (done.workflow_state, done.data["counts"]["users"]) == ("imported", 1)


def test_an_import_is_aborted_only_before_its_end(account: Account) -> None:
    done = ended(account, account.create_sis_import(_named("users.csv", USERS.encode())))
    with pytest.raises(canvasapi.exceptions.BadRequest, match="cannot be aborted"):
        done.abort()
    people = "".join(f"x{one},x{one},A,B,,active\n" for one in range(4000))
    first = account.create_sis_import(_named("users.csv", (USERS + people).encode()))
    second = account.create_sis_import(_named("users.csv", USERS.encode()))
    aborted = second.abort()
    assert (aborted.id, aborted.workflow_state) == (second.id, "aborted")
    third = account.create_sis_import(_named("users.csv", USERS.encode()))
    assert account.abort_sis_imports_pending() is True
    assert account.get_sis_import(third).workflow_state == "aborted"
    assert ended(account, first).workflow_state in {"imported", "aborted"}
    assert account._requester.request("GET", f"accounts/{ROOT}/sis_imports/importing").json() == {"sis_imports": []}


@pytest.mark.parametrize(
    ("path", "body", "content_type", "as_", "status"),
    [
        (f"/accounts/{ROOT}/sis_imports", b"", None, "admin", 400),
        (f"/accounts/{ROOT}/sis_imports", b"attachment=text", "application/x-www-form-urlencoded", "admin", 400),
        (f"/accounts/{ROOT}/sis_imports", b"PK\x03\x04broken", "application/zip", "admin", 400),
        (f"/accounts/{ROOT}/sis_imports?import_type=ims_xml", b"a", "text/csv", "admin", 400),
        (f"/accounts/{ROOT}/sis_imports?diffing_data_set_identifier=x", b"a", "text/csv", "admin", 400),
        (f"/accounts/{ROOT}/sis_imports?multi_term_batch_mode=true", b"a", "text/csv", "admin", 400),
        (f"/accounts/{ROOT}/sis_imports?batch_mode=true", b"a", "text/csv", "admin", 400),
        (f"/accounts/{ROOT}/sis_imports?batch_mode=true&batch_mode_term_id=sis_term_id:nope", b"a", "text/csv", "admin", 404),
        (f"/accounts/{SUB}/sis_imports", b"a", "text/csv", "admin", 400),
        (f"/accounts/{ROOT}/sis_imports", b"a", "text/csv", "nobody", 403),
        (f"/accounts/{ROOT}/sis_imports", b"a", "text/csv", "foreigner", 404),
        (f"/accounts/{ROOT}/sis_imports", b"a", "text/csv", None, 401),
        (f"/accounts/{ROOT}/sis_imports", b"a" * (LIMIT + 1), "text/csv", "admin", 413),
        (f"/accounts/{ROOT}/sis_imports", b"a" * 200_000, "text/csv", "bad token", 401),
    ],
)
def test_what_cannot_be_taken_is_refused(
    server: Server, path: str, body: bytes, content_type: str | None, as_: str | None, status: int
) -> None:
    found, answer = send(server, path, body, content_type, as_=as_)
    assert (found, "id" in answer) == (status, False)


def test_a_term_of_batch_mode_may_be_named_by_its_sis_id(server: Server, account: Account) -> None:
    ended(account, account.create_sis_import(_named("all.zip", archive(SCHOOL))))
    path = f"/accounts/{ROOT}/sis_imports?batch_mode=1&batch_mode_term_id=sis_term_id:T1&change_threshold=10"
    status, body = send(server, path, (ENROLLMENTS + "C1,u1,student,S1,active\n").encode(), "text/csv")
    assert status == 200, body
    done = ended(account, account.get_sis_import(body["id"]))
    assert (done.workflow_state, done.change_threshold, done.batch_mode) == ("imported_with_messages", 10, True)
    assert "more than 10 percent" in done.processing_errors[0][1]
