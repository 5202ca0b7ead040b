"""Courses: the caller's, an account's, one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from gradewire.actions import course_editing, courses
from gradewire.actions.course_editing import CourseChanges
from gradewire.actions.courses import AccountCourses, CourseView, OwnCourses
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.courses import Course, CourseEnd, CourseSettings, course, settings

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
    start_at: datetime | UnsetType | None = UNSET
    end_at: datetime | UnsetType | None = UNSET
    time_zone: Annotated[str, Meta(description="An IANA name")] | UnsetType | None = UNSET
    term_id: Annotated[str, Meta(description="Any form of a term's id; blank is none")] | UnsetType | None = UNSET
    sis_course_id: str | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET
    apply_assignment_group_weights: bool | UnsetType = UNSET
    grading_standard_id: Annotated[int, Meta(description="0 is the built-in scheme, blank is none")] | UnsetType | None = UNSET
    hide_final_grades: bool | UnsetType = UNSET
    allow_final_grade_override: bool | UnsetType = UNSET
    restrict_quantitative_data: bool | UnsetType = UNSET
    post_manually: Annotated[bool, Meta(description="Whether grades wait until they are posted, by default")] | UnsetType = (
        UNSET
    )
    calculation: Annotated[str, Meta(description="canvas or schoology; our extension")] | UnsetType | None = UNSET


class ChangedCourseFields(CourseFields):
    account_id: Annotated[str, Meta(description="Where to move the course")] | UnsetType | None = UNSET
    event: Annotated[str, Meta(description="offer, claim, conclude or delete")] | UnsetType | None = UNSET


class CourseParams(Struct):
    course: ChangedCourseFields | UnsetType | None = UNSET


class NewCourseParams(Struct):
    course: CourseFields | UnsetType | None = UNSET
    offer: Annotated[bool, Meta(description="Publish it at once")] = False
    enroll_me: Annotated[bool, Meta(description="Make the caller its teacher")] = False


class CourseEndParams(Struct):
    event: Annotated[str, Meta(description="delete or conclude")] | UnsetType | None = UNSET


class CourseSettingsParams(Struct):
    hide_final_grades: bool | UnsetType = UNSET
    allow_final_grade_override: bool | UnsetType = UNSET
    restrict_quantitative_data: bool | UnsetType = UNSET
    grading_standard_enabled: Annotated[bool, Meta(description="false: no letters for the course score")] | UnsetType = UNSET
    grading_standard_id: int | UnsetType | None = UNSET


def own(params: CourseListParams) -> OwnCourses:
    """Which of somebody's courses to list."""
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
    return OwnCourses(
        enrollment_states=states,
        types=[TYPES.get(params.enrollment_type, params.enrollment_type)] if params.enrollment_type else None,
        roles=[params.enrollment_role] if params.enrollment_role else None,
        states=sorted(course_states),
    )


def index(call: Call, params: CourseListParams) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: courses.list_own(unit, own(params), include=params.include, offset=page.offset, limit=page.limit)
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


def index_of_user(call: Call, params: CourseListParams) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: courses.list_for_user(
            unit, call.user_id(unit), own(params), include=params.include, offset=page.offset, limit=page.limit
        )
    )
    return Listing([course(one, params.include) for one in found], total=total)


def changes(call: Call, unit: Unit, sent: CourseFields) -> CourseChanges:
    """What was sent of a course; a blank term is none."""
    names = [name for name in CourseFields.__struct_fields__ if name != "term_id"]
    term_id: int | UnsetType | None = UNSET
    if sent.term_id is not UNSET:
        term_id = call.term(unit, sent.term_id) if sent.term_id else None
    found = CourseChanges(enrollment_term_id=term_id, **{name: getattr(sent, name) for name in names})
    if not isinstance(sent, ChangedCourseFields):
        return found
    account_id = call.account(unit, sent.account_id) if sent.account_id else UNSET
    return replace(found, account_id=account_id, event=sent.event)


def create(call: Call, params: NewCourseParams) -> Course:
    def write(unit: Unit) -> CourseView:
        sent = changes(call, unit, params.course or CourseFields())
        return course_editing.create(unit, call.account_id(unit), sent, offer=params.offer, enroll_me=params.enroll_me)

    return course(call.write(write), [])


def update(call: Call, params: CourseParams) -> Course:
    def write(unit: Unit) -> CourseView:
        course_id = call.course_id(unit)
        return course_editing.update(unit, course_id, changes(call, unit, params.course or ChangedCourseFields()))

    return course(call.write(write), [])


def end(call: Call, params: CourseEndParams) -> CourseEnd:
    event = params.event or None
    call.write(lambda unit: course_editing.end(unit, call.course_id(unit), event))
    return CourseEnd(delete=True) if event == "delete" else CourseEnd(conclude=True)


def show_settings(call: Call, _params: None) -> CourseSettings:
    return settings(call.read(lambda unit: courses.show(unit, call.course_id(unit), include=())))


def update_settings(call: Call, params: CourseSettingsParams) -> CourseSettings:
    sent = CourseChanges(
        hide_final_grades=params.hide_final_grades,
        allow_final_grade_override=params.allow_final_grade_override,
        restrict_quantitative_data=params.restrict_quantitative_data,
        grading_standard_enabled=params.grading_standard_enabled,
        grading_standard_id=params.grading_standard_id,
    )
    return settings(call.write(lambda unit: course_editing.update(unit, call.course_id(unit), sent)))


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
        summary="Change a course; scores follow",
        handler=update,
        params=CourseParams,
        returns=Course,
        writes=True,
        tag="Courses",
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="end_course",
        summary="Conclude or delete a course",
        handler=end,
        params=CourseEndParams,
        returns=CourseEnd,
        writes=True,
        tag="Courses",
    ),
    Operation(
        method="POST",
        path="/api/v1/accounts/:account_id/courses",
        name="create_course",
        summary="Create a course",
        handler=create,
        params=NewCourseParams,
        returns=Course,
        writes=True,
        tag="Courses",
    ),
    Operation(
        method="GET",
        path="/api/v1/users/:user_id/courses",
        name="list_user_courses",
        summary="List the courses in which a user is something",
        handler=index_of_user,
        params=CourseListParams,
        returns=list[Course],
        paginated=True,
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
