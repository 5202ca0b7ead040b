"""The grade explanation object; an extension of ours."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.explanations import CanvasAccount, Explained, SchoologyAccount
from gradewire.core.schemes import Scheme
from gradewire.core.scoring.canvas import Explanation
from gradewire.core.scoring.explanation import CountedRow, DroppedRow, GroupAccount, Names, PassAccount


class GradeExplanation(Struct):
    """Scores are percent and as stored, points are points. Absent keys are not for this viewer."""

    course_id: int
    enrollment_id: int
    user_id: int
    grading_period_id: int | None
    calculation: str
    calculation_version: int
    up_to_date: bool
    current_score: float | None
    current_grade: str | None
    final_score: float | None
    final_grade: str | None
    effective_current_score: float | None
    effective_current_grade: str | None
    effective_final_score: float | None
    effective_final_grade: str | None
    override_in_effect: bool
    override_score: float | None
    override_grade: str | None
    grading_scheme: dict[str, Any] | None
    account: dict[str, Any]
    unposted_current_score: float | UnsetType | None = UNSET
    unposted_current_grade: str | UnsetType | None = UNSET
    unposted_final_score: float | UnsetType | None = UNSET
    unposted_final_grade: str | UnsetType | None = UNSET


class GradeExplanationText(Struct):
    """The account in English."""

    course_id: int
    enrollment_id: int
    user_id: int
    grading_period_id: int | None
    text: str


def explanation_text(explained: Explained, text: str) -> GradeExplanationText:
    row = explained.enrollment
    return GradeExplanationText(row.course_id, row.id, row.user_id, explained.grading_period_id, text)


def grade_explanation(explained: Explained) -> GradeExplanation:
    row, course, effective = explained.enrollment, explained.access.rules.course, explained.effective
    current, final, unposted_current, unposted_final = explained.row.numbers[:4]
    override = explained.row.override_score if explained.in_charge or explained.override_in_effect else None
    shape = GradeExplanation(
        course_id=row.course_id,
        enrollment_id=row.id,
        user_id=row.user_id,
        grading_period_id=explained.grading_period_id,
        calculation=course.calculation,
        calculation_version=course.calculation_version,
        up_to_date=explained.up_to_date,
        current_score=current,
        current_grade=explained.letter(current),
        final_score=final,
        final_grade=explained.letter(final),
        effective_current_score=effective.current_score,
        effective_current_grade=effective.current_grade,
        effective_final_score=effective.final_score,
        effective_final_grade=effective.final_grade,
        override_in_effect=explained.override_in_effect,
        override_score=override,
        override_grade=explained.letter(override),
        grading_scheme=None if explained.scheme is None else _scheme(explained.scheme),
        account=_account(explained.account, explained.grading_period_id),
    )
    if explained.in_charge:
        shape.unposted_current_score, shape.unposted_final_score = unposted_current, unposted_final
        shape.unposted_current_grade = explained.letter(unposted_current)
        shape.unposted_final_grade = explained.letter(unposted_final)
    return shape


def _scheme(scheme: Scheme) -> dict[str, Any]:
    return {
        "title": scheme.title,
        "points_based": scheme.points_based,
        "scaling_factor": scheme.scaling_factor,
        "grading_scheme": [{"name": name, "value": value} for name, value in scheme.entries],
    }


def _account(account: CanvasAccount | SchoologyAccount, period_id: int | None) -> dict[str, Any]:
    if isinstance(account, CanvasAccount):
        return _canvas(account.explanation, account.names)
    views = {"posted": account.posted} | ({"unposted": account.unposted} if account.unposted else {})
    return {
        name: msgspec.to_builtins(
            found if period_id is None else next(one for one in found.periods if one.period_id == period_id),
            builtin_types=(Decimal,),
        )
        for name, found in views.items()
    }


def _canvas(explanation: Explanation, names: Names) -> dict[str, Any]:
    periods = explanation.from_periods
    return {
        "runs": [
            {
                "grading_period_id": run.period_id,
                "grading_period_title": None if run.period_id is None else names.periods.get(run.period_id),
                "passes": [_pass(account, names) for account in run.passes],
            }
            for run in explanation.runs
        ],
        "from_grading_periods": None
        if periods is None
        else {
            "grading_periods": [
                {
                    "grading_period_id": share.period_id,
                    "title": names.periods.get(share.period_id),
                    "weight": share.weight,
                    "current_score": share.current_score,
                    "final_score": share.final_score,
                }
                for share in periods.shares
            ],
            "current_weight_sum": periods.current_weight_sum,
            "final_weight_sum": periods.final_weight_sum,
            "current_exact": periods.current_exact,
            "final_exact": periods.final_exact,
        },
    }


def _pass(account: PassAccount, names: Names) -> dict[str, Any]:
    return {
        "name": account.name,
        "score": account.score,
        "points": account.points,
        "exact": account.exact,
        "weighted": account.weighted,
        "weight_sum": account.weight_sum,
        "rescaled": account.rescaled,
        "assignment_groups": [_group(group, names) for group in account.groups],
    }


def _group(group: GroupAccount, names: Names) -> dict[str, Any]:
    return {
        "assignment_group_id": group.group_id,
        "name": names.groups.get(group.group_id),
        "score": group.score_sum,
        "possible": group.possible_sum,
        "exact": group.exact,
        "percent": group.percent,
        "group_weight": group.weight_given,
        "counted": [_row(row, names) for row in group.kept],
        "dropped": [_dropped(row, names) for row in group.dropped],
        "left_out": [
            {"assignment_id": row.item_id, "name": names.items.get(row.item_id), "reason": row.reason} for row in group.excluded
        ],
    }


def _row(row: CountedRow, names: Names) -> dict[str, Any]:
    return {
        "assignment_id": row.item_id,
        "name": names.items.get(row.item_id),
        "score": row.score,
        "points_possible": row.possible,
        "counts_as_zero_because": row.blank,
    }


def _dropped(dropped: DroppedRow, names: Names) -> dict[str, Any]:
    return {**_row(dropped.row, names), "rule": f"drop_{dropped.rule}"}
