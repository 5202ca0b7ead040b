"""An enrollment: ``admin`` is a number, everything else of it a text (reference, 10.1)."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.section_members import Member
from gradewire.core.enrollment_status import STATUS
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
