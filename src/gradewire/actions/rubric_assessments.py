"""Assessing student work with a rubric: for a provisional grade, or for the submission itself (moderation reference, 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from gradewire.actions import groups, moderation_graders, submission_comments, submissions
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.grading import NewGrade, check_may_grade, write_grades
from gradewire.actions.provisional_grade_views import (
    AssessmentView,
    ProvisionalGradeView,
    assessment_views,
    provisional_grades_for,
)
from gradewire.actions.provisional_grades import check_may_change, open_grade, save
from gradewire.actions.schemes import assignment_scheme, gradable
from gradewire.actions.submission_comments import CommentView
from gradewire.actions.submissions import SubmissionView
from gradewire.actions.unit import Unit
from gradewire.core.entry import display
from gradewire.core.errors import Denied, Fault, Invalid, NotFound, Refused
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.core.rubrics import Assessed, Mark, assess, known_marks
from gradewire.store import moderated_students, rubrics
from gradewire.store import submissions as submission_rows
from gradewire.store.provisional_grades import ProvisionalGradeRow
from gradewire.store.rubrics import AssessmentRow, AssociationRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow

INVALID_RUBRIC = "invalid rubric_assessment"
GRADING = "grading"


class RubricCommand(Struct, frozen=True, kw_only=True):
    """What an assessor asks for; the student is named by user id or by the anonymous id of the submission."""

    provisional: bool
    final: bool
    user_id: int | None
    anonymous_id: str | None
    assessment_type: str
    marks: Mapping[str, Mark]
    graded_anonymously: bool | None = None


class RubricResult(Struct, frozen=True, kw_only=True):
    """An assessment with what was assessed."""

    assessment: AssessmentView
    association: AssociationRow
    submission: SubmissionView
    grade: ProvisionalGradeView | None
    comments: list[CommentView]
    assessor_anonymous_id: str | None
    """Stands for the assessor where the caller may not know graders."""


def submit(
    unit: Unit, course_id: int, association_id: int, command: RubricCommand, *, assessment_id: int | None = None
) -> RubricResult:
    """Assess a student's work. Who comes second overwrites the assessment and becomes its assessor.

    Everything is judged before the first row is written.

    Raises:
        NotFound: no such course, rubric in use, assessment to change, or student to whom the work is assigned.
        Denied: no grader of the course; or a real assessment of work under moderation.
        Refused: no slot is free, or this provisional grade may not be given or changed.
        Invalid, Malformed: the assessment cannot be read.
    """
    access = course_access(unit, course_id)
    association = rubrics.association(unit.connection, course_id, association_id)
    if association is None or association.assignment_id is None:
        raise NotFound
    access.require(MANAGE_GRADES)
    assignment = access.assignment(association.assignment_id)
    earlier = None
    if assessment_id is not None:
        earlier = rubrics.assessment(unit.connection, association.id, assessment_id)
        if earlier is None:
            raise NotFound
    submission = _find(unit, access, assignment, command, earlier)
    if command.assessment_type != GRADING:
        raise Invalid(Fault("assessment_type", "is not included in the list"))
    if assignment.workflow_state != "published":
        raise Denied
    if command.marks and not known_marks(association.criteria, command.marks):
        raise Refused("invalid_rubric", INVALID_RUBRIC)
    assessed = assess(association.criteria, command.marks)
    if command.provisional:
        grade, row = _assess_provisionally(unit, access, assignment, association, submission, command, assessed)
    else:
        if _is_moderated(assignment):
            raise Denied
        check_may_grade(unit, access, assignment, submission)
        team = groups.mates(unit, assignment, [submission])[submission.id]
        work = team if groups.are_graded_together(assignment) else [submission]
        grade, row = None, _assess_submissions(unit, access, assignment, association, work, assessed)
    return _result(unit, access, assignment, association, submission.user_id, grade, row)


def assess_submissions(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, work: Sequence[SubmissionRow], marks: Mapping[str, Mark]
) -> dict[int, SubmissionRow]:
    """Assess submissions themselves, all alike, with the rubric of their assignment, if one is in use; those after it (7.5).

    Several are those of a group. The right to grade them was checked. Under moderation the score of a rubric that grades stays
    out of the submission.

    Raises:
        Refused: marks for other criteria than the rubric's only.
    """
    associations = rubrics.of_assignment(unit.connection, assignment.id)
    if not associations:
        return {row.id: row for row in work}
    association = associations[0]
    if not known_marks(association.criteria, marks):
        raise Refused("invalid_rubric", INVALID_RUBRIC)
    _assess_submissions(unit, access, assignment, association, work, assess(association.criteria, marks))
    found = submission_rows.by_students(unit.connection, assignment.id, [row.user_id for row in work])
    return {row.id: row for row in found}


def assess_many(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    work: Sequence[tuple[SubmissionRow, Mapping[str, Mark]]],
    *,
    assessor_id: int | None,
) -> None:
    """Assess several submissions themselves, each with marks of its own, with the rubric of their assignment, if one is in use.

    The right to grade them was checked. An assessment that is there keeps its assessor. Constantly many statements.

    Raises:
        Refused: marks for other criteria than the rubric's only.
    """
    associations = rubrics.of_assignment(unit.connection, assignment.id)
    if not associations:
        return
    association = associations[0]
    if not all(known_marks(association.criteria, marks) for _, marks in work):
        raise Refused("invalid_rubric", INVALID_RUBRIC)
    users = {row.user_id for row, _ in work}
    now = {row.id: row for row in submission_rows.by_students(unit.connection, assignment.id, users)}
    assessed = {row.id: assess(association.criteria, marks) for row, marks in work}
    if association.use_for_grading and not _is_moderated(assignment):
        facts, scheme = gradable(assignment), assignment_scheme(access.rules, assignment)
        new = [
            NewGrade(submission=now[number], score=one.score, grade=display(one.score, facts, scheme), grader_id=assessor_id)
            for number, one in assessed.items()
            if one.score is not None and now[number].score != one.score
        ]
        write_grades(unit, access, assignment, new, cause="grade")
    there = {
        row.submission_id: row.id
        for row in rubrics.of_submissions(unit.connection, list(assessed))
        if row.rubric_association_id == association.id and row.assessment_type == GRADING
    }
    changed = [(there[number], one.score, one.data, unit.now) for number, one in assessed.items() if number in there]
    rubrics.change_many(unit.connection, changed)
    rubrics.add_many(
        unit.connection,
        [
            {
                "rubric_id": association.rubric_id,
                "rubric_association_id": association.id,
                "submission_id": number,
                "user_id": now[number].user_id,
                "assessor_id": assessor_id,
                "assessment_type": GRADING,
                "score": one.score,
                "data": one.data,
                "artifact_attempt": now[number].attempt,
                "created_at": unit.now,
                "updated_at": unit.now,
            }
            for number, one in assessed.items()
            if number not in there
        ],
    )
    submission_rows.touch(unit.connection, list(assessed), unit.now)


def _is_moderated(assignment: AssignmentFacts) -> bool:
    return assignment.moderated_grading and assignment.grades_published_at is None


def _find(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    command: RubricCommand,
    earlier: AssessmentRow | None,
) -> SubmissionRow:
    """The submission of the student who was named, or whose assessment is to be changed."""
    user_id = command.user_id
    if command.anonymous_id is not None:
        user_id = submissions.find_anonymous(unit, access, assignment, command.anonymous_id).user_id
    elif user_id is None and earlier is not None:
        user_id = earlier.user_id
    if user_id is None or (earlier is not None and earlier.user_id != user_id):
        raise NotFound
    visible = moderated_students.visible_students(
        unit.connection, access.rules.course.id, sections=access.sections, user_ids=[user_id]
    )
    found = submission_rows.by_students(unit.connection, assignment.id, visible)
    if not found:
        raise NotFound
    return found[0]


def _assess_provisionally(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    association: AssociationRow,
    submission: SubmissionRow,
    command: RubricCommand,
    assessed: Assessed,
) -> tuple[ProvisionalGradeRow, AssessmentRow]:
    claimed = moderation_graders.claim(unit, access, assignment)
    opened = open_grade(unit, access, assignment, submission, final=command.final and access.moderates(assignment))
    values: dict[str, Any] = {}
    score = assessed.score
    if association.use_for_grading and score is not None and (opened.row is None or opened.row.score != score):
        text = display(score, gradable(assignment), assignment_scheme(access.rules, assignment))
        check_may_change(access, assignment, opened, score, text)
        values = {"score": score, "grade": text, "graded_at": unit.now}
    if command.graded_anonymously is not None:
        values["graded_anonymously"] = command.graded_anonymously
    moderation_graders.take(unit, access, assignment, claimed)
    grade = opened.row if opened.row is not None and not values else save(unit, access, opened, **values)
    row = _write(unit, access, association, submission, assessed, provisional_grade_id=grade.id)
    submission_rows.touch(unit.connection, [submission.id], unit.now)
    return grade, row


def _assess_submissions(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    association: AssociationRow,
    work: Sequence[SubmissionRow],
    assessed: Assessed,
) -> AssessmentRow:
    """Assess submissions alike; the assessment of the first."""
    score = assessed.score
    if association.use_for_grading and score is not None and not _is_moderated(assignment):
        text = display(score, gradable(assignment), assignment_scheme(access.rules, assignment))
        new = [NewGrade(submission=row, score=score, grade=text, grader_id=unit.actor_id) for row in work if row.score != score]
        write_grades(unit, access, assignment, new, cause="grade")
    written = [_write(unit, access, association, row, assessed, provisional_grade_id=None) for row in work]
    submission_rows.touch(unit.connection, [row.id for row in work], unit.now)
    return written[0]


def _write(
    unit: Unit,
    access: CourseAccess,
    association: AssociationRow,
    submission: SubmissionRow,
    assessed: Assessed,
    *,
    provisional_grade_id: int | None,
) -> AssessmentRow:
    """Write the one grading assessment of a submission or provisional grade."""
    if provisional_grade_id is None:
        there = rubrics.of_submissions(unit.connection, [submission.id])
    else:
        there = rubrics.for_provisional_grades(unit.connection, [provisional_grade_id])
    values: dict[str, Any] = {
        "assessor_id": access.user_id,
        "score": assessed.score,
        "data": assessed.data,
        "artifact_attempt": submission.attempt,
        "updated_at": unit.now,
    }
    for row in there:
        if row.rubric_association_id == association.id and row.assessment_type == GRADING:
            return rubrics.change(unit.connection, row.id, **values)
    return rubrics.add(
        unit.connection,
        rubric_id=association.rubric_id,
        rubric_association_id=association.id,
        submission_id=submission.id,
        provisional_grade_id=provisional_grade_id,
        user_id=submission.user_id,
        assessment_type=GRADING,
        created_at=unit.now,
        **values,
    )


def _result(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    association: AssociationRow,
    student_id: int,
    grade: ProvisionalGradeRow | None,
    row: AssessmentRow,
) -> RubricResult:
    submission = submission_rows.by_students(unit.connection, assignment.id, [student_id])[0]
    view = None
    if grade is not None:
        views = provisional_grades_for(unit, access, assignment, [submission])
        view = next((one for one in views[submission.id] if one.row.id == grade.id), None)
    anonymous_id = None
    if view is not None and view.hides_scorer:
        anonymous_id = view.scorer_anonymous_id
    return RubricResult(
        assessment=assessment_views(unit, access, [row])[0],
        association=association,
        submission=submissions.view(unit, access, assignment, submission),
        grade=view,
        comments=submission_comments.visible_comments(unit, access, assignment, [submission])[submission.id],
        assessor_anonymous_id=anonymous_id,
    )
