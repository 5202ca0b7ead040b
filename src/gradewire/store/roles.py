"""Roles that accounts define, what they change in the built-in ones, and who holds roles in accounts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among


class RoleRow(Struct, frozen=True):
    """A role of an account. One with a built-in name is what the account changes in that role."""

    id: int
    account_id: int
    name: str
    base_role_type: str
    permissions: dict[str, bool]
    workflow_state: str
    created_at: datetime
    updated_at: datetime


class AdminRow(Struct, frozen=True):
    """Somebody's role in an account; ``role_id`` is ``None`` for the built-in administrator."""

    id: int
    account_id: int
    user_id: int
    role_id: int | None
    role_name: str | None
    workflow_state: str


R, A = t.roles.c, t.account_users.c
COLUMNS: tuple[Any, ...] = tuple(R[name] for name in RoleRow.__struct_fields__)
ADMIN_COLUMNS: tuple[Any, ...] = (A.id, A.account_id, A.user_id, A.role_id, R.name, A.workflow_state)


def of_accounts(connection: sa.Connection, account_ids: Collection[int]) -> list[RoleRow]:
    """The roles of these accounts that are not deleted, by id."""
    rows = connection.execute(
        sa.select(*COLUMNS).where(among(connection, R.account_id, account_ids), R.workflow_state != "deleted").order_by(R.id)
    )
    return [RoleRow(*row) for row in rows]


def named(connection: sa.Connection, account_id: int, name: str) -> RoleRow | None:
    """The role of this name in an account, also a deleted one: there is one at most."""
    row: Any = connection.execute(sa.select(*COLUMNS).where(R.account_id == account_id, R.name == name)).one_or_none()
    return None if row is None else RoleRow(*row)


def add(connection: sa.Connection, now: datetime, **values: Any) -> int:
    role_id: int = connection.execute(
        sa.insert(t.roles).values(created_at=now, updated_at=now, **values).returning(R.id)
    ).scalar_one()
    return role_id


def change(connection: sa.Connection, role_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.roles).where(R.id == role_id).values(updated_at=now, **values))


def page_of_admins(
    connection: sa.Connection, account_id: int, *, user_ids: Collection[int] | None, offset: int, limit: int
) -> tuple[list[AdminRow], int]:
    """Who holds roles in an account, by id; and how many there are in all."""
    condition = sa.and_(A.account_id == account_id, A.workflow_state == "active")
    if user_ids is not None:
        condition = sa.and_(condition, among(connection, A.user_id, user_ids))
    source = t.account_users.outerjoin(t.roles, R.id == A.role_id)
    query = sa.select(*ADMIN_COLUMNS).select_from(source).where(condition).order_by(A.id)
    found = [AdminRow(*row) for row in connection.execute(query.offset(offset).limit(limit))]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.account_users).where(condition)).scalar_one()
    return found, total


def find_admin(connection: sa.Connection, account_id: int, user_id: int, role_id: int | None) -> AdminRow | None:
    """Somebody's role in an account, also one that was taken away."""
    role = A.role_id.is_(None) if role_id is None else A.role_id == role_id
    source = t.account_users.outerjoin(t.roles, R.id == A.role_id)
    query = sa.select(*ADMIN_COLUMNS).select_from(source).where(A.account_id == account_id, A.user_id == user_id, role)
    row: Any = connection.execute(query).one_or_none()
    return None if row is None else AdminRow(*row)


def add_admin(connection: sa.Connection, account_id: int, user_id: int, role_id: int | None, now: datetime) -> None:
    connection.execute(
        sa.insert(t.account_users).values(
            account_id=account_id, user_id=user_id, role_id=role_id, created_at=now, updated_at=now
        )
    )


def set_admin_state(connection: sa.Connection, admin_id: int, workflow_state: str, now: datetime) -> None:
    connection.execute(sa.update(t.account_users).where(A.id == admin_id).values(workflow_state=workflow_state, updated_at=now))


def remove_admin(connection: sa.Connection, user_id: int, now: datetime) -> None:
    """Take all roles in accounts from somebody."""
    connection.execute(sa.update(t.account_users).where(A.user_id == user_id).values(workflow_state="deleted", updated_at=now))
