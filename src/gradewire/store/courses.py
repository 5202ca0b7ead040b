"""Courses as they are listed and changed, and the terms they belong to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.accounts import with_subaccounts
from gradewire.store.bulk import among


class CourseRow(Struct, frozen=True):
    id: int
    account_id: int
    root_account_id: int
    enrollment_term_id: int | None
    name: str
    course_code: str
    uuid: str
    sis_course_id: str | None
    integration_id: str | None
    time_zone: str | None
    start_at: datetime | None
    end_at: datetime | None
    group_weighting_scheme: str | None
    grading_standard_id: int | None
    calculation: str
    post_manually: bool
    hide_final_grades: bool
    allow_final_grade_override: bool
    restrict_quantitative_data: bool
    workflow_state: str
    created_at: datetime


class TermRow(Struct, frozen=True):
    id: int
    name: str
    sis_term_id: str | None
    start_at: datetime | None
    end_at: datetime | None
    created_at: datetime
    workflow_state: str
    grading_period_group_id: int | None


C = t.courses.c
COLUMNS: tuple[sa.Column[Any], ...] = tuple(C[name] for name in CourseRow.__struct_fields__)


def find(connection: sa.Connection, course_id: int) -> CourseRow | None:
    """A course, in whatever state."""
    row: Any = connection.execute(sa.select(*COLUMNS).where(C.id == course_id)).one_or_none()
    return None if row is None else CourseRow(*row)


def by_ids(connection: sa.Connection, ids: Collection[int]) -> list[CourseRow]:
    """These courses, in whatever state, by id."""
    rows = connection.execute(sa.select(*COLUMNS).where(among(connection, C.id, ids)).order_by(C.id))
    return [CourseRow(*row) for row in rows]


def _page(
    connection: sa.Connection, condition: sa.ColumnElement[bool], *, offset: int, limit: int
) -> tuple[list[CourseRow], int]:
    rows = connection.execute(sa.select(*COLUMNS).where(condition).order_by(C.id).offset(offset).limit(limit))
    found = [CourseRow(*row) for row in rows]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.courses).where(condition)).scalar_one()
    return found, total


def page_of_user(
    connection: sa.Connection,
    user_id: int,
    *,
    enrollment_states: Collection[str],
    types: Collection[str] | None,
    roles: Collection[str] | None,
    course_states: Collection[str],
    staff_types: Collection[str],
    only: Collection[int] | None = None,
    offset: int,
    limit: int,
) -> tuple[list[CourseRow], int]:
    """The courses in which a user is something, of all or of these, by id. Those not published yet only for ``staff_types``."""
    e = t.enrollments.c
    mine = [e.course_id == C.id, e.user_id == user_id, e.workflow_state.in_(enrollment_states)]
    if types is not None:
        mine.append(e.type.in_(types))
    if roles is not None:
        role = sa.select(t.roles.c.name).where(t.roles.c.id == e.role_id).scalar_subquery()
        mine.append(sa.func.coalesce(role, e.type).in_(roles))
    published = sa.exists().where(*mine)
    unpublished = sa.exists().where(*mine, e.type.in_(staff_types))
    condition = sa.and_(
        C.workflow_state.in_(course_states),
        sa.case((C.workflow_state == "unpublished", unpublished), else_=published),
    )
    if only is not None:
        condition = sa.and_(condition, among(connection, C.id, only))
    return _page(connection, condition, offset=offset, limit=limit)


def page_of_account(
    connection: sa.Connection,
    account_id: int,
    *,
    states: Collection[str],
    search_term: str | None,
    term_id: int | None,
    with_enrollments: bool | None,
    offset: int,
    limit: int,
) -> tuple[list[CourseRow], int]:
    """The courses of an account and of all below it, by id."""
    conditions: list[sa.ColumnElement[bool]] = [
        C.account_id.in_(with_subaccounts(account_id)),
        C.workflow_state.in_(states),
    ]
    if search_term is not None:
        found_in = (C.name, C.course_code, C.sis_course_id)
        conditions.append(sa.or_(*(column.icontains(search_term, autoescape=True) for column in found_in)))
    if term_id is not None:
        conditions.append(C.enrollment_term_id == term_id)
    if with_enrollments is not None:
        e = t.enrollments.c
        exists = sa.exists().where(e.course_id == C.id, e.workflow_state.not_in(("deleted", "rejected")))
        conditions.append(exists if with_enrollments else sa.not_(exists))
    return _page(connection, sa.and_(*conditions), offset=offset, limit=limit)


def terms(connection: sa.Connection, ids: Collection[int]) -> dict[int, TermRow]:
    columns: list[Any] = [t.enrollment_terms.c[name] for name in TermRow.__struct_fields__]
    rows = connection.execute(sa.select(*columns).where(among(connection, t.enrollment_terms.c.id, ids)))
    return {row.id: TermRow(*row) for row in rows}


def count_students(connection: sa.Connection, course_ids: Collection[int]) -> dict[int, int]:
    """How many students are in each course, now or invited."""
    e = t.enrollments.c
    rows = connection.execute(
        sa.select(e.course_id, sa.func.count(e.user_id.distinct()))
        .where(
            among(connection, e.course_id, course_ids),
            e.type == "StudentEnrollment",
            e.workflow_state.in_(("active", "invited")),
        )
        .group_by(e.course_id)
    )
    return {row[0]: row[1] for row in rows}


def shows_all_periods(connection: sa.Connection, course_ids: Collection[int]) -> frozenset[int]:
    """The courses whose set of grading periods lets people see totals over all periods."""
    groups, terms = t.grading_period_groups, t.enrollment_terms
    query = (
        sa.select(C.id)
        .select_from(t.courses)
        .outerjoin(terms, terms.c.id == C.enrollment_term_id)
        .join(groups, groups.c.id == sa.func.coalesce(C.grading_period_group_id, terms.c.grading_period_group_id))
        .where(among(connection, C.id, course_ids), groups.c.display_totals_for_all_grading_periods)
    )
    return frozenset(connection.execute(query).scalars())


def change(connection: sa.Connection, course_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.courses).where(C.id == course_id).values(updated_at=now, **values))


def add(connection: sa.Connection, now: datetime, **values: Any) -> int:
    course_id: int = connection.execute(
        sa.insert(t.courses).values(created_at=now, updated_at=now, **values).returning(C.id)
    ).scalar_one()
    return course_id


def uses_sis_id(connection: sa.Connection, root_account_id: int, sis_course_id: str, *, except_id: int | None = None) -> bool:
    """Whether another course of the institution, also a deleted one, has this SIS id."""
    query = sa.select(sa.literal(1)).where(C.root_account_id == root_account_id, C.sis_course_id == sis_course_id)
    if except_id is not None:
        query = query.where(C.id != except_id)
    return connection.execute(query.limit(1)).first() is not None
