"""The people of a course."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from gradewire.actions import course_users
from gradewire.actions.course_users import CourseUser as CourseUserView
from gradewire.actions.course_users import Wanted
from gradewire.actions.unit import Unit
from gradewire.core.permissions import MANAGE_SIS, READ_SIS, VIEW_USER_LOGINS
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.routes.courses import TYPES
from gradewire.dialects.canvas.routes.enrollments import states
from gradewire.dialects.canvas.shapes.comments import AVATAR
from gradewire.dialects.canvas.shapes.enrollments import CourseUser, enrollment
from gradewire.dialects.canvas.shapes.users import user

INCLUDE = "enrollments, email, avatar_url"


class CourseUserListParams(Struct):
    search_term: Annotated[str, Meta(description="Part of a name, login or SIS id")] | UnsetType | None = UNSET
    enrollment_type: Annotated[list[str], Meta(description=", ".join(TYPES))] | UnsetType = UNSET
    enrollment_role: Annotated[list[str], Meta(description="Names of roles")] | UnsetType = UNSET
    enrollment_state: list[str] | UnsetType = UNSET
    user_ids: list[str] | UnsetType = UNSET
    include: Annotated[list[str], Meta(description=INCLUDE)] = []


class CourseUserShowParams(Struct):
    include: Annotated[list[str], Meta(description=INCLUDE)] = []


def shape(call: Call, view: CourseUserView, include: list[str]) -> CourseUser:
    access = view.access
    plain = user(view.user, sis=access.has(READ_SIS, MANAGE_SIS), logins=access.has(VIEW_USER_LOGINS))
    found = CourseUser(**structs.asdict(plain))
    if "email" in include and access.has(VIEW_USER_LOGINS):
        found.email = view.user.email
    if "avatar_url" in include:
        found.avatar_url = call.base_url + AVATAR
    if view.enrollments is not None:
        found.enrollments = [enrollment(one, call.base_url) for one in view.enrollments]
    return found


def index(call: Call, params: CourseUserListParams) -> Listing:
    page = call.page

    def find(unit: Unit) -> tuple[list[CourseUserView], int]:
        wanted = Wanted(
            types=[TYPES.get(name, name) for name in params.enrollment_type] if params.enrollment_type else None,
            roles=params.enrollment_role or None,
            states=states(params.enrollment_state),
            user_ids=[call.local(one) for one in params.user_ids] if params.user_ids else None,
            search_term=params.search_term or None,
        )
        return course_users.list_for_course(
            unit, call.course_id(unit), wanted, include=params.include, offset=page.offset, limit=page.limit
        )

    found, total = call.read(find)
    return Listing([shape(call, one, params.include) for one in found], total=total)


def students(call: Call, _params: None) -> Listing:
    page = call.page
    wanted = Wanted(types=["StudentEnrollment"])
    found, total = call.read(
        lambda unit: course_users.list_for_course(unit, call.course_id(unit), wanted, offset=page.offset, limit=page.limit)
    )
    return Listing([shape(call, one, []) for one in found], total=total)


def show(call: Call, params: CourseUserShowParams) -> CourseUser:
    found = call.read(lambda unit: course_users.show(unit, call.course_id(unit), call.user_id(unit), include=params.include))
    return shape(call, found, params.include)


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/users",
        name="list_course_users",
        summary="List the people of a course",
        handler=index,
        params=CourseUserListParams,
        returns=list[CourseUser],
        paginated=True,
        tag="Users",
    ),
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/search_users",
        name="search_course_users",
        summary="List the people of a course, under the name that older clients use",
        handler=index,
        params=CourseUserListParams,
        returns=list[CourseUser],
        paginated=True,
        tag="Users",
    ),
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/students",
        name="list_course_students",
        summary="List the students of a course",
        handler=students,
        returns=list[CourseUser],
        paginated=True,
        tag="Users",
    ),
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/users/:user_id",
        name="show_course_user",
        summary="Show somebody of a course",
        handler=show,
        params=CourseUserShowParams,
        returns=CourseUser,
        tag="Users",
    ),
)
