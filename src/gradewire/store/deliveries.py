"""One event for one subscription: waiting, delivered, or dead. Relays claim what waits, for a while, and settle it.

The events of one subscription about one student in one course are a *line*: they go out one after another. The first waiting
row of a line is its head, and stands for all of it: a relay claims heads only, and who holds the head may send any number of
rows that follow it. So nobody overtakes a head that fails or is being sent, and lines do not wait for each other. A claim that
is not settled, because its relay died, ends by itself at ``claimed_until``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql, sqlite

from gradewire.store import subscriptions
from gradewire.store import tables as t
from gradewire.store.bulk import among
from gradewire.store.engine import Store
from gradewire.store.tables.columns import Instant

C = t.deliveries.c
_WAITING: sa.ColumnClause[str] = sa.literal_column("'waiting'", sa.String)
_DEAD: sa.ColumnClause[str] = sa.literal_column("'dead'", sa.String)
"""Written out, so that the planners of both engines may use the partial indexes on what waits and on what is dead."""


class Head(Struct, frozen=True):
    """The claimed first row of a line."""

    id: int
    course_id: int
    student_id: int
    outbox_id: int


class DeliveryRow(Struct, frozen=True):
    """A waiting row with its event."""

    id: int
    outbox_id: int
    attempts: int
    event_id: str
    name: str
    course_id: int
    student_id: int
    muted: bool
    occurred_at: datetime
    message: str
    """In the subscription's format, with explicit nulls, without a Caliper envelope."""


class Failure(Struct, frozen=True):
    """A row that was not accepted: when to try again, or that this was the last time."""

    id: int
    due_at: datetime
    error: str
    dead: bool


class Lag(Struct, frozen=True):
    """How a subscription stands."""

    subscription_id: int
    waiting: int
    oldest: datetime | None
    """When the oldest waiting event happened."""
    dead: int
    last_error: str | None
    """Of the youngest row that waits or is dead and has failed."""


class DeadRow(Struct, frozen=True):
    """A delivery that was given up."""

    outbox_id: int
    event_id: str
    name: str
    course_id: int
    student_id: int
    attempts: int
    last_error: str | None


def claim(
    store: Store,
    *,
    subscription_id: int,
    after: tuple[int, int],
    limit: int,
    claimer: str,
    now: datetime,
    until: datetime,
) -> list[Head]:
    """Claim up to ``limit`` heads that are due and free, of lines behind (course, student) ``after``, in that order.

    Relays go round: each starts where its last claim ended, and at the beginning when nothing was left. That is for fairness
    only; nothing is lost when they forget it.
    """
    values = {"claimer": claimer, "now": now, "until": until}
    search = {"subscription": subscription_id, "course": after[0], "student": after[1], "limit": limit, "now": now}
    if store.kind == "postgresql":
        rows = store.write(lambda connection: connection.execute(CLAIM_POSTGRESQL, {**search, **values}).all())
    else:
        with store.read() as connection:
            free = connection.execute(FREE_HEADS_SQLITE, search).scalars().all()
        if not free:
            return []
        ids = json.dumps(list(free))
        rows = store.write(lambda connection: connection.execute(CLAIM_SQLITE, {**values, "ids": ids}).all())
    return sorted((Head(*row) for row in rows), key=lambda head: (head.course_id, head.student_id))


def with_followers(
    connection: sa.Connection, subscription_id: int, heads: Sequence[Head], *, each: int, caliper: bool
) -> list[DeliveryRow]:
    """The rows of claimed heads and of what follows them, at most ``each`` of a line, in the order of the outbox."""
    statement = LINES_POSTGRESQL if connection.dialect.name == "postgresql" else LINES_SQLITE
    lines = msgspec.json.encode([(head.course_id, head.student_id, head.outbox_id) for head in heads]).decode()
    values = {"subscription": subscription_id, "lines": lines, "each": each, "caliper": caliper}
    return [DeliveryRow(*row) for row in connection.execute(statement, values)]


