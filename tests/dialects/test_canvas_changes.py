"""Delta reads: whoever follows the cursor ends with what is there, whatever was written meanwhile and in whatever order."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from gradewire.dialects.canvas.routes.changes import read_cursor, write_cursor
from gradewire.store import changes as rows
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.canvas_work import ANN, BOB, CEM, ENROLLMENTS, MANY, assign, graded, moderate
from tests.dialects.canvas_world import COURSE, FOREIGN_COURSE, NOW, OTHER_COURSE, SECOND_SECTION, Api, Reply, running
from tests.dialects.service_world import Client
from tests.server import running_server
from tests.worlds import load_world

KINDS = ("submissions", "scores")


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


def ask(api: Api, kind: str = "submissions", cursor: str | None = None, as_: str = "teacher", **query: Any) -> Reply:
    sent = {} if cursor is None else {"changed_since": cursor}
    return api.get(f"/courses/{COURSE}/{kind}/changes", as_=as_, **sent, **query)


def follow(api: Api, kind: str = "submissions", cursor: str | None = None, **more: Any) -> tuple[list[dict[str, Any]], str]:
    """All changes up to now, page by page, and the cursor behind them."""
    found: list[dict[str, Any]] = []
    while True:
        reply = ask(api, kind, cursor, **more)
        assert reply.status == 200, reply.body
        found += reply.body[kind]
        cursor = reply.body["next_cursor"]
        assert cursor is not None
        if not reply.body["has_more"]:
            return found, cursor


def settle(api: Api, kind: str = "submissions", cursor: str | None = None, **more: Any) -> str:
    """A cursor behind which there is nothing. On PostgreSQL rows come again while somebody older still writes, be it in another
    database of the cluster."""
    deadline = time.monotonic() + 30
    while True:
        found, cursor = follow(api, kind, cursor, **more)
        if not found:
            return cursor
        assert time.monotonic() < deadline
        time.sleep(0.01)


def pairs(found: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return sorted((one["assignment_id"], one["user_id"]) for one in found)


def grade(api: Api, work: int, student: int, grade: str, **more: Any) -> None:
    reply = api.put(f"{MANY}/{work}/submissions/{student}", body={"submission": {"posted_grade": grade}, **more})
    assert reply.status == 200, reply.body


# What comes


def test_the_first_call_gives_everything_and_a_cursor(api: Api) -> None:
    first, second = assign(api, "One")["id"], assign(api, "Two")["id"]
    found, cursor = follow(api)
    assert pairs(found) == sorted((work, student) for work in (first, second) for student in (ANN, BOB, CEM))
    scores, _ = follow(api, "scores")
    assert {one["user_id"] for one in scores} == {ANN, BOB, CEM}
    assert follow(api, cursor=settle(api, cursor=cursor))[0] == []


def test_rows_are_what_the_lists_show(api: Api) -> None:
    work = assign(api)["id"]
    grade(api, work, ANN, "7")
    found, _ = follow(api)
    assert sorted(found, key=lambda one: one["user_id"]) == [
        {name: value for name, value in one.items() if name in found[0]} for one in api.get(f"{MANY}/{work}/submissions").body
    ]
    scores = {one["user_id"]: one for one in follow(api, "scores")[0] if one["course_score"]}
    shown = {one["user_id"]: one["grades"] for one in api.get(ENROLLMENTS, type__="StudentEnrollment").body}
    for student, grades in shown.items():
        same = set(grades) & set(scores[student])
        assert {"current_score", "final_score", "unposted_current_score"} <= same
        assert {name: grades[name] for name in same} == {name: scores[student][name] for name in same}


def test_only_what_changed_comes_again(api: Api) -> None:
    work = assign(api)["id"]
    cursors = {kind: settle(api, kind) for kind in KINDS}
    grade(api, work, BOB, "9")
    found, _ = follow(api, cursor=cursors["submissions"])
    assert [(one["user_id"], one["score"]) for one in found] == [(BOB, 9.0)]
    scores, _ = follow(api, "scores", cursors["scores"])
    assert {one["user_id"] for one in scores} == {BOB}
    assert next(one for one in scores if one["course_score"])["current_score"] == 90.0


WAYS: dict[str, Callable[[Api, int], Any]] = {
    "a grade": lambda api, work: api.put(f"{MANY}/{work}/submissions/{ANN}", body={"submission": {"posted_grade": "5"}}),
    "a grade under a key": lambda api, work: api.client.put(
        f"/api/v1{MANY}/{work}/submissions/{ANN}",
        json={"submission": {"posted_grade": "5"}},
        headers={"authorization": "Bearer teacher", "idempotency-key": "x"},
    ),
    "a comment": lambda api, work: api.put(f"{MANY}/{work}/submissions/{ANN}", body={"comment": {"text_comment": "Hm"}}),
    "an attempt": lambda api, work: api.client.post(
        f"/api/v1{MANY}/{work}/submissions",
        json={"submission": {"submission_type": "online_text_entry", "body": "Mine"}},
        headers={"authorization": "Bearer ann"},
    ),
    "a statement behind the server's back": graded,
    "another due date": lambda api, work: api.put(f"{MANY}/{work}", body={"assignment": {"due_at": "2027-01-01T00:00:00Z"}}),
    "its removal": lambda api, work: api.delete(f"{MANY}/{work}"),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_is_seen(api: Api, way: str) -> None:
    work = assign(api)["id"]
    cursor = settle(api)
    WAYS[way](api, work)
    found, _ = follow(api, cursor=cursor)
    assert (work, ANN) in pairs(found)


def test_what_is_gone_comes_as_deleted(api: Api) -> None:
    kept, gone = assign(api, "Kept")["id"], assign(api, "Gone")["id"]
    cursors = {kind: settle(api, kind) for kind in KINDS}
    assert api.delete(f"{MANY}/{gone}").status == 200
    found, cursor = follow(api, cursor=cursors["submissions"])
    removed = {"workflow_state": "deleted", "assignment_id": gone}
    assert [{**one, "id": 0} for one in sorted(found, key=lambda one: one["user_id"])] == [
        {"id": 0, "user_id": student, **removed} for student in (ANN, BOB, CEM)
    ]
    assert api.delete(f"{ENROLLMENTS}/{100 + ANN}", task="delete").status == 200
    found, _ = follow(api, cursor=cursor)
    assert [
        (one["assignment_id"], one["workflow_state"]) for one in found if one["user_id"] == ANN and one["assignment_id"] == kept
    ] == [(kept, "deleted")]
    scores, _ = follow(api, "scores", cursors["scores"])
    assert {one["workflow_state"] for one in scores if one["user_id"] == ANN} == {"deleted"}


def test_anonymous_students_are_as_anonymous_as_in_the_list(api: Api) -> None:
    work = assign(api, anonymous_grading=True)["id"]
    other = moderate(api, anonymous_grading=True)["id"]
    for number in (work, other):
        found = [one for one in follow(api)[0] if one["assignment_id"] == number]
        listed = api.get(f"{MANY}/{number}/submissions").body
        assert [set(one) for one in found] == [set(one) for one in listed]
        assert all("preview_url" not in one for one in found)


# Who sees what


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("as_", "status"),
    [("teacher", 200), ("ta", 200), ("admin", 200), ("ann", 403), ("observer", 403), ("designer", 403), ("foreigner", 404)],
)
def test_it_is_for_graders(api: Api, kind: str, as_: str, status: int) -> None:
    assert ask(api, kind, as_=as_).status == status
    assert api.get(f"/courses/{FOREIGN_COURSE}/{kind}/changes").status == 404


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_limited_to_sections_sees_their_students(api: Api, kind: str) -> None:
    work = assign(api)["id"]
    grade(api, work, ANN, "5")
    found, cursor = follow(api, kind, as_="section_ta")
    assert {one["user_id"] for one in found} == {CEM}
    cursor = settle(api, kind, cursor, as_="section_ta")
    grade(api, work, BOB, "5")
    assert follow(api, kind, cursor, as_="section_ta")[0] == []
    row = {"course_id": COURSE, "course_section_id": SECOND_SECTION, "user_id": BOB, "type": "StudentEnrollment"}
    api.add(t.enrollments, {"id": 900, **row})
    if kind == "submissions":
        found, cursor = follow(api, kind, cursor, as_="section_ta")
        assert [(one["user_id"], one["score"]) for one in found] == [(BOB, 5.0)], "a student came into the section"
        cursor = settle(api, kind, cursor, as_="section_ta")
        api.change(t.enrollments, 900, workflow_state="deleted")
        found, _ = follow(api, kind, cursor, as_="section_ta")
        assert [(one["user_id"], one["workflow_state"]) for one in found] == [(BOB, "deleted")], "and left it again"


# Cursors


@pytest.mark.parametrize("cursor", ["x", "!", "é", "AAAA", "a" * 5000, "c3VibWlzc2lvbnM"])
def test_what_is_no_cursor_is_refused(api: Api, cursor: str) -> None:
    reply = ask(api, cursor=cursor)
    assert reply.status == 400, reply.body
    assert "changed_since" in reply.messages[0]


def test_a_cursor_is_of_one_kind_one_course_and_one_database(api: Api) -> None:
    cursor = follow(api)[1]
    assert ask(api, "scores", cursor).status == 400
    assert api.get(f"/courses/{OTHER_COURSE}/submissions/changes", as_="admin", changed_since=cursor).status == 400
    known = read_cursor(cursor)
    assert known is not None
    elsewhere = type(known)(known.kind, known.course_id, "other", known.position)
    ahead = type(known)(known.kind, known.course_id, known.origin, rows.Position(known.position.stamp + 10**9))
    for wrong in (elsewhere, ahead):
        assert "begin without" in ask(api, cursor=write_cursor(wrong)).messages[0]
    assert ask(api, cursor="").status == 200, "a blank one is none"


def test_pages_are_followed_without_a_gap(api: Api) -> None:
    works = [assign(api, f"Work {number}")["id"] for number in range(4)]
    found, cursor = follow(api, per_page=5)
    assert pairs(found) == sorted((work, student) for work in works for student in (ANN, BOB, CEM))
    cursor = settle(api, cursor=cursor)
    grade(api, works[2], CEM, "1")
    assert pairs(follow(api, cursor=cursor, per_page=5)[0]) == [(works[2], CEM)]


def test_the_number_of_statements_does_not_grow(api: Api) -> None:
    def count() -> int:
        with api.counting() as found:
            ask(api, per_page=100)
        return len(found)

    assign(api, "First", anonymous_grading=True)
    few = count()
    for number in range(5):
        assign(api, f"Work {number}", anonymous_grading=True)
    assert count() == few


# Certainty


def test_a_row_that_is_committed_late_is_not_passed_over(postgresql_url: str) -> None:
    """One begins to write, another writes and commits, somebody reads, the first commits: its row comes with the next read."""
    with running(postgresql_url) as api:
        work = assign(api)["id"]
        cursor = settle(api)
        s = t.submissions.c
        with open_store(postgresql_url, connections=2) as store, store.writing.connect() as late:
            late.execute(sa.update(t.submissions).where(s.assignment_id == work, s.user_id == ANN).values(body="late"))
            grade(api, work, BOB, "5")
            found, cursor = follow(api, cursor=cursor)
            assert pairs(found) == [(work, BOB)], "what is committed is told at once, certain or not"
            late.commit()
        found, cursor = follow(api, cursor=cursor)
        assert (work, ANN) in pairs(found)
        assert settle(api, cursor=cursor)


def test_a_page_never_moves_behind_what_may_still_come(postgresql_url: str) -> None:
    with running(postgresql_url) as api:
        work = assign(api)["id"]
        cursor = settle(api)
        s = t.submissions.c
        with open_store(postgresql_url, connections=2) as store, store.writing.connect() as late:
            late.execute(sa.update(t.submissions).where(s.assignment_id == work, s.user_id == ANN).values(body="late"))
            for student in (BOB, CEM):
                grade(api, work, student, "5")
            reply = ask(api, cursor=cursor, per_page=1)
            assert (pairs(reply.body["submissions"]), reply.body["has_more"]) == ([(work, BOB)], True)
            found, between = follow(api, cursor=reply.body["next_cursor"], per_page=1)
            assert pairs(found) == [(work, CEM)], "however many there are, all are told"
            late.commit()
        for known in (reply.body["next_cursor"], between):
            found, cursor = follow(api, cursor=known, per_page=1)
            found += follow(api, cursor=cursor, per_page=1)[0]
            assert (work, ANN) in pairs(found), "wherever in the pages it was committed"


def test_stamps_of_another_cluster_are_made_anew(postgresql_url: str) -> None:
    """A dump that is restored elsewhere brings stamps that mean nothing there; they may well be higher than any to come."""
    with running(postgresql_url) as api:
        work = assign(api)["id"]
        _, cursor = follow(api)
        with psycopg.connect(postgresql_url, autocommit=True) as raw:
            raw.execute("alter table submissions disable trigger stamp_submissions")
            raw.execute("update submissions set changed = 9000000000")
            raw.execute("alter table submissions enable trigger stamp_submissions")
            raw.execute("insert into change_clock (id, origin) values (1, '7') on conflict (id) do update set origin = '7'")
        assert ask(api, cursor=cursor).status == 409, "until it is done"
        with open_store(postgresql_url, connections=1) as store:
            store.write(rows.settle)
            with store.read() as connection:
                assert connection.execute(sa.select(sa.func.max(t.submissions.c.changed))).scalar_one() < 9000000000
        assert pairs(follow(api)[0]) == [(work, ANN), (work, BOB), (work, CEM)]


@pytest.fixture(scope="module")
def busy(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    load_world(module_database_url, "moderated.yaml")
    settings = {"GRADEWIRE_WORKERS": "2" if module_database_url.startswith("postgresql") else "1"}
    with running_server(module_database_url, tmp_path_factory.mktemp("busy"), settings=settings) as server:
        yield server.url


@pytest.mark.parametrize("seed", [1, 2])
def test_the_union_of_deltas_is_the_final_state(busy: str, module_database_url: str, seed: int) -> None:
    """Writers of every kind, also some whose transactions take their time, and readers who follow from the start."""
    over = threading.Event()

    def write(number: int) -> None:
        choose = random.Random(seed * 100 + number)  # noqa: S311
        with httpx.Client(base_url=busy, timeout=60, trust_env=False) as http:
            client = Client(http)
            for _ in range(12):
                student = choose.choice((11, 12, 13))
                if choose.random() < 0.3:
                    body = {"comment": {"text_comment": "Hm"}}
                    client.ask("PUT", f"/api/v1/courses/1/assignments/1/submissions/{student}", body=body)
                else:
                    client.grade(student, str(choose.randrange(11)))

    def write_slowly(number: int) -> None:
        choose = random.Random(seed * 1000 + number)  # noqa: S311
        with open_store(module_database_url, connections=1) as store:
            for _ in range(6):

                def work(connection: sa.Connection) -> None:
                    s = t.submissions.c
                    change = sa.update(t.submissions).where(s.assignment_id == 2, s.user_id == 11 + number)
                    connection.execute(change.values(body=f"{choose.random()}", updated_at=NOW))
                    time.sleep(choose.random() * 0.05)

                store.write(work)

    def read(kind: str, size: int) -> dict[int, Any]:
        known: dict[int, Any] = {}
        cursor = None
        with httpx.Client(base_url=busy, timeout=60, trust_env=False) as http:
            while True:
                last = over.is_set()
                while True:
                    query = f"?per_page={size}" + (f"&changed_since={cursor}" if cursor else "")
                    page = Client(http).get(f"/api/v1/courses/1/{kind}/changes{query}").json()
                    known |= {one["id"]: one for one in page[kind]}
                    cursor = page["next_cursor"]
                    if not page["has_more"]:
                        break
                if last and not page[kind]:
                    return known

    with ThreadPoolExecutor(12) as pool:
        readers = [pool.submit(read, kind, size) for kind in KINDS for size in (1, 100)]
        writers = [pool.submit(write, number) for number in range(4)]
        writers += [pool.submit(write_slowly, number) for number in range(3)]
        for one in writers:
            one.result(120)
        over.set()
        found = [one.result(120) for one in readers]
    final = [read(kind, 100) for kind in KINDS]
    assert found == [final[0], final[0], final[1], final[1]]
    assert {one["body"] for one in final[0].values() if one["assignment_id"] == 2} != {None}
