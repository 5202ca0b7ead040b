"""Gradebook files over HTTP: the file, the preview, its application, and what is refused."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from gradewire.core.gradebook_csv import BYTE_ORDER_MARK
from tests.actions.gradebook_world import ANN, BOB, CEM, FRACTION, PERCENT, POINTS, gradebook
from tests.dialects.canvas_world import COURSE, OTHER_COURSE
from tests.server import Server, running_server


@pytest.fixture(scope="module")
def server(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with gradebook(module_database_url):
        pass
    with running_server(module_database_url, tmp_path_factory.mktemp("server")) as running:
        yield running


class Reply:
    def __init__(self, status: int, headers: Any, content: bytes) -> None:
        self.status = status
        self.headers = headers
        self.content = content

    @property
    def body(self) -> Any:
        return json.loads(self.content)


def send(
    server: Server, method: str, path: str, body: bytes | None = None, kind: str = "text/csv", as_: str = "teacher"
) -> Reply:
    headers = {"Authorization": f"Bearer {as_}", "Content-Type": kind}
    request = urllib.request.Request(f"{server.url}/api/v1{path}", body, headers, method=method)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return Reply(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        with closing(refused):
            return Reply(refused.code, refused.headers, refused.read())


def finished(server: Server, reply: Reply, as_: str = "teacher") -> Any:
    """The Progress when the work is at its end."""
    assert reply.status == 200, reply.content
    deadline = time.monotonic() + 20
    body = reply.body
    while body["workflow_state"] in {"queued", "running"}:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        body = send(server, "GET", f"/progress/{body['id']}", as_=as_).body
    return body


IMPORT = f"/courses/{COURSE}/gradebook/import"
EXPORT = f"/courses/{COURSE}/gradebook/export.csv"


def test_the_export_is_a_download_and_comes_back_without_changes(server: Server) -> None:
    reply = send(server, "GET", EXPORT)
    assert (reply.status, reply.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert reply.headers["content-disposition"].endswith("_Grades-C-1.csv")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.content.startswith(b"Student,ID,SIS User ID,SIS Login ID,Section,Notes,")
    preview = send(server, "POST", IMPORT, reply.content).body
    assert (preview["changes"], preview["refused"], preview["unknown_columns"]) == ([], [], [])


def test_separator_and_byte_order_mark_are_options(server: Server) -> None:
    reply = send(server, "GET", f"{EXPORT}?separator=semicolon&byte_order_mark=true&include[]=concluded")
    assert reply.content.startswith(BYTE_ORDER_MARK + b"Student;ID;")
    assert send(server, "POST", IMPORT, reply.content).body["changes"] == []
    refused = send(server, "GET", f"{EXPORT}?separator=tab")
    assert (refused.status, refused.body["errors"][0]["message"]) == (400, "separator is neither comma nor semicolon.")
    assert send(server, "GET", f"{EXPORT}?grading_period_id=4711").status == 404


def test_a_preview_tells_old_and_new_and_is_applied_once(server: Server) -> None:
    content = f"ID,X ({POINTS}),Y ({PERCENT}),New\n{ANN},7,85%,1\n{BOB},seven,,\n4711,1,1,1\n".encode()
    preview = send(server, "POST", IMPORT, content).body
    assert preview["changes"] == [
        {
            "row": 2,
            "student_id": ANN,
            "assignment_id": number,
            "entry": entry,
            "old": {"score": None, "grade": None, "excused": False},
            "new": {"score": score, "grade": grade, "excused": False},
        }
        for number, entry, score, grade in ((POINTS, "7", 7.0, "7"), (PERCENT, "85%", 8.5, "85%"))
    ]
    refused = {"row": 3, "student_id": BOB, "assignment_id": POINTS, "custom_gradebook_column_id": None, "entry": "seven"}
    assert preview["refused"] == [{**refused, "reason": "unreadable"}]
    assert [one["id"] for one in preview["unknown_students"]] == ["4711"]
    assert preview["unknown_columns"] == ["New"]
    path = preview["apply_url"].removeprefix(f"{server.url}/api/v1")
    done = finished(server, send(server, "POST", path))
    assert (done["workflow_state"], done["context_type"], done["context_id"]) == ("completed", "Course", COURSE)
    graded = send(server, "GET", f"/courses/{COURSE}/assignments/{POINTS}/submissions/{ANN}").body
    assert (graded["score"], graded["grader_id"], graded["workflow_state"]) == (7.0, 2, "graded")
    again = send(server, "POST", path)
    assert (again.status, again.body) == (400, {"error": "The preview was applied already."})


def test_the_file_may_come_as_an_attachment(server: Server) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="attachment"; filename="g.csv"\r\nContent-Type: text/csv\r\n\r\n'
        + f"ID,X ({FRACTION})\n{CEM},7.3\n".encode()
        + b"\r\n--x--\r\n"
    )
    preview = send(server, "POST", IMPORT, body, "multipart/form-data; boundary=x").body
    assert [one["new"]["score"] for one in preview["changes"]] == [7.3]


def test_a_preview_that_was_overtaken_is_a_409_with_its_cells(server: Server) -> None:
    preview = send(server, "POST", IMPORT, f"ID,X ({FRACTION})\n{BOB},5\n{CEM},6\n".encode()).body
    path = f"/courses/{COURSE}/assignments/{FRACTION}/submissions/{BOB}"
    send(server, "PUT", path, b'{"submission":{"posted_grade":"1"}}', "application/json")
    reply = send(server, "POST", f"{IMPORT}/{preview['token']}/apply")
    assert reply.status == 409
    cell = {"assignment_id": FRACTION, "custom_gradebook_column_id": None, "student_id": BOB, "reason": "changed"}
    assert reply.body["stale"] == [cell]
    assert "nothing was written" in reply.body["errors"][0]["message"]
    assert send(server, "GET", f"/courses/{COURSE}/assignments/{FRACTION}/submissions/{CEM}").body["score"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "as_", "status"),
    [
        ("GET", EXPORT, None, "ann", 403),
        ("GET", EXPORT, None, "foreigner", 404),
        ("GET", EXPORT, None, "bad token", 401),
        ("POST", IMPORT, b"ID\n", "ann", 403),
        ("POST", IMPORT, b"", "teacher", 400),
        ("POST", IMPORT, b"Name,Grade\nAnn,5\n", "teacher", 400),
        ("POST", IMPORT, b"\xff\xfe", "teacher", 400),
        ("POST", f"{IMPORT}/nothing/apply", b"", "teacher", 404),
        ("POST", f"{IMPORT}/nothing/apply", b"", "ann", 403),
        ("POST", f"/courses/{OTHER_COURSE}/gradebook/import", b"ID\n", "teacher", 403),
    ],
)
def test_what_cannot_be_done_is_refused(
    server: Server, method: str, path: str, body: bytes | None, as_: str, status: int
) -> None:
    assert send(server, method, path, body, as_=as_).status == status
