"""Routing and claiming as statements: what two connections may do to each other, and the rule of who wants what."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.events.render import Message
from gradewire.events.subscriptions import Subscription, wants
from gradewire.store import deliveries, outbox
from gradewire.store import scores as score_rows
from gradewire.store import tables as t
from gradewire.store.deliveries import DeliveryRow, Failure, Head
from gradewire.store.engine import Store, open_store
from gradewire.store.outbox import OutboxRow, Routed
from tests.events.mail import ACCOUNTS, COURSES, NOW, STAMPS, add_institutions, grade, put, scores, states, subscribe

LATER = NOW + timedelta(minutes=1)
START = (-1, -1)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_store(database_url, connections=6) as opened:
        opened.write(add_institutions)
        yield opened


@pytest.fixture
def postgres(postgresql_url: str) -> Iterator[Store]:
    with open_store(postgresql_url, connections=6) as opened:
        opened.write(add_institutions)
        yield opened


def route(store: Store, limit: int = 1000) -> Routed:
    return store.write(lambda connection: outbox.route(connection, limit=limit, now=NOW))


def claim(store: Store, subscription: int, claimer: str = "a", **more: Any) -> list[Head]:
    values: dict[str, Any] = {"after": START, "limit": 100, "now": NOW, "until": LATER}
    return deliveries.claim(store, subscription_id=subscription, claimer=claimer, **(values | more))


def rows_of(store: Store, subscription: int, heads: list[Head], each: int = 100) -> list[DeliveryRow]:
    with store.read() as connection:
        return deliveries.with_followers(connection, subscription, heads, each=each, caliper=False)


def settle(store: Store, claimer: str = "a", **more: Any) -> None:
    values: dict[str, Any] = {"delivered": (), "failed": (), "released": (), "now": NOW}
    store.write(lambda connection: deliveries.settle(connection, claimer=claimer, **(values | more)))


class TestRouting:
    def test_each_row_is_routed_once_by_id_and_in_steps(self, store: Store) -> None:
        subscription = subscribe(store)
        put(store, *(grade(48, score) for score in range(5)))
        assert [route(store, 2) for _ in range(4)] == [Routed(2, 2), Routed(2, 2), Routed(1, 1), Routed(0, 0)]
        assert states(store, subscription) == {"waiting": 5}

    def test_what_nobody_wants_is_routed_to_nobody(self, store: Store) -> None:
        put(store, grade(48, 1))
        assert route(store) == Routed(1, 0)
        subscribe(store)
        assert route(store) == Routed(0, 0)

    def test_it_follows_the_rule_of_subscriptions(self, store: Store) -> None:
        """``store.subscriptions.wanted`` and ``events.subscriptions.wants`` say the same, for every choice and every event."""
        choices: dict[int, Subscription] = {}
        scopes: list[dict[str, Any]] = [{"account_id": number} for number in ACCOUNTS] + [
            {"course_id": 565},
            {"course_id": 900},
        ]
        kinds: list[tuple[Any, Any]] = [
            (("grade_change",), "canvas"),
            (("course_grade_change", "grade_override"), "canvas"),
            (("grade_change", "course_grade_change"), "canvas"),
            (("grade_change",), "caliper"),
        ]
        for number, (scope, (events, format_), withhold) in enumerate(itertools.product(scopes, kinds, (False, True))):
            chosen = Subscription(events=events, format=format_, withhold_unposted=withhold, **scope)
            values: dict[str, Any] = {"account_id": None, "course_id": None, **scope}
            found = subscribe(store, f"s{number}", events=list(events), format=format_, withhold_unposted=withhold, **values)
            choices[found] = chosen
        rows = [
            row
            for course in COURSES
            for row in (grade(48, 1, course=course), grade(48, 2, course=course, muted=True), scores(48, 3, course=course))
        ]
        rows.append(_without_caliper(grade(48, 4)))
        put(store, *rows)
        route(store)
        with store.read() as connection:
            joined = sa.select(t.deliveries.c.subscription_id, t.outbox.c.event_id).join(t.outbox)
            pairs = {(row[0], row[1]) for row in connection.execute(joined)}
        expected = {
            (number, row.event_id)
            for number, chosen in choices.items()
            for row in rows
            if wants(chosen, _message(row), _accounts_above(row.course_id))
        }
        assert pairs == expected

    def test_a_transaction_that_is_undone_leaves_everything_unrouted(self, store: Store) -> None:
        subscription = subscribe(store)
        put(store, grade(48, 1))

        def fail(connection: sa.Connection) -> None:
            outbox.route(connection, limit=10, now=NOW)
            raise RuntimeError("undone")

        with pytest.raises(RuntimeError):
            store.write(fail)
        with store.read() as connection:
            assert outbox.unrouted(connection).events == 1
        assert states(store, subscription) == {}

    def test_a_row_that_commits_late_is_not_passed_over(self, postgres: Store) -> None:
        """Two open transactions: the lower id commits after the higher one was delivered."""
        subscription = subscribe(postgres)
        early, late = postgres.writing.connect(), postgres.writing.connect()
        with early, late:
            early.begin()
            late.begin()
            outbox.append(early, [grade(48, 1)])
            outbox.append(late, [grade(49, 1)])
            late.commit()
            assert route(postgres) == Routed(1, 1)
            (head,) = claim(postgres, subscription)
            assert head.student_id == 49
            settle(postgres, delivered=[head.id])
            early.commit()
        assert route(postgres) == Routed(1, 1)
        (head,) = claim(postgres, subscription)
        assert head.student_id == 48
        with postgres.read() as connection:
            ids = connection.execute(sa.select(t.deliveries.c.outbox_id).order_by(t.deliveries.c.id)).scalars().all()
        assert ids[0] > ids[1]

    def test_one_students_ids_follow_the_order_of_commits(self, postgres: Store) -> None:
        """What the order of delivery rests on: the lock of the score row is taken before the messages are inserted."""

        def add_score_row(connection: sa.Connection) -> None:
            names = dict.fromkeys(("name", "sortable_name", "short_name"), "S")
            connection.execute(sa.insert(t.users).values(id=48, root_account_id=1, **names, **STAMPS))
            connection.execute(sa.insert(t.course_sections).values(id=1, course_id=565, name="S", **STAMPS))
            values = {"id": 1, "course_id": 565, "course_section_id": 1, "user_id": 48, "type": "StudentEnrollment"}
            connection.execute(sa.insert(t.enrollments).values(**values, **STAMPS))
            score = {"enrollment_id": 1, "course_id": 565, "user_id": 48, "course_score": True}
            connection.execute(sa.insert(t.scores).values(**score, **STAMPS))

        postgres.write(add_score_row)
        committed: list[str] = []

        def write(number: int) -> None:
            for turn in range(10):
                row = grade(48, number * 100 + turn)
                with postgres.writing.connect() as connection:
                    score_rows.lock(connection, 565, [48])
                    outbox.append(connection, [row])
                    time.sleep(0.001)
                    committed.append(row.event_id)  # under the lock: in the order of commits
                    connection.commit()

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with postgres.read() as connection:
            assert connection.execute(sa.select(t.outbox.c.event_id).order_by(t.outbox.c.id)).scalars().all() == committed

    def test_who_comes_while_another_routes_does_nothing(self, postgres: Store) -> None:
        subscribe(postgres)
        put(postgres, *(grade(48, score) for score in range(4)))
        with postgres.writing.connect() as first:
            assert outbox.route(first, limit=2, now=NOW) == Routed(2, 2)
            assert route(postgres) == Routed(0, 0)
            first.commit()
        assert route(postgres) == Routed(2, 2)

    def test_routers_at_once_route_each_row_once(self, postgres: Store) -> None:
        subscription = subscribe(postgres)
        put(postgres, *(grade(60 + number % 7, number) for number in range(400)))
        done: list[Routed] = []

        def work() -> None:
            while sum(one.events for one in done) < 400:
                done.append(route(postgres, 10))

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(one.events for one in done) == sum(one.deliveries for one in done) == 400
        assert states(postgres, subscription) == {"waiting": 400}


class TestClaiming:
    def test_a_claim_takes_the_heads_of_lines_and_what_follows_them(self, store: Store) -> None:
        subscription = subscribe(store)
        rows = put(store, *(grade(student, score) for score in range(3) for student in (48, 49)))
        route(store)
        heads = claim(store, subscription)
        assert [(head.course_id, head.student_id) for head in heads] == [(565, 48), (565, 49)]
        assert [row.event_id for row in rows_of(store, subscription, heads)] == [row.event_id for row in rows]
        assert [row.event_id for row in rows_of(store, subscription, heads, each=2)] == [row.event_id for row in rows[:4]]

    def test_nobody_gets_behind_a_claimed_head(self, store: Store) -> None:
        subscription = subscribe(store)
        put(store, *(grade(48, score) for score in range(3)))
        route(store)
        (head,) = claim(store, subscription)
        assert claim(store, subscription, "b") == []
        settle(store, delivered=[head.id])
        (second,) = claim(store, subscription, "b")
        assert second.id != head.id

    def test_nobody_gets_behind_a_head_that_rests(self, store: Store) -> None:
        subscription = subscribe(store)
        put(store, *(grade(48, score) for score in range(3)))
        route(store)
        (head,) = claim(store, subscription)
        settle(store, failed=[Failure(head.id, NOW + timedelta(seconds=10), "no", dead=False)])
        assert claim(store, subscription) == []
        (again,) = claim(store, subscription, now=NOW + timedelta(seconds=10), until=LATER)
        assert again.id == head.id
        assert rows_of(store, subscription, [again])[0].attempts == 1

    def test_a_dead_head_lets_the_next_one_go(self, store: Store) -> None:
        subscription = subscribe(store)
        put(store, grade(48, 1), grade(48, 2))
        route(store)
        (head,) = claim(store, subscription)
        settle(store, failed=[Failure(head.id, NOW, "no", dead=True)])
        (following,) = claim(store, subscription)
        assert following.id != head.id
        assert states(store, subscription) == {"dead": 1, "waiting": 1}

    def test_a_claim_that_is_not_settled_ends_by_itself(self, store: Store) -> None:
        subscription = subscribe(store)
        put(store, grade(48, 1))
        route(store)
        (head,) = claim(store, subscription)
        assert claim(store, subscription, "b", now=LATER - timedelta(seconds=1)) == []
        assert claim(store, subscription, "b", now=LATER, until=LATER + timedelta(minutes=1)) == [head]

    def test_who_lost_a_claim_changes_nothing_but_what_was_delivered(self, store: Store) -> None:
        subscription = subscribe(store)
        put(store, grade(48, 1))
        route(store)
        (head,) = claim(store, subscription)
        claim(store, subscription, "b", now=LATER, until=LATER + timedelta(minutes=1))
        settle(store, failed=[Failure(head.id, NOW, "no", dead=True)])
        settle(store, released=[head.id])
        assert states(store, subscription) == {"waiting": 1}
        assert claim(store, subscription, "c", now=LATER) == []
        settle(store, delivered=[head.id])
        settle(store, "b", failed=[Failure(head.id, NOW, "no", dead=True)])
        assert states(store, subscription) == {"delivered": 1}

    def test_a_released_claim_is_free_at_once(self, store: Store) -> None:
        subscription = subscribe(store)
        put(store, grade(48, 1))
        route(store)
        (head,) = claim(store, subscription)
        settle(store, released=[head.id])
        assert claim(store, subscription, "b") == [head]

    def test_claims_go_round(self, store: Store) -> None:
        subscription = subscribe(store)
        places = [(course, student) for course in (565, 566, 567) for student in (48, 49, 50)]
        put(store, *(grade(student, score, course=course) for score in range(2) for course, student in places))
        route(store)
        seen: list[tuple[int, int]] = []
        after = START
        while heads := claim(store, subscription, limit=2, after=after):
            seen += [(head.course_id, head.student_id) for head in heads]
            after = seen[-1]
        assert seen == places

    def test_subscriptions_do_not_see_each_others_claims(self, store: Store) -> None:
        first, second = subscribe(store, "first"), subscribe(store, "second")
        put(store, grade(48, 1))
        route(store)
        assert len(claim(store, first)) == len(claim(store, second)) == 1

    def test_a_claim_being_made_is_left_to_its_maker(self, postgres: Store) -> None:
        """The other transaction is still open: neither its head nor anything behind it can be had, and nobody waits."""
        subscription = subscribe(postgres)
        put(postgres, grade(48, 1), grade(48, 2), grade(49, 1))
        route(postgres)
        values = {"subscription": subscription, "course": -1, "student": -1, "limit": 1}
        with postgres.writing.connect() as other:
            other.execute(deliveries.CLAIM_POSTGRESQL, {**values, "claimer": "b", "now": NOW, "until": LATER})
            (head,) = claim(postgres, subscription)
            assert head.student_id == 49
            other.rollback()
        (head,) = claim(postgres, subscription)
        assert head.student_id == 48


def _without_caliper(row: OutboxRow) -> OutboxRow:
    return OutboxRow(**{name: getattr(row, name) for name in row.__struct_fields__} | {"caliper": None})


def _message(row: OutboxRow) -> Message:
    values: dict[str, Any] = {name: getattr(row, name) for name in row.__struct_fields__}
    caliper = None if row.caliper is None else row.caliper.encode()
    return Message(**(values | {"canvas": row.canvas.encode(), "caliper": caliper}))


def _accounts_above(course: int) -> set[int]:
    found: set[int] = set()
    account: int | None = COURSES[course]
    while account is not None:
        found.add(account)
        account = ACCOUNTS[account]
    return found
