"""Grades typed or pasted into cells of the gradebook: many at once, each only over the grade that its grader saw."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions import groups, submission_grading
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.conditions import is_under_moderation
from gradewire.actions.gradebook_comparison import Judge
from gradewire.actions.gradebook_csv import hidden_assignments
from gradewire.actions.gradebook_grid import Cell, CellReader, Total, totals_of
from gradewire.actions.grading import GradeCommand, Regrade, circumstances, head_of, write_results
from gradewire.actions.schemes import assignment_scheme, gradable
from gradewire.actions.submission_comments import CommentCommand
from gradewire.actions.submission_grading import GradingRequest
from gradewire.actions.unit import Unit
from gradewire.core.entry import interpret, is_beyond_numbers
from gradewire.core.errors import Denied, Malformed
from gradewire.core.grading import grade
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import gradebook as rows
from gradewire.store import gradebook_grid
from gradewire.store import scores as score_rows
from gradewire.store.gradebook import StudentRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow

Done: TypeAlias = Literal["saved", "conflict", "refused"]
Key: TypeAlias = tuple[int, int]

LATENESS = frozenset({"late", "missing", "none", "extended"})
EXCUSED_WORDS = frozenset({"ex", "excused"})
PASSED_WORDS = frozenset({"complete", "pass", "c", "p"})
FAILED_WORDS = frozenset({"incomplete", "fail", "i", "f"})
LONGEST_COMMENT = 65_535
LONGEST_DELAY = 10 * 366 * 24 * 3600
_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+")

REASONS = {
    "unpublished": "The assignment is not published.",
    "not_graded": "This assignment takes no grades.",
    "moderated": "The assignment is under moderation.",
    "anonymous": "The students of this assignment are anonymous; grade it in SpeedGrader.",
    "unassigned": "The assignment is not for this student.",
    "concluded": "The student is no longer in the course.",
    "closed": "The grading period is over.",
    "points": "“{}” is not a number of points. Type it like 8 or 8.5.",
    "percent": "“{}” is not a percentage. Type it like 85 or 85.5%.",
    "letter_grade": "“{}” is not a grade of this scheme.",
    "gpa_scale": "“{}” is not a grade of this scheme.",
    "pass_fail": "Type complete or incomplete.",
    "status": "There is no such status.",
}


class Edit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody wants of one cell: a typed grade (the empty text clears), an excusal, or how late it is.

    ``version``, ``seen_status`` and ``seen_seconds`` are what was in the cell when it was looked at.
    """

    assignment_id: int
    student_id: int
    version: int
    seen_status: str | None = None
    seen_seconds: int | None = None
    entry: str | UnsetType = UNSET
    points: bool = False
    """Whether a number is points whatever the assignment's grading type."""
    excuse: bool | UnsetType = UNSET
    status: str | UnsetType | None = UNSET
    """``late``, ``missing``, ``none``, ``extended``; ``None`` leaves it to the dates."""
    seconds_late: int | UnsetType | None = UNSET


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of an edit; the cell as it is now, unless it is none of the caller's."""

    assignment_id: int
    student_id: int
    done: Done
    message: str | None = None
    cell: Cell | None = None


class Written(Struct, frozen=True, kw_only=True):
    """``others`` are cells that changed with those that were edited: of members of the same groups."""

    outcomes: list[Outcome]
    others: list[Cell]
    totals: dict[int, dict[str, Total]]


def write(unit: Unit, course_id: int, edits: Sequence[Edit]) -> Written:
    """Write every edit whose cell is still as it was seen and whose grade can be given; of several for one cell the last.

    Raises:
        NotFound: no such course.
        Denied: no right to grade.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    wanted = {(one.assignment_id, one.student_id): one for one in edits}
    judge = Judge(unit, access, MANAGE_GRADES in access.by_account)
    teams = _hold(unit, access, wanted)
    found = _read(unit, course_id, wanted)
    students = {
        one.user_id: one
        for one in rows.students(
            unit.connection, course_id, sections=access.sections, user_ids=sorted({key[1] for key in wanted})
        )
    }
    refused: dict[Key, tuple[Done, str]] = {}
    regrades: dict[int, dict[int, Regrade]] = {}
    for key, edit in wanted.items():
        assignment = access.rules.assignments.get(key[0])
        student = students.get(key[1])
        row = found.get(key)
        command = _decide(judge, edit, assignment, student, row)
        if isinstance(command, tuple):
            refused[key] = command
            continue
        assert assignment is not None
        assert row is not None
        shared = groups.share(assignment, [Regrade(row, command)], {row.id: teams.get(row.id, [row])})
        if any(student and judge.refusal(assignment, student, one.submission) for one in shared):
            refused[key] = "refused", REASONS["closed"]
            continue
        regrades.setdefault(assignment.id, {}).update({one.submission.id: one for one in shared})
    results = []
    for number, mine in regrades.items():
        assignment = access.rules.assignments[number]
        for regrade in mine.values():
            about = circumstances(unit, access.rules, assignment, regrade.submission)
            result = grade(head_of(regrade.submission), regrade.command, about, grader_id=unit.grader_id)
            results.append((assignment, regrade.submission, result))
    after = {(row.assignment_id, row.user_id): row for row in write_results(unit, results).values()}
    return _answer(unit, access, wanted, refused, found, after, students)


def comment(unit: Unit, course_id: int, assignment_id: int, student_id: int, text: str) -> None:
    """Comment on the work of a student whom the gradebook shows by name.

    Raises:
        NotFound: no such course, assignment, or student whom the caller sees.
        Denied: no grader, the assignment is not for this student, or its students are anonymous.
        Malformed: no text, or too long a one.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    assignment = access.assignment(assignment_id)
    if assignment.id in hidden_assignments(unit, access.rules) or is_under_moderation(assignment):
        raise Denied
    if not text.strip():
        raise Malformed("A comment needs a text.")
    if len(text) > LONGEST_COMMENT:
        raise Malformed(f"The comment is too long; {LONGEST_COMMENT} characters are the limit.")
    request = GradingRequest(command=GradeCommand(), grades=False, comment=CommentCommand(text))
    submission_grading.grade_or_comment(unit, course_id, assignment_id, request=request, user_id=student_id)


