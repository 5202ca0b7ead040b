"""Submissions over several assignments, of one student or many; and how far an assignment's work is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions import student_submissions, submissions
from gradewire.actions.student_submissions import GroupedSubmissions, StudentWork, Wanted
from gradewire.actions.unit import Unit
from gradewire.core.permissions import READ_SIS
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.routes.submission_pages import describe_all
from gradewire.dialects.canvas.shapes.submission_objects import StudentSubmissions, Submission

_TAG = "Submissions"
EVERYBODY = "all"


class StudentParams(Struct):
    student_ids: list[str] | UnsetType = UNSET
    assignment_ids: list[str] | UnsetType = UNSET
    grouped: bool = False
    submitted_since: datetime | UnsetType | None = UNSET
    graded_since: datetime | UnsetType | None = UNSET
    grading_period_id: str | UnsetType | None = UNSET
    workflow_state: Literal["submitted", "unsubmitted", "graded", "pending_review"] | UnsetType | None = UNSET
    enrollment_state: Literal["active", "concluded"] | UnsetType | None = UNSET
    order: Literal["id", "graded_at"] = "id"
    order_direction: Literal["ascending", "descending"] = "ascending"
    include: list[str] | UnsetType = UNSET


class Summary(Struct):
    graded: int
    ungraded: int
    not_submitted: int


def list_student_submissions(call: Call, params: StudentParams) -> Listing:
    include = frozenset() if params.include is UNSET else frozenset(params.include)

    def flat(unit: Unit) -> Listing:
        course_id, section_id = call.course_and_section(unit)
        page = student_submissions.list_for_students(
            unit,
            course_id,
            _wanted(call, unit, params),
            section_id=section_id,
            offset=call.page.offset,
            limit=call.page.limit,
            include=include,
        )
        return Listing(describe_all(call, unit, page.access, page.views, include), total=page.total)

    def grouped(unit: Unit) -> Listing:
        course_id, section_id = call.course_and_section(unit)
        page = student_submissions.list_by_student(
            unit,
            course_id,
            _wanted(call, unit, params),
            section_id=section_id,
            offset=call.page.offset,
            limit=call.page.limit,
            include=include,
        )
        views = [view for one in page.students for view in one.views]
        shapes = iter(describe_all(call, unit, page.access, views, include))
        rows = [_student(page, one, [next(shapes) for _ in one.views], include) for one in page.students]
        return Listing(rows, total=page.total)

    return call.read(grouped if params.grouped else flat)


def _student(
    page: GroupedSubmissions, one: StudentWork, shapes: Sequence[dict[str, Any]], include: frozenset[str]
) -> dict[str, Any]:
    shape: dict[str, Any] = {"user_id": one.user_id, "section_id": one.section_id, "submissions": list(shapes)}
    if one.user is not None and page.access.has(READ_SIS):
        shape |= {"sis_user_id": one.user.sis_user_id, "integration_id": one.user.integration_id}
    if "total_scores" in include:
        shape |= {"computed_current_score": one.current_score, "computed_final_score": one.final_score}
    return shape


def _wanted(call: Call, unit: Unit, params: StudentParams) -> Wanted:
    students = None if params.student_ids is UNSET else params.student_ids
    assignments = None if params.assignment_ids is UNSET or not params.assignment_ids else params.assignment_ids
    period = params.grading_period_id
    everybody = students is not None and EVERYBODY in students
    return Wanted(
        student_ids=None if not students or everybody else [call.person(unit, one) for one in students],
        every_student=everybody,
        assignment_ids=None if assignments is None else [call.local(one) for one in assignments],
        submitted_since=params.submitted_since or None,
        graded_since=params.graded_since or None,
        grading_period_id=call.local(period) if isinstance(period, str) and period else None,
        workflow_state=params.workflow_state or None,
        enrollment_state=params.enrollment_state or None,
        by_graded_at=params.order == "graded_at",
        descending=params.order_direction == "descending",
    )


def summarize(call: Call, _params: None) -> Summary:
    def action(unit: Unit) -> submissions.Summary:
        course_id, section_id = call.course_and_section(unit)
        return submissions.summarize(unit, course_id, call.assignment_id(unit), section_id=section_id)

    found = call.read(action)
    return Summary(found.graded, found.ungraded, found.not_submitted)


def _of(place: str, suffix: str) -> tuple[Operation, ...]:
    base = f"/api/v1/{place}s/:{place}_id"
    return (
        Operation(
            method="GET",
            path=f"{base}/students/submissions",
            name=f"list_student_submissions{suffix}",
            summary="List submissions of students over several assignments, one by one or grouped by student",
            handler=list_student_submissions,
            params=StudentParams,
            returns=(list[Submission], list[StudentSubmissions]),
            paginated=True,
            tag=_TAG,
        ),
        Operation(
            method="GET",
            path=f"{base}/assignments/:assignment_id/submission_summary",
            name=f"show_submission_summary{suffix}",
            summary="Count the submissions of an assignment: graded, waiting, not handed in",
            handler=summarize,
            returns=Summary,
            tag=_TAG,
        ),
    )


OPERATIONS = (*_of("course", ""), *_of("section", "_in_section"))
