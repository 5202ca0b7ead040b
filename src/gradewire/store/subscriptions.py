"""Who receives events. The row of a subscription is read by the relay at every pass, so a change of it works at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql, sqlite

from gradewire.store import tables as t

EVENTS_FILE: Final = "events_file"
"""Kind of the target, and beginning of the name, of the subscriptions that the setting of this name stands for: one for each
root account, ``events_file:<account id>``. Where the file is, each relay knows from its own settings."""


class SubscriptionRow(Struct, frozen=True):
    id: int
    account_id: int | None
    course_id: int | None
    name: str
    events: Sequence[str]
    format: str
    nulls: str
    withhold_unposted: bool
    target: Mapping[str, Any]
    workflow_state: str


class Trouble(Struct, frozen=True):
    """What is wrong with a subscription."""

    failing_since: datetime | None
    disabled_reason: str | None


C = t.subscriptions.c
COLUMNS: tuple[sa.Column[Any], ...] = tuple(C[name] for name in SubscriptionRow.__struct_fields__)

BATCH = ("id", "name", "course_id", "student_id", "muted")
"""The columns of the outbox that decide who wants an event, beside whether it exists in Caliper."""


def batch_columns() -> list[sa.ColumnElement[Any]]:
    """What the batch of ``wanted`` selects from the outbox."""
    o = t.outbox.c
    return [*(o[name] for name in BATCH), o.caliper.is_not(None).label("has_caliper")]


def wanted(connection: sa.Connection, batch: sa.CTE) -> sa.Select[tuple[int, int, int, int]]:
    """Every pair of an active subscription and an event of the batch that it wants, as (subscription, event, course, student).

    The same rule as ``events.subscriptions.wants``, over sets; a test holds the two equal.
    """
    b, a = batch.c, t.accounts.c
    courses = sa.select(b.course_id).distinct().subquery("courses_of_batch")
    chain = (
        sa.select(t.courses.c.id.label("course_id"), t.courses.c.account_id)
        .join(courses, courses.c.course_id == t.courses.c.id)
        .cte("chain", recursive=True)
    )
    chain = chain.union(
        sa.select(chain.c.course_id, a.parent_account_id)
        .join(t.accounts, a.id == chain.c.account_id)
        .where(a.parent_account_id.is_not(None))
    )
    reach = sa.union(
        sa.select(C.id.label("subscription_id"), courses.c.course_id).join_from(
            courses, t.subscriptions, C.course_id == courses.c.course_id
        ),
        sa.select(C.id, chain.c.course_id).join_from(chain, t.subscriptions, C.account_id == chain.c.account_id),
    ).subquery("reach")
    chosen: sa.ColumnElement[bool]
    if connection.dialect.name == "postgresql":
        chosen = sa.func.jsonb_exists(C.events, b.name)
    else:
        listed = sa.func.json_each(C.events).table_valued("value")
        chosen = sa.exists().where(listed.c.value == b.name)
    return (
        sa.select(C.id, b.id, b.course_id, b.student_id)
        .select_from(batch)
        .join(reach, reach.c.course_id == b.course_id)
        .join(t.subscriptions, C.id == reach.c.subscription_id)
        .where(C.workflow_state == "active", chosen, sa.not_(sa.and_(C.withhold_unposted, b.muted)))
        .where(sa.or_(C.format != "caliper", b.has_caliper))
    )


def add(connection: sa.Connection, *, now: datetime, **values: Any) -> SubscriptionRow:
    """A new subscription; ``values`` are those of ``SubscriptionRow`` except ``id`` and, unless given, the state."""
    row: Any = connection.execute(
        sa.insert(t.subscriptions).values(created_at=now, updated_at=now, **values).returning(*COLUMNS)
    ).one()
    return SubscriptionRow(*row)


def find(connection: sa.Connection, *, subscription_id: int | None = None, name: str | None = None) -> SubscriptionRow | None:
    """A subscription by its id or its name, whatever its state."""
    condition = C.id == subscription_id if name is None else C.name == name
    row: Any = connection.execute(sa.select(*COLUMNS).where(condition)).one_or_none()
    return None if row is None else SubscriptionRow(*row)


def every(connection: sa.Connection, *, account_id: int | None = None, course_id: int | None = None) -> list[SubscriptionRow]:
    """All subscriptions that are not deleted, by id: of an account (itself, not what is below it), of a course, or of all."""
    query = sa.select(*COLUMNS).where(C.workflow_state != "deleted").order_by(C.id)
    if account_id is not None:
        query = query.where(C.account_id == account_id)
    if course_id is not None:
        query = query.where(C.course_id == course_id)
    return [SubscriptionRow(*row) for row in connection.execute(query)]


def set_state(connection: sa.Connection, subscription_id: int, workflow_state: str, now: datetime) -> None:
    values = {"workflow_state": workflow_state, "updated_at": now, "failing_since": None, "disabled_reason": None}
    connection.execute(sa.update(t.subscriptions).where(C.id == subscription_id).values(values))


def change(connection: sa.Connection, subscription_id: int, *, now: datetime, **values: Any) -> None:
    """``values`` are some of those of ``SubscriptionRow``."""
    connection.execute(sa.update(t.subscriptions).where(C.id == subscription_id).values(updated_at=now, **values))


def troubles(connection: sa.Connection) -> dict[int, Trouble]:
    """The subscriptions with which something is wrong."""
    query = sa.select(C.id, C.failing_since, C.disabled_reason).where(
        sa.or_(C.failing_since.is_not(None), C.disabled_reason.is_not(None))
    )
    return {row[0]: Trouble(row[1], row[2]) for row in connection.execute(query)}


def note_success(connection: sa.Connection, subscription_id: int) -> None:
    """The target took something."""
    healed = sa.update(t.subscriptions).where(C.id == subscription_id, C.failing_since.is_not(None))
    connection.execute(healed.values(failing_since=None))


def note_failure(connection: sa.Connection, subscription_id: int, *, reason: str, now: datetime, since: datetime) -> bool:
    """The target was asked and took nothing. Where that is so since before ``since``, the subscription is switched off."""
    mine = sa.and_(C.id == subscription_id, C.workflow_state == "active")
    off = sa.update(t.subscriptions).where(mine, C.failing_since < since)
    if connection.execute(off.values(workflow_state="disabled", disabled_reason=reason, updated_at=now)).rowcount:
        return True
    connection.execute(sa.update(t.subscriptions).where(mine, C.failing_since.is_(None)).values(failing_since=now))
    return False


def with_work(connection: sa.Connection) -> list[SubscriptionRow]:
    """The active subscriptions for which events wait, whether or not these are due."""
    d = t.deliveries.c
    waits = sa.exists().where(d.subscription_id == C.id, d.workflow_state == sa.literal_column("'waiting'"))
    query = sa.select(*COLUMNS).where(C.workflow_state == "active", waits).order_by(C.id)
    return [SubscriptionRow(*row) for row in connection.execute(query)]


def root_without_events_file() -> sa.ColumnElement[bool]:
    """The condition on an account that it is a root account without its subscription for the events file."""
    name = sa.literal(f"{EVENTS_FILE}:").concat(sa.cast(t.accounts.c.id, sa.Text))
    return sa.and_(t.accounts.c.parent_account_id.is_(None), ~sa.exists().where(C.name == name).correlate(t.accounts))


def ensure_events_file(connection: sa.Connection, *, events: Collection[str], now: datetime, existing: bool = False) -> None:
    """Give every root account its subscription for the events file; with ``existing``, also bring those it has up to date.

    Two relays may do so at once: the name is unique, and who comes second adds nothing.
    """
    values = {"events": sorted(events), "workflow_state": "active", "updated_at": now}
    if existing:
        mine = C.target["kind"].as_string() == EVENTS_FILE
        connection.execute(sa.update(t.subscriptions).where(mine).values(values))
    roots = connection.scalars(sa.select(t.accounts.c.id).where(root_without_events_file())).all()
    if not roots:
        return
    rows = [
        {
            "name": f"{EVENTS_FILE}:{root}",
            "account_id": root,
            "target": {"kind": EVENTS_FILE},
            "created_at": now,
            **values,
        }
        for root in roots
    ]
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(t.subscriptions).on_conflict_do_nothing(index_elements=["name"]), rows)
