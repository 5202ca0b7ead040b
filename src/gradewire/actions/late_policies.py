"""The late policy of a course: shown, made, changed; and what it then does to the work that is there (reference, 11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gradewire.actions import jobs, scores
from gradewire.actions.access import course_access
from gradewire.actions.grading import circumstances, fact, head_of
from gradewire.actions.unit import Unit
from gradewire.core import late_policies
from gradewire.core.errors import NotFound, Refused
from gradewire.core.grading import Circumstances, Head, Result
from gradewire.core.late_policies import LATE_FIELDS, MISSING_FIELDS
from gradewire.core.lateness import LatePolicy
from gradewire.core.permissions import MANAGE_COURSE, MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import grades
from gradewire.store import late_policies as rows
from gradewire.store import scores as score_rows
from gradewire.store.late_policies import LatePolicyRow
from gradewire.store.submissions import SubmissionRow

__all__ = ["TAG", "LatePolicyRow", "apply_missing_policy", "create", "perform", "reapply_late_policy", "show", "update"]

TAG = "LatePolicy#apply_missing"
EXISTS = "The course has a late policy already; change that one."


def show(unit: Unit, course_id: int) -> LatePolicyRow:
    """
    Raises:
        NotFound: no such course, or it has no policy.
        Denied: the caller is no member of its staff.
    """
    course_access(unit, course_id).require(MANAGE_GRADES, VIEW_ALL_GRADES, MANAGE_COURSE)
    found = rows.find(unit.connection, course_id)
    if found is None:
        raise NotFound
    return found


def create(unit: Unit, course_id: int, sent: Mapping[str, Any]) -> LatePolicyRow:
    """Make the policy of a course; what is not sent has Canvas's defaults. Graded work follows it at once.

    Raises:
        NotFound: no such course.
        Denied: no right to grade there.
        Refused: it has a policy.
        Invalid: values that no policy has.
    """
    course_access(unit, course_id).require(MANAGE_GRADES)
    score_rows.lock(unit.connection, course_id, None)
    if rows.find(unit.connection, course_id) is not None:
        raise Refused("late_policy", EXISTS)
    before, after = LatePolicy(), late_policies.edit(LatePolicy(), sent)
    rows.add(unit.connection, course_id, after, unit.now)
    _follow(unit, course_id, before, after)
    return show(unit, course_id)


def update(unit: Unit, course_id: int, sent: Mapping[str, Any]) -> None:
    """Change the policy of a course. Graded work follows its late part at once, a job gives missing work its score.

    Raises:
        NotFound: no such course, or it has no policy.
        Denied: no right to grade there.
        Invalid: values that no policy has.
    """
    course_access(unit, course_id).require(MANAGE_GRADES)
    score_rows.lock(unit.connection, course_id, None)
    found = rows.find(unit.connection, course_id, lock=True)
    if found is None:
        raise NotFound
    after = late_policies.edit(found.policy, sent)
    if after != found.policy:
        rows.change(unit.connection, course_id, after, unit.now)
        _follow(unit, course_id, found.policy, after)


def _follow(unit: Unit, course_id: int, before: LatePolicy, after: LatePolicy) -> None:
    unit.touch_rules(course_id)
    if late_policies.changes(before, after, LATE_FIELDS):
        reapply_late_policy(unit, course_id)
    if after.missing_submission_deduction_enabled and late_policies.changes(before, after, MISSING_FIELDS):
        jobs.enqueue(
            unit,
            tag=TAG,
            progress_tag="apply_missing_policy",
            context_type="Course",
            context_id=course_id,
            arguments={"course_id": course_id},
        )


def reapply_late_policy(unit: Unit, course_id: int) -> int:
    """Bring all graded work of a course in step with its late policy, and say how many scores that concerned.

    Each score starts from what it was without a deduction, so repeating this changes nothing. A constant number of statements.
    """
    score_rows.lock(unit.connection, course_id, None)
    return _pass(unit, course_id, rows.scored_late(unit.connection, course_id), late_policies.reapply)


def apply_missing_policy(unit: Unit, course_id: int) -> int:
    """Give missing work of a course the score that its policy says, and say how much there was. Scores that are there stay.

    A constant number of statements.
    """
    policy = unit.rules(course_id).late_policy
    if policy is None or not policy.missing_submission_deduction_enabled:
        return 0
    score_rows.lock(unit.connection, course_id, None)
    return _pass(unit, course_id, rows.missing(unit.connection, course_id, unit.now), late_policies.fill_missing)


def perform(unit: Unit, arguments: Mapping[str, Any]) -> None:
    """The job that ``apply_missing_policy`` is."""
    apply_missing_policy(unit, arguments["course_id"])


def _pass(
    unit: Unit, course_id: int, work: Sequence[SubmissionRow], judge: Callable[[Head, Circumstances], Result | None]
) -> int:
    """Write what the policy makes of this work, tell it, and compute the scores of its students once."""
    rules = unit.rules(course_id)
    results: list[tuple[SubmissionRow, Result]] = []
    for row in work:
        assignment = rules.assignments.get(row.assignment_id)
        if assignment is None or (assignment.moderated_grading and assignment.grades_published_at is None):
            continue
        result = judge(head_of(row), circumstances(unit, rules, assignment, row))
        if result is not None and (row.score is not None or assignment.workflow_state == "published"):
            results.append((row, result))
    if not results:
        return 0
    request = unit.asker.request
    grades.write_many(
        unit.connection,
        [(row, result.head, result.cause) for row, result in results],
        acting_user_id=unit.actor_id,
        request_id=request.request_id if request else None,
        now=unit.now,
    )
    told = [(row, result) for row, result in results if result.told]
    sis_ids = grades.sis_ids(unit.connection, sorted({row.user_id for row, _ in told}))
    unit.record(
        *(fact(row, result.head, rules.assignments[row.assignment_id], sis_ids.get(row.user_id)) for row, result in told)
    )
    scores.recompute(unit, course_id, sorted({row.user_id for row, _ in results}))
    return len(results)
