"""Work to be done later. A worker claims a job for a while and holds its row while it does it; what is neither is free."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


class JobRow(Struct, frozen=True):
    id: int
    tag: str
    arguments: Any
    progress_id: int | None
    attempts: int


def add(connection: sa.Connection, *, tag: str, arguments: Any, progress_id: int | None, now: datetime) -> int:
    """Queue a job; it is visible to workers when the transaction commits."""
    job_id: int = connection.execute(
        sa.insert(t.jobs)
        .values(tag=tag, arguments=arguments, progress_id=progress_id, run_at=now, created_at=now, updated_at=now)
        .returning(t.jobs.c.id)
    ).scalar_one()
    return job_id


def add_done(connection: sa.Connection, *, tag: str, arguments: Any, now: datetime, progress_id: int | None = None) -> int:
    """A job whose work this transaction did itself."""
    job_id = add(connection, tag=tag, arguments=arguments, progress_id=progress_id, now=now)
    settle(connection, job_id, workflow_state="done", error=None, now=now)
    return job_id


def claim(connection: sa.Connection, *, worker: str, now: datetime, until: datetime) -> JobRow | None:
    """Take the oldest job that is ready and that nobody works on. Several workers never take the same one."""
    c = t.jobs.c
    ready = sa.or_(
        sa.and_(c.workflow_state == "queued", c.run_at <= now), sa.and_(c.workflow_state == "running", c.claimed_until < now)
    )
    candidate = sa.select(c.id).where(ready).order_by(c.run_at, c.id).limit(1).with_for_update(skip_locked=True)
    row: Any = connection.execute(
        sa.update(t.jobs)
        .where(c.id == candidate.scalar_subquery(), ready)  # not `in`: PostgreSQL may then run the subquery for each row
        .values(workflow_state="running", claimed_by=worker, claimed_until=until, attempts=c.attempts + 1, updated_at=now)
        .returning(c.id, c.tag, c.arguments, c.progress_id, c.attempts)
    ).one_or_none()
    return None if row is None else JobRow(*row)


def hold(connection: sa.Connection, job: JobRow) -> bool:
    """Keep others off a claimed job until this transaction ends; False when another worker has it by now."""
    c = t.jobs.c
    mine = sa.and_(c.id == job.id, c.workflow_state == "running", c.attempts == job.attempts)
    return connection.scalar(sa.select(c.id).where(mine).with_for_update()) is not None


def settle(connection: sa.Connection, job_id: int, *, workflow_state: str, error: str | None, now: datetime) -> None:
    """Record the end of a job: ``done`` or ``failed``; ``queued`` puts it back."""
    connection.execute(
        sa.update(t.jobs)
        .where(t.jobs.c.id == job_id)
        .values(workflow_state=workflow_state, last_error=error, claimed_until=None, updated_at=now)
    )


def cancel(connection: sa.Connection, progress_id: int, now: datetime, *, tag: str) -> bool:
    """Give up the job of a Progress that no worker has begun; False where none of this kind waits."""
    c, p = t.jobs.c, t.progresses.c
    waiting = sa.select(p.id).where(p.id == progress_id, p.workflow_state == "queued")
    query = sa.update(t.jobs).where(c.progress_id.in_(waiting), c.tag == tag, c.workflow_state == "queued")
    found = connection.execute(query.values(workflow_state="failed", last_error="cancelled", updated_at=now).returning(c.id))
    return bool(found.all())


def put_back(connection: sa.Connection, job_id: int, *, run_at: datetime, now: datetime) -> None:
    """Queue a job again whose next step is still to be done. Its attempts are counted anew."""
    connection.execute(
        sa.update(t.jobs)
        .where(t.jobs.c.id == job_id)
        .values(workflow_state="queued", run_at=run_at, attempts=0, last_error=None, claimed_until=None, updated_at=now)
    )


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many jobs there are in each state in which they want looking after."""
    c = t.jobs.c
    states = ("queued", "running", "failed")
    query = sa.select(c.workflow_state, sa.func.count()).where(c.workflow_state.in_(states)).group_by(c.workflow_state)
    return dict.fromkeys(states, 0) | {row[0]: row[1] for row in connection.execute(query)}
