"""Provisional grades as a caller may see them (moderation reference, 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from gradewire.actions import submission_comments
from gradewire.actions.access import CourseAccess
from gradewire.actions.anonymity import sees_student_names
from gradewire.actions.submission_comments import CommentView
from gradewire.actions.unit import Unit
from gradewire.core.moderation import matches_submission, visible_grades
from gradewire.store import comments as comment_rows
from gradewire.store import moderated_students, moderation_graders, rubrics, users
from gradewire.store import provisional_grades as rows
from gradewire.store.provisional_grades import ProvisionalGradeRow
from gradewire.store.rubrics import AssessmentRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow


class AssessmentView(Struct, frozen=True, kw_only=True):
    """A rubric assessment with the name of who made it."""

    row: AssessmentRow
    assessor_name: str | None
    hide_points: bool
    root_account_id: int


class ProvisionalGradeView(Struct, frozen=True, kw_only=True):
    """A provisional grade with what this caller may see of it. What was not asked for is ``None``."""

    row: ProvisionalGradeRow
    selected: bool
    own: bool
    matches_submission: bool
    student_anonymous_id: str
    hides_student: bool
    hides_scorer: bool
    scorer_anonymous_id: str | None
    scorer_name: str | None
    comments: list[CommentView] | None
    assessments: list[AssessmentView] | None
    documents: bool


def provisional_grades_for(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    submissions: Sequence[SubmissionRow],
    *,
    include_comments: bool = False,
    include_rubrics: bool = False,
    include_documents: bool = False,
) -> dict[int, list[ProvisionalGradeView]]:
    """The provisional grades of submissions of one assignment that the caller sees, by submission id.

    A moderator sees all, everybody else the own ones. A constant number of statements.
    """
    connection = unit.connection
    moderator = access.moderates(assignment)
    by_submission: dict[int, list[ProvisionalGradeRow]] = defaultdict(list)
    for row in rows.for_submissions(connection, [submission.id for submission in submissions]):
        by_submission[row.submission_id].append(row)
    seen = {
        submission.id: visible_grades(by_submission[submission.id], viewer_id=access.user_id, moderator=moderator)
        for submission in submissions
    }
    flat = [row for found in seen.values() for row in found]
    if not flat:
        return {submission.id: [] for submission in submissions}
    graded = [submission for submission in submissions if seen[submission.id]]
    hides_scorer = not access.sees_other_graders(assignment)
    places = moderated_students.of_students(connection, assignment.id, [row.user_id for row in graded])
    graders = {row.user_id: row.anonymous_id for row in moderation_graders.of_assignment(connection, assignment.id)}
    names = {row.id: row.name for row in users.by_ids(connection, {row.scorer_id for row in flat})}
    comments = _comments(unit, access, assignment, graded, flat) if include_comments else None
    assessments = _assessments(unit, access, flat) if include_rubrics and not hides_scorer else None
    hides_student = not sees_student_names(unit, access, assignment)
    views: dict[int, list[ProvisionalGradeView]] = {submission.id: [] for submission in submissions}
    for submission in graded:
        place = places.get(submission.user_id)
        views[submission.id] = [
            ProvisionalGradeView(
                row=row,
                selected=place is not None and place.selected_provisional_grade_id == row.id,
                own=row.scorer_id == access.user_id,
                matches_submission=matches_submission(graded_at=row.graded_at, submitted_at=submission.submitted_at),
                student_anonymous_id=submission.anonymous_id,
                hides_student=hides_student,
                hides_scorer=hides_scorer,
                scorer_anonymous_id=graders.get(row.scorer_id),
                scorer_name=None if hides_scorer else names.get(row.scorer_id),
                comments=None if comments is None else comments.get(row.id, []),
                assessments=None if assessments is None else assessments.get(row.id, []),
                documents=include_documents and not hides_student,
            )
            for row in seen[submission.id]
        ]
    return views


def _comments(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    submissions: Sequence[SubmissionRow],
    found: Iterable[ProvisionalGradeRow],
) -> dict[int, list[CommentView]]:
    """By provisional grade: its own comments and the ordinary ones of its submission, as far as the caller sees them (8.3)."""
    read = comment_rows.for_submissions(unit.connection, [row.id for row in submissions], provisional=True)
    views = submission_comments.views_of(unit, access, assignment, submissions, read)
    return {
        grade.id: [view for view in views[grade.submission_id] if view.row.provisional_grade_id in {None, grade.id}]
        for grade in found
    }


def _assessments(unit: Unit, access: CourseAccess, found: Sequence[ProvisionalGradeRow]) -> dict[int, list[AssessmentView]]:
    read = rubrics.for_provisional_grades(unit.connection, [row.id for row in found])
    views: dict[int, list[AssessmentView]] = defaultdict(list)
    for view in assessment_views(unit, access, read):
        views[view.row.provisional_grade_id or 0].append(view)
    return views


def assessment_views(unit: Unit, access: CourseAccess, found: Sequence[AssessmentRow]) -> list[AssessmentView]:
    """Rubric assessments with what their JSON says about others."""
    if not found:
        return []
    assessors = {row.assessor_id for row in found if row.assessor_id is not None}
    names = {row.id: row.name for row in users.by_ids(unit.connection, assessors)}
    hiding = rubrics.hiding_points(unit.connection, {row.rubric_association_id for row in found})
    return [
        AssessmentView(
            row=row,
            assessor_name=names.get(row.assessor_id or 0),
            hide_points=row.rubric_association_id in hiding,
            root_account_id=access.rules.course.root_account_id,
        )
        for row in found
    ]
