"""Sets of grading periods of an account."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from gradewire.actions import grading_period_sets
from gradewire.actions.grading_period_sets import SetChanges
from gradewire.dialects.canvas.call import Answer, Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.grading_periods import GradingPeriodSets, OneGradingPeriodSet, grading_period_set


class GradingPeriodSetFields(Struct):
    title: str | UnsetType | None = UNSET
    weighted: Annotated[bool, Meta(description="Whether the periods have weights in the course score")] | UnsetType = UNSET
    display_totals_for_all_grading_periods: bool | UnsetType = UNSET


class GradingPeriodSetParams(Struct):
    grading_period_set: GradingPeriodSetFields | UnsetType | None = UNSET
    enrollment_term_ids: Annotated[list[str], Meta(description="All the terms that use the set")] | UnsetType = UNSET


def changes(call: Call, params: GradingPeriodSetParams) -> SetChanges:
    sent = params.grading_period_set or GradingPeriodSetFields()
    return SetChanges(
        title=sent.title,
        weighted=sent.weighted,
        display_totals_for_all_grading_periods=sent.display_totals_for_all_grading_periods,
        term_ids=UNSET if params.enrollment_term_ids is UNSET else {call.local(one) for one in params.enrollment_term_ids},
    )


def index(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: grading_period_sets.list_for_account(unit, call.account_id(unit), offset=page.offset, limit=page.limit)
    )
    return Listing([grading_period_set(one) for one in found], total=total, under="grading_period_sets")


def create(call: Call, params: GradingPeriodSetParams) -> OneGradingPeriodSet:
    sent = changes(call, params)
    view = call.write(lambda unit: grading_period_sets.create(unit, call.account_id(unit), sent))
    return OneGradingPeriodSet(grading_period_set(view))


def update(call: Call, params: GradingPeriodSetParams) -> Answer:
    number = call.number("grading_period_set_id")
    sent = changes(call, params)
    call.write(lambda unit: grading_period_sets.update(unit, call.account_id(unit), number, sent))
    return Answer(Raw(b""), status=204)


def delete(call: Call, _params: None) -> Answer:
    number = call.number("grading_period_set_id")
    call.write(lambda unit: grading_period_sets.delete(unit, call.account_id(unit), number))
    return Answer(Raw(b""), status=204)


MANY = "/api/v1/accounts/:account_id/grading_period_sets"
ONE = f"{MANY}/:grading_period_set_id"
TAG = "Grading period sets"
OPERATIONS = (
    Operation(
        method="GET",
        path=MANY,
        name="list_grading_period_sets",
        summary="List the sets of grading periods of a root account",
        handler=index,
        returns=GradingPeriodSets,
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="POST",
        path=MANY,
        name="create_grading_period_set",
        summary="Create a set of grading periods, without periods",
        handler=create,
        params=GradingPeriodSetParams,
        returns=OneGradingPeriodSet,
        writes=True,
        status=201,
        invalid=422,
        tag=TAG,
    ),
    Operation(
        method="PATCH",
        path=ONE,
        name="update_grading_period_set",
        summary="Change a set of grading periods, or which terms use it; scores follow",
        handler=update,
        params=GradingPeriodSetParams,
        writes=True,
        status=204,
        invalid=422,
        tag=TAG,
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="delete_grading_period_set",
        summary="Delete a set with its grading periods; scores follow",
        handler=delete,
        writes=True,
        status=204,
        tag=TAG,
    ),
)
