"""What is kept how long, and what is left of a person in kept events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from gradewire.actions import housekeeping
from gradewire.actions.housekeeping import Keep
from gradewire.actions.unit import Asker, System, read
from gradewire.actions.world import World
from gradewire.core.errors import Denied, NotFound
from gradewire.events.relay import Relay
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.events.facts import BROWSER, GRADE, SETTINGS
from tests.events.mail import NOW, STAMPS, Clock, Inboxes, add_institutions, grade, put, states, subscribe

NOTHING = Keep(delivered=None, undelivered=None, jobs=None)


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    with open_store(database_url, connections=4) as store:
        store.write(add_institutions)
        made = World(store, events=SETTINGS, clock=Clock())
        yield made


def count(world: World, table: sa.Table) -> int:
    with world.store.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def deliver(world: World, inboxes: Inboxes) -> None:
    Relay(world.store, clock=world.clock, open_target=inboxes.open).run_once()


def age(world: World, days: float) -> None:
    assert isinstance(world.clock, Clock)
    world.clock.advance(days * 86400)


def test_delivered_events_go_after_their_time_and_no_sooner(world: World) -> None:
    subscribe(world.store)
    put(world.store, *(grade(student, 1) for student in range(1, 20)))
    deliver(world, Inboxes())
    with world.store.read() as connection:
        happened = connection.execute(sa.select(sa.func.max(t.outbox.c.occurred_at))).scalar_one()
    assert isinstance(world.clock, Clock)
    world.clock.now = happened + timedelta(days=89)
    housekeeping.tidy(world, Keep())
    assert count(world, t.outbox) == 19
    age(world, 2)
    assert housekeeping.tidy(world, Keep())["events"] == 19
    assert count(world, t.outbox) == count(world, t.deliveries) == 0


def test_what_waits_or_was_given_up_is_kept_longer(world: World) -> None:
    subscription = subscribe(world.store)
    inboxes = Inboxes()
    inboxes["all"].refuses = lambda event: event.student_id == 7
    put(world.store, grade(7, 1), grade(8, 1))
    deliver(world, inboxes)
    age(world, 400)
    housekeeping.tidy(world, Keep(undelivered=None))
    assert count(world, t.outbox) == 1
    assert states(world.store, subscription) == {"waiting": 1}
    housekeeping.tidy(world, Keep())
    assert count(world, t.outbox) == 0


def test_what_nobody_routed_yet_stays_whatever_its_age(world: World) -> None:
    put(world.store, grade(7, 1))
    age(world, 4000)
    housekeeping.tidy(world, Keep())
    assert count(world, t.outbox) == 1


def test_jobs_and_progresses_go_unless_something_refers_to_them(world: World) -> None:
    def add(connection: sa.Connection) -> None:
        for number, state in ((1, "done"), (2, "queued")):
            progress = {"context_type": "Course", "context_id": 1, "tag": "x", **STAMPS}
            ended = "completed" if state == "done" else "queued"
            connection.execute(sa.insert(t.progresses).values(id=number, workflow_state=ended, **progress))
            job = {"tag": "x", "arguments": {}, "progress_id": number, "run_at": NOW, **STAMPS}
            connection.execute(sa.insert(t.jobs).values(id=number, workflow_state=state, **job))

    world.store.write(add)
    housekeeping.tidy(world, Keep())
    assert count(world, t.jobs) == count(world, t.progresses) == 2
    age(world, 31)
    housekeeping.tidy(world, NOTHING)
    assert count(world, t.jobs) == count(world, t.progresses) == 2
    housekeeping.tidy(world, Keep())
    assert count(world, t.jobs) == count(world, t.progresses) == 1


class TestErasing:
    """``gradewire events erase``."""

    def person(self, world: World, number: int) -> None:
        values = {"id": number, "root_account_id": 1, "name": "P", "sortable_name": "P", "short_name": "P", **STAMPS}
        world.store.write(lambda connection: connection.execute(sa.insert(t.users).values(**values)))

    def erase(self, world: World, number: int) -> dict[str, int]:
        return read(world, Asker(System()), lambda unit: housekeeping.erase_events(world, unit, number))

    def test_events_about_a_student_are_removed_with_their_deliveries(self, world: World) -> None:
        subscribe(world.store)
        put(world.store, grade(7, 1), grade(8, 1), grade(7, 2))
        deliver(world, Inboxes())
        self.person(world, 7)
        assert self.erase(world, 7)["removed"] == 2
        assert count(world, t.outbox) == count(world, t.deliveries) == 1

    def test_a_grader_is_blanked_in_both_formats_and_the_grade_stays(self, world: World) -> None:
        grader = GRADE.grader_id
        assert grader == BROWSER.user_id
        [before] = put(world.store, grade(8, 3))
        self.person(world, grader)
        assert self.erase(world, grader) == {"removed": 0, "blanked": 1}
        with world.store.read() as connection:
            canvas, caliper = connection.execute(sa.select(t.outbox.c.canvas, t.outbox.c.caliper)).one()
        for secret in (BROWSER.user_login, BROWSER.client_ip, BROWSER.user_agent, str(21070000000000000 + grader)):
            assert secret
            assert secret not in canvas
            assert secret not in caliper
        event = json.loads(canvas)
        assert event["body"]["score"] == 3
        assert event["body"]["student_id"] == json.loads(before.canvas)["body"]["student_id"]
        assert json.loads(caliper)["actor"]["type"] == "SoftwareApplication"

    def test_it_is_the_operators_and_of_somebody_who_exists(self, world: World) -> None:
        with pytest.raises(NotFound):
            self.erase(world, 12345)
        with pytest.raises(Denied):
            read(world, Asker(None), lambda unit: housekeeping.erase_events(world, unit, 1))