def settle(
    connection: sa.Connection,
    *,
    claimer: str,
    delivered: Collection[int],
    failed: Sequence[Failure],
    released: Collection[int],
    now: datetime,
) -> None:
    """Record how a claim went. What was accepted is delivered, whoever holds it now; the rest is touched only if nobody else
    has claimed it since."""
    if delivered:
        connection.execute(
            sa.update(t.deliveries)
            .where(among(connection, C.id, delivered), C.workflow_state != "delivered")
            .values(
                workflow_state="delivered",
                attempts=C.attempts + 1,
                delivered_at=now,
                claimed_by=None,
                claimed_until=None,
                last_error=None,
            )
        )
    if failed:
        statement = FAIL_POSTGRESQL if connection.dialect.name == "postgresql" else FAIL_SQLITE
        rows = [(one.id, _on_the_wire(connection, one.due_at), one.error, one.dead) for one in failed]
        connection.execute(statement, {"rows": msgspec.json.encode(rows).decode(), "claimer": claimer})
    if released:
        connection.execute(
            sa.update(t.deliveries)
            .where(among(connection, C.id, released), C.claimed_by == claimer, C.workflow_state == _WAITING)
            .values(claimed_by=None, claimed_until=None)
        )


def _on_the_wire(connection: sa.Connection, moment: datetime) -> str:
    """A moment inside a JSON document, as the engine compares it."""
    kind = Instant().dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return str(kind(moment)) if kind is not None else moment.isoformat()


def lags(connection: sa.Connection) -> dict[int, Lag]:
    """How each subscription stands for which something waits or is dead."""
    undelivered = sa.or_(C.workflow_state == _WAITING, C.workflow_state == _DEAD)
    count = sa.func.count()
    counted = connection.execute(
        sa.select(
            C.subscription_id,
            count.filter(C.workflow_state == "waiting"),
            sa.func.min(C.outbox_id).filter(C.workflow_state == "waiting"),
            count.filter(C.workflow_state == "dead"),
            sa.func.max(C.id).filter(C.last_error.is_not(None)),
        )
        .where(undelivered)
        .group_by(C.subscription_id)
    ).all()
    o = t.outbox.c
    oldest = sa.select(o.id, o.occurred_at).where(among(connection, o.id, [row[2] for row in counted]))
    moments = {row[0]: row[1] for row in connection.execute(oldest)}
    youngest = sa.select(C.id, C.last_error).where(among(connection, C.id, [row[4] for row in counted]))
    errors = {row[0]: row[1] for row in connection.execute(youngest)}
    return {row[0]: Lag(row[0], row[1], moments.get(row[2]), row[3], errors.get(row[4])) for row in counted}


def dead(connection: sa.Connection, subscription_id: int, *, limit: int) -> list[DeadRow]:
    """The oldest deliveries of a subscription that were given up."""
    o = t.outbox.c
    query = (
        sa.select(C.outbox_id, o.event_id, o.name, C.course_id, C.student_id, C.attempts, C.last_error)
        .join(t.outbox, o.id == C.outbox_id)
        .where(C.subscription_id == subscription_id, C.workflow_state == "dead")
        .order_by(C.outbox_id)
        .limit(limit)
    )
    return [DeadRow(*row) for row in connection.execute(query)]


class Range(Struct, frozen=True, kw_only=True):
    """Events by their outbox ids, the times at which they happened, or their id. Every bound is optional and inclusive."""

    first: int | None = None
    last: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    event_id: str | None = None

    def condition(self) -> sa.ColumnElement[bool]:
        o = t.outbox.c
        bounds: list[tuple[Any, Callable[[Any], sa.ColumnElement[bool]]]] = [
            (self.first, o.id.__ge__),
            (self.last, o.id.__le__),
            (self.since, o.occurred_at.__ge__),
            (self.until, o.occurred_at.__le__),
            (self.event_id, o.event_id.__eq__),
        ]
        return sa.and_(sa.true(), *(holds(value) for value, holds in bounds if value is not None))


def resend(connection: sa.Connection, subscription_id: int, chosen: Range, *, now: datetime) -> int:
    """Let the dead deliveries of a range wait again, with all their attempts. Returns how many there were."""
    events = sa.select(t.outbox.c.id).where(chosen.condition())
    statement = (
        sa.update(t.deliveries)
        .where(C.subscription_id == subscription_id, C.workflow_state == "dead", C.outbox_id.in_(events))
        .values(workflow_state="waiting", attempts=0, due_at=now, claimed_by=None, claimed_until=None)
    )
    return connection.execute(statement).rowcount


