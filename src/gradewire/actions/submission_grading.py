"""Grade or comment on a submission: what one ``PUT`` of it does, except for the plain grades of the hot path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import UNSET, Struct

from gradewire.actions import conditions, groups, provisional_grades, rubric_assessments, submission_comments
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import hides_students
from gradewire.actions.grading import GradeCommand, Regrade, check_is_student, check_may_grade, grade_many, guard_moderation
from gradewire.actions.provisional_grades import ProvisionalCommand
from gradewire.actions.submission_comments import CommentCommand
from gradewire.actions.submissions import SubmissionView, find_anonymous, may_comment, may_read, view
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.core.rubrics import Mark
from gradewire.store import people
from gradewire.store import scores as score_rows
from gradewire.store import submissions as rows
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow


class GradingRequest(Struct, frozen=True, kw_only=True):
    """One ``PUT`` of a submission: any of a grade, a provisional grade, a comment and a rubric assessment."""

    command: GradeCommand
    grades: bool
    """Whether anything of ``submission`` was sent."""
    provisional: bool = False
    final: bool = False
    comment: CommentCommand | None = None
    rubric: Mapping[str, Mark] | None = None
    expected: frozenset[str] | None = None
    """States (``actions.conditions``) in one of which the submission must be; ``None``: any will do."""


class GradedSubmission(Struct, frozen=True):
    """A submission after a ``PUT``."""

    access: CourseAccess
    assignment: AssignmentFacts
    view: SubmissionView
    others: list[SubmissionView]
    """Those of the members of the student's group that were touched as well, as far as the caller sees the students."""


def grade_or_comment(
    unit: Unit,
    course_id: int,
    assignment_id: int,
    *,
    request: GradingRequest,
    user_id: int | None = None,
    anonymous_id: str | None = None,
    section_id: int | None = None,
) -> GradedSubmission:
    """Grade, excuse or comment on a submission, for real or provisionally, in the order of checks of moderation reference 7.2.

    Raises:
        NotFound: no such course, assignment, or student whom the caller sees.
        Denied: no right to do it, the assignment is under moderation, or it is not for this student.
        Refused: it cannot be done.
        Stale: the submission is in none of the expected states.
    """
    access = course_access(unit, course_id, section_id=section_id)
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
    team = _team(unit, access, assignment, row)
    row = team[0]
    together = team if groups.are_graded_together(assignment) else team[:1]
    if request.rubric is not None:
        _check_may_grade_all(unit, access, assignment, together)  # a rubric is the submission's own, never provisional
    if request.expected is not None:
        _check_rights(unit, access, assignment, together, request)
        row = conditions.require(unit, access, assignment, row, request.expected)
        team = [row, *team[1:]]
        together = [row, *together[1:]]
    if request.provisional:
        access.require(MANAGE_GRADES)
        if assignment.workflow_state != "published":
            raise Denied
        done = {row.id: _grade_provisionally(unit, access, assignment, row, request)}
    else:
        if not request.grades and request.rubric is None and not may_comment(access, user_id):
            raise Denied
        done = _grade(unit, access, assignment, team, request) if request.grades else {}
        if request.comment is not None:
            whom = [done.get(one.id, one) for one in (team if request.comment.group_comment else team[:1])]
            told = submission_comments.for_group(unit, whom, request.comment)
            done |= submission_comments.add_many(unit, access, assignment, told, author_id=unit.actor_id)
    if request.rubric is not None:
        work = [done.get(one.id, one) for one in together]
        done |= rubric_assessments.assess_submissions(unit, access, assignment, work, request.rubric)
    hides = hides_students(unit, access, assignment)
    mine = view(unit, access, assignment, done.pop(row.id, row), hides=hides)
    seen = _seen(unit, access, assignment, list(done.values()))
    return GradedSubmission(access, assignment, mine, [view(unit, access, assignment, one, hides=hides) for one in seen])


def _check_rights(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, work: Sequence[SubmissionRow], request: GradingRequest
) -> None:
    """Before anybody is told that something changed."""
    if request.provisional:
        access.require(MANAGE_GRADES)
    elif request.grades:
        _check_may_grade_all(unit, access, assignment, work)
    elif not may_comment(access, work[0].user_id):
        raise Denied


def _team(unit: Unit, access: CourseAccess, assignment: AssignmentFacts, row: SubmissionRow) -> list[SubmissionRow]:
    """The submissions of the student's group, the student's own first, as they are once nobody else can change their scores."""
    team = groups.mates(unit, assignment, [row])[row.id]
    if len(team) == 1:
        return team
    users = sorted(one.user_id for one in team)
    score_rows.lock(unit.connection, access.rules.course.id, users)
    fresh = {one.id: one for one in rows.by_students(unit.connection, assignment.id, users)}
    return [fresh[one.id] for one in team if one.id in fresh]


def _grade(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    team: Sequence[SubmissionRow],
    request: GradingRequest,
) -> dict[int, SubmissionRow]:
    """Grade the first of these submissions, and the others as well if the group is graded together."""
    regrades = groups.share(assignment, [Regrade(team[0], request.command)], {team[0].id: team})
    _check_may_grade_all(unit, access, assignment, [one.submission for one in regrades])
    return grade_many(unit, access, assignment, regrades, grader_id=unit.grader_id)


def _grade_provisionally(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, row: SubmissionRow, request: GradingRequest
) -> SubmissionRow:
    command = ProvisionalCommand(
        entry=None if request.command.entry is UNSET else request.command.entry,
        excuse=None if request.command.excuse is UNSET else request.command.excuse,
        final=request.final,
        comment=request.comment,
        prefer_points_over_scheme=request.command.prefer_points_over_scheme,
    )
    return provisional_grades.grade(unit, access, assignment, row, command)


def _check_may_grade_all(unit: Unit, access: CourseAccess, assignment: AssignmentFacts, work: Sequence[SubmissionRow]) -> None:
    for one in work:
        check_may_grade(unit, access, assignment, one)


def _seen(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, work: Sequence[SubmissionRow]
) -> Sequence[SubmissionRow]:
    """Those of these submissions that the caller may read."""
    work = [one for one in work if may_read(access, one.user_id)]
    if access.sections is None or not work:
        return work
    found = rows.of_students(unit.connection, assignment.id, [one.user_id for one in work], sections=access.sections)
    return [one for one in work if one.user_id in found]
