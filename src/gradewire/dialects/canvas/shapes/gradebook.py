"""The preview of a gradebook import, and why one was not applied. Canvas has no such objects: its import is a page."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from gradewire.actions.gradebook_comparison import CellChange, Mark, NoteChange, PointsChange, RefusedCell
from gradewire.actions.gradebook_imports import UNCERTAIN, KeptPreview, StaleCell
from gradewire.actions.gradebook_matching import Ambiguity, UnknownStudent
from gradewire.dialects.canvas.errors import Message
from gradewire.dialects.canvas.wire import whole


class GradebookCellChange(Struct):
    """A cell that would change. ``row`` counts the rows of the file from 1."""

    row: int
    student_id: int
    assignment_id: int
    entry: str
    old: Mark
    new: Mark


class GradebookImport(Struct):
    """What a file would change; ``apply_url`` takes a POST, once, until ``expires_at``."""

    id: int
    token: str
    apply_url: str
    expires_at: datetime | None
    changes: list[GradebookCellChange]
    custom_column_changes: list[NoteChange]
    unchanged_count: int
    refused: list[RefusedCell]
    unknown_students: list[UnknownStudent]
    unknown_columns: list[str]
    ignored_columns: list[str]
    ambiguous: list[Ambiguity]
    points_possible_changes: list[PointsChange]


class StaleGradebookImport(Struct):
    """Nothing was written: these cells would not come out as the preview said."""

    errors: list[Message]
    stale: list[StaleCell]


def gradebook_import(kept: KeptPreview, base_url: str, course_id: int) -> GradebookImport:
    found = kept.found
    return GradebookImport(
        id=kept.id,
        token=kept.token,
        apply_url=f"{base_url}/api/v1/courses/{course_id}/gradebook/import/{kept.token}/apply",
        expires_at=whole(kept.expires_at),
        changes=[_change(one) for one in found.changes],
        custom_column_changes=found.note_changes,
        unchanged_count=found.unchanged,
        refused=found.refused,
        unknown_students=found.unknown_students,
        unknown_columns=found.unknown_columns,
        ignored_columns=found.ignored_columns,
        ambiguous=found.ambiguous,
        points_possible_changes=found.points_changes,
    )


def _change(one: CellChange) -> GradebookCellChange:
    return GradebookCellChange(one.row, one.student_id, one.assignment_id, one.entry, one.old, one.new)


def stale_gradebook_import(stale: list[StaleCell]) -> StaleGradebookImport:
    return StaleGradebookImport([Message(UNCERTAIN)], stale)
