"""Files in three steps, on disk and in a bucket: announced, sent by the secret, confirmed; handed in, commented with, seen."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import sqlalchemy as sa
from canvasapi import Canvas
from litestar.testing import TestClient
from moto.server import ThreadedMotoServer

from gradewire.actions import uploads
from gradewire.app import create_app, create_world
from gradewire.config import Settings
from gradewire.files.storage import Bucket, FileStorage
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.canvas_work import ANN, BOB, CEM, MANY, assign, moderate
from tests.dialects.canvas_world import COURSE, SECTION, Api, build
from tests.server import Server, running_server

LIMIT = 3_000_000


class Files:
    """The application with a file storage of its own."""

    def __init__(self, api: Api, settings: Settings) -> None:
        self.api = api
        self.settings = settings

    def announce(self, place: str, as_: str = "ann", **sent: Any) -> Any:
        reply = self.api.post(f"{place}/files", as_=as_, body={"name": "essay.txt", **sent})
        assert reply.status == 200, reply.body
        return reply.body

    def send(self, told: Any, content: bytes = b"My essay", *, more: Any = None) -> httpx.Response:
        path = told["upload_url"].removeprefix("http://testserver.local")
        files = {told["file_param"]: ("ignored.bin", content)}
        answer: httpx.Response = self.api.client.post(path, data={**told["upload_params"], **(more or {})}, files=files)
        return answer

    def upload(self, place: str, as_: str = "ann", content: bytes = b"My essay", **sent: Any) -> Any:
        answer = self.send(self.announce(place, as_, **sent), content)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def get(self, url: str) -> httpx.Response:
        """Follow a link without signing in."""
        answer: httpx.Response = self.api.client.get(url.removeprefix("http://testserver.local"))
        return answer


@contextmanager
def serving(database_url: str, **settings: Any) -> Iterator[Files]:
    with open_store(database_url, connections=2) as store:
        store.write(build)
        chosen = Settings(
            database_url=database_url,
            pool_size=2,
            relay_in_server=False,
            max_body_bytes=100_000,
            max_file_bytes=LIMIT,
            **settings,
        )
        with TestClient(create_app(chosen), raise_server_exceptions=False) as client:
            yield Files(Api(client, store.writing), chosen)


@pytest.fixture(scope="module")
def files(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    with serving(module_database_url, files_url=str(tmp_path_factory.mktemp("files") / "here")) as found:
        yield found


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, str]]:
    """A bucket of a real HTTP server that speaks S3, and how it is reached."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        keys = {"aws_access_key_id": "id", "aws_secret_access_key": "key", "region_name": "us-east-1"}
        boto3.client("s3", endpoint_url=endpoint, **keys).create_bucket(Bucket="work")
        yield {"s3_endpoint": endpoint, "s3_region": "us-east-1", "s3_access_key_id": "id", "s3_secret_access_key": "key"}
    finally:
        server.stop()


def work(number: int, who: int | str = "self") -> str:
    return f"{MANY}/{number}/submissions/{who}"


def make(files: Files, **more: Any) -> int:
    number: int = assign(files.api, **{"submission_types": ["online_upload", "online_text_entry"], **more})["id"]
    return number


def submit(files: Files, number: int, ids: list[Any], as_: str = "ann", status: int = 201, **more: Any) -> Any:
    sent = {"submission_type": "online_upload", "file_ids": ids, **more}
    reply = files.api.post(f"{MANY}/{number}/submissions", as_=as_, body={"submission": sent})
    assert reply.status == status, reply.body
    return reply.body


