"""Long work: queued in the transaction that asks for it, done by a worker, watched through a Progress.

The queue is a table of the same database on both engines, so that any number of processes may work. A job is done in one
transaction together with the end of its Progress: it happens once or not at all, however often it is tried. What is too long
for one transaction is a job of several ``Steps``: each step is committed together with the job's return to the queue, so each
of them happens once.

A worker claims a job under a lease, which need only last until the transaction of the work begins. That holds the job's row
(on SQLite the whole database), so nobody takes a job that is being done however long it lasts, and when a process dies the
database lets go of its job at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

import structlog
from msgspec import Struct

from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.actions.world import World
from gradewire.core.changes import JobOrigin
from gradewire.core.errors import DomainError
from gradewire.store import jobs, progresses
from gradewire.store.jobs import JobRow
from gradewire.store.progresses import ProgressRow

logger = structlog.get_logger()

LEASE = timedelta(seconds=10)
"""Between a claim and the beginning of the work."""
MOST_ATTEMPTS = 3
MOST_CLAIMS = 10
"""A job that was claimed so often, and of which no worker could say what became of it, ends the processes that do it."""
POLL_SECONDS = 1.0

Work: TypeAlias = Callable[[Unit, Mapping[str, Any]], str | None]
"""What a job does; the text it may return says what failed, although the rest was done."""


class Unfinished(Struct, frozen=True):
    """What a step returns that was not the last. ``completion`` is percent."""

    completion: float
    wait: timedelta = timedelta(0)
    """How long to leave the job alone before the next step."""


class Steps(Struct, frozen=True):
    """Work of several transactions. A step finds by itself where the work stands."""

    step: Callable[[Unit, Mapping[str, Any]], str | Unfinished | None]
    give_up: Callable[[Unit, Mapping[str, Any], str], None]
    """Called with the reason when a step failed for good."""


Works: TypeAlias = Mapping[str, Work | Steps]
"""The kinds of long work by tag."""


def enqueue(unit: Unit, *, tag: str, progress_tag: str, context_type: str, context_id: int, arguments: Any) -> ProgressRow:
    """Queue work and return the Progress by which its asker watches it."""
    progress = progresses.create(
        unit.connection,
        context_type=context_type,
        context_id=context_id,
        user_id=unit.actor_id,
        tag=progress_tag,
        now=unit.now,
    )
    jobs.add(unit.connection, tag=tag, arguments=arguments, progress_id=progress.id, now=unit.now)
    return progress


def work_one(world: World, works: Works, *, worker: str) -> bool:
    """Claim one job and do it; False when there was none."""
    now = world.clock()
    job = world.store.write(lambda connection: jobs.claim(connection, worker=worker, now=now, until=now + LEASE))
    if job is None:
        return False
    if job.attempts > MOST_CLAIMS:
        _record_failure(world, works, job, RuntimeError("no worker lived to tell what became of this job"))
        return True
    try:
        _perform(world, works, job)
    except Exception as error:  # noqa: BLE001 - whatever a job raises, the worker goes on and the failure is recorded
        _record_failure(world, works, job, error)
    return True


def _perform(world: World, works: Works, job: JobRow) -> None:
    def run(unit: Unit) -> None:
        if not jobs.hold(unit.connection, job):
            return
        work = works[job.tag]
        failure = work.step(unit, job.arguments) if isinstance(work, Steps) else work(unit, job.arguments)
        if isinstance(failure, Unfinished):
            _put_back(unit, job, failure)
            return
        if job.progress_id is not None:
            state = "failed" if failure else "completed"
            progresses.update(
                unit.connection, job.progress_id, unit.now, workflow_state=state, completion=100.0, message=failure
            )
        jobs.settle(unit.connection, job.id, workflow_state="done", error=failure, now=unit.now)

    write(world, Asker(System(JobOrigin(job.id, job.tag))), run)


def _put_back(unit: Unit, job: JobRow, left: Unfinished) -> None:
    if job.progress_id is not None:
        progresses.update(unit.connection, job.progress_id, unit.now, workflow_state="running", completion=left.completion)
    jobs.put_back(unit.connection, job.id, run_at=unit.now + left.wait, now=unit.now)


def _record_failure(world: World, works: Works, job: JobRow, error: Exception) -> None:
    expected = isinstance(error, DomainError)
    text = str(error) if expected else "An error occurred."
    logger.error("job failed", job_id=job.id, tag=job.tag, kind=type(error).__name__, exc_info=None if expected else error)
    final = expected or job.attempts >= MOST_ATTEMPTS

    def record(unit: Unit) -> None:
        if not jobs.hold(unit.connection, job):
            return
        jobs.settle(unit.connection, job.id, workflow_state="failed" if final else "queued", error=text, now=unit.now)
        if final and job.progress_id is not None:
            progresses.update(unit.connection, job.progress_id, unit.now, workflow_state="failed", message=text)
        work = works.get(job.tag)
        if final and isinstance(work, Steps):
            work.give_up(unit, job.arguments, text)

    write(world, Asker(System()), record)


def work_until(world: World, works: Works, *, worker: str, stop: threading.Event) -> None:
    """Do jobs as they come until told to stop. A failure to reach the database is logged and tried again."""
    while not stop.is_set():
        try:
            busy = work_one(world, works, worker=worker)
        except Exception as error:
            logger.exception("worker cannot work", kind=type(error).__name__)
            busy = False
        if not busy:
            stop.wait(POLL_SECONDS)
