"""A student's course grade: how it came about, and the override over it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from gradewire.actions import explanations, grade_overrides
from gradewire.actions.explanations import Explained
from gradewire.actions.unit import with_retries
from gradewire.core.errors import Malformed, Stale
from gradewire.dialects.canvas.call import Answer, Call
from gradewire.dialects.canvas.conditional import expected_states
from gradewire.dialects.canvas.errors import Message, Outdated
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.routes.enrollments import tagged
from gradewire.dialects.canvas.shapes.enrollments import Enrollment
from gradewire.dialects.canvas.shapes.grade_explanations import (
    GradeExplanation,
    GradeExplanationText,
    explanation_text,
    grade_explanation,
)

ENROLLMENT = "/api/v1/courses/:course_id/enrollments/:enrollment_id"


class ExplanationParams(Struct):
    grading_period_id: Annotated[str | None, Meta(description="Of this grading period; without it, of the course.")] = None
    format: Annotated[str | None, Meta(description="json, or text for an account in English.")] = None


class OverrideParams(Struct):
    override_score: Annotated[str | None, Meta(description="The score in percent; null or blank removes the override.")]
    grading_period_id: Annotated[str | None, Meta(description="Of this grading period; without it, of the course.")] = None


def explain(call: Call, params: ExplanationParams) -> GradeExplanation | GradeExplanationText:
    if params.format not in {None, "", "json", "text"}:
        raise Malformed("format must be json or text.", field="format")

    def attempt() -> Explained:
        return call.read(
            lambda unit: explanations.explain(
                unit, call.course_id(unit), call.number("enrollment_id"), _period(call, params.grading_period_id)
            )
        )

    found = with_retries(call.world, attempt)
    return explanation_text(found, explanations.render(found)) if params.format == "text" else grade_explanation(found)


def override(call: Call, params: OverrideParams) -> Answer:
    score = grade_overrides.read_score(params.override_score)
    expected = expected_states(call.headers)
    number, period_id = call.number("enrollment_id"), _period(call, params.grading_period_id)
    try:
        view = call.write(
            lambda unit: grade_overrides.override(unit, call.course_id(unit), number, score, period_id, expected=expected)
        )
    except Stale:
        found = tagged(
            call, call.read(lambda unit: grade_overrides.show(unit, call.course_id(unit), number, period_id)), period_id
        )
        message = Message("The override is no longer as you last saw it.")
        return Answer(Outdated([message], found.body), status=412, headers=found.headers)
    return tagged(call, view, period_id)


def _period(call: Call, text: str | None) -> int | None:
    return call.local(text) if text else None


OPERATIONS = (
    Operation(
        method="GET",
        path=f"{ENROLLMENT}/grade_explanation",
        name="explain_grade",
        summary="How a student's course or grading period score came about",
        description="Staff see all four passes; students and their observers the posted ones, of posted work.",
        handler=explain,
        params=ExplanationParams,
        returns=GradeExplanation,
        refuses=(400,),
        tag="Course grades",
    ),
    Operation(
        method="PUT",
        path=f"{ENROLLMENT}/override_score",
        name="override_grade",
        summary="Set, change or remove the override of a student's course or grading period score",
        description="Canvas has this in GraphQL only. Answers the enrollment with its grades.",
        handler=override,
        params=OverrideParams,
        returns=Enrollment,
        writes=True,
        refuses=(400, 412),
        tag="Course grades",
    ),
)
