"""The course catalogue of a school: what Schoology calls courses, of which our courses are sections."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from gradewire.store import tables as t

C = t.catalog_courses.c


def by_code(connection: sa.Connection, root_account_id: int, course_code: str) -> int | None:
    """The entry with this code, deleted or not: a code is used once."""
    query = sa.select(C.id).where(C.root_account_id == root_account_id, C.course_code == course_code)
    return connection.execute(query).scalar()


def add(
    connection: sa.Connection, *, root_account_id: int, account_id: int, title: str, course_code: str, now: datetime
) -> int:
    number: int = connection.execute(
        sa.insert(t.catalog_courses)
        .values(
            root_account_id=root_account_id,
            account_id=account_id,
            title=title,
            course_code=course_code,
            created_at=now,
            updated_at=now,
        )
        .returning(C.id)
    ).scalar_one()
    return number
