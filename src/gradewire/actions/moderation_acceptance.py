"""Accepting many provisional grades by one rule, looked at first, then done exactly so; and a final mark that counts at once.

Where graders differ and the average is accepted, the caller gives a final mark of the mean, which is then selected: so the
trail says who decided, and every grader's own grade stays as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from gradewire.actions import moderation_graders, provisional_grade_selection
from gradewire.actions.access import CourseAccess
from gradewire.actions.moderated_students import moderated_assignment
from gradewire.actions.moderation_table import ModerationTable, Row, read
from gradewire.actions.provisional_grades import (
    Opened,
    ProvisionalCommand,
    audit_created,
    audit_updated,
    check_may_change,
    grade,
)
from gradewire.actions.schemes import assignment_scheme, gradable
from gradewire.actions.unit import Unit
from gradewire.core.entry import stored_grade
from gradewire.core.errors import Fault, Invalid, NotFound, Refused
from gradewire.core.moderation import ALREADY_PUBLISHED, NOT_MODERATED
from gradewire.core.moderation_acceptance import Left, Rule, Step, plan
from gradewire.store import moderation_graders as grader_rows
from gradewire.store import provisional_grades as rows
from gradewire.store import submissions
from gradewire.store.rules import AssignmentFacts

CHANGED_MEANWHILE = "Grades have changed since you looked: what would be accepted now is another list. Look at it again."
NO_GRADE = "Type the final mark first."


class Acceptance(Struct, frozen=True, kw_only=True):
    """What a rule does to an assignment as it is now. ``token`` stands for exactly this."""

    table: ModerationTable
    rule: Rule
    steps: list[Step]
    left: list[Left]
    token: str

    @property
    def by_submission(self) -> Mapping[int, Row]:
        return {row.submission.id: row for row in self.table.rows}

    @property
    def marks(self) -> int:
        """So many final marks are given."""
        return sum(step.select_id is None for step in self.steps)


def preview(
    unit: Unit, course_id: int, assignment_id: int, *, grader: str | None, tolerance: float | None, again: bool
) -> Acceptance:
    """What accepting would do; nothing is done. ``grader`` is the key of a grader, ``None`` for the average.

    Raises:
        NotFound: no such course, assignment or grader.
        Denied: no moderator.
        Refused: not moderated, or published already.
        Invalid: a tolerance below 0.
    """
    access, assignment = _open(unit, course_id, assignment_id)
    return _look(unit, access, assignment, grader=grader, tolerance=tolerance, again=again)


def accept(
    unit: Unit, course_id: int, assignment_id: int, *, grader: str | None, tolerance: float | None, again: bool, token: str
) -> Acceptance:
    """Do what ``preview`` showed, all of it or nothing.

    Raises:
        Refused: it would no longer be the same, or no slot is free for the caller's final marks; and what ``preview`` raises.
    """
    access, assignment = _open(unit, course_id, assignment_id, lock=True)
    found, _ = submissions.page(unit.connection, assignment.id, sections=access.sections, offset=0, limit=None)
    rows.lock_submissions(unit.connection, [row.id for row in found])
    wanted = _look(unit, access, assignment, grader=grader, tolerance=tolerance, again=again)
    if wanted.token != token:
        raise Refused("changed_meanwhile", CHANGED_MEANWHILE)
    marked = _give_marks(unit, wanted)
    chosen = [marked[step.submission_id] if step.select_id is None else step.select_id for step in wanted.steps]
    provisional_grade_selection.bulk_select(unit, course_id, assignment_id, chosen)
    return wanted


def give_final(unit: Unit, course_id: int, assignment_id: int, anonymous_id: str, entry: str) -> int:
    """Give a student a final mark and select it; its id.

    Raises:
        NotFound: no such course, assignment or student.
        Denied: no moderator.
        Refused: published already, no grade, no grade before it, or a selected final mark that only the final grader changes.
    """
    access, assignment = _open(unit, course_id, assignment_id, lock=True)
    if not entry.strip():
        raise Refused("grade_error", NO_GRADE)
    found, _ = submissions.page(unit.connection, assignment.id, sections=access.sections, offset=0, limit=None)
    submission = next((row for row in found if row.anonymous_id == anonymous_id), None)
    if submission is None:
        raise NotFound
    grade(unit, access, assignment, submission, ProvisionalCommand(entry=entry.strip(), final=True))
    mark = next(row for row in rows.for_submissions(unit.connection, [submission.id]) if row.final)
    provisional_grade_selection.bulk_select(unit, course_id, assignment_id, [mark.id])
    return mark.id


def _open(unit: Unit, course_id: int, assignment_id: int, *, lock: bool = False) -> tuple[CourseAccess, AssignmentFacts]:
    """The assignment for its moderator, while grades can still be chosen. ``lock``: and nobody publishes meanwhile."""
    access, assignment = moderated_assignment(unit, course_id, assignment_id)
    published = assignment.grades_published_at
    if lock:
        now = grader_rows.lock_assignment(unit.connection, assignment.id)
        if now is None:
            raise NotFound
        published = now.grades_published_at
    if not assignment.moderated_grading:
        raise Refused("not_moderated", NOT_MODERATED)
    if published is not None:
        raise Refused("already_published", ALREADY_PUBLISHED)
    return access, assignment


def _look(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    *,
    grader: str | None,
    tolerance: float | None,
    again: bool,
) -> Acceptance:
    if tolerance is not None and not 0 <= tolerance <= 1e12:  # also refuses what is no number
        raise Invalid(Fault("tolerance", "The tolerance must be a number of points, 0 or more."))
    table = read(unit, access, assignment)
    rule = Rule(grader_id=None if grader is None else table.find_grader(grader).user_id, tolerance=tolerance, again=again)
    steps, left = plan(
        [row.case for row in table.rows],
        rule,
        has_mean=assignment.grading_type != "pass_fail",
        by_final_grader=assignment.final_grader_id == access.user_id,
    )
    token = hashlib.sha256(msgspec.json.encode([assignment.id, rule, steps])).hexdigest()[:32]
    return Acceptance(table=table, rule=rule, steps=steps, left=left, token=token)


def _give_marks(unit: Unit, wanted: Acceptance) -> dict[int, int]:
    """Final marks of the mean: new ones, or other values of those there are. Their ids by submission; a constant number of
    statements."""
    marks = {step.submission_id: step.score for step in wanted.steps if step.select_id is None}
    if not marks:
        return {}
    access, assignment = wanted.table.access, wanted.table.assignment
    moderation_graders.take(unit, access, assignment, moderation_graders.claim(unit, access, assignment))
    scheme = assignment_scheme(access.rules, assignment)
    values: dict[int, dict[str, Any]] = {
        number: {
            "scorer_id": access.user_id,
            "score": score,
            "grade": stored_grade(score, gradable(assignment), scheme),
            "graded_at": unit.now,
            "updated_at": unit.now,
        }
        for number, score in marks.items()
    }
    by_submission = wanted.by_submission
    before = {number: view.row for number in marks if (view := by_submission[number].final) is not None}
    for number, row in before.items():
        opened = Opened(by_submission[number].submission, True, row, by_submission[number].selected_id == row.id)
        check_may_change(access, assignment, opened, values[number]["score"], values[number]["grade"])
    new = [
        {
            "course_id": one.course_id,
            "submission_id": one.id,
            "assignment_id": one.assignment_id,
            "student_id": one.user_id,
            "final": True,
            "created_at": unit.now,
            **values[one.id],
        }
        for one in (by_submission[number].submission for number in marks if number not in before)
    ]
    added = rows.add_many(unit.connection, new)
    rows.change_many(unit.connection, [(row.id, values[number]) for number, row in before.items()])
    now = {
        row.submission_id: row
        for row in rows.by_ids(unit.connection, assignment.id, [*added, *(row.id for row in before.values())]).values()
    }
    audit_created(unit, [row for number, row in now.items() if number not in before])
    audit_updated(unit, [(before[number], row) for number, row in now.items() if number in before])
    submissions.set_grader(unit.connection, sorted(marks), access.user_id, unit.now)
    return {number: row.id for number, row in now.items()}