def replay(connection: sa.Connection, subscription_id: int, chosen: Range, *, now: datetime) -> int:
    """Let every event of a range that the active subscription wants wait for it (again), also those from before it was made.
    What waits already is left alone, what is not routed yet will be. Returns how many wait now that did not."""
    events = sa.select(*subscriptions.batch_columns()).where(t.outbox.c.routed, chosen.condition()).cte("batch")
    wanted = subscriptions.wanted(connection, events).where(t.subscriptions.c.id == subscription_id)
    fresh = {"workflow_state": "waiting", "attempts": 0, "due_at": now, "delivered_at": None, "last_error": None}
    statement = insertion(connection, wanted, now=now).on_conflict_do_update(
        index_elements=["subscription_id", "outbox_id"], set_=fresh, where=C.workflow_state != "waiting"
    )
    return changed(connection, statement)


def insertion(connection: sa.Connection, wanted: sa.Select[Any], *, now: datetime) -> Any:
    """The statement that adds a delivery for each pair of ``subscriptions.wanted``; the caller says what a conflict means."""
    columns = ["subscription_id", "outbox_id", "course_id", "student_id", "due_at"]
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(t.deliveries).from_select(columns, wanted.add_columns(sa.literal(now, Instant)))


def changed(connection: sa.Connection, statement: sa.Executable) -> int:
    """Run an insertion; how many rows it wrote. Python's driver of SQLite does not count where a ``with`` comes first."""
    result: Any = connection.execute(statement, execution_options={"preserve_rowcount": True})
    if connection.dialect.name == "sqlite":
        return int(connection.exec_driver_sql("select changes()").scalar_one())
    return int(result.rowcount)


CLAIM_POSTGRESQL = sa.text("""
with recursive hop as (
    (select id, course_id, student_id, due_at, claimed_until from deliveries
     where subscription_id = :subscription and workflow_state = 'waiting' and (course_id, student_id) > (:course, :student)
     order by course_id, student_id, outbox_id limit 1)
    union all
    select next.* from hop cross join lateral (
        select id, course_id, student_id, due_at, claimed_until from deliveries
        where subscription_id = :subscription and workflow_state = 'waiting'
          and (course_id, student_id) > (hop.course_id, hop.student_id)
        order by course_id, student_id, outbox_id limit 1) next
), free as (
    select d.id from hop cross join lateral (
        select id from deliveries
        where id = hop.id and workflow_state = 'waiting' and due_at <= :now and (claimed_until is null or claimed_until <= :now)
        for update skip locked) d
    where hop.due_at <= :now and (hop.claimed_until is null or hop.claimed_until <= :now)
    limit :limit
)
update deliveries d set claimed_by = :claimer, claimed_until = :until from free where d.id = free.id
returning d.id, d.course_id, d.student_id, d.outbox_id
""").bindparams(sa.bindparam("now", type_=Instant), sa.bindparam("until", type_=Instant))
"""``hop`` goes from head to head by one look into the index each, and no further than ``limit`` free ones need. A head that
another relay locks is left to it; one that changed since the snapshot is looked at again by PostgreSQL before it is locked."""

FREE_HEADS_SQLITE = sa.text("""
with recursive hop(id, course_id, student_id, due_at, claimed_until) as (
    select * from (
        select id, course_id, student_id, due_at, claimed_until from deliveries
        where subscription_id = :subscription and workflow_state = 'waiting' and (course_id, student_id) > (:course, :student)
        order by course_id, student_id, outbox_id limit 1)
    union all
    select d.id, d.course_id, d.student_id, d.due_at, d.claimed_until from hop cross join deliveries d
    where d.id = coalesce((
        select next.id from deliveries next
        where next.subscription_id = :subscription and next.workflow_state = 'waiting'
          and next.course_id = hop.course_id and next.student_id > hop.student_id
        order by next.student_id, next.outbox_id limit 1
    ), (
        select next.id from deliveries next
        where next.subscription_id = :subscription and next.workflow_state = 'waiting' and next.course_id > hop.course_id
        order by next.course_id, next.student_id, next.outbox_id limit 1))
)
select id from hop where due_at <= :now and (claimed_until is null or claimed_until <= :now) limit :limit
""").bindparams(sa.bindparam("now", type_=Instant))
"""The same search without a lock, so that nobody who writes waits for it. In two steps, the course's next student and otherwise
the next course: inside a query, SQLite does not look up a pair of values in an index, it searches for it."""

