"""Finished messages on their way out. A row is written in the commit of the fact it tells and never changed afterwards, except
that it is marked once it was handed to everybody who wants it (*routed*).

What order means here. Rows get their ids when they are inserted, not when they are committed, so a lower id may become visible
after a higher one, and nothing may remember "the last id seen". But per (course, student) ids follow the order of commits: who
changes a student's grades holds the lock of that student's score row, from before its messages are inserted (the guard of
``store.gradesheet``, ``scores.lock``) until its commit, and SQLite has one writer anyway. So whoever sees one row of a student
sees all rows of that student that come before it. Routing keeps that: it takes unrouted rows by id, one router at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from msgspec import Struct, structs

from gradewire.store import bulk, deliveries, subscriptions
from gradewire.store import tables as t

ROUTING_LOCK: Final = 7238518
"""The advisory lock of whoever routes, on PostgreSQL."""
_UNROUTED = sa.not_(t.outbox.c.routed)


class OutboxRow(Struct, frozen=True):
    event_id: str
    name: str
    course_id: int
    student_id: int
    muted: bool
    occurred_at: datetime
    canvas: str
    caliper: str | None


class Routed(Struct, frozen=True):
    """What one step of routing did."""

    events: int
    deliveries: int


class Unrouted(Struct, frozen=True):
    """What nobody has routed yet."""

    events: int
    oldest: datetime | None


def append(connection: sa.Connection, rows: Sequence[OutboxRow]) -> None:
    """Add messages in the given order."""
    if rows:
        bulk.insert(connection, t.outbox, OutboxRow.__struct_fields__, [structs.astuple(row) for row in rows])


def has_unrouted(connection: sa.Connection) -> bool:
    return connection.execute(sa.select(t.outbox.c.id).where(_UNROUTED).limit(1)).first() is not None


def unrouted(connection: sa.Connection) -> Unrouted:
    """How many rows wait to be routed, and since when."""
    c = t.outbox.c
    return Unrouted(*connection.execute(sa.select(sa.func.count(), sa.func.min(c.occurred_at)).where(_UNROUTED)).one())


def route(connection: sa.Connection, *, limit: int, now: datetime, events_file: bool = False) -> Routed:
    """Make a delivery for each of the oldest ``limit`` unrouted rows and each active subscription that wants it, and mark the
    rows. Each row is routed once, however many relays run; one that comes while another routes does nothing.

    With ``events_file`` nothing is routed while a root account lacks its subscription for the events file
    (``subscriptions.ensure_events_file``): its first events would miss it.
    """
    complete = sa.not_(sa.exists().where(subscriptions.root_without_events_file())) if events_file else sa.true()
    unrouted = sa.select(*subscriptions.batch_columns()).where(_UNROUTED, complete).order_by(t.outbox.c.id).limit(limit)
    if connection.dialect.name == "postgresql":
        return _route_at_once(connection, unrouted, now)
    batch = unrouted.cte("batch")
    wanted = subscriptions.wanted(connection, batch)
    added = deliveries.changed(connection, deliveries.insertion(connection, wanted, now=now).on_conflict_do_nothing())
    marked = sa.update(t.outbox).where(t.outbox.c.id.in_(sa.select(unrouted.subquery().c.id))).values(routed=True)
    return Routed(connection.execute(marked).rowcount, added)


def _route_at_once(connection: sa.Connection, unrouted: sa.Select[Any], now: datetime) -> Routed:
    """PostgreSQL: one statement. The advisory lock lets one router at a time in: two would take different rows of one student,
    and the later could become visible first. Who gets the lock with a snapshot from before its predecessor's commit finds
    those rows routed, because PostgreSQL looks again at a row that changed before locking it; what it then takes of a student
    still begins where its predecessor ended."""
    alone = sa.select(sa.func.pg_try_advisory_xact_lock(ROUTING_LOCK)).scalar_subquery()
    batch = unrouted.where(alone).with_for_update(skip_locked=True, of=t.outbox).cte("batch")
    insertion = deliveries.insertion(connection, subscriptions.wanted(connection, batch), now=now).on_conflict_do_nothing()
    added = insertion.returning(sa.literal(1).label("one")).cte("added")
    mark = sa.update(t.outbox).where(t.outbox.c.id == batch.c.id).values(routed=True)
    marked = mark.returning(sa.literal(1).label("one")).cte("marked")
    counts = (sa.select(sa.func.count()).select_from(done).scalar_subquery() for done in (marked, added))
    return Routed(*connection.execute(sa.select(*counts)).one())
