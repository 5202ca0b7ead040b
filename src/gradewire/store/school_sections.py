"""Which courses are meant by the codes and people that Schoology clients name sections by."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from gradewire.store import tables as t
from gradewire.store.bulk import among

C = t.courses.c
MEMBERS = ("TeacherEnrollment", "TaEnrollment", "StudentEnrollment")
"""Who is a member of a section to a Schoology client: not who observes or designs, and no test student."""
STAFF = ("TeacherEnrollment", "TaEnrollment")


def by_school_codes(connection: sa.Connection, root_account_id: int, codes: Collection[str]) -> dict[str, int]:
    """The sections of a school with these codes of its own system, by code; deleted ones are left out."""
    rows = connection.execute(
        sa.select(C.sis_course_id, C.id).where(
            C.root_account_id == root_account_id,
            among(connection, C.sis_course_id, codes),
            C.workflow_state != "deleted",
        )
    )
    return {row[0]: row[1] for row in rows}


def of_user(connection: sa.Connection, user_id: int, *, states: Collection[str]) -> dict[int, bool]:
    """The sections in which somebody is a member in one of these states, each with whether they teach there, by id."""
    e = t.enrollments.c
    teaches = sa.func.max(sa.case((e.type.in_(STAFF), 1), else_=0))
    rows = connection.execute(
        sa.select(e.course_id, teaches)
        .join(t.courses, C.id == e.course_id)
        .where(e.user_id == user_id, e.type.in_(MEMBERS), e.workflow_state.in_(states), C.workflow_state != "deleted")
        .group_by(e.course_id)
        .order_by(e.course_id)
    )
    return {row[0]: bool(row[1]) for row in rows}


def default_sections(connection: sa.Connection, course_ids: Collection[int]) -> dict[int, int]:
    """For each of these courses the section of its own that people join who name none: the default one, else the first."""
    s = t.course_sections.c
    rows: Any = connection.execute(
        sa.select(s.course_id, s.id)
        .where(among(connection, s.course_id, course_ids), s.workflow_state == "active")
        .order_by(s.course_id, s.default_section.desc(), s.id)
    )
    found: dict[int, int] = {}
    for course_id, section_id in rows:
        found.setdefault(course_id, section_id)
    return found
