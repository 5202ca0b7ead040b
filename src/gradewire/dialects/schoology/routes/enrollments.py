"""Who is in a section (reference, 10.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from gradewire.actions import access_codes, enrollment_imports, section_enrolling, section_members
from gradewire.actions.section_members import Wanted
from gradewire.core.enrollment_status import STATES, STATUS
from gradewire.core.errors import Malformed
from gradewire.dialects.schoology.bulk import entries, ids_of
from gradewire.dialects.schoology.call import NO_CONTENT, Answer, Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes import enrollments as shapes
from gradewire.dialects.schoology.shapes.enrollments import Enrollment, EnrollmentList, WrittenEnrollments

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


class EnrollmentIds(Struct):
    enrollment_ids: list[int]


class AccessCode(Struct):
    access_code: str


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


def create_enrollment(call: Call, _params: None) -> Answer:
    section_id, sent = call.number("section_id"), entries(call.body, "enrollments", "enrollment")
    if sent is not None:
        found = call.write(lambda unit: section_enrolling.enroll_many(unit, section_id, sent))
        return _several([shapes.written(one, call) for one in found])
    member, is_new = call.write(lambda unit: section_enrolling.enroll(unit, section_id, call.body))
    shape = shapes.enrollment(member, call)
    shape.status = STATUS[member.row.workflow_state]
    return Answer(shape, status=201 if is_new else 200)


def update_enrollments(call: Call, _params: None) -> Answer:
    section_id, sent = call.number("section_id"), _entries(call)
    found = call.write(lambda unit: section_enrolling.change_many(unit, section_id, sent))
    return _several([shapes.changed(one) for one in found])


def update_enrollment(call: Call, _params: None) -> Answer:
    section_id, enrollment_id = call.number("section_id"), call.number("enrollment_id")
    call.write(lambda unit: section_enrolling.change(unit, section_id, enrollment_id, call.body))
    return NO_CONTENT


def delete_enrollment(call: Call, _params: None) -> Answer:
    section_id, enrollment_id = call.number("section_id"), call.number("enrollment_id")
    call.write(lambda unit: section_enrolling.end(unit, section_id, enrollment_id))
    return NO_CONTENT


def delete_enrollments(call: Call, wanted: EnrollmentIds) -> Answer:
    section_id, ids = call.number("section_id"), ids_of(wanted.enrollment_ids)
    found = call.write(lambda unit: section_enrolling.end_many(unit, ids, course_id=section_id))
    return _several([shapes.changed(one) for one in found])


def delete_enrollments_across(call: Call, wanted: EnrollmentIds) -> Answer:
    ids = ids_of(wanted.enrollment_ids)
    found = call.write(lambda unit: section_enrolling.end_many(unit, ids))
    return _several([shapes.changed(one) for one in found])


def create_enrollments_across(call: Call, _params: None) -> Answer:
    sent = _entries(call)
    found = call.write(lambda unit: section_enrolling.enroll_across(unit, sent))
    return _several([shapes.written(one, call, across=True) for one in found])


def import_by_school_codes(call: Call, _params: None) -> Answer:
    sent = _entries(call)
    found = call.write(lambda unit: enrollment_imports.import_members(unit, sent))
    return _several([shapes.imported(one, call, by_school_code=True) for one in found])


def import_by_codes(call: Call, _params: None) -> Answer:
    periods, sent = enrollment_imports.read_periods(call.text("grading_period_id")), _entries(call)
    found = call.write(lambda unit: enrollment_imports.import_members(unit, sent, period_ids=periods))
    return _several([shapes.imported(one, call, by_school_code=False) for one in found])


def join_by_access_code(call: Call, sent: AccessCode) -> Enrollment:
    section_id = call.number("section_id")
    return shapes.enrollment(call.write(lambda unit: access_codes.join(unit, section_id, sent.access_code)), call)


def _entries(call: Call) -> list[Any]:
    sent = entries(call.body, "enrollments", "enrollment")
    if sent is None:
        raise Malformed("The body has no enrollments.")
    return sent


def _several(results: Sequence[Any]) -> Answer:
    return Answer({"enrollments": {"enrollment": results}}, status=207)


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
    Operation(
        method="POST",
        path=PATH,
        name="create_enrollment",
        summary="Enroll somebody (201, or 200 where they are there already), or several (207, a result for each)",
        handler=create_enrollment,
        returns=Enrollment,
        status=201,
        tag="Enrollments",
    ),
    Operation(
        method="PUT",
        path=PATH,
        name="update_enrollments",
        summary="Change several enrollments (207, a result for each)",
        handler=update_enrollments,
        returns=WrittenEnrollments,
        status=207,
        tag="Enrollments",
    ),
    Operation(
        method="PUT",
        path=f"{PATH}/{{enrollment_id}}",
        name="update_enrollment",
        summary="Change the status of an enrollment, or whether somebody teaches",
        handler=update_enrollment,
        status=204,
        tag="Enrollments",
    ),
    Operation(
        method="DELETE",
        path=f"{PATH}/{{enrollment_id}}",
        name="delete_enrollment",
        summary="Take somebody out of a section; the grades stay",
        handler=delete_enrollment,
        status=204,
        tag="Enrollments",
    ),
    Operation(
        method="DELETE",
        path=PATH,
        name="delete_enrollments",
        summary="Take several out of a section (207, a result for each)",
        handler=delete_enrollments,
        params=EnrollmentIds,
        returns=WrittenEnrollments,
        status=207,
        tag="Enrollments",
    ),
    Operation(
        method="POST",
        path="sections/{section_id}/accesscode",
        name="join_by_access_code",
        summary="Join a section by its access code",
        handler=join_by_access_code,
        params=AccessCode,
        returns=Enrollment,
        status=201,
        tag="Enrollments",
    ),
    Operation(
        method="POST",
        path="enrollments",
        name="create_enrollments_across",
        summary="Enroll several people in several sections (207, a result for each)",
        handler=create_enrollments_across,
        returns=WrittenEnrollments,
        status=207,
        tag="Enrollments",
    ),
    Operation(
        method="DELETE",
        path="enrollments",
        name="delete_enrollments_across",
        summary="Take people out of several sections (207, a result for each)",
        handler=delete_enrollments_across,
        params=EnrollmentIds,
        returns=WrittenEnrollments,
        status=207,
        tag="Enrollments",
    ),
    Operation(
        method="POST",
        path="enrollments/import/course",
        name="import_enrollments",
        summary="Enroll and remove people by section_school_code and school_uid (207, a result for each)",
        handler=import_by_school_codes,
        returns=WrittenEnrollments,
        status=207,
        tag="Enrollments",
    ),
    Operation(
        method="POST",
        path="enrollments/import/course/{grading_period_id}",
        name="import_enrollments_of_periods",
        summary="Enroll and remove people by course_code, section_code and school_uid (207, a result for each)",
        handler=import_by_codes,
        returns=WrittenEnrollments,
        status=207,
        tag="Enrollments",
    ),
)
