"""Servers and relays killed at any moment, a hundred times on each engine, while people grade.

What must hold afterwards: what a client was told is committed; the events of every committed change arrive at least once, and
of nothing else; repeats have the same id and say the same; the first arrivals about a student are in the order of the commits.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import yaml

from gradewire.actions import institution
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.core.institution import read
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import Store, open_store
from tests.events.receiver import Receiver, receiving
from tests.postgres_cluster import free_port

KILLS = int(os.environ.get("GRADEWIRE_TEST_KILLS", "100"))
"""On each engine; half of them hit a server, half a relay."""
GRADERS = 3
STUDENTS = range(101, 113)
ASSIGNMENTS = (11, 12)
EVENTS = ["grade_change", "course_grade_change", "grade_override"]
ROOT = Path(__file__).parents[2]


class Procession:
    """One server at a time and two relays, always new ones."""

    def __init__(self, database_url: str, log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GRADEWIRE_")}
        self._log = log.open("wb")
        self._forker = subprocess.Popen(
            [sys.executable, "-m", "tests.events.killable", database_url, str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=ROOT,
            env=environment,
            text=True,
        )
        self.server = self._fork("server")
        self.relays = [self._fork("relay"), self._fork("relay")]

    def _fork(self, kind: str) -> int:
        assert self._forker.stdin is not None
        assert self._forker.stdout is not None
        self._forker.stdin.write(kind + "\n")
        self._forker.stdin.flush()
        return int(self._forker.stdout.readline())

    def kill_server(self) -> None:
        os.killpg(self.server, signal.SIGKILL)
        self.server = self._fork("server")

    def kill_relay(self, which: int) -> None:
        os.killpg(self.relays[which], signal.SIGKILL)
        self.relays[which] = self._fork("relay")

    def is_up(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def end(self) -> None:
        self._forker.communicate(timeout=30)
        self._log.close()


class Grader(threading.Thread):
    """Grades some students over and over, one request after another, and keeps what was answered with 200."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__(daemon=True)
        self.client = httpx.Client(
            base_url=f"{url}/api/v1/courses/1", headers={"Authorization": "Bearer token-teacher"}, timeout=10
        )
        self.students = [one for one in STUDENTS if one % GRADERS == number]
        self.choose = random.Random(number)  # noqa: S311
        self.told: list[tuple[int, int, float]] = []
        self.over = threading.Event()

    def run(self) -> None:
        turn = 0
        while not self.over.is_set():
            turn += 1
            student, assignment = self.choose.choice(self.students), self.choose.choice(ASSIGNMENTS)
            score = turn / 10
            try:
                if turn % 7 == 0:
                    fields = {f"grade_data[{one}][posted_grade]": str(score) for one in self.students}
                    self.client.post(f"/assignments/{assignment}/submissions/update_grades", data=fields)
                else:
                    path = f"/assignments/{assignment}/submissions/{student}"
                    answer = self.client.put(path, data={"submission[posted_grade]": str(score)})
                    if answer.status_code == 200:
                        self.told.append((student, assignment, answer.json()["score"]))
            except httpx.HTTPError:
                self.over.wait(0.02)
        self.client.close()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path, secure=False) as found:
        yield found