def _hold(unit: Unit, access: CourseAccess, wanted: Mapping[Key, Edit]) -> dict[int, list[SubmissionRow]]:
    """Keep everybody else from grading these students until the end; the groups of those who are graded together."""
    course_id = access.rules.course.id
    users = {user_id for _, user_id in wanted}
    together = [
        one
        for one in (access.rules.assignments.get(number) for number in sorted({number for number, _ in wanted}))
        if one is not None and groups.are_graded_together(one)
    ]
    if not together:
        score_rows.lock(unit.connection, course_id, sorted(users))
        return {}
    score_rows.lock(unit.connection, course_id, None)
    teams: dict[int, list[SubmissionRow]] = {}
    for assignment in together:
        mine = {key: edit for key, edit in wanted.items() if key[0] == assignment.id}
        teams |= groups.mates(unit, assignment, list(_read(unit, course_id, mine).values()))
    return teams


def _read(unit: Unit, course_id: int, wanted: Mapping[Key, Edit]) -> dict[Key, SubmissionRow]:
    assignment_ids, user_ids = sorted({key[0] for key in wanted}), sorted({key[1] for key in wanted})
    return rows.submissions(unit.connection, course_id, assignment_ids=assignment_ids, user_ids=user_ids)


def _decide(
    judge: Judge, edit: Edit, assignment: AssignmentFacts | None, student: StudentRow | None, row: SubmissionRow | None
) -> GradeCommand | tuple[Done, str]:
    """What is to be done, or why not."""
    if assignment is None or student is None:
        return "refused", REASONS["unassigned"]
    reason = judge.refusal(assignment, student, row)
    if reason is not None or row is None:
        return "refused", REASONS[reason or "unassigned"]
    seen = edit.version, edit.seen_status, edit.seen_seconds
    if seen != (row.version, row.late_policy_status, row.seconds_late_override):
        return "conflict", "Somebody else has changed this grade."
    if edit.status not in {UNSET, None} and edit.status not in LATENESS:
        return "refused", REASONS["status"]
    seconds = edit.seconds_late
    if isinstance(seconds, int) and not 0 <= seconds <= LONGEST_DELAY:
        return "refused", REASONS["status"]
    entry, excuse = edit.entry, edit.excuse
    if isinstance(entry, str):
        entry = entry.strip()
        if entry.casefold() in EXCUSED_WORDS:
            entry, excuse = UNSET, True
        elif entry:
            readable = _readable(judge, assignment, entry, points=edit.points)
            if readable is None:
                return "refused", REASONS[assignment.grading_type].format(entry[:40])
            entry, excuse = readable, UNSET
    return GradeCommand(
        entry=entry,
        excuse=excuse,
        late_policy_status=edit.status,
        seconds_late_override=seconds,
        prefer_points_over_scheme=edit.points,
    )


def _readable(judge: Judge, assignment: AssignmentFacts, entry: str, *, points: bool) -> str | None:
    """A typed grade as the rules read it; ``None`` for what is none. In a column of percentages a bare number is one."""
    if assignment.grading_type == "pass_fail":
        word = entry.casefold()
        if word in PASSED_WORDS:
            return "complete"
        if word in FAILED_WORDS:
            return "incomplete"
    if assignment.grading_type == "percent" and not points and _NUMBER.fullmatch(entry):
        entry += "%"
    scheme = assignment_scheme(judge.access.rules, assignment)
    if is_beyond_numbers(entry):
        return None
    entered = interpret(entry, gradable(assignment), scheme, prefer_points_over_scheme=points)
    if entered.outcome != "graded" or (assignment.grading_type == "pass_fail" and not _NUMBER.fullmatch(entry.rstrip("%"))):
        return None
    return entry


def _answer(
    unit: Unit,
    access: CourseAccess,
    wanted: Mapping[Key, Edit],
    refused: Mapping[Key, tuple[Done, str]],
    found: Mapping[Key, SubmissionRow],
    after: Mapping[Key, SubmissionRow],
    students: Mapping[int, StudentRow],
) -> Written:
    reader = CellReader(unit, access)
    course_id = access.rules.course.id
    now = {**found, **after}
    seen = {key: row for key, row in now.items() if key[0] not in reader.hidden and key[0] in access.rules.assignments}
    commented = gradebook_grid.commented(unit.connection, course_id, [row.id for row in seen.values()])
    outcomes = []
    saved: tuple[Done, str | None] = "saved", None
    for key in wanted:
        done, message = refused.get(key, saved)
        row = seen.get(key) if key[1] in students else None
        cell = None if row is None else reader.cell(row, commented=row.id in commented)
        outcomes.append(Outcome(assignment_id=key[0], student_id=key[1], done=done, message=message, cell=cell))
    rest = [key for key in after if key not in wanted]
    mates = (
        {
            one.user_id
            for one in rows.students(
                unit.connection, course_id, sections=access.sections, user_ids=sorted({key[1] for key in rest})
            )
        }
        if rest
        else set()
    )
    others = [reader.cell(after[key], commented=after[key].id in commented) for key in rest if key[1] in mates]
    touched = {key[1] for key in after if key[1] in students or key[1] in mates}
    return Written(outcomes=outcomes, others=others, totals=totals_of(unit, access, sorted(touched)) if touched else {})
