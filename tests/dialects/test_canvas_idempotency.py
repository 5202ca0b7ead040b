"""``Idempotency-Key``: what is asked twice is done once, and answered alike byte for byte."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from gradewire.actions import idempotency
from gradewire.actions.world import World
from gradewire.dialects.canvas.routes import grading_standards
from gradewire.events.settings import EventSettings
from gradewire.store import idempotency as rows
from gradewire.store import tables as t
from gradewire.store.engine import Store, open_store
from tests.dialects.service_world import ONE, QUIZ, Client, serving
from tests.server import Server, running_server

STANDARDS = "/api/v1/courses/1/grading_standards"
SCHEME = {"title": "Pass or not", "grading_scheme_entry": [{"name": "P", "value": 50}, {"name": "F", "value": 0}]}
REPLAYED = "idempotent-replayed"


@pytest.fixture(scope="module")
def client(module_database_url: str) -> Iterator[Client]:
    with serving(module_database_url) as found:
        yield found


@pytest.fixture
def store(module_database_url: str) -> Iterator[Store]:
    with open_store(module_database_url, connections=2) as found:
        yield found


def fetch(store: Store, query: sa.Select[Any]) -> list[Any]:
    with store.read() as connection:
        return list(connection.execute(query))


def create(client: Client, key: str | None, title: str = "Pass or not", who: str = "teacher") -> httpx.Response:
    headers = {} if key is None else {"idempotency_key": key}
    return client.ask("POST", STANDARDS, who, body={**SCHEME, "title": title}, **headers)


def titles(client: Client) -> list[str]:
    return [one["title"] for one in client.get(f"{STANDARDS}?per_page=100").json()]


def same(first: httpx.Response, second: httpx.Response) -> bool:
    own = {"x-request-id", "x-request-context-id", "x-request-cost", "x-rate-limit-remaining", REPLAYED, "date", "server"}
    told = [{name: value for name, value in one.headers.items() if name not in own} for one in (first, second)]
    return (first.status_code, first.content, told[0]) == (second.status_code, second.content, told[1])


def test_the_same_request_is_done_once_and_answered_alike(client: Client) -> None:
    first = create(client, "once-1", "Once")
    again = create(client, "once-1", "Once")
    assert first.status_code in {200, 201}, first.text
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert same(first, again)
    assert titles(client).count("Once") == 1
    assert again.headers["x-request-id"] == again.headers["x-request-context-id"] != first.headers["x-request-id"]


def test_without_a_key_it_is_done_each_time(client: Client) -> None:
    assert {create(client, None, "Twice").status_code, create(client, None, "Twice").status_code} <= {200, 201}
    assert titles(client).count("Twice") == 2


def test_another_request_under_the_key_is_refused(client: Client) -> None:
    create(client, "taken", "Taken")
    other = create(client, "taken", "Something else")
    assert other.status_code == 422
    assert other.json()["errors"][0]["message"] == "This Idempotency-Key was used for another request."
    assert client.grade(11, "1", idempotency_key="taken").status_code == 422
    assert "Something else" not in titles(client)


def test_a_form_with_other_boundaries_is_the_same_request(client: Client) -> None:
    """Parameters tell what is the same, not bytes; nor does it matter where the token is."""
    headers = {"authorization": "Bearer token-teacher", "idempotency-key": "form"}
    first = client.http.put(f"{ONE}/11", data={"submission[posted_grade]": "3"}, headers=headers)
    files = {"submission[posted_grade]": (None, "3")}
    again = client.http.put(f"{ONE}/11", files=files, headers=headers)
    assert (first.status_code, again.headers[REPLAYED]) == (200, "true")
    bare = {"idempotency-key": "form"}
    sent = {"submission[posted_grade]": "3", "access_token": "token-teacher"}
    assert client.http.put(f"{ONE}/11", data=sent, headers=bare).headers[REPLAYED] == "true"


def test_a_grade_is_given_once_and_told_once(client: Client, store: Store) -> None:
    versions = sa.select(sa.func.count()).select_from(t.grade_versions).where(t.grade_versions.c.user_id == 12)
    events = sa.select(sa.func.count()).select_from(t.outbox).where(t.outbox.c.student_id == 12)
    before = fetch(store, versions) + fetch(store, events)
    first = client.grade(12, "6", idempotency_key="grade")
    told = fetch(store, versions) + fetch(store, events)
    assert client.grade(12, "9").status_code == 200
    again = client.grade(12, "6", idempotency_key="grade")
    assert same(first, again)
    assert "etag" in again.headers
    assert (told[0][0], told[1][0]) == (before[0][0] + 1, before[1][0] + 2)
    assert client.get(f"{ONE}/12").json()["score"] == 9.0, "the replay wrote nothing"


def test_a_grade_under_a_key_is_what_it_is_without(client: Client) -> None:
    with_key, without = client.grade(13, "5", idempotency_key="alike").json(), client.grade(13, "5").json()
    times = {"graded_at", "posted_at", "all_submissions"}
    assert {name: with_key[name] for name in with_key if name not in times} == {
        name: without[name] for name in without if name not in times
    }


def test_a_refusal_is_an_outcome_too(client: Client) -> None:
    wrong = client.ask(
        "PUT", f"{ONE}/11", body={"submission": {"posted_grade": "1", "excuse": True}}, idempotency_key="refused"
    )
    again = client.ask(
        "PUT", f"{ONE}/11", body={"submission": {"posted_grade": "1", "excuse": True}}, idempotency_key="refused"
    )
    assert wrong.status_code == 400
    assert same(wrong, again)
    assert again.headers[REPLAYED] == "true"


@pytest.mark.parametrize(("who", "path", "status"), [("student1", f"{ONE}/11", 403), ("teacher", f"{ONE}/999", 404)])
def test_so_are_denials_and_things_that_are_not_there(client: Client, who: str, path: str, status: int) -> None:
    body = {"submission": {"posted_grade": "1"}}
    found = [client.ask("PUT", path, who, body=body, idempotency_key=f"denied-{status}") for _ in range(2)]
    assert [one.status_code for one in found] == [status, status]
    assert found[1].headers[REPLAYED] == "true"


def test_what_could_not_be_read_used_no_key(client: Client) -> None:
    wrong = client.ask("PUT", f"{ONE}/11", body={"submission": {"posted_grade": {"a": 1}}}, idempotency_key="unread")
    assert wrong.status_code == 400
    good = client.grade(11, "2", idempotency_key="unread")
    assert good.status_code == 200
    assert REPLAYED not in good.headers


def test_nobody_uses_no_key(client: Client) -> None:
    for _ in range(2):
        answer = create(client, "nobody", who="forged")
        assert answer.status_code == 401
        assert REPLAYED not in answer.headers


def test_keys_belong_to_people(client: Client) -> None:
    assert REPLAYED not in create(client, "shared", "Shared").headers
    assert REPLAYED not in create(client, "shared", "Shared", "admin").headers
    assert titles(client).count("Shared") == 2


def test_who_acts_as_others_has_one_key_for_all_of_them(client: Client) -> None:
    first = client.grade(11, "4", "admin", idempotency_key="masks", more={}, place=f"{ONE}")
    assert first.status_code in {200, 403}
    other = client.ask(
        "PUT", f"{ONE}/11?as_user_id=2", "admin", body={"submission": {"posted_grade": "4"}}, idempotency_key="masks"
    )
    assert other.status_code == 422
    assert client.grade(11, "4", "teacher", idempotency_key="masks").headers.get(REPLAYED) is None


@pytest.mark.parametrize(
    ("key", "status"),
    [("k" * 255, 200), ("k" * 256, 400), ("", 400), ("two words", 400), ('"quoted-key"', 200), ("a,b;c", 200), ("é", 400)],
)
def test_keys_are_bounded(client: Client, key: str, status: int) -> None:
    raw = {
        "authorization": b"Bearer token-teacher",
        "idempotency-key": key.encode("latin-1"),
        "content-type": b"application/json",
    }
    answer = client.http.put(f"{ONE}/11", content=b'{"submission":{"posted_grade":"2"}}', headers=raw)
    assert answer.status_code == status, answer.text


def test_quotes_are_not_part_of_the_key(client: Client) -> None:
    assert REPLAYED not in create(client, '"draft"', "Draft").headers
    assert create(client, "draft", "Draft").headers[REPLAYED] == "true"


def test_reading_knows_no_keys(client: Client) -> None:
    for _ in range(2):
        assert REPLAYED not in client.get(f"{ONE}/11", idempotency_key="read").headers


def test_a_job_is_queued_once_and_its_progress_answered_again(client: Client, store: Store) -> None:
    jobs = sa.select(sa.func.count()).select_from(t.progresses)
    before = fetch(store, jobs)[0][0]
    body = {"grade_data": {"11": {"posted_grade": "3"}}}
    found = [
        client.ask("POST", f"{QUIZ}/submissions/update_grades", body=body, idempotency_key="bulk", x_attempt=str(n))
        for n in (1, 2)
    ]
    assert found[0].status_code == 200, found[0].text
    assert same(*found)
    assert fetch(store, jobs)[0][0] == before + 1


def test_a_condition_is_part_of_the_request(client: Client) -> None:
    seen = client.get(f"{ONE}/11").headers["etag"]
    first = client.grade(11, "8", if_match=seen, idempotency_key="condition")
    assert first.status_code == 200, first.text
    again = client.grade(11, "8", if_match=seen, idempotency_key="condition")
    assert same(first, again), "the condition would not hold any more, and need not"
    assert client.grade(11, "8", idempotency_key="condition").status_code == 422
    stale = [client.grade(11, "9", if_match=seen, idempotency_key="stale") for _ in range(2)]
    assert [one.status_code for one in stale] == [412, 412]
    assert same(*stale)


def test_a_failure_of_the_server_keeps_nothing_and_writes_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """It fails when all is written but the answer is not finished."""

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("out of paper")

    with monkeypatch.context() as patched:
        patched.setattr(grading_standards, "grading_standard", fail)
        assert create(client, "crash", "Crash").status_code == 500
    assert "Crash" not in titles(client)
    answer = create(client, "crash", "Crash")
    assert answer.status_code in {200, 201}
    assert REPLAYED not in answer.headers
    assert titles(client).count("Crash") == 1


def test_answers_are_forgotten_after_their_time(client: Client, store: Store) -> None:
    c = t.idempotency_keys.c
    for key in ("old", "expired", "young"):
        create(client, key, key)

    def age(connection: sa.Connection) -> None:
        for key, hours in (("old", 50), ("expired", 25), ("young", 23)):
            row = connection.execute(sa.select(c.id, c.created_at).where(c.key == key)).one()
            change = sa.update(t.idempotency_keys).where(c.id == row.id)
            connection.execute(change.values(created_at=row.created_at - timedelta(hours=hours)))

    store.write(age)
    again = create(client, "expired", "expired")
    assert REPLAYED not in again.headers, "a day is over, whether it was swept or not"
    assert create(client, "young", "young").headers[REPLAYED] == "true"
    world = World(store, events=EventSettings(base_url="http://test/"))
    assert idempotency.forget_old(world, timedelta(hours=24)) == 1
    assert {key for (key,) in fetch(store, sa.select(c.key))} & {"old", "expired", "young"} == {"expired", "young"}


# At once


@pytest.fixture(scope="module")
def busy(module_database_url: str, client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:  # noqa: ARG001
    workers = "2" if module_database_url.startswith("postgresql") else "1"
    with running_server(
        module_database_url, tmp_path_factory.mktemp("busy"), settings={"GRADEWIRE_WORKERS": workers}
    ) as server:
        yield server


def test_of_many_at_once_one_is_done(busy: Server, client: Client) -> None:
    """Whoever comes while it is being done is told to come again, and then gets the answer of the one."""
    many = 8
    for number in range(3):
        barrier = threading.Barrier(many)

        def send(title: str = f"At once {number}", barrier: threading.Barrier = barrier) -> list[httpx.Response]:
            found: list[httpx.Response] = []
            with httpx.Client(base_url=busy.url, timeout=60, trust_env=False) as http:
                barrier.wait(30)
                while not found or found[-1].status_code == 409:
                    found.append(create(Client(http), title.replace(" ", "-"), title))
            return found

        with ThreadPoolExecutor(many) as pool:
            answers = [one.result(60) for one in [pool.submit(send) for _ in range(many)]]
        last = [found[-1] for found in answers]
        assert {one.content for one in last} == {last[0].content}
        assert sum(REPLAYED not in one.headers for one in last) == 1
        assert all(one.headers["retry-after"] for found in answers for one in found[:-1])
        assert titles(client).count(f"At once {number}") == 1


def test_while_it_is_being_done_others_are_told_to_wait(client: Client, store: Store) -> None:
    """On PostgreSQL; on SQLite the second waits for its turn to write, and then gets the answer of the first."""
    if store.kind == "sqlite":
        assert store.write(lambda connection: rows.hold(connection, 2, "held"))
        return

    def hold(connection: sa.Connection) -> httpx.Response:
        assert rows.hold(connection, 2, "held")
        return create(client, "held", "Held")

    answer = store.write(hold)
    assert (answer.status_code, answer.headers["retry-after"]) == (409, "1")
    assert create(client, "held", "Held").status_code in {200, 201}
    assert titles(client).count("Held") == 1