def test_a_file_is_handed_in_in_three_steps(files: Files) -> None:
    number = make(files)
    told = files.announce(work(number), name="../my essay.txt", size=8)
    assert told["file_param"] == "file"
    assert told["upload_params"]["filename"] == "my essay.txt"
    answer = files.send(told)
    assert answer.status_code == 201
    location = answer.headers["location"]
    sent = answer.json()
    assert sent["location"] == location
    confirmed = files.api.get(location.partition("/api/v1")[2].partition("?")[0], as_="ann", uuid=sent["uuid"])
    assert confirmed.status == 200
    assert confirmed.body == {name: value for name, value in sent.items() if name != "location"}
    by_post = files.api.client.post(location, headers={"authorization": "Bearer ann"})
    assert by_post.json() == confirmed.body
    assert (sent["size"], sent["content-type"], sent["upload_status"]) == (8, "text/plain", "success")
    found = submit(files, number, [sent["id"]])
    assert (found["submission_type"], found["attempt"]) == ("online_upload", 1)
    assert [one["display_name"] for one in found["attachments"]] == ["my essay.txt"]
    shown = files.api.get(work(number, ANN)).body
    assert shown["attachments"] == found["attachments"]
    of_assignment = files.api.get(f"{MANY}/{number}", as_="ann", include__="submission").body
    assert of_assignment["submission"]["attachments"] == found["attachments"]
    assert files.get(shown["attachments"][0]["url"]).content == b"My essay"


def test_a_downloaded_file_runs_nothing_here(files: Files) -> None:
    number = make(files)
    page = b"<script>alert(document.cookie)</script>"
    sent = files.upload(work(number), content=page, name='пейдж "x".html', content_type="text/html")
    answer = files.get(sent["url"])
    assert (answer.status_code, answer.content) == (200, page)
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert '"' not in answer.headers["content-disposition"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["cache-control"] == "private, no-store"
    head = files.api.client.head(sent["url"].removeprefix("http://testserver.local"))
    assert (head.headers["content-length"], head.content) == (str(len(page)), b"")


def test_a_link_is_good_only_with_its_verifier(files: Files) -> None:
    sent = files.upload(work(make(files)))
    plain = f"/files/{sent['id']}/download"
    for url in (plain, f"{plain}?verifier=", f"{plain}?verifier={'0' * 32}", f"{plain}?verifier=%00", "/files/999999/download"):
        assert files.get(url).status_code in {400, 404}, url
    assert files.get(f"{plain}?verifier={sent['uuid']}").status_code == 200


def test_the_secret_is_good_once_and_for_one_file(files: Files) -> None:
    number = make(files)
    first, second = files.announce(work(number)), files.announce(work(number))
    assert files.send({**first, "upload_params": second["upload_params"]}).status_code == 404
    assert files.send({**first, "upload_params": {}}).status_code == 404
    assert files.send(first).status_code == 201
    assert files.send(first, b"Something else").status_code == 404
    secret = first["upload_params"]["token"]
    stored = files.api.rows(sa.select(t.attachments.c.upload_digest).where(t.attachments.c.upload_digest.is_not(None)))
    assert secret not in stored
    assert hashlib.sha256(second["upload_params"]["token"].encode()).hexdigest() in stored


def test_an_announcement_is_good_for_half_an_hour(files: Files) -> None:
    told = files.announce(work(make(files)))
    number = int(told["upload_url"].rpartition("/")[2])
    (until,) = files.api.rows(sa.select(t.attachments.c.upload_until).where(t.attachments.c.id == number))
    assert timedelta(minutes=29) < until - datetime.now(UTC) <= timedelta(minutes=30)
    files.api.change(t.attachments, number, upload_until=datetime.now(UTC) - timedelta(seconds=1))
    assert files.send(told).status_code == 404


def test_files_have_a_largest_size(files: Files) -> None:
    number = make(files)
    reply = files.api.post(f"{work(number)}/files", as_="ann", body={"name": "a.txt", "size": LIMIT + 1})
    assert (reply.status, reply.body) == (400, {"message": "file size exceeds quota"})
    told = files.announce(work(number), size=10)
    assert files.send(told, os.urandom(LIMIT + 1)).status_code == 413
    sent = files.upload(work(number), content=b"x" * LIMIT)
    assert sent["size"] == LIMIT
    assert len(files.get(sent["url"]).content) == LIMIT


def test_a_body_larger_than_declared_is_cut_off_while_it_is_read(files: Files) -> None:
    """Sent in chunks, without a length, so that only what arrives can be counted."""
    told = files.announce(work(make(files)))
    token = told["upload_params"]["token"]

    def body() -> Iterator[bytes]:
        yield f'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token}\r\n'.encode()
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(40):
            yield b"x" * 100_000
        yield b"\r\n--b--\r\n"

    path = told["upload_url"].removeprefix("http://testserver.local")
    answer = files.api.client.post(path, content=body(), headers={"content-type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 400),
        ("multipart/form-data", b"--b\r\n", 400),
        ("multipart/form-data; boundary=b", b"nothing of the kind", 400),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\nx\r\n--b--\r\n', 400),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--b--\r\n',
            404,
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n' + b"x" * 5000 + b"\r\n--b--\r\n",
            400,
        ),
    ],
)
def test_a_body_that_is_no_upload_is_refused(files: Files, content_type: str, body: bytes, status: int) -> None:
    told = files.announce(work(make(files)))
    path = told["upload_url"].removeprefix("http://testserver.local")
    answer = files.api.client.post(path, content=body, headers={"content-type": content_type})
    assert answer.status_code == status, answer.text
    assert files.send(told).status_code == 201


