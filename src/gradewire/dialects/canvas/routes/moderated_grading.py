"""Moderated grading: the moderation set, the status of a student, selecting and publishing provisional grades."""

from __future__ import annotations

import re
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import moderated_students, moderation_publishing, provisional_grade_selection, provisional_grade_status
from gradewire.actions.moderated_students import Students
from gradewire.actions.provisional_grade_selection import Selection
from gradewire.actions.provisional_grade_status import Status
from gradewire.core.errors import NotFound
from gradewire.dialects.canvas.call import Answer, Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.provisional_grades import ProvisionalGrade, status_grade
from gradewire.dialects.canvas.shapes.users import User, user

Nobody = Annotated[list[User], Meta(max_length=0, description="None of the students is known.")]
_LEADING_NUMBER = re.compile(r"\s*([0-9]{1,19})", re.ASCII)


class StudentsParams(Struct):
    student_ids: Annotated[list[str] | UnsetType | None, Meta(description="User ids; those of nobody are skipped.")] = UNSET


class BulkSelectParams(Struct):
    provisional_grade_ids: Annotated[
        list[int] | UnsetType | None, Meta(description="Of several for one student the last counts.")
    ] = UNSET


class StatusParams(Struct):
    student_id: str | UnsetType | None = UNSET
    last_updated_at: Annotated[
        str | UnsetType | None, Meta(description="Asks for the provisional grades if the submission changed since.")
    ] = UNSET


class AnonymousStatusParams(Struct):
    anonymous_id: str | UnsetType | None = UNSET
    last_updated_at: str | UnsetType | None = UNSET


class ProvisionalGradeStatus(Struct):
    needs_provisional_grade: bool
    provisional_grades: list[ProvisionalGrade] | UnsetType = UNSET
    final_provisional_grade: ProvisionalGrade | UnsetType = UNSET


class SelectedGrade(Struct):
    """``anonymous_id`` takes the place of ``student_id`` when the caller may not know the students."""

    assignment_id: int
    selected_provisional_grade_id: int
    student_id: int | UnsetType = UNSET
    anonymous_id: str | UnsetType = UNSET


class Done(Struct):
    message: str


def _users(found: Students) -> list[User]:
    shapes = [user(row, sis=found.reads_sis, logins=found.reads_logins) for row in found.users]
    if found.manages_sis:
        for shape in shapes:
            shape.sis_import_id = None
    return shapes


def list_moderated_students(call: Call, _params: None) -> Listing:
    found = call.read(
        lambda unit: moderated_students.list_for_assignment(
            unit, call.course_id(unit), call.assignment_id(unit), offset=call.page.offset, limit=call.page.limit
        )
    )
    return Listing(_users(found), total=found.total)


def add_moderated_students(call: Call, params: StudentsParams) -> Any:
    ids = [_leading_number(text) for text in params.student_ids or ()]
    found = call.write(lambda unit: moderated_students.add(unit, call.course_id(unit), call.assignment_id(unit), ids))
    return Answer([], status=400) if found is None else _users(found)


def _leading_number(text: str) -> int:
    """The number that a text begins with; 0, the id of nobody, where there is none."""
    match = _LEADING_NUMBER.match(text)
    return int(match[1]) if match else 0


def bulk_select(call: Call, params: BulkSelectParams) -> list[SelectedGrade]:
    ids: list[int] | None = None
    if isinstance(params.provisional_grade_ids, list):
        ids = [_local(call, number) for number in params.provisional_grade_ids]
    found = call.write(
        lambda unit: provisional_grade_selection.bulk_select(unit, call.course_id(unit), call.assignment_id(unit), ids)
    )
    return [_selected(one) for one in found]


def select(call: Call, _params: None) -> SelectedGrade:
    return _selected(
        call.write(
            lambda unit: provisional_grade_selection.select(
                unit, call.course_id(unit), call.assignment_id(unit), _local(call, call.path["provisional_grade_id"])
            )
        )
    )


def _selected(found: Selection) -> SelectedGrade:
    shape = SelectedGrade(assignment_id=found.assignment_id, selected_provisional_grade_id=found.provisional_grade_id)
    if found.anonymous_id is None:
        shape.student_id = found.student_id
    else:
        shape.anonymous_id = found.anonymous_id
    return shape


