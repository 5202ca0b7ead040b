"""Sections of courses."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among


class SectionRow(Struct, frozen=True):
    id: int
    course_id: int
    name: str
    sis_section_id: str | None
    integration_id: str | None
    default_section: bool
    start_at: datetime | None
    end_at: datetime | None
    sis_course_id: str | None


S = t.course_sections.c
COLUMNS: tuple[Any, ...] = (
    S.id,
    S.course_id,
    S.name,
    S.sis_section_id,
    S.integration_id,
    S.default_section,
    S.start_at,
    S.end_at,
    t.courses.c.sis_course_id,
)
SOURCE = t.course_sections.join(t.courses, t.courses.c.id == S.course_id)


def find(connection: sa.Connection, section_id: int) -> SectionRow | None:
    """A section that is not deleted."""
    row: Any = connection.execute(
        sa.select(*COLUMNS).select_from(SOURCE).where(S.id == section_id, S.workflow_state == "active")
    ).one_or_none()
    return None if row is None else SectionRow(*row)


def page(
    connection: sa.Connection, course_id: int, *, ids: Collection[int] | None, offset: int, limit: int
) -> tuple[list[SectionRow], int]:
    """The sections of a course, or those of these ids, by id; and how many there are in all."""
    condition = sa.and_(S.course_id == course_id, S.workflow_state == "active")
    if ids is not None:
        condition = sa.and_(condition, among(connection, S.id, ids))
    query = sa.select(*COLUMNS).select_from(SOURCE).where(condition).order_by(S.id).offset(offset).limit(limit)
    found = [SectionRow(*row) for row in connection.execute(query)]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.course_sections).where(condition)).scalar_one()
    return found, total


def default_of(connection: sa.Connection, course_id: int) -> int | None:
    """The section that people join who name none: the default one, else the first."""
    query = sa.select(S.id).where(S.course_id == course_id, S.workflow_state == "active")
    return connection.execute(query.order_by(S.default_section.desc(), S.id).limit(1)).scalar()


def add_default(connection: sa.Connection, course_id: int, name: str, now: datetime) -> int:
    """Make the section that every course has at least."""
    section_id: int = connection.execute(
        sa.insert(t.course_sections)
        .values(course_id=course_id, name=name, default_section=True, created_at=now, updated_at=now)
        .returning(S.id)
    ).scalar_one()
    return section_id


def students_of(connection: sa.Connection, section_ids: Collection[int]) -> dict[int, list[int]]:
    """The ids of the students who are now in each section, or invited to it."""
    e = t.enrollments.c
    rows = connection.execute(
        sa.select(e.course_section_id, e.user_id)
        .where(
            among(connection, e.course_section_id, section_ids),
            e.type == "StudentEnrollment",
            e.workflow_state.in_(("active", "invited")),
        )
        .distinct()
        .order_by(e.course_section_id, e.user_id)
    )
    found: dict[int, list[int]] = {}
    for section_id, user_id in rows:
        found.setdefault(section_id, []).append(user_id)
    return found


def add(connection: sa.Connection, now: datetime, **values: Any) -> int:
    section_id: int = connection.execute(
        sa.insert(t.course_sections).values(created_at=now, updated_at=now, **values).returning(S.id)
    ).scalar_one()
    return section_id


def change(connection: sa.Connection, section_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.course_sections).where(S.id == section_id).values(updated_at=now, **values))


def uses_sis_id(connection: sa.Connection, root_account_id: int, sis_section_id: str, *, except_id: int | None) -> bool:
    """Whether another section of the institution, also a deleted one, has this SIS id."""
    query = (
        sa.select(sa.literal(1))
        .select_from(SOURCE)
        .where(t.courses.c.root_account_id == root_account_id, S.sis_section_id == sis_section_id)
    )
    if except_id is not None:
        query = query.where(S.id != except_id)
    return connection.execute(query.limit(1)).first() is not None


def has_members(connection: sa.Connection, section_id: int) -> bool:
    """Whether somebody is enrolled in a section; who was rejected or deleted is not."""
    e = t.enrollments.c
    query = sa.select(sa.literal(1)).where(e.course_section_id == section_id, e.workflow_state.not_in(("deleted", "rejected")))
    return connection.execute(query.limit(1)).first() is not None
