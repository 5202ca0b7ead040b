"""The relay with one process: who gets what, in which order, and what happens when a target does not take it."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.events.courier import BackOff, Pace
from gradewire.events.relay import Relay
from gradewire.events.sinks import SinkError
from gradewire.store import deliveries, outbox, subscriptions
from gradewire.store import tables as t
from gradewire.store.engine import Store, open_store
from tests.events.mail import (
    Clock,
    Inboxes,
    add_institutions,
    grade,
    in_order,
    put,
    scores,
    scores_in,
    states,
    subscribe,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_store(database_url, connections=6) as opened:
        opened.write(add_institutions)
        yield opened


class Post:
    """Everything a test of delivery needs: a store, a clock, inboxes, and a relay that is asked for each round anew."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.inboxes = Inboxes()

    def relay(self, **options: Any) -> Relay:
        chosen = {"clock": self.clock, "randomness": random.Random(1), "open_target": self.inboxes.open}  # noqa: S311
        return Relay(self.store, **{**chosen, **options})

    def deliver(self, **options: Any) -> dict[str, int]:
        return self.relay(**options).run_once()


@pytest.fixture
def post(store: Store) -> Post:
    return Post(store)


def test_what_was_committed_arrives_once_and_in_order(post: Post) -> None:
    subscribe(post.store)
    rows = put(post.store, *(grade(student, score) for score in range(5) for student in (48, 49, 50)))
    assert post.deliver() == {"routed": 15, "delivered": 15, "failed": 0, "dead": 0}
    inbox = post.inboxes["all"]
    assert inbox.ids == [row.event_id for row in rows]
    assert inbox.scores() == {student: [0, 1, 2, 3, 4] for student in (48, 49, 50)}
    assert [event.data.decode() for event in inbox.got] == [row.canvas for row in rows]
    assert post.deliver() == {"routed": 0, "delivered": 0, "failed": 0, "dead": 0}


def test_what_was_rolled_back_never_arrives(post: Post) -> None:
    subscribe(post.store)

    def write_and_fail(connection: sa.Connection) -> None:
        outbox.append(connection, [grade(48, 1)])
        raise RuntimeError("undone")

    with pytest.raises(RuntimeError):
        post.store.write(write_and_fail)
    put(post.store, grade(48, 2))
    assert post.deliver()["delivered"] == 1
    assert post.inboxes["all"].scores() == {48: [2]}


def test_scopes_formats_and_choices(post: Post) -> None:
    subscribe(post.store, "root")
    subscribe(post.store, "sub", account_id=80)
    subscribe(post.store, "course", course_id=565)
    subscribe(post.store, "other root", account_id=2)
    subscribe(post.store, "posted", withhold_unposted=True)
    subscribe(post.store, "totals", events=["course_grade_change"])
    subscribe(post.store, "caliper", format="caliper", events=["grade_change"])
    subscribe(post.store, "compact", nulls="compact")
    subscribe(post.store, "off", workflow_state="disabled")
    rows = put(
        post.store,
        grade(48, 1),
        grade(48, 2, course=566, muted=True),
        scores(48, 3),
        grade(48, 4, course=900, student_sis_id=None),
        grade(48, 5, course=567, student_sis_id=None),
    )
    ids = [row.event_id for row in rows]
    post.deliver()
    got = {name: post.inboxes[name].ids for name in ("root", "sub", "course", "other root", "posted", "totals", "off")}
    assert got == {
        "root": [ids[0], ids[1], ids[2], ids[4]],
        "sub": [ids[1]],
        "course": [ids[0], ids[2]],
        "other root": [ids[3]],
        "posted": [ids[0], ids[2], ids[4]],
        "totals": [ids[2]],
        "off": [],
    }
    envelopes = [json.loads(event.data) for event in post.inboxes["caliper"].got]
    assert [set(envelope) for envelope in envelopes] == [{"sensor", "sendTime", "dataVersion", "data"}] * 3
    assert [envelope["data"] for envelope in envelopes] == [[json.loads(rows[n].caliper or "")] for n in (0, 1, 4)]
    assert envelopes[0]["sendTime"] == "2026-03-01T12:00:00.000Z"
    explicit, compact = (json.loads(post.inboxes[name].got[-1].data) for name in ("root", "compact"))
    assert explicit["body"]["student_sis_id"] is None
    assert compact["body"] == {key: value for key, value in explicit["body"].items() if value is not None}
    assert compact["metadata"] == explicit["metadata"]


