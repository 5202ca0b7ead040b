"""The gradebook as a grid of students and assignments: all of it at once, then what changed since.

A cell tells no more than its grader may know: while the students of an assignment are anonymous its column has no cells, for
the rows have names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions import changes, explanations, submissions
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.changes import ChangedScore, Cursor, RemovedSubmission
from gradewire.actions.course_grades import overrides_count
from gradewire.actions.explanations import Explained
from gradewire.actions.gradebook_csv import custom_columns, gradebook_assignments, hidden_assignments
from gradewire.actions.schemes import assignment_scheme, course_scheme, gradable
from gradewire.actions.scores import ignores_anonymous
from gradewire.actions.submission_comments import CommentView, comments_for
from gradewire.actions.submissions import SubmissionView
from gradewire.actions.unit import Unit
from gradewire.core.entry import SCHEME_TYPES, display
from gradewire.core.errors import Denied
from gradewire.core.lateness import OFFLINE_TYPES, decide_status, restore_raw
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.core.schemes import DEFAULT_SCHEME, Scheme
from gradewire.core.scoring.overrides import give_letter
from gradewire.store import gradebook_grid as rows
from gradewire.store import scores
from gradewire.store.gradebook_grid import GridRow, MemberRow
from gradewire.store.rules import AssignmentFacts, CourseRules, GroupFacts, PeriodFacts
from gradewire.store.scores import ScoreRow
from gradewire.store.submissions import SubmissionRow

SUBMITTED, LATE, MISSING, EXCUSED, POSTED, GRADED, CLOSED, COMMENTED, RESUBMITTED, INCOMPLETE = (1 << bit for bit in range(10))
"""What a cell says of itself, as bits of one number."""

MOST_CHANGES = 2000
"""So many changes of each kind are told at once; the rest comes with the next question."""


class Cell(Struct, frozen=True, kw_only=True, gc=False):
    """One student's work on one assignment. ``entered`` is what the grade was before a deduction, where there is one."""

    assignment_id: int
    student_id: int
    version: int
    flags: int
    score: float | None
    grade: str | None
    period_id: int | None
    entered: str | None = None
    entered_score: float | None = None
    late_policy_status: str | None = None
    seconds_late_override: int | None = None


class GridColumn(Struct, frozen=True, kw_only=True):
    """An assignment. ``locked`` says in a word why nobody grades here: unpublished, not_graded, moderated, anonymous."""

    assignment: AssignmentFacts
    locked: str | None
    scheme_names: list[str]


class GridStudent(Struct, frozen=True, kw_only=True):
    """A student: a row. ``current`` is False for those who are concluded or inactive."""

    id: int
    name: str
    sortable_name: str
    enrollment_id: int
    """By which the course grade is overridden and explained."""
    section_ids: list[int]
    current: bool


class Total(Struct, frozen=True, array_like=True):
    """A score in percent: of posted grades, which students see, and of all. The letter is of what counts now."""

    current: float | None
    final: float | None
    unposted_current: float | None
    unposted_final: float | None
    override: float | None
    letter: str | None


class Grid(Struct, frozen=True, kw_only=True):
    """A gradebook, and from where on to ask for what changed."""

    access: CourseAccess
    columns: list[GridColumn]
    groups: Sequence[GroupFacts]
    periods: Sequence[PeriodFacts]
    sections: dict[int, str]
    students: list[GridStudent]
    cells: list[Cell]
    totals: dict[int, dict[str, Total]]
    """By student and scope: ``course``, ``p`` and the id of a grading period, ``g`` and the id of a group."""
    overrides: bool
    seen: tuple[Cursor, Cursor]


class CellDetail(Struct, frozen=True):
    """A cell, the submission behind it, and the comments under that."""

    cell: Cell
    view: SubmissionView
    comments: list[CommentView]


class Names(Struct, frozen=True):
    """Students, assignments and custom columns of a gradebook by their ids."""

    students: dict[int, str]
    assignments: dict[int, str]
    columns: dict[int, str]


class Delta(Struct, frozen=True, kw_only=True):
    """What changed. ``rules_version`` tells whether more than grades did; ``gone`` are cells that are no more."""

    rules_version: int
    cells: list[Cell]
    gone: list[tuple[int, int]]
    totals: dict[int, dict[str, Total]]
    seen: tuple[Cursor, Cursor]
    more: bool


