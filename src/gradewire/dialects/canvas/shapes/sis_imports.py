"""The SIS import object and its errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.sis_imports import ImportView
from gradewire.dialects.canvas.wire import whole
from gradewire.store.sis_imports import ErrorRow

NOUNS = ("Account", "EnrollmentTerm", "Course", "CourseSection", "Enrollment", "User", "Pseudonym", "AccountUser")


class SisImportStatistic(Struct):
    """How many things of a kind changed their state."""

    created: int | UnsetType = UNSET
    concluded: int | UnsetType = UNSET
    deactivated: int | UnsetType = UNSET
    restored: int | UnsetType = UNSET
    deleted: int | UnsetType = UNSET


class SisImportStatistics(Struct):
    total_state_changes: int
    Account: SisImportStatistic | UnsetType = UNSET
    EnrollmentTerm: SisImportStatistic | UnsetType = UNSET
    Course: SisImportStatistic | UnsetType = UNSET
    CourseSection: SisImportStatistic | UnsetType = UNSET
    Enrollment: SisImportStatistic | UnsetType = UNSET
    User: SisImportStatistic | UnsetType = UNSET
    Pseudonym: SisImportStatistic | UnsetType = UNSET
    AccountUser: SisImportStatistic | UnsetType = UNSET


class SisImportData(Struct):
    import_type: str
    supplied_batches: list[str]
    counts: dict[str, int]
    """Rows that were gone through, by kind of file."""


class SisImportUser(Struct):
    """Who asked for the import."""

    id: int
    name: str
    sortable_name: str
    short_name: str


class SisImport(Struct):
    id: int
    account_id: int
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime | None
    progress: int
    workflow_state: str
    data: SisImportData
    statistics: SisImportStatistics | None
    user: SisImportUser | None
    batch_mode: bool
    batch_mode_term_id: int | None
    multi_term_batch_mode: bool
    change_threshold: int | None
    skip_deletes: bool
    override_sis_stickiness: bool
    add_sis_stickiness: bool
    clear_sis_stickiness: bool
    update_sis_id_if_login_claimed: bool
    diffing_data_set_identifier: str | None
    diffed_against_import_id: int | None
    errors_attachment: Any
    """Always null: errors are listed."""
    progress_url: str | None
    """The Progress of the work, which Canvas does not have here."""
    processing_errors: list[list[str]] | UnsetType = UNSET
    """The first ones: file and message."""


class SisImports(Struct):
    sis_imports: list[SisImport]


class SisImportError(Struct):
    sis_import_id: int
    file: str | None
    message: str
    row: int | None
    row_info: str | None


class SisImportErrors(Struct):
    sis_import_errors: list[SisImportError]


class Aborted(Struct):
    aborted: bool


def sis_import(view: ImportView, base_url: str) -> SisImport:
    row, options = view.row, view.row.options
    data = row.data or {}
    found = SisImport(
        id=row.id,
        account_id=row.root_account_id,
        created_at=whole(row.created_at),
        started_at=whole(row.started_at),
        ended_at=whole(row.ended_at),
        updated_at=whole(row.updated_at),
        progress=int(row.progress),
        workflow_state=row.workflow_state,
        data=SisImportData(
            data.get("import_type", "instructure_csv"), data.get("supplied_batches", []), data.get("counts", {})
        ),
        statistics=_statistics(data["statistics"]) if "statistics" in data else None,
        user=None
        if view.user is None
        else SisImportUser(view.user.id, view.user.name, view.user.sortable_name, view.user.short_name),
        batch_mode=options["batch_mode"],
        batch_mode_term_id=options["batch_mode_term_id"],
        multi_term_batch_mode=False,
        change_threshold=options["change_threshold"],
        skip_deletes=options["skip_deletes"],
        override_sis_stickiness=options["override_sis_stickiness"],
        add_sis_stickiness=options["add_sis_stickiness"],
        clear_sis_stickiness=options["clear_sis_stickiness"],
        update_sis_id_if_login_claimed=options["update_sis_id_if_login_claimed"],
        diffing_data_set_identifier=None,
        diffed_against_import_id=None,
        errors_attachment=None,
        progress_url=None if row.progress_id is None else f"{base_url}/api/v1/progress/{row.progress_id}",
    )
    if view.errors:
        found.processing_errors = [[one.file or "", one.message] for one in view.errors]
    return found


def _statistics(counts: Mapping[str, Mapping[str, int]]) -> SisImportStatistics:
    total = sum(sum(changes.values()) for changes in counts.values())
    known = {noun: SisImportStatistic(**counts[noun]) for noun in NOUNS if noun in counts}
    return SisImportStatistics(total, **known)


def sis_import_error(row: ErrorRow) -> SisImportError:
    return SisImportError(row.sis_import_id, row.file, row.message, row.row, row.row_info)
