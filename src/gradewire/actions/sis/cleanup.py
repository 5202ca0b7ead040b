"""Batch mode: what a term has from earlier imports and the new one does not speak of is deleted."""

from __future__ import annotations

from collections.abc import Collection

from gradewire.actions.sis.batch import Batch
from gradewire.actions.sis.courses import write_courses
from gradewire.actions.sis.sections import write_sections
from gradewire.actions.sis.settling import end_enrollments
from gradewire.store import sis_imports as imports

TABLES = {"enrollment": "enrollments", "section": "course_sections", "course": "courses"}


def clean_up(batch: Batch, supplied: Collection[str]) -> dict[str, int]:
    """Delete what the import left out, of the kinds of which it had files. How many of each, as an import's counts say it.

    With a threshold nothing is deleted where more than that part (percent) of what there is would go.
    """
    options = batch.options
    if options.batch_mode_term_id is None or options.skip_deletes:
        return {}
    left = {
        kind: imports.left_out(batch.unit.connection, table, term_id=options.batch_mode_term_id, import_id=batch.import_id)
        for kind, table in TABLES.items()
        if kind in supplied
    }
    for kind, found in left.items():
        if options.change_threshold is not None and len(found.ids) * 100 > options.change_threshold * found.total:
            batch.complain(
                None,
                f"{len(found.ids)} of {found.total} {kind}s would be deleted, more than {options.change_threshold} percent;"
                " nothing was deleted",
            )
            return {}
    counts: dict[str, int] = {}
    if "enrollment" in left:
        counts["batch_enrollments_deleted"] = end_enrollments(batch, id=left["enrollment"].ids)
    if "section" in left:
        counts["batch_sections_deleted"] = _end_sections(batch, left["section"].ids)
    if "course" in left:
        counts["batch_courses_deleted"] = _end_courses(batch, left["course"].ids)
    return {name: count for name, count in counts.items() if count}


def _end_sections(batch: Batch, ids: Collection[int]) -> int:
    register = batch.register("course_sections", capacity=0)
    for row in register.read(id=ids):
        row["workflow_state"] = "deleted"
        batch.count("CourseSection", "deleted")
    write_sections(batch, register)
    if ids:
        end_enrollments(batch, course_section_id=ids)
    return len(ids)


def _end_courses(batch: Batch, ids: Collection[int]) -> int:
    register = batch.register("courses", capacity=0)
    for row in register.read(id=ids):
        row["workflow_state"] = "deleted"
        batch.count("Course", "deleted")
    write_courses(batch, register)
    return len(ids)
