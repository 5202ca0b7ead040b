"""The grading periods of a school: all there are in its sets, and the set from which sections choose theirs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.bulk import among

G, P = t.grading_period_groups.c, t.grading_periods.c
SET_TITLE = "School"


class SchoolPeriod(Struct, frozen=True):
    """A grading period of a school."""

    id: int
    title: str
    start_date: datetime
    end_date: datetime
    close_date: datetime
    set_id: int
    school_wide: bool
    """Whether sections may choose it; the others belong to sets of Canvas terms or courses."""


COLUMNS: tuple[Any, ...] = (
    P.id,
    P.title,
    P.start_date,
    P.end_date,
    P.close_date,
    P.grading_period_group_id,
    G.school_wide,
)
SOURCE = t.grading_periods.join(t.grading_period_groups, G.id == P.grading_period_group_id)
KEPT = sa.and_(P.workflow_state == "active", G.workflow_state == "active")


def of_school(connection: sa.Connection, root_account_id: int, *, ids: Collection[int] | None = None) -> list[SchoolPeriod]:
    """The periods of a school, by their beginning."""
    query = sa.select(*COLUMNS).select_from(SOURCE).where(G.root_account_id == root_account_id, KEPT)
    if ids is not None:
        query = query.where(among(connection, P.id, ids))
    return [SchoolPeriod(*row) for row in connection.execute(query.order_by(P.start_date, P.id))]


def find_set(connection: sa.Connection, root_account_id: int) -> int | None:
    """The set from which sections choose."""
    query = sa.select(G.id).where(G.root_account_id == root_account_id, G.school_wide, G.workflow_state == "active")
    return connection.execute(query).scalar()


def add_set(connection: sa.Connection, root_account_id: int, now: datetime) -> int:
    number: int = connection.execute(
        sa.insert(t.grading_period_groups)
        .values(root_account_id=root_account_id, title=SET_TITLE, school_wide=True, created_at=now, updated_at=now)
        .returning(G.id)
    ).scalar_one()
    return number


def add(connection: sa.Connection, set_id: int, now: datetime, **values: Any) -> int:
    number: int = connection.execute(
        sa.insert(t.grading_periods)
        .values(grading_period_group_id=set_id, created_at=now, updated_at=now, **values)
        .returning(P.id)
    ).scalar_one()
    return number


def change(connection: sa.Connection, period_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.grading_periods).where(P.id == period_id).values(updated_at=now, **values))


def courses_choosing(connection: sa.Connection, set_id: int, period_id: int) -> list[int]:
    """The courses that are not deleted and chose this period."""
    c = t.courses.c
    rows = connection.execute(
        sa.select(c.id, c.calculation_options).where(c.grading_period_group_id == set_id, c.workflow_state != "deleted")
    )
    return [row.id for row in rows if period_id in ((row.calculation_options or {}).get("grading_periods") or ())]