def test_only_what_comes_after_the_subscription_arrives_and_a_replay_brings_the_rest(post: Post) -> None:
    subscribe(post.store, "first")
    old = put(post.store, grade(48, 1), grade(49, 1))
    post.deliver()
    late = subscribe(post.store, "late")
    new = put(post.store, grade(48, 2))
    post.deliver()
    assert post.inboxes["late"].ids == [new[0].event_id]

    def replay(connection: sa.Connection) -> int:
        return deliveries.replay(connection, late, deliveries.Range(event_id=old[0].event_id), now=post.clock())

    assert post.store.write(replay) == 1
    assert post.store.write(replay) == 0  # it waits already
    everything = deliveries.Range(first=1)
    assert post.store.write(lambda connection: deliveries.replay(connection, late, everything, now=post.clock())) == 2
    post.deliver()
    assert post.inboxes["late"].ids[1:] == [old[0].event_id, old[1].event_id, new[0].event_id]
    assert post.inboxes["first"].ids == [row.event_id for row in (*old, *new)]


def test_a_failing_head_holds_back_its_student_and_nobody_else(post: Post) -> None:
    subscription = subscribe(post.store)
    inbox = post.inboxes["all"]
    rows = put(post.store, *(grade(student, score) for score in range(3) for student in (48, 49)))
    bad = rows[2].event_id  # the second of student 48
    inbox.refuses = lambda event: event.event_id == bad
    assert post.deliver() == {"routed": 6, "delivered": 4, "failed": 1, "dead": 0}
    assert inbox.scores() == {48: [0], 49: [0, 1, 2]}
    assert post.deliver()["failed"] == 0  # it rests
    late = put(post.store, grade(48, 3), grade(49, 3))
    assert post.deliver()["delivered"] == 1
    inbox.refuses = lambda _event: False
    post.clock.advance(100)
    assert post.deliver()["delivered"] == 3
    assert inbox.scores() == {48: [0, 1, 2, 3], 49: [0, 1, 2, 3]}
    assert in_order(inbox.ids, [*rows, *late])
    assert states(post.store, subscription) == {"delivered": 8}


def test_an_event_is_given_up_after_its_attempts_and_can_be_resent(post: Post) -> None:
    subscription = subscribe(post.store)
    inbox = post.inboxes["all"]
    put(post.store, grade(48, 0), grade(48, 1))
    inbox.refuses = lambda event: json.loads(event.data)["body"]["score"] == 0
    rests = []
    for _ in range(4):
        before = post.clock.now
        assert post.deliver()["failed"] == 1
        with post.store.read() as connection:
            due = connection.execute(sa.select(t.deliveries.c.due_at).order_by(t.deliveries.c.outbox_id)).scalars().first()
        assert due is not None
        rests.append((due - before).total_seconds())
        post.clock.now = due + timedelta(seconds=1)
    assert [60 <= rests[0] <= 90, 180 <= rests[1] <= 270, 540 <= rests[2] <= 810, rests[3]] == [True, True, True, 0]
    assert 600 <= sum(rests) <= 1200
    assert post.deliver()["delivered"] == 1  # the one behind it
    with post.store.read() as connection:
        (given_up,) = deliveries.dead(connection, subscription, limit=10)
        lag = deliveries.lags(connection)[subscription]
    assert (given_up.attempts, given_up.last_error) == (4, "refused")
    assert (lag.waiting, lag.oldest, lag.dead, lag.last_error) == (0, None, 1, "refused")
    inbox.refuses = lambda _event: False
    chosen = deliveries.Range()
    assert post.store.write(lambda connection: deliveries.resend(connection, subscription, chosen, now=post.clock())) == 1
    assert post.deliver()["delivered"] == 1
    assert inbox.scores() == {48: [1, 0]}


def test_a_target_that_fails_every_second_time_gets_everything_in_order(post: Post) -> None:
    subscribe(post.store)
    inbox = post.inboxes["all"]
    inbox.at_once = 1
    put(post.store, *(grade(48, score) for score in range(1, 6)))
    asked = iter(range(1000))
    inbox.refuses = lambda _event: next(asked) % 2 == 0
    for _ in range(6):
        post.deliver()
        post.clock.advance(100)
    assert inbox.scores() == {48: [1, 2, 3, 4, 5]}


