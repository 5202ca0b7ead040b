"""Gradebook files back into a course: upload, a preview of each cell that would change, and then exactly that."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions import gradebook_grid, gradebook_imports, progresses
from gradewire.actions.gradebook_comparison import Mark, Preview
from gradewire.actions.gradebook_grid import Names
from gradewire.actions.gradebook_imports import Applied, KeptPreview, StaleCell
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed, NotFound, Refused
from gradewire.core.numbers import show_number
from gradewire.web.course_navigation import stops
from gradewire.web.routes.gradebook import PATH, graders_access
from gradewire.web.visits import Page, Place, Redirect, Visit

MOST_BYTES = 8 * 1024 * 1024
MOST_SHOWN = 500
"""So many cells of a preview are listed; the rest is counted."""

REASONS = {
    "unassigned": "not for this student",
    "concluded": "the student is no longer in the course",
    "unpublished": "the assignment is not published",
    "moderated": "the assignment is under moderation",
    "anonymous": "the students of the assignment are anonymous",
    "closed": "the grading period is over",
    "not_graded": "the assignment takes no grades",
    "unreadable": "this is no grade here",
    "read_only": "the column is read only",
    "too_long": "the note is too long",
    "gone": "no longer there",
    "changed": "changed meanwhile",
    "decided_otherwise": "would come out otherwise by now",
}


class Line(Struct, frozen=True):
    """A cell of the file: whose, in which column, what is there and what would be, or why it cannot be."""

    row: int | None
    student: str
    column: str
    old: str
    new: str


def show(visit: Visit) -> Page:
    """The form for the file."""
    return _page(visit)


def preview(visit: Visit) -> Page:
    """What the file would do, with the button that does it."""
    course_id = visit.number("course_id")
    upload = visit.files.get("attachment")
    if upload is None or not upload.content:
        return _page(visit, error="Choose a file first.", status=422)

    def read(unit: Unit) -> tuple[KeptPreview, Names]:
        return gradebook_imports.preview(unit, course_id, upload.content), gradebook_grid.names(unit, course_id)

    try:
        kept, names = visit.write(read)
    except Malformed as error:
        return _page(visit, error=error.message, status=422)
    found = kept.found
    changes = _changes(found, names)
    refused = _refused(found, names)
    return _page(
        visit,
        token=kept.token,
        found=found,
        file=upload.filename,
        changes=changes[:MOST_SHOWN],
        more_changes=max(0, len(changes) - MOST_SHOWN),
        refused=refused[:MOST_SHOWN],
        more_refused=max(0, len(refused) - MOST_SHOWN),
        assignment_names=names.assignments,
    )


def apply(visit: Visit) -> Page | Redirect:
    """Write what the preview said, if nothing has changed since."""
    course_id = visit.number("course_id")

    def act(unit: Unit) -> tuple[Applied, Names]:
        return gradebook_imports.apply(unit, course_id, visit.sent("token")), gradebook_grid.names(unit, course_id)

    try:
        applied, names = visit.write(act)
    except Refused as error:
        return _page(visit, error=error.message, status=422)
    if applied.progress is None:
        return _page(visit, error=gradebook_imports.UNCERTAIN, stale=_stale(applied.stale, names), status=409)
    return Redirect(path=f"/courses/{course_id}/gradebook/import/{applied.progress.id}")


def progress(visit: Visit) -> Page:
    """How far the import is."""
    course_id, progress_id = visit.number("course_id"), visit.number("progress_id")
    found = visit.read(lambda unit: progresses.show(unit, progress_id))
    if found.tag != gradebook_imports.PROGRESS_TAG or found.context_id != course_id:
        raise NotFound
    return _page(visit, progress=found)


def _page(visit: Visit, *, status: int = 200, **shown: object) -> Page:
    course_id = visit.number("course_id")

    def read(unit: Unit) -> dict[str, object]:
        access = graders_access(unit, course_id)
        return {"course": access.rules.course, "stops": stops(access)}

    nothing = dict.fromkeys(("error", "token", "found", "file", "changes", "refused", "stale", "progress"))
    context = {
        **nothing,
        **visit.read(read),
        "stop": "Gradebook",
        "path": f"/courses/{course_id}/gradebook",
        "more_changes": 0,
        "more_refused": 0,
        **shown,
    }
    return Page(template="gradebook_import.html", context=context, status=status)


def _text(mark: Mark) -> str:
    if mark.excused:
        return "excused"
    if mark.grade is not None:
        return mark.grade
    return "–" if mark.score is None else show_number(mark.score)


def _changes(found: Preview, names: Names) -> list[Line]:
    grades = [
        Line(
            one.row,
            names.students.get(one.student_id, "?"),
            names.assignments.get(one.assignment_id, "?"),
            _text(one.old),
            _text(one.new),
        )
        for one in found.changes
    ]
    notes = [
        Line(
            one.row,
            names.students.get(one.student_id, "?"),
            names.columns.get(one.custom_gradebook_column_id, "?"),
            one.old or "–",
            one.new or "–",
        )
        for one in found.note_changes
    ]
    return grades + notes


def _refused(found: Preview, names: Names) -> list[Line]:
    return [
        Line(
            one.row,
            names.students.get(one.student_id, "?"),
            names.assignments.get(one.assignment_id or 0) or names.columns.get(one.custom_gradebook_column_id or 0, "?"),
            one.entry,
            REASONS.get(one.reason, one.reason),
        )
        for one in found.refused
    ]


def _stale(found: list[StaleCell], names: Names) -> list[Line]:
    return [
        Line(
            None,
            names.students.get(one.student_id, "?"),
            names.assignments.get(one.assignment_id or 0) or names.columns.get(one.custom_gradebook_column_id or 0, "?"),
            "",
            REASONS.get(one.reason, one.reason),
        )
        for one in found
    ]


PLACES = [
    Place(method="GET", path=f"{PATH}/import", page=show),
    Place(method="POST", path=f"{PATH}/import", page=preview, most_bytes=MOST_BYTES),
    Place(method="POST", path=f"{PATH}/import/apply", page=apply),
    Place(method="GET", path=f"{PATH}/import/{{progress_id:str}}", page=progress),
]
