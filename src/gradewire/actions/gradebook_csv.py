"""A course's gradebook as a CSV file, in the form of Canvas's export (docs/gradebook-csv.md)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import is_anonymised
from gradewire.actions.course_grades import overrides_count
from gradewire.actions.schemes import course_scheme
from gradewire.actions.schoology_rules import counted_assignments
from gradewire.actions.unit import Unit
from gradewire.core import gradebook_csv as sheet
from gradewire.core.errors import NotFound
from gradewire.core.permissions import MANAGE_GRADES, READ_SIS, VIEW_ALL_GRADES, VIEW_USER_LOGINS
from gradewire.core.schemes import Scheme
from gradewire.core.scoring.overrides import give_letter
from gradewire.store import custom_gradebook_columns as custom
from gradewire.store import gradebook as rows
from gradewire.store import scores
from gradewire.store.custom_gradebook_columns import ColumnRow
from gradewire.store.gradebook import CellRow, StudentRow
from gradewire.store.rules import AssignmentFacts, CourseRules
from gradewire.store.scores import ScoreRow

CURRENT = ("active", "invited", "creation_pending")
MOST_COLUMNS = 1000
_NO_SCORES: tuple[float | None, ...] = (None,) * len(scores.NUMBERS)


class ExportOptions(Struct, frozen=True, kw_only=True):
    """What to put into the file, and how to write it."""

    grading_period_id: int | None = None
    concluded: bool = False
    inactive: bool = False
    separator: sheet.Separator = "comma"
    byte_order_mark: bool = False


class Export(Struct, frozen=True):
    content: bytes
    course_code: str


def export(unit: Unit, course_id: int, options: ExportOptions) -> Export:
    """The file, of the students whom the caller sees.

    Raises:
        NotFound: no such course, or it has no such grading period.
        Denied: no right to see all grades.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    if options.grading_period_id is not None and options.grading_period_id not in {one.id for one in access.rules.periods}:
        raise NotFound
    found = _Gradebook(unit, access, options)
    content = sheet.write_sheet(found.lines(), separator=options.separator, byte_order_mark=options.byte_order_mark)
    return Export(content, access.rules.course.course_code)


def gradebook_assignments(rules: CourseRules) -> list[AssignmentFacts]:
    """The assignments that a gradebook has columns for, in the order of a course."""
    places = {group.id: place for place, group in enumerate(rules.groups)}
    found = [one for one in counted_assignments(rules) if one.assignment_group_id in places]
    return sorted(found, key=lambda one: (places[one.assignment_group_id], one.position, one.id))


def hidden_assignments(unit: Unit, rules: CourseRules) -> frozenset[int]:
    """Assignments of a course whose students are anonymised."""
    anonymous = [one for one in rules.assignments.values() if one.anonymous_grading]
    if not anonymous:
        return frozenset()
    unposted = scores.anonymous_unposted(unit.connection, rules.course.id)
    return frozenset(one.id for one in anonymous if is_anonymised(one, unposted=one.id in unposted))


def custom_columns(unit: Unit, course_id: int) -> list[ColumnRow]:
    """The custom columns that are not hidden."""
    return custom.page(unit.connection, course_id, hidden=False, offset=0, limit=MOST_COLUMNS)[0]


def shown(assignment: AssignmentFacts, cell: CellRow | None) -> str:
    """What stands in a cell: points, the letter of a GPA scale, that it is excused, or that it is not assigned."""
    if cell is None:
        return sheet.UNASSIGNED
    if cell.excused:
        return sheet.EXCUSED
    if cell.score is None:
        return ""
    if assignment.grading_type == "gpa_scale" and cell.grade is not None:
        return cell.grade
    return sheet.number_cell(cell.score)


