"""Enrolments as they are listed, with the names of what they belong to, and the scores that hang on them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among


class MemberRow(Struct, frozen=True):
    """One enrolment: who is what in which section of which course."""

    id: int
    user_id: int
    course_id: int
    course_section_id: int
    type: str
    role_id: int | None
    associated_user_id: int | None
    limit_privileges_to_course_section: bool
    workflow_state: str
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    role_name: str | None
    """``None`` for the built-in role of the type."""
    section_name: str
    section_start_at: datetime | None
    section_end_at: datetime | None
    sis_section_id: str | None
    section_integration_id: str | None
    root_account_id: int
    sis_course_id: str | None
    course_integration_id: str | None
    sis_account_id: str | None


class CourseScoreRow(Struct, frozen=True):
    """The scores of one enrolment in one scope."""

    enrollment_id: int
    current_score: float | None
    final_score: float | None
    unposted_current_score: float | None
    unposted_final_score: float | None
    current_points: float | None
    unposted_current_points: float | None
    override_score: float | None


class Filter(Struct, frozen=True, kw_only=True):
    """Which enrolments to list; ``None`` does not restrict."""

    course_id: int | None = None
    section_id: int | None = None
    ids: Collection[int] | None = None
    user_ids: Collection[int] | None = None
    sections: Collection[int] | None = None
    """Only people of these sections."""
    types: Collection[str] | None = None
    roles: Collection[str] | None = None
    """Names of roles: built-in types, or custom ones."""
    states: Collection[str] | None = None
    sis_user_ids: Collection[str] | None = None
    sis_account_ids: Collection[str] | None = None
    sis_course_ids: Collection[str] | None = None
    sis_section_ids: Collection[str] | None = None
    has_sis_id: bool | None = None
    """Only of people whom an SIS knows, or only of others."""
    term_id: int | None = None


E = t.enrollments.c
SOURCE = (
    t.enrollments.join(t.course_sections, t.course_sections.c.id == E.course_section_id)
    .join(t.courses, t.courses.c.id == E.course_id)
    .join(t.accounts, t.accounts.c.id == t.courses.c.account_id)
    .join(t.users, t.users.c.id == E.user_id)
    .outerjoin(t.roles, t.roles.c.id == E.role_id)
)
COLUMNS: tuple[Any, ...] = (
    E.id,
    E.user_id,
    E.course_id,
    E.course_section_id,
    E.type,
    E.role_id,
    E.associated_user_id,
    E.limit_privileges_to_course_section,
    E.workflow_state,
    E.completed_at,
    E.created_at,
    E.updated_at,
    t.roles.c.name,
    t.course_sections.c.name,
    t.course_sections.c.start_at,
    t.course_sections.c.end_at,
    t.course_sections.c.sis_section_id,
    t.course_sections.c.integration_id,
    t.courses.c.root_account_id,
    t.courses.c.sis_course_id,
    t.courses.c.integration_id,
    t.accounts.c.sis_account_id,
)


def _condition(connection: sa.Connection, wanted: Filter) -> sa.ColumnElement[bool]:
    conditions: list[sa.ColumnElement[bool]] = [t.courses.c.workflow_state != "deleted"]
    if wanted.course_id is not None:
        conditions.append(E.course_id == wanted.course_id)
    if wanted.section_id is not None:
        conditions.append(E.course_section_id == wanted.section_id)
    for column, values in (
        (E.id, wanted.ids),
        (E.user_id, wanted.user_ids),
        (E.course_section_id, wanted.sections),
        (E.type, wanted.types),
        (E.workflow_state, wanted.states),
        (sa.func.coalesce(t.roles.c.name, E.type), wanted.roles),
        (t.accounts.c.sis_account_id, wanted.sis_account_ids),
        (t.courses.c.sis_course_id, wanted.sis_course_ids),
        (t.course_sections.c.sis_section_id, wanted.sis_section_ids),
    ):
        if values is not None:
            conditions.append(among(connection, column, values))
    if wanted.sis_user_ids is not None:
        o = t.logins.c
        conditions.append(
            sa.exists().where(o.user_id == E.user_id, o.workflow_state == "active", o.sis_user_id.in_(wanted.sis_user_ids))
        )
    if wanted.has_sis_id is not None:
        o = t.logins.c
        known = sa.exists().where(o.user_id == E.user_id, o.workflow_state == "active", o.sis_user_id.is_not(None))
        conditions.append(known if wanted.has_sis_id else sa.not_(known))
    if wanted.term_id is not None:
        conditions.append(t.courses.c.enrollment_term_id == wanted.term_id)
    return sa.and_(*conditions)


def page(connection: sa.Connection, wanted: Filter, *, offset: int, limit: int) -> tuple[list[MemberRow], int]:
    """A page of enrolments by type, then by the names people are sorted by; and how many there are in all."""
    condition = _condition(connection, wanted)
    query = sa.select(*COLUMNS).select_from(SOURCE).where(condition)
    ordered = query.order_by(E.type, t.users.c.sortable_name, E.id).offset(offset).limit(limit)
    found = [MemberRow(*row) for row in connection.execute(ordered)]
    total = connection.execute(sa.select(sa.func.count()).select_from(SOURCE).where(condition)).scalar_one()
    return found, total


def find(connection: sa.Connection, wanted: Filter) -> list[MemberRow]:
    """All of them, by id."""
    query = sa.select(*COLUMNS).select_from(SOURCE).where(_condition(connection, wanted)).order_by(E.id)
    return [MemberRow(*row) for row in connection.execute(query)]


def scores_of(
    connection: sa.Connection, enrollment_ids: Collection[int], *, grading_period_id: int | None
) -> dict[int, CourseScoreRow]:
    """The scores of these enrolments, of the whole course or of one grading period."""
    s = t.scores.c
    scope = s.course_score if grading_period_id is None else s.grading_period_id == grading_period_id
    columns: list[Any] = [s[name] for name in CourseScoreRow.__struct_fields__]
    rows = connection.execute(
        sa.select(*columns).where(among(connection, s.enrollment_id, enrollment_ids), scope, s.workflow_state == "active")
    )
    return {row.enrollment_id: CourseScoreRow(*row) for row in rows}


def scores_in_periods(
    connection: sa.Connection, enrollment_ids: Collection[int], period_ids: Collection[int]
) -> dict[tuple[int, int], CourseScoreRow]:
    """The scores of these enrolments in several grading periods, by enrolment and period."""
    s = t.scores.c
    columns: list[Any] = [s[name] for name in CourseScoreRow.__struct_fields__]
    rows = connection.execute(
        sa.select(s.grading_period_id, *columns).where(
            among(connection, s.enrollment_id, enrollment_ids),
            among(connection, s.grading_period_id, period_ids),
            s.workflow_state == "active",
        )
    )
    return {(row[1], row[0]): CourseScoreRow(*row[1:]) for row in rows}


def same(
    connection: sa.Connection,
    *,
    section_id: int,
    user_id: int,
    kind: str,
    role_id: int | None,
    associated_user_id: int | None,
) -> tuple[int, str] | None:
    """Id and state of the enrolment that is the same membership, whatever its state: there can be only one."""
    row = connection.execute(
        sa.select(E.id, E.workflow_state).where(
            E.course_section_id == section_id,
            E.user_id == user_id,
            E.type == kind,
            E.role_id.is_(None) if role_id is None else E.role_id == role_id,
            E.associated_user_id.is_(None) if associated_user_id is None else E.associated_user_id == associated_user_id,
        )
    ).one_or_none()
    return None if row is None else (row.id, row.workflow_state)


def add(connection: sa.Connection, now: datetime, **values: Any) -> int:
    enrollment_id: int = connection.execute(
        sa.insert(t.enrollments).values(created_at=now, updated_at=now, **values).returning(E.id)
    ).scalar_one()
    return enrollment_id


def change(connection: sa.Connection, enrollment_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.enrollments).where(E.id == enrollment_id).values(updated_at=now, **values))


def active_instructors(connection: sa.Connection, course_id: int, *, section_id: int | None = None) -> frozenset[int]:
    """Users who now teach or assist in a course, or in one of its sections."""
    query = sa.select(E.user_id).where(
        E.course_id == course_id, E.type.in_(("TeacherEnrollment", "TaEnrollment")), E.workflow_state == "active"
    )
    if section_id is not None:
        query = query.where(E.course_section_id == section_id)
    return frozenset(connection.execute(query).scalars())


def dismiss_final_graders(connection: sa.Connection, course_id: int, user_ids: Collection[int], now: datetime) -> bool:
    """Leave the assignments of a course that these users were to moderate without a final grader; whether there were any."""
    a = t.assignments.c
    found = connection.execute(
        sa.update(t.assignments)
        .where(a.course_id == course_id, a.final_grader_id.in_(user_ids))
        .values(final_grader_id=None, updated_at=now)
    )
    return found.rowcount > 0


class StudentRow(Struct, frozen=True):
    """A student of a course, in the first of the sections that count."""

    user_id: int
    section_id: int


def students(
    connection: sa.Connection,
    course_id: int,
    *,
    user_ids: Collection[int] | None,
    sections: Collection[int] | None,
    states: Collection[str] | None,
    offset: int,
    limit: int,
) -> tuple[list[StudentRow], int]:
    """A page of the students of a course by user id, each once, and how many there are in all; ``None`` does not restrict."""
    c = t.enrollments.c
    conditions = [c.course_id == course_id, c.type.in_(("StudentEnrollment", "StudentViewEnrollment"))]
    conditions.append(c.workflow_state.not_in(("deleted", "rejected")) if states is None else c.workflow_state.in_(states))
    if user_ids is not None:
        conditions.append(among(connection, c.user_id, user_ids))
    if sections is not None:
        conditions.append(c.course_section_id.in_(sections))
    query = sa.select(c.user_id, sa.func.min(c.course_section_id)).where(*conditions).group_by(c.user_id)
    found = [StudentRow(*row) for row in connection.execute(query.order_by(c.user_id).offset(offset).limit(limit))]
    total = connection.execute(sa.select(sa.func.count(c.user_id.distinct())).where(*conditions)).scalar_one()
    return found, total


def course_totals(
    connection: sa.Connection, course_id: int, user_ids: Collection[int]
) -> dict[int, tuple[float | None, float | None]]:
    """The posted current and final course score of each of these students; of several enrolments the same."""
    c = t.scores.c
    query = sa.select(c.user_id, c.current_score, c.final_score).where(
        c.course_id == course_id, c.course_score, c.workflow_state == "active", among(connection, c.user_id, user_ids)
    )
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def end_all_of(connection: sa.Connection, user_id: int, now: datetime) -> list[tuple[int, str]]:
    """Delete all enrolments of a user; the course and type of each that was not deleted yet."""
    rows = connection.execute(
        sa.update(t.enrollments)
        .where(E.user_id == user_id, E.workflow_state != "deleted")
        .values(workflow_state="deleted", updated_at=now)
        .returning(E.course_id, E.type)
    )
    return [(row[0], row[1]) for row in rows]


def groups_of(
    connection: sa.Connection, course_ids: Collection[int], user_ids: Collection[int]
) -> dict[tuple[int, int], list[int]]:
    """The groups that these users are in, by course and user."""
    g, m = t.groups.c, t.group_memberships.c
    rows = connection.execute(
        sa.select(g.course_id, m.user_id, g.id)
        .join(t.group_memberships, m.group_id == g.id)
        .where(
            among(connection, g.course_id, course_ids),
            among(connection, m.user_id, user_ids),
            g.workflow_state == "available",
            m.workflow_state == "accepted",
        )
        .order_by(g.id)
    )
    found: dict[tuple[int, int], list[int]] = {}
    for course_id, user_id, group_id in rows:
        found.setdefault((course_id, user_id), []).append(group_id)
    return found
