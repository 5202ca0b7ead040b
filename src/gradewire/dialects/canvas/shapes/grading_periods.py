"""The grading period object and the set object, in the envelopes in which they come."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from gradewire.actions.grading_period_sets import SetView
from gradewire.actions.grading_periods import PeriodView
from gradewire.dialects.canvas.wire import whole


class GradingPeriodPermissions(Struct):
    """What the caller may do with a grading period or a set."""

    read: bool
    create: bool
    update: bool
    delete: bool


class GradingPeriod(Struct):
    id: int
    grading_period_group_id: int
    title: str
    start_date: datetime | None
    end_date: datetime | None
    close_date: datetime | None
    weight: float | None
    is_closed: bool
    is_last: bool
    permissions: GradingPeriodPermissions


class GradingPeriods(Struct):
    grading_periods: list[GradingPeriod]


class GradingPeriodSet(Struct):
    id: int
    account_id: int
    title: str | None
    weighted: bool
    display_totals_for_all_grading_periods: bool
    created_at: datetime | None
    enrollment_term_ids: list[int]
    grading_periods: list[GradingPeriod]
    permissions: GradingPeriodPermissions


class OneGradingPeriodSet(Struct):
    grading_period_set: GradingPeriodSet


class GradingPeriodSets(Struct):
    grading_period_sets: list[GradingPeriodSet]


def grading_period(view: PeriodView) -> GradingPeriod:
    row = view.row
    return GradingPeriod(
        id=row.id,
        grading_period_group_id=row.grading_period_group_id,
        title=row.title,
        start_date=whole(row.start_date),
        end_date=whole(row.end_date),
        close_date=whole(row.close_date),
        weight=row.weight,
        is_closed=view.is_closed,
        is_last=view.is_last,
        permissions=_permissions(may_edit=view.may_edit),
    )


def grading_period_set(view: SetView) -> GradingPeriodSet:
    row = view.row
    return GradingPeriodSet(
        id=row.id,
        account_id=row.root_account_id,
        title=row.title,
        weighted=row.weighted,
        display_totals_for_all_grading_periods=row.display_totals_for_all_grading_periods,
        created_at=whole(row.created_at),
        enrollment_term_ids=list(view.term_ids),
        grading_periods=[grading_period(one) for one in view.periods],
        permissions=_permissions(may_edit=view.may_edit),
    )


def _permissions(*, may_edit: bool) -> GradingPeriodPermissions:
    return GradingPeriodPermissions(read=True, create=may_edit, update=may_edit, delete=may_edit)