def test_a_body_that_ends_too_early_is_no_file(files: Files) -> None:
    number = make(files)
    told = files.announce(work(number))
    token = told["upload_params"]["token"]
    body = (
        f'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token}\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf of it'
    ).encode()
    path = told["upload_url"].removeprefix("http://testserver.local")
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert files.api.client.post(path, content=body, headers=headers).status_code == 400
    submit(files, number, [int(path.rpartition("/")[2])], status=400)


@pytest.mark.parametrize(
    ("sent", "status", "told"),
    [
        ({"name": None}, 400, "name is missing"),
        ({"name": " "}, 400, "name is missing"),
        ({"url": "http://169.254.169.254/x"}, 400, "Uploading from a URL is not supported: send the file itself"),
        ({"size": -1}, 400, "size is not the size of a file."),
        ({"name": "essay.exe"}, 400, "Invalid file type"),
        ({"name": "essay"}, 400, "Invalid file type"),
        ({"name": "essay.PDF"}, 200, None),
    ],
)
def test_an_announcement_names_a_file_that_may_be_handed_in(files: Files, sent: dict[str, Any], status: int, told: Any) -> None:
    number = make(files, allowed_extensions=["pdf", ".txt"])
    reply = files.api.post(f"{work(number)}/files", as_="ann", body={"name": "essay.txt", **sent})
    assert reply.status == status
    if told is not None:
        assert told in str(reply.body)


@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [
        ("ann", ANN, 200),
        ("ann", BOB, 403),
        ("observer", ANN, 403),
        ("stranger", ANN, 403),
        ("teacher", ANN, 200),
        ("teacher", 6, 404),
        ("section_ta", ANN, 404),
        ("section_ta", CEM, 200),
        ("teacher", "self", 403),
        (None, ANN, 401),
    ],
)
def test_files_are_announced_by_the_student_or_a_grader(files: Files, who: str | None, whose: int | str, status: int) -> None:
    reply = files.api.post(f"{work(make(files), whose)}/files", as_=who, body={"name": "essay.txt"})
    assert reply.status == status, reply.body


def test_files_are_announced_as_long_as_one_may_hand_in(files: Files) -> None:
    closed = make(files, lock_at="2020-01-01T00:00:00Z")
    assert files.api.post(f"{work(closed)}/files", as_="ann", body={"name": "essay.txt"}).status == 403
    only_text = make(files, submission_types=["online_text_entry"])
    reply = files.api.post(f"{work(only_text)}/files", as_="ann", body={"name": "essay.txt"})
    assert (reply.status, reply.body) == (400, {"message": "Invalid submission[submission_type] given"})


def test_the_same_through_the_section(files: Files) -> None:
    number = make(files)
    place = f"/sections/{SECTION}/assignments/{number}/submissions"
    sent = files.upload(f"{place}/self")
    body = {"submission": {"submission_type": "online_upload", "file_ids": [sent["id"]]}}
    assert files.api.post(place, as_="ann", body=body).status == 201
    assert files.api.post(f"{place}/{CEM}/files", as_="teacher", body={"name": "a.txt"}).status == 404
    assert files.api.post(f"{place}/{CEM}/comments/files", as_="teacher", body={"name": "a.txt"}).status == 404


