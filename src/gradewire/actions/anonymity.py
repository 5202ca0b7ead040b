"""Whether a caller may know who the students of an assignment are (moderation reference, 2.1)."""

from __future__ import annotations

from collections.abc import Collection

from gradewire.actions.access import CourseAccess
from gradewire.actions.unit import Unit
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import scores
from gradewire.store.rules import AssignmentFacts


def is_anonymised(assignment: AssignmentFacts, *, unposted: bool) -> bool:
    """The rule itself: until publication, or without moderation while the work of some active student is not posted."""
    if not assignment.anonymous_grading:
        return False
    return assignment.grades_published_at is None if assignment.moderated_grading else unposted


def hides_students(unit: Unit, access: CourseAccess, assignment: AssignmentFacts) -> bool:
    """Whether the students of an assignment are anonymised."""
    return assignment.id in anonymous_assignments(unit, access, [assignment])


def anonymous_assignments(unit: Unit, access: CourseAccess, assignments: Collection[AssignmentFacts]) -> frozenset[int]:
    """Those of these assignments of a course whose students are anonymised; one statement, or none."""
    unposted: frozenset[int] = frozenset()
    if any(one.anonymous_grading and not one.moderated_grading for one in assignments):
        unposted = scores.anonymous_unposted(unit.connection, access.rules.course.id)
    return frozenset(one.id for one in assignments if is_anonymised(one, unposted=one.id in unposted))


def sees_student_names(unit: Unit, access: CourseAccess, assignment: AssignmentFacts) -> bool:
    """Graders and viewers see names unless students are anonymised; a moderator is no exception."""
    return access.has(MANAGE_GRADES, VIEW_ALL_GRADES) and not hides_students(unit, access, assignment)
