"""A whole course graded by one ``update_grades``, beside the same rows written by the database's own bulk statements alone.

``make bench-bulk``, or ``python -m bench.bulk_grading [--students 10000] [--rounds 3]``: once on SQLite and once on PostgreSQL
(the throw-away cluster of the tests). Each round gives every student of one assignment a new grade. What is measured:

HTTP   from sending the request until its Progress says completed: the request read, the job claimed by a worker of the server,
       every grade decided, its history and events written, every course score recomputed
floor  the very rows that such a round writes (heads of submissions, versions of grades, events, scores) with finished values,
       in one transaction, by ``copy`` and ``update ... from unnest`` on PostgreSQL and prepared statements on SQLite: nothing
       read, nothing decided, nothing rendered

Both run on this machine in this run, one after the other, and the best round of each counts; only their ratio travels.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from tests.postgres_cluster import running_cluster
from tests.server import Server, running_server

from bench import course
from gradewire.core.grading import Head
from gradewire.store import bulk
from gradewire.store import tables as t
from gradewire.store.engine import Connection, Store, open_store
from gradewire.store.outbox import OutboxRow
from gradewire.store.scores import NUMBERS

ASSIGNMENT = course.ASSIGNMENTS[0]
POLL_SECONDS = 0.01
HEAD = (*Head.__struct_fields__, "updated_at")
SCORES = (*NUMBERS, "dropped", "updated_at")
VERSIONS = tuple(column.name for column in t.grade_versions.columns if column.name != "id")
EVENTS = OutboxRow.__struct_fields__


def ask(server: Server, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
    """One request of the teacher, and its decoded answer."""
    url = path if path.startswith("http") else f"{server.url}{path}"
    headers = {"Authorization": f"Bearer {course.TOKEN}", "Content-Type": "application/json"}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, body, headers, method=method), timeout=120) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def grade_by_http(server: Server, students: int, points: int) -> float:
    """Seconds until everybody has these points."""
    people = range(course.FIRST_STUDENT, course.FIRST_STUDENT + students)
    body = json.dumps({"grade_data": {str(one): {"posted_grade": str(points + one % 5)} for one in people}}).encode()
    path = f"/api/v1/courses/{course.COURSE}/assignments/{ASSIGNMENT}/submissions/update_grades"
    started = time.perf_counter()
    progress = ask(server, "POST", path, body)
    while progress["workflow_state"] in {"queued", "running"}:
        time.sleep(POLL_SECONDS)
        progress = ask(server, "GET", f"/api/v1/progress/{progress['id']}")
    seconds = time.perf_counter() - started
    assert progress["workflow_state"] == "completed", progress
    return seconds


class Written:
    """What the last round wrote, as it is in the database: the rows of the floor."""

    def __init__(self, connection: Connection, students: int) -> None:
        s, v, o, c = t.submissions.c, t.grade_versions.c, t.outbox.c, t.scores.c

        def rows(columns: list[sa.Column[Any]], *conditions: sa.ColumnElement[bool]) -> list[tuple[Any, ...]]:
            query = sa.select(*columns).where(*conditions).order_by(columns[0].table.c.id)
            return [tuple(row) for row in connection.execute(query)]

        newest = sa.select(sa.func.max(v.number)).scalar_subquery()
        self.heads = rows([s.id, *(s[name] for name in HEAD)], s.assignment_id == ASSIGNMENT)
        self.versions = rows([v[name] for name in VERSIONS], v.number == newest)
        self.events = rows([o[name] for name in EVENTS])[-2 * students :]
        self.scores = rows(
            [c.id, *(c[name] for name in SCORES)], c.updated_at == sa.select(sa.func.max(c.updated_at)).scalar_subquery()
        )
        assert len(self.heads) == len(self.versions) == students
        assert len(self.events) == 2 * students, "each grade changed a course score"
        assert len(self.scores) == 2 * students, "of the course and of one group"

    def next(self, points: int) -> None:
        """The same rows, as another round would write them."""
        now = datetime.now(UTC)
        score, version, number = (1 + HEAD.index("score"), 1 + HEAD.index("version"), VERSIONS.index("number"))
        self.heads = [_with(row, {score: float(points), version: row[version] + 1, len(HEAD): now}) for row in self.heads]
        self.versions = [_with(row, {number: row[number] + 1}) for row in self.versions]
        self.events = [(str(uuid4()), *row[1:]) for row in self.events]
        self.scores = [(row[0], *[float(points)] * len(NUMBERS), row[-2], now) for row in self.scores]

    def write(self, connection: Connection) -> None:
        bulk.update(connection, t.submissions, HEAD, self.heads)
        bulk.insert(connection, t.grade_versions, VERSIONS, self.versions)
        bulk.update(connection, t.scores, SCORES, self.scores, counted=["version"])
        bulk.insert(connection, t.outbox, EVENTS, self.events)


def _with(row: tuple[Any, ...], new: dict[int, Any]) -> tuple[Any, ...]:
    return tuple(new.get(position, value) for position, value in enumerate(row))


def floor(store: Store, students: int, rounds: int) -> float:
    """Seconds of the best of several rounds."""
    with store.read() as connection:
        written = Written(connection, students)
    seconds = []
    for points in range(rounds):
        written.next(points)
        started = time.perf_counter()
        store.write(written.write)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def measure(name: str, url: str, directory: Path, students: int, rounds: int) -> None:
    course.make(url, students)
    settings = {"GRADEWIRE_RELAY_IN_SERVER": "false"}
    with running_server(url, directory, settings=settings) as server:
        grade_by_http(server, students, 0)  # warm, and every score has been computed once
        http = min(grade_by_http(server, students, 1 + points) for points in range(rounds))
    with open_store(url) as store:
        bare = floor(store, students, rounds)
    print(f"{name:<11} {students / http:>10,.0f} {students / bare:>12,.0f} {bare / http:>8.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=10_000, help="default %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="default %(default)s")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    chosen = parser.parse_args()
    engines: dict[str, Callable[[Path], None]] = {
        "sqlite": lambda d: _sqlite(d, chosen),
        "postgresql": lambda d: _postgres(d, chosen),
    }
    print(f"{chosen.students:,} students of one assignment graded by one update_grades, {chosen.rounds} rounds")
    print(f"{'':<11} {'grades/s':>10} {'bare SQL/s':>12} {'ratio':>8}")
    with tempfile.TemporaryDirectory(prefix="gradewire-bulk-") as scratch:
        for name, run in engines.items():
            if chosen.engine in {None, name}:
                run(Path(scratch))


def _sqlite(directory: Path, chosen: argparse.Namespace) -> None:
    url = f"sqlite:///{directory}/bench.sqlite3"
    measure("SQLite", url, directory / "sqlite", chosen.students, chosen.rounds)


def _postgres(directory: Path, chosen: argparse.Namespace) -> None:
    with running_cluster(durable=True) as cluster:
        measure("PostgreSQL", cluster.create_database("bench"), directory / "postgresql", chosen.students, chosen.rounds)


if __name__ == "__main__":
    main()
