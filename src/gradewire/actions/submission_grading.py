"""Grade or comment on a submission: what one ``PUT`` of it does, except for the plain grades of the hot path."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET, Struct

from gradewire.actions import provisional_grades, rubric_assessments, submission_comments
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import hides_students
from gradewire.actions.grading import GradeCommand, Regrade, check_is_student, check_may_grade, grade_many, guard_moderation
from gradewire.actions.provisional_grades import ProvisionalCommand
from gradewire.actions.submission_comments import CommentCommand
from gradewire.actions.submissions import SubmissionView, find_anonymous, may_read, view
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.core.rubrics import Mark
from gradewire.store import people
from gradewire.store import submissions as rows
from gradewire.store.rules import AssignmentFacts


class GradingRequest(Struct, frozen=True, kw_only=True):
    """One ``PUT`` of a submission: any of a grade, a provisional grade, a comment and a rubric assessment."""

    command: GradeCommand
    grades: bool
    """Whether anything of ``submission`` was sent."""
    provisional: bool = False
    final: bool = False
    comment: CommentCommand | None = None
    rubric: Mapping[str, Mark] | None = None


class GradedSubmission(Struct, frozen=True):
    """A submission after a ``PUT``."""

    access: CourseAccess
    assignment: AssignmentFacts
    view: SubmissionView


def grade_or_comment(
    unit: Unit,
    course_id: int,
    assignment_id: int,
    *,
    request: GradingRequest,
    user_id: int | None = None,
    anonymous_id: str | None = None,
) -> GradedSubmission:
    """Grade, excuse or comment on a submission, for real or provisionally, in the order of checks of moderation reference 7.2.

    Raises:
        NotFound: no such course, assignment, or student whom the caller sees.
        Denied: no right to do it, the assignment is under moderation, or it is not for this student.
        Refused: it cannot be done.
    """
    access = course_access(unit, course_id)
    assignment = access.assignment(assignment_id)
    if not request.provisional:
        guard_moderation(assignment, request.command)
    if anonymous_id is not None:
        row = find_anonymous(unit, access, assignment, anonymous_id)
        user_id = row.user_id
        check_is_student(access, people.enrollments_of(unit.connection, course_id, [user_id]))
    else:
        assert user_id is not None
        check_is_student(access, people.enrollments_of(unit.connection, course_id, [user_id]))
        found = rows.by_students(unit.connection, assignment_id, [user_id])
        if not found:
            raise Denied
        row = found[0]
    if request.rubric is not None:
        check_may_grade(unit, access, assignment, row)  # a rubric here is the submission's own, never a provisional grade's
    if request.provisional:
        access.require(MANAGE_GRADES)
        if assignment.workflow_state != "published":
            raise Denied
        row = provisional_grades.grade(
            unit,
            access,
            assignment,
            row,
            ProvisionalCommand(
                entry=None if request.command.entry is UNSET else request.command.entry,
                excuse=None if request.command.excuse is UNSET else request.command.excuse,
                final=request.final,
                comment=request.comment,
                prefer_points_over_scheme=request.command.prefer_points_over_scheme,
            ),
        )
    else:
        if request.grades:
            check_may_grade(unit, access, assignment, row)
        elif request.rubric is None and not may_read(access, user_id):
            raise Denied
        if request.grades:
            row = grade_many(unit, access, assignment, [Regrade(row, request.command)], grader_id=unit.actor_id)[row.id]
        if request.comment is not None:
            row = submission_comments.add(unit, access, assignment, row, request.comment)
    if request.rubric is not None:
        row = rubric_assessments.assess_submission(unit, access, assignment, row, request.rubric)
    hides = hides_students(unit, access, assignment)
    return GradedSubmission(access, assignment, view(unit, access, assignment, row, hides=hides))
