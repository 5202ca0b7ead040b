"""Row numbers of things that other systems' ids name."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from gradewire.store import tables as t


def find(
    connection: sa.Connection, noun: str, column: str, value: str, *, root_account_id: int, course_id: int | None
) -> int | None:
    """``noun`` is account, course, section, group, user, term or assignment; ``column`` sis_id, integration_id or login_id."""
    match noun, column:
        case "account", "sis_id":
            condition = (t.accounts.c.sis_account_id == value) & (t.accounts.c.root_account_id == root_account_id)
            query = sa.select(t.accounts.c.id).where(condition)
        case "course", "sis_id" | "integration_id":
            name = t.courses.c.sis_course_id if column == "sis_id" else t.courses.c.integration_id
            query = sa.select(t.courses.c.id).where(name == value, t.courses.c.root_account_id == root_account_id)
        case "section", "sis_id" | "integration_id":
            name = t.course_sections.c.sis_section_id if column == "sis_id" else t.course_sections.c.integration_id
            query = (
                sa.select(t.course_sections.c.id)
                .join(t.courses, t.courses.c.id == t.course_sections.c.course_id)
                .where(name == value, t.courses.c.root_account_id == root_account_id)
            )
        case "group", "sis_id":
            query = (
                sa.select(t.groups.c.id)
                .join(t.courses, t.courses.c.id == t.groups.c.course_id)
                .where(
                    t.groups.c.sis_group_id == value,
                    t.groups.c.workflow_state == "available",
                    t.courses.c.root_account_id == root_account_id,
                )
            )
        case "user", "sis_id" | "integration_id" | "login_id":
            names = {
                "sis_id": t.logins.c.sis_user_id,
                "integration_id": t.logins.c.integration_id,
                "login_id": t.logins.c.unique_id,
            }
            query = (
                sa.select(t.logins.c.user_id)
                .join(t.users, t.users.c.id == t.logins.c.user_id)
                .where(
                    names[column] == value,
                    t.logins.c.workflow_state == "active",
                    t.users.c.root_account_id == root_account_id,
                )
            )
        case "term", "sis_id":
            terms = t.enrollment_terms.c
            query = sa.select(terms.id).where(terms.sis_term_id == value, terms.root_account_id == root_account_id)
        case "assignment", "sis_id" | "integration_id" if course_id is not None:
            name = t.assignments.c.sis_assignment_id if column == "sis_id" else t.assignments.c.integration_id
            query = sa.select(t.assignments.c.id).where(
                name == value, t.assignments.c.course_id == course_id, t.assignments.c.workflow_state != "deleted"
            )
        case _:
            return None
    return connection.execute(query.limit(1)).scalar()


def users_by(connection: sa.Connection, column: str, values: Collection[str], *, root_account_id: int) -> dict[str, int]:
    """Users of an institution by one of their other ids, many at once; ``column`` as in ``find``."""
    if not values:
        return {}
    names = {"sis_id": t.logins.c.sis_user_id, "login_id": t.logins.c.unique_id, "integration_id": t.logins.c.integration_id}
    name = names[column]
    rows = connection.execute(
        sa.select(name, t.logins.c.user_id)
        .join(t.users, t.users.c.id == t.logins.c.user_id)
        .where(name.in_(values), t.logins.c.workflow_state == "active", t.users.c.root_account_id == root_account_id)
    )
    return {row[0]: row[1] for row in rows}
