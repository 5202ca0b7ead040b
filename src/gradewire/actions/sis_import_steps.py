"""The work of a SIS import, in steps of one transaction each.

The first step cuts the files into pieces and keeps these in the order in which they are to be applied; each further one applies
a piece and removes it in the same transaction; then comes the clean-up of batch mode. So a process that dies leaves an import
between two steps, and whoever goes on with it comes to the same end. What a step does, it would do again to no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct, convert

from gradewire.actions.jobs import Unfinished
from gradewire.actions.sis.accounts import apply_accounts, apply_terms
from gradewire.actions.sis.admins import apply_admins
from gradewire.actions.sis.batch import Batch, Item, Options
from gradewire.actions.sis.cleanup import clean_up
from gradewire.actions.sis.courses import apply_courses
from gradewire.actions.sis.enrollments import apply_enrollments
from gradewire.actions.sis.people import apply_logins, apply_users
from gradewire.actions.sis.sections import apply_crosslistings, apply_sections
from gradewire.actions.sis.uploads import BadUpload, unpack
from gradewire.actions.sis_imports import ENDED
from gradewire.actions.unit import Unit
from gradewire.core.sis import kinds
from gradewire.core.sis.kinds import ORDER, Kind, recognise
from gradewire.core.sis.records import Fault, read_record
from gradewire.core.sis.tables import Line, Table, Unreadable, read_table, row_info
from gradewire.store import sis_imports as rows
from gradewire.store.sis_imports import ErrorRow, ImportRow, PieceRow

PIECE_ROWS = 2000
PASSWORD_ROWS = 20
"""Rows of a piece with passwords, whose hashing takes about 30 ms each."""
TURN = timedelta(seconds=1)
"""How long an import waits before it looks again whether its turn has come."""

APPLY: Mapping[str, Callable[[Batch, Sequence[Item[Any]]], None]] = {
    "account": apply_accounts,
    "term": apply_terms,
    "course": apply_courses,
    "section": apply_sections,
    "xlist": apply_crosslistings,
    "user": apply_users,
    "login": apply_logins,
    "enrollment": apply_enrollments,
    "admin": apply_admins,
}


class Piece(Struct, frozen=True):
    """Rows of one file, as they are kept until their turn."""

    header: tuple[str, ...]
    lines: list[Line]


def step(unit: Unit, arguments: Mapping[str, Any]) -> str | Unfinished | None:
    """Do the next step of an import. The answer says whether there are more, or that it failed."""
    row = rows.find(unit.connection, arguments["sis_import_id"], lock=True)
    if row is None or row.workflow_state in ENDED:
        return None if row is None or row.workflow_state.startswith("imported") else row.workflow_state
    if rows.has_earlier(unit.connection, row.root_account_id, row.id):
        return Unfinished(0.0, TURN)
    if row.workflow_state == "created":
        return _prepare(unit, row)
    piece = rows.next_piece(unit.connection, row.id)
    if piece is not None:
        return _apply(unit, row, piece)
    return _finish(unit, row)


def give_up(unit: Unit, arguments: Mapping[str, Any], reason: str) -> None:
    """Record that an import failed, so that the next one has its turn."""
    row = rows.find(unit.connection, arguments["sis_import_id"], lock=True)
    if row is None or row.workflow_state in ENDED:
        return
    rows.add_errors(unit.connection, [ErrorRow(row.id, None, reason, None, None)], unit.now)
    rows.remove_pieces(unit.connection, row.id)
    rows.change(unit.connection, row.id, unit.now, workflow_state="failed_with_messages", ended_at=unit.now)


def _prepare(unit: Unit, row: ImportRow) -> Unfinished:
    """Unpack the files, find out what they are, and cut them into pieces."""
    batch = _batch(unit, row)
    found: dict[str, list[tuple[str, Piece]]] = {}
    for name, content in _files(batch, rows.uploads(unit.connection, row.id)):
        batch.file = name
        try:
            table = read_table(content)
        except Unreadable as error:
            batch.complain(None, f"the file {error}")
            continue
        kind = recognise(table.header)
        if kind is None:
            batch.complain(None, "the header is that of no known kind of file")
            continue
        _note_unused(batch, kind, table)
        found.setdefault(kind.name, []).extend((name, piece) for piece in cut(kind.name, table))
    ordered = [(kind, name, piece) for kind in ORDER for name, piece in found.get(kind, ())]
    rows.remove_pieces(unit.connection, row.id, uploads_only=True)
    rows.add_pieces(unit.connection, row.id, [(name, kind, msgspec.msgpack.encode(piece)) for kind, name, piece in ordered])
    rows.add_errors(unit.connection, batch.errors, unit.now)
    data = {
        **(row.data or {}),
        "supplied_batches": [kind for kind in ORDER if kind in found],
        "counts": {kinds.BY_NAME[kind].counted_as: 0 for kind in ORDER},
        "rows": sum(len(piece.lines) for _, _, piece in ordered),
        "rows_done": 0,
        "statistics": {},
    }
    rows.change(unit.connection, row.id, unit.now, workflow_state="importing", started_at=unit.now, data=data)
    return Unfinished(0.0)


def _files(batch: Batch, uploads: Sequence[PieceRow]) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for upload in uploads:
        batch.file = upload.name
        try:
            found += unpack(upload.name, upload.content, batch.unit.world.import_limits)
        except BadUpload as error:
            batch.complain(None, str(error))
    return found


def _note_unused(batch: Batch, kind: Kind, table: Table) -> None:
    """Say which columns of Canvas nothing is kept for here, if something stands in them."""
    unused = [
        name
        for place, name in enumerate(table.header)
        if name in kind.unused and any(len(line.values) > place and line.values[place] for line in table.lines)
    ]
    if unused:
        batch.complain(None, f"nothing is kept here of: {', '.join(unused)}")


def cut(kind: str, table: Table) -> list[Piece]:
    """A file in pieces that one transaction can take. The enrolments of a course are put together, so that its students are
    placed at once; everything else keeps its order."""
    lines = table.lines
    size = PIECE_ROWS
    if kind == "enrollment":
        columns = [place for place, name in enumerate(table.header) if name in {"course_id", "section_id"}]
        lines = sorted(lines, key=lambda line: [line.values[place] for place in columns if place < len(line.values)])
    elif "password" in table.header:
        place = table.header.index("password")
        if any(len(line.values) > place and line.values[place] for line in lines):
            size = PASSWORD_ROWS
    return [Piece(table.header, lines[start : start + size]) for start in range(0, len(lines), size)]


def _apply(unit: Unit, row: ImportRow, found: PieceRow) -> Unfinished:
    batch = _batch(unit, row, file=found.name)
    piece = msgspec.msgpack.decode(found.content, type=Piece)
    assert found.kind is not None
    items: list[Item[Any]] = []
    for line in piece.lines:
        info = row_info(piece.header, line)
        try:
            items.append(Item(line.number, info, read_record(found.kind, piece.header, line)))
        except Fault as fault:
            batch.complain(Item(line.number, info, None), str(fault))
    if items:
        APPLY[found.kind](batch, items)
    rows.remove_piece(unit.connection, found.id)
    rows.add_errors(unit.connection, sorted(batch.errors, key=lambda error: error.row or 0), unit.now)
    data = _with_statistics(row.data or {}, batch)
    counts = data["counts"]
    counted_as = kinds.BY_NAME[found.kind].counted_as
    data["counts"] = {**counts, counted_as: counts.get(counted_as, 0) + len(piece.lines)}
    data["rows_done"] = data["rows_done"] + len(piece.lines)
    completion = min(99.0, 100.0 * data["rows_done"] / max(1, data["rows"]))
    rows.change(unit.connection, row.id, unit.now, data=data, progress=completion)
    return Unfinished(completion)


def _finish(unit: Unit, row: ImportRow) -> str | Unfinished | None:
    data = row.data or {}
    supplied = data["supplied_batches"]
    batch = _batch(unit, row)
    if batch.options.batch_mode and row.workflow_state == "importing" and supplied:
        rows.change(unit.connection, row.id, unit.now, workflow_state="cleanup_batch")
        return Unfinished(99.0)
    if row.workflow_state == "cleanup_batch":
        deleted = clean_up(batch, supplied)
        rows.add_errors(unit.connection, batch.errors, unit.now)
        data = _with_statistics(data, batch)
        data["counts"] = {**data["counts"], **deleted}
    errors = rows.count_errors(unit.connection, row.id)
    data["counts"] = {**data["counts"], "error_count": errors, "warning_count": 0}
    rows.remove_pieces(unit.connection, row.id)
    state = "imported_with_messages" if errors else "imported"
    if not supplied:
        state = "failed_with_messages" if errors else "failed"
    rows.change(unit.connection, row.id, unit.now, workflow_state=state, data=data, progress=100.0, ended_at=unit.now)
    return None if supplied else "No file could be used."


def _batch(unit: Unit, row: ImportRow, *, file: str | None = None) -> Batch:
    options = convert(row.options, Options)
    return Batch(unit, import_id=row.id, root_account_id=row.root_account_id, options=options, file=file)


def _with_statistics(data: dict[str, Any], batch: Batch) -> dict[str, Any]:
    statistics = {noun: dict(counts) for noun, counts in data.get("statistics", {}).items()}
    for noun, counts in batch.statistics.items():
        known = statistics.setdefault(noun, {})
        for change, count in counts.items():
            known[change] = known.get(change, 0) + count
    return {**data, "statistics": statistics}
