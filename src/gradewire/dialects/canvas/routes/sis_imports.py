"""SIS imports: made, watched, aborted; what was wrong in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import sis_imports
from gradewire.actions.sis.batch import Options
from gradewire.actions.sis_imports import ImportView, Order
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid
from gradewire.dialects.canvas.bodies import Upload
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.sis_imports import (
    Aborted,
    SisImport,
    SisImportErrors,
    SisImports,
    sis_import,
    sis_import_error,
)

REFUSED = ("diffing_data_set_identifier", "multi_term_batch_mode")
"""What other rows of a file would mean something else with: refused instead of being overlooked."""


class SisImportParams(Struct):
    import_type: Annotated[str, Meta(description="instructure_csv")] | UnsetType | None = UNSET
    attachment: (
        Annotated[Upload, Meta(description="A CSV file, or a ZIP archive of them; or send it as the body itself")]
        | UnsetType
        | None
    ) = UNSET
    extension: Annotated[str, Meta(description="csv or zip")] | UnsetType | None = UNSET
    batch_mode: Annotated[bool, Meta(description="Delete what the term has from earlier imports and this one leaves out")] = (
        False
    )
    batch_mode_term_id: str | UnsetType | None = UNSET
    change_threshold: Annotated[int, Meta(description="Percent that batch mode may delete at most")] | UnsetType | None = UNSET
    skip_deletes: bool = False
    override_sis_stickiness: Annotated[bool, Meta(description="Taken and shown; imports always write what they say")] = False
    add_sis_stickiness: bool = False
    clear_sis_stickiness: bool = False
    update_sis_id_if_login_claimed: bool = False
    multi_term_batch_mode: Annotated[bool, Meta(description="Refused")] = False
    diffing_data_set_identifier: Annotated[str, Meta(description="Refused")] | UnsetType | None = UNSET


class SisImportListParams(Struct):
    created_since: datetime | UnsetType | None = UNSET
    created_before: datetime | UnsetType | None = UNSET
    workflow_state: list[str] | UnsetType = UNSET


class SisImportErrorParams(Struct):
    failure: Annotated[bool, Meta(description="All errors here keep their row, or their file, from being applied")] = False


def create(call: Call, params: SisImportParams) -> SisImport:
    refused = [Fault(name, "is not supported") for name in REFUSED if getattr(params, name)]

    def action(unit: Unit) -> ImportView:
        account_id = call.account_id(unit)
        term_id = call.term(unit, params.batch_mode_term_id) if params.batch_mode and params.batch_mode_term_id else None
        if refused:
            raise Invalid(*refused)
        options = Options(
            import_type=params.import_type or "instructure_csv",
            extension=params.extension or None,
            batch_mode=params.batch_mode,
            batch_mode_term_id=term_id,
            change_threshold=params.change_threshold if isinstance(params.change_threshold, int) else None,
            skip_deletes=params.skip_deletes,
            override_sis_stickiness=params.override_sis_stickiness,
            add_sis_stickiness=params.add_sis_stickiness,
            clear_sis_stickiness=params.clear_sis_stickiness,
            update_sis_id_if_login_claimed=params.update_sis_id_if_login_claimed,
        )
        return sis_imports.create(unit, account_id, Order(files=_files(params), options=options))

    return sis_import(call.write(action), call.base_url)


def _files(params: SisImportParams) -> list[tuple[str, bytes]]:
    sent = params.attachment
    if not isinstance(sent, Upload):
        return []
    return [(sent.filename or f"import.{params.extension or 'csv'}", sent.content)]


def index(call: Call, params: SisImportListParams) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: sis_imports.list_for_account(
            unit,
            call.account_id(unit),
            created_since=params.created_since or None,
            created_before=params.created_before or None,
            states=params.workflow_state or None,
            offset=page.offset,
            limit=page.limit,
        )
    )
    return Listing([sis_import(one, call.base_url) for one in found], total=total, under="sis_imports")


def show(call: Call, _params: None) -> SisImport:
    found = call.read(lambda unit: sis_imports.show(unit, call.account_id(unit), call.number("sis_import_id")))
    return sis_import(found, call.base_url)


def importing(call: Call, _params: None) -> SisImports:
    found = call.read(lambda unit: sis_imports.list_running(unit, call.account_id(unit)))
    return SisImports([sis_import(one, call.base_url) for one in found])


def abort(call: Call, _params: None) -> SisImport:
    found = call.write(lambda unit: sis_imports.abort(unit, call.account_id(unit), call.number("sis_import_id")))
    return sis_import(found, call.base_url)


def abort_all_pending(call: Call, _params: None) -> Aborted:
    return Aborted(call.write(lambda unit: sis_imports.abort_all_pending(unit, call.account_id(unit))))


def errors(call: Call, _params: SisImportErrorParams) -> Listing:
    page = call.page
    import_id = call.number("sis_import_id") if "sis_import_id" in call.path else None
    found, total = call.read(
        lambda unit: sis_imports.list_errors(unit, call.account_id(unit), import_id, offset=page.offset, limit=page.limit)
    )
    return Listing([sis_import_error(one) for one in found], total=total, under="sis_import_errors")


_ALL = "/api/v1/accounts/:account_id/sis_imports"
_ONE = f"{_ALL}/:sis_import_id"
_TAG = "SIS imports"

OPERATIONS = (
    Operation(
        method="GET",
        path=_ALL,
        name="list_sis_imports",
        summary="List the SIS imports of an account, the newest first",
        handler=index,
        params=SisImportListParams,
        returns=SisImports,
        paginated=True,
        tag=_TAG,
    ),
    Operation(
        method="POST",
        path=_ALL,
        name="create_sis_import",
        summary="Import CSV files of a registration system, in the background",
        handler=create,
        params=SisImportParams,
        returns=SisImport,
        writes=True,
        takes_file=True,
        tag=_TAG,
    ),
    Operation(
        method="GET",
        path=f"{_ALL}/importing",
        name="list_running_sis_imports",
        summary="List the SIS imports that are at work now",
        handler=importing,
        returns=SisImports,
        tag=_TAG,
    ),
    Operation(
        method="PUT",
        path=f"{_ALL}/abort_all_pending",
        name="abort_pending_sis_imports",
        summary="Abort all SIS imports that were not begun",
        handler=abort_all_pending,
        returns=Aborted,
        writes=True,
        tag=_TAG,
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="show_sis_import",
        summary="Show a SIS import",
        handler=show,
        returns=SisImport,
        tag=_TAG,
    ),
    Operation(
        method="PUT",
        path=f"{_ONE}/abort",
        name="abort_sis_import",
        summary="Abort a SIS import; what was applied stays",
        handler=abort,
        returns=SisImport,
        writes=True,
        tag=_TAG,
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/errors",
        name="list_errors_of_sis_import",
        summary="List what was wrong in a SIS import",
        handler=errors,
        params=SisImportErrorParams,
        returns=SisImportErrors,
        paginated=True,
        tag=_TAG,
    ),
    Operation(
        method="GET",
        path="/api/v1/accounts/:account_id/sis_import_errors",
        name="list_sis_import_errors",
        summary="List what was wrong in all SIS imports of an account",
        handler=errors,
        params=SisImportErrorParams,
        returns=SisImportErrors,
        paginated=True,
        tag=_TAG,
    ),
)
