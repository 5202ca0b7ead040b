"""Grading periods and the sets they come in, with the terms that use these."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t


class SetRow(Struct, frozen=True):
    id: int
    root_account_id: int
    title: str | None
    weighted: bool
    display_totals_for_all_grading_periods: bool
    school_wide: bool
    created_at: datetime


class PeriodRow(Struct, frozen=True):
    id: int
    grading_period_group_id: int
    title: str
    start_date: datetime
    end_date: datetime
    close_date: datetime
    weight: float | None


G, P, T, C = t.grading_period_groups.c, t.grading_periods.c, t.enrollment_terms.c, t.courses.c
SET_COLUMNS: tuple[sa.Column[Any], ...] = tuple(G[name] for name in SetRow.__struct_fields__)
COLUMNS: tuple[sa.Column[Any], ...] = tuple(P[name] for name in PeriodRow.__struct_fields__)


def find_set(connection: sa.Connection, set_id: int, *, lock: bool = False) -> SetRow | None:
    """A set that is not deleted. ``lock`` keeps others from changing it or its periods until the transaction ends."""
    query = sa.select(*SET_COLUMNS).where(G.id == set_id, G.workflow_state == "active")
    row: Any = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else SetRow(*row)


def page_of_sets(connection: sa.Connection, root_account_id: int, *, offset: int, limit: int) -> tuple[list[SetRow], int]:
    """The sets of an institution but the one of a whole Schoology school, by id; and how many there are in all."""
    condition = sa.and_(G.root_account_id == root_account_id, G.workflow_state == "active", sa.not_(G.school_wide))
    rows = connection.execute(sa.select(*SET_COLUMNS).where(condition).order_by(G.id).offset(offset).limit(limit))
    found = [SetRow(*row) for row in rows]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.grading_period_groups).where(condition)).scalar_one()
    return found, total


def add_set(connection: sa.Connection, now: datetime, **values: Any) -> int:
    set_id: int = connection.execute(
        sa.insert(t.grading_period_groups).values(created_at=now, updated_at=now, **values).returning(G.id)
    ).scalar_one()
    return set_id


def change_set(connection: sa.Connection, set_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.grading_period_groups).where(G.id == set_id).values(updated_at=now, **values))


def terms_of(connection: sa.Connection, set_ids: Collection[int]) -> dict[int, list[int]]:
    """The terms that use these sets, by set."""
    rows = connection.execute(
        sa.select(T.grading_period_group_id, T.id)
        .where(bulk.among(connection, T.grading_period_group_id, set_ids), T.workflow_state == "active")
        .order_by(T.id)
    )
    found: dict[int, list[int]] = {}
    for set_id, term_id in rows:
        found.setdefault(set_id, []).append(term_id)
    return found


def known_terms(connection: sa.Connection, root_account_id: int, term_ids: Collection[int]) -> frozenset[int]:
    """Those of these ids that are active terms of an institution."""
    rows = connection.execute(
        sa.select(T.id).where(
            T.root_account_id == root_account_id, T.workflow_state == "active", bulk.among(connection, T.id, term_ids)
        )
    )
    return frozenset(rows.scalars())


def attach(connection: sa.Connection, set_id: int, term_ids: Collection[int], now: datetime) -> None:
    """Let exactly these terms use a set."""
    chosen = bulk.among(connection, T.id, term_ids)
    connection.execute(
        sa.update(t.enrollment_terms)
        .where(T.grading_period_group_id == set_id, sa.not_(chosen))
        .values(grading_period_group_id=None, updated_at=now)
    )
    connection.execute(sa.update(t.enrollment_terms).where(chosen).values(grading_period_group_id=set_id, updated_at=now))


def courses_of(connection: sa.Connection, set_ids: Collection[int], term_ids: Collection[int] = ()) -> list[int]:
    """The courses whose periods come from these sets, directly or through their term, or that are in these terms; by id."""
    in_terms = sa.select(T.id).where(
        sa.or_(bulk.among(connection, T.grading_period_group_id, set_ids), bulk.among(connection, T.id, term_ids))
    )
    query = sa.select(C.id).where(
        C.workflow_state != "deleted",
        sa.or_(
            sa.and_(C.grading_period_group_id.is_(None), C.enrollment_term_id.in_(in_terms)),
            bulk.among(connection, C.grading_period_group_id, set_ids),
        ),
    )
    return list(connection.execute(query.order_by(C.id)).scalars())


def is_only_for(connection: sa.Connection, set_id: int, course_id: int) -> bool:
    """Whether a set belongs to this course alone: no term and no other course uses it."""
    of_term = sa.exists().where(T.grading_period_group_id == set_id, T.workflow_state == "active")
    of_other = sa.exists().where(C.grading_period_group_id == set_id, C.id != course_id, C.workflow_state != "deleted")
    own = sa.exists().where(C.grading_period_group_id == set_id, C.id == course_id)
    return bool(connection.execute(sa.select(sa.and_(own, sa.not_(of_term), sa.not_(of_other)))).scalar_one())


def periods_of(connection: sa.Connection, set_ids: Collection[int]) -> dict[int, list[PeriodRow]]:
    """The periods of these sets, by set and in their order."""
    rows = connection.execute(
        sa.select(*COLUMNS)
        .where(bulk.among(connection, P.grading_period_group_id, set_ids), P.workflow_state == "active")
        .order_by(P.start_date, P.id)
    )
    found: dict[int, list[PeriodRow]] = {}
    for row in rows:
        found.setdefault(row.grading_period_group_id, []).append(PeriodRow(*row))
    return found


def page_of_account(connection: sa.Connection, root_account_id: int, *, offset: int, limit: int) -> tuple[list[PeriodRow], int]:
    """The periods of all sets of an institution by their dates, and how many there are in all."""
    condition = sa.and_(
        P.workflow_state == "active",
        P.grading_period_group_id.in_(
            sa.select(G.id).where(G.root_account_id == root_account_id, G.workflow_state == "active", sa.not_(G.school_wide))
        ),
    )
    rows = connection.execute(sa.select(*COLUMNS).where(condition).order_by(P.start_date, P.id).offset(offset).limit(limit))
    found = [PeriodRow(*row) for row in rows]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.grading_periods).where(condition)).scalar_one()
    return found, total


def by_ids(connection: sa.Connection, ids: Collection[int]) -> dict[int, PeriodRow]:
    """These periods, as far as they are not deleted."""
    rows = connection.execute(sa.select(*COLUMNS).where(bulk.among(connection, P.id, ids), P.workflow_state == "active"))
    return {row.id: PeriodRow(*row) for row in rows}


NEW = (
    "grading_period_group_id",
    "title",
    "start_date",
    "end_date",
    "close_date",
    "weight",
    "created_at",
    "updated_at",
)
CHANGED = ("title", "start_date", "end_date", "close_date", "weight", "updated_at")


def add(connection: sa.Connection, rows: Sequence[PeriodRow], now: datetime) -> None:
    """Make periods; the ids in the rows do not matter."""
    new = [
        (one.grading_period_group_id, one.title, one.start_date, one.end_date, one.close_date, one.weight, now, now)
        for one in rows
    ]
    bulk.insert(connection, t.grading_periods, NEW, new)


def change(connection: sa.Connection, rows: Sequence[PeriodRow], now: datetime) -> None:
    """Write periods that exist."""
    new = [(one.id, one.title, one.start_date, one.end_date, one.close_date, one.weight, now) for one in rows]
    bulk.update(connection, t.grading_periods, CHANGED, new)


def delete(connection: sa.Connection, condition: sa.ColumnElement[bool], now: datetime) -> None:
    """Delete the periods that fulfil the condition; scores of theirs are kept by ``store.placement``, as deleted."""
    connection.execute(sa.update(t.grading_periods).where(condition).values(workflow_state="deleted", updated_at=now))


def delete_one(connection: sa.Connection, period_id: int, now: datetime) -> None:
    delete(connection, P.id == period_id, now)


def delete_of_set(connection: sa.Connection, set_id: int, now: datetime) -> None:
    delete(connection, P.grading_period_group_id == set_id, now)
