"""One student of a course, as whoever asks about the student's course grade names them: by an enrolment."""

from __future__ import annotations

from gradewire.actions.access import CourseAccess
from gradewire.actions.course_grades import follows, is_in_charge
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound
from gradewire.core.permissions import READ, STUDENTS
from gradewire.store import enrollments as rows
from gradewire.store.enrollments import Filter, MemberRow

GONE = frozenset({"deleted", "rejected"})


def find_student(unit: Unit, access: CourseAccess, enrollment_id: int) -> MemberRow:
    """The enrolment of a student whose grades the caller may ask about.

    Raises:
        NotFound: no such enrolment in the course, not a student's, or of other sections than the caller's.
        Denied: neither in charge of grades nor the student, nor an observer of the student.
    """
    access.require(READ)
    found = rows.find(unit.connection, Filter(ids=[enrollment_id], course_id=access.rules.course.id))
    if not found or found[0].type not in STUDENTS or found[0].workflow_state in GONE:
        raise NotFound
    row = found[0]
    if is_in_charge(access):
        if access.sections is not None and row.course_section_id not in access.sections:
            raise NotFound
    elif not follows(access, row.user_id):
        raise Denied
    return row


def check_period(access: CourseAccess, grading_period_id: int | None) -> None:
    """
    Raises:
        NotFound: the course has no such grading period.
    """
    if grading_period_id is not None and all(one.id != grading_period_id for one in access.rules.periods):
        raise NotFound
