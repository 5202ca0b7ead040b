"""Consumers: the programs that call the Schoology API, each with its key and its secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


class ConsumerRow(Struct, frozen=True):
    id: int
    account_id: int
    name: str
    key: str
    user_id: int | None
    """Whose key it is; ``None``: an application, which acts for the users who approve it."""
    callback_urls: tuple[str, ...]
    workflow_state: str
    created_at: datetime
    owner: str | None
    """The owner's name."""


def _query() -> sa.Select[Any]:
    c = t.consumers.c
    return (
        sa.select(c.id, c.account_id, c.name, c.key, c.user_id, c.callback_urls, c.workflow_state, c.created_at, t.users.c.name)
        .outerjoin(t.users, t.users.c.id == c.user_id)
        .order_by(c.id)
    )


def _row(row: Any) -> ConsumerRow:
    return ConsumerRow(*(*row[:5], tuple(row[5] or ()), *row[6:]))


def add(
    connection: sa.Connection,
    *,
    account_id: int,
    name: str,
    key: str,
    secret_encrypted: str,
    user_id: int | None,
    callback_urls: Sequence[str],
    now: datetime,
) -> ConsumerRow:
    connection.execute(
        sa.insert(t.consumers).values(
            account_id=account_id,
            name=name,
            key=key,
            secret_encrypted=secret_encrypted,
            user_id=user_id,
            callback_urls=list(callback_urls) or None,
            created_at=now,
            updated_at=now,
        )
    )
    found = by_key(connection, key)
    assert found is not None
    return found


def by_key(connection: sa.Connection, key: str) -> ConsumerRow | None:
    row = connection.execute(_query().where(t.consumers.c.key == key)).one_or_none()
    return None if row is None else _row(row)


def all_of(connection: sa.Connection) -> list[ConsumerRow]:
    return [_row(row) for row in connection.execute(_query())]


def of_account(connection: sa.Connection, account_id: int) -> list[ConsumerRow]:
    """The consumers of an institution that are still good."""
    c = t.consumers.c
    return [_row(row) for row in connection.execute(_query().where(c.account_id == account_id, c.workflow_state == "active"))]


def set_secret(connection: sa.Connection, consumer_id: int, secret_encrypted: str, now: datetime) -> None:
    connection.execute(
        sa.update(t.consumers).where(t.consumers.c.id == consumer_id).values(secret_encrypted=secret_encrypted, updated_at=now)
    )


def end(connection: sa.Connection, consumer_id: int, now: datetime) -> None:
    """The consumer is no longer known, and its tokens are revoked."""
    connection.execute(
        sa.update(t.consumers).where(t.consumers.c.id == consumer_id).values(workflow_state="deleted", updated_at=now)
    )
    o = t.oauth_tokens.c
    connection.execute(
        sa.update(t.oauth_tokens).where(o.consumer_id == consumer_id, o.revoked_at.is_(None)).values(revoked_at=now)
    )


def end_all_named(connection: sa.Connection, name: str, now: datetime) -> int:
    """End every consumer of this name; how many there were."""
    c = t.consumers.c
    named = list(connection.execute(sa.select(c.id).where(c.name == name, c.workflow_state == "active")).scalars())
    for number in named:
        end(connection, number, now)
    return len(named)
