"""Enrollment terms of institutions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from gradewire.store import tables as t
from gradewire.store.bulk import among
from gradewire.store.courses import TermRow

T = t.enrollment_terms.c
COLUMNS: tuple[Any, ...] = tuple(T[name] for name in TermRow.__struct_fields__)


def page(
    connection: sa.Connection,
    root_account_id: int,
    *,
    states: Collection[str],
    name: str | None,
    offset: int,
    limit: int,
) -> tuple[list[TermRow], int]:
    """The terms of an institution in these states, those whose name contains the text, by id; and how many there are."""
    condition = sa.and_(T.root_account_id == root_account_id, T.workflow_state.in_(states))
    if name is not None:
        condition = sa.and_(condition, T.name.icontains(name, autoescape=True))
    rows = connection.execute(sa.select(*COLUMNS).where(condition).order_by(T.id).offset(offset).limit(limit))
    found = [TermRow(*row) for row in rows]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.enrollment_terms).where(condition)).scalar_one()
    return found, total


def find(connection: sa.Connection, root_account_id: int, term_id: int, *, lock: bool = False) -> TermRow | None:
    """A term of an institution that is not deleted."""
    condition = sa.and_(T.id == term_id, T.root_account_id == root_account_id, T.workflow_state == "active")
    query = sa.select(*COLUMNS).where(condition)
    row: Any = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else TermRow(*row)


def add(connection: sa.Connection, **values: Any) -> int:
    term_id: int = connection.execute(sa.insert(t.enrollment_terms).values(**values).returning(T.id)).scalar_one()
    return term_id


def change(connection: sa.Connection, term_id: int, **values: Any) -> None:
    connection.execute(sa.update(t.enrollment_terms).where(T.id == term_id).values(**values))


def uses_sis_id(connection: sa.Connection, root_account_id: int, sis_term_id: str, *, except_id: int | None) -> bool:
    """Whether another term of the institution, also a deleted one, has this SIS id."""
    query = sa.select(sa.literal(1)).where(T.root_account_id == root_account_id, T.sis_term_id == sis_term_id)
    if except_id is not None:
        query = query.where(T.id != except_id)
    return connection.execute(query.limit(1)).first() is not None


def count_courses(connection: sa.Connection, term_ids: Collection[int]) -> dict[int, int]:
    """How many courses there are in each term that has any; deleted ones do not count."""
    c = t.courses.c
    rows = connection.execute(
        sa.select(c.enrollment_term_id, sa.func.count())
        .where(among(connection, c.enrollment_term_id, term_ids), c.workflow_state != "deleted")
        .group_by(c.enrollment_term_id)
    )
    return {row[0]: row[1] for row in rows}