def show(unit: Unit, course_id: int) -> Grid:
    """The gradebook of the students whom the caller sees, in a fixed number of statements.

    Raises:
        NotFound: no such course.
        Denied: no right to see all grades.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    seen = changes.begin(unit, course_id)  # before anything is read: what is missed by this is told by the first delta
    rules = access.rules
    reader = CellReader(unit, access)
    columns = [_column(rules, one, reader.hidden) for one in gradebook_assignments(rules)]
    members = rows.members(unit.connection, course_id, sections=access.sections)
    students = _students(members)
    known = {one.id for one in students}
    open_to_see = [one.assignment.id for one in columns if one.locked != "anonymous"]
    found = rows.cells(unit.connection, course_id, open_to_see)
    commented = rows.commented(unit.connection, course_id)
    return Grid(
        access=access,
        columns=columns,
        groups=rules.groups,
        periods=rules.periods,
        sections={one.section_id: one.section_name for one in sorted(members, key=lambda one: one.section_name)},
        students=students,
        cells=[reader.cell(row, commented=row.id in commented) for row in found if row.user_id in known],
        totals=_totals(rules, scores.rows_for(unit.connection, course_id, None), students),
        overrides=overrides_count(rules),
        seen=seen,
    )


def changed(unit: Unit, course_id: int, work_cursor: Cursor, score_cursor: Cursor) -> Delta:
    """What changed since a gradebook was read, or since the last answer.

    Raises:
        NotFound, Denied: as ``show``.
        Malformed: the cursors are of another database, or of its past; begin anew.
    """
    work = changes.submissions_since(unit, course_id, work_cursor, limit=MOST_CHANGES)
    sums = changes.scores_since(unit, course_id, score_cursor, limit=MOST_CHANGES)
    access = work.access
    reader = CellReader(unit, access)
    there = [one.row for one in work.changes if isinstance(one, SubmissionView) and one.row.assignment_id not in reader.hidden]
    commented = rows.commented(unit.connection, course_id, [row.id for row in there]) if there else frozenset()
    scheme = course_scheme(access.rules)
    totals: dict[int, dict[str, Total]] = {}
    for one in sums.changes:
        if isinstance(one, ChangedScore) and one.workflow_state == "active":
            numbers = (one.current_score, one.final_score, one.unposted_current_score, one.unposted_final_score)
            scope = _scope(one.course_score, one.grading_period_id, one.assignment_group_id)
            totals.setdefault(one.user_id, {})[scope] = _total(numbers, one.override_score, scheme)
    return Delta(
        rules_version=access.rules.course.rules_version,
        cells=[reader.cell(row, commented=row.id in commented) for row in there],
        gone=[(one.row.assignment_id, one.row.user_id) for one in work.changes if isinstance(one, RemovedSubmission)],
        totals=totals,
        seen=(work.next, sums.next),
        more=work.more or sums.more,
    )


def show_cell(unit: Unit, course_id: int, assignment_id: int, student_id: int) -> CellDetail:
    """One cell with what was said about the work.

    Raises:
        NotFound: no such course, assignment or student whom the caller sees, or nothing of this assignment for the student.
        Denied: no right to see all grades, or the students of the assignment are anonymous.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    reader = CellReader(unit, access)
    if assignment_id in reader.hidden:
        raise Denied
    view = submissions.show(unit, course_id, assignment_id, student_id).views[0]
    comments = comments_for(unit, access, access.assignment(assignment_id), [view.row])[view.row.id]
    return CellDetail(reader.cell(view.row, commented=bool(comments)), view, comments)


def names(unit: Unit, course_id: int) -> Names:
    """What the numbers of a gradebook are called, for who sees all grades. Raises what ``show`` raises."""
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    members = rows.members(unit.connection, course_id, sections=access.sections)
    return Names(
        students={one.user_id: one.sortable_name for one in members},
        assignments={one.id: one.name for one in access.rules.assignments.values()},
        columns={one.id: one.title for one in custom_columns(unit, course_id)},
    )


def totals_of(unit: Unit, access: CourseAccess, user_ids: Collection[int]) -> dict[int, dict[str, Total]]:
    """The scores of these students as they are now."""
    found = scores.rows_for(unit.connection, access.rules.course.id, user_ids)
    scheme = course_scheme(access.rules)
    return {user_id: _by_scope(mine, scheme) for user_id, mine in found.items()}


def explain(unit: Unit, course_id: int, enrollment_id: int, grading_period_id: int | None) -> tuple[Explained, str | None]:
    """The account of a total in words; ``None`` where it would tell who did anonymous work. Raises what
    ``explanations.explain`` raises."""
    found = explanations.explain(unit, course_id, enrollment_id, grading_period_id)
    rules = found.access.rules
    if hidden_assignments(unit, rules) and not ignores_anonymous(rules):
        return found, None
    return found, explanations.render(found)


def locked(assignment: AssignmentFacts, hidden: Collection[int]) -> str | None:
    """Why nobody gives grades of an assignment in a gradebook, in a word; ``None``: graders do."""
    if assignment.workflow_state != "published":
        return "unpublished"
    if assignment.grading_type == "not_graded" or "not_graded" in assignment.submission_types:
        return "not_graded"
    if assignment.id in hidden:
        return "anonymous"
    if assignment.moderated_grading and assignment.grades_published_at is None:
        return "moderated"
    return None


