"""Browser sessions, and the logins that people start them with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t

MOST_LOGINS = 4


class LoginRow(Struct, frozen=True):
    """A login that may start a session; without a hash no password opens it."""

    id: int
    user_id: int
    password_hash: str | None


def logins_named(connection: sa.Connection, names: list[str]) -> list[LoginRow]:
    """The active logins of registered users with one of these names. Each institution may have one, so there may be several."""
    c = t.logins.c
    rows: Any = connection.execute(
        sa.select(c.id, c.user_id, c.password_hash)
        .join(t.users, t.users.c.id == c.user_id)
        .where(c.unique_id.in_(names), c.workflow_state == "active", t.users.c.workflow_state == "registered")
        .order_by(c.id)
        .limit(MOST_LOGINS)
    )
    return [LoginRow(*row) for row in rows]


def logins_known_as(connection: sa.Connection, column: str, name: str) -> list[LoginRow]:
    """The active logins of registered users that another system knows by this id."""
    c = t.logins.c
    rows: Any = connection.execute(
        sa.select(c.id, c.user_id, c.password_hash)
        .join(t.users, t.users.c.id == c.user_id)
        .where(c[column] == name, c.workflow_state == "active", t.users.c.workflow_state == "registered")
        .order_by(c.id)
        .limit(MOST_LOGINS)
    )
    return [LoginRow(*row) for row in rows]


def replace_hash(connection: sa.Connection, login_id: int, *, old: str, new: str) -> None:
    """Keep the same password under another hash, unless somebody has changed the password meanwhile."""
    c = t.logins.c
    connection.execute(sa.update(t.logins).where(c.id == login_id, c.password_hash == old).values(password_hash=new))


class SessionRow(Struct, frozen=True, kw_only=True):
    """A session as it is stored. ``digest`` is the SHA-256 of the secret in the browser's cookie."""

    digest: str
    user_id: int
    login_id: int | None
    public_id: str
    csrf_token: str
    user_agent: str | None
    method: str | None
    used_at: datetime | None
    expires_at: datetime
    created_at: datetime


def add(connection: sa.Connection, row: SessionRow) -> None:
    connection.execute(sa.insert(t.sessions).values({name: getattr(row, name) for name in row.__struct_fields__}))


class Times(Struct, frozen=True):
    """When a session was begun, when it ends, and when it was last noted as used."""

    begun: datetime
    ends: datetime
    used: datetime


def times(connection: sa.Connection, digest: str) -> Times | None:
    c = t.sessions.c
    row = connection.execute(sa.select(c.created_at, c.expires_at, c.used_at).where(c.digest == digest)).one_or_none()
    return None if row is None else Times(row.created_at, row.expires_at, row.used_at or row.created_at)


def prolong(connection: sa.Connection, digest: str, *, until: datetime, now: datetime) -> None:
    """Note that a session is used, and let it last longer."""
    connection.execute(sa.update(t.sessions).where(t.sessions.c.digest == digest).values(expires_at=until, used_at=now))


def of_user(connection: sa.Connection, user_id: int, now: datetime, *, limit: int) -> list[SessionRow]:
    """The sessions of a user that have not ended, the last used first."""
    c = t.sessions.c
    used = sa.func.coalesce(c.used_at, c.created_at)
    rows: Any = connection.execute(
        sa.select(*(c[name] for name in SessionRow.__struct_fields__))
        .where(c.user_id == user_id, c.expires_at > now)
        .order_by(used.desc(), c.digest)
        .limit(limit)
    )
    return [SessionRow(**dict(zip(SessionRow.__struct_fields__, row, strict=True))) for row in rows]


def end_one_of(connection: sa.Connection, user_id: int, public_id: str) -> int:
    """End one session of a user; whether there was one."""
    c = t.sessions.c
    return connection.execute(sa.delete(t.sessions).where(c.user_id == user_id, c.public_id == public_id)).rowcount


def end_others_of(connection: sa.Connection, user_id: int, digest: str) -> int:
    """End all sessions of a user but one; how many there were."""
    c = t.sessions.c
    return connection.execute(sa.delete(t.sessions).where(c.user_id == user_id, c.digest != digest)).rowcount


def end(connection: sa.Connection, digest: str) -> None:
    connection.execute(sa.delete(t.sessions).where(t.sessions.c.digest == digest))


def end_all_of(connection: sa.Connection, user_id: int) -> int:
    """End every session of a user; how many there were."""
    return connection.execute(sa.delete(t.sessions).where(t.sessions.c.user_id == user_id)).rowcount


def remove_expired(connection: sa.Connection, now: datetime) -> None:
    connection.execute(sa.delete(t.sessions).where(t.sessions.c.expires_at <= now))
