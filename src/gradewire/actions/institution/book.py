"""The rows that files want, table by table, matched with the rows there are.

A ``Sheet`` is a table's worth of them. It finds out which rows exist (by id, else by what is unique about them, else by name),
gives ids to the others, and says what has to be added and what differs. What a file does not say it leaves alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from gradewire.actions.unit import Unit
from gradewire.core.documents import BadDocuments, Document, Problem
from gradewire.core.institution import Institution
from gradewire.store import institution as rows
from gradewire.store.institution import Row

File: TypeAlias = Document[Institution]
Identity: TypeAlias = tuple[Any, ...]
"""Something that only one row has: the columns' names, then their values."""


class Entry:
    """A row that a file wants."""

    __slots__ = ("_given", "_sheet", "file", "id", "old", "thing", "values")

    def __init__(self, sheet: Sheet, file: File, thing: Struct | None, values: Row, number: int | None) -> None:
        self._sheet = sheet
        self._given: frozenset[str] | None = None
        self.file = file
        self.thing = thing
        """What of the file it comes from; ``None`` for what is there without being said."""
        self.values = values
        """All its columns but id and stamps, as they are if the row is new."""
        self.id = number or 0
        self.old: Row | None = None
        """The row in the database, if it exists."""

    @property
    def given(self) -> frozenset[str]:
        """The columns that the file itself names; only these are changed in a row that exists. Found out when asked for."""
        if self._given is None:
            found: set[str] = set()
            if self.thing is not None:
                columns = self._sheet.columns
                for field in self.file.given(self.thing):
                    found.update(columns.get(field, (field,)))
            self._given = frozenset(found)
        return self._given

    def give(self, *columns: str) -> None:
        """Let these columns be changed as well."""
        self._given = self.given | frozenset(columns)


class Unique(Struct, frozen=True, eq=False):
    """A way in which rows are told apart."""

    columns: tuple[str, ...]
    name: str
    """What people call it."""
    nulls: bool = False
    """Whether null is a value like others; otherwise rows with a null have no such identity."""
    living: bool = False
    """Whether only rows that are not deleted have it, and several may: names."""


class Book:
    """Everything that one loading wants and what is wrong with it."""

    def __init__(self, unit: Unit, files: Sequence[File]) -> None:
        self.unit = unit
        self.files = files
        self.problems: list[Problem] = []
        self.sheets: dict[str, Sheet] = {}
        self.created: dict[str, int] = {}
        self.changed: dict[str, int] = {}

    def sheet(self, table: str, *uniques: Unique, columns: Mapping[str, tuple[str, ...]] | None = None) -> Sheet:
        """The sheet of a table; ``uniques`` in the order in which they decide, behind the id.

        ``columns``: which columns a field of the file decides, where that is not just the one of its own name.
        """
        found = self.sheets[table] = Sheet(self, table, uniques, columns or {})
        return found

    def complain(self, file: File, thing: Struct | None, field: str, message: str) -> None:
        self.problems.append(file.problem(thing, field, message))

    def count(self, table: str, created: int, changed: int) -> None:
        """Note what was written, for the report."""
        self.created[table] = self.created.get(table, 0) + created
        self.changed[table] = self.changed.get(table, 0) + changed

    def refuse(self) -> None:
        """Stop here if anything is wrong.

        Raises:
            BadDocuments: with everything found so far.
        """
        if self.problems:
            raise BadDocuments(self.problems)


