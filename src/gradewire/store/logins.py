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


class LoginRow(Struct, frozen=True):
    """One login; whether it has a password, not which."""

    id: int
    user_id: int
    account_id: int
    unique_id: str
    sis_user_id: str | None
    integration_id: str | None
    workflow_state: str
    created_at: datetime


L = t.logins.c
_LOGIN_COLUMNS: tuple[Any, ...] = tuple(L[name] for name in LoginRow.__struct_fields__)

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


def add_login(connection: sa.Connection, **values: Any) -> int:
    login_id: int = connection.execute(sa.insert(t.logins).values(**values).returning(t.logins.c.id)).scalar_one()
    return login_id


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


def page_of(
    connection: sa.Connection, *, user_id: int | None = None, account_id: int | None = None, offset: int, limit: int
) -> tuple[list[LoginRow], int]:
    """The logins of a user, of an institution, or of a user in it, that are not deleted, by id; and how many in all."""
    condition = L.workflow_state == "active"
    if user_id is not None:
        condition = sa.and_(condition, L.user_id == user_id)
    if account_id is not None:
        condition = sa.and_(condition, L.account_id == account_id)
    rows = connection.execute(sa.select(*_LOGIN_COLUMNS).where(condition).order_by(L.id).offset(offset).limit(limit))
    found = [LoginRow(*row) for row in rows]
    return found, connection.execute(sa.select(sa.func.count()).select_from(t.logins).where(condition)).scalar_one()


def find(connection: sa.Connection, login_id: int) -> LoginRow | None:
    """A login that is not deleted."""
    query = sa.select(*_LOGIN_COLUMNS).where(L.id == login_id, L.workflow_state == "active")
    row: Any = connection.execute(query).one_or_none()
    return None if row is None else LoginRow(*row)


def password_hash(connection: sa.Connection, login_id: int) -> str | None:
    return connection.execute(sa.select(L.password_hash).where(L.id == login_id)).scalar()


NAMES = ("unique_id", "sis_user_id", "integration_id")
"""What a login is called; within an institution each names one login."""


def taken(connection: sa.Connection, account_id: int, values: dict[str, str], *, except_id: int | None) -> set[str]:
    """Those of these names that belong to another login that is not deleted, by column."""
    if not values:
        return set()
    query = sa.select(*(L[name] for name in NAMES)).where(
        L.account_id == account_id,
        L.workflow_state == "active",
        sa.or_(*(L[name] == value for name, value in values.items())),
    )
    if except_id is not None:
        query = query.where(L.id != except_id)
    rows = connection.execute(query).mappings().all()
    return {name for name, value in values.items() if any(row[name] == value for row in rows)}


def release(connection: sa.Connection, account_id: int, values: dict[str, str], now: datetime) -> None:
    """Take these names from logins that are deleted, for others to bear."""
    for name, value in values.items():
        free = sa.literal("deleted-") + sa.cast(L.id, sa.Text) + "-" + L.unique_id if name == "unique_id" else None
        connection.execute(
            sa.update(t.logins)
            .where(L.account_id == account_id, L.workflow_state == "deleted", L[name] == value)
            .values({name: free, "updated_at": now})
        )


def change(connection: sa.Connection, login_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.logins).where(L.id == login_id).values(updated_at=now, **values))


def delete_all_of(connection: sa.Connection, user_id: int, now: datetime) -> None:
    connection.execute(sa.update(t.logins).where(L.user_id == user_id).values(workflow_state="deleted", updated_at=now))
