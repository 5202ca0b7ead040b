"""Enrollments with their grades: of a course, a section, a user; one; made and ended."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from gradewire.actions import enrolling, enrollments, grade_overrides
from gradewire.actions.enrolling import NewEnrollment
from gradewire.actions.enrollments import EnrollmentView, Wanted
from gradewire.actions.sections import find_course_id
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Answer, Call, Listing
from gradewire.dialects.canvas.conditional import entity_tag
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.enrollments import Enrollment, enrollment

STATES = ("active", "invited", "creation_pending", "deleted", "rejected", "completed", "inactive")
COMBINED = {
    "current_and_invited": ("active", "invited", "creation_pending"),
    "current_and_future": ("active", "invited", "creation_pending"),
    "current_future_and_restricted": ("active", "invited", "creation_pending"),
    "current_and_concluded": ("active", "invited", "completed"),
    "all": STATES,
}


INCLUDE = "current_points, observed_users, avatar_url, group_ids, email"


class EnrollmentListParams(Struct):
    type: Annotated[list[str], Meta(description="StudentEnrollment, TeacherEnrollment, ...")] | UnsetType = UNSET
    role: Annotated[list[str], Meta(description="Names of roles, built-in or custom")] | UnsetType = UNSET
    state: Annotated[list[str], Meta(description=", ".join((*STATES, *COMBINED)))] | UnsetType = UNSET
    user_id: str | UnsetType | None = UNSET
    sis_user_id: list[str] | UnsetType = UNSET
    sis_account_id: list[str] | UnsetType = UNSET
    sis_course_id: list[str] | UnsetType = UNSET
    sis_section_id: list[str] | UnsetType = UNSET
    created_for_sis_id: Annotated[bool, Meta(description="Of people with an SIS id, or of others")] | UnsetType = UNSET
    grading_period_id: Annotated[str, Meta(description="Tell the grades of this period")] | UnsetType | None = UNSET
    include: Annotated[list[str], Meta(description=INCLUDE)] = []


class UserEnrollmentListParams(Struct):
    type: list[str] | UnsetType = UNSET
    role: list[str] | UnsetType = UNSET
    enrollment_term_id: Annotated[str, Meta(description="Any form of a term's id")] | UnsetType | None = UNSET
    state: Annotated[list[str], Meta(description=", ".join((*STATES, *COMBINED)))] | UnsetType = UNSET
    grading_period_id: str | UnsetType | None = UNSET
    include: Annotated[list[str], Meta(description=INCLUDE)] = []


class EnrollmentShowParams(Struct):
    grading_period_id: Annotated[str, Meta(description="Tell the grades of this period")] | UnsetType | None = UNSET


class EnrollmentFields(Struct):
    user_id: Annotated[str, Meta(description="Required; any form of a user's id")] | UnsetType | None = UNSET
    type: Annotated[str, Meta(description="StudentEnrollment by default")] | UnsetType | None = UNSET
    role: str | UnsetType | None = UNSET
    role_id: str | UnsetType | None = UNSET
    enrollment_state: Annotated[str, Meta(description="active, invited (default) or inactive")] | UnsetType | None = UNSET
    course_section_id: str | UnsetType | None = UNSET
    limit_privileges_to_course_section: bool = False
    associated_user_id: Annotated[str, Meta(description="Whom an observer observes")] | UnsetType | None = UNSET


class EnrollmentParams(Struct):
    enrollment: EnrollmentFields | UnsetType | None = UNSET


class EnrollmentEndParams(Struct):
    task: Annotated[str, Meta(description="conclude (default), delete, inactivate, deactivate")] | UnsetType | None = UNSET


def states(sent: list[str] | UnsetType) -> tuple[str, ...]:
    """The states asked for; none asked for, or none known, are active and invited."""
    if not sent:
        return enrollments.CURRENT
    found = {state for name in sent for state in COMBINED.get(name, (name,)) if state in STATES}
    return tuple(sorted(found)) or enrollments.CURRENT


def wanted(call: Call, unit: Unit, params: EnrollmentListParams | UserEnrollmentListParams) -> Wanted:
    found = Wanted(
        types=params.type or None,
        roles=params.role or None,
        states=states(params.state),
        grading_period_id=call.local(params.grading_period_id) if params.grading_period_id else None,
    )
    if isinstance(params, UserEnrollmentListParams):
        term = params.enrollment_term_id
        return structs.replace(found, term_id=call.term(unit, term) if term else None)
    return structs.replace(
        found,
        user_id=call.person(unit, params.user_id) if params.user_id else None,
        sis_user_ids=params.sis_user_id or None,
        sis_account_ids=params.sis_account_id or None,
        sis_course_ids=params.sis_course_id or None,
        sis_section_ids=params.sis_section_id or None,
        has_sis_id=None if params.created_for_sis_id is UNSET else params.created_for_sis_id,
    )


def listing(call: Call, found: tuple[list[EnrollmentView], int], include: list[str]) -> Listing:
    return Listing([enrollment(one, call.base_url, include) for one in found[0]], total=found[1])


def index_of_course(call: Call, params: EnrollmentListParams) -> Listing:
    page = call.page
    found = call.read(
        lambda unit: enrollments.list_for_course(
            unit,
            call.course_id(unit),
            wanted(call, unit, params),
            include=params.include,
            offset=page.offset,
            limit=page.limit,
        )
    )
    return listing(call, found, params.include)


def index_of_section(call: Call, params: EnrollmentListParams) -> Listing:
    page = call.page
    found = call.read(
        lambda unit: enrollments.list_for_section(
            unit,
            call.section_id(unit),
            wanted(call, unit, params),
            include=params.include,
            offset=page.offset,
            limit=page.limit,
        )
    )
    return listing(call, found, params.include)


def index_of_user(call: Call, params: UserEnrollmentListParams) -> Listing:
    page = call.page
    found = call.read(
        lambda unit: enrollments.list_for_user(
            unit,
            call.user_id(unit),
            wanted(call, unit, params),
            include=params.include,
            offset=page.offset,
            limit=page.limit,
        )
    )
    return listing(call, found, params.include)


def show(call: Call, params: EnrollmentShowParams) -> Answer:
    number = call.number("enrollment_id")
    period_id = call.local(params.grading_period_id) if params.grading_period_id else None
    view = call.read(lambda unit: enrollments.show(unit, call.account_id(unit), number, period_id))
    return tagged(call, view, period_id)


def tagged(call: Call, view: EnrollmentView, period_id: int | None) -> Answer:
    """An enrollment whose tag names, for those in charge of grades, the state of its override."""
    shape = enrollment(view, call.base_url)
    grades = view.grades
    seen = grades is not None and grades.unposted is not None
    state = grade_overrides.state_of(view.row.id, period_id, grades.override_score) if grades and seen else ""
    return Answer(shape, headers={"ETag": entity_tag(state, shape)})


def create(call: Call, params: EnrollmentParams) -> Enrollment:
    fields = params.enrollment or EnrollmentFields()

    def enroll(unit: Unit) -> EnrollmentView:
        if "section_id" in call.path:
            section_id: int | None = call.section_id(unit)
            course_id = find_course_id(unit, call.section_id(unit))
        else:
            course_id = call.course_id(unit)
            section_id = call.local(fields.course_section_id) if fields.course_section_id else None
        new = NewEnrollment(
            user_id=call.person(unit, fields.user_id) if fields.user_id else None,
            type=fields.type or None,
            role=fields.role or None,
            role_id=call.local(fields.role_id) if fields.role_id else None,
            state=fields.enrollment_state or None,
            section_id=section_id,
            limited=fields.limit_privileges_to_course_section,
            associated_user_id=call.person(unit, fields.associated_user_id) if fields.associated_user_id else None,
        )
        return enrolling.enroll(unit, course_id, new)

    return enrollment(call.write(enroll), call.base_url)


def end(call: Call, params: EnrollmentEndParams) -> Enrollment:
    number = call.number("enrollment_id")
    task = params.task or "conclude"
    return enrollment(call.write(lambda unit: enrolling.end(unit, call.course_id(unit), number, task)), call.base_url)


def reactivate(call: Call, _params: None) -> Enrollment:
    number = call.number("enrollment_id")
    return enrollment(call.write(lambda unit: enrolling.reactivate(unit, call.course_id(unit), number)), call.base_url)


class Answered(Struct):
    """An invitation was accepted or declined."""

    success: bool = True


def accept(call: Call, _params: None) -> Answered:
    return _answer(call, accept=True)


def reject(call: Call, _params: None) -> Answered:
    return _answer(call, accept=False)


def _answer(call: Call, *, accept: bool) -> Answered:
    number = call.number("enrollment_id")
    call.write(lambda unit: enrolling.answer_invitation(unit, call.course_id(unit), number, accept=accept))
    return Answered()


COURSE = "/api/v1/courses/:course_id/enrollments"
ONE = f"{COURSE}/:enrollment_id"
OPERATIONS = (
    Operation(
        method="GET",
        path=COURSE,
        name="list_course_enrollments",
        summary="List the enrollments of a course, students with their grades",
        handler=index_of_course,
        params=EnrollmentListParams,
        returns=list[Enrollment],
        paginated=True,
        tag="Enrollments",
    ),
    Operation(
        method="GET",
        path="/api/v1/sections/:section_id/enrollments",
        name="list_section_enrollments",
        summary="List the enrollments of a section, students with their grades",
        handler=index_of_section,
        params=EnrollmentListParams,
        returns=list[Enrollment],
        paginated=True,
        tag="Enrollments",
    ),
    Operation(
        method="GET",
        path="/api/v1/users/:user_id/enrollments",
        name="list_user_enrollments",
        summary="List the enrollments of a user",
        handler=index_of_user,
        params=UserEnrollmentListParams,
        returns=list[Enrollment],
        paginated=True,
        tag="Enrollments",
    ),
    Operation(
        method="GET",
        path="/api/v1/accounts/:account_id/enrollments/:enrollment_id",
        name="show_enrollment",
        summary="Show an enrollment",
        handler=show,
        params=EnrollmentShowParams,
        returns=Enrollment,
        refuses=(304,),
        tag="Enrollments",
    ),
    Operation(
        method="POST",
        path=COURSE,
        name="enroll_user",
        summary="Enroll somebody in a course",
        handler=create,
        params=EnrollmentParams,
        returns=Enrollment,
        writes=True,
        tag="Enrollments",
    ),
    Operation(
        method="POST",
        path="/api/v1/sections/:section_id/enrollments",
        name="enroll_user_in_section",
        summary="Enroll somebody in a section",
        handler=create,
        params=EnrollmentParams,
        returns=Enrollment,
        writes=True,
        tag="Enrollments",
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="end_enrollment",
        summary="Conclude, delete or deactivate an enrollment",
        handler=end,
        params=EnrollmentEndParams,
        returns=Enrollment,
        writes=True,
        tag="Enrollments",
    ),
    Operation(
        method="PUT",
        path=f"{ONE}/reactivate",
        name="reactivate_enrollment",
        summary="Let somebody in again whose enrollment was concluded or deactivated",
        handler=reactivate,
        returns=Enrollment,
        writes=True,
        tag="Enrollments",
    ),
    Operation(
        method="POST",
        path=f"{ONE}/accept",
        name="accept_enrollment",
        summary="Accept an invitation",
        handler=accept,
        returns=Answered,
        writes=True,
        tag="Enrollments",
    ),
    Operation(
        method="POST",
        path=f"{ONE}/reject",
        name="reject_enrollment",
        summary="Reject an invitation",
        handler=reject,
        returns=Answered,
        writes=True,
        tag="Enrollments",
    ),
)
