"""Custom gradebook columns and what is noted in them."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import custom_gradebook_columns
from gradewire.actions.custom_gradebook_columns import ColumnChanges, NewEntry
from gradewire.core.errors import Missing
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.custom_gradebook_columns import (
    ColumnDatum,
    ColumnOrder,
    CustomColumn,
    column_datum,
    custom_column,
)
from gradewire.dialects.canvas.shapes.progress import Progress, progress


class ColumnListParams(Struct):
    include_hidden: bool = False


class ColumnFields(Struct):
    title: Annotated[str, Meta(description="Required of a new column; up to 255 characters")] | UnsetType | None = UNSET
    position: Annotated[int, Meta(description="At the end unless sent")] | UnsetType | None = UNSET
    hidden: bool | UnsetType = UNSET
    teacher_notes: bool | UnsetType = UNSET
    read_only: Annotated[bool, Meta(description="Not to be edited in a gradebook")] | UnsetType = UNSET


class ColumnParams(Struct):
    column: ColumnFields | UnsetType | None = UNSET


class ColumnOrderParams(Struct):
    order: Annotated[list[str], Meta(description="Ids of columns, as an array or separated by commas")] | UnsetType = UNSET


class ColumnDatumFields(Struct):
    content: Annotated[str, Meta(description="Up to 255 characters; an empty one removes what was noted")] | None = None


class ColumnDatumParams(Struct):
    column_data: ColumnDatumFields | UnsetType | None = UNSET


class ColumnEntryFields(Struct):
    column_id: str
    user_id: str
    content: str | None = None


class ColumnEntriesParams(Struct):
    column_data: list[ColumnEntryFields] | UnsetType = UNSET


def changes(params: ColumnParams) -> ColumnChanges:
    sent = params.column or ColumnFields()
    return ColumnChanges(**{name: getattr(sent, name) for name in sent.__struct_fields__})


def index(call: Call, params: ColumnListParams) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: custom_gradebook_columns.list_for_course(
            unit, call.course_id(unit), include_hidden=params.include_hidden, offset=page.offset, limit=page.limit
        )
    )
    return Listing([custom_column(row) for row in found], total=total)


def create(call: Call, params: ColumnParams) -> CustomColumn:
    return custom_column(call.write(lambda unit: custom_gradebook_columns.create(unit, call.course_id(unit), changes(params))))


def update(call: Call, params: ColumnParams) -> CustomColumn:
    number = call.number("column_id")
    return custom_column(
        call.write(lambda unit: custom_gradebook_columns.update(unit, call.course_id(unit), number, changes(params)))
    )


def delete(call: Call, _params: None) -> CustomColumn:
    number = call.number("column_id")
    return custom_column(call.write(lambda unit: custom_gradebook_columns.delete(unit, call.course_id(unit), number)))


def reorder(call: Call, params: ColumnOrderParams) -> ColumnOrder:
    order = [call.local(part) for text in params.order or [] for part in text.split(",")]
    whole = call.write(lambda unit: custom_gradebook_columns.reorder(unit, call.course_id(unit), order))
    return ColumnOrder(reorder=True, order=whole)


def index_of_data(call: Call, params: ColumnListParams) -> Listing:
    page, number = call.page, call.number("column_id")
    found, total = call.read(
        lambda unit: custom_gradebook_columns.list_entries(
            unit,
            call.course_id(unit),
            number,
            include_hidden=params.include_hidden,
            offset=page.offset,
            limit=page.limit,
        )
    )
    return Listing([column_datum(one) for one in found], total=total)


def update_datum(call: Call, params: ColumnDatumParams) -> ColumnDatum:
    number = call.number("column_id")
    if not params.column_data:
        raise Missing("column_data")
    content = params.column_data.content
    return column_datum(
        call.write(
            lambda unit: custom_gradebook_columns.write_entry(unit, call.course_id(unit), number, call.user_id(unit), content)
        )
    )


def update_data(call: Call, params: ColumnEntriesParams) -> Progress:
    sent = [NewEntry(call.local(one.column_id), call.local(one.user_id), one.content) for one in params.column_data or []]
    row = call.write(lambda unit: custom_gradebook_columns.write_entries(unit, call.course_id(unit), sent))
    return progress(row, call.base_url)


MANY = "/api/v1/courses/:course_id/custom_gradebook_columns"
ONE = f"{MANY}/:column_id"
TAG = "Custom gradebook columns"
OPERATIONS = (
    Operation(
        method="GET",
        path=MANY,
        name="list_custom_columns",
        summary="List the custom gradebook columns of a course",
        handler=index,
        params=ColumnListParams,
        returns=list[CustomColumn],
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="POST",
        path=MANY,
        name="create_custom_column",
        summary="Create a custom gradebook column",
        handler=create,
        params=ColumnParams,
        returns=CustomColumn,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_custom_column",
        summary="Change a custom gradebook column",
        handler=update,
        params=ColumnParams,
        returns=CustomColumn,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="delete_custom_column",
        summary="Delete a custom gradebook column",
        handler=delete,
        returns=CustomColumn,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="POST",
        path=f"{MANY}/reorder",
        name="reorder_custom_columns",
        summary="Put the custom gradebook columns of a course in another order",
        handler=reorder,
        params=ColumnOrderParams,
        returns=ColumnOrder,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=f"{ONE}/data",
        name="list_custom_column_data",
        summary="List what a custom gradebook column says of the students",
        handler=index_of_data,
        params=ColumnListParams,
        returns=list[ColumnDatum],
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="PUT",
        path=f"{ONE}/data/:user_id",
        name="update_custom_column_datum",
        summary="Note something about a student in a custom gradebook column",
        handler=update_datum,
        params=ColumnDatumParams,
        returns=ColumnDatum,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="PUT",
        path="/api/v1/courses/:course_id/custom_gradebook_column_data",
        name="update_custom_column_data",
        summary="Note something about many students in custom gradebook columns",
        handler=update_data,
        params=ColumnEntriesParams,
        returns=Progress,
        writes=True,
        tag=TAG,
    ),
)
