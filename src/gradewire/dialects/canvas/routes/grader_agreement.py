"""How far the graders of a moderated assignment agree. Our own, in Canvas's style."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import grader_agreement as actions
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.grader_agreement import AgreementOfGraders, agreement_of_graders


class AgreementParams(Struct):
    tolerance: Annotated[
        float | UnsetType | None,
        Meta(description="How many points two scores may differ to agree; a twentieth of the points possible by default."),
    ] = UNSET


def show(call: Call, params: AgreementParams) -> AgreementOfGraders:
    tolerance = params.tolerance if isinstance(params.tolerance, int | float) else None
    return agreement_of_graders(
        call.read(lambda unit: actions.measure(unit, call.course_id(unit), call.assignment_id(unit), tolerance=tolerance))
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/assignments/:assignment_id/grader_agreement",
        name="show_grader_agreement",
        summary="Show how far the graders of a moderated assignment agree",
        description="Our own. For moderators; the statistics are defined in docs/agreement.md.",
        handler=show,
        params=AgreementParams,
        returns=AgreementOfGraders,
        refuses=(400,),
        tag="Moderated grading",
    ),
)
