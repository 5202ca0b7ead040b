"""People as Schoology clients read them, and what two people have to do with each other."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among


class SchoolUserRow(Struct, frozen=True):
    """A person with the first of the active logins and what decides which role fits."""

    id: int
    root_account_id: int
    name: str
    email: str | None
    time_zone: str | None
    """The person's own, else the institution's."""
    school_role_id: int | None
    schoology: dict[str, Any] | None
    workflow_state: str
    login: str | None
    sis_user_id: str | None
    is_admin: bool
    is_teacher: bool
    is_observer: bool


_LIVING = ("active", "completed")


@cache
def columns() -> tuple[sa.ColumnElement[Any], ...]:
    """The columns of a ``SchoolUserRow``; to be selected from ``people()``."""
    u, g, e = t.users.c, t.logins.c, t.enrollments.c

    def enrolled(*types: str) -> sa.ColumnElement[bool]:
        return sa.exists().where(e.user_id == u.id, e.type.in_(types), e.workflow_state.in_(_LIVING)).correlate(t.users)

    a = t.account_users.c
    admin = sa.exists().where(a.user_id == u.id, a.workflow_state == "active").correlate(t.users)
    return (
        *(u.id, u.root_account_id, u.name, u.email, sa.func.coalesce(u.time_zone, t.accounts.c.time_zone)),
        *(u.school_role_id, u.schoology, u.workflow_state, g.unique_id, g.sis_user_id),
        *(admin, enrolled("TeacherEnrollment", "TaEnrollment", "DesignerEnrollment"), enrolled("ObserverEnrollment")),
    )


@cache
def people() -> sa.Join:
    """Every person beside the institution and the first of the active logins, if any."""
    first = sa.select(sa.func.min(t.logins.c.id)).where(
        t.logins.c.user_id == t.users.c.id, t.logins.c.workflow_state == "active"
    )
    return t.users.join(t.accounts, t.accounts.c.id == t.users.c.root_account_id).outerjoin(
        t.logins, t.logins.c.id == first.correlate(t.users).scalar_subquery()
    )


@cache
def _one_query() -> sa.Select[Any]:
    return sa.select(*columns()).select_from(people()).where(t.users.c.id == sa.bindparam("id", type_=t.users.c.id.type))


def by_id(connection: sa.Connection, user_id: int) -> SchoolUserRow | None:
    row = connection.execute(_one_query(), {"id": user_id}).one_or_none()
    return None if row is None else row_of(row)


def by_ids(connection: sa.Connection, ids: Collection[int]) -> list[SchoolUserRow]:
    """These people, in the order of their ids; unknown ids are left out."""
    query = sa.select(*columns()).select_from(people()).where(among(connection, t.users.c.id, ids)).order_by(t.users.c.id)
    return [row_of(row) for row in connection.execute(query)]


class WantedRoles(Struct, frozen=True, kw_only=True):
    """People who were given one of these roles, or none that is known and are of one of these kinds."""

    ids: Collection[int]
    kinds: Collection[str]
    known: Collection[int]


class Filter(Struct, frozen=True, kw_only=True):
    """Which people of a school to list; ``None`` does not restrict."""

    root_account_id: int
    roles: WantedRoles | None = None
    building_id: int | None = None
    school_uids: Collection[str] | None = None


def page(connection: sa.Connection, wanted: Filter, *, offset: int, limit: int) -> tuple[list[SchoolUserRow], int]:
    """A page of people by id, and how many there are in all; no test students."""
    u, o = t.users.c, t.logins.c
    conditions: list[sa.ColumnElement[bool]] = [
        u.root_account_id == wanted.root_account_id,
        u.workflow_state != "deleted",
        sa.not_(u.fake_student),
    ]
    if wanted.roles is not None:
        conditions.append(_has_role(connection, wanted.roles))
    if wanted.building_id is not None:
        building = sa.func.coalesce(u.schoology["building_id"].as_integer(), u.root_account_id)
        conditions.append(building == wanted.building_id)
    if wanted.school_uids is not None:
        conditions.append(among(connection, o.sis_user_id, wanted.school_uids))
    query = sa.select(*columns()).select_from(people()).where(*conditions).order_by(u.id)
    found = [row_of(row) for row in connection.execute(query.offset(offset).limit(limit))]
    return found, connection.execute(sa.select(sa.func.count()).select_from(people()).where(*conditions)).scalar_one()


def _has_role(connection: sa.Connection, wanted: WantedRoles) -> sa.ColumnElement[bool]:
    u = t.users.c
    *_, admin, teacher, observer = columns()
    kind = sa.case((admin, "admin"), (teacher, "teacher"), (observer, "parent"), else_="student")
    given = sa.func.coalesce(u.school_role_id, u.schoology["built_in_role"].as_integer())
    unknown = sa.or_(given.is_(None), sa.not_(among(connection, given, wanted.known)))
    return sa.or_(
        sa.and_(among(connection, given, wanted.ids), sa.not_(unknown)), sa.and_(unknown, kind.in_(list(wanted.kinds)))
    )


def row_of(row: Any) -> SchoolUserRow:
    return SchoolUserRow(*(*row[:10], *map(bool, row[10:])))


def children_of(connection: sa.Connection, ids: Collection[int]) -> dict[int, list[int]]:
    """For each of these people who observes anybody, whom."""
    e = t.enrollments.c
    found: dict[int, list[int]] = {}
    rows = connection.execute(
        sa.select(e.user_id, e.associated_user_id)
        .distinct()
        .where(
            among(connection, e.user_id, ids),
            e.type == "ObserverEnrollment",
            e.associated_user_id.is_not(None),
            e.workflow_state.in_(_LIVING),
        )
        .order_by(e.user_id, e.associated_user_id)
    )
    for observer, observed in rows:
        found.setdefault(observer, []).append(observed)
    return found


@cache
def _shared_query() -> sa.Select[Any]:
    m, o = t.enrollments.alias("mine").c, t.enrollments.alias("theirs").c
    rank = sa.func.min(sa.case((m.type.in_(sa.bindparam("staff", expanding=True)), 0), else_=1))
    return (
        sa.select(m.course_id)
        .join(t.courses, t.courses.c.id == m.course_id)
        .where(
            o.course_id == m.course_id,
            m.user_id == sa.bindparam("mine", type_=m.user_id.type),
            o.user_id == sa.bindparam("theirs", type_=m.user_id.type),
            m.workflow_state.in_(_LIVING),
            o.workflow_state.in_((*_LIVING, "invited", "creation_pending", "inactive")),
            t.courses.c.workflow_state != "deleted",
        )
        .group_by(m.course_id)
        .order_by(rank, m.course_id)
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


def shared_courses(connection: sa.Connection, mine: int, theirs: int, *, staff: Collection[str], limit: int) -> list[int]:
    """Courses in which both are enrolled, at most so many; first those in which the first of them is staff."""
    asked = {"mine": mine, "theirs": theirs, "staff": list(staff), "most": limit}
    return list(connection.execute(_shared_query(), asked).scalars())