def test_only_files_of_ones_own_for_this_assignment_are_handed_in(files: Files) -> None:
    number, other = make(files), make(files)
    bobs = files.upload(work(number), "bob")["id"]
    elsewhere = files.upload(work(other))["id"]
    for_comment = files.upload(f"{work(number, ANN)}/comments")["id"]
    unsent = int(files.announce(work(number))["upload_url"].rpartition("/")[2])
    mine = files.upload(work(number))["id"]
    for bad in ([bobs], [elsewhere], [for_comment], [unsent], [mine, bobs], [999_999], ["x"], []):
        assert submit(files, number, bad, status=400) == {"message": "No valid file ids given"}
    submit(files, number, [mine, mine])


def test_a_grader_hands_in_files_for_a_student(files: Files) -> None:
    number = make(files)
    sent = files.upload(work(number, ANN), "teacher")
    found = submit(files, number, [sent["id"]], "teacher", user_id=ANN)
    assert found["user_id"] == ANN
    assert files.api.get(f"/files/{sent['id']}", as_="ann").status == 200


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *((who, 200) for who in ("ann", "teacher", "ta", "admin", "observer")),
        *((who, 404) for who in ("bob", "section_ta", "stranger", "foreigner", "designer")),
        (None, 401),
    ],
)
def test_a_handed_in_file_is_shown_to_who_sees_the_work(files: Files, who: str | None, status: int) -> None:
    number = make(files)
    sent = files.upload(work(number))
    if who not in {"ann", None}:
        assert files.api.get(f"/files/{sent['id']}", as_=who).status == 404, "not handed in yet"
    submit(files, number, [sent["id"]])
    assert files.api.get(f"/files/{sent['id']}", as_=who).status == status
    replaced = files.upload(work(number))
    submit(files, number, [replaced["id"]])
    assert files.api.get(f"/files/{sent['id']}", as_=who).status == status, "of an earlier attempt"


def test_names_of_files_do_not_tell_who_an_anonymous_student_is(files: Files) -> None:
    number = make(files, anonymous_grading=True)
    sent = files.upload(work(number), name="Essay of Ann.pdf")
    submit(files, number, [sent["id"]])
    said = files.upload(f"{work(number)}/comments", name="Ann asks.txt")
    files.api.put(work(number), as_="ann", body={"comment": {"text_comment": "Look", "file_ids": [said["id"]]}})

    def names(who: str = "teacher") -> list[str]:
        listed = files.api.get(f"/courses/{COURSE}/assignments/{number}/submissions", as_=who, include__="submission_comments")
        (one,) = (one for one in listed.body if one.get("attachments"))
        (comment,) = one["submission_comments"]
        shown = [*one["attachments"], *comment["attachments"], files.api.get(f"/files/{sent['id']}", as_=who).body]
        links = [files.get(each["url"]).headers["content-disposition"] for each in shown]
        return [*(each[name] for each in shown for name in ("display_name", "filename")), *links]

    assert not any("Ann" in name for name in names())
    assert f"file-{sent['id']}.pdf" in names()
    assert files.api.get(f"/files/{sent['id']}", as_="ann").body["display_name"] == "Essay of Ann.pdf"
    files.api.put(f"/courses/{COURSE}/assignments/{number}", body={"assignment": {"anonymous_grading": False}})
    assert all("Ann" in name for name in names())


def test_only_who_sent_a_file_confirms_it(files: Files) -> None:
    sent = files.upload(work(make(files)))
    path = f"/files/{sent['id']}/create_success"
    assert files.api.get(path, as_="ann", uuid=sent["uuid"]).status == 200
    assert files.api.get(path, as_="bob", uuid=sent["uuid"]).status == 404
    assert files.api.get(path, as_="ann", uuid="0" * 32).status == 404
    assert files.api.get(path, as_="ann").status == 400


def test_comments_carry_files(files: Files) -> None:
    number = make(files)
    sent = files.upload(f"{work(number, ANN)}/comments", "teacher", b"See here", name="notes.txt")
    said = {"text_comment": "See my notes", "file_ids": [sent["id"]]}
    reply = files.api.put(work(number, ANN), body={"comment": said})
    assert reply.status == 200, reply.body
    (comment,) = reply.body["submission_comments"]
    assert [(one["id"], one["display_name"]) for one in comment["attachments"]] == [(sent["id"], "notes.txt")]
    seen = files.api.get(work(number, ANN), as_="ann", include__="submission_comments").body["submission_comments"]
    assert files.get(seen[0]["attachments"][0]["url"]).content == b"See here"
    for who, status in (("ann", 200), ("observer", 200), ("bob", 404), ("section_ta", 404)):
        assert files.api.get(f"/files/{sent['id']}", as_=who).status == status, who