def test_what_was_sent_but_not_settled_is_sent_again_with_the_same_id(post: Post) -> None:
    """As when a relay is killed between sending and settling: the sink has the events, the database does not know."""
    subscription = subscribe(post.store)
    rows = put(post.store, *(grade(student, score) for score in range(3) for student in (48, 49)))
    inbox = post.inboxes["all"]
    inbox.raises_after = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        post.deliver()
    inbox.raises_after = None
    assert post.deliver()["delivered"] == 0  # the dead relay's claim still holds
    post.clock.advance(61)
    assert post.deliver()["delivered"] == 6
    assert inbox.ids == [row.event_id for row in rows] * 2
    assert states(post.store, subscription) == {"delivered": 6}


def test_a_sink_that_raises_something_else_after_writing_leads_to_repeats_not_to_losses(post: Post) -> None:
    subscribe(post.store)
    rows = put(post.store, *(grade(student, score) for score in range(2) for student in (48, 49)))
    inbox = post.inboxes["all"]
    inbox.raises_after = RuntimeError("after writing")
    assert post.deliver() == {"routed": 4, "delivered": 0, "failed": 1, "dead": 0}
    inbox.raises_after = None
    post.clock.advance(100)
    assert post.deliver()["delivered"] == 4
    assert set(inbox.ids) == {row.event_id for row in rows}
    assert in_order(inbox.ids, rows)


def test_a_message_that_cannot_be_rendered_is_given_up_alone(post: Post) -> None:
    subscription = subscribe(post.store, format="caliper", events=["grade_change"])
    broken = grade(48, 1)
    put(post.store, type(broken)(**{name: getattr(broken, name) for name in broken.__struct_fields__} | {"caliper": "{"}))
    put(post.store, grade(49, 1))
    assert post.deliver() == {"routed": 2, "delivered": 1, "failed": 1, "dead": 0}
    assert post.deliver(pace=Pace(back_off=BackOff(attempts=1)))["failed"] == 0
    post.clock.advance(100)
    assert post.deliver(pace=Pace(back_off=BackOff(attempts=1)))["dead"] == 1
    assert states(post.store, subscription) == {"delivered": 1, "dead": 1}


def test_an_event_that_is_too_long_is_given_up_at_once_and_holds_back_nothing(post: Post) -> None:
    subscription = subscribe(post.store, "all")
    usual, long, next_one = put(post.store, grade(48, 1), grade(48, 2, assignment_name="x" * 5000), grade(48, 3))
    pace = Pace(most_bytes=len(usual.canvas) + 1000)
    totals = post.deliver(pace=pace)
    assert post.inboxes["all"].ids == [usual.event_id, next_one.event_id]
    assert (totals["delivered"], totals["dead"]) == (2, 1)
    with post.store.read() as connection:
        (dead,) = deliveries.dead(connection, subscription, limit=10)
    said = f"it has {len(long.canvas.encode()):,} bytes; the setting events_max_bytes allows {pace.most_bytes:,}"
    assert (dead.event_id, dead.last_error) == (long.event_id, said)


def test_a_dead_target_delays_no_other(post: Post) -> None:
    subscribe(post.store, "dead")
    subscribe(post.store, "hanging")
    subscribe(post.store, "well")
    released = threading.Event()
    post.inboxes["hanging"].hangs = released
    post.inboxes["dead"].refuses = lambda _event: True
    rows = put(post.store, *(grade(student, score) for score in range(3) for student in range(60, 80)))
    relay = post.relay(poll_seconds=0.02)
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        _await(lambda: len(post.inboxes["well"].got) == len(rows))
        assert post.inboxes["hanging"].got == []
        assert post.inboxes["dead"].got == []
        more = put(post.store, grade(48, 9))
        relay.notify()
        _await(lambda: len(post.inboxes["well"].got) == len(rows) + 1)
        released.set()
        _await(lambda: len(post.inboxes["hanging"].got) == len(rows) + 1)
    finally:
        released.set()
        relay.stop()
        thread.join(30)
    assert not thread.is_alive()
    for name in ("well", "hanging"):
        assert in_order(post.inboxes[name].ids, [*rows, *more])
    assert post.inboxes["dead"].closed == 1


def test_a_backlog_drains(post: Post) -> None:
    subscribe(post.store)
    rows = [grade(student, score) for score in range(10) for student in range(1000, 2000)]
    put(post.store, *rows)
    assert post.deliver() == {"routed": 10_000, "delivered": 10_000, "failed": 0, "dead": 0}
    assert set(post.inboxes["all"].ids) == {row.event_id for row in rows}
    assert in_order(post.inboxes["all"].ids, rows)


