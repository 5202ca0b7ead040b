"""People as they are listed: a user with the login that names them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.accounts import with_subaccounts


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
    workflow_state: str = "registered"


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
        u.workflow_state,
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


class Filter(Struct, frozen=True, kw_only=True):
    """Which people of an institution to list; ``None`` does not restrict."""

    root_account_id: int
    account_id: int | None = None
    """Only those who are in a course of this account or of one below it, or hold a role there."""
    search_term: str | None = None
    enrollment_type: str | None = None
    states: Collection[str] = ("registered", "suspended")


def page(
    connection: sa.Connection, wanted: Filter, *, sort: str, descending: bool, offset: int, limit: int
) -> tuple[list[UserRow], int]:
    """A page of people, and how many there are in all. ``sort`` is id, username, email, sis_id or integration_id."""
    u, o, e, a = t.users.c, t.logins.c, t.enrollments.c, t.account_users.c
    conditions = [
        u.root_account_id == wanted.root_account_id,
        u.workflow_state.in_(wanted.states),
        sa.not_(u.fake_student),
    ]
    enrolled = [e.user_id == u.id, e.workflow_state.not_in(("deleted", "rejected"))]
    if wanted.enrollment_type is not None:
        enrolled.append(e.type == wanted.enrollment_type)
    if wanted.account_id is not None:
        below = with_subaccounts(wanted.account_id)
        enrolled.append(e.course_id.in_(sa.select(t.courses.c.id).where(t.courses.c.account_id.in_(below))))
        holds = sa.exists().where(a.user_id == u.id, a.workflow_state == "active", a.account_id.in_(below))
        belongs = sa.exists().where(*enrolled)
        conditions.append(belongs if wanted.enrollment_type is not None else sa.or_(belongs, holds))
    elif wanted.enrollment_type is not None:
        conditions.append(sa.exists().where(*enrolled))
    if wanted.search_term is not None:
        searched = (u.name, u.sortable_name, u.email, o.unique_id, o.sis_user_id)
        found_in = [column.icontains(wanted.search_term, autoescape=True) for column in searched]
        if wanted.search_term.isascii() and wanted.search_term.isdigit() and len(wanted.search_term) < 19:
            found_in.append(u.id == int(wanted.search_term))
        conditions.append(sa.or_(*found_in))
    orders: dict[str, sa.ColumnElement[Any]] = {
        "id": u.id,
        "username": u.sortable_name,
        "email": u.email,
        "sis_id": o.sis_user_id,
        "integration_id": o.integration_id,
    }
    order = orders[sort]
    query = sa.select(*columns()).select_from(users_with_login()).where(*conditions)
    query = query.order_by(order.desc().nulls_last() if descending else order.nulls_last(), u.id)
    found = [UserRow(*row) for row in connection.execute(query.offset(offset).limit(limit))]
    counting = sa.select(sa.func.count()).select_from(users_with_login()).where(*conditions)
    return found, connection.execute(counting).scalar_one()


def page_of_observed(
    connection: sa.Connection, user_id: int, *, observers: bool, offset: int, limit: int
) -> tuple[list[UserRow], int]:
    """Whom somebody observes in a course that is not deleted, or by whom they are observed; by id, and how many in all."""
    e, u = t.enrollments.c, t.users.c
    mine, others = (e.associated_user_id, e.user_id) if observers else (e.user_id, e.associated_user_id)
    condition = sa.and_(
        u.workflow_state != "deleted",
        sa.exists().where(
            others == u.id,
            mine == user_id,
            e.type == "ObserverEnrollment",
            e.workflow_state.in_(("active", "invited", "creation_pending")),
            e.course_id.in_(sa.select(t.courses.c.id).where(t.courses.c.workflow_state != "deleted")),
        ),
    )
    query = sa.select(*columns()).select_from(users_with_login()).where(condition).order_by(u.id)
    found = [UserRow(*row) for row in connection.execute(query.offset(offset).limit(limit))]
    return found, connection.execute(sa.select(sa.func.count()).select_from(t.users).where(condition)).scalar_one()


def add(connection: sa.Connection, now: datetime, **values: Any) -> int:
    user_id: int = connection.execute(
        sa.insert(t.users).values(created_at=now, updated_at=now, **values).returning(t.users.c.id)
    ).scalar_one()
    return user_id


def change(connection: sa.Connection, user_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.users).where(t.users.c.id == user_id).values(updated_at=now, **values))
