"""Answers that were given to requests with an idempotency key, kept for when the request comes again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


class KeptAnswer(Struct, frozen=True, kw_only=True):
    """An answer, and the fingerprint of the request that got it."""

    fingerprint: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    created_at: datetime


def hold(connection: sa.Connection, user_id: int, key: str) -> bool:
    """Keep everybody else from working under this key until the transaction ends; False: somebody else does just now.

    SQLite has one writer at a time, and nobody ever meets another there.
    """
    if connection.dialect.name != "postgresql":
        return True
    digest = hashlib.sha256(f"{user_id} {key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    return bool(connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(sa.literal(number, sa.BigInteger)))).scalar())


def find(connection: sa.Connection, user_id: int, key: str) -> KeptAnswer | None:
    c = t.idempotency_keys.c
    row: Any = connection.execute(
        sa.select(c.fingerprint, c.status, c.headers, c.body, c.created_at).where(c.user_id == user_id, c.key == key)
    ).one_or_none()
    if row is None:
        return None
    return KeptAnswer(fingerprint=row[0], status=row[1], headers=row[2], body=row[3], created_at=row[4])


def keep(connection: sa.Connection, user_id: int, key: str, answer: KeptAnswer) -> None:
    """Keep an answer, in the place of an older one under the same key."""
    c = t.idempotency_keys.c
    connection.execute(sa.delete(t.idempotency_keys).where(c.user_id == user_id, c.key == key))
    connection.execute(
        sa.insert(t.idempotency_keys).values(
            user_id=user_id,
            key=key,
            fingerprint=answer.fingerprint,
            status=answer.status,
            headers=dict(answer.headers),
            body=answer.body,
            created_at=answer.created_at,
        )
    )


def remove_until(connection: sa.Connection, moment: datetime, *, most: int) -> int:
    """Forget the oldest answers that were given at this moment or before, at most so many; how many it were."""
    c = t.idempotency_keys.c
    old = sa.select(c.id).where(c.created_at <= moment).order_by(c.created_at).limit(most)
    return connection.execute(sa.delete(t.idempotency_keys).where(c.id.in_(old))).rowcount
