"""What each cell of a gradebook file would do to the course: nothing, another grade, or something that cannot be done."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from gradewire.actions.access import CourseAccess
from gradewire.actions.gradebook_csv import hidden_assignments, shown
from gradewire.actions.gradebook_matching import Ambiguity, Matched, UnknownStudent
from gradewire.actions.grading import circumstances, head_of, in_closed_period
from gradewire.actions.schemes import assignment_scheme, gradable
from gradewire.actions.unit import Unit
from gradewire.core.entry import interpret, is_beyond_numbers
from gradewire.core.gradebook_csv import CLEARED, EXCUSED, UNASSIGNED, Sheet, number_cell, says_same, unguard
from gradewire.core.grading import GradeCommand, Head, grade
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import gradebook as rows
from gradewire.store.custom_gradebook_columns import ColumnRow
from gradewire.store.gradebook import CellRow, StudentRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow

LONGEST_NOTE = 255
_ZERO = re.compile(r"[+-]?[0.]+%?")


class Mark(Struct, frozen=True):
    """What a cell holds."""

    score: float | None
    grade: str | None
    excused: bool


class CellChange(Struct, frozen=True, kw_only=True):
    """A cell that would get another grade. ``version`` is that of the grade it was decided on."""

    row: int
    assignment_id: int
    student_id: int
    entry: str
    old: Mark
    new: Mark
    submission_id: int
    version: int


class NoteChange(Struct, frozen=True, kw_only=True):
    """A cell of a custom column that would say something else."""

    row: int
    custom_gradebook_column_id: int
    student_id: int
    old: str
    new: str


class RefusedCell(Struct, frozen=True, kw_only=True):
    """A cell that was changed in the file and cannot be in the course. ``reason``: unassigned, concluded, unpublished,
    moderated, anonymous, closed, not_graded, unreadable, read_only, too_long."""

    row: int
    student_id: int
    assignment_id: int | None
    custom_gradebook_column_id: int | None
    entry: str
    reason: str


class PointsChange(Struct, frozen=True):
    """Other points possible than the assignment's, in the file. They are not changed by an import."""

    assignment_id: int
    old: str
    new: str


class Preview(Struct, frozen=True, kw_only=True):
    """Everything that a file would do, and what of it could not be used."""

    changes: list[CellChange]
    note_changes: list[NoteChange]
    unchanged: int
    refused: list[RefusedCell]
    unknown_students: list[UnknownStudent]
    unknown_columns: list[str]
    ignored_columns: list[str]
    ambiguous: list[Ambiguity]
    points_changes: list[PointsChange]


def mark_of(row: SubmissionRow | Head) -> Mark:
    return Mark(row.score, row.grade, row.excused)


class Judge:
    """Decides what becomes of a cell."""

    def __init__(self, unit: Unit, access: CourseAccess, grades_closed_periods: bool) -> None:
        self.unit = unit
        self.access = access
        self.hidden = hidden_assignments(unit, access.rules)
        self.grades_closed_periods = grades_closed_periods

    def refusal(self, assignment: AssignmentFacts, student: StudentRow, row: SubmissionRow | None) -> str | None:
        """Why a grader may not grade this submission (as ``grading.check_may_grade``, in a word)."""
        if assignment.workflow_state != "published":
            return "unpublished"
        if assignment.grading_type == "not_graded" or "not_graded" in assignment.submission_types:
            return "not_graded"
        if assignment.moderated_grading and assignment.grades_published_at is None:
            return "moderated"
        if assignment.id in self.hidden:
            return "anonymous"
        if row is None:
            return "unassigned"
        if student.states == {"completed"}:
            return "concluded"
        if not self.grades_closed_periods and in_closed_period(self.unit, self.access.rules, row):
            return "closed"
        return None

    def command(self, assignment: AssignmentFacts, entry: str) -> GradeCommand:
        """A cell as a grader's command. Files hold points where a scheme has letters, so a number is points there."""
        if entry.upper() == EXCUSED:
            return GradeCommand(excuse=True)
        if entry == CLEARED:
            return GradeCommand(entry="")
        return GradeCommand(entry=entry, prefer_points_over_scheme=assignment.grading_type == "letter_grade")

    def outcome(self, assignment: AssignmentFacts, row: SubmissionRow, entry: str, grader_id: int | None) -> Head | None:
        """The grade after it; ``None`` for text that is no grade here."""
        command = self.command(assignment, entry)
        if isinstance(command.entry, str) and command.entry:
            scheme = assignment_scheme(self.access.rules, assignment)
            entered = interpret(
                command.entry, gradable(assignment), scheme, prefer_points_over_scheme=command.prefer_points_over_scheme
            )
            if is_beyond_numbers(command.entry) or entered.outcome != "graded" or _is_no_word(assignment, entry, entered.score):
                return None
        about = circumstances(self.unit, self.access.rules, assignment, row)
        return grade(head_of(row), command, about, grader_id=grader_id).head


