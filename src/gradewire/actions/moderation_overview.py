"""The moderated assignments of a course, as graders and moderators find them in a list."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.overviews import in_course_order
from gradewire.actions.unit import Unit
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import moderation_overview as rows
from gradewire.store.moderation_overview import ProgressRow
from gradewire.store.rules import AssignmentFacts


class ModeratedAssignment(Struct, frozen=True):
    """``progress`` is ``None`` for those who do not moderate: how others graded is not theirs to see."""

    assignment: AssignmentFacts
    progress: ProgressRow | None


class ModerationOverview(Struct, frozen=True):
    access: CourseAccess
    assignments: list[ModeratedAssignment]


def show(unit: Unit, course_id: int) -> ModerationOverview:
    """The moderated assignments in the course's order.

    Raises:
        NotFound: no such course.
        Denied: neither ``manage_grades`` nor ``view_all_grades``.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    moderated = [one for one in in_course_order(access) if one.moderated_grading]
    progress = rows.progress(unit.connection, [one.id for one in moderated if access.moderates(one)])
    return ModerationOverview(access, [ModeratedAssignment(one, progress.get(one.id)) for one in moderated])
