"""Who is in a section (reference, 10.1)."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions import section_members
from gradewire.actions.section_members import Wanted
from gradewire.core.enrollment_status import STATES
from gradewire.core.errors import Malformed
from gradewire.dialects.schoology.call import Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes import enrollments as shapes
from gradewire.dialects.schoology.shapes.enrollments import Enrollment, EnrollmentList

PATH = "sections/{section_id}/enrollments"
KINDS = {"admin": True, "1": True, "member": False, "0": False}


class EnrollmentFilters(Struct):
    """Each a list with commas."""

    enrollment_status: str = "1"
    uid: list[int] | None = None
    type: str | None = None
    """``admin`` or ``1`` for teachers, ``member`` or ``0`` for students."""
    picture_size: str | None = None
    """Pictures are kept in one size."""


def list_enrollments(call: Call, filters: EnrollmentFilters) -> Listing:
    page, wanted = call.page, _wanted(filters)
    found, total = call.read(
        lambda unit: section_members.list_for_section(
            unit, call.number("section_id"), wanted, offset=page.offset, limit=page.limit
        )
    )
    return Listing([shapes.enrollment(one, call) for one in found], total=total)


def show_enrollment(call: Call, _params: None) -> Enrollment:
    section_id, enrollment_id = call.number("section_id"), call.number("enrollment_id")
    return shapes.enrollment(call.read(lambda unit: section_members.show(unit, section_id, enrollment_id)))


def _wanted(filters: EnrollmentFilters) -> Wanted:
    """
    Raises:
        Malformed: a status or type that there is not.
    """
    statuses = [text.strip() for text in filters.enrollment_status.split(",") if text.strip()] or ["1"]
    if any(text not in set(map(str, STATES)) for text in statuses):
        raise Malformed("enrollment_status is not a list of numbers from 1 to 5.", field="enrollment_status")
    kinds = [text.strip().lower() for text in (filters.type or "").split(",") if text.strip()]
    if any(text not in KINDS for text in kinds):
        raise Malformed("type is neither admin nor member.", field="type")
    chosen = {KINDS[text] for text in kinds}
    return Wanted(
        statuses=sorted({int(text) for text in statuses}),
        user_ids=filters.uid or None,
        staff=chosen.pop() if len(chosen) == 1 else None,
    )


OPERATIONS = (
    Operation(
        method="GET",
        path=PATH,
        name="list_enrollments",
        summary="List who is in a section",
        handler=list_enrollments,
        params=EnrollmentFilters,
        returns=EnrollmentList,
        paginated=True,
        list_key="enrollment",
        total="text",
        multiget=True,
        tag="Enrollments",
    ),
    Operation(
        method="GET",
        path=f"{PATH}/{{enrollment_id}}",
        name="show_enrollment",
        summary="Show an enrollment",
        handler=show_enrollment,
        returns=Enrollment,
        tag="Enrollments",
    ),
)
