"""The relay: routes what the outbox holds to the subscriptions, and keeps their couriers going.

Any number of relays may run at once, in servers and in processes of their own. They share nothing but the database and remember
nothing that matters: what is to be done is claimed there (``store.outbox.route``, ``store.deliveries.claim``), and what a relay
that died had claimed comes back. Each subscription has its own courier on a thread of its own, so that one whose target hangs
delays no other.
"""

from __future__ import annotations

import os
import random
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, cast

import structlog

from gradewire.core.errors import Invalid
from gradewire.events.courier import Courier, Pace, Trip
from gradewire.events.render import EventName, Format
from gradewire.events.sinks import Means, Sink, SinkError, open_sink
from gradewire.events.subscriptions import EVENTS, Nulls, Subscription
from gradewire.events.targets import EventsFileTarget, FileTarget, StdoutTarget, Target, read_target
from gradewire.store import outbox, subscriptions
from gradewire.store.engine import Store
from gradewire.store.subscriptions import SubscriptionRow

logger = structlog.get_logger()

ROUTED_AT_ONCE: Final = 500
TRIPS_IN_A_ROW: Final = 20
"""After so many, a courier lets others have the thread."""
LONGEST_PAUSE: Final = 30.0
GATHERING_SECONDS: Final = 0.05
"""How long a relay that was woken lets more come together: a round costs the same for one event and for a hundred."""
REPORT_SECONDS: Final = 10.0


def utc_now() -> datetime:
    return datetime.now(UTC)


def events_file_target(setting: str | None) -> Target | None:
    """What the setting ``events_file`` means: a file, or ``-`` for standard output."""
    if setting is None:
        return None
    return StdoutTarget() if setting == "-" else FileTarget(path=setting)


class _Lane:
    """A subscription as this relay serves it."""

    def __init__(self, row: SubscriptionRow, courier: Courier) -> None:
        self.row = row
        self.courier = courier
        self.working: Future[None] | None = None
        self.not_before = 0.0
        """Of the monotonic clock: a target that took nothing, and one for which nothing is due, is left alone until then."""
        self.refusals = 0


