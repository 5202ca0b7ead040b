"""Who does a job when several workers could: nobody takes one that is being done, and one whose worker died is free."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.jobs import LEASE, MOST_CLAIMS, Works, work_one
from gradewire.actions.unit import Unit
from gradewire.actions.world import World
from gradewire.events.settings import EventSettings
from gradewire.store import jobs
from gradewire.store import tables as t
from gradewire.store.engine import Store, open_store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AFTER_LEASE = NOW + LEASE + timedelta(seconds=1)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_store(database_url, connections=4) as opened:
        opened.write(lambda connection: jobs.add(connection, tag="count", arguments={}, progress_id=None, now=NOW))
        yield opened


def world(store: Store, now: datetime) -> World:
    return World(store, events=EventSettings(base_url="http://localhost/"), clock=lambda: now)


def claim(store: Store, now: datetime, *, worker: str = "dead") -> jobs.JobRow | None:
    return store.write(lambda connection: jobs.claim(connection, worker=worker, now=now, until=now + LEASE))


def states(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(sa.select(t.jobs.c.workflow_state)))


class Counting:
    """Work that counts how often it was done."""

    def __init__(self) -> None:
        self.times = 0
        self.works: Works = {"count": self.work}

    def work(self, _unit: Unit, _arguments: Mapping[str, Any]) -> None:
        self.times += 1


def test_a_job_whose_worker_died_is_done_by_another_after_the_lease(store: Store) -> None:
    assert claim(store, NOW) is not None
    counting = Counting()
    assert not work_one(world(store, NOW), counting.works, worker="b")
    assert work_one(world(store, AFTER_LEASE), counting.works, worker="b")
    assert (counting.times, states(store)) == (1, ["done"])


def test_a_job_that_outlasts_its_lease_is_not_taken_by_another(database_url: str, store: Store) -> None:
    begun, finish = threading.Event(), threading.Event()
    counting, other = Counting(), Counting()

    def slowly(unit: Unit, arguments: Mapping[str, Any]) -> None:
        begun.set()
        assert finish.wait(60)
        counting.work(unit, arguments)

    slow = threading.Thread(target=work_one, args=(world(store, NOW), {"count": slowly}), kwargs={"worker": "a"})
    slow.start()
    assert begun.wait(60)
    with open_store(database_url, connections=1) as elsewhere:
        if store.kind == "postgresql":  # on SQLite a claim waits for the transaction of the work
            assert not work_one(world(elsewhere, AFTER_LEASE), other.works, worker="b")
        finish.set()
        slow.join(60)
        assert not work_one(world(elsewhere, AFTER_LEASE), other.works, worker="b")
    assert (counting.times, other.times, states(store)) == (1, 0, ["done"])


def test_a_worker_that_lost_its_job_before_it_began_leaves_it_alone(store: Store) -> None:
    lost, taken = claim(store, NOW), claim(store, AFTER_LEASE)
    assert lost is not None
    assert taken is not None
    assert not store.write(lambda connection: jobs.hold(connection, lost))
    assert store.write(lambda connection: jobs.hold(connection, taken))
    store.write(lambda connection: jobs.settle(connection, taken.id, workflow_state="done", error=None, now=NOW))
    assert not store.write(lambda connection: jobs.hold(connection, taken))


def test_a_job_that_ends_every_process_that_begins_it_is_given_up(store: Store) -> None:
    """Else it would end the server again and again, a few seconds after each start."""
    counting, now = Counting(), NOW
    for _ in range(MOST_CLAIMS):
        assert claim(store, now) is not None
        now += LEASE + timedelta(seconds=1)
    assert work_one(world(store, now), counting.works, worker="b")
    assert (counting.times, states(store)) == (0, ["failed"])
