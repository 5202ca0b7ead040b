"""Accounts: the tree that courses, roles and standards hang on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among


class AccountRow(Struct, frozen=True):
    id: int
    parent_account_id: int | None
    root_account_id: int | None
    name: str
    uuid: str
    lti_guid: str | None
    sis_account_id: str | None
    time_zone: str | None
    default_grading_standard_id: int | None
    restrict_grading_scheme_editing_to_admins: bool
    final_grades_override: bool
    grade_calc_ignore_unposted_anonymous: bool
    workflow_state: str


C = t.accounts.c
COLUMNS: tuple[sa.Column[Any], ...] = tuple(C[name] for name in AccountRow.__struct_fields__)


def find(connection: sa.Connection, account_id: int) -> AccountRow | None:
    """An account that is not deleted."""
    row: Any = connection.execute(sa.select(*COLUMNS).where(C.id == account_id, C.workflow_state == "active")).one_or_none()
    return None if row is None else AccountRow(*row)


def page_of_user(connection: sa.Connection, user_id: int, *, offset: int, limit: int) -> tuple[list[AccountRow], int]:
    """The accounts in which a user holds a role, by id, and how many there are in all."""
    m = t.account_users.c
    condition = sa.and_(
        C.workflow_state == "active",
        sa.exists().where(m.account_id == C.id, m.user_id == user_id, m.workflow_state == "active"),
    )
    rows = connection.execute(sa.select(*COLUMNS).where(condition).order_by(C.id).offset(offset).limit(limit))
    found = [AccountRow(*row) for row in rows]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.accounts).where(condition)).scalar_one()
    return found, total


def with_subaccounts(account_id: int) -> sa.Select[tuple[int]]:
    """The ids of an account and of all below it, to be put into another query."""
    start = sa.select(C.id).where(C.id == account_id).cte("below", recursive=True)
    below = start.union_all(sa.select(C.id).where(C.parent_account_id == start.c.id))
    return sa.select(below.c.id)


def page_below(
    connection: sa.Connection, account_id: int, *, recursive: bool, by_name: bool, offset: int, limit: int
) -> tuple[list[AccountRow], int]:
    """The accounts directly below an account, or all below it, by id or name; and how many there are in all."""
    place = C.id.in_(with_subaccounts(account_id)) if recursive else C.parent_account_id == account_id
    condition = sa.and_(place, C.id != account_id, C.workflow_state == "active")
    order = (C.name, C.id) if by_name else (C.id,)
    rows = connection.execute(sa.select(*COLUMNS).where(condition).order_by(*order).offset(offset).limit(limit))
    found = [AccountRow(*row) for row in rows]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.accounts).where(condition)).scalar_one()
    return found, total


def count_courses(connection: sa.Connection, account_ids: Collection[int]) -> dict[int, int]:
    """How many courses are directly in each of these accounts; deleted ones do not count."""
    c = t.courses.c
    rows = connection.execute(
        sa.select(c.account_id, sa.func.count())
        .where(among(connection, c.account_id, account_ids), c.workflow_state != "deleted")
        .group_by(c.account_id)
    )
    return {row[0]: row[1] for row in rows}


def count_accounts(connection: sa.Connection, account_ids: Collection[int]) -> dict[int, int]:
    """How many accounts are directly below each of these; deleted ones do not count."""
    rows = connection.execute(
        sa.select(C.parent_account_id, sa.func.count())
        .where(among(connection, C.parent_account_id, account_ids), C.workflow_state != "deleted")
        .group_by(C.parent_account_id)
    )
    return {row[0]: row[1] for row in rows}


def uses_sis_id(connection: sa.Connection, root_account_id: int, sis_account_id: str, *, except_id: int | None) -> bool:
    """Whether another account of the institution, also a deleted one, has this SIS id."""
    query = sa.select(sa.literal(1)).where(C.root_account_id == root_account_id, C.sis_account_id == sis_account_id)
    if except_id is not None:
        query = query.where(C.id != except_id)
    return connection.execute(query.limit(1)).first() is not None


def add(connection: sa.Connection, now: datetime, **values: Any) -> int:
    account_id: int = connection.execute(
        sa.insert(t.accounts).values(created_at=now, updated_at=now, **values).returning(C.id)
    ).scalar_one()
    return account_id


def change(connection: sa.Connection, account_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.accounts).where(C.id == account_id).values(updated_at=now, **values))


def by_ids(connection: sa.Connection, ids: Collection[int]) -> dict[int, AccountRow]:
    """These accounts, in whatever state."""
    rows = connection.execute(sa.select(*COLUMNS).where(among(connection, C.id, ids)))
    return {row.id: AccountRow(*row) for row in rows}
