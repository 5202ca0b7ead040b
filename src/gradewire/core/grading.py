"""What a grading action makes of a submission: its next head, and whether that is a new version and an event.

Sources: grade calculation reference 11 and 12, live-events reference 8.1, moderation reference 7.4 and 11.5. The states of a
submission are Canvas's: ``unsubmitted``, ``submitted``, ``pending_review``, ``graded``.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from gradewire.core.entry import Gradable, display, interpret, is_beyond_numbers
from gradewire.core.errors import Malformed, Refused
from gradewire.core.grade_records import grade_of, mark_of
from gradewire.core.lateness import (
    LatePolicy,
    apply_policy,
    decide_status,
    is_policy_applied,
    measure_seconds_late,
    restore_raw,
)
from gradewire.core.schemes import Scheme
from gradewire.core.scoring.schoology_course import Mark

GRADE_AND_EXCUSE = "Cannot simultaneously grade and excuse an assignment"


class Head(Struct, frozen=True, kw_only=True):
    """The newest state of a submission's grade. Scores and deductions are points."""

    workflow_state: str
    score: float | None
    grade: str | None
    points_deducted: float | None
    excused: bool
    grader_id: int | None
    graded_at: datetime | None
    posted_at: datetime | None
    graded_anonymously: bool
    grade_matches_current_submission: bool
    late_policy_status: str | None
    seconds_late_override: int | None
    version: int
    incomplete: bool = False
    """Schoology's exception 2: no score, and it does not count."""


class Circumstances(Struct, frozen=True, kw_only=True):
    """What grading a submission depends on beside its head."""

    assignment: Gradable
    scheme: Scheme | None
    policy: LatePolicy | None
    submission_types: frozenset[str]
    post_manually: bool
    in_closed_period: bool
    submitted_at: datetime | None
    due_at: datetime | None
    now: datetime


class GradeCommand(Struct, frozen=True, kw_only=True):
    """What a grader asks for. ``entry`` is a typed grade, the empty text clears; what was not sent is ``UNSET``."""

    entry: str | UnsetType = UNSET
    excuse: bool | UnsetType = UNSET
    late_policy_status: str | UnsetType | None = UNSET
    seconds_late_override: int | UnsetType | None = UNSET
    prefer_points_over_scheme: bool = False


class Result(Struct, frozen=True):
    """The next head. ``cause`` names a new version of the grade, ``None`` when there is none; ``told``: there is an event."""

    head: Head
    cause: str | None
    told: bool


def grade(head: Head, command: GradeCommand, about: Circumstances, *, grader_id: int | None) -> Result:
    """Apply a grader's command.

    Raises:
        Refused: a grade and an excusal at once.
        Malformed: a number that no score can be.
    """
    entry = command.entry
    if entry is not UNSET and entry and command.excuse is True:
        raise Refused("grade_error", GRADE_AND_EXCUSE)
    if entry is not UNSET and is_beyond_numbers(entry):
        raise Malformed("The grade is not a number that a score can be.", field="submission[posted_grade]")
    by_hand: dict[str, str | int | None] = {}
    if command.late_policy_status is not UNSET:
        by_hand["late_policy_status"] = command.late_policy_status
    if command.seconds_late_override is not UNSET:
        by_hand["seconds_late_override"] = command.seconds_late_override
    base = replace(head, **by_hand) if by_hand else head
    if command.excuse is True:
        return _settle(head, _excuse(base, about, grader_id), about, "excuse")
    if entry is not UNSET:
        entered = interpret(entry, about.assignment, about.scheme, prefer_points_over_scheme=command.prefer_points_over_scheme)
        scored = _score(base, entered.score, entered.grade, about, grader_id)
        return _settle(head, scored, about, "clear" if entered.score is None else "grade")
    if command.excuse is False and head.excused:
        state = "submitted" if about.submitted_at else "unsubmitted"
        back = replace(base, excused=False, workflow_state=state, grader_id=grader_id)
        return _settle(head, back, about, "unexcuse")
    if by_hand:
        raw = restore_raw(base.score, base.points_deducted)
        text = base.grade if raw == base.score else None  # a deduction that goes takes its text along
        return _settle(head, _score(base, raw, text, about, base.grader_id), about, "late_policy")
    return Result(head, None, told=False)


def give(
    head: Head,
    score: float | None,
    text: str | None,
    about: Circumstances,
    *,
    grader_id: int | None,
    anonymously: bool,
    cause: str,
) -> Result:
    """Give a score and grade that were decided elsewhere: a published provisional grade, an imported one.

    Without both the submission keeps its state. An excusal is overwritten by a score.
    """
    scored = _score(head, score, text, about, grader_id)
    return _settle(head, replace(scored, graded_anonymously=anonymously), about, cause)


