"""Requests that may safely be sent again: what is asked under a key is done once, and answered alike each time.

The answer is kept in the transaction of the work itself, so whatever happens to the server, there are either both or neither.
Kept is the final outcome, also a refusal; not a failure of the server, nor that somebody else was at work. Sources: the IETF
draft of the Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header), and what payment services made of the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from msgspec import Struct

from gradewire.actions.unit import Asker, Unit, with_retries
from gradewire.actions.world import World
from gradewire.core.errors import KeyReused, StillAtWork
from gradewire.store import idempotency as rows
from gradewire.store.engine import Connection
from gradewire.store.idempotency import KeptAnswer

__all__ = ["Connection", "FinalAnswer", "Once", "answer_once", "forget_old"]

MOST_AT_ONCE = 1000
"""Answers forgotten in one transaction."""


class Once(Struct, frozen=True):
    """The key under which something is asked, and what tells this request from any other."""

    key: str
    fingerprint: str


class FinalAnswer(Struct, frozen=True):
    """What is answered, finished; ``replayed``: it was given before."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    replayed: bool = False


def answer_once(
    world: World, asker: Asker, once: Once, work: Callable[[Connection], FinalAnswer], *, lifetime: timedelta
) -> FinalAnswer:
    """Do the work and keep its answer, in one transaction; or give the answer that was kept.

    Keys belong to whose credentials the request shows, whomever they act as. ``work`` does everything through the connection;
    what it raises undoes all of it, and nothing is kept.

    Raises:
        Unauthenticated: nobody good is asking.
        KeyReused: something else was asked under this key before.
        StillAtWork: the same is being done just now.
    """

    def attempt(connection: Connection) -> FinalAnswer:
        unit = Unit(world, connection, asker)
        owner_id = unit.caller.owner_id
        if not rows.hold(connection, owner_id, once.key):
            raise StillAtWork
        kept = rows.find(connection, owner_id, once.key)
        if kept is not None and kept.created_at > unit.now - lifetime:
            if kept.fingerprint != once.fingerprint:
                raise KeyReused
            return FinalAnswer(kept.status, kept.headers, kept.body, replayed=True)
        answer = work(connection)
        kept = KeptAnswer(
            fingerprint=once.fingerprint,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            created_at=unit.now,
        )
        rows.keep(connection, owner_id, once.key, kept)
        return answer

    return with_retries(world, lambda: world.store.write(attempt))


def forget_old(world: World, lifetime: timedelta) -> int:
    """Forget the answers that are older than they are kept, some at a time; how many it were."""
    until = world.clock() - lifetime
    total = 0
    while True:
        done = world.store.write(lambda connection: rows.remove_until(connection, until, most=MOST_AT_ONCE))
        total += done
        if done < MOST_AT_ONCE:
            return total
