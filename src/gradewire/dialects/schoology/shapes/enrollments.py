"""An enrollment: ``admin`` is a number, everything else of it a text (reference, 10.1)."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.enrollment_imports import CodedResult
from gradewire.actions.section_enrolling import MemberResult
from gradewire.actions.section_members import Member
from gradewire.core.enrollment_status import STATUS
from gradewire.dialects.schoology.bulk import Failed, failed
from gradewire.dialects.schoology.call import Call
from gradewire.dialects.schoology.shapes.links import Links, Self
from gradewire.dialects.schoology.wire import flag


class Enrollment(Struct):
    id: str
    uid: str
    school_uid: str
    name_title: str
    name_title_show: str
    name_first: str
    name_first_preferred: str
    name_middle: str
    name_middle_show: str
    name_last: str
    name_display: str
    admin: int
    status: str | int
    """A text, but a number in the answer to a POST of one."""
    picture_url: str
    links: Self | UnsetType = UNSET
    """In lists and of what was just made."""


class EnrollmentList(Struct):
    enrollment: list[Enrollment]
    total: str
    links: Links


class WrittenEnrollment(Struct, omit_defaults=True):
    """What became of an entry of several. The realm is told where entries name it."""

    response_code: int
    id: str
    uid: int
    location: str
    realm: str = ""
    realm_id: str = ""


class ChangedEnrollment(Struct):
    response_code: int
    id: str


class ImportedEnrollment(Struct):
    """What became of an entry that named everything by codes."""

    response_code: int
    location: str
    school_uid: str
    section_school_code: str | UnsetType
    course_code: str
    section_code: str


class EnrollmentResults(Struct):
    enrollment: list[WrittenEnrollment | Failed]


class WrittenEnrollments(Struct):
    enrollments: EnrollmentResults


def written(found: MemberResult, call: Call, *, across: bool = False) -> WrittenEnrollment | Failed:
    """``across`` sections, where each entry says in which."""
    if found.error is not None:
        return failed(found.error)
    shape = WrittenEnrollment(
        200, str(found.enrollment_id), found.user_id, call.link(place(found.course_id, found.enrollment_id))
    )
    if across:
        shape.realm, shape.realm_id = "section", str(found.course_id)
    return shape


def changed(found: MemberResult) -> ChangedEnrollment | Failed:
    return failed(found.error) if found.error is not None else ChangedEnrollment(200, str(found.enrollment_id))


def imported(found: CodedResult, call: Call, *, by_school_code: bool) -> ImportedEnrollment | Failed:
    result = found.result
    if result.error is not None:
        return failed(result.error)
    return ImportedEnrollment(
        response_code=200,
        location=call.link(place(result.course_id, result.enrollment_id)),
        school_uid=found.school_uid,
        section_school_code=found.section_school_code if by_school_code else UNSET,
        course_code=found.course_code,
        section_code=found.section_code,
    )


def enrollment(member: Member, call: Call | None = None) -> Enrollment:
    """``call`` in lists and of what was just made, where the object says where it is."""
    row, names = member.row, member.names
    shape = Enrollment(
        id=str(row.id),
        uid=str(row.user_id),
        school_uid=(row.sis_user_id or "") if member.private else "",
        name_title=names.title,
        name_title_show=str(flag(names.title_show)),
        name_first=names.first,
        name_first_preferred=names.preferred,
        name_middle=names.middle,
        name_middle_show=str(flag(names.middle_show)),
        name_last=names.last,
        name_display=names.display,
        admin=flag(row.is_staff),
        status=str(STATUS[row.workflow_state]),
        picture_url=member.picture_url,
    )
    if call is not None:
        shape.links = Self(call.link(place(row.course_id, row.id)))
    return shape


def place(section_id: int, enrollment_id: int) -> str:
    """Where an enrollment is, below ``/v1/``."""
    return f"sections/{section_id}/enrollments/{enrollment_id}"