def restate(head: Head, score: float | None, mark: Mark, about: Circumstances, *, grader_id: int | None) -> Result:
    """Replace all that a grade says at once, as Schoology writes it: a score in points, or a mark in its place.

    ``score`` counts only with the mark ``none``. The late policy applies as to any grading. What states the record as it reads
    changes nothing, not even who graded and when: a client that writes back what it read must not have a deduction made twice.
    """
    shown = mark_of(
        score=head.score,
        excused=head.excused,
        incomplete=head.incomplete,
        late_policy_status=head.late_policy_status,
        policy=about.policy,
        assignment=about.assignment,
    )
    raw = score if mark == "none" else None
    if mark == shown and raw == grade_of(head.score, shown):
        return Result(head, None, told=False)
    by_hand = head.late_policy_status
    status = mark if mark in {"missing", "late"} else None if by_hand in {"missing", "late"} else by_hand
    base = head
    if status != by_hand:
        base = replace(head, late_policy_status=status, seconds_late_override=None)
    if mark == "excused":
        cause, after = "excuse", _excuse(base, about, grader_id)
    else:
        after = _score(base, raw, None, about, grader_id)
        cause = "grade" if after.score is not None else "clear"
        if mark == "incomplete":
            cause, after = "incomplete", replace(after, incomplete=True)
        if head.excused and after.score is None:
            after = replace(after, workflow_state="submitted" if about.submitted_at else "unsubmitted")
    return _settle(head, after, about, cause)


def is_complete(head: Head) -> bool:
    """``grading_complete`` of the events: excused, or scored and in the state graded."""
    return head.excused or (head.score is not None and head.workflow_state == "graded")


def deduct_ungraded(head: Head, about: Circumstances) -> float | None:
    """What stands for the deduction of work without a score: 0 if it is late, nothing if not."""
    return None if about.policy is None else _apply_policy(head, None, about, about.policy)[0]


def _excuse(head: Head, about: Circumstances, grader_id: int | None) -> Head:
    return replace(
        head,
        excused=True,
        incomplete=False,
        score=None,
        grade=None,
        points_deducted=None,
        workflow_state="graded",
        grader_id=grader_id,
        graded_at=about.now,
        grade_matches_current_submission=True,
    )


def _score(head: Head, raw: float | None, text: str | None, about: Circumstances, grader_id: int | None) -> Head:
    """The head with a new raw score, after the late policy. A null score clears and keeps the state."""
    deducted, score = None, raw
    if about.policy is not None:
        deducted, score = _apply_policy(head, raw, about, about.policy)
    if score is None:
        return replace(
            head, score=None, grade=None, points_deducted=deducted, excused=False, incomplete=False, grader_id=grader_id
        )
    if score != raw or text is None:
        text = display(score, about.assignment, about.scheme)
    return replace(
        head,
        score=score,
        grade=text,
        points_deducted=deducted,
        excused=False,
        incomplete=False,
        workflow_state="graded",
        grader_id=grader_id,
        graded_at=about.now,
        grade_matches_current_submission=True,
    )


def _apply_policy(head: Head, raw: float | None, about: Circumstances, policy: LatePolicy) -> tuple[float | None, float | None]:
    by_hand = head.late_policy_status is not None
    if not is_policy_applied(
        in_closed_period=about.in_closed_period,
        excused=False,
        submission_types=about.submission_types,
        status_by_hand=by_hand,
    ):
        return None, raw
    quiz = "online_quiz" in about.submission_types
    status = decide_status(
        set_by_hand=head.late_policy_status,
        excused=False,
        submitted_at=about.submitted_at,
        due_at=about.due_at,
        now=about.now,
        online_quiz=quiz,
        graded=raw is not None,
    )
    if status == "missing" and not by_hand:
        return None, raw  # the missing policy's own pass fills these in; clearing a grade does not
    seconds = measure_seconds_late(
        submitted_at=about.submitted_at,
        due_at=about.due_at,
        online_quiz=quiz,
        late_by_hand=head.late_policy_status == "late",
        seconds_late_override=head.seconds_late_override,
    )
    assignment = about.assignment
    result = apply_policy(
        policy, assignment.grading_type, assignment.points_possible, raw_score=raw, seconds_late=seconds, status=status
    )
    return result.points_deducted, result.score


def _settle(before: Head, after: Head, about: Circumstances, cause: str) -> Result:
    """Post a first grade, count the version, and say whether the change is one to tell (live-events reference, 8.1)."""
    graded = after.score is not None or after.excused
    if graded and after.posted_at is None and not about.post_manually:
        after = replace(after, posted_at=about.now)
    changed = (
        after.score != before.score
        or after.grade != before.grade
        or after.excused != before.excused
        or after.incomplete != before.incomplete
        or after.points_deducted != before.points_deducted
        or (after.workflow_state == "graded" and before.workflow_state != "graded")
    )
    told = (
        after.score != before.score
        or after.grade != before.grade
        or after.excused != before.excused
        or (after.workflow_state == "graded" and before.workflow_state != "graded")
        or after.posted_at != before.posted_at
    )
    if changed:
        after = replace(after, version=before.version + 1)
    return Result(after, cause if changed else None, told)