class Sheet:
    """The rows of one table."""

    def __init__(self, book: Book, table: str, uniques: Sequence[Unique], columns: Mapping[str, tuple[str, ...]]) -> None:
        self.book = book
        self.columns = columns
        self.table = table
        self.uniques = uniques
        self.entries: list[Entry] = []
        self.virtual: tuple[str, ...] = ()
        """What ``values`` hold that are no columns of the table."""
        self.there: dict[int, Row] = {}
        """The rows of the database that were looked at, by id."""
        self._taken: dict[Identity, Entry] = {}
        self._highest = 0
        """The highest id that was given to a row which is not written yet."""

    def add(self, file: File, thing: Struct | None, values: Row, *, id: int | None = None) -> Entry:  # noqa: A002
        """Want a row."""
        entry = Entry(self, file, thing, values, id)
        self.entries.append(entry)
        return entry

    def look(self, *, parents: Mapping[str, Collection[Any]] | None = None, everything: bool = False) -> None:
        """Read the rows that may be meant: those with ids that files name, and those with these values; or all."""
        connection = self.book.unit.connection
        if everything:
            found = rows.find(connection, self.table)
        else:
            ids = {entry.id for entry in self.entries if entry.id}
            found = rows.find(connection, self.table, any_of={"id": ids, **(parents or {})})
        self.there.update((row["id"], row) for row in found)

    def match(self, entries: Sequence[Entry] | None = None, *, same_parent: str | None = None) -> None:
        """Decide for each entry (or these) whether its row exists, then give ids to those that do not.

        ``same_parent``: a column in which a row found by its id has to agree, because things do not move.
        """
        entries = self.entries if entries is None else entries
        index, several = self._index()
        for entry in entries:
            identities = self._identities(entry)
            if not identities:
                continue
            row = index.get(identities[0])
            if row is not None and identities[0] in several:
                self._complain(entry, identities[0], "there are several with this name; say the id")
            entry.old = row
            for identity in identities:
                self._claim(entry, identity, index)
            if row is not None:
                if same_parent is not None and row[same_parent] != entry.values[same_parent]:
                    self._complain(entry, identities[0], "the row with this id belongs to something else")
                entry.id = row["id"]
                if row.get("workflow_state") == "deleted":
                    entry.give("workflow_state")
        self._number(entries)

    def _index(self) -> tuple[dict[Identity, Row], set[Identity]]:
        index: dict[Identity, Row] = {}
        several: set[Identity] = set()
        for row in self.there.values():
            index["id", row["id"]] = row
            for unique in self.uniques:
                identity = _identity(unique, row)
                if identity is None or (unique.living and row.get("workflow_state") == "deleted"):
                    continue
                if identity in index:
                    several.add(identity)
                else:
                    index[identity] = row
        return index, several

    def _identities(self, entry: Entry) -> list[Identity]:
        """What the entry's row has alone, the deciding one first. A name decides only where nothing else is said."""
        found: list[Identity] = [("id", entry.id)] if entry.id else []
        for unique in self.uniques:
            if unique.living and found:
                continue
            identity = _identity(unique, entry.values)
            if identity is not None:
                found.append(identity)
        return found

    def _claim(self, entry: Entry, identity: Identity, index: Mapping[Identity, Row]) -> None:
        other = self._taken.setdefault(identity, entry)
        if other is not entry:
            place = "" if other.thing is None else _place(other)
            self._complain(entry, identity, f"this is there twice{place}")
            return
        row = index.get(identity)
        if row is not None and (entry.old is None or row["id"] != entry.old["id"]) and identity[0] != "id":
            self._complain(entry, identity, f"this belongs to another one in the database, with the id {row['id']}")

    def _complain(self, entry: Entry, identity: Identity, message: str) -> None:
        name = identity[0] if isinstance(identity[0], str) else identity[0].name
        field = name if entry.thing is not None and hasattr(entry.thing, name) else ""
        self.book.complain(entry.file, entry.thing, field, message)

    def _number(self, entries: Sequence[Entry]) -> None:
        explicit = [entry.id for entry in entries if entry.old is None and entry.id]
        new = [entry for entry in entries if entry.old is None and not entry.id]
        if explicit or new:
            explicit.append(self._highest)
            ids = rows.reserve(self.book.unit.connection, self.table, explicit=explicit, count=len(new))
            self._highest = max(*explicit, *ids)
            for entry, number in zip(new, ids, strict=True):
                entry.id = number

    def write(self) -> None:
        """Add the rows that do not exist and change those that differ."""
        unit, now = self.book.unit, self.book.unit.now
        columns = rows.columns_of(self.table)
        stamped, dated = "updated_at" in columns, "created_at" in columns
        new: list[Row] = []
        changes: list[Row] = []
        for entry in self.entries:
            if entry.old is None:
                row = {"id": entry.id, **entry.values}
                for name in self.virtual:
                    del row[name]
                if dated:
                    row["created_at"] = row.get("created_at") or now
                if stamped:
                    row["updated_at"] = row.get("updated_at") or now
                new.append(row)
            elif change := differences(entry):
                if stamped:
                    said = entry.values.get("updated_at") if "updated_at" in entry.given else None
                    change["updated_at"] = said or now
                changes.append({"id": entry.id, **change})
        rows.insert(unit.connection, self.table, new)
        rows.update(unit.connection, self.table, changes)
        self.book.count(self.table, len(new), len(changes))


def differences(entry: Entry) -> Row:
    """The columns whose value in the database is not what the file says."""
    old = entry.old
    assert old is not None
    values = entry.values
    changed = {name: values[name] for name in entry.given if name in values and values[name] != old[name]}
    for stamp in ("created_at", "updated_at"):
        if changed.get(stamp, old) is None:
            del changed[stamp]  # nothing behind it: when it was made or changed is left open, not unmade
    return changed


def _identity(unique: Unique, values: Mapping[str, Any]) -> Identity | None:
    found = tuple([values[name] for name in unique.columns])
    if not unique.nulls and None in found:
        return None
    return (unique, *found)


def _place(entry: Entry) -> str:
    problem = entry.file.problem(entry.thing, "", "")
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    return f"; it is also in {place}"
