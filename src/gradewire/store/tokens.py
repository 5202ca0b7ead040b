"""Access tokens, by their digests: a token itself is never stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


class TokenRow(Struct, frozen=True):
    """A token of a user; ``hint`` is its beginning, by which its owner knows it."""

    id: int
    user_id: int
    hint: str
    purpose: str | None
    scopes: list[str] | None
    expires_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime


_COLUMNS = [t.access_tokens.c[name] for name in TokenRow.__struct_fields__]


def add(
    connection: sa.Connection,
    *,
    user_id: int,
    digest: str,
    hint: str,
    purpose: str | None,
    scopes: list[str] | None,
    expires_at: datetime | None,
    now: datetime,
    tool_id: int | None = None,
) -> TokenRow:
    row: Any = connection.execute(
        sa.insert(t.access_tokens)
        .values(
            user_id=user_id,
            digest=digest,
            hint=hint,
            purpose=purpose,
            scopes=scopes,
            expires_at=expires_at,
            tool_id=tool_id,
            created_at=now,
            updated_at=now,
        )
        .returning(*_COLUMNS)
    ).one()
    return TokenRow(*row)


def of_user(connection: sa.Connection, user_id: int) -> list[TokenRow]:
    rows = connection.execute(sa.select(*_COLUMNS).where(t.access_tokens.c.user_id == user_id).order_by(t.access_tokens.c.id))
    return [TokenRow(*row) for row in rows]


def revoke(connection: sa.Connection, condition: sa.ColumnElement[bool], now: datetime) -> int:
    """Revoke the tokens that fulfil the condition and are not revoked yet; how many."""
    c = t.access_tokens.c
    done = connection.execute(
        sa.update(t.access_tokens).where(condition, c.revoked_at.is_(None)).values(revoked_at=now, updated_at=now)
    )
    return done.rowcount


def revoke_one(connection: sa.Connection, token_id: int, now: datetime) -> int:
    return revoke(connection, t.access_tokens.c.id == token_id, now)


def revoke_all_for(connection: sa.Connection, purpose: str, now: datetime) -> int:
    return revoke(connection, t.access_tokens.c.purpose == purpose, now)


def revoke_all_of(connection: sa.Connection, user_id: int, now: datetime) -> int:
    return revoke(connection, t.access_tokens.c.user_id == user_id, now)


def page_of_user(connection: sa.Connection, user_id: int, *, offset: int, limit: int) -> tuple[list[TokenRow], int]:
    """The tokens of a user that are not revoked, by id, and how many there are in all."""
    c = t.access_tokens.c
    condition = sa.and_(c.user_id == user_id, c.revoked_at.is_(None))
    rows = connection.execute(sa.select(*_COLUMNS).where(condition).order_by(c.id).offset(offset).limit(limit))
    found = [TokenRow(*row) for row in rows]
    return found, connection.execute(sa.select(sa.func.count()).select_from(t.access_tokens).where(condition)).scalar_one()


def find(connection: sa.Connection, user_id: int, *, token_id: int | None = None, hint: str | None = None) -> TokenRow | None:
    """A token of a user that is not revoked, by number or by the beginning of it that its owner knows."""
    c = t.access_tokens.c
    named = c.id == token_id if token_id is not None else c.hint == hint
    query = sa.select(*_COLUMNS).where(c.user_id == user_id, c.revoked_at.is_(None), named).order_by(c.id.desc()).limit(1)
    row: Any = connection.execute(query).one_or_none()
    return None if row is None else TokenRow(*row)


def change(connection: sa.Connection, token_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.access_tokens).where(t.access_tokens.c.id == token_id).values(updated_at=now, **values))
