"""Who is asking: tokens and sessions, their users, and what roles those hold."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among


class CallerRow(Struct, frozen=True):
    """The owner of a token or session, with the login that events name."""

    user_id: int
    name: str
    root_account_id: int
    time_zone: str | None
    user_state: str
    login: str | None
    login_account_id: int | None
    sis_user_id: str | None
    token_id: int | None
    scopes: tuple[str, ...] | None
    developer_key_id: int | None
    expires_at: datetime | None
    revoked_at: datetime | None
    session_public_id: str | None
    csrf_token: str | None
    tool_id: int | None = None
    """The tool that a token was made for."""


def _caller(
    source: sa.FromClause,
    condition: sa.ColumnElement[bool],
    *extra: sa.ColumnElement[Any],
    login_id: sa.ColumnElement[Any] | None = None,
) -> sa.Select[Any]:
    """Users with a login: that with ``login_id`` if it is active, else the first."""
    users, logins = t.users, t.logins
    active = (logins.c.user_id == users.c.id, logins.c.workflow_state == "active")
    login: sa.ColumnElement[Any] = sa.select(sa.func.min(logins.c.id)).where(*active).correlate(users).scalar_subquery()
    if login_id is not None:
        own = sa.select(logins.c.id).where(*active, logins.c.id == login_id).correlate(users, source).scalar_subquery()
        login = sa.func.coalesce(own, login)
    return (
        sa.select(
            users.c.id,
            users.c.name,
            users.c.root_account_id,
            users.c.time_zone,
            users.c.workflow_state,
            logins.c.unique_id,
            logins.c.account_id,
            logins.c.sis_user_id,
            *extra,
        )
        .select_from(source)
        .join(users, users.c.id == source.c.user_id)
        .outerjoin(logins, logins.c.id == login)
        .where(condition)
    )


def by_token(connection: sa.Connection, digest: str) -> CallerRow | None:
    """The owner of the access token with this digest, valid or not: the caller of this judges."""
    c = t.access_tokens.c
    row: Any = connection.execute(
        _caller(t.access_tokens, c.digest == digest, c.id, c.scopes, c.developer_key_id, c.expires_at, c.revoked_at, c.tool_id)
    ).one_or_none()
    if row is None:
        return None
    scopes = None if row[9] is None else tuple(row[9])
    return CallerRow(*(*row[:9], scopes, *row[10:13], None, None, row[13]))


def by_session(connection: sa.Connection, digest: str) -> CallerRow | None:
    """The owner of the browser session with this digest, with the login by which they signed in."""
    c = t.sessions.c
    row: Any = connection.execute(
        _caller(t.sessions, c.digest == digest, c.expires_at, c.public_id, c.csrf_token, login_id=c.login_id)
    ).one_or_none()
    if row is None:
        return None
    expires_at, public_id, csrf = row[8:]
    return CallerRow(*(*row[:8], None, None, None, expires_at, None, public_id, csrf))


def by_id(connection: sa.Connection, user_id: int) -> CallerRow | None:
    """A user without any credentials, as if they had shown some."""
    named = sa.select(t.users.c.id.label("user_id")).where(t.users.c.id == user_id).subquery()
    row: Any = connection.execute(_caller(named, sa.true())).one_or_none()
    return None if row is None else CallerRow(*(*row, None, None, None, None, None, None, None))


class EnrollmentRow(Struct, frozen=True):
    """An enrolment as rights and visibility read it."""

    id: int
    user_id: int
    type: str
    role_id: int | None
    workflow_state: str
    section_id: int
    limited: bool
    associated_user_id: int | None


def enrollments_of(connection: sa.Connection, course_id: int, user_ids: list[int]) -> list[EnrollmentRow]:
    """What these users are in the course; deleted enrolments are left out."""
    c = t.enrollments.c
    rows = connection.execute(
        sa.select(
            c.id,
            c.user_id,
            c.type,
            c.role_id,
            c.workflow_state,
            c.course_section_id,
            c.limit_privileges_to_course_section,
            c.associated_user_id,
        )
        .where(c.course_id == course_id, c.user_id.in_(user_ids), c.workflow_state != "deleted")
        .order_by(c.id)
    )
    return [EnrollmentRow(*row) for row in rows]


class MembershipRow(Struct, frozen=True):
    """A role of a user in an account."""

    account_id: int
    role_id: int | None


def memberships_of(connection: sa.Connection, user_id: int) -> list[MembershipRow]:
    c = t.account_users.c
    rows = connection.execute(
        sa.select(c.account_id, c.role_id).where(c.user_id == user_id, c.workflow_state == "active").order_by(c.id)
    )
    return [MembershipRow(*row) for row in rows]


def memberships_among(connection: sa.Connection, user_ids: Collection[int]) -> dict[int, list[MembershipRow]]:
    """The same of several users."""
    c = t.account_users.c
    condition = sa.and_(among(connection, c.user_id, user_ids), c.workflow_state == "active")
    found: dict[int, list[MembershipRow]] = {}
    for row in connection.execute(sa.select(c.user_id, c.account_id, c.role_id).where(condition).order_by(c.id)):
        found.setdefault(row.user_id, []).append(MembershipRow(row.account_id, row.role_id))
    return found


def account_chains(connection: sa.Connection, account_ids: Collection[int]) -> dict[int, list[int]]:
    """For each of these accounts it and all above it, the nearest first."""
    a = t.accounts.c
    start = (
        sa.select(a.id.label("below"), a.id, a.parent_account_id, sa.literal(0).label("depth"))
        .where(a.id.in_(account_ids))
        .cte("chains", recursive=True)
    )
    chains = start.union_all(
        sa.select(start.c.below, a.id, a.parent_account_id, start.c.depth + 1).where(a.id == start.c.parent_account_id)
    )
    found: dict[int, list[int]] = {number: [] for number in account_ids}
    for row in connection.execute(sa.select(chains.c.below, chains.c.id).order_by(chains.c.below, chains.c.depth)):
        found[row.below].append(row.id)
    return found


def teaches_in_account(connection: sa.Connection, user_id: int, account_id: int, types: list[str]) -> bool:
    """Whether the user has an active enrolment of these types in a course of the account or of one below it."""
    start = sa.select(t.accounts.c.id).where(t.accounts.c.id == account_id).cte("below", recursive=True)
    below = start.union_all(sa.select(t.accounts.c.id).where(t.accounts.c.parent_account_id == start.c.id))
    c = t.enrollments.c
    query = (
        sa.select(sa.literal(1))
        .select_from(t.enrollments)
        .join(t.courses, t.courses.c.id == c.course_id)
        .where(
            c.user_id == user_id,
            c.type.in_(types),
            c.workflow_state == "active",
            t.courses.c.workflow_state != "deleted",
            t.courses.c.account_id.in_(sa.select(below.c.id)),
        )
        .limit(1)
    )
    return connection.execute(query).first() is not None