def test_a_long_line_goes_out_in_few_batches(post: Post) -> None:
    subscribe(post.store)
    rows = put(post.store, *(grade(48, score) for score in range(25)))
    inbox = post.inboxes["all"]
    post.deliver(pace=Pace(events=10))
    assert inbox.ids == [row.event_id for row in rows]


def test_a_courier_stops_sending_when_its_claim_may_end(post: Post) -> None:
    subscription = subscribe(post.store)
    inbox = post.inboxes["all"]
    inbox.at_once = 1
    put(post.store, *(grade(student, 1) for student in range(60, 65)))
    inbox.seconds = 0.15
    totals = post.deliver(pace=Pace(lease_seconds=0.2))
    assert totals["delivered"] == 5  # in several claims
    assert len(inbox.got) == 5
    assert states(post.store, subscription) == {"delivered": 5}


def test_disabling_keeps_what_waits(post: Post) -> None:
    subscription = subscribe(post.store)
    put(post.store, grade(48, 1))
    post.inboxes["all"].refuses = lambda _event: True
    post.deliver()
    post.store.write(lambda connection: subscriptions.set_state(connection, subscription, "disabled", post.clock()))
    post.inboxes["all"].refuses = lambda _event: False
    post.clock.advance(1000)
    put(post.store, grade(48, 2))
    assert post.deliver()["delivered"] == 0
    post.store.write(lambda connection: subscriptions.set_state(connection, subscription, "active", post.clock()))
    assert post.deliver()["delivered"] == 1
    assert post.inboxes["all"].scores() == {48: [1]}


def test_a_target_of_an_unknown_kind_waits_for_a_relay_that_knows_it(post: Post) -> None:
    subscription = subscribe(post.store, target={"kind": "pigeon"})
    subscribe(post.store, "well")
    put(post.store, grade(48, 1))
    assert post.deliver()["delivered"] == 1
    assert states(post.store, subscription) == {"waiting": 1}


def test_a_target_that_cannot_be_opened_is_tried_again_when_it_changed(post: Post) -> None:
    subscribe(post.store)
    put(post.store, grade(48, 1))

    def fail(_target: object) -> Any:
        raise SinkError("no broker client is installed")

    assert post.deliver(open_target=fail)["delivered"] == 0
    assert post.deliver()["delivered"] == 1


class TestEventsFile:
    """The setting ``events_file``."""

    def test_it_gets_everything_of_every_root_account(self, store: Store, tmp_path: Path) -> None:
        file = tmp_path / "events.jsonl"
        rows = put(store, grade(48, 1), grade(49, 2, course=900), scores(48, 3))
        assert Relay(store, events_file=str(file)).run_once()["delivered"] == 3
        assert sorted(file.read_text().splitlines()) == sorted(row.canvas for row in rows)
        assert file.stat().st_mode & 0o777 == 0o600
        with store.read() as connection:
            names = [row.name for row in subscriptions.every(connection)]
        assert names == ["events_file:1", "events_file:2"]

    def test_a_new_root_account_misses_nothing(self, store: Store, tmp_path: Path) -> None:
        file = tmp_path / "events.jsonl"
        relay = Relay(store, events_file=str(file), poll_seconds=0.02)
        thread = threading.Thread(target=relay.run)
        thread.start()
        try:
            put(store, grade(48, 1))
            _await(lambda: file.exists() and len(file.read_bytes().splitlines()) == 1)

            def found(connection: sa.Connection) -> None:
                values = {"id": 7, "root_account_id": 7, "name": "New", "uuid": "new"}
                stamps = {"created_at": relay._clock(), "updated_at": relay._clock()}
                connection.execute(sa.insert(t.accounts).values(**values, **stamps))
                course = {"id": 700, "account_id": 7, "root_account_id": 7, "name": "C", "course_code": "C", "uuid": "c700"}
                connection.execute(sa.insert(t.courses).values(**course, **stamps))
                outbox.append(connection, [grade(50, 2, course=700)])

            store.write(found)
            _await(lambda: len(file.read_bytes().splitlines()) == 2)
        finally:
            relay.stop()
            thread.join(30)
        assert scores_in(file.read_bytes().splitlines()) == {48: [1], 50: [2]}

    def test_a_relay_without_the_setting_leaves_it_to_the_others(self, store: Store, tmp_path: Path) -> None:
        file = tmp_path / "events.jsonl"
        Relay(store, events_file=str(file)).run_once()
        put(store, grade(48, 1))
        assert Relay(store).run_once() == {"routed": 1, "delivered": 0, "failed": 0, "dead": 0}
        assert Relay(store, events_file=str(file)).run_once()["delivered"] == 1

    def test_starting_with_the_setting_undoes_an_unsubscription(self, store: Store, tmp_path: Path) -> None:
        file = tmp_path / "events.jsonl"
        Relay(store, events_file=str(file)).run_once()
        with store.read() as connection:
            row = subscriptions.find(connection, name="events_file:1")
        assert row is not None
        store.write(lambda connection: subscriptions.set_state(connection, row.id, "disabled", Clock().now))
        Relay(store).run_once()
        put(store, grade(48, 1))
        assert Relay(store, events_file=str(file)).run_once()["delivered"] == 1

    def test_standard_output(self, store: Store, capfd: pytest.CaptureFixture[str]) -> None:
        (row,) = put(store, grade(48, 1))
        Relay(store, events_file="-").run_once()
        assert capfd.readouterr().out == row.canvas + "\n"