CLAIM_SQLITE = sa.text("""
update deliveries set claimed_by = :claimer, claimed_until = :until
where id in (select value from json_each(:ids)) and workflow_state = 'waiting' and due_at <= :now
  and (claimed_until is null or claimed_until <= :now)
returning id, course_id, student_id, outbox_id
""").bindparams(sa.bindparam("now", type_=Instant), sa.bindparam("until", type_=Instant))
"""Of the heads found, those that nobody has claimed or settled since."""


def _rows(statement: str) -> sa.TextualSelect:
    found = sa.text(statement).bindparams(sa.bindparam("caliper", type_=sa.Boolean))
    return found.columns(muted=sa.Boolean, occurred_at=Instant)


LINES_POSTGRESQL = _rows("""
select d.id, d.outbox_id, d.attempts, o.event_id, o.name, o.course_id, o.student_id, o.muted, o.occurred_at,
    case when :caliper then o.caliper else o.canvas end
from json_array_elements(cast(:lines as json)) line
cross join lateral (
    select id, outbox_id, attempts from deliveries
    where subscription_id = :subscription and workflow_state = 'waiting' and course_id = cast(line->>0 as bigint)
      and student_id = cast(line->>1 as bigint) and outbox_id >= cast(line->>2 as bigint)
    order by outbox_id limit :each) d
cross join lateral (select * from outbox where outbox.id = d.outbox_id offset 0) o
order by d.outbox_id
""")
"""Each line by one look into the index of what waits; ``lateral`` keeps the planner from reading whole tables instead."""

LINES_SQLITE = _rows("""
with line as (
    select json_extract(value, '$[0]') as course_id, json_extract(value, '$[1]') as student_id,
        json_extract(value, '$[2]') as first
    from json_each(:lines)
)
select d.id, d.outbox_id, d.attempts, o.event_id, o.name, o.course_id, o.student_id, o.muted, o.occurred_at,
    case when :caliper then o.caliper else o.canvas end
from line cross join deliveries d cross join outbox o on o.id = d.outbox_id
where d.subscription_id = :subscription and d.workflow_state = 'waiting' and d.course_id = line.course_id
  and d.student_id = line.student_id and d.outbox_id >= line.first and d.outbox_id < coalesce((
    select beyond.outbox_id from deliveries beyond
    where beyond.subscription_id = :subscription and beyond.workflow_state = 'waiting' and beyond.course_id = line.course_id
      and beyond.student_id = line.student_id and beyond.outbox_id >= line.first
    order by beyond.outbox_id limit 1 offset :each), 9223372036854775807)
order by d.outbox_id
""")
"""SQLite has no ``lateral``: the first row beyond each line's share bounds it instead."""

FAIL_POSTGRESQL = sa.text(
    """
update deliveries d set attempts = d.attempts + 1, due_at = r.due_at, last_error = r.error, claimed_by = null,
    claimed_until = null, workflow_state = case when r.dead then 'dead' else 'waiting' end
from (select (value->>0)::bigint as id, (value->>1)::timestamptz as due_at, value->>2 as error, (value->>3)::boolean as dead
      from json_array_elements(cast(:rows as json))) r
where d.id = r.id and d.workflow_state = 'waiting' and (d.claimed_by is null or d.claimed_by = :claimer)
""".replace("::", "\\:\\:")
)

FAIL_SQLITE = sa.text("""
update deliveries set attempts = attempts + 1, due_at = r.due_at, last_error = r.error, claimed_by = null,
    claimed_until = null, workflow_state = case when r.dead then 'dead' else 'waiting' end
from (select json_extract(value, '$[0]') as id, json_extract(value, '$[1]') as due_at, json_extract(value, '$[2]') as error,
             json_extract(value, '$[3]') as dead
      from json_each(:rows)) r
where deliveries.id = r.id and workflow_state = 'waiting' and (claimed_by is null or claimed_by = :claimer)
""")
