"""Grades through the Schoology dialect: 5,000 written, and a student's 40 sections read, beside bare SQL of the same rows.

``make bench-schoology``, or ``python -m bench.schoology [--engine sqlite]``: once on SQLite and once on PostgreSQL (a
cluster of the tests, with fsync). A call of ``PUT sections/{id}/grades`` takes at most 50 entries, as the vendor documents
for writes of several, so 5,000 grades of 500 students on 10 items are 100 calls, one after the other by one client. What is
measured:

calls    from the first request to the last answer: signatures, every entry decided, history, events and scores written
at once  the same 5,000 entries by one call of the action, without HTTP, in one transaction
floor    the rows that were written (heads of submissions, versions of grades, events, scores) with finished values, by the
         database's bulk statements alone: in 100 transactions, and in one
read     ``GET users/{id}/grades`` of a student with 40 sections of 10 items, by one client; its floor selects the same
         enrolments, submissions and scores and decodes nothing

All run on this machine in this run, one after the other; the best round of each counts, and only ratios travel.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import sqlalchemy as sa
from tests.postgres_cluster import running_cluster
from tests.server import Server, running_server

from gradewire.actions import institution, unit
from gradewire.actions.grade_restating import put_grades
from gradewire.actions.unit import Asker, BearerToken, System
from gradewire.actions.world import World
from gradewire.core.grading import Head
from gradewire.core.institution import read
from gradewire.dialects.schoology.bulk import MOST_ENTRIES
from gradewire.events.settings import EventSettings
from gradewire.store import bulk
from gradewire.store import tables as t
from gradewire.store.engine import Connection, Store, migrate, open_store
from gradewire.store.outbox import OutboxRow
from gradewire.store.scores import NUMBERS

SECRET_KEY = "k" * 32
TOKEN = "bench-token"
TEACHER, READER, FIRST = 1, 2, 1001
STUDENTS, ITEMS, SECTIONS = 500, 10, 40
SECTION = 1
HEAD = (*Head.__struct_fields__, "updated_at")
SCORES = (*NUMBERS, "dropped", "updated_at")
VERSIONS = tuple(column.name for column in t.grade_versions.columns if column.name != "id")
EVENTS = OutboxRow.__struct_fields__

_count = itertools.count()


def make(url: str) -> None:
    """A section with 500 students, and 40 of one student, all calculated as Schoology does."""
    migrate(url)
    people = [TEACHER, READER, *range(FIRST, FIRST + STUDENTS)]
    users: list[dict[str, Any]] = [{"id": one, "name": f"Person {one}", "login": f"p{one}"} for one in people]
    users[0]["tokens"] = [{"token": TOKEN}]
    day = {"start_date": "2020-01-01T00:00:00Z", "end_date": "2036-01-01T00:00:00Z"}
    document = {
        "format": 1,
        "accounts": [
            {
                "id": 1,
                "name": "Bench",
                "uuid": "bench",
                "consumers": [{"name": "bench", "key": "bench", "secret": "bench", "user": TEACHER}],
            }
        ],
        "users": users,
        "grading_period_sets": [{"id": 1, "title": "P", "school_wide": True, "periods": [{"id": 1, "title": "Year", **day}]}],
        "courses": [
            _section(SECTION, range(FIRST, FIRST + STUDENTS)),
            *(_section(100 + number, [READER], score=7) for number in range(SECTIONS)),
        ],
    }
    found = read("bench.yaml", json.dumps(document).encode())
    with open_store(url, connections=1) as store:
        world = World(store, events=EventSettings(base_url="http://localhost/"))
        unit.write(world, Asker(System()), lambda one: institution.load(one, [found], secret_key=SECRET_KEY))


def _section(number: int, students: Sequence[int], *, score: float | None = None) -> dict[str, Any]:
    people = [{"user": TEACHER, "type": "TeacherEnrollment"}, *({"user": one, "type": "StudentEnrollment"} for one in students)]
    stamp = "2026-01-01T00:00:00Z"
    graded = [{"user": one, "score": score, "grader": TEACHER, "graded_at": stamp} for one in students if score is not None]
    return {
        "id": number,
        "name": f"Section {number}",
        "calculation": "schoology",
        "grading_period_set": 1,
        "calculation_options": {"grading_periods": [1]},
        "sections": [{"id": number, "name": "Section", "default_section": True}],
        "enrollments": people,
        "assignment_groups": [{"id": number * 10 + one, "name": f"Category {one}"} for one in (0, 1)],
        "assignments": [
            {
                "id": number * 100 + one,
                "name": f"Item {one}",
                "group": number * 10 + one % 2,
                "points_possible": 10,
                "submission_types": ["online_text_entry"],
                "calculation_options": {"grading_period": 1},
                "submissions": graded,
            }
            for one in range(ITEMS)
        ],
    }


class Client:
    """One client with one connection, who signs by PLAINTEXT."""

    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.url)
        assert parts.hostname is not None
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        header = (
            f'OAuth oauth_consumer_key="bench", oauth_nonce="{next(_count)}-{time.time_ns()}", '
            f'oauth_timestamp="{int(time.time())}", oauth_signature_method="PLAINTEXT", oauth_signature="bench%26"'
        )
        content = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": header, "Accept": "application/json", "Content-Type": "application/json"}
        self.connection.request(method, f"/v1/{path}", content, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status in {200, 207}, text
        return json.loads(text)


def entries(url: str, points: int) -> list[dict[str, Any]]:
    """5,000 entries, item by item."""
    with open_store(url, connections=1) as store, store.read() as connection:
        e = t.enrollments.c
        condition = (e.course_id == SECTION) & (e.type == "StudentEnrollment")
        students = list(connection.execute(sa.select(e.id).where(condition).order_by(e.user_id)).scalars())
    return [
        {"type": "assignment", "assignment_id": SECTION * 100 + item, "enrollment_id": one, "grade": points + one % 3}
        for item in range(ITEMS)
        for one in students
    ]


def in_calls(many: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (many[start : start + MOST_ENTRIES] for start in range(0, len(many), MOST_ENTRIES))


def put_by_http(client: Client, sent: list[dict[str, Any]]) -> float:
    started = time.perf_counter()
    for some in in_calls(sent):
        answer = client.ask("PUT", f"sections/{SECTION}/grades", {"grades": {"grade": some}})
        assert all(one == {"response_code": 204} for one in answer["grades"]["grade"])
    return time.perf_counter() - started


def put_at_once(world: World, sent: list[dict[str, Any]]) -> float:
    asker = Asker(BearerToken(hashlib.sha256(TOKEN.encode()).hexdigest()))
    started = time.perf_counter()
    results = unit.write(world, asker, lambda one: put_grades(one, SECTION, sent))
    assert not any(one.error for one in results)
    return time.perf_counter() - started


class Written:
    """What the calls of a round wrote, as it is in the database: the rows of the floor, by call."""

    def __init__(self, connection: Connection) -> None:
        s, v, o, c = t.submissions.c, t.grade_versions.c, t.outbox.c, t.scores.c

        def rows(columns: list[sa.Column[Any]], query: Callable[[sa.Select[Any]], sa.Select[Any]]) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.execute(query(sa.select(*columns)))]

        mine = s.course_id == SECTION
        order = (s.assignment_id, s.user_id)
        newest = sa.select(sa.func.max(v.number)).where(v.submission_id == s.id).correlate(t.submissions).scalar_subquery()
        self.heads = rows([s.id, *(s[name] for name in HEAD)], lambda q: q.where(mine).order_by(*order))
        self.versions = rows(
            [v[name] for name in VERSIONS],
            lambda q: q.join(t.submissions, s.id == v.submission_id).where(mine, v.number == newest).order_by(*order),
        )
        self.events = rows([o[name] for name in EVENTS], lambda q: q.order_by(o.id))
        scored = rows(
            [c.user_id, c.id, *(c[name] for name in SCORES)], lambda q: q.where(c.course_id == SECTION).order_by(c.id)
        )
        self.scores: dict[int, list[tuple[Any, ...]]] = {}
        for user, *row in scored:
            self.scores.setdefault(user, []).append(tuple(row))
        self.users = [row.user_id for row in connection.execute(sa.select(s.user_id).where(mine).order_by(*order))]
        assert len(self.heads) == len(self.versions) == len(self.users) == STUDENTS * ITEMS

    def next(self, points: int) -> None:
        """The same rows, as another round would write them."""
        now = datetime.now(UTC)
        score, version, number = (1 + HEAD.index("score"), 1 + HEAD.index("version"), VERSIONS.index("number"))
        self.heads = [_with(row, {score: float(points), version: row[version] + 1, len(HEAD): now}) for row in self.heads]
        self.versions = [_with(row, {number: row[number] + 1}) for row in self.versions]
        self.events = [(str(uuid4()), *row[1:]) for row in self.events]
        for user, mine in self.scores.items():
            self.scores[user] = [(row[0], *[float(points)] * len(NUMBERS), row[-2], now) for row in mine]

    def write(self, connection: Connection, places: slice, events: slice) -> None:
        users = dict.fromkeys(self.users[places])
        bulk.update(connection, t.submissions, HEAD, self.heads[places])
        bulk.insert(connection, t.grade_versions, VERSIONS, self.versions[places])
        scores = [row for user in users for row in self.scores[user]]
        bulk.update(connection, t.scores, SCORES, scores, counted=["version"])
        bulk.insert(connection, t.outbox, EVENTS, self.events[events])


def _with(row: tuple[Any, ...], new: dict[int, Any]) -> tuple[Any, ...]:
    return tuple(new.get(position, value) for position, value in enumerate(row))


def floor(store: Store, written: Written, size: int) -> float:
    """Seconds to write all rows in transactions of so many grades."""
    grades = len(written.heads)
    events = len(written.events) * size // grades
    started = time.perf_counter()
    for number in range(grades // size):
        places = slice(number * size, (number + 1) * size)
        some = slice(number * events, (number + 1) * events)
        store.write(lambda connection, places=places, some=some: written.write(connection, places, some))  # type: ignore[misc]
    return time.perf_counter() - started


def read_by_http(client: Client, times: int) -> float:
    """Seconds for one answer with all 40 sections."""
    found = client.ask("GET", f"users/{READER}/grades")
    assert len(found["section"]) == SECTIONS
    assert all(len(one["period"][0]["assignment"]) == ITEMS for one in found["section"])
    started = time.perf_counter()
    for _ in range(times):
        client.ask("GET", f"users/{READER}/grades")
    return (time.perf_counter() - started) / times


def read_bare(store: Store, times: int) -> float:
    e, s, c = t.enrollments.c, t.submissions.c, t.scores.c
    queries = [
        sa.select(t.enrollments).where(e.user_id == READER),
        sa.select(t.submissions).where(s.user_id == READER),
        sa.select(t.scores).where(c.user_id == READER),
    ]
    counts: list[int] = []
    started = time.perf_counter()
    for _ in range(times):
        with store.read() as connection:
            counts = [len(connection.execute(query).all()) for query in queries]
    assert counts[:2] == [SECTIONS, SECTIONS * ITEMS]
    return (time.perf_counter() - started) / times


def measure(name: str, url: str, directory: Path, rounds: int, times: int) -> None:
    make(url)
    grades = STUDENTS * ITEMS
    settings = {
        "GRADEWIRE_RELAY_IN_SERVER": "false",
        "GRADEWIRE_SECRET_KEY": SECRET_KEY,
        "GRADEWIRE_SCHOOLOGY_CREDITS": "0",
    }
    with running_server(url, directory, settings=settings) as server:
        client = Client(server)
        put_by_http(client, entries(url, 1))  # warm, and every score has been computed once
        with open_store(url) as store:
            store.write(lambda connection: connection.execute(sa.delete(t.outbox)))
        measured = [put_by_http(client, entries(url, 3))]
        with open_store(url) as store, store.read() as connection:
            written = Written(connection)
        measured += [put_by_http(client, entries(url, 4 + number)) for number in range(rounds - 1)]
        reading = read_by_http(client, times)
    with open_store(url) as store:
        world = World(store, events=EventSettings(base_url="http://localhost/"))
        at_once = min(put_at_once(world, entries(url, 8 + number)) for number in range(rounds))
        bare: dict[int, float] = {}
        for size in (MOST_ENTRIES, grades):
            seconds = []
            for _ in range(rounds):
                written.next(5)
                _skip_versions(store, written)
                seconds.append(floor(store, written, size))
            bare[size] = min(seconds)
        reading_bare = read_bare(store, times)
    lines = [
        (f"{grades:,} grades in calls of {MOST_ENTRIES}", min(measured), bare[MOST_ENTRIES], grades),
        (f"{grades:,} grades at once (action)", at_once, bare[grades], grades),
        (f"a student's {SECTIONS} sections", reading, reading_bare, SECTIONS * ITEMS),
    ]
    for what, took, least, many in lines:
        speed = f"{1000 * took:>9.1f} {many / took:>10,.0f} {many / least:>12,.0f} {least / took:>7.2f}"
        print(f"{name:<11} {what:<34} {speed}", flush=True)


def _skip_versions(store: Store, written: Written) -> None:
    """Number the versions of the floor behind those that were written since."""
    v = t.grade_versions.c
    with store.read() as connection:
        rows = connection.execute(sa.select(v.submission_id, sa.func.max(v.number)).group_by(v.submission_id))
        known = {row[0]: row[1] for row in rows}
    number, submission = VERSIONS.index("number"), VERSIONS.index("submission_id")
    written.versions = [_with(row, {number: known[row[submission]] + 1}) for row in written.versions]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="default %(default)s")
    parser.add_argument("--times", type=int, default=30, help="how often the student is read, default %(default)s")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    chosen = parser.parse_args()
    print(f"{'':<46} {'ms':>9} {'rows/s':>10} {'bare SQL/s':>12} {'ratio':>7}")
    with tempfile.TemporaryDirectory(prefix="gradewire-schoology-") as scratch:
        directory = Path(scratch)
        if chosen.engine in {None, "sqlite"}:
            url = f"sqlite:///{directory}/bench.sqlite3"
            measure("SQLite", url, directory / "sqlite", chosen.rounds, chosen.times)
        if chosen.engine in {None, "postgresql"}:
            with running_cluster(durable=True) as cluster:
                measure("PostgreSQL", cluster.create_database("bench"), directory / "postgresql", chosen.rounds, chosen.times)


if __name__ == "__main__":
    main()
