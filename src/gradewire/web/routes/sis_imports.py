"""SIS imports of an institution: files in, their progress, and what was wrong in them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from gradewire.actions import accounts, sis_imports, terms
from gradewire.actions.sis.batch import Options
from gradewire.actions.sis_imports import ENDED, ImportView, Order
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid, Malformed, Refused
from gradewire.web.account_navigation import around_account
from gradewire.web.failures import message_of
from gradewire.web.visits import Answer, Data, Page, Place, Redirect, Visit, link, number, page_number, pages_of

PER_PAGE = 20
ERRORS_PER_PAGE = 100
MOST_TERMS = 200
STATES = {
    "initializing": "waiting",
    "created": "waiting",
    "importing": "importing",
    "cleanup_batch": "cleaning up",
    "imported": "done",
    "imported_with_messages": "done, with messages",
    "aborted": "aborted",
    "failed": "failed",
    "failed_with_messages": "failed, with messages",
}


class ImportState(Struct, frozen=True):
    """How far an import is, for the bar of its page."""

    percent: float
    state: str
    ended: bool


def show(visit: Visit) -> Page:
    return _page(visit, None)


def create(visit: Visit) -> Answer:
    """Take a file in; its own page shows how far the import is."""
    account_id, upload = visit.number("account_id"), visit.files.get("attachment")
    if upload is None or not upload.content:
        return _page(visit, "Choose a file first.")
    try:
        options = Options(
            batch_mode="batch_mode" in visit.form,
            batch_mode_term_id=number(visit.sent("term_id")) if visit.sent("term_id") else None,
            change_threshold=_percent(visit.sent("change_threshold").strip()),
            skip_deletes="skip_deletes" in visit.form,
            override_sis_stickiness="override_sis_stickiness" in visit.form,
        )
        order = Order(files=[(upload.filename, upload.content)], options=options)
        made = visit.write(lambda unit: sis_imports.create(unit, account_id, order))
    except Invalid as error:
        return _page(visit, " ".join(f"{one.attribute.replace('_', ' ').capitalize()} {one.message}." for one in error.faults))
    except (Refused, Malformed) as error:
        return _page(visit, f"Nothing was imported: {message_of(error)}.")
    return Redirect(path=link(f"/accounts/{account_id}/sis_imports/{made.row.id}"))


def show_one(visit: Visit) -> Page:
    """An import with what was wrong in its files."""
    account_id, import_id, page = visit.number("account_id"), visit.number("import_id"), page_number(visit)

    def read(unit: Unit) -> dict[str, Any]:
        view = sis_imports.show(unit, account_id, import_id)
        errors, total = sis_imports.list_errors(
            unit, account_id, import_id, offset=(page - 1) * ERRORS_PER_PAGE, limit=ERRORS_PER_PAGE
        )
        around = around_account(accounts.account_access(unit, account_id), "SIS imports")
        return {**around, "view": view, "errors": errors, **pages_of(page, total, ERRORS_PER_PAGE)}

    found = visit.read(read)
    counts = (found["view"].row.data or {}).get("counts") or {}
    context = {
        **found,
        "state": _state(found["view"]),
        "counts": [
            (name.replace("_", " "), count) for name, count in sorted(counts.items()) if count and not name.endswith("_count")
        ],
        "done": "aborted" if "aborted" in visit.query else None,
    }
    return Page(template="sis_import.html", context=context)


def state(visit: Visit) -> Data:
    """For the script of the page."""
    account_id, import_id = visit.number("account_id"), visit.number("import_id")
    return Data(value=_state(visit.read(lambda unit: sis_imports.show(unit, account_id, import_id))))


def abort(visit: Visit) -> Redirect:
    """End an import; one that has ended meanwhile stays as it is."""
    account_id, import_id = visit.number("account_id"), visit.number("import_id")
    path = f"/accounts/{account_id}/sis_imports/{import_id}"
    try:
        visit.write(lambda unit: sis_imports.abort(unit, account_id, import_id))
    except Refused:
        return Redirect(path=link(path))
    return Redirect(path=link(path, aborted=1))


def _state(view: ImportView) -> ImportState:
    row = view.row
    return ImportState(row.progress or 0, STATES.get(row.workflow_state, row.workflow_state), row.workflow_state in ENDED)


def _percent(typed: str) -> int | None:
    """
    Raises:
        Invalid: no whole number of percent.
    """
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 3):
        raise Invalid(Fault("change_threshold", "must be a percentage"))
    return int(typed)


def _page(visit: Visit, error: str | None) -> Page:
    account_id, page = visit.number("account_id"), page_number(visit)

    def read(unit: Unit) -> dict[str, Any]:
        found, total = sis_imports.list_for_account(unit, account_id, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
        known, _ = terms.list_for_account(unit, account_id, states=("active",), offset=0, limit=MOST_TERMS)
        around = around_account(accounts.account_access(unit, account_id), "SIS imports")
        imports = [(view, _state(view)) for view in found]
        return {**around, "imports": imports, "terms": [one.row for one in known], **pages_of(page, total, PER_PAGE)}

    return Page(template="sis_imports.html", context={**visit.read(read), "error": error}, status=400 if error else 200)


def places(most_bytes: int) -> list[Place]:
    path = "/accounts/{account_id:str}/sis_imports"
    return [
        Place(method="GET", path=path, page=show),
        Place(method="POST", path=path, page=create, most_bytes=most_bytes),
        Place(method="GET", path=path + "/{import_id:str}", page=show_one),
        Place(method="GET", path=path + "/{import_id:str}/state", page=state),
        Place(method="POST", path=path + "/{import_id:str}/abort", page=abort),
    ]