def test_nothing_is_lost_invented_or_overtaken(database_url: str, receiver: Receiver, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    load(database_url, {"kind": "file", "path": str(file), "ids": True}, {"kind": "https", "url": receiver.url})
    choose = random.Random(20261121)  # noqa: S311
    with open_store(database_url, connections=2) as store, contextlib.ExitStack() as stack:
        procession = Procession(database_url, tmp_path / "log")
        stack.callback(procession.end)
        await_that(procession.is_up)
        graders = [Grader(procession.url, number) for number in range(GRADERS)]
        for grader in graders:
            grader.start()
        for number in range(KILLS):
            if number % 2:
                procession.kill_relay(choose.randrange(2))
                time.sleep(choose.uniform(0, 0.15))
            else:
                await_that(procession.is_up)
                time.sleep(choose.uniform(0, 0.3))
                procession.kill_server()
        await_that(procession.is_up)
        for grader in graders:
            grader.over.set()
        for grader in graders:
            grader.join(30)
        await_that(lambda: not jobs_under_way(store))
        await_that(lambda: all_is_delivered(store))
    told = [one for grader in graders for one in grader.told]
    assert len(told) > KILLS / 4, "there was hardly any load"
    committed = history(database_url)
    assert {one for one in told if one not in {(s, a, score) for s, a, _, score in committed}} == set()
    sent = outbox_of(database_url)
    assert scores_by_line(committed) == scores_by_line(grades_told(sent))
    from_file = [json.loads(line) for line in file.read_bytes().splitlines()]
    check_arrivals(sent, [(one["event_id"], one["event"]) for one in from_file])
    check_arrivals(sent, [(one.headers["x-gradewire-event-id"], json.loads(one.body)) for one in receiver.received])
    arrived = f"{len(from_file)} times in the file, {len(receiver.received)} times at the receiver"
    print(f"\n{KILLS} kills, {len(committed)} grades of which {len(told)} were told, {len(sent)} events arrived {arrived}")


def load(database_url: str, *targets: dict[str, Any]) -> None:
    people = [{"id": 2, "name": "Teacher", "login": "teacher", "tokens": [{"token": "token-teacher"}]}]
    people += [{"id": one, "name": f"Student {one}", "login": f"s{one}"} for one in STUDENTS]
    enrolled: list[dict[str, Any]] = [{"user": "teacher", "type": "TeacherEnrollment"}]
    enrolled += [{"user": f"s{one}"} for one in STUDENTS]
    work = [{"id": one, "name": f"Work {one}", "points_possible": 1000, "group": "Work"} for one in ASSIGNMENTS]
    document = {
        "format": 1,
        "accounts": [
            {
                "id": 1,
                "name": "Root",
                "uuid": "root",
                "subscriptions": [{"name": f"to {one['kind']}", "events": EVENTS, "target": one} for one in targets],
            }
        ],
        "users": people,
        "courses": [
            {"id": 1, "name": "Course", "enrollments": enrolled, "assignment_groups": [{"name": "Work"}], "assignments": work}
        ],
    }
    settings = EventSettings(base_url="http://localhost/")
    with open_store(database_url, connections=1) as store:
        read_back = read("killed.yaml", yaml.safe_dump(document, sort_keys=False).encode())
        write(World(store, events=settings), Asker(System()), lambda unit: institution.load(unit, [read_back]))


def jobs_under_way(store: Store) -> int:
    j = t.jobs.c
    with store.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).where(j.workflow_state.in_(("queued", "running")))) or 0


def all_is_delivered(store: Store) -> bool:
    with store.read() as connection:
        unrouted = connection.scalar(sa.select(sa.func.count()).where(~t.outbox.c.routed))
        other = connection.scalar(sa.select(sa.func.count()).where(t.deliveries.c.workflow_state != "delivered"))
    return not unrouted and not other


def history(database_url: str) -> list[tuple[int, int, int, float]]:
    """What is committed: student, assignment, number of the version, score."""
    v = t.grade_versions.c
    with open_store(database_url, connections=1) as store, store.read() as connection:
        rows = connection.execute(sa.select(v.user_id, v.assignment_id, v.number, v.score).order_by(v.id))
        return [(row[0], row[1], row[2], row[3]) for row in rows if row[3] is not None]


def outbox_of(database_url: str) -> list[tuple[str, str, int, dict[str, Any]]]:
    """What was committed to be told, in order: event id, name, student, event."""
    o = t.outbox.c
    with open_store(database_url, connections=1) as store, store.read() as connection:
        rows = connection.execute(sa.select(o.event_id, o.name, o.student_id, o.canvas).order_by(o.id))
        return [(row[0], row[1], row[2], json.loads(row[3])) for row in rows]


def grades_told(sent: list[tuple[str, str, int, dict[str, Any]]]) -> list[tuple[int, int, int, float]]:
    def local(text: str) -> int:
        return int(text) % 10**13

    bodies = [event["body"] for _, name, _, event in sent if name == "grade_change"]
    return [(local(body["student_id"]), local(body["assignment_id"]), 0, body["score"]) for body in bodies]


def scores_by_line(grades: list[tuple[int, int, int, float]]) -> dict[tuple[int, int], list[float]]:
    """By student and assignment, the scores one after another."""
    found: dict[tuple[int, int], list[float]] = defaultdict(list)
    for student, assignment, _, score in grades:
        found[student, assignment].append(score)
    return found


def check_arrivals(sent: list[tuple[str, str, int, dict[str, Any]]], arrived: list[tuple[str, Any]]) -> None:
    """Each at least once and nothing else, repeats alike, first arrivals about a student in order."""
    first: dict[str, Any] = {}
    for event_id, event in arrived:
        assert first.setdefault(event_id, event) == event
    assert first.keys() == {event_id for event_id, _, _, _ in sent}
    students = {event_id: student for event_id, _, student, _ in sent}
    assert all(first[event_id]["body"] == event["body"] for event_id, _, _, event in sent)
    for student in STUDENTS:
        expected = [event_id for event_id, _, one, _ in sent if one == student]
        assert [event_id for event_id in first if students[event_id] == student] == expected


def await_that(holds: Callable[[], bool], *, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
