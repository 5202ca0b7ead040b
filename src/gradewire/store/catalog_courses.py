"""The course catalogue of a school: what Schoology calls courses, of which our courses are sections."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.accounts import with_subaccounts
from gradewire.store.bulk import among

C = t.catalog_courses.c


class CatalogRow(Struct, frozen=True):
    """An entry of the catalogue."""

    id: int
    root_account_id: int
    account_id: int
    title: str
    course_code: str
    description: str | None
    schoology: dict[str, Any] | None
    workflow_state: str


COLUMNS: tuple[sa.Column[Any], ...] = tuple(C[name] for name in CatalogRow.__struct_fields__)


def by_code(connection: sa.Connection, root_account_id: int, course_code: str) -> CatalogRow | None:
    """The entry with this code, deleted or not: a code is used once."""
    return next(iter(by_codes(connection, root_account_id, [course_code])), None)


def by_codes(connection: sa.Connection, root_account_id: int, course_codes: Collection[str]) -> list[CatalogRow]:
    """The entries with these codes, deleted or not, by id."""
    condition = sa.and_(C.root_account_id == root_account_id, among(connection, C.course_code, course_codes))
    return [CatalogRow(*row) for row in connection.execute(sa.select(*COLUMNS).where(condition).order_by(C.id))]


def by_ids(connection: sa.Connection, ids: Collection[int]) -> dict[int, CatalogRow]:
    """These entries, in whatever state."""
    rows = connection.execute(sa.select(*COLUMNS).where(among(connection, C.id, ids)))
    return {row.id: CatalogRow(*row) for row in rows}


def page(
    connection: sa.Connection, root_account_id: int, *, account_id: int | None, offset: int, limit: int
) -> tuple[list[CatalogRow], int]:
    """The entries of a school, or of one of its accounts and those below, by id; and how many there are in all."""
    condition = sa.and_(C.root_account_id == root_account_id, C.workflow_state == "active")
    if account_id is not None:
        condition = sa.and_(condition, C.account_id.in_(with_subaccounts(account_id)))
    rows = connection.execute(sa.select(*COLUMNS).where(condition).order_by(C.id).offset(offset).limit(limit))
    found = [CatalogRow(*row) for row in rows]
    return found, connection.execute(sa.select(sa.func.count()).select_from(t.catalog_courses).where(condition)).scalar_one()


def add(connection: sa.Connection, now: datetime, **values: Any) -> int:
    number: int = connection.execute(
        sa.insert(t.catalog_courses).values(created_at=now, updated_at=now, **values).returning(C.id)
    ).scalar_one()
    return number


def change(connection: sa.Connection, entry_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.catalog_courses).where(C.id == entry_id).values(updated_at=now, **values))


def sections_of(connection: sa.Connection, entry_ids: Collection[int]) -> list[tuple[int, int]]:
    """The courses that are sections of these entries and not deleted, each with its entry, by id."""
    c = t.courses.c
    rows = connection.execute(
        sa.select(c.id, c.catalog_course_id)
        .where(among(connection, c.catalog_course_id, entry_ids), c.workflow_state != "deleted")
        .order_by(c.id)
    )
    return [(row[0], row[1]) for row in rows]


def is_member(connection: sa.Connection, entry_id: int, user_id: int) -> bool:
    """Whether somebody is in one of the sections of an entry."""
    c, e = t.courses.c, t.enrollments.c
    query = (
        sa.select(sa.literal(1))
        .join(t.enrollments, e.course_id == c.id)
        .where(
            c.catalog_course_id == entry_id,
            c.workflow_state != "deleted",
            e.user_id == user_id,
            e.workflow_state.in_(("active", "completed")),
        )
    )
    return connection.execute(query.limit(1)).first() is not None
