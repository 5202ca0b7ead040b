"""SIS imports: what was uploaded, the pieces still to be applied, and what was wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t

UNFINISHED = ("initializing", "created", "importing", "cleanup_batch")


class ImportRow(Struct, frozen=True):
    """``progress`` is percent; ``data`` holds what was supplied, counts and statistics."""

    id: int
    root_account_id: int
    user_id: int | None
    progress_id: int | None
    options: dict[str, Any]
    data: dict[str, Any] | None
    progress: float
    started_at: datetime | None
    ended_at: datetime | None
    workflow_state: str
    created_at: datetime
    updated_at: datetime


class PieceRow(Struct, frozen=True):
    """A file as it was uploaded (``kind`` null), or a piece of one that is ready to be applied."""

    id: int
    name: str
    kind: str | None
    content: bytes


class ErrorRow(Struct, frozen=True):
    """Something wrong; in a row, or in a file as a whole."""

    sis_import_id: int
    file: str | None
    message: str
    row: int | None
    row_info: str | None


class ImportFilter(Struct, frozen=True, kw_only=True):
    """Which imports to list; ``None`` does not restrict."""

    root_account_id: int
    created_since: datetime | None = None
    created_before: datetime | None = None
    states: Collection[str] | None = None


I = t.sis_imports.c  # noqa: E741 - as elsewhere, the table's first letter
F = t.sis_import_files.c
E = t.sis_import_errors.c
_COLUMNS = [I[name] for name in ImportRow.__struct_fields__]
_ERROR_COLUMNS = [E[name] for name in ErrorRow.__struct_fields__]


def add(connection: sa.Connection, *, root_account_id: int, user_id: int | None, options: Any, data: Any, now: datetime) -> int:
    import_id: int = connection.execute(
        sa.insert(t.sis_imports)
        .values(root_account_id=root_account_id, user_id=user_id, options=options, data=data, created_at=now, updated_at=now)
        .returning(I.id)
    ).scalar_one()
    return import_id


def find(connection: sa.Connection, import_id: int, *, lock: bool = False) -> ImportRow | None:
    """One import; ``lock`` keeps other transactions from working on it until this one ends."""
    query = sa.select(*_COLUMNS).where(I.id == import_id)
    row: Any = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else ImportRow(*row)


def page(connection: sa.Connection, wanted: ImportFilter, *, offset: int, limit: int) -> tuple[list[ImportRow], int]:
    """A page of the imports of an institution, the newest first, and how many there are in all."""
    conditions = [I.root_account_id == wanted.root_account_id]
    if wanted.created_since is not None:
        conditions.append(I.created_at >= wanted.created_since)
    if wanted.created_before is not None:
        conditions.append(I.created_at < wanted.created_before)
    if wanted.states is not None:
        conditions.append(I.workflow_state.in_(wanted.states))
    query = sa.select(*_COLUMNS).where(*conditions).order_by(I.created_at.desc(), I.id.desc()).offset(offset).limit(limit)
    found = [ImportRow(*row) for row in connection.execute(query)]
    total = connection.execute(sa.select(sa.func.count()).select_from(t.sis_imports).where(*conditions)).scalar_one()
    return found, total


def has_earlier(connection: sa.Connection, root_account_id: int, import_id: int) -> bool:
    """Whether an import of the institution that was asked for before is not at its end yet."""
    query = sa.select(I.id).where(I.root_account_id == root_account_id, I.id < import_id, I.workflow_state.in_(UNFINISHED))
    return connection.execute(query.limit(1)).first() is not None


def change(connection: sa.Connection, import_id: int, now: datetime, **values: Any) -> None:
    connection.execute(sa.update(t.sis_imports).where(I.id == import_id).values(updated_at=now, **values))


def abort(connection: sa.Connection, root_account_id: int, now: datetime) -> None:
    """End every import of the institution that was not begun."""
    connection.execute(
        sa.update(t.sis_imports)
        .where(I.root_account_id == root_account_id, I.workflow_state.in_(("initializing", "created")))
        .values(workflow_state="aborted", ended_at=now, updated_at=now)
    )


def add_pieces(connection: sa.Connection, import_id: int, pieces: Sequence[tuple[str, str | None, bytes]]) -> None:
    """Keep pieces (name, kind, content), to be taken in this order."""
    columns = ("sis_import_id", "name", "kind", "content")
    bulk.insert(connection, t.sis_import_files, columns, [(import_id, *piece) for piece in pieces])


def uploads(connection: sa.Connection, import_id: int) -> list[PieceRow]:
    """The files as they were uploaded."""
    rows = connection.execute(
        sa.select(F.id, F.name, F.kind, F.content).where(F.sis_import_id == import_id, F.kind.is_(None)).order_by(F.id)
    )
    return [PieceRow(*row) for row in rows]


def next_piece(connection: sa.Connection, import_id: int) -> PieceRow | None:
    """The first piece that is still to be applied."""
    row: Any = connection.execute(
        sa.select(F.id, F.name, F.kind, F.content)
        .where(F.sis_import_id == import_id, F.kind.is_not(None))
        .order_by(F.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else PieceRow(*row)


def remove_piece(connection: sa.Connection, piece_id: int) -> None:
    connection.execute(sa.delete(t.sis_import_files).where(F.id == piece_id))


def remove_pieces(connection: sa.Connection, import_id: int, *, uploads_only: bool = False) -> None:
    """Forget what was uploaded; it may hold passwords."""
    query = sa.delete(t.sis_import_files).where(F.sis_import_id == import_id)
    connection.execute(query.where(F.kind.is_(None)) if uploads_only else query)


def add_errors(connection: sa.Connection, rows: Sequence[ErrorRow], now: datetime) -> None:
    columns = (*ErrorRow.__struct_fields__, "created_at")
    bulk.insert(
        connection,
        t.sis_import_errors,
        columns,
        [(row.sis_import_id, row.file, row.message, row.row, row.row_info, now) for row in rows],
    )


def errors(
    connection: sa.Connection, *, root_account_id: int, import_id: int | None, offset: int, limit: int
) -> tuple[list[ErrorRow], int]:
    """A page of what was wrong, in one import or in all of an institution, and how much there is in all."""
    source = t.sis_import_errors.join(t.sis_imports, I.id == E.sis_import_id)
    conditions = [I.root_account_id == root_account_id]
    if import_id is not None:
        conditions.append(E.sis_import_id == import_id)
    query = sa.select(*_ERROR_COLUMNS).select_from(source).where(*conditions).order_by(E.id).offset(offset).limit(limit)
    found = [ErrorRow(*row) for row in connection.execute(query)]
    total = connection.execute(sa.select(sa.func.count()).select_from(source).where(*conditions)).scalar_one()
    return found, total


def first_errors(connection: sa.Connection, import_ids: Collection[int], *, limit: int) -> dict[int, list[ErrorRow]]:
    """The first errors of each of these imports."""
    rank = sa.func.row_number().over(partition_by=E.sis_import_id, order_by=E.id).label("rank")
    ranked = sa.select(*_ERROR_COLUMNS, E.id, rank).where(bulk.among(connection, E.sis_import_id, import_ids)).subquery()
    rows = connection.execute(
        sa.select(*(ranked.c[name] for name in ErrorRow.__struct_fields__)).where(ranked.c.rank <= limit).order_by(ranked.c.id)
    )
    found: dict[int, list[ErrorRow]] = {}
    for row in rows:
        found.setdefault(row.sis_import_id, []).append(ErrorRow(*row))
    return found


def count_errors(connection: sa.Connection, import_id: int) -> int:
    return connection.execute(
        sa.select(sa.func.count()).select_from(t.sis_import_errors).where(E.sis_import_id == import_id)
    ).scalar_one()


def move_scores(connection: sa.Connection, section_ids: Collection[int]) -> None:
    """Let score rows follow their enrolments into the course to which sections were moved."""
    e, s = t.enrollments.c, t.scores.c
    moved = sa.select(e.id).where(bulk.among(connection, e.course_section_id, section_ids))
    course = sa.select(e.course_id).where(e.id == s.enrollment_id).scalar_subquery()
    connection.execute(sa.update(t.scores).where(s.enrollment_id.in_(moved)).values(course_id=course))


class Leftovers(Struct, frozen=True):
    """What an import in batch mode did not speak of: ids, and of how many in all."""

    ids: list[int]
    total: int


def left_out(connection: sa.Connection, table_name: str, *, term_id: int, import_id: int) -> Leftovers:
    """The courses, sections or enrolments of a term that earlier SIS imports spoke of and this one did not."""
    courses = sa.select(t.courses.c.id).where(t.courses.c.enrollment_term_id == term_id)
    table = t.metadata.tables[table_name]
    place = table.c.id if table_name == "courses" else table.c.course_id
    known = [place.in_(courses), table.c.workflow_state != "deleted", table.c.sis_import_id.is_not(None)]
    total = connection.execute(sa.select(sa.func.count()).select_from(table).where(*known)).scalar_one()
    ids = connection.execute(sa.select(table.c.id).where(*known, table.c.sis_import_id != import_id).order_by(table.c.id))
    return Leftovers(list(ids.scalars()), total)


def has_term(connection: sa.Connection, root_account_id: int, term_id: int) -> bool:
    """Whether an institution has this term."""
    c = t.enrollment_terms.c
    query = sa.select(c.id).where(c.id == term_id, c.root_account_id == root_account_id, c.workflow_state != "deleted")
    return connection.execute(query).first() is not None
