"""People as they are listed: a user with the login that names them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


class UserRow(Struct, frozen=True):
    id: int
    root_account_id: int
    name: str
    sortable_name: str
    short_name: str
    pronouns: str | None
    email: str | None
    time_zone: str | None
    locale: str | None
    fake_student: bool
    created_at: datetime
    login: str | None
    sis_user_id: str | None
    integration_id: str | None


def columns() -> list[sa.ColumnElement[Any]]:
    """The columns of a ``UserRow``; to be selected from ``users_with_login()``."""
    u, o = t.users.c, t.logins.c
    return [
        u.id,
        u.root_account_id,
        u.name,
        u.sortable_name,
        u.short_name,
        u.pronouns,
        u.email,
        u.time_zone,
        u.locale,
        u.fake_student,
        u.created_at,
        o.unique_id,
        o.sis_user_id,
        o.integration_id,
    ]


def users_with_login() -> sa.Join:
    """Every user beside the first of the logins that are still active, if any."""
    first = sa.select(sa.func.min(t.logins.c.id)).where(
        t.logins.c.user_id == t.users.c.id, t.logins.c.workflow_state == "active"
    )
    return t.users.outerjoin(t.logins, t.logins.c.id == first.correlate(t.users).scalar_subquery())


def by_ids(connection: sa.Connection, ids: Collection[int]) -> list[UserRow]:
    """These users, in the order of their ids; unknown ids are left out."""
    rows = connection.execute(
        sa.select(*columns()).select_from(users_with_login()).where(t.users.c.id.in_(ids)).order_by(t.users.c.id)
    )
    return [UserRow(*row) for row in rows]
