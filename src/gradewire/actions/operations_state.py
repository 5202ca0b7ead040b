"""What an operator watches: events that wait, subscriptions that fail, long work that does not end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gradewire.actions import subscriptions
from gradewire.actions.subscriptions import Standing
from gradewire.actions.unit import Unit
from gradewire.store import jobs, outbox


class ServerState(Struct, frozen=True):
    """As the database has it: the same whichever process looks."""

    at: datetime
    unrouted: int
    """Events that no relay has looked at yet."""
    oldest_unrouted: datetime | None
    subscriptions: list[Standing]
    jobs: Mapping[str, int]
    """How many jobs are ``queued``, ``running`` and ``failed``."""


def look(unit: Unit) -> ServerState:
    """
    Raises:
        Denied: it is not the operator who asks.
    """
    standings = subscriptions.standings(unit)
    waiting = outbox.unrouted(unit.connection)
    return ServerState(unit.now, waiting.events, waiting.oldest, standings, jobs.counts(unit.connection))
