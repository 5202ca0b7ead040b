"""Grading periods of courses and accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from gradewire.actions import grading_periods
from gradewire.actions.grading_periods import PeriodChanges
from gradewire.core.errors import Missing
from gradewire.dialects.canvas.call import Answer, Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.grading_periods import GradingPeriods, grading_period


class GradingPeriodFields(Struct):
    """One period; dates are needed of a new one."""

    id: Annotated[str, Meta(description="Of a period that exists")] | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    start_date: datetime | UnsetType | None = UNSET
    end_date: datetime | UnsetType | None = UNSET
    close_date: Annotated[datetime, Meta(description="The end date unless sent")] | UnsetType | None = UNSET
    weight: Annotated[float, Meta(description="Percent of the course score, in a weighted set")] | UnsetType | None = UNSET


class GradingPeriodParams(Struct):
    grading_periods: list[GradingPeriodFields] | UnsetType = UNSET


def changes(call: Call, params: GradingPeriodParams) -> list[PeriodChanges]:
    return [
        PeriodChanges(
            id=call.local(one.id) if one.id else None,
            title=one.title,
            start_date=one.start_date,
            end_date=one.end_date,
            close_date=one.close_date,
            weight=one.weight,
        )
        for one in params.grading_periods or []
    ]


def index(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: grading_periods.list_for_course(unit, call.course_id(unit), offset=page.offset, limit=page.limit)
    )
    return Listing([grading_period(one) for one in found], total=total, under="grading_periods")


def index_of_account(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: grading_periods.list_for_account(unit, call.account_id(unit), offset=page.offset, limit=page.limit)
    )
    return Listing([grading_period(one) for one in found], total=total, under="grading_periods")


def show(call: Call, _params: None) -> GradingPeriods:
    number = call.number("grading_period_id")
    return GradingPeriods([grading_period(call.read(lambda unit: grading_periods.show(unit, call.course_id(unit), number)))])


def update(call: Call, params: GradingPeriodParams) -> GradingPeriods:
    number = call.number("grading_period_id")
    sent = changes(call, params)
    if not sent:
        raise Missing("grading_periods")
    view = call.write(lambda unit: grading_periods.update(unit, call.course_id(unit), number, sent[0]))
    return GradingPeriods([grading_period(view)])


def update_many(call: Call, params: GradingPeriodParams) -> GradingPeriods:
    sent = changes(call, params)
    found = call.write(lambda unit: grading_periods.update_in_course(unit, call.course_id(unit), sent))
    return GradingPeriods([grading_period(one) for one in found])


def update_set(call: Call, params: GradingPeriodParams) -> GradingPeriods:
    number = call.number("set_id")
    sent = changes(call, params)
    found = call.write(lambda unit: grading_periods.update_in_set(unit, number, sent))
    return GradingPeriods([grading_period(one) for one in found])


def delete(call: Call, _params: None) -> Answer:
    number = call.number("grading_period_id")
    call.write(lambda unit: grading_periods.delete(unit, call.course_id(unit), number))
    return Answer(Raw(b""), status=204)


class Deleted(Struct):
    delete: bool


def delete_of_account(call: Call, _params: None) -> Deleted:
    """The documentation says 204; clients (canvasapi) read this body."""
    number = call.number("grading_period_id")
    call.write(lambda unit: grading_periods.delete_of_account(unit, call.account_id(unit), number))
    return Deleted(delete=True)


MANY = "/api/v1/courses/:course_id/grading_periods"
ONE = f"{MANY}/:grading_period_id"
OF_ACCOUNT = "/api/v1/accounts/:account_id/grading_periods"
TAG = "Grading periods"
OPERATIONS = (
    Operation(
        method="GET",
        path=MANY,
        name="list_course_grading_periods",
        summary="List the grading periods of a course",
        handler=index,
        returns=GradingPeriods,
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=OF_ACCOUNT,
        name="list_account_grading_periods",
        summary="List the grading periods of all sets of a root account",
        handler=index_of_account,
        returns=GradingPeriods,
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=ONE,
        name="show_grading_period",
        summary="Show a grading period of a course",
        handler=show,
        returns=GradingPeriods,
        tag=TAG,
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_grading_period",
        summary="Change a grading period; scores follow",
        handler=update,
        params=GradingPeriodParams,
        returns=GradingPeriods,
        writes=True,
        invalid=422,
        tag=TAG,
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="delete_grading_period",
        summary="Delete a grading period of a course; scores follow",
        handler=delete,
        writes=True,
        status=204,
        tag=TAG,
    ),
    Operation(
        method="DELETE",
        path=f"{OF_ACCOUNT}/:grading_period_id",
        name="delete_account_grading_period",
        summary="Delete a grading period of an account; scores follow",
        handler=delete_of_account,
        returns=Deleted,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="PATCH",
        path=f"{MANY}/batch_update",
        name="update_course_grading_periods",
        summary="Change several grading periods of a course at once",
        handler=update_many,
        params=GradingPeriodParams,
        returns=GradingPeriods,
        writes=True,
        invalid=422,
        tag=TAG,
    ),
    Operation(
        method="PATCH",
        path="/api/v1/grading_period_sets/:set_id/grading_periods/batch_update",
        name="update_set_grading_periods",
        summary="Change grading periods of a set and make new ones, all at once",
        handler=update_set,
        params=GradingPeriodParams,
        returns=GradingPeriods,
        writes=True,
        invalid=422,
        tag=TAG,
    ),
)
