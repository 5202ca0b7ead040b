"""Groups of students who hand in together, in categories: a student is in at most one group of a category."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among


class CategoryRow(Struct, frozen=True):
    id: int
    course_id: int
    name: str
    sis_group_category_id: str | None
    groups_count: int
    created_at: datetime


class GroupRow(Struct, frozen=True):
    id: int
    group_category_id: int
    course_id: int
    name: str
    sis_group_id: str | None
    members_count: int
    created_at: datetime


class MembershipRow(Struct, frozen=True):
    id: int
    group_id: int
    user_id: int
    created_at: datetime


K, G, M, E = t.group_categories.c, t.groups.c, t.group_memberships.c, t.enrollments.c
_GROUPS = (
    sa.select(sa.func.count())
    .select_from(t.groups)
    .where(G.group_category_id == K.id, G.workflow_state == "available")
    .correlate(t.group_categories)
    .scalar_subquery()
)
_ACTIVE = (
    sa.select(E.id)
    .where(
        E.course_id == G.course_id,
        E.user_id == M.user_id,
        E.type.in_(("StudentEnrollment", "StudentViewEnrollment")),
        E.workflow_state.in_(("active", "invited", "creation_pending")),
    )
    .correlate(t.groups, t.group_memberships)
    .exists()
)
"""A membership counts while its student is in the course; who left, or was concluded, is in the group no more."""
_MEMBERS = (
    sa.select(sa.func.count())
    .select_from(t.group_memberships)
    .where(M.group_id == G.id, M.workflow_state == "accepted", _ACTIVE)
    .correlate(t.groups)
    .scalar_subquery()
)
CATEGORY: list[Any] = [K.id, K.course_id, K.name, K.sis_group_category_id, _GROUPS, K.created_at]
GROUP: list[Any] = [G.id, G.group_category_id, G.course_id, G.name, G.sis_group_id, _MEMBERS, G.created_at]
KEPT = K.workflow_state == "active"
THERE = G.workflow_state == "available"


def categories(connection: sa.Connection, *, course_id: int | None = None, category_id: int | None = None) -> list[CategoryRow]:
    """The categories of a course, or one of any, by id."""
    query = sa.select(*CATEGORY).where(KEPT)
    query = query.where(K.course_id == course_id) if category_id is None else query.where(K.id == category_id)
    return [CategoryRow(*row) for row in connection.execute(query.order_by(K.id))]


def page(
    connection: sa.Connection,
    *,
    course_id: int | None = None,
    category_id: int | None = None,
    member_id: int | None = None,
    offset: int,
    limit: int,
) -> tuple[list[GroupRow], int]:
    """Groups of a course or category, only those of a member if asked for, by name; and how many there are in all."""
    conditions = [THERE]
    conditions.append(G.course_id == course_id if category_id is None else G.group_category_id == category_id)
    if member_id is not None:
        mine = sa.select(M.id).where(M.group_id == G.id, M.user_id == member_id, M.workflow_state == "accepted")
        conditions.append(mine.correlate(t.groups).exists())
    query = sa.select(*GROUP).where(*conditions).order_by(G.name, G.id).offset(offset).limit(limit)
    found = [GroupRow(*row) for row in connection.execute(query)]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.groups).where(*conditions)).scalar_one()
    return found, total


def by_ids(connection: sa.Connection, ids: Collection[int]) -> dict[int, GroupRow]:
    """Those of these groups that are not deleted."""
    rows = connection.execute(sa.select(*GROUP).where(among(connection, G.id, ids), THERE))
    return {row.id: GroupRow(*row) for row in rows}


def memberships(connection: sa.Connection, group_ids: Collection[int]) -> list[MembershipRow]:
    """Who is in these groups, by id."""
    query = (
        sa.select(M.id, M.group_id, M.user_id, M.created_at)
        .select_from(t.group_memberships.join(t.groups, G.id == M.group_id))
        .where(among(connection, M.group_id, group_ids), M.workflow_state == "accepted", THERE, _ACTIVE)
        .order_by(M.id)
    )
    return [MembershipRow(*row) for row in connection.execute(query)]


def groups_of(connection: sa.Connection, category_id: int, user_ids: Collection[int]) -> dict[int, GroupRow]:
    """The group of each of these users in a category; who is in none is missing."""
    query = (
        sa.select(M.user_id, *GROUP)
        .select_from(t.group_memberships.join(t.groups, G.id == M.group_id))
        .where(G.group_category_id == category_id, THERE, M.workflow_state == "accepted")
        .where(among(connection, M.user_id, user_ids))
        .order_by(M.id)
    )
    return {row[0]: GroupRow(*row[1:]) for row in connection.execute(query)}


def groups_in(
    connection: sa.Connection, category_ids: Collection[int], user_ids: Collection[int]
) -> dict[tuple[int, int], GroupRow]:
    """The groups of these users in several categories, by (category, user)."""
    query = (
        sa.select(M.user_id, *GROUP)
        .select_from(t.group_memberships.join(t.groups, G.id == M.group_id))
        .where(among(connection, G.group_category_id, category_ids), THERE, M.workflow_state == "accepted")
        .where(among(connection, M.user_id, user_ids))
        .order_by(M.id)
    )
    found = [(row[0], GroupRow(*row[1:])) for row in connection.execute(query)]
    return {(group.group_category_id, user_id): group for user_id, group in found}


def add_category(connection: sa.Connection, course_id: int, values: Mapping[str, Any], now: datetime) -> int:
    query = sa.insert(t.group_categories).values(course_id=course_id, created_at=now, updated_at=now, **values)
    number: int = connection.execute(query.returning(K.id)).scalar_one()
    return number


def change_category(connection: sa.Connection, category_id: int, values: Mapping[str, Any], now: datetime) -> None:
    connection.execute(sa.update(t.group_categories).where(K.id == category_id).values(updated_at=now, **values))


def add_group(connection: sa.Connection, category: CategoryRow, values: Mapping[str, Any], now: datetime) -> int:
    query = sa.insert(t.groups).values(
        group_category_id=category.id, course_id=category.course_id, created_at=now, updated_at=now, **values
    )
    number: int = connection.execute(query.returning(G.id)).scalar_one()
    return number


def change_groups(
    connection: sa.Connection, condition: sa.ColumnElement[bool], values: Mapping[str, Any], now: datetime
) -> None:
    """Change the groups of which the condition holds: ``of_id``, ``of_category``."""
    connection.execute(sa.update(t.groups).where(condition).values(updated_at=now, **values))


def of_id(group_id: int) -> sa.ColumnElement[bool]:
    return G.id == group_id


def of_category(category_id: int) -> sa.ColumnElement[bool]:
    return G.group_category_id == category_id


def join(connection: sa.Connection, group: GroupRow, user_ids: Sequence[int], now: datetime) -> None:
    """Put users into a group, and out of the other groups of its category."""
    if not user_ids:
        return
    peers = sa.select(G.id).where(G.group_category_id == group.group_category_id, G.id != group.id)
    leaving = sa.and_(M.group_id.in_(peers), among(connection, M.user_id, user_ids), M.workflow_state == "accepted")
    connection.execute(sa.update(t.group_memberships).where(leaving).values(workflow_state="deleted", updated_at=now))
    mine = sa.and_(M.group_id == group.id, among(connection, M.user_id, user_ids))
    there = {row.user_id: row.workflow_state for row in connection.execute(sa.select(M.user_id, M.workflow_state).where(mine))}
    if any(state == "deleted" for state in there.values()):
        connection.execute(sa.update(t.group_memberships).where(mine).values(workflow_state="accepted", updated_at=now))
    new = [
        {"group_id": group.id, "user_id": user_id, "created_at": now, "updated_at": now}
        for user_id in user_ids
        if user_id not in there
    ]
    if new:
        connection.execute(sa.insert(t.group_memberships), new)


def leave(connection: sa.Connection, group_id: int, user_ids: Collection[int], now: datetime) -> None:
    """Take users out of a group."""
    if user_ids:
        connection.execute(
            sa.update(t.group_memberships)
            .where(M.group_id == group_id, among(connection, M.user_id, user_ids))
            .values(workflow_state="deleted", updated_at=now)
        )
