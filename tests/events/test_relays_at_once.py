"""Several relays on one database, in threads and in processes, killed and not: nothing is lost, and each student's events keep
their order."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gradewire.events.courier import Pace
from gradewire.events.relay import Relay
from gradewire.store.engine import Store, open_store
from gradewire.store.outbox import OutboxRow
from tests.child_process import ChildProcess
from tests.events.mail import Inboxes, add_institutions, grade, in_order, put, scores, states, subscribe

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_store(database_url, connections=6) as opened:
        opened.write(add_institutions)
        yield opened


def batches(number: int, *, students: int = 30) -> Iterator[list[OutboxRow]]:
    """Transactions such as grading makes: for some students a grade and their course score."""
    choose = random.Random(3)  # noqa: S311
    for turn in range(number):
        chosen = [(choose.choice((565, 566)), choose.randrange(60, 60 + students)) for _ in range(choose.randrange(1, 6))]
        yield [
            row
            for course, student in chosen
            for row in (grade(student, turn, course=course), scores(student, turn, course=course))
        ]


def test_relays_in_threads_deliver_each_event_once_and_in_order(store: Store, database_url: str) -> None:
    subscriptions = [subscribe(store, "one"), subscribe(store, "two", course_id=565)]
    inboxes = Inboxes()
    with open_store(database_url, connections=4) as other:
        relays = [
            Relay(each, poll_seconds=0.01, pace=Pace(events=20), open_target=inboxes.open) for each in (store, store, other)
        ]
        threads = [threading.Thread(target=relay.run) for relay in relays]
        for thread in threads:
            thread.start()
        rows: list[OutboxRow] = []
        try:
            for batch in batches(150):
                rows += put(store, *batch)
            expected = {"one": len(rows), "two": sum(row.course_id == 565 for row in rows)}
            _await(lambda: all(len(inboxes[name].got) >= count for name, count in expected.items()))
            _await(lambda: not any("waiting" in states(store, each) for each in subscriptions))
        finally:
            for relay in relays:
                relay.stop()
            for thread in threads:
                thread.join(30)
    for name, count in expected.items():
        assert len(inboxes[name].ids) == len(set(inboxes[name].ids)) == count
        assert in_order(inboxes[name].ids, rows)
    assert sum(relay.totals["routed"] for relay in relays) == len(rows)
    assert sum(relay.totals["delivered"] for relay in relays) == sum(expected.values())


def test_two_relay_processes_deliver_each_event_once_and_in_order(store: Store, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    subscription = subscribe(store, target={"kind": "file", "path": str(file), "ids": True})
    rows: list[OutboxRow] = []
    logs = [tmp_path / f"log{number}" for number in range(2)]
    children = [_relay(database_url, log, "-m", "gradewire", "relay") for log in logs]
    try:
        _await(lambda: all("relay started" in log.read_text() for log in logs), children)
        for batch in batches(150):
            rows += put(store, *batch)
        _await(lambda: states(store, subscription) == {"delivered": len(rows)}, children)
    finally:
        statuses = [child.stop() for child in children]
    assert statuses == [0, 0], [log.read_text() for log in logs]
    ids = _ids(file)
    assert Counter(ids) == Counter(row.event_id for row in rows)
    assert in_order(ids, rows)


def test_relays_that_are_killed_lose_nothing(store: Store, database_url: str, tmp_path: Path) -> None:
    """Repeats are allowed, with the same id; losses are not. First arrivals are in order; a line that is whole is one event."""
    file = tmp_path / "events.jsonl"
    subscription = subscribe(store, target={"kind": "file", "path": str(file), "ids": True})
    rows: list[OutboxRow] = []
    choose = random.Random(5)  # noqa: S311

    def start(number: int) -> ChildProcess:
        return _relay(database_url, tmp_path / f"log{number}", "-m", "tests.events.relay_process", database_url)

    children = [start(0), start(1)]
    try:
        for number, batch in enumerate(batches(200)):
            rows += put(store, *batch)
            if number % 25 == 24:
                time.sleep(choose.uniform(0.2, 0.8))
                victim = children.pop(0)
                os.kill(victim.pid, signal.SIGKILL)
                victim.stop()
                children.append(start(number))
        _await(lambda: states(store, subscription) == {"delivered": len(rows)}, children)
    finally:
        for child in children:
            child.stop()
    ids = _ids(file)
    assert set(ids) == {row.event_id for row in rows}
    assert in_order(ids, rows)


def _relay(url: str, log: Path, *arguments: str) -> ChildProcess:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GRADEWIRE_")}
    return ChildProcess([sys.executable, *arguments], log=log, cwd=ROOT, env={**clean, "GRADEWIRE_DATABASE_URL": url})


def _ids(file: Path) -> list[str]:
    return [json.loads(line)["event_id"] for line in file.read_bytes().splitlines()]


def _await(holds: Callable[[], bool], children: list[ChildProcess] | None = None, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        assert not any(child.ended() for child in children or ()), "a relay ended by itself"
        time.sleep(0.02)
