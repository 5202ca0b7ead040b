"""When each student's work is due: ids of assignments, then of students, as keys."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions import effective_due_dates
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.wire import whole


class DueDateParams(Struct):
    assignment_ids: list[str] | UnsetType = UNSET


class DueDate(Struct):
    due_at: datetime | None
    grading_period_id: int | None
    in_closed_grading_period: bool


def index(call: Call, params: DueDateParams) -> dict[str, dict[str, DueDate]]:
    ids = None if params.assignment_ids is UNSET else [call.local(one) for one in params.assignment_ids]
    found = call.read(lambda unit: effective_due_dates.list_for_course(unit, call.course_id(unit), ids))
    shape: dict[str, dict[str, DueDate]] = {}
    for one in found:
        due = DueDate(whole(one.due_at), one.grading_period_id, one.in_closed_period)
        shape.setdefault(str(one.assignment_id), {})[str(one.user_id)] = due
    return shape


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/effective_due_dates",
        name="list_effective_due_dates",
        summary="Tell when each student's work is due, by assignment and student",
        handler=index,
        params=DueDateParams,
        returns=dict[str, dict[str, DueDate]],
        tag="Courses",
    ),
)
