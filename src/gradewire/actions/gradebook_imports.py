"""Gradebook files back into the course, in two moves: a preview of every cell that would change, then exactly that.

The preview decides each changed cell by the rules of a typed grade and keeps what came out, under a token. Applying it gives
the same grades or none: where a cell would come out otherwise by now (graded meanwhile, another scheme, a closed period),
nothing is written and those cells are told.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, convert, to_builtins

from gradewire.actions import jobs
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.gradebook_comparison import CellChange, Comparison, Judge, NoteChange, Preview, mark_of
from gradewire.actions.gradebook_matching import match
from gradewire.actions.grading import Regrade, grade_many
from gradewire.actions.tokens import digest_of
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed, NotFound, Refused
from gradewire.core.gradebook_csv import UnreadableSheet, read_sheet
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import custom_gradebook_columns as custom
from gradewire.store import gradebook as rows
from gradewire.store import progresses
from gradewire.store import scores as score_rows
from gradewire.store.gradebook import StudentRow
from gradewire.store.progresses import ProgressRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow

TAG = "GradebookImporter#apply"
PROGRESS_TAG = "gradebook_import"
UNCERTAIN = "Cells have changed since the preview; nothing was written. Make a new preview."


class KeptPreview(Struct, frozen=True):
    """A preview and how to apply it."""

    id: int
    token: str
    expires_at: datetime
    found: Preview


class StaleCell(Struct, frozen=True):
    """A cell that would not come out as the preview said."""

    assignment_id: int | None
    custom_gradebook_column_id: int | None
    student_id: int
    reason: str


class Applied(Struct, frozen=True):
    """The Progress of an import that was begun; or the cells that keep it from being."""

    progress: ProgressRow | None
    stale: list[StaleCell]


class _Grader(Struct, frozen=True):
    """What of a grader's rights an import needs, as they were when it was begun."""

    user_id: int | None
    grades_closed_periods: bool


def preview(unit: Unit, course_id: int, content: bytes) -> KeptPreview:
    """Say what a file would change, and keep that for its sender. Nothing is graded.

    Raises:
        NotFound: no such course.
        Denied: no right to grade.
        Malformed: the file is no gradebook.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    try:
        sheet = read_sheet(content)
    except UnreadableSheet as error:
        raise Malformed(str(error), field="attachment") from None
    found = Comparison(unit, access, sheet, match(unit, access, sheet)).preview()
    token = secrets.token_urlsafe(32)
    user_id = unit.caller.user_id
    expires_at = unit.now + unit.world.preview_life
    rows.forget_previews(unit.connection, user_id, unit.now)
    number = rows.add_preview(
        unit.connection,
        unit.now,
        course_id=course_id,
        user_id=user_id,
        token_digest=digest_of(token),
        changes={"cells": to_builtins(found.changes), "notes": to_builtins(found.note_changes)},
        summary={"changed": len(found.changes), "unchanged": found.unchanged, "refused": len(found.refused)},
        expires_at=expires_at,
    )
    return KeptPreview(number, token, expires_at, found)


def apply(unit: Unit, course_id: int, token: str) -> Applied:
    """Begin to write what a preview said; a token serves once.

    Raises:
        NotFound: no such course, or no such preview of the caller's in it.
        Denied: no right to grade any more.
        Refused: the preview was applied already, or its time is over.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    kept = rows.find_preview(unit.connection, digest=digest_of(token), course_id=course_id, user_id=unit.caller.user_id)
    if kept is None:
        raise NotFound
    if kept.expires_at <= unit.now:
        raise Refused("parameter", "The preview has expired; make a new one.")
    if not rows.use_preview(unit.connection, kept.id, unit.now):
        raise Refused("parameter", "The preview was applied already.")
    grader = _Grader(access.user_id, MANAGE_GRADES in access.by_account)
    stale, _ = _decide(unit, access, kept.changes, grader, sections=access.sections)
    if stale:
        rows.change_preview(unit.connection, kept.id, unit.now, workflow_state="stale")
        return Applied(None, stale)
    progress = jobs.enqueue(
        unit,
        tag=TAG,
        progress_tag=PROGRESS_TAG,
        context_type="Course",
        context_id=course_id,
        arguments={"gradebook_import_id": kept.id, "grader": to_builtins(grader)},
    )
    rows.change_preview(unit.connection, kept.id, unit.now, progress_id=progress.id)
    return Applied(progress, [])


