"""The gradebook as a CSV file, out and in. Canvas does this on its pages only; the file is Canvas's."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import gradebook_csv, gradebook_imports
from gradewire.actions.gradebook_csv import Export, ExportOptions
from gradewire.actions.gradebook_imports import Applied
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed, Missing
from gradewire.dialects.canvas.bodies import Upload
from gradewire.dialects.canvas.call import Answer, Call, Document
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.gradebook import GradebookImport, gradebook_import, stale_gradebook_import
from gradewire.dialects.canvas.shapes.progress import Progress, progress


class ExportParams(Struct):
    grading_period_id: Annotated[str, Meta(description="The assignments and totals of this period")] | UnsetType | None = UNSET
    include: Annotated[list[str], Meta(description="concluded, inactive: students whose enrollments are")] = []
    separator: Annotated[str, Meta(description="comma (default) or semicolon")] | UnsetType | None = UNSET
    byte_order_mark: Annotated[bool, Meta(description="So that Excel reads the file as UTF-8")] = False


class ImportParams(Struct):
    attachment: Annotated[Upload, Meta(description="The CSV file; or send it as the body itself")] | UnsetType | None = UNSET


def export(call: Call, params: ExportParams) -> Document:
    if params.separator and params.separator not in {"comma", "semicolon"}:
        raise Malformed("separator is neither comma nor semicolon.", field="separator")
    options = ExportOptions(
        grading_period_id=call.local(params.grading_period_id) if params.grading_period_id else None,
        concluded="concluded" in params.include,
        inactive="inactive" in params.include,
        separator="semicolon" if params.separator == "semicolon" else "comma",
        byte_order_mark=params.byte_order_mark,
    )
    found: Export = call.read(lambda unit: gradebook_csv.export(unit, call.course_id(unit), options))
    day = f"{call.world.clock():%Y-%m-%d}"
    return Document(found.content, "text/csv; charset=utf-8", f"{day}_Grades-{found.course_code}.csv")


def preview(call: Call, params: ImportParams) -> GradebookImport:
    def action(unit: Unit) -> GradebookImport:
        course_id = call.course_id(unit)
        if not isinstance(params.attachment, Upload):
            raise Missing("attachment")
        return gradebook_import(gradebook_imports.preview(unit, course_id, params.attachment.content), call.base_url, course_id)

    return call.write(action)


def apply(call: Call, _params: None) -> Progress | Answer:
    found: Applied = call.write(lambda unit: gradebook_imports.apply(unit, call.course_id(unit), call.path["token"]))
    if found.progress is None:
        return Answer(stale_gradebook_import(found.stale), status=409)
    return progress(found.progress, call.base_url)


_TAG = "Gradebook files"

OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/gradebook/export.csv",
        name="export_gradebook",
        summary="The gradebook as a CSV file, as Canvas exports it",
        handler=export,
        params=ExportParams,
        returns=str,
        media_type="text/csv",
        tag=_TAG,
    ),
    Operation(
        method="POST",
        path="/api/v1/courses/:course_id/gradebook/import",
        name="preview_gradebook_import",
        summary="Show what a gradebook file would change, and keep that to be applied",
        handler=preview,
        params=ImportParams,
        returns=GradebookImport,
        writes=True,
        takes_file=True,
        tag=_TAG,
    ),
    Operation(
        method="POST",
        path="/api/v1/courses/:course_id/gradebook/import/:token/apply",
        name="apply_gradebook_import",
        summary="Apply the preview of a gradebook import, all of it or nothing",
        handler=apply,
        returns=Progress,
        writes=True,
        tag=_TAG,
    ),
)
