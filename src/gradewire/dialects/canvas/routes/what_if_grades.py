"""What-if grades: the totals that other scores, weights, drop rules or another scheme would give. An extension of ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import what_if
from gradewire.actions.unit import Unit
from gradewire.actions.what_if import Marks, Outcome
from gradewire.core import schemes
from gradewire.core.errors import Malformed
from gradewire.core.schemes import Scheme
from gradewire.core.scoring.hypotheses import GroupChange, Hypotheses, Trial
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation


class ScoreParams(Struct):
    assignment_id: str
    user_id: Annotated[str | None, Meta(description="Of this student; without it, of all the question is about.")] = None
    score: Annotated[float | UnsetType | None, Meta(description="In points; null is ungraded.")] = UNSET
    excused: bool = False


class RulesParams(Struct):
    drop_lowest: int | UnsetType = UNSET
    drop_highest: int | UnsetType = UNSET
    never_drop: Annotated[list[str] | UnsetType, Meta(description="Ids of assignments of the group.")] = UNSET


class GroupParams(Struct):
    id: str
    group_weight: float | UnsetType = UNSET
    rules: RulesParams | UnsetType = UNSET


class PeriodParams(Struct):
    id: str
    weight: float


class WhatIfParams(Struct):
    user_id: Annotated[str | None, Meta(description="About this student; without it, staff ask about the course.")] = None
    scores: Annotated[list[ScoreParams] | UnsetType, Meta(description="Supposed scores.")] = UNSET
    assignment_groups: Annotated[list[GroupParams] | UnsetType, Meta(description="Supposed weights and drop rules.")] = UNSET
    apply_assignment_group_weights: bool | UnsetType = UNSET
    grading_periods: Annotated[list[PeriodParams] | UnsetType, Meta(description="Supposed weights of periods.")] = UNSET
    grading_standard_id: Annotated[str | UnsetType | None, Meta(description="A supposed scheme; 0 is the built-in one.")] = (
        UNSET
    )
    grading_scheme_entry: Annotated[Any, Meta(description="A supposed scheme, as in grading standards.")] = UNSET
    points_based: Any = UNSET
    scaling_factor: Any = UNSET


class Totals(Struct):
    current_score: float | None
    current_grade: str | None
    final_score: float | None
    final_grade: str | None
    unposted_current_score: float | UnsetType | None = UNSET
    unposted_current_grade: str | UnsetType | None = UNSET
    unposted_final_score: float | UnsetType | None = UNSET
    unposted_final_grade: str | UnsetType | None = UNSET


class Student(Struct):
    user_id: int
    enrollment_id: int
    before: Totals
    after: Totals
    override_in_effect: bool
    changes_letter: bool


class WhatIfGrades(Struct):
    course_id: int
    students: list[Student]
    changes_letter_ids: list[int]
    """Users whose letter would be another."""


def ask(call: Call, params: WhatIfParams) -> WhatIfGrades:
    supposed_scheme = _scheme(params)

    def action(unit: Unit) -> tuple[int, list[Outcome]]:
        course_id = call.course_id(unit)
        supposed = Hypotheses(
            trials=tuple(_trial(call, unit, one) for one in params.scores or ()),
            groups=tuple(_group(call, one) for one in params.assignment_groups or ()),
            weighted=params.apply_assignment_group_weights,
            period_weights={call.local(one.id): one.weight for one in params.grading_periods or ()},
            scheme=supposed_scheme,
        )
        user_id = call.person(unit, params.user_id) if params.user_id else None
        standard_id = _standard(call, params.grading_standard_id)
        return course_id, what_if.suppose(unit, course_id, supposed, user_id=user_id, standard_id=standard_id)

    course_id, outcomes = call.read(action)
    return _shape(course_id, outcomes)


def _standard(call: Call, text: str | UnsetType | None) -> int | None:
    if not isinstance(text, str) or not text:
        return None
    return 0 if text == "0" else call.local(text)


def _scheme(params: WhatIfParams) -> Scheme | UnsetType:
    sent = {
        name: value
        for name in ("grading_scheme_entry", "points_based", "scaling_factor")
        if (value := getattr(params, name)) is not UNSET
    }
    if not sent:
        return UNSET
    if isinstance(params.grading_standard_id, str) and params.grading_standard_id:
        raise Malformed("Suppose either grading_standard_id or grading_scheme_entry.", field="grading_scheme_entry")
    return schemes.create({"title": "What if", **sent})


def _trial(call: Call, unit: Unit, one: ScoreParams) -> Trial:
    return Trial(
        item_id=call.local(one.assignment_id),
        score=one.score,
        excused=one.excused,
        student_id=call.person(unit, one.user_id) if one.user_id else None,
    )


def _group(call: Call, one: GroupParams) -> GroupChange:
    rules = RulesParams() if one.rules is UNSET else one.rules
    return GroupChange(
        group_id=call.local(one.id),
        weight=one.group_weight,
        drop_lowest=rules.drop_lowest,
        drop_highest=rules.drop_highest,
        never_drop=UNSET if rules.never_drop is UNSET else tuple(call.local(text) for text in rules.never_drop),
    )


def _shape(course_id: int, outcomes: Sequence[Outcome]) -> WhatIfGrades:
    return WhatIfGrades(
        course_id=course_id,
        students=[
            Student(
                one.user_id,
                one.enrollment_id,
                _totals(one.before),
                _totals(one.after),
                one.override_in_effect,
                one.changes_letter,
            )
            for one in outcomes
        ],
        changes_letter_ids=[one.user_id for one in outcomes if one.changes_letter],
    )


def _totals(marks: Marks) -> Totals:
    shape = Totals(marks.current_score, marks.current_grade, marks.final_score, marks.final_grade)
    if marks.unposted is not None:
        shape.unposted_current_score, shape.unposted_current_grade = marks.unposted[:2]
        shape.unposted_final_score, shape.unposted_final_grade = marks.unposted[2:]
    return shape


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/v1/courses/:course_id/what_if_grades",
        name="ask_what_if_grades",
        summary="The course totals that other scores, weights, drop rules or another scheme would give",
        description="Writes nothing. A student may ask about own scores, over posted work.",
        handler=ask,
        params=WhatIfParams,
        returns=WhatIfGrades,
        refuses=(400,),
        tag="Course grades",
    ),
)