def perform(unit: Unit, arguments: Mapping[str, Any]) -> str | None:
    """Write what a preview said, all of it or nothing; the answer says that nothing was."""
    kept = rows.preview(unit.connection, arguments["gradebook_import_id"])
    if kept is None or kept.workflow_state != "applied":
        return None
    grader = convert(arguments["grader"], _Grader)
    access = course_access(unit, kept.course_id)
    students = sorted({cell["student_id"] for cell in kept.changes["cells"]})
    score_rows.lock(unit.connection, kept.course_id, students)
    stale, regrades = _decide(unit, access, kept.changes, grader, sections=None)
    if stale:
        rows.change_preview(unit.connection, kept.id, unit.now, workflow_state="stale")
        if kept.progress_id is not None:
            progresses.update(unit.connection, kept.progress_id, unit.now, results={"stale": to_builtins(stale)})
        return UNCERTAIN
    for assignment_id, work in regrades.items():
        grade_many(unit, access, access.assignment(assignment_id), work, grader_id=grader.user_id)
    notes = convert(kept.changes["notes"], list[NoteChange])
    custom.write(unit.connection, {(one.custom_gradebook_column_id, one.student_id): one.new for one in notes}, unit.now)
    return None


def _decide(
    unit: Unit, access: CourseAccess, changes: Mapping[str, Any], grader: _Grader, *, sections: Collection[int] | None
) -> tuple[list[StaleCell], dict[int, list[Regrade]]]:
    """The grader's commands by assignment, if every cell comes out as the preview said; and the cells that do not."""
    cells = convert(changes["cells"], list[CellChange])
    notes = convert(changes["notes"], list[NoteChange])
    course_id = access.rules.course.id
    students = {one.user_id: one for one in rows.students(unit.connection, course_id, sections=sections)}
    found = rows.submissions(
        unit.connection,
        course_id,
        assignment_ids=sorted({one.assignment_id for one in cells}),
        user_ids=sorted({one.student_id for one in cells}),
    )
    judge = Judge(unit, access, grader.grades_closed_periods)
    stale: list[StaleCell] = []
    regrades: dict[int, list[Regrade]] = {}
    for one in cells:
        assignment = access.rules.assignments.get(one.assignment_id)
        row = found.get((one.assignment_id, one.student_id))
        reason = _staleness(judge, one, assignment, students.get(one.student_id), row, grader)
        if reason is not None:
            stale.append(StaleCell(one.assignment_id, None, one.student_id, reason))
        elif row is not None and assignment is not None:
            regrades.setdefault(one.assignment_id, []).append(Regrade(row, judge.command(assignment, one.entry)))
    if notes:
        known = custom.page(unit.connection, course_id, hidden=True, offset=0, limit=10_000)[0]
        writable = {one.id for one in known if not one.read_only}
        now = rows.notes(unit.connection, sorted({one.custom_gradebook_column_id for one in notes}))
        for note in notes:
            column_id = note.custom_gradebook_column_id
            same = now.get((column_id, note.student_id), "") == note.old
            if not same or column_id not in writable or note.student_id not in students:
                stale.append(StaleCell(None, column_id, note.student_id, "changed"))
    return stale, regrades


def _staleness(
    judge: Judge,
    change: CellChange,
    assignment: AssignmentFacts | None,
    student: StudentRow | None,
    row: SubmissionRow | None,
    grader: _Grader,
) -> str | None:
    """Why a cell would not come out as it was shown."""
    if assignment is None or student is None or row is None:
        return "gone"
    if row.version != change.version or mark_of(row) != change.old:
        return "changed"
    refusal = judge.refusal(assignment, student, row)
    if refusal is not None:
        return refusal
    head = judge.outcome(assignment, row, change.entry, grader.user_id)
    return None if head is not None and mark_of(head) == change.new else "decided_otherwise"
