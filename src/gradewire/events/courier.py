"""Delivering for one subscription: claim, send, settle. One courier works at a time for a subscription in a relay; other relays
have couriers of their own for it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import structlog
from msgspec import Struct

from gradewire.events.render import EventName, Message
from gradewire.events.sinks import Outgoing, Sink, SinkError
from gradewire.events.subscriptions import Subscription, payload
from gradewire.store import deliveries, subscriptions
from gradewire.store.deliveries import DeliveryRow, Failure
from gradewire.store.engine import Connection, Store

logger = structlog.get_logger()

LONGEST_ERROR = 1000
MOST_REFUSALS = 3
"""So often in a row a sink may take nothing before the rest of a claim is left for later."""
START = (-1, -1)
"""Before every line."""


class BackOff(Struct, frozen=True, kw_only=True):
    """How often an event is tried, and how long it rests in between. By default 4 times over 13 to 20 minutes."""

    attempts: int = 4
    first_seconds: float = 75.0
    factor: float = 3.0
    jitter: float = 0.2
    """The part by which a rest may be longer or shorter, so that what failed together is not tried again together."""

    def rest(self, failures: int, randomness: random.Random) -> timedelta | None:
        """The rest after so many failures; ``None`` when there were enough of them."""
        if failures >= self.attempts:
            return None
        seconds = self.first_seconds * self.factor ** (failures - 1)
        return timedelta(seconds=seconds * randomness.uniform(1 - self.jitter, 1 + self.jitter))


class Pace(Struct, frozen=True, kw_only=True):
    """How much at once, and for how long."""

    events: int = 1000
    """How many events a claim takes at most."""
    lease_seconds: float = 60.0
    """How long a claim lasts; what a relay that died had claimed waits as long."""
    most_bytes: int = 1_000_000
    """The longest event that is sent; a longer one is given up at once, and those behind it go on."""
    back_off: BackOff = BackOff()
    give_up_after: timedelta | None = timedelta(hours=24)
    """A subscription whose target has taken nothing for so long, though it was asked to, is switched off; ``None``: never."""


class Trip(Struct, frozen=True):
    """What one claim came to."""

    claimed: int
    """Lines of which events were claimed."""
    delivered: int
    failed: int
    dead: int
    at_end: bool
    """Whether nothing was left to claim behind it when it was made."""


class _Outcome:
    """What became of the events of a claim so far."""

    def __init__(self) -> None:
        self.delivered: list[int] = []
        self.failed: list[tuple[DeliveryRow, str]] = []
        self.too_long: list[tuple[DeliveryRow, str]] = []
        """What no target is asked to take."""
        self.stopped: set[tuple[int, int]] = set()
        """Lines of which nothing more is sent in this trip."""
        self.refusals = 0
        """How often in a row the sink took nothing."""

    def accept(self, rows: Iterable[DeliveryRow]) -> None:
        self.delivered += [row.id for row in rows]
        self.refusals = 0

    def fail(self, row: DeliveryRow, error: str) -> None:
        self.failed.append((row, error))
        self.stopped.add((row.course_id, row.student_id))

    def note(self, rows: Sequence[DeliveryRow], error: SinkError) -> None:
        """A sink did not take all of these rows. Of a line only the first that was refused has failed."""
        for position, row in enumerate(rows):
            if position in error.accepted:
                self.delivered.append(row.id)
            elif (row.course_id, row.student_id) not in self.stopped:
                if error.refused is None or position in error.refused:
                    self.fail(row, error.reason)
                else:
                    self.stopped.add((row.course_id, row.student_id))
        self.refusals = 0 if error.accepted else self.refusals + 1


class Courier:
    """Carries the events of one subscription to its sink. Not for two threads at once."""

    def __init__(
        self,
        store: Store,
        subscription_id: int,
        choices: Subscription,
        sink: Sink,
        *,
        claimer: str,
        pace: Pace,
        clock: Callable[[], datetime],
        randomness: random.Random,
    ) -> None:
        self._store = store
        self._subscription_id = subscription_id
        self._choices = choices
        self.sink = sink
        self._claimer = claimer
        self._pace = pace
        self._clock = clock
        self._randomness = randomness
        self._after = START
        self._trips = 0
        self._healthy = False
        """Whether the target took something in the last trip, as the row of the subscription knows."""

    def trip(self) -> Trip:
        """Claim a batch, send it, and settle it.

        A claim takes as many lines as there are up to half of a batch, and of each as many events as fit. When the sink stops
        in the middle of a line, the rest of the line is not tried; other lines are, unless it takes nothing several times in a
        row. Nothing is sent that the claim may not last for: once half of the lease is over, what is left is released.
        """
        self._trips += 1
        claimer = f"{self._claimer}/{self._subscription_id}.{self._trips}"  # of this claim alone: an older one of ours is over
        now, deadline = self._clock(), time.monotonic() + self._pace.lease_seconds / 2
        until = now + timedelta(seconds=self._pace.lease_seconds)
        limit = max(1, self._pace.events // 2)
        heads = deliveries.claim(
            self._store,
            subscription_id=self._subscription_id,
            after=self._after,
            limit=limit,
            claimer=claimer,
            now=now,
            until=until,
        )
        at_end = len(heads) < limit
        self._after = START if at_end else (heads[-1].course_id, heads[-1].student_id)
        if not heads:
            return Trip(0, 0, 0, 0, at_end)
        caliper = self._choices.format == "caliper"
        each = max(1, self._pace.events // len(heads))
        with self._store.read() as connection:
            rows = deliveries.with_followers(connection, self._subscription_id, heads, each=each, caliper=caliper)
        outcome = _Outcome()
        for start in range(0, len(rows), self.sink.at_once):
            if time.monotonic() > deadline or outcome.refusals >= MOST_REFUSALS:
                break
            self._send(rows[start : start + self.sink.at_once], outcome)
        return self._settle(claimer, [head.id for head in heads], outcome, at_end)

    def _send(self, rows: Sequence[DeliveryRow], outcome: _Outcome) -> None:
        """Send what may go and note what became of it. A line with a failure is over for this trip."""
        now = self._clock()
        going: list[DeliveryRow] = []
        events: list[Outgoing] = []
        for row in rows:
            if (row.course_id, row.student_id) in outcome.stopped:
                continue
            try:
                events.append(self._outgoing(row, now))
            except Exception as error:
                logger.exception("an event cannot be rendered", outbox_id=row.outbox_id, subscription=self._subscription_id)
                outcome.fail(row, f"it cannot be rendered: {type(error).__name__}")
            else:
                if len(events[-1].data) > self._pace.most_bytes:
                    outcome.too_long.append((row, self._too_long(events.pop())))
                else:
                    going.append(row)
        if not events:
            return
        try:
            self.sink.send(events)
        except SinkError as error:
            outcome.note(going, error)
        except Exception as error:
            logger.exception("a sink failed in a way it should not", subscription=self._subscription_id)
            outcome.note(going, SinkError(f"{type(error).__name__}: {error}", refused=(0,)))
        else:
            outcome.accept(going)

    def _outgoing(self, row: DeliveryRow, now: datetime) -> Outgoing:
        caliper = self._choices.format == "caliper"
        stored = row.message.encode()
        message = Message(
            event_id=UUID(row.event_id),
            name=cast("EventName", row.name),
            course_id=row.course_id,
            student_id=row.student_id,
            muted=row.muted,
            occurred_at=row.occurred_at,
            canvas=b"" if caliper else stored,
            caliper=stored if caliper else None,
        )
        data = payload(self._choices, message, now)
        return Outgoing(row.event_id, row.name, row.course_id, row.student_id, row.occurred_at, data)

    def _too_long(self, event: Outgoing) -> str:
        return f"it has {len(event.data):,} bytes; the setting events_max_bytes allows {self._pace.most_bytes:,}"

    def _settle(self, claimer: str, heads: Sequence[int], outcome: _Outcome, at_end: bool) -> Trip:
        now = self._clock()
        failed = []
        for row, error in outcome.failed:
            rest = self._pace.back_off.rest(row.attempts + 1, self._randomness)
            due_at = now if rest is None else now + rest
            failed.append(Failure(row.id, due_at, error[:LONGEST_ERROR], rest is None))
        failed += [Failure(row.id, now, error, dead=True) for row, error in outcome.too_long]
        settled = {*outcome.delivered, *(failure.id for failure in failed)}
        released = [head for head in heads if head not in settled]

        def record(connection: Connection) -> bool:
            deliveries.settle(
                connection, claimer=claimer, delivered=outcome.delivered, failed=failed, released=released, now=now
            )
            return self._note_health(connection, outcome, now)

        if self._store.write(record):
            logger.error("a subscription is switched off: its target takes nothing", subscription=self._subscription_id)
        self._healthy = bool(outcome.delivered)
        dead = sum(failure.dead for failure in failed)
        return Trip(len(heads), len(outcome.delivered), len(failed), dead, at_end)

    def _note_health(self, connection: Connection, outcome: _Outcome, now: datetime) -> bool:
        """Record whether the target takes anything; True when the subscription was switched off."""
        if outcome.delivered:
            if not self._healthy:
                subscriptions.note_success(connection, self._subscription_id)
            return False
        if not outcome.failed or self._pace.give_up_after is None:
            return False
        reason = outcome.failed[0][1][:LONGEST_ERROR]
        since = now - self._pace.give_up_after
        return subscriptions.note_failure(connection, self._subscription_id, reason=reason, now=now, since=since)
