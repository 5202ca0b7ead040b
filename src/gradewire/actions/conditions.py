"""Writing only what one has seen: the state of a submission is read, and required, in the transaction of the write.

To the state belong the grade, the comments that the caller sees, and under moderation the provisional grades that the caller
may write: the own one, and for a moderator the final mark. What other markers give leaves what one has seen of one's own valid.
"""

from __future__ import annotations

from collections.abc import Collection

from gradewire.actions.access import CourseAccess
from gradewire.actions.submission_comments import comments_for
from gradewire.actions.submission_states import state_of
from gradewire.actions.submissions import SubmissionView, view
from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound, Stale
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import comments as comment_rows
from gradewire.store import provisional_grades, scores, submissions
from gradewire.store.provisional_grades import ProvisionalGradeRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow


def is_under_moderation(assignment: AssignmentFacts) -> bool:
    return assignment.moderated_grading and assignment.grades_published_at is None


def read_state(unit: Unit, access: CourseAccess, assignment: AssignmentFacts, seen: SubmissionView) -> str:
    """The state of a submission as the caller sees it now."""
    row = seen.row
    comments = [one.row for one in comments_for(unit, access, assignment, [row])[row.id]]
    provisional: list[ProvisionalGradeRow] = []
    if is_under_moderation(assignment) and access.has(MANAGE_GRADES):
        provisional = [
            one
            for one in provisional_grades.for_submissions(unit.connection, [row.id])
            if (access.moderates(assignment) if one.final else one.scorer_id == access.user_id)
        ]
    if provisional:
        mine = {one.id for one in provisional}
        there = comment_rows.for_submissions(unit.connection, [row.id], provisional=True)
        comments += [one for one in there if one.provisional_grade_id in mine and one not in comments]
    return state_of(seen, comments, provisional)


def require(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, row: SubmissionRow, expected: Collection[str]
) -> SubmissionRow:
    """The submission as it is now that nobody else can change it, before the transaction ends, in anything of its state.

    Raises:
        Stale: its state is none of the expected ones.
    """
    scores.lock(unit.connection, row.course_id, [row.user_id])
    provisional_grades.lock_submissions(unit.connection, [row.id])
    found = submissions.by_students(unit.connection, assignment.id, [row.user_id])
    if not found:
        raise NotFound
    if read_state(unit, access, assignment, view(unit, access, assignment, found[0])) not in expected:
        raise Stale
    return found[0]
