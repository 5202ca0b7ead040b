"""Logins: the names under which people sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


class PersonRow(Struct, frozen=True):
    """A user with one of their logins."""

    user_id: int
    login_id: int
    account_id: int
    login: str
    name: str
    sis_user_id: str | None
    workflow_state: str


_COLUMNS = [
    t.users.c.id,
    t.logins.c.id,
    t.logins.c.account_id,
    t.logins.c.unique_id,
    t.users.c.name,
    t.logins.c.sis_user_id,
    t.logins.c.workflow_state,
]


def named(connection: sa.Connection, login: str, *, account_id: int | None = None) -> list[PersonRow]:
    """Everybody who signs in by this name; within one institution there is one at most."""
    query = (
        sa.select(*_COLUMNS)
        .join(t.users, t.users.c.id == t.logins.c.user_id)
        .where(t.logins.c.unique_id == login, t.users.c.workflow_state == "registered")
        .order_by(t.logins.c.id)
    )
    if account_id is not None:
        query = query.where(t.logins.c.account_id == account_id)
    return [PersonRow(*row) for row in connection.execute(query)]


def page(connection: sa.Connection, *, containing: str | None, limit: int) -> list[PersonRow]:
    """People by login, those whose login or name contains the text."""
    query = sa.select(*_COLUMNS).join(t.users, t.users.c.id == t.logins.c.user_id).order_by(t.logins.c.unique_id, t.logins.c.id)
    if containing:
        query = query.where(
            t.logins.c.unique_id.icontains(containing, autoescape=True) | t.users.c.name.icontains(containing, autoescape=True)
        )
    return [PersonRow(*row) for row in connection.execute(query.limit(limit))]


def root_accounts(connection: sa.Connection) -> list[int]:
    rows = connection.execute(
        sa.select(t.accounts.c.id).where(t.accounts.c.parent_account_id.is_(None)).order_by(t.accounts.c.id)
    )
    return list(rows.scalars())


def add_user(
    connection: sa.Connection, *, root_account_id: int, name: str, sortable_name: str, email: str | None, now: datetime
) -> int:
    user_id: int = connection.execute(
        sa.insert(t.users)
        .values(
            root_account_id=root_account_id,
            name=name,
            sortable_name=sortable_name,
            short_name=name,
            email=email,
            created_at=now,
            updated_at=now,
        )
        .returning(t.users.c.id)
    ).scalar_one()
    return user_id


def add_login(connection: sa.Connection, **values: Any) -> None:
    connection.execute(sa.insert(t.logins).values(**values))


def set_password(connection: sa.Connection, login_id: int, password_hash: str | None, now: datetime) -> None:
    connection.execute(sa.update(t.logins).where(t.logins.c.id == login_id).values(password_hash=password_hash, updated_at=now))


def set_state(connection: sa.Connection, login_id: int, workflow_state: str, now: datetime) -> None:
    connection.execute(
        sa.update(t.logins).where(t.logins.c.id == login_id).values(workflow_state=workflow_state, updated_at=now)
    )


def add_admin(connection: sa.Connection, account_id: int, user_id: int, now: datetime) -> None:
    connection.execute(
        sa.insert(t.account_users).values(account_id=account_id, user_id=user_id, created_at=now, updated_at=now)
    )
