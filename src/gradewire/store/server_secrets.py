"""Secrets that the server makes for itself once and keeps, under a name each."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from gradewire.store import tables as t


def get(connection: sa.Connection, name: str) -> str | None:
    """The secret of this name, if it was made already."""
    return connection.execute(sa.select(t.server_secrets.c.value).where(t.server_secrets.c.name == name)).scalar()


def get_or_add(connection: sa.Connection, name: str, value: str, now: datetime) -> str:
    """The secret of this name; ``value`` if there was none. Of two that add one at the same moment, the first wins for both."""
    added = sa.text(
        "insert into server_secrets (name, value, created_at) values (:name, :value, :now) on conflict (name) do nothing"
    ).bindparams(sa.bindparam("now", now, t.server_secrets.c.created_at.type), name=name, value=value)
    connection.execute(added)
    found = get(connection, name)
    assert found is not None
    return found


def put(connection: sa.Connection, name: str, value: str, now: datetime) -> None:
    """Keep a secret under this name, whatever was there. On PostgreSQL two that do so at once go one after the other."""
    written = sa.text(
        "insert into server_secrets (name, value, created_at) values (:name, :value, :now)"
        " on conflict (name) do update set value = excluded.value, created_at = excluded.created_at"
    ).bindparams(sa.bindparam("now", now, t.server_secrets.c.created_at.type), name=name, value=value)
    connection.execute(written)
