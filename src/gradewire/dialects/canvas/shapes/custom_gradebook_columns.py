"""The custom gradebook column, and what it says of a student."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.custom_gradebook_columns import Entry
from gradewire.store.custom_gradebook_columns import ColumnRow


class CustomColumn(Struct):
    id: int
    title: str
    position: int
    hidden: bool
    teacher_notes: bool
    read_only: bool


class ColumnDatum(Struct):
    user_id: int
    content: str


class ColumnOrder(Struct):
    reorder: bool
    order: list[int]


def custom_column(row: ColumnRow) -> CustomColumn:
    return CustomColumn(
        id=row.id,
        title=row.title,
        position=row.position,
        hidden=row.workflow_state == "hidden",
        teacher_notes=row.teacher_notes,
        read_only=row.read_only,
    )


def column_datum(entry: Entry) -> ColumnDatum:
    return ColumnDatum(entry.user_id, entry.content)
