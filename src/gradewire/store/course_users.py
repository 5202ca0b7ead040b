"""The people of a course, each once however often enrolled."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among
from gradewire.store.users import UserRow, columns, users_with_login


class Filter(Struct, frozen=True, kw_only=True):
    """Which people of a course to list; ``None`` does not restrict."""

    course_id: int
    states: Collection[str]
    types: Collection[str] | None = None
    roles: Collection[str] | None = None
    sections: Collection[int] | None = None
    user_ids: Collection[int] | None = None
    search_term: str | None = None
    """Part of a name, or an id."""
    searches_logins: bool = False
    """Or part of a login or SIS id."""


def page(connection: sa.Connection, wanted: Filter, *, offset: int, limit: int) -> tuple[list[UserRow], int]:
    """A page of people by the names they are sorted by, and how many there are in all."""
    e, u, o = t.enrollments.c, t.users.c, t.logins.c
    mine = [e.user_id == u.id, e.course_id == wanted.course_id, e.workflow_state.in_(wanted.states)]
    if wanted.types is not None:
        mine.append(e.type.in_(wanted.types))
    if wanted.roles is not None:
        role = sa.select(t.roles.c.name).where(t.roles.c.id == e.role_id).scalar_subquery()
        mine.append(sa.func.coalesce(role, e.type).in_(wanted.roles))
    if wanted.sections is not None:
        mine.append(among(connection, e.course_section_id, wanted.sections))
    conditions: list[sa.ColumnElement[bool]] = [sa.exists().where(*mine)]
    if wanted.user_ids is not None:
        conditions.append(among(connection, u.id, wanted.user_ids))
    if wanted.search_term is not None:
        searched: list[Any] = [u.name, u.sortable_name]
        if wanted.searches_logins:
            searched += [o.unique_id, o.sis_user_id]
        found = [column.icontains(wanted.search_term, autoescape=True) for column in searched]
        if wanted.search_term.isascii() and wanted.search_term.isdigit() and len(wanted.search_term) < 19:
            found.append(u.id == int(wanted.search_term))
        conditions.append(sa.or_(*found))
    source = users_with_login()
    query = sa.select(*columns()).select_from(source).where(*conditions).order_by(u.sortable_name, u.id)
    rows = [UserRow(*row) for row in connection.execute(query.offset(offset).limit(limit))]
    total = connection.execute(sa.select(sa.func.count()).select_from(source).where(*conditions)).scalar_one()
    return rows, total
