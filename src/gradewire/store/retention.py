"""Taking away what was kept long enough, a bounded number of rows at a time, so that nobody who writes waits for long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among

AT_ONCE = 2000


def remove_delivered(connection: sa.Connection, before: datetime) -> int:
    """Events from before this moment that everybody who wanted them has, with their deliveries."""
    d = t.deliveries.c
    left = sa.exists().where(d.outbox_id == t.outbox.c.id, d.workflow_state != "delivered")
    return _remove_events(connection, sa.and_(t.outbox.c.occurred_at < before, t.outbox.c.routed, sa.not_(left)))


def remove_undelivered(connection: sa.Connection, before: datetime) -> int:
    """Events from before this moment, whatever became of them."""
    return _remove_events(connection, sa.and_(t.outbox.c.occurred_at < before, t.outbox.c.routed))


def remove_of_student(connection: sa.Connection, user_id: int) -> int:
    """Events about a student, whatever became of them."""
    return _remove_events(connection, t.outbox.c.student_id == user_id)


def _remove_events(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> int:
    chosen = sa.select(t.outbox.c.id).where(condition).order_by(t.outbox.c.id).limit(AT_ONCE)
    ids = list(connection.execute(chosen).scalars())
    if ids:
        connection.execute(sa.delete(t.deliveries).where(among(connection, t.deliveries.c.outbox_id, ids)))
        connection.execute(sa.delete(t.outbox).where(among(connection, t.outbox.c.id, ids)))
    return len(ids)


def remove_finished_jobs(connection: sa.Connection, before: datetime) -> int:
    """Jobs that ended before this moment."""
    c = t.jobs.c
    chosen = sa.select(c.id).where(c.workflow_state.in_(["done", "failed"]), c.updated_at < before).limit(AT_ONCE)
    return connection.execute(sa.delete(t.jobs).where(c.id.in_(chosen))).rowcount


def remove_finished_progresses(connection: sa.Connection, before: datetime) -> int:
    """Progresses that ended before this moment and that nothing refers to."""
    c = t.progresses.c
    used = [
        sa.exists().where(column == c.id)
        for column in (t.jobs.c.progress_id, t.sis_imports.c.progress_id, t.gradebook_imports.c.progress_id)
    ]
    ended = c.workflow_state.in_(["completed", "failed"])
    chosen = sa.select(c.id).where(ended, c.updated_at < before, sa.not_(sa.or_(*used))).limit(AT_ONCE)
    return connection.execute(sa.delete(t.progresses).where(c.id.in_(chosen))).rowcount


def remove_expired_sessions(connection: sa.Connection, now: datetime) -> int:
    """Sessions that are over."""
    c = t.sessions.c
    chosen = sa.select(c.digest).where(c.expires_at < now).limit(AT_ONCE)
    return connection.execute(sa.delete(t.sessions).where(c.digest.in_(chosen))).rowcount


class KeptEvent(Struct, frozen=True):
    """A finished event in its forms."""

    id: int
    canvas: str
    caliper: str | None


def events_naming(connection: sa.Connection, global_id: str, *, after: int) -> list[KeptEvent]:
    """The next events behind ``after`` in which this id occurs anywhere. Looks at every row: for rare work."""
    o = t.outbox.c
    query = sa.select(o.id, o.canvas, o.caliper).where(o.id > after, o.canvas.contains(f'"{global_id}"', autoescape=True))
    return [KeptEvent(*row) for row in connection.execute(query.order_by(o.id).limit(AT_ONCE))]


def rewrite(connection: sa.Connection, rows: Sequence[tuple[int, str, str | None]]) -> None:
    """Other texts for kept events: (id, Canvas, Caliper)."""
    o = t.outbox
    statement = (
        sa.update(o)
        .where(o.c.id == sa.bindparam("_id"))
        .values(canvas=sa.bindparam("_canvas"), caliper=sa.bindparam("_caliper"))
    )
    connection.execute(statement, [{"_id": one, "_canvas": canvas, "_caliper": caliper} for one, canvas, caliper in rows])
