"""SIS imports: asked for, watched, aborted. ``sis_import_steps`` does the work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct, to_builtins

from gradewire.actions import jobs
from gradewire.actions.access import account_rights
from gradewire.actions.sis.batch import Options
from gradewire.actions.sis.uploads import BadUpload, check
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound, Refused
from gradewire.core.permissions import MANAGE_ACCOUNT, MANAGE_SIS
from gradewire.store import accounts as account_rows
from gradewire.store import progresses
from gradewire.store import sis_imports as rows
from gradewire.store import users as user_rows
from gradewire.store.sis_imports import ErrorRow, ImportFilter, ImportRow
from gradewire.store.users import UserRow

TAG = "SisBatch#process"
PROGRESS_TAG = "sis_import"
FORMAT = "instructure_csv"
EXTENSIONS = frozenset({"csv", "zip"})
SHOWN_ERRORS = 50
ENDED = frozenset({"imported", "imported_with_messages", "aborted", "failed", "failed_with_messages"})


class ImportView(Struct, frozen=True):
    """An import with who asked for it and the first things that were wrong."""

    row: ImportRow
    user: UserRow | None
    errors: list[ErrorRow]


class Order(Struct, frozen=True, kw_only=True):
    """What is asked of an import. Files are names with their bytes."""

    files: Sequence[tuple[str, bytes]]
    options: Options


def create(unit: Unit, account_id: int, order: Order) -> ImportView:
    """Take files in and queue their import. Imports of an institution are done one after the other.

    Raises:
        NotFound: no such account.
        Denied: no right to manage its SIS data.
        Refused: not a root account, or files that cannot be taken.
        Invalid: options that cannot be.
    """
    rights = _require(unit, account_id)
    _check_root(unit, account_id)
    options = order.options
    faults = []
    if options.import_type != FORMAT:
        faults.append(Fault("import_type", "must be instructure_csv"))
    if options.extension is not None and options.extension.lower() not in EXTENSIONS:
        faults.append(Fault("extension", "must be csv or zip"))
    if options.change_threshold is not None and not 0 <= options.change_threshold <= 100:
        faults.append(Fault("change_threshold", "must be a percentage"))
    if options.batch_mode:
        faults += _check_term(unit, account_id, options.batch_mode_term_id)
    if faults:
        raise Invalid(*faults)
    if not order.files:
        raise Refused("parameter", "there is no file to import")
    for name, content in order.files:
        try:
            check(content, unit.world.import_limits)
        except BadUpload as error:
            raise Refused("parameter", f"{name}: {error}") from None
    kept = to_builtins(options) | {"trusted": MANAGE_ACCOUNT in rights}
    if not options.batch_mode:
        kept["batch_mode_term_id"] = None
    data = {"import_type": FORMAT, "supplied_batches": [], "counts": {}}
    import_id = rows.add(
        unit.connection, root_account_id=account_id, user_id=unit.actor_id, options=kept, data=data, now=unit.now
    )
    rows.add_pieces(unit.connection, import_id, [(name[:255], None, content) for name, content in order.files])
    progress = jobs.enqueue(
        unit,
        tag=TAG,
        progress_tag=PROGRESS_TAG,
        context_type="Account",
        context_id=account_id,
        arguments={"sis_import_id": import_id},
    )
    rows.change(unit.connection, import_id, unit.now, progress_id=progress.id)
    return _view(unit, account_id, import_id)


def show(unit: Unit, account_id: int, import_id: int) -> ImportView:
    """One import.

    Raises:
        NotFound: no such account, or no such import in it.
        Denied: no right to manage its SIS data.
    """
    _require(unit, account_id)
    return _view(unit, account_id, import_id)


def list_for_account(
    unit: Unit,
    account_id: int,
    *,
    created_since: datetime | None = None,
    created_before: datetime | None = None,
    states: Collection[str] | None = None,
    offset: int,
    limit: int,
) -> tuple[list[ImportView], int]:
    """A page of an institution's imports, the newest first, and how many there are in all.

    Raises:
        NotFound: no such account.
        Denied: no right to manage its SIS data.
    """
    _require(unit, account_id)
    wanted = ImportFilter(root_account_id=account_id, created_since=created_since, created_before=created_before, states=states)
    found, total = rows.page(unit.connection, wanted, offset=offset, limit=limit)
    return _views(unit, found), total


def list_running(unit: Unit, account_id: int) -> list[ImportView]:
    """The imports of an institution that are at work now.

    Raises:
        NotFound: no such account.
        Denied: no right to manage its SIS data.
    """
    _require(unit, account_id)
    wanted = ImportFilter(root_account_id=account_id, states=("importing", "cleanup_batch"))
    return _views(unit, rows.page(unit.connection, wanted, offset=0, limit=100)[0])


def list_errors(unit: Unit, account_id: int, import_id: int | None, *, offset: int, limit: int) -> tuple[list[ErrorRow], int]:
    """A page of what was wrong in one import, or in all of an institution, and how much there is in all.

    Raises:
        NotFound: no such account, or no such import in it.
        Denied: no right to manage its SIS data.
    """
    _require(unit, account_id)
    if import_id is not None:
        _find(unit, account_id, import_id)
    return rows.errors(unit.connection, root_account_id=account_id, import_id=import_id, offset=offset, limit=limit)


def abort(unit: Unit, account_id: int, import_id: int) -> ImportView:
    """End an import that is not at its end. What was applied stays; the piece that is being applied is finished.

    Raises:
        NotFound: no such account, or no such import in it.
        Denied: no right to manage its SIS data.
        Refused: it is at its end.
    """
    _require(unit, account_id)
    row = rows.find(unit.connection, import_id, lock=True)
    if row is None or row.root_account_id != account_id:
        raise NotFound
    if row.workflow_state in ENDED:
        raise Refused("parameter", f"the import is {row.workflow_state} and cannot be aborted")
    rows.change(unit.connection, import_id, unit.now, workflow_state="aborted", ended_at=unit.now)
    rows.remove_pieces(unit.connection, import_id)
    if row.progress_id is not None:
        progresses.update(unit.connection, row.progress_id, unit.now, workflow_state="failed", message="aborted")
    return _view(unit, account_id, import_id)


def abort_all_pending(unit: Unit, account_id: int) -> bool:
    """End all imports of an institution that were not begun.

    Raises:
        NotFound: no such account.
        Denied: no right to manage its SIS data.
    """
    _require(unit, account_id)
    rows.abort(unit.connection, account_id, unit.now)
    return True


def _require(unit: Unit, account_id: int) -> frozenset[str]:
    rights = account_rights(unit, account_id)
    if MANAGE_SIS not in rights:
        raise Denied
    return rights


def _check_root(unit: Unit, account_id: int) -> None:
    account = account_rows.find(unit.connection, account_id)
    if account is None:
        raise NotFound
    if account.root_account_id not in {None, account.id}:
        raise Refused("parameter", "SIS imports are made in the root account")


def _check_term(unit: Unit, account_id: int, term_id: int | None) -> list[Fault]:
    if term_id is None:
        return [Fault("batch_mode_term_id", "is needed for batch_mode")]
    if not rows.has_term(unit.connection, account_id, term_id):
        return [Fault("batch_mode_term_id", "is not a term of this account")]
    return []


def _find(unit: Unit, account_id: int, import_id: int) -> ImportRow:
    row = rows.find(unit.connection, import_id)
    if row is None or row.root_account_id != account_id:
        raise NotFound
    return row


def _view(unit: Unit, account_id: int, import_id: int) -> ImportView:
    return _views(unit, [_find(unit, account_id, import_id)])[0]


def _views(unit: Unit, found: Sequence[ImportRow]) -> list[ImportView]:
    errors = rows.first_errors(unit.connection, [row.id for row in found], limit=SHOWN_ERRORS)
    who = sorted({row.user_id for row in found if row.user_id is not None})
    people = {one.id: one for one in user_rows.by_ids(unit.connection, who)} if who else {}
    return [ImportView(row, people.get(row.user_id or 0), errors.get(row.id, [])) for row in found]
