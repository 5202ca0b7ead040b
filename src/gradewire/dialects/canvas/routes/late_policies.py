"""The late policy of a course."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Raw, Struct, UnsetType
from msgspec.structs import asdict

from gradewire.actions import late_policies
from gradewire.actions.late_policies import LatePolicyRow
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Answer, Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.wire import whole

PATH = "/api/v1/courses/:course_id/late_policy"


class LatePolicy(Struct):
    id: int
    course_id: int
    missing_submission_deduction_enabled: bool
    missing_submission_deduction: float
    late_submission_deduction_enabled: bool
    late_submission_deduction: float
    late_submission_interval: str
    late_submission_minimum_percent_enabled: bool
    late_submission_minimum_percent: float
    created_at: datetime | None
    updated_at: datetime | None


class LatePolicyAnswer(Struct):
    late_policy: LatePolicy


class Fields(Struct):
    missing_submission_deduction_enabled: bool | UnsetType = UNSET
    missing_submission_deduction: Annotated[float | UnsetType, Meta(description="Percent of the points possible.")] = UNSET
    late_submission_deduction_enabled: bool | UnsetType = UNSET
    late_submission_deduction: Annotated[float | UnsetType, Meta(description="Percent for each interval.")] = UNSET
    late_submission_interval: Annotated[str | UnsetType, Meta(description="day or hour")] = UNSET
    late_submission_minimum_percent_enabled: bool | UnsetType = UNSET
    late_submission_minimum_percent: Annotated[float | UnsetType, Meta(description="Where deductions end.")] = UNSET

    def sent(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if value is not UNSET}


class LatePolicyParams(Struct):
    late_policy: Fields


def show(call: Call, _params: None) -> LatePolicyAnswer:
    return _answer(call.read(lambda unit: late_policies.show(unit, call.course_id(unit))))


def create(call: Call, params: LatePolicyParams) -> LatePolicyAnswer:
    return _answer(call.write(lambda unit: late_policies.create(unit, call.course_id(unit), params.late_policy.sent())))


def update(call: Call, params: LatePolicyParams) -> Answer:
    def action(unit: Unit) -> None:
        late_policies.update(unit, call.course_id(unit), params.late_policy.sent())

    call.write(action)
    return Answer(Raw(b""), status=204)


def _answer(row: LatePolicyRow) -> LatePolicyAnswer:
    return LatePolicyAnswer(
        LatePolicy(
            id=row.id,
            course_id=row.course_id,
            created_at=whole(row.created_at),
            updated_at=whole(row.updated_at),
            **asdict(row.policy),
        )
    )


OPERATIONS = (
    Operation(
        method="GET",
        path=PATH,
        name="show_late_policy",
        summary="Show the late policy of a course",
        handler=show,
        returns=LatePolicyAnswer,
        tag="Late policy",
    ),
    Operation(
        method="POST",
        path=PATH,
        name="create_late_policy",
        summary="Make the late policy of a course; graded work follows it",
        handler=create,
        params=LatePolicyParams,
        returns=LatePolicyAnswer,
        writes=True,
        status=201,
        tag="Late policy",
    ),
    Operation(
        method="PATCH",
        path=PATH,
        name="update_late_policy",
        summary="Change the late policy of a course; graded work follows it, missing work in a job",
        handler=update,
        params=LatePolicyParams,
        writes=True,
        status=204,
        tag="Late policy",
    ),
)