def test_a_file_alone_is_a_comment_and_foreign_files_are_none(files: Files) -> None:
    number = make(files)
    mine = files.upload(f"{work(number, ANN)}/comments")["id"]
    assert files.api.put(work(number, ANN), as_="bob", body={"comment": {"file_ids": [mine]}}).status in {403, 404}
    bad = files.api.put(work(number, ANN), body={"comment": {"text_comment": "Mine?", "file_ids": [mine]}})
    assert (bad.status, bad.body) == (400, {"message": "No valid file ids given"})
    reply = files.api.put(work(number, ANN), as_="ann", body={"comment": {"file_ids": [mine]}})
    assert [one["id"] for one in reply.body["submission_comments"][0]["attachments"]] == [mine]
    assert files.api.get(f"/files/{mine}").status == 200


def test_who_may_not_comment_announces_no_file_for_it(files: Files) -> None:
    number = make(files)
    for who, status in (("bob", 403), ("stranger", 404), ("section_ta", 404), ("teacher", 200), ("ann", 200), (None, 401)):
        reply = files.api.post(f"{work(number, ANN)}/comments/files", as_=who, body={"name": "a.txt"})
        assert reply.status == status, who


def test_files_of_provisional_comments_are_for_who_sees_the_comment(files: Files) -> None:
    number = moderate(files.api, grader_comments_visible_to_graders=False)["id"]
    sent = files.upload(f"{work(number, ANN)}/comments", "ta")
    body = {
        "submission": {"provisional": True, "posted_grade": "7"},
        "comment": {"text_comment": "Between us", "file_ids": [sent["id"]]},
    }
    reply = files.api.put(work(number, ANN), as_="ta", body=body)
    assert reply.status == 200, reply.body
    (comment,) = reply.body["provisional_grades"][0]["submission_comments"]
    assert [one["id"] for one in comment["cached_attachments"]] == [sent["id"]]
    for who, status in (("admin", 200), ("ta", 200), ("ann", 404), ("teacher", 404), ("observer", 404)):
        assert files.api.get(f"/files/{sent['id']}", as_=who).status == status, who


def test_what_never_came_and_what_nobody_used_is_cleaned_away(files: Files) -> None:
    number = make(files)
    never = int(files.announce(work(number))["upload_url"].rpartition("/")[2])
    unused, used = files.upload(work(number)), files.upload(work(number))
    fresh = files.upload(work(number))
    submit(files, number, [used["id"]])
    old = datetime.now(UTC) - timedelta(days=8)
    files.api.change(t.attachments, never, upload_until=old)
    for one in (unused, used):
        files.api.change(t.attachments, one["id"], updated_at=old)
    world = create_world(files.settings)
    try:
        assert uploads.clean(world) == 2
        assert uploads.clean(world) == 0
        assert world.files.get(unused["uuid"]) is None
    finally:
        world.store.close()
    assert [files.get(one["url"]).status_code for one in (unused, used, fresh)] == [404, 200, 200]
    assert submit(files, number, [unused["id"]], status=400) == {"message": "No valid file ids given"}


def test_a_file_that_the_storage_lost_is_not_found(files: Files) -> None:
    sent = files.upload(work(make(files)))
    FileStorage(files.settings.files_place).delete([sent["uuid"]])
    assert files.get(sent["url"]).status_code == 404


def test_files_lie_where_only_the_server_reads_them(files: Files) -> None:
    sent = files.upload(work(make(files)))
    place = Path(files.settings.files_place)
    assert place.stat().st_mode & 0o077 == 0
    assert (place / sent["uuid"][:2] / sent["uuid"]).read_bytes() == b"My essay"
    (kept,) = files.api.rows(sa.select(t.attachments.c.sha256).where(t.attachments.c.id == sent["id"]))
    assert kept == hashlib.sha256(b"My essay").hexdigest()


