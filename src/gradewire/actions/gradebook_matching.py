"""What the rows and columns of a gradebook file mean: students by their ids, assignments by the id in the header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from gradewire.actions.access import CourseAccess
from gradewire.actions.gradebook_csv import custom_columns
from gradewire.actions.unit import Unit
from gradewire.core.gradebook_csv import (
    FIXED,
    SIS_LOGIN_ID,
    SIS_USER_ID,
    STUDENT,
    USER_ID,
    Sheet,
    SheetRow,
    assignment_of,
    unguard,
)
from gradewire.store import gradebook as rows
from gradewire.store.custom_gradebook_columns import ColumnRow
from gradewire.store.gradebook import StudentRow
from gradewire.store.rules import AssignmentFacts


class UnknownStudent(Struct, frozen=True):
    """A row of nobody whom the caller sees in the course, as it names the student."""

    row: int
    student: str
    id: str
    sis_user_id: str
    sis_login_id: str


class Ambiguity(Struct, frozen=True):
    """A row or a column that may mean several things; it is left out."""

    row: int | None
    column: str | None
    reason: str


class Matched(Struct, frozen=True):
    """A file as far as it is understood. Assignments and custom columns by where they stand."""

    students: list[tuple[SheetRow, StudentRow]]
    assignments: dict[int, AssignmentFacts]
    columns: dict[int, ColumnRow]
    unknown_students: list[UnknownStudent]
    unknown_columns: list[str]
    ignored_columns: list[str]
    ambiguous: list[Ambiguity]


def match(unit: Unit, access: CourseAccess, sheet: Sheet) -> Matched:
    """Find out what a file is about. Students whom the caller does not see are unknown, like those who are not there."""
    matched = Matched([], {}, {}, [], [], [], [])
    _match_columns(unit, access, sheet, matched)
    _match_students(rows.students(unit.connection, access.rules.course.id, sections=access.sections), sheet, matched)
    return matched


def _match_columns(unit: Unit, access: CourseAccess, sheet: Sheet, matched: Matched) -> None:
    known = access.rules.assignments
    fixed = {name.lower() for name in FIXED}
    custom: dict[str, list[ColumnRow]] = {}
    for column in custom_columns(unit, access.rules.course.id):
        custom.setdefault(column.title, []).append(column)
    named = Counter(assignment_of(name) for name in sheet.header)
    titles = Counter(sheet.header)
    for place, name in enumerate(sheet.header):
        number = assignment_of(name)
        if not name.strip() or name.strip().lower() in fixed:
            continue
        if number is not None and number in known:
            if named[number] > 1:
                matched.ambiguous.append(Ambiguity(None, name, "several columns are of this assignment"))
            else:
                matched.assignments[place] = known[number]
        elif name in custom:
            if titles[name] > 1 or len(custom[name]) > 1:
                matched.ambiguous.append(Ambiguity(None, name, "several columns have this title"))
            else:
                matched.columns[place] = custom[name][0]
        elif sheet.is_read_only(place):
            matched.ignored_columns.append(name)
        else:
            matched.unknown_columns.append(name)


def _match_students(students: Sequence[StudentRow], sheet: Sheet, matched: Matched) -> None:
    by_column: list[tuple[int, Mapping[str, StudentRow]]] = []
    for column, known in (
        (USER_ID, {str(one.user_id): one for one in students}),
        (SIS_USER_ID, {one.sis_user_id: one for one in students if one.sis_user_id}),
        (SIS_LOGIN_ID, {one.login: one for one in students if one.login}),
    ):
        place = sheet.place(column)
        if place is not None:
            by_column.append((place, known))
    found: list[tuple[SheetRow, StudentRow]] = []
    for row in sheet.rows:
        meant = [known[text] for place, known in by_column if (text := _text(row, place)) in known]
        if not meant:
            names = [_text(row, sheet.place(name)) for name in (STUDENT, USER_ID, SIS_USER_ID, SIS_LOGIN_ID)]
            matched.unknown_students.append(UnknownStudent(row.number, *names))
        elif len({one.user_id for one in meant}) > 1:
            matched.ambiguous.append(Ambiguity(row.number, None, "the ids are those of different students"))
        else:
            found.append((row, meant[0]))
    times = Counter(student.user_id for _, student in found)
    for row, student in found:
        if times[student.user_id] > 1:
            matched.ambiguous.append(Ambiguity(row.number, None, "several rows are of this student"))
        else:
            matched.students.append((row, student))


def _text(row: SheetRow, place: int | None) -> str:
    return unguard(row.cells[place].strip()) if place is not None and place < len(row.cells) else ""
