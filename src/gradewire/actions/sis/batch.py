"""What the rows of a piece of a SIS file are applied in: the import they belong to, and the rows of tables that they touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Generic, TypeVar

from msgspec import UNSET, Struct

from gradewire.actions.unit import Unit
from gradewire.store import institution as rows
from gradewire.store.institution import Row
from gradewire.store.sis_imports import ErrorRow

R = TypeVar("R")


class Options(Struct, frozen=True, kw_only=True):
    """What was asked of an import."""

    import_type: str = "instructure_csv"
    extension: str | None = None
    batch_mode: bool = False
    batch_mode_term_id: int | None = None
    change_threshold: int | None = None
    skip_deletes: bool = False
    override_sis_stickiness: bool = False
    add_sis_stickiness: bool = False
    clear_sis_stickiness: bool = False
    update_sis_id_if_login_claimed: bool = False
    trusted: bool = False
    """Whoever asked may manage the account, and so its administrators."""


class Item(Struct, Generic[R], frozen=True):
    """A row of a file: its number, how errors show it, and what it says."""

    number: int
    info: str
    record: R


class Batch:
    """One piece of a file on its way into the database."""

    def __init__(self, unit: Unit, *, import_id: int, root_account_id: int, options: Options, file: str | None = None) -> None:
        self.unit = unit
        self.import_id = import_id
        self.root_account_id = root_account_id
        self.options = options
        self.file = file
        self.errors: list[ErrorRow] = []
        self.statistics: dict[str, Counter[str]] = {}

    def complain(self, item: Item[R] | None, message: str) -> None:
        """Note that a row, or the file as a whole, cannot be used."""
        number, info = (None, None) if item is None else (item.number, item.info)
        self.errors.append(ErrorRow(self.import_id, self.file, message, number, info))

    def count(self, noun: str, change: str | None) -> None:
        """Note for the statistics that a thing was created, concluded, deactivated, restored or deleted."""
        if change is not None:
            self.statistics.setdefault(noun, Counter())[change] += 1

    def register(self, table: str, *, capacity: int) -> Register:
        """The rows of a table, of which at most ``capacity`` are to be made."""
        return Register(self, table, capacity)


class Register:
    """Rows of a table as they are to be. They are read, changed in place or added, and written at once."""

    def __init__(self, batch: Batch, table: str, capacity: int) -> None:
        self.rows: dict[int, Row] = {}
        self._batch = batch
        self._table = table
        self._capacity = capacity
        self._before: dict[int, Row] = {}
        self._numbers: Iterator[int] | None = None

    def read(self, **any_of: Collection[object]) -> list[Row]:
        """Take in the rows that have one of these values in one of these columns, and answer those."""
        found = rows.find(self._batch.unit.connection, self._table, any_of=any_of)
        answer = []
        for row in found:
            number = row["id"]
            if number not in self.rows:
                self._before[number] = row
                self.rows[number] = dict(row)
            answer.append(self.rows[number])
        return answer

    def add(self, **values: object) -> Row:
        """A new row; all new rows of a register have the same columns."""
        if self._numbers is None:
            reserved = rows.reserve(self._batch.unit.connection, self._table, explicit=(), count=self._capacity)
            self._numbers = iter(reserved)
        row: Row = {"id": next(self._numbers), **values}
        self.rows[row["id"]] = row
        return row

    def before(self, row: Row) -> Row | None:
        """The row as it was read; ``None`` for a new one."""
        return self._before.get(row["id"])

    def changed(self, *, ignoring: Sequence[str] = ()) -> list[Row]:
        """The rows that are new or not what they were."""
        return [row for row in self.rows.values() if row["id"] not in self._before or self._difference(row, ignoring)]

    def write(self) -> None:
        """Add what is new and change what differs."""
        unit = self._batch.unit
        new, changes = [], []
        for number, row in self.rows.items():
            if number not in self._before:
                new.append({**row, "created_at": unit.now, "updated_at": unit.now})
            elif difference := self._difference(row):
                changes.append({"id": number, **difference, "updated_at": unit.now})
        rows.insert(unit.connection, self._table, new)
        rows.update(unit.connection, self._table, changes)

    def _difference(self, row: Row, ignoring: Sequence[str] = ()) -> Row:
        old = self._before[row["id"]]
        return {name: value for name, value in row.items() if value != old[name] and name not in ignoring}


def set_given(row: Row, **values: object) -> None:
    """Put into a row what was said; null and what was not said leave it alone."""
    row.update({name: value for name, value in values.items() if value is not None and value is not UNSET})


def set_dates(row: Row, **values: object) -> None:
    """The same of dates, where null is said too."""
    row.update({name: value for name, value in values.items() if value is not UNSET})
