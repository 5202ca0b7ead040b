"""Whether a caller may know who the students of an assignment are (moderation reference, 2.1)."""

from __future__ import annotations

from collections.abc import Collection

from gradewire.actions.access import CourseAccess
from gradewire.actions.unit import Unit
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import scores
from gradewire.store.rules import AssignmentFacts


def hides_students(unit: Unit, access: CourseAccess, assignment: AssignmentFacts) -> bool:
    """Whether students are anonymised: until publication, or without moderation until all active students' work is posted."""
    if not assignment.anonymous_grading:
        return False
    if assignment.moderated_grading:
        return assignment.grades_published_at is None
    return assignment.id in scores.anonymous_unposted(unit.connection, access.rules.course.id)


def anonymous_assignments(unit: Unit, access: CourseAccess, assignments: Collection[AssignmentFacts]) -> frozenset[int]:
    """Those of these assignments of a course whose students are anonymised; one statement, or none."""
    anonymous = [one for one in assignments if one.anonymous_grading]
    hidden = {one.id for one in anonymous if one.moderated_grading and one.grades_published_at is None}
    if any(not one.moderated_grading for one in anonymous):
        unposted = scores.anonymous_unposted(unit.connection, access.rules.course.id)
        hidden |= {one.id for one in anonymous if not one.moderated_grading and one.id in unposted}
    return frozenset(hidden)


def sees_student_names(unit: Unit, access: CourseAccess, assignment: AssignmentFacts) -> bool:
    """Graders and viewers see names unless students are anonymised; a moderator is no exception."""
    return access.has(MANAGE_GRADES, VIEW_ALL_GRADES) and not hides_students(unit, access, assignment)
