"""Institutions, messages and sinks for tests of delivery.

Accounts 1 (root) > 79 > 80, and 2 (another root); courses 565 in 79, 566 in 80, 567 in 1, 900 in 2.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from msgspec.structs import replace

from gradewire.core.changes import CourseScoreChanged, GradeChanged
from gradewire.events.render import render
from gradewire.events.sinks import Outgoing, Sink, SinkError
from gradewire.events.targets import Target
from gradewire.store import outbox, subscriptions
from gradewire.store import tables as t
from gradewire.store.engine import Store
from gradewire.store.outbox import OutboxRow
from tests.events.facts import AT, BROWSER, COURSE, GRADE, SCORES, SETTINGS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMPS = {"created_at": NOW, "updated_at": NOW}
ACCOUNTS = {1: None, 79: 1, 80: 79, 2: None}
COURSES = {565: 79, 566: 80, 567: 1, 900: 2}
EVERY = ("grade_change", "course_grade_change", "grade_override")


def add_institutions(connection: sa.Connection) -> None:
    for number, parent in ACCOUNTS.items():
        root = 2 if number == 2 else 1
        values = {"id": number, "parent_account_id": parent, "root_account_id": root, "name": "A", "uuid": f"a{number}"}
        connection.execute(sa.insert(t.accounts).values(**values, **STAMPS))
    for number, account in COURSES.items():
        values = {"id": number, "account_id": account, "root_account_id": 2 if account == 2 else 1, "name": "C"}
        connection.execute(sa.insert(t.courses).values(**values, course_code="C", uuid=f"c{number}", **STAMPS))


def subscribe(store: Store, name: str = "all", **choices: Any) -> int:
    """A subscription to everything of account 1 in a file called as it, unless told otherwise."""
    values: dict[str, Any] = {
        "name": name,
        "account_id": None if "course_id" in choices else 1,
        "course_id": None,
        "events": list(EVERY),
        "format": "canvas",
        "nulls": "explicit",
        "withhold_unposted": False,
        "target": {"kind": "file", "path": name},
        "workflow_state": "active",
    }
    return store.write(lambda connection: subscriptions.add(connection, now=NOW, **(values | choices))).id


def grade(student: int, score: float, *, course: int = 565, **more: Any) -> OutboxRow:
    """The message of a grade."""
    return _row(replace(GRADE, course_id=course, student_id=student, score=score, grade=f"{score:g}", **more))


def scores(student: int, score: float, *, course: int = 565) -> OutboxRow:
    """The message of a course score."""
    return _row(replace(SCORES, course_id=course, user_id=student, current_score=score))


def _row(change: GradeChanged | CourseScoreChanged) -> OutboxRow:
    course = replace(COURSE, course_id=change.course_id)
    found = render(change, course=course, origin=BROWSER, at=AT, event_id=uuid4(), settings=SETTINGS)
    assert found is not None
    caliper = None if found.caliper is None else found.caliper.decode()
    return OutboxRow(
        str(found.event_id),
        found.name,
        found.course_id,
        found.student_id,
        found.muted,
        found.occurred_at,
        found.canvas.decode(),
        caliper,
    )


def put(store: Store, *rows: OutboxRow) -> list[OutboxRow]:
    """Commit messages."""
    store.write(lambda connection: outbox.append(connection, rows))
    return list(rows)


def scores_in(lines: Sequence[bytes]) -> dict[int, list[float]]:
    """What a consumer of Canvas grade events sees: the scores of each student in the order of arrival."""
    found: dict[int, list[float]] = {}
    for line in lines:
        body = json.loads(line)["body"]
        found.setdefault(int(body["student_id"]) % 10**13, []).append(body["score"])
    return found


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Inbox:
    """A target in memory that behaves as told."""

    def __init__(self, *, at_once: int = 1000) -> None:
        self.at_once = at_once
        self.got: list[Outgoing] = []
        self.asked: list[Outgoing] = []
        self.refuses: Callable[[Outgoing], bool] = lambda _event: False
        self.raises_after: BaseException | None = None
        self.hangs: threading.Event | None = None
        self.seconds = 0.0
        self.closed = 0

    def send(self, events: Sequence[Outgoing]) -> None:
        if self.hangs is not None:
            self.hangs.wait(20)
        time.sleep(self.seconds)
        self.asked += events
        over: set[tuple[int, int]] = set()
        accepted: list[int] = []
        refused: list[int] = []
        for position, event in enumerate(events):
            line = (event.course_id, event.student_id)
            if line in over:
                continue
            if self.refuses(event):
                over.add(line)
                refused.append(position)
            else:
                accepted.append(position)
                self.got.append(event)
        if self.raises_after is not None:
            raise self.raises_after
        if refused:
            raise SinkError("refused", accepted=accepted, refused=refused)

    def close(self) -> None:
        self.closed += 1

    @property
    def ids(self) -> list[str]:
        return [event.event_id for event in self.got]

    def scores(self) -> dict[int, list[float]]:
        return scores_in([event.data for event in self.got])


class Inboxes:
    """One inbox for each path of a file target; hand ``open`` to a relay."""

    def __init__(self) -> None:
        self._made: dict[str, Inbox] = {}
        self._lock = threading.Lock()

    def __getitem__(self, path: str) -> Inbox:
        with self._lock:
            return self._made.setdefault(path, Inbox())

    def open(self, target: Target) -> Sink:
        return self[str(getattr(target, "path", "stdout"))]


def states(store: Store, subscription_id: int) -> dict[str, int]:
    """How many deliveries of a subscription are in each state."""
    c = t.deliveries.c
    with store.read() as connection:
        query = sa.select(c.workflow_state, sa.func.count()).where(c.subscription_id == subscription_id)
        return {row[0]: row[1] for row in connection.execute(query.group_by(c.workflow_state))}


def in_order(ids: Sequence[str], rows: Collection[OutboxRow]) -> bool:
    """Whether the first arrivals of each student's events follow the order in which the rows were put."""
    place = {row.event_id: number for number, row in enumerate(rows)}
    line = {row.event_id: (row.course_id, row.student_id) for row in rows}
    firsts = list(dict.fromkeys(ids))
    by_line: dict[tuple[int, int], list[int]] = {}
    for one in firsts:
        by_line.setdefault(line[one], []).append(place[one])
    return all(earlier < later for numbers in by_line.values() for earlier, later in itertools.pairwise(numbers))