class Relay:
    """Delivers until stopped (``run``), or until nothing is left that is due (``run_once``)."""

    def __init__(
        self,
        store: Store,
        *,
        events_file: str | None = None,
        pace: Pace | None = None,
        poll_seconds: float = 0.25,
        couriers: int = 8,
        clock: Callable[[], datetime] = utc_now,
        randomness: random.Random | None = None,
        open_target: Callable[[Target], Sink] = open_sink,
    ) -> None:
        """``couriers`` is how many subscriptions are served at the same time."""
        self._store = store
        self._events_file = events_file_target(events_file)
        self._pace = pace or Pace()
        self._poll = poll_seconds
        self._couriers = couriers
        self._clock = clock
        self._randomness = randomness or random.SystemRandom()
        self._open_target = open_target
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._lanes: dict[int, _Lane] = {}
        self._refused: dict[int, Mapping[str, Any]] = {}
        """Targets that could not be opened, so that each is logged once."""
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._done: Counter[str] = Counter()
        self._counting = threading.Lock()

    def notify(self) -> None:
        """Something was committed: look soon instead of at the next poll. From any thread; cheap. Many calls are one look."""
        self._wake.set()

    def stop(self) -> None:
        """Let ``run`` return after the batches under way."""
        self._stopping.set()
        self._wake.set()

    @property
    def totals(self) -> dict[str, int]:
        """Counts since the start: ``routed``, ``delivered``, ``failed``, ``dead``."""
        with self._counting:
            return {key: self._done[key] for key in ("routed", "delivered", "failed", "dead")}

    def run(self) -> None:
        """Deliver until ``stop``. No failure ends it: what cannot be done now is logged and tried again."""
        logger.info("relay started", relay=self._name)
        ready, troubles = False, 0
        reported, before = time.monotonic(), self.totals
        with ThreadPoolExecutor(self._couriers, thread_name_prefix="courier") as pool:
            while not self._stopping.is_set():
                self._wake.clear()
                try:
                    if not ready:
                        self._prepare()
                        ready = True
                    busy = self._pass(pool)
                    troubles = 0
                except Exception as error:
                    troubles += 1
                    busy = False
                    logger.exception("the relay cannot work", kind=type(error).__name__)
                if time.monotonic() - reported >= REPORT_SECONDS:
                    before = self._report(before, time.monotonic() - reported)
                    reported = time.monotonic()
                if not busy and self._wake.wait(min(LONGEST_PAUSE, self._poll * 2**troubles)):
                    self._stopping.wait(min(self._poll, GATHERING_SECONDS))
        self._report(before, time.monotonic() - reported)
        self._close()
        logger.info("relay stopped", relay=self._name, **self.totals)

    def run_once(self) -> dict[str, int]:
        """Route everything, deliver everything that is due, and return the totals. Failures of the database are raised."""
        self._prepare()
        try:
            while self._route() and not self._stopping.is_set():
                pass
            with self._store.read() as connection:
                rows = subscriptions.with_work(connection)
            lanes = [lane for row in rows if (lane := self._lane(row)) is not None]
            with ThreadPoolExecutor(self._couriers, thread_name_prefix="courier") as pool:
                for future in [pool.submit(self._exhaust, lane.courier) for lane in lanes]:
                    future.result()
        finally:
            self._close()
        return self.totals

    def _prepare(self) -> None:
        """Make the setting ``events_file`` count. Without it nothing is undone: what others deliver is not ours to stop."""
        if self._events_file is not None:
            self._ensure_events_file(existing=True)

    def _ensure_events_file(self, *, existing: bool = False) -> None:
        events = EVENTS["canvas"]
        self._store.write(
            lambda connection: subscriptions.ensure_events_file(connection, events=events, now=self._clock(), existing=existing)
        )

    def _pass(self, pool: ThreadPoolExecutor) -> bool:
        """Route once and set idle couriers to work. True when there may be more to route at once."""
        routed = self._route()
        with self._store.read() as connection:
            rows = subscriptions.with_work(connection)
        for row in rows:
            lane = self._lane(row)
            if lane is None or (lane.working is not None and not lane.working.done()):
                continue
            if time.monotonic() >= lane.not_before:
                lane.working = pool.submit(self._work, lane)
        return routed

    def _route(self) -> bool:
        """One step of routing; True when it did something. Nothing is written when there is nothing to route."""
        with self._store.read() as connection:
            if not outbox.has_unrouted(connection):
                return False
        with_file = self._events_file is not None
        routed = self._store.write(
            lambda connection: outbox.route(connection, limit=ROUTED_AT_ONCE, now=self._clock(), events_file=with_file)
        )
        if not routed.events and with_file:
            self._ensure_events_file()  # a root account may be new
        self._count(routed=routed.events)
        return routed.events > 0

    def _lane(self, row: SubscriptionRow) -> _Lane | None:
        """The lane of a subscription, made anew when it has changed; ``None`` when this relay cannot serve it."""
        known = self._lanes.get(row.id)
        if known is not None:
            if known.row == row or (known.working is not None and not known.working.done()):
                return known
            known.courier.sink.close()
            del self._lanes[row.id]
        if self._refused.get(row.id) == row.target:
            return None
        try:
            sink = self._open(row)
        except (Invalid, SinkError) as error:
            self._refused[row.id] = row.target
            logger.warning(
                "a subscription cannot be served by this relay; its events wait", subscription=row.id, error=str(error)
            )
            return None
        choices = Subscription(
            events=tuple(cast("EventName", name) for name in row.events),
            format=cast("Format", row.format),
            nulls=cast("Nulls", row.nulls),
            withhold_unposted=row.withhold_unposted,
            course_id=row.course_id,
            account_id=row.account_id,
        )
        courier = Courier(
            self._store,
            row.id,
            choices,
            sink,
            claimer=self._name,
            pace=self._pace,
            clock=self._clock,
            randomness=self._randomness,
        )
        lane = self._lanes[row.id] = _Lane(row, courier)
        return lane

    def _open(self, row: SubscriptionRow) -> Sink:
        target = read_target(row.target)
        if isinstance(target, EventsFileTarget):
            if self._events_file is None:
                raise SinkError(f"the setting events_file is not set; set it, or: gradewire events unsubscribe {row.name}")
            target = self._events_file
        return self._open_target(target)

    def _work(self, lane: _Lane) -> None:
        """Some trips of a courier, on a thread of the pool."""
        try:
            for _ in range(TRIPS_IN_A_ROW):
                started = time.monotonic()
                trip = self._trip(lane.courier)
                if trip.failed and not trip.delivered:
                    lane.refusals += 1
                    pause = min(LONGEST_PAUSE, 0.5 * 2 ** min(lane.refusals, 10))
                    lane.not_before = time.monotonic() + pause
                    return
                if trip.delivered:
                    lane.refusals = 0
                elif trip.at_end:
                    # What waits is not due, or others have it. Looking took some time: do not spend all time on looking.
                    lane.not_before = time.monotonic() + max(self._poll, 10 * (time.monotonic() - started))
                    return
                if self._stopping.is_set():
                    return
            self._wake.set()
        except Exception as error:
            lane.not_before = time.monotonic() + 1.0
            logger.exception("a courier cannot work", subscription=lane.row.id, kind=type(error).__name__)

    def _exhaust(self, courier: Courier) -> None:
        """Trips until a whole round found nothing, or only failures."""
        progress = False
        while not self._stopping.is_set():
            trip = self._trip(courier)
            progress = progress or trip.delivered > 0
            if trip.at_end:
                if not progress:
                    return
                progress = False

    def _trip(self, courier: Courier) -> Trip:
        trip = courier.trip()
        self._count(delivered=trip.delivered, failed=trip.failed, dead=trip.dead)
        return trip

    def _count(self, **numbers: int) -> None:
        with self._counting:
            self._done.update(numbers)

    def _report(self, before: dict[str, int], seconds: float) -> dict[str, int]:
        totals = self.totals
        changed = {key: totals[key] - before[key] for key in totals}
        if any(changed.values()):
            logger.info("relay", **changed, per_second=round(changed["delivered"] / max(seconds, 0.001)))
        return totals

    def _close(self) -> None:
        for lane in self._lanes.values():
            lane.courier.sink.close()
        self._lanes.clear()


@contextmanager
def relaying(store: Store, means: Means, *, events_file: str | None, pace: Pace | None = None) -> Iterator[Relay]:
    """A relay that works on a thread of its own while the block runs. It polls, so that what a busy server commits goes out
    together: a round a few times a second costs its writers next to nothing."""
    relay = Relay(store, events_file=events_file, pace=pace, open_target=partial(open_sink, means=means))
    thread = threading.Thread(target=relay.run, name="relay", daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        relay.stop()
        thread.join()
