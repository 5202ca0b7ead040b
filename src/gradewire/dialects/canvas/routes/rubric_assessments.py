"""Assessing student work with a rubric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, to_builtins

from gradewire.actions import rubric_assessments
from gradewire.actions.rubric_assessments import GRADING, RubricCommand, RubricResult
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed, NotFound, Refused
from gradewire.core.rubrics import Mark
from gradewire.dialects.canvas.call import Answer, Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.params import read
from gradewire.dialects.canvas.shapes.comments import submission_comment
from gradewire.dialects.canvas.shapes.provisional_grades import provisional_grade
from gradewire.dialects.canvas.shapes.rubrics import rubric_assessment, rubric_association
from gradewire.dialects.canvas.shapes.submission_objects import AssessedWork
from gradewire.dialects.canvas.shapes.submissions import submission

PREFIX = "criterion_"
ERROR_CODES = {
    "max_graders": "MAX_GRADERS_REACHED",
    "grade_error": "PROVISIONAL_GRADE_INVALID_SCORE",
    "selected_grade": "PROVISIONAL_GRADE_MODIFY_SELECTED",
}


class AssessmentFields(Struct):
    user_id: str | UnsetType | None = UNSET
    anonymous_id: str | UnsetType | None = UNSET
    assessment_type: str | UnsetType | None = UNSET


class MarkFields(Struct):
    points: str | None = None
    rating_id: str | None = None
    comments: str | None = None
    description: str | None = None


class AssessmentParams(Struct):
    provisional: bool = False
    final: bool = False
    graded_anonymously: bool | UnsetType | None = UNSET
    rubric_assessment: Annotated[
        dict[str, Any] | UnsetType | None,
        Meta(description="user_id or anonymous_id, assessment_type, and criterion_<id> with points, rating_id, comments."),
    ] = UNSET


class BaseError(Struct):
    base: str
    error_code: str | None


class Refusal(Struct):
    """Why an assessment was not taken."""

    errors: BaseError


def marks(sent: Mapping[str, Any], *, prefix: str = "") -> dict[str, Mark]:
    """The marks of a ``rubric_assessment`` by criterion: the hashes in it whose names begin with ``prefix``."""
    found: dict[str, Mark] = {}
    for name, value in sent.items():
        if name.startswith(prefix) and isinstance(value, dict):
            try:
                fields = read(value, MarkFields)
            except Malformed as error:
                raise Malformed(f"rubric_assessment[{name[:100]}]: {error.message}", field=error.field) from None
            found[name.removeprefix(prefix)] = Mark(fields.points, fields.rating_id, fields.comments, fields.description)
    return found


def create(call: Call, params: AssessmentParams) -> Any:
    return _submit(call, params, None)


def update(call: Call, params: AssessmentParams) -> Any:
    return _submit(call, params, call.number("rubric_assessment_id"))


def _submit(call: Call, params: AssessmentParams, assessment_id: int | None) -> Any:
    sent = params.rubric_assessment if isinstance(params.rubric_assessment, dict) else {}
    fields = read(sent, AssessmentFields)
    command = RubricCommand(
        provisional=params.provisional,
        final=params.final,
        user_id=None if fields.user_id is UNSET else _user_id(call, fields.user_id),
        anonymous_id=fields.anonymous_id if isinstance(fields.anonymous_id, str) else None,
        assessment_type=fields.assessment_type or GRADING,
        marks=marks(sent, prefix=PREFIX),
        graded_anonymously=None if params.graded_anonymously is UNSET else params.graded_anonymously,
    )

    def action(unit: Unit) -> RubricResult:
        association_id = call.number("rubric_association_id")
        return rubric_assessments.submit(unit, call.course_id(unit), association_id, command, assessment_id=assessment_id)

    try:
        found = call.write(action)
    except Refused as error:  # the action has judged everything before it wrote anything
        status = 403 if error.code == "max_graders" else 400
        return Answer(Refusal(BaseError(error.message, ERROR_CODES.get(error.code))), status=status)
    return _assessment(call, found, anonymous=command.anonymous_id is not None)


def _user_id(call: Call, text: str | None) -> int:
    """The id as sent; 0, the id of nobody, when it is none."""
    try:
        return call.local(text)
    except NotFound:
        return 0


def _assessment(call: Call, found: RubricResult, *, anonymous: bool) -> dict[str, Any]:
    """The assessment with what was assessed: the submission, with the values of the provisional grade over its own.

    Who named the student by the anonymous id is told no other.
    """
    artifact: dict[str, Any] = submission(found.submission, call.base_url, anonymous=anonymous)
    if found.grade is not None:
        artifact.update(to_builtins(provisional_grade(found.grade, call.base_url)))
    artifact["submission_comments"] = [submission_comment(one, call.base_url) for one in found.comments]
    shape: dict[str, Any] = to_builtins(rubric_assessment(found.assessment))
    shape["ratings"] = shape["data"]
    if anonymous:
        del shape["user_id"]
        shape["anonymous_id"] = found.submission.row.anonymous_id
    if found.assessor_anonymous_id is not None:
        shape["anonymous_assessor_id"] = found.assessor_anonymous_id
        del shape["assessor_id"], shape["assessor_name"]
    return {
        **shape,
        "related_group_submissions_and_assessments": [],
        "rubric_association": rubric_association(found.association),
        "artifact": artifact,
    }


_PATH = "/api/v1/courses/:course_id/rubric_associations/:rubric_association_id/rubric_assessments"

OPERATIONS = (
    Operation(
        method="POST",
        path=_PATH,
        name="create_rubric_assessment",
        summary="Assess a student's work, or a provisional grade of it, with a rubric",
        handler=create,
        params=AssessmentParams,
        returns=AssessedWork,
        writes=True,
        refusals={400: Refusal, 403: Refusal},
        tag="Rubrics",
    ),
    Operation(
        method="PUT",
        path=f"{_PATH}/:rubric_assessment_id",
        name="update_rubric_assessment",
        summary="Change an assessment",
        handler=update,
        params=AssessmentParams,
        returns=AssessedWork,
        writes=True,
        refusals={400: Refusal, 403: Refusal},
        tag="Rubrics",
    ),
)
