"""A course's late policy as a record that people edit, and what an edit does to work that is graded, or missing, already.

Source: section 11 of the Canvas grade calculation reference.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import asdict, replace

from gradewire.core.entry import stored_grade
from gradewire.core.errors import Fault, Invalid
from gradewire.core.grading import Circumstances, Head, Result, give
from gradewire.core.lateness import (
    OFFLINE_TYPES,
    SECONDS,
    LatePolicy,
    decide_status,
    is_policy_applied,
    restore_raw,
    score_missing,
)
from gradewire.core.numbers import round2

PERCENTAGES: Final = ("late_submission_deduction", "late_submission_minimum_percent", "missing_submission_deduction")
MISSING_FIELDS: Final = ("missing_submission_deduction_enabled", "missing_submission_deduction")
LATE_FIELDS: Final = tuple(name for name in LatePolicy.__struct_fields__ if name not in MISSING_FIELDS)
UNEXPECTED_TYPES: Final = OFFLINE_TYPES | {"not_graded", "wiki_page"}
"""Nothing is handed in for these, so nothing is missing."""


def edit(policy: LatePolicy, sent: Mapping[str, Any]) -> LatePolicy:
    """The policy with what was sent; percentages keep two decimals.

    Raises:
        Invalid: a percentage outside 0 to 100, or an unknown interval.
    """
    faults = []
    values = {name: value for name, value in sent.items() if name in LatePolicy.__struct_fields__}
    for name in PERCENTAGES:
        if name not in values:
            continue
        value = values[name]
        if not math.isfinite(value) or not 0 <= value <= 100:
            faults.append(Fault(name, "must be between 0 and 100", "inclusion"))
        else:
            values[name] = float(round2(value))
    if values.get("late_submission_interval", "day") not in SECONDS:
        faults.append(Fault("late_submission_interval", "must be day or hour", "inclusion"))
    if faults:
        raise Invalid(*faults)
    return LatePolicy(**{**asdict(policy), **values})


def changes(before: LatePolicy, after: LatePolicy, fields: tuple[str, ...]) -> bool:
    """Whether any of these fields differs."""
    return any(getattr(before, name) != getattr(after, name) for name in fields)


def reapply(head: Head, about: Circumstances) -> Result | None:
    """Scored work under a changed policy, from its score without any deduction; ``None``: it stays as it is.

    Nothing in a closed grading period moves. Whether it is posted, when it was graded and by whom stay.
    """
    if head.score is None or head.excused or about.in_closed_period:
        return None
    raw = restore_raw(head.score, head.points_deducted)
    found = give(
        head, raw, None, about, grader_id=head.grader_id, anonymously=head.graded_anonymously, cause="late_policy"
    ).head
    if (found.score, found.points_deducted) == (head.score, head.points_deducted):
        return None
    same_score = found.score == head.score
    after = replace(
        head,
        score=found.score,
        grade=head.grade if same_score else found.grade,
        points_deducted=found.points_deducted,
        version=head.version + 1,
    )
    return Result(after, "late_policy", told=not same_score)


def fill_missing(head: Head, about: Circumstances) -> Result | None:
    """Missing work without a score under the missing policy; ``None``: it is not missing, or the policy does not apply."""
    policy = about.policy
    if policy is None or not policy.missing_submission_deduction_enabled or head.score is not None:
        return None
    status = decide_status(
        set_by_hand=head.late_policy_status,
        excused=head.excused,
        submitted_at=about.submitted_at,
        due_at=about.due_at,
        now=about.now,
        expects_submission=not about.submission_types <= UNEXPECTED_TYPES,
    )
    applied = is_policy_applied(
        in_closed_period=about.in_closed_period,
        excused=head.excused,
        submission_types=about.submission_types,
        status_by_hand=head.late_policy_status is not None,
    )
    if status != "missing" or not applied or about.assignment.grading_type == "not_graded":
        return None
    score = score_missing(policy, about.assignment.grading_type, about.assignment.points_possible)
    after = replace(
        head,
        score=score,
        grade=stored_grade(score, about.assignment, about.scheme),
        points_deducted=None,
        workflow_state="graded",
        grader_id=None,
        graded_at=about.now,
        posted_at=head.posted_at if head.posted_at is not None or about.post_manually else about.now,
        graded_anonymously=False,
        grade_matches_current_submission=True,
        version=head.version + 1,
    )
    return Result(after, "missing_policy", told=True)