class CellReader:
    """Turns submissions into cells; keeps what is the same for all of them."""

    def __init__(self, unit: Unit, access: CourseAccess) -> None:
        self.access = access
        self.now = unit.now
        self.hidden = hidden_assignments(unit, access.rules)
        free = MANAGE_GRADES in access.by_account
        self._closed = frozenset() if free else frozenset(one.id for one in access.rules.periods if unit.now > one.close_date)
        self._quizzes = {one.id for one in access.rules.assignments.values() if "online_quiz" in one.submission_types}
        self._offline = {
            one.id for one in access.rules.assignments.values() if frozenset(one.submission_types) <= OFFLINE_TYPES
        }
        self._silent = {one.id for one in access.rules.assignments.values() if not access.sees_other_comments(one)}

    def cell(self, row: GridRow | SubmissionRow, *, commented: bool) -> Cell:
        """A submission of an assignment that is not hidden."""
        number = row.assignment_id
        status = decide_status(
            set_by_hand=row.late_policy_status,
            excused=row.excused or row.incomplete,
            submitted_at=row.submitted_at,
            due_at=row.cached_due_date,
            now=self.now,
            online_quiz=number in self._quizzes,
            expects_submission=number not in self._offline,
            graded=row.score is not None,
        )
        flags = (
            (SUBMITTED if row.submitted_at is not None else 0)
            | (LATE if status == "late" else MISSING if status == "missing" else 0)
            | (EXCUSED if row.excused else 0)
            | (POSTED if row.posted_at is not None else 0)
            | (GRADED if row.workflow_state == "graded" else 0)
            | (CLOSED if row.grading_period_id in self._closed else 0)
            | (COMMENTED if commented and number not in self._silent else 0)
            | (RESUBMITTED if not row.grade_matches_current_submission else 0)
            | (INCOMPLETE if row.incomplete else 0)
        )
        entered = raw = None
        if row.points_deducted:
            raw = restore_raw(row.score, row.points_deducted)
            assignment = self.access.rules.assignments[number]
            if raw is not None:
                entered = display(raw, gradable(assignment), assignment_scheme(self.access.rules, assignment))
        return Cell(
            assignment_id=number,
            student_id=row.user_id,
            version=row.version,
            flags=flags,
            score=row.score,
            grade=row.grade,
            period_id=row.grading_period_id,
            entered=entered,
            entered_score=raw,
            late_policy_status=row.late_policy_status,
            seconds_late_override=row.seconds_late_override,
        )


def _column(rules: CourseRules, assignment: AssignmentFacts, hidden: Collection[int]) -> GridColumn:
    names: list[str] = []
    if assignment.grading_type in SCHEME_TYPES:
        names = [name for name, _ in (assignment_scheme(rules, assignment) or DEFAULT_SCHEME).entries]
    return GridColumn(assignment=assignment, locked=locked(assignment, hidden), scheme_names=names)


def _students(members: Sequence[MemberRow]) -> list[GridStudent]:
    """One row for each student, of whom an enrolment that is current speaks before others."""
    found: dict[int, GridStudent] = {}
    for row in members:
        current = row.workflow_state not in {"completed", "inactive"}
        known = found.get(row.user_id)
        if known is None:
            found[row.user_id] = GridStudent(
                id=row.user_id,
                name=row.name,
                sortable_name=row.sortable_name,
                enrollment_id=row.enrollment_id,
                section_ids=[row.section_id],
                current=current,
            )
            continue
        if row.section_id not in known.section_ids:
            known.section_ids.append(row.section_id)
        if current and not known.current:
            found[row.user_id] = replace(known, enrollment_id=row.enrollment_id, current=True)
    return list(found.values())


def _scope(course_score: bool, period_id: int | None, group_id: int | None) -> str:
    if course_score:
        return "course"
    return f"p{period_id}" if period_id is not None else f"g{group_id}"


def _total(numbers: Sequence[float | None], override: float | None, scheme: Scheme | None) -> Total:
    counts = override if override is not None else numbers[2]
    return Total(numbers[0], numbers[1], numbers[2], numbers[3], override, give_letter(counts, scheme))


def _by_scope(found: Sequence[ScoreRow], scheme: Scheme | None) -> dict[str, Total]:
    """Of several enrolments the first counts, as their scores are the same."""
    scopes: dict[str, Total] = {}
    for row in found:
        scope = _scope(row.course_score, row.grading_period_id, row.assignment_group_id)
        if scope not in scopes or (row.override_score is not None and scopes[scope].override is None):
            scopes[scope] = _total(row.numbers, row.override_score, scheme)
    return scopes


def _totals(
    rules: CourseRules, found: dict[int, list[ScoreRow]], students: Sequence[GridStudent]
) -> dict[int, dict[str, Total]]:
    scheme = course_scheme(rules)
    return {one.id: _by_scope(found.get(one.id, ()), scheme) for one in students}
