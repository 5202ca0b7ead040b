"""Taking away what was kept long enough, and what is known of a person in events that were kept.

Grades, their history and audit trails are records; nothing here touches them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from msgspec import Struct

from gradewire.actions.unit import Unit
from gradewire.actions.world import World
from gradewire.core.errors import Denied, NotFound
from gradewire.events.erasure import blank_caliper, blank_canvas
from gradewire.events.identifiers import global_id, urn
from gradewire.store import retention, users
from gradewire.store.engine import Connection

logger = structlog.get_logger()


class Keep(Struct, frozen=True, kw_only=True):
    """How long things are kept after they ended; ``None``: for ever."""

    delivered: timedelta | None = timedelta(days=90)
    """Events that everybody has who wanted them. They can be replayed as long."""
    undelivered: timedelta | None = timedelta(days=365)
    """Events that wait or were given up."""
    jobs: timedelta | None = timedelta(days=30)
    """Finished jobs and their Progress."""


def tidy(world: World, keep: Keep) -> dict[str, int]:
    """Take away what is over; how much of each. In many small transactions, any number of processes at once."""
    now = world.clock()
    tasks: list[tuple[str, timedelta | None, Callable[[Connection, datetime], int]]] = [
        ("events", keep.delivered, retention.remove_delivered),
        ("undelivered events", keep.undelivered, retention.remove_undelivered),
        ("jobs", keep.jobs, retention.remove_finished_jobs),
        ("progresses", keep.jobs, retention.remove_finished_progresses),
        ("sessions", timedelta(0), retention.remove_expired_sessions),
    ]
    removed: dict[str, int] = {}
    for name, age, remove in tasks:
        if age is not None:
            removed[name] = _until_done(world, lambda connection, remove=remove, age=age: remove(connection, now - age))  # type: ignore[misc]
    if any(removed.values()):
        logger.info("tidied", **{name.replace(" ", "_"): count for name, count in removed.items() if count})
    return removed


def erase_events(world: World, unit: Unit, user_id: int) -> dict[str, int]:
    """Take a person out of the events that are kept: those about the person as a student go, waiting or not; in those that the
    person caused or graded, what names the person is blanked. Consumers who have them already are told nothing.

    Raises:
        Denied: somebody but the operator asks.
        NotFound: no such user.
    """
    if not unit.is_system:
        raise Denied
    if not users.by_ids(unit.connection, [user_id]):
        raise NotFound
    removed = _until_done(world, lambda connection: retention.remove_of_student(connection, user_id))
    return {"removed": removed, "blanked": _blank(world, user_id)}


def _until_done(world: World, remove: Callable[[Connection], int]) -> int:
    total = 0
    while count := world.store.write(remove):
        total += count
    return total


def _blank(world: World, user_id: int) -> int:
    """Go through the events that name the person, in pages."""
    gid = global_id(world.events.shard, user_id)
    named = urn(world.events.urn_prefix, "user", gid)
    after, blanked = 0, 0
    while True:
        with world.store.read() as connection:
            rows = retention.events_naming(connection, gid, after=after)
        if not rows:
            return blanked
        changed = []
        for row in rows:
            canvas = blank_canvas(row.canvas, gid)
            caliper = None if row.caliper is None else blank_caliper(row.caliper, named)
            if canvas is not None or caliper is not None:
                changed.append((row.id, canvas or row.canvas, caliper or row.caliper))
        if changed:
            world.store.write(lambda connection, changed=changed: retention.rewrite(connection, changed))  # type: ignore[misc]
        after, blanked = rows[-1].id, blanked + len(changed)