def _local(call: Call, sent: str | int | None) -> int:
    """An id as sent; 0, the id of nothing, when it is not one. What may be known of the rest is judged first."""
    try:
        return call.local(sent)
    except NotFound:
        return 0


def status(call: Call, params: StatusParams) -> ProvisionalGradeStatus:
    student_id = None if params.student_id is UNSET else _local(call, params.student_id)
    found = call.read(
        lambda unit: provisional_grade_status.show(
            unit,
            call.course_id(unit),
            call.assignment_id(unit),
            student_id,
            last_updated_at=params.last_updated_at or None,
        )
    )
    return _status(call, found)


def anonymous_status(call: Call, params: AnonymousStatusParams) -> ProvisionalGradeStatus:
    anonymous_id = None if params.anonymous_id is UNSET else params.anonymous_id or ""
    found = call.read(
        lambda unit: provisional_grade_status.show_anonymous(
            unit,
            call.course_id(unit),
            call.assignment_id(unit),
            anonymous_id,
            last_updated_at=params.last_updated_at or None,
        )
    )
    return _status(call, found)


def _status(call: Call, found: Status) -> ProvisionalGradeStatus:
    shape = ProvisionalGradeStatus(needs_provisional_grade=found.needs_provisional_grade)
    if found.grades is not None:
        shape.provisional_grades = [status_grade(view, call.base_url) for view in found.grades if not view.row.final]
        for view in found.grades:
            if view.row.final:
                shape.final_provisional_grade = status_grade(view, call.base_url)
    return shape


def publish(call: Call, _params: None) -> Done:
    call.write(lambda unit: moderation_publishing.publish(unit, call.course_id(unit), call.assignment_id(unit)))
    return Done("OK")


_HERE = "/api/v1/courses/:course_id/assignments/:assignment_id"
_TAG = "Moderated grading"

OPERATIONS = (
    Operation(
        method="GET",
        path=f"{_HERE}/moderated_students",
        name="list_moderated_students",
        summary="List the students in the moderation set of an assignment",
        handler=list_moderated_students,
        returns=list[User],
        paginated=True,
        tag=_TAG,
    ),
    Operation(
        method="POST",
        path=f"{_HERE}/moderated_students",
        name="add_moderated_students",
        summary="Put students into the moderation set of an assignment",
        handler=add_moderated_students,
        params=StudentsParams,
        returns=list[User],
        writes=True,
        refusals={400: Nobody},
        tag=_TAG,
    ),
    Operation(
        method="PUT",
        path=f"{_HERE}/provisional_grades/bulk_select",
        name="bulk_select_provisional_grades",
        summary="Select the provisional grades that several students shall receive; answers what changed",
        handler=bulk_select,
        params=BulkSelectParams,
        returns=list[SelectedGrade],
        writes=True,
        refuses=(400,),
        tag=_TAG,
    ),
    Operation(
        method="GET",
        path=f"{_HERE}/provisional_grades/status",
        name="show_provisional_grade_status",
        summary="Tell whether the caller can grade provisionally; for moderators, what changed for a student",
        handler=status,
        params=StatusParams,
        returns=ProvisionalGradeStatus,
        refuses=(400,),
        tag=_TAG,
    ),
    Operation(
        method="GET",
        path=f"{_HERE}/anonymous_provisional_grades/status",
        name="show_anonymous_provisional_grade_status",
        summary="The same for a student named by the anonymous id of the submission",
        handler=anonymous_status,
        params=AnonymousStatusParams,
        returns=ProvisionalGradeStatus,
        refuses=(400,),
        tag=_TAG,
    ),
    Operation(
        method="PUT",
        path=f"{_HERE}/provisional_grades/:provisional_grade_id/select",
        name="select_provisional_grade",
        summary="Select the provisional grade that a student shall receive",
        handler=select,
        returns=SelectedGrade,
        writes=True,
        refuses=(400,),
        tag=_TAG,
    ),
    Operation(
        method="POST",
        path=f"{_HERE}/provisional_grades/publish",
        name="publish_provisional_grades",
        summary="Publish the chosen provisional grades of an assignment; this cannot be undone",
        handler=publish,
        returns=Done,
        writes=True,
        refuses=(400, 422),
        tag=_TAG,
    ),
)
