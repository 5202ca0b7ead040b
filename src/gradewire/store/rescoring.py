"""How much there is to compute in courses."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from gradewire.store import tables as t
from gradewire.store.accounts import with_subaccounts
from gradewire.store.bulk import among


def work_in(connection: sa.Connection, course_ids: Collection[int]) -> dict[int, int]:
    """How many submissions there are in each of these courses that has any."""
    s = t.submissions.c
    rows = connection.execute(
        sa.select(s.course_id, sa.func.count()).where(among(connection, s.course_id, course_ids)).group_by(s.course_id)
    )
    return {row[0]: row[1] for row in rows}


def courses_below(connection: sa.Connection, account_id: int, *, calculation: str | None = None) -> list[int]:
    """The courses of an account and of all below it, or those of one calculation, by id."""
    c = t.courses.c
    query = sa.select(c.id).where(c.account_id.in_(with_subaccounts(account_id)), c.workflow_state != "deleted")
    if calculation is not None:
        query = query.where(c.calculation == calculation)
    return list(connection.execute(query.order_by(c.id)).scalars())


def with_anonymous_work(connection: sa.Connection, account_id: int) -> list[int]:
    """Those of them with an anonymous assignment, by id."""
    c, a = t.courses.c, t.assignments.c
    anonymous = sa.exists().where(a.course_id == c.id, a.anonymous_grading, a.workflow_state != "deleted")
    query = sa.select(c.id).where(c.account_id.in_(with_subaccounts(account_id)), c.workflow_state != "deleted", anonymous)
    return list(connection.execute(query.order_by(c.id)).scalars())