def _await(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


class TestTakingNothing:
    """A subscription whose target takes nothing for long is switched off, and says why."""

    def trouble(self, post: Post) -> subscriptions.Trouble | None:
        with post.store.read() as connection:
            return next(iter(subscriptions.troubles(connection).values()), None)

    def state(self, post: Post, subscription: int) -> str:
        with post.store.read() as connection:
            row = subscriptions.find(connection, subscription_id=subscription)
        assert row is not None
        return row.workflow_state

    def test_after_a_day_of_failures_it_is_switched_off_and_what_waits_is_kept(self, post: Post) -> None:
        subscription = subscribe(post.store)
        post.inboxes["all"].refuses = lambda _event: True
        for hour in range(26):
            put(post.store, grade(100 + hour, 1))
            post.deliver()
            post.clock.advance(3600)
            assert self.state(post, subscription) == ("active" if hour < 25 else "disabled")
        trouble = self.trouble(post)
        assert trouble is not None
        assert trouble.disabled_reason == "refused"
        assert states(post.store, subscription)["waiting"] > 0

    def test_one_event_that_is_taken_ends_the_trouble(self, post: Post) -> None:
        subscription = subscribe(post.store)
        for hour in range(60):
            good = hour % 20 == 0
            post.inboxes["all"].refuses = lambda _event, good=good: not good  # type: ignore[misc]
            put(post.store, grade(100 + hour, 1))
            post.deliver()
            post.clock.advance(3600)
        assert self.state(post, subscription) == "active"

    def test_one_poisonous_event_does_not_switch_off_a_target_that_takes_others(self, post: Post) -> None:
        subscription = subscribe(post.store)
        post.inboxes["all"].refuses = lambda event: event.student_id == 7
        for hour in range(40):
            put(post.store, grade(7, hour), grade(100 + hour, 1))
            post.deliver()
            post.clock.advance(3600)
        assert self.state(post, subscription) == "active"

    def test_a_quiet_day_is_no_failure(self, post: Post) -> None:
        subscription = subscribe(post.store)
        put(post.store, grade(48, 1))
        post.deliver()
        post.clock.advance(100 * 3600)
        put(post.store, grade(48, 2))
        post.deliver()
        assert self.state(post, subscription) == "active"
        assert self.trouble(post) is None

    def test_resuming_forgets_the_trouble(self, post: Post) -> None:
        subscription = subscribe(post.store)
        post.inboxes["all"].refuses = lambda _event: True
        put(post.store, grade(48, 1))
        post.deliver()
        assert self.trouble(post) is not None
        post.store.write(lambda connection: subscriptions.set_state(connection, subscription, "active", post.clock()))
        assert self.trouble(post) is None

    def test_it_may_be_left_on_for_ever(self, post: Post) -> None:
        subscription = subscribe(post.store)
        post.inboxes["all"].refuses = lambda _event: True
        for hour in range(30):
            put(post.store, grade(100 + hour, 1))
            post.deliver(pace=Pace(give_up_after=None))
            post.clock.advance(3600)
        assert self.state(post, subscription) == "active"
