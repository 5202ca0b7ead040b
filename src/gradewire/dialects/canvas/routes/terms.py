"""Enrollment terms."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import terms
from gradewire.actions.terms import TermChanges
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.terms import Term, Terms, term_view

STATES = ("active", "deleted")


class TermListParams(Struct):
    workflow_state: Annotated[list[str], Meta(description="active (default), deleted or all")] | UnsetType = UNSET
    term_name: Annotated[str, Meta(description="Part of the name")] | UnsetType | None = UNSET
    include: Annotated[list[str], Meta(description="course_count")] = []


class TermFields(Struct):
    name: str | UnsetType | None = UNSET
    start_at: datetime | UnsetType | None = UNSET
    end_at: datetime | UnsetType | None = UNSET
    sis_term_id: Annotated[str, Meta(description="For those who may manage SIS data")] | UnsetType | None = UNSET


class TermParams(Struct):
    enrollment_term: TermFields | UnsetType | None = UNSET


def states(sent: list[str] | UnsetType) -> tuple[str, ...]:
    if not sent:
        return ("active",)
    return STATES if "all" in sent else tuple(name for name in STATES if name in sent)


def changes(params: TermParams) -> TermChanges:
    sent = params.enrollment_term or TermFields()
    return TermChanges(name=sent.name, start_at=sent.start_at, end_at=sent.end_at, sis_term_id=sent.sis_term_id)


def index(call: Call, params: TermListParams) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: terms.list_for_account(
            unit,
            call.account_id(unit),
            states=states(params.workflow_state),
            name=params.term_name or None,
            include=params.include,
            offset=page.offset,
            limit=page.limit,
        )
    )
    return Listing([term_view(one) for one in found], total=total, under="enrollment_terms")


def show(call: Call, _params: None) -> Term:
    return term_view(call.read(lambda unit: terms.show(unit, call.account_id(unit), call.term_id(unit))))


def create(call: Call, params: TermParams) -> Term:
    return term_view(call.write(lambda unit: terms.create(unit, call.account_id(unit), changes(params))))


def update(call: Call, params: TermParams) -> Term:
    def write(unit: Unit) -> terms.TermView:
        return terms.update(unit, call.account_id(unit), call.term_id(unit), changes(params))

    return term_view(call.write(write))


def delete(call: Call, _params: None) -> Term:
    return term_view(call.write(lambda unit: terms.delete(unit, call.account_id(unit), call.term_id(unit))))


MANY = "/api/v1/accounts/:account_id/terms"
ONE = f"{MANY}/:term_id"
TAG = "Enrollment terms"
OPERATIONS = (
    Operation(
        method="GET",
        path=MANY,
        name="list_terms",
        summary="List the enrollment terms of an institution",
        handler=index,
        params=TermListParams,
        returns=Terms,
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=ONE,
        name="show_term",
        summary="Show an enrollment term",
        handler=show,
        returns=Term,
        tag=TAG,
    ),
    Operation(
        method="POST",
        path=MANY,
        name="create_term",
        summary="Create an enrollment term",
        handler=create,
        params=TermParams,
        returns=Term,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_term",
        summary="Change an enrollment term",
        handler=update,
        params=TermParams,
        returns=Term,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="delete_term",
        summary="Delete an enrollment term that has no courses",
        handler=delete,
        returns=Term,
        writes=True,
        tag=TAG,
    ),
)