@pytest.mark.parametrize("name", ["", "../x", "a" * 31, "A" * 32, "a" * 32 + "/x"])
def test_objects_have_names_that_are_no_paths(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="32 hex digits"):
        FileStorage(str(tmp_path)).get(name)


def test_files_are_kept_in_a_bucket(bucket: dict[str, str], sqlite_url: str) -> None:
    with serving(sqlite_url, files_url="s3://work/of/students", **bucket) as files:
        number = make(files)
        large = os.urandom(LIMIT)
        sent = [files.upload(work(number), content=content, name="a.bin") for content in (b"", b"small", large)]
        submit(files, number, [one["id"] for one in sent])
        assert [files.get(one["url"]).content for one in sent] == [b"", b"small", large]
        storage = FileStorage(
            "s3://work/of/students",
            Bucket(endpoint=bucket["s3_endpoint"], region="us-east-1", access_key_id="id", secret_access_key="key"),
        )
        content = storage.get(sent[2]["uuid"])
        assert content is not None
        assert content.size == LIMIT
        storage.delete([sent[1]["uuid"], "0" * 32])
        assert files.get(sent[1]["url"]).status_code == 404


def test_an_object_of_many_parts_comes_back_whole(bucket: dict[str, str], tmp_path: Path) -> None:
    content = os.urandom(12_000_001)
    (tmp_path / "large").write_bytes(content)
    keys = Bucket(endpoint=bucket["s3_endpoint"], region="us-east-1", access_key_id="id", secret_access_key="key")
    for storage in (FileStorage("s3://work", keys), FileStorage(str(tmp_path / "disk"))):
        with (tmp_path / "large").open("rb") as file:
            storage.put("ab" * 16, file)
        found = storage.get("ab" * 16)
        assert found is not None
        assert b"".join(found.chunks) == content


def test_storage_that_does_not_answer_fails_without_saying_where_it_is(sqlite_url: str) -> None:
    keys = {"s3_endpoint": "http://127.0.0.1:9", "s3_region": "r", "s3_access_key_id": "id", "s3_secret_access_key": "key"}
    with serving(sqlite_url, files_url="s3://nowhere", **keys) as files:
        answer = files.send(files.announce(work(make(files))))
        assert answer.status_code == 500
        assert "127.0.0.1" not in answer.text


@pytest.fixture
def real_server(sqlite_url: str, tmp_path: Path) -> Iterator[Server]:
    with open_store(sqlite_url, connections=1) as store:
        store.write(build)
    with running_server(sqlite_url, tmp_path / "server") as found:
        yield found


@pytest.mark.filterwarnings("ignore:Canvas may respond unexpectedly:UserWarning")  # the test server has no TLS
def test_files_through_the_client_of_canvas(real_server: Server, tmp_path: Path) -> None:
    teacher, student = Canvas(real_server.url, "teacher"), Canvas(real_server.url, "ann")
    course = teacher.get_course(COURSE)
    made = course.create_assignment(
        {"name": "Essay", "points_possible": 10, "published": True, "submission_types": ["online_upload"]}
    )
    essay, notes = tmp_path / "essay.txt", tmp_path / "notes.txt"
    essay.write_text("My essay")
    notes.write_text("My notes")
    assignment = student.get_course(COURSE).get_assignment(made.id)
    submission = assignment.submit({"submission_type": "online_upload"}, str(essay))
    assert (submission.attempt, [one.display_name for one in submission.attachments]) == (1, ["essay.txt"])
    good, more = assignment.upload_to_submission(str(essay))
    assert good
    again = assignment.submit({"submission_type": "online_upload", "file_ids": [more["id"]]})
    assert again.attempt == 2
    graded = made.get_submission(ANN, include=["submission_history"])
    assert [len(one["attachments"]) for one in graded.submission_history] == [1, 1]
    good, _ = graded.upload_comment(str(notes))
    assert good
    (comment,) = made.get_submission(ANN, include=["submission_comments"]).submission_comments
    assert httpx.get(comment["attachments"][0]["url"], trust_env=False).text == "My notes"
    shown = student.get_file(more["id"])
    assert shown.get_contents() == "My essay"
