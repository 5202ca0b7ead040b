"""Provisional grades: what graders of a moderated assignment give before one of them counts (moderation reference, 2.4, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from gradewire.actions import moderation_graders, submission_comments
from gradewire.actions.access import CourseAccess
from gradewire.actions.grading import GradeCommand, Regrade, grade_many
from gradewire.actions.provisional_grade_views import ProvisionalGradeView, provisional_grades_for
from gradewire.actions.schemes import assignment_scheme, gradable
from gradewire.actions.submission_comments import CommentCommand
from gradewire.actions.unit import Unit
from gradewire.core.changes import ProvisionalGradeCreated, ProvisionalGradeUpdated
from gradewire.core.entry import interpret
from gradewire.core.errors import Refused
from gradewire.core.grading import GRADE_AND_EXCUSE
from gradewire.core.moderation import GRADE_ERROR, check_another, check_change
from gradewire.store import moderated_students, scores, submissions
from gradewire.store import provisional_grades as rows
from gradewire.store.provisional_grades import ProvisionalGradeRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow

__all__ = ["ProvisionalCommand", "ProvisionalGradeView", "grade", "provisional_grades_for"]


class ProvisionalCommand(Struct, frozen=True, kw_only=True):
    """What a grader asks for: a grade as typed (``None``: none was sent; the empty text clears), an excusal, a comment."""

    entry: str | None = None
    excuse: bool | None = None
    final: bool = False
    comment: CommentCommand | None = None
    prefer_points_over_scheme: bool = False


class Opened(Struct, frozen=True):
    """The place of one provisional grade, which may be empty still. Nobody else changes it before the transaction ends."""

    submission: SubmissionRow
    final: bool
    row: ProvisionalGradeRow | None
    selected: bool


def grade(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, submission: SubmissionRow, command: ProvisionalCommand
) -> SubmissionRow:
    """Grade, excuse or comment on a submission provisionally; the submission after it.

    That the caller is a grader of the course, and the student one whom the caller sees, was checked. A final mark is given by
    moderators only; from others it is an ordinary provisional grade (7.4).

    Raises:
        Refused: no slot is free, the entry is no grade, or this grade may not be given or changed (5.3, 7.4).
        Invalid: a comment about an attempt that was never made.
    """
    grades = command.entry is not None or command.excuse is True
    comment = command.comment if command.comment is not None and command.comment.speaks else None
    if not grades and comment is None:
        return submission
    claimed = moderation_graders.claim(unit, access, assignment)
    moderation_graders.take(unit, access, assignment, claimed)
    if grades:
        submission = _grade(unit, access, assignment, submission, command)
    if comment is not None:
        opened = open_grade(unit, access, assignment, submission, final=False)
        row = opened.row or save(unit, access, opened)
        submission = submission_comments.add(unit, access, assignment, submission, comment, provisional_grade_id=row.id)
    return submission


def _grade(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, submission: SubmissionRow, command: ProvisionalCommand
) -> SubmissionRow:
    moderator = access.moderates(assignment)
    if command.excuse is True:
        if command.entry:
            raise Refused("grade_error", GRADE_AND_EXCUSE)
        if not moderator:
            raise Refused("grade_error", GRADE_ERROR)
        return _set_excused(unit, access, assignment, submission, excused=True)
    entered = interpret(
        command.entry,
        gradable(assignment),
        assignment_scheme(access.rules, assignment),
        prefer_points_over_scheme=command.prefer_points_over_scheme,
    )
    if entered.outcome == "unreadable":
        raise Refused("grade_error", GRADE_ERROR)
    if moderator and submission.excused:
        scores.lock(unit.connection, submission.course_id, [submission.user_id])  # before the lock of the submission
    opened = open_grade(unit, access, assignment, submission, final=command.final and moderator)
    check_may_change(access, assignment, opened, entered.score, entered.grade)
    save(unit, access, opened, score=entered.score, grade=entered.grade, graded_at=unit.now)
    if not moderator:
        submissions.touch(unit.connection, [submission.id], unit.now)
        return replace(submission, updated_at=unit.now)
    if submission.excused and entered.score is not None:
        return _set_excused(unit, access, assignment, submission, excused=False)
    changed = {"id": submission.id, "grader_id": access.user_id, "updated_at": unit.now}
    submissions.update_many(unit.connection, [changed])
    return replace(submission, grader_id=access.user_id, updated_at=unit.now)


def _set_excused(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, submission: SubmissionRow, *, excused: bool
) -> SubmissionRow:
    """Excuse the student, or undo it: the one thing that a moderator changes in the submission itself."""
    command = Regrade(submission, GradeCommand(entry=UNSET, excuse=excused))
    return grade_many(unit, access, assignment, [command], grader_id=access.user_id)[submission.id]


def open_grade(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, submission: SubmissionRow, *, final: bool
) -> Opened:
    """Find the caller's provisional grade of this student, or the student's final mark, and hold it.

    Raises:
        Refused: there is none and none may be made.
    """
    rows.lock_submissions(unit.connection, [submission.id])
    there = rows.for_submissions(unit.connection, [submission.id])
    place = moderated_students.of_students(unit.connection, assignment.id, [submission.user_id]).get(submission.user_id)
    if final:
        mine = next((row for row in there if row.final), None)
    else:
        mine = next((row for row in there if not row.final and row.scorer_id == access.user_id), None)
    if mine is None:
        chosen_by_hand = assignment.moderated_grading and assignment.moderation_set == "selected"
        others = sum(not row.final for row in there)
        check_another(final=final, others=others, single=chosen_by_hand and place is None)
    selected = mine is not None and place is not None and place.selected_provisional_grade_id == mine.id
    return Opened(submission, final, mine, selected)


def check_may_change(
    access: CourseAccess, assignment: AssignmentFacts, opened: Opened, score: float | None, text: str | None
) -> None:
    """
    Raises:
        Refused: the grade is selected, would change, and its scorer is not the final grader.
    """
    row = opened.row
    changed = row is not None and (row.score, row.grade) != (score, text)
    by_final_grader = assignment.final_grader_id == access.user_id
    check_change(selected=opened.selected, changed=changed, by_final_grader=by_final_grader)


def save(unit: Unit, access: CourseAccess, opened: Opened, **values: Any) -> ProvisionalGradeRow:
    """Write the provisional grade that was opened: a new one, with ``values`` if any, or other values of the one there was.

    The submission is not touched; its time of change is the caller's business.
    """
    before, submission = opened.row, opened.submission
    if before is None:
        row = rows.add(
            unit.connection,
            course_id=submission.course_id,
            submission_id=submission.id,
            assignment_id=submission.assignment_id,
            student_id=submission.user_id,
            scorer_id=access.user_id,
            final=opened.final,
            created_at=unit.now,
            updated_at=unit.now,
            **values,
        )
        audit_created(unit, [row])
        return row
    row = rows.change(unit.connection, before.id, scorer_id=access.user_id, updated_at=unit.now, **values)
    audit_updated(unit, [(before, row)])
    return row


def audit_created(unit: Unit, created: Sequence[ProvisionalGradeRow]) -> None:
    """Tell of new provisional grades, in the audit trail too."""
    unit.record(*(ProvisionalGradeCreated(**_named(row)) for row in created))
    told = [(row, {name: _plain(getattr(row, name)) for name in AUDITED}) for row in created]
    unit.audit_many("provisional_grade_created", [_entry(unit, row, payload) for row, payload in told])


def audit_updated(unit: Unit, updated: Sequence[tuple[ProvisionalGradeRow, ProvisionalGradeRow]]) -> None:
    """Tell of provisional grades as they were and as they are; of those in which nothing changed, nothing."""
    told = []
    for before, row in updated:
        changes = {
            name: [_plain(getattr(before, name)), _plain(getattr(row, name))]
            for name in AUDITED
            if getattr(before, name) != getattr(row, name)
        }
        if changes:
            told.append((row, changes))
    unit.record(*(ProvisionalGradeUpdated(**_named(row)) for row, _ in told))
    unit.audit_many("provisional_grade_updated", [_entry(unit, row, payload) for row, payload in told])


AUDITED = ("score", "grade", "graded_at", "final", "source_provisional_grade_id", "graded_anonymously", "scorer_id")
"""What the audit trail keeps of a provisional grade beside its id (11.6)."""


def _named(row: ProvisionalGradeRow) -> dict[str, int]:
    return {
        "course_id": row.course_id,
        "assignment_id": row.assignment_id,
        "submission_id": row.submission_id,
        "student_id": row.student_id,
        "provisional_grade_id": row.id,
    }


def _entry(unit: Unit, row: ProvisionalGradeRow, payload: dict[str, Any]) -> tuple[int, int, int | None, dict[str, Any]]:
    return row.assignment_id, row.submission_id, unit.actor_id, {"id": row.id, **payload}


def _plain(value: Any) -> Any:
    return instant_text(value) if isinstance(value, datetime) else value


def instant_text(moment: datetime) -> str:
    """A moment as the audit trail writes it: ISO 8601, UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
