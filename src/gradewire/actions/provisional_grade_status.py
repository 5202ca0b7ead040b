"""Whether a provisional grade is wanted of the caller, and for moderators what there is by now (moderation reference, 11.1)."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from gradewire.actions import moderation_graders
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.provisional_grade_views import ProvisionalGradeView, provisional_grades_for
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Missing, NotFound, Refused
from gradewire.core.moderation import ALREADY_PUBLISHED, NOT_MODERATED
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import submissions
from gradewire.store.rules import AssignmentFacts


class Status(Struct, frozen=True):
    """``grades`` are there only for a moderator who asked what changed since a time."""

    needs_provisional_grade: bool
    grades: list[ProvisionalGradeView] | None


def show(unit: Unit, course_id: int, assignment_id: int, student_id: int | None, *, last_updated_at: str | None) -> Status:
    """The status for a student; ``student_id`` ``None``: none was sent.

    Raises:
        NotFound: no such course or assignment, or the assignment is not for this student. Found out before any right.
        Missing: no student was named.
        Denied: neither ``manage_grades`` nor ``view_all_grades``; or no moderator, where something changed.
        Refused: not moderated, or published already.
    """
    access = course_access(unit, course_id)
    assignment = access.assignment(assignment_id)
    if student_id is None:
        raise Missing("student_id")
    return _show(unit, access, assignment, student_id, last_updated_at)


def show_anonymous(
    unit: Unit, course_id: int, assignment_id: int, anonymous_id: str | None, *, last_updated_at: str | None
) -> Status:
    """The same for the student behind an anonymous id, which may be that of another assignment of the course (11.2)."""
    access = course_access(unit, course_id)
    assignment = access.assignment(assignment_id)
    if anonymous_id is None:
        raise Missing("anonymous_id")
    found = submissions.by_anonymous_id(unit.connection, course_id, anonymous_id)
    if not found:
        raise NotFound
    here = next((row for row in found if row.assignment_id == assignment_id), found[0])
    return _show(unit, access, assignment, here.user_id, last_updated_at)


def _show(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, student_id: int, last_updated_at: str | None
) -> Status:
    found = submissions.by_students(unit.connection, assignment.id, [student_id])
    if not found:
        raise NotFound
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    if not assignment.moderated_grading:
        raise Refused("not_moderated", NOT_MODERATED)
    if assignment.grades_published_at is not None:
        raise Refused("already_published", ALREADY_PUBLISHED)
    needed = moderation_graders.may_grade(unit, access, assignment)
    if not (last_updated_at or "").strip() or _is_moment(last_updated_at, found[0].updated_at):
        return Status(needed, None)
    if not access.moderates(assignment):
        raise Denied
    views = provisional_grades_for(unit, access, assignment, found, include_comments=True, include_rubrics=True)
    return Status(needed, sorted(views[found[0].id], key=lambda view: view.row.id))


def _is_moment(text: str | None, moment: datetime) -> bool:
    """Whether the text names the moment, to the second. What cannot be read names another one."""
    try:
        read = datetime.fromisoformat((text or "").strip())
        read = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return read.replace(microsecond=0) == moment.astimezone(UTC).replace(microsecond=0)