class _Gradebook:
    """Everything that a file says, read at once."""

    def __init__(self, unit: Unit, access: CourseAccess, options: ExportOptions) -> None:
        rules, connection = access.rules, unit.connection
        course_id = rules.course.id
        states = [*CURRENT, *(["completed"] if options.concluded else []), *(["inactive"] if options.inactive else [])]
        self.rules = rules
        self.options = options
        self.students = rows.students(connection, course_id, sections=access.sections, states=states)
        hidden = hidden_assignments(unit, rules)
        offered = [one for one in gradebook_assignments(rules) if one.id not in hidden]
        self.cells = self._cells(rows.cells(connection, course_id, [one.id for one in offered]))
        self.assignments = self._assignments(offered)
        self.columns = custom_columns(unit, course_id)
        self.notes = rows.notes(connection, [one.id for one in self.columns])
        self.scores = scores.rows_for(connection, course_id, [one.user_id for one in self.students])
        self.scheme: Scheme | None = course_scheme(rules)
        self.overrides = overrides_count(rules)
        self.shows_sis = access.has(READ_SIS)
        self.shows_logins = access.has(VIEW_USER_LOGINS)

    def _cells(self, found: dict[tuple[int, int], CellRow]) -> dict[tuple[int, int], CellRow]:
        wanted = self.options.grading_period_id
        return {key: cell for key, cell in found.items() if wanted is None or cell.grading_period_id == wanted}

    def _assignments(self, offered: Sequence[AssignmentFacts]) -> list[AssignmentFacts]:
        """Those of the grading period, if one was asked for: in which work of somebody in the file lies."""
        if self.options.grading_period_id is None:
            return list(offered)
        users = {one.user_id for one in self.students}
        there = {assignment_id for assignment_id, user_id in self.cells if user_id in users}
        return [one for one in offered if one.id in there]

    def lines(self) -> list[list[str]]:
        head = [sheet.STUDENT, sheet.USER_ID]
        head += [sheet.SIS_USER_ID] if self.shows_sis else []
        head += [sheet.SIS_LOGIN_ID] if self.shows_logins else []
        head += [sheet.SECTION]
        head += [sheet.guard(one.title) for one in self.columns]
        before = len(head)
        head += [sheet.assignment_header(one.name, one.id) for one in self.assignments]
        computed = [sheet.guard(f"{group.name} {name}") for group in self.rules.groups for name in sheet.TOTALS]
        computed += sheet.TOTALS
        computed += sheet.GRADES if self.scheme is not None else ()
        if self.overrides:
            computed += sheet.OVERRIDES if self.scheme is not None else sheet.OVERRIDES[:1]
        lines = [[*head, *computed]]
        manual = [sheet.MANUAL_POSTING if one.post_manually or one.moderated_grading else "" for one in self.assignments]
        if any(manual):
            lines.append([*[""] * before, *manual, *[""] * len(computed)])
        points = [sheet.number_cell(one.points_possible) for one in self.assignments]
        lines.append([sheet.POINTS_POSSIBLE, *[""] * (before - 1), *points, *[sheet.READ_ONLY] * len(computed)])
        lines += [self._line(student) for student in self.students]
        return lines

    def _line(self, student: StudentRow) -> list[str]:
        cells = [sheet.guard(student.sortable_name), str(student.user_id)]
        cells += [sheet.guard(student.sis_user_id or "")] if self.shows_sis else []
        cells += [sheet.guard(student.login or "")] if self.shows_logins else []
        cells.append(sheet.guard(_listed(student.sections)))
        cells += [sheet.guard(self.notes.get((one.id, student.user_id), "")) for one in self.columns]
        for one in self.assignments:
            text = shown(one, self.cells.get((one.id, student.user_id)))
            cells.append(sheet.guard(text) if one.grading_type == "gpa_scale" else text)
        return cells + self._totals(self.scores.get(student.user_id, ()))

    def _totals(self, found: Collection[ScoreRow]) -> list[str]:
        """The computed cells. Groups are of the whole course also where totals are those of a grading period, as in Canvas."""
        cells: list[str] = []
        for group in self.rules.groups:
            row = next((one for one in found if one.assignment_group_id == group.id), None)
            cells += [sheet.number_cell(value) for value in _four(row)]
        period = self.options.grading_period_id
        mine = [one for one in found if (one.course_score if period is None else one.grading_period_id == period)]
        totals = _four(mine[0] if mine else None)
        cells += [sheet.number_cell(value) for value in totals]
        if self.scheme is not None:
            cells += [sheet.guard(give_letter(value, self.scheme) or "") for value in totals]
        if self.overrides:
            override = next((one.override_score for one in mine if one.override_score is not None), None)
            cells.append(sheet.number_cell(override))
            if self.scheme is not None:
                cells.append(sheet.guard(give_letter(override, self.scheme) or ""))
        return cells


def _four(row: ScoreRow | None) -> tuple[float | None, float | None, float | None, float | None]:
    """Current, unposted current, final, unposted final."""
    current, final, unposted_current, unposted_final = (row.numbers if row else _NO_SCORES)[:4]
    return current, unposted_current, final, unposted_final


def _listed(names: Sequence[str]) -> str:
    """``A``, ``A and B``, ``A, B, and C``."""
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"
