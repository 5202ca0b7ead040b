"""Courses: the caller's, an account's, one."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import courses
from gradewire.actions.courses import AccountCourses, CourseChanges, OwnCourses
from gradewire.core.errors import Malformed
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.courses import Course, CourseSettings, course, settings

TYPES = {
    "teacher": "TeacherEnrollment",
    "student": "StudentEnrollment",
    "ta": "TaEnrollment",
    "observer": "ObserverEnrollment",
    "designer": "DesignerEnrollment",
    "student_view": "StudentViewEnrollment",
}
"""The short names of enrolment types."""
STATES = {"active": ("active",), "invited_or_pending": ("invited", "creation_pending"), "completed": ("completed",)}
COURSE_STATES = frozenset({"unpublished", "available", "completed"})
INCLUDE = "term, sections, total_scores, current_grading_period_scores, total_students, concluded"


class CourseShowParams(Struct):
    include: Annotated[list[str], Meta(description=INCLUDE)] = []


class CourseListParams(Struct):
    include: Annotated[list[str], Meta(description=INCLUDE)] = []
    enrollment_type: Annotated[str, Meta(description="teacher, student, ta, observer, designer")] | UnsetType | None = UNSET
    enrollment_role: str | UnsetType | None = UNSET
    enrollment_state: Annotated[str, Meta(description="active, invited_or_pending, completed")] | UnsetType | None = UNSET
    state: Annotated[list[str], Meta(description="unpublished, available, completed")] | UnsetType = UNSET


class AccountCourseListParams(Struct):
    include: Annotated[list[str], Meta(description=INCLUDE)] = []
    state: Annotated[list[str], Meta(description="unpublished, available, completed, all")] | UnsetType = UNSET
    search_term: Annotated[str, Meta(description="Part of the name, the code or the SIS id")] | UnsetType | None = UNSET
    enrollment_term_id: str | UnsetType | None = UNSET
    with_enrollments: bool | UnsetType = UNSET
    published: bool | UnsetType = UNSET
    completed: bool | UnsetType = UNSET


class CourseFields(Struct):
    name: str | UnsetType | None = UNSET
    course_code: str | UnsetType | None = UNSET
    apply_assignment_group_weights: bool | UnsetType = UNSET
    grading_standard_id: Annotated[int, Meta(description="0 is the built-in scheme, blank is none")] | UnsetType | None = UNSET
    hide_final_grades: bool | UnsetType = UNSET
    allow_final_grade_override: bool | UnsetType = UNSET
    restrict_quantitative_data: bool | UnsetType = UNSET
    post_manually: Annotated[bool, Meta(description="The default of new assignments; our extension")] | UnsetType = UNSET
    calculation: Annotated[str, Meta(description="canvas or schoology; our extension")] | UnsetType | None = UNSET
    event: Annotated[str, Meta(description="offer, claim or conclude")] | UnsetType | None = UNSET


class CourseParams(Struct):
    course: CourseFields | UnsetType | None = UNSET


class CourseSettingsParams(Struct):
    hide_final_grades: bool | UnsetType = UNSET
    allow_final_grade_override: bool | UnsetType = UNSET
    restrict_quantitative_data: bool | UnsetType = UNSET


def index(call: Call, params: CourseListParams) -> Listing:
    page = call.page
    states: tuple[str, ...] = courses.CURRENT
    if params.enrollment_state:
        if params.enrollment_state not in STATES:
            raise Malformed("enrollment_state is not one of " + ", ".join(STATES) + ".", field="enrollment_state")
        states = STATES[params.enrollment_state]
    course_states = frozenset(
        {"available", "unpublished", "completed"} if "completed" in states else {"available", "unpublished"}
    )
    if params.state:
        course_states = COURSE_STATES.intersection(params.state)
    wanted = OwnCourses(
        enrollment_states=states,
        types=[TYPES.get(params.enrollment_type, params.enrollment_type)] if params.enrollment_type else None,
        roles=[params.enrollment_role] if params.enrollment_role else None,
        states=sorted(course_states),
    )
    found, total = call.read(
        lambda unit: courses.list_own(unit, wanted, include=params.include, offset=page.offset, limit=page.limit)
    )
    return Listing([course(one, params.include) for one in found], total=total)


def index_of_account(call: Call, params: AccountCourseListParams) -> Listing:
    page = call.page
    states = set(COURSE_STATES)
    if params.state and "all" not in params.state:
        states.intersection_update(params.state)
    if params.published is not UNSET:
        states.intersection_update({"available", "completed"} if params.published else {"unpublished"})
    if params.completed is not UNSET:
        states.intersection_update({"completed"} if params.completed else {"unpublished", "available"})
    wanted = AccountCourses(
        states=sorted(states),
        search_term=params.search_term or None,
        term_id=call.local(params.enrollment_term_id) if params.enrollment_term_id else None,
        with_enrollments=None if params.with_enrollments is UNSET else params.with_enrollments,
    )
    found, total = call.read(
        lambda unit: courses.list_for_account(
            unit, call.account_id(unit), wanted, include=params.include, offset=page.offset, limit=page.limit
        )
    )
    return Listing([course(one, params.include) for one in found], total=total)


def show(call: Call, params: CourseShowParams) -> Course:
    view = call.read(lambda unit: courses.show(unit, call.course_id(unit), include=params.include))
    return course(view, params.include)


def update(call: Call, params: CourseParams) -> Course:
    fields = params.course or CourseFields()
    changes = CourseChanges(**{name: getattr(fields, name) for name in fields.__struct_fields__})
    return course(call.write(lambda unit: courses.update(unit, call.course_id(unit), changes)), [])


def show_settings(call: Call, _params: None) -> CourseSettings:
    return settings(call.read(lambda unit: courses.show(unit, call.course_id(unit), include=())))


def update_settings(call: Call, params: CourseSettingsParams) -> CourseSettings:
    changes = CourseChanges(**{name: getattr(params, name) for name in params.__struct_fields__})
    return settings(call.write(lambda unit: courses.update(unit, call.course_id(unit), changes)))


ONE = "/api/v1/courses/:course_id"
OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/courses",
        name="list_courses",
        summary="List the courses in which the caller is something",
        handler=index,
        params=CourseListParams,
        returns=list[Course],
        paginated=True,
        tag="Courses",
    ),
    Operation(
        method="GET",
        path=ONE,
        name="show_course",
        summary="Show a course",
        handler=show,
        params=CourseShowParams,
        returns=Course,
        tag="Courses",
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_course",
        summary="Change what grading reads of a course",
        handler=update,
        params=CourseParams,
        returns=Course,
        writes=True,
        tag="Courses",
    ),
    Operation(
        method="GET",
        path=f"{ONE}/settings",
        name="show_course_settings",
        summary="Show the settings of a course that concern grades",
        handler=show_settings,
        returns=CourseSettings,
        tag="Courses",
    ),
    Operation(
        method="PUT",
        path=f"{ONE}/settings",
        name="update_course_settings",
        summary="Change the settings of a course that concern grades",
        handler=update_settings,
        params=CourseSettingsParams,
        returns=CourseSettings,
        writes=True,
        tag="Courses",
    ),
    Operation(
        method="GET",
        path="/api/v1/accounts/:account_id/courses",
        name="list_account_courses",
        summary="List the courses of an account and of the accounts below it",
        handler=index_of_account,
        params=AccountCourseListParams,
        returns=list[Course],
        paginated=True,
        tag="Courses",
    ),
)
