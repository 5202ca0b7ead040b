"""Accounts: the tree that courses, roles and standards hang on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


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
