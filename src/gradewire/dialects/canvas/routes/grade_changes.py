"""The audit of grades: who changed which grade when, and by which request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import grade_changes
from gradewire.actions.grade_changes import ChangePage, Query
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.grade_changes import GradeChanges, grade_change, linked, links

OVERRIDES = "override"


class TimeParams(Struct):
    start_time: datetime | UnsetType | None = UNSET
    end_time: datetime | UnsetType | None = UNSET


class SearchParams(Struct):
    course_id: str | UnsetType | None = UNSET
    assignment_id: Annotated[str, Meta(description="override: the changes of overridden scores only")] | UnsetType | None = (
        UNSET
    )
    student_id: str | UnsetType | None = UNSET
    grader_id: str | UnsetType | None = UNSET
    start_time: datetime | UnsetType | None = UNSET
    end_time: datetime | UnsetType | None = UNSET


def _list(call: Call, action: Callable[[Unit, int, int], ChangePage]) -> Listing:
    page = call.read(lambda unit: action(unit, call.page.offset, call.page.limit))
    beside = {"links": links(call.base_url), "linked": linked(page)}
    return Listing([grade_change(row) for row in page.changes], total=page.total, under="events", beside=beside)


def index_of_assignment(call: Call, params: TimeParams) -> Listing:
    query = Query(assignment_id=call.number("assignment_id"), since=params.start_time or None, until=params.end_time or None)
    return _list(call, lambda unit, offset, limit: grade_changes.list_for_assignment(unit, query, offset=offset, limit=limit))


def index_of_course(call: Call, params: TimeParams) -> Listing:
    def action(unit: Unit, offset: int, limit: int) -> ChangePage:
        query = Query(course_id=call.course_id(unit), since=params.start_time or None, until=params.end_time or None)
        return grade_changes.list_for_course(unit, query, offset=offset, limit=limit)

    return _list(call, action)


def index_of_student(call: Call, params: TimeParams) -> Listing:
    def action(unit: Unit, offset: int, limit: int) -> ChangePage:
        student = call.person(unit, call.path["student_id"])
        query = Query(student_id=student, since=params.start_time or None, until=params.end_time or None)
        return grade_changes.list_for_institution(unit, query, offset=offset, limit=limit)

    return _list(call, action)


def index_of_grader(call: Call, params: TimeParams) -> Listing:
    def action(unit: Unit, offset: int, limit: int) -> ChangePage:
        grader = call.person(unit, call.path["grader_id"])
        query = Query(grader_id=grader, since=params.start_time or None, until=params.end_time or None)
        return grade_changes.list_for_institution(unit, query, offset=offset, limit=limit)

    return _list(call, action)


def search(call: Call, params: SearchParams) -> Listing:
    overrides = params.assignment_id == OVERRIDES

    def action(unit: Unit, offset: int, limit: int) -> ChangePage:
        query = Query(
            course_id=call.course(unit, params.course_id) if params.course_id else None,
            assignment_id=call.local(params.assignment_id) if params.assignment_id and not overrides else None,
            overrides_only=overrides,
            student_id=call.person(unit, params.student_id) if params.student_id else None,
            grader_id=call.person(unit, params.grader_id) if params.grader_id else None,
            since=params.start_time or None,
            until=params.end_time or None,
        )
        return grade_changes.search(unit, query, offset=offset, limit=limit)

    return _list(call, action)


BASE = "/api/v1/audit/grade_change"
TAG = "Grade change log"
OPERATIONS = (
    Operation(
        method="GET",
        path=f"{BASE}/assignments/:assignment_id",
        name="list_grade_changes_of_assignment",
        summary="List the changes of an assignment's grades, the newest first",
        handler=index_of_assignment,
        params=TimeParams,
        returns=GradeChanges,
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=f"{BASE}/courses/:course_id",
        name="list_grade_changes_of_course",
        summary="List the changes of grades and overridden scores in a course, the newest first",
        handler=index_of_course,
        params=TimeParams,
        returns=GradeChanges,
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=f"{BASE}/students/:student_id",
        name="list_grade_changes_of_student",
        summary="List the changes of a student's grades and overridden scores, the newest first",
        handler=index_of_student,
        params=TimeParams,
        returns=GradeChanges,
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=f"{BASE}/graders/:grader_id",
        name="list_grade_changes_of_grader",
        summary="List the changes that somebody made to grades and overridden scores, the newest first",
        handler=index_of_grader,
        params=TimeParams,
        returns=GradeChanges,
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=BASE,
        name="search_grade_changes",
        summary="List changes of grades by course, assignment, student and grader, the newest first",
        description="With a course by the rights in it, else by those in the root account. One of the four must be sent.",
        handler=search,
        params=SearchParams,
        returns=GradeChanges,
        paginated=True,
        refuses=(404,),
        tag=TAG,
    ),
)