def _is_no_word(assignment: AssignmentFacts, entry: str, score: float | None) -> bool:
    """Whether text that pass/fail takes for a zero was none of its words: typed by mistake, it is refused in a file."""
    if assignment.grading_type != "pass_fail" or score != 0:
        return False
    return entry not in {"fail", "incomplete"} and not _ZERO.fullmatch(entry)


class Comparison:
    """A file beside the course."""

    def __init__(self, unit: Unit, access: CourseAccess, sheet: Sheet, matched: Matched) -> None:
        course_id = access.rules.course.id
        self.access = access
        self.sheet = sheet
        self.matched = matched
        self.judge = Judge(unit, access, MANAGE_GRADES in access.by_account)
        self.grader_id = access.user_id
        self.work = rows.submissions(
            unit.connection,
            course_id,
            assignment_ids=sorted({one.id for one in matched.assignments.values()}),
            user_ids=sorted({student.user_id for _, student in matched.students}),
        )
        self.notes = rows.notes(unit.connection, sorted({one.id for one in matched.columns.values()}))
        self.changes: list[CellChange] = []
        self.note_changes: list[NoteChange] = []
        self.refused: list[RefusedCell] = []
        self.unchanged = 0

    def preview(self) -> Preview:
        for row, student in self.matched.students:
            for place, assignment in self.matched.assignments.items():
                if place < len(row.cells):
                    self._compare(row.number, row.cells[place], assignment, student)
            for place, column in self.matched.columns.items():
                if place < len(row.cells):
                    self._compare_note(row.number, unguard(row.cells[place]), column, student)
        matched = self.matched
        return Preview(
            changes=self.changes,
            note_changes=self.note_changes,
            unchanged=self.unchanged,
            refused=self.refused,
            unknown_students=matched.unknown_students,
            unknown_columns=matched.unknown_columns,
            ignored_columns=matched.ignored_columns,
            ambiguous=matched.ambiguous,
            points_changes=list(self._points_changes()),
        )

    def _compare(self, number: int, cell: str, assignment: AssignmentFacts, student: StudentRow) -> None:
        entry = unguard(cell.strip()).strip()
        row = self.work.get((assignment.id, student.user_id))
        there = None if row is None else CellRow(assignment.id, student.user_id, row.score, row.grade, row.excused, None)
        says_nothing = entry in {"", UNASSIGNED}
        if says_nothing or says_same(entry, None if row is None else row.score, shown(assignment, there)):
            self.unchanged += 1
            return
        reason = self.judge.refusal(assignment, student, row)
        head = None
        if reason is None and row is not None:
            head = self.judge.outcome(assignment, row, entry, self.grader_id)
            reason = "unreadable" if head is None else None
        if reason is not None or row is None or head is None:
            self.refused.append(
                RefusedCell(
                    row=number,
                    student_id=student.user_id,
                    assignment_id=assignment.id,
                    custom_gradebook_column_id=None,
                    entry=entry[:LONGEST_NOTE],
                    reason=reason or "unassigned",
                )
            )
        elif mark_of(head) == mark_of(row):
            self.unchanged += 1
        else:
            self.changes.append(
                CellChange(
                    row=number,
                    assignment_id=assignment.id,
                    student_id=student.user_id,
                    entry=entry,
                    old=mark_of(row),
                    new=mark_of(head),
                    submission_id=row.id,
                    version=row.version,
                )
            )

    def _compare_note(self, number: int, text: str, column: ColumnRow, student: StudentRow) -> None:
        old = self.notes.get((column.id, student.user_id), "")
        if not text or text.replace("\r\n", "\n") == old.replace("\r\n", "\n"):
            self.unchanged += 1
            return
        reason = "read_only" if column.read_only else "too_long" if len(text) > LONGEST_NOTE else None
        if reason is not None:
            self.refused.append(
                RefusedCell(
                    row=number,
                    student_id=student.user_id,
                    assignment_id=None,
                    custom_gradebook_column_id=column.id,
                    entry=text[:LONGEST_NOTE],
                    reason=reason,
                )
            )
            return
        self.note_changes.append(
            NoteChange(row=number, custom_gradebook_column_id=column.id, student_id=student.user_id, old=old, new=text)
        )

    def _points_changes(self) -> Sequence[PointsChange]:
        found = []
        for place, assignment in self.matched.assignments.items():
            said = self.sheet.points[place].strip() if place < len(self.sheet.points) else ""
            known = number_cell(assignment.points_possible)
            if said and not says_same(said, assignment.points_possible, known):
                found.append(PointsChange(assignment.id, known, said[:LONGEST_NOTE]))
        return found
