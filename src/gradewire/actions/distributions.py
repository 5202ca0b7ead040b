"""How the grades of an assignment are spread, for those who see all of them. It names no student."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.unit import Unit
from gradewire.core.distribution import Distribution, distribution
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import overviews as rows
from gradewire.store.rules import AssignmentFacts


class AssignmentDistribution(Struct, frozen=True, kw_only=True):
    access: CourseAccess
    assignment: AssignmentFacts
    moderated: bool
    """Grades are still provisional, so there is nothing to tell."""
    found: Distribution | None
    excused: int
    ungraded: int


def of_assignment(unit: Unit, course_id: int, assignment_id: int) -> AssignmentDistribution:
    """The scores of the students whom the caller sees, posted or not, as they count: after deductions for being late.

    Excused work, test students and those who have left or wait for a place are not among them. Under moderation nobody has a
    grade before it is published.

    Raises:
        NotFound: no such course or assignment.
        Denied: neither ``manage_grades`` nor ``view_all_grades``.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    assignment = access.assignment(assignment_id)
    moderated = assignment.moderated_grading and assignment.grades_published_at is None
    given = [] if moderated else rows.scores_given(unit.connection, course_id, assignment_id, access.sections)
    return AssignmentDistribution(
        access=access,
        assignment=assignment,
        moderated=moderated,
        found=distribution(
            (score for score, excused in given if score is not None and not excused), assignment.points_possible
        ),
        excused=sum(excused for _, excused in given),
        ungraded=sum(score is None and not excused for score, excused in given),
    )
