"""The provisional grade object (moderation reference, 6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.provisional_grade_views import ProvisionalGradeView
from gradewire.dialects.canvas.shapes.comments import ProvisionalComment, provisional_comment
from gradewire.dialects.canvas.shapes.rubrics import RubricAssessment, rubric_assessment
from gradewire.dialects.canvas.wire import whole


class ProvisionalGrade(Struct):
    """``anonymous_grader_id`` takes the place of ``scorer_id`` when the caller may not know the graders."""

    provisional_grade_id: int
    score: float | None
    grade: str | None
    entered_score: float | None
    entered_grade: str | None
    graded_at: datetime | None
    final: bool
    graded_anonymously: bool | None
    grade_matches_current_submission: bool
    speedgrader_url: str
    scorer_id: int | UnsetType = UNSET
    anonymous_grader_id: str | UnsetType | None = UNSET
    submission_comments: list[ProvisionalComment] | UnsetType = UNSET
    rubric_assessments: list[RubricAssessment] | UnsetType = UNSET
    crocodoc_urls: list[Any] | UnsetType = UNSET
    selected: bool | UnsetType = UNSET
    readonly: bool | UnsetType = UNSET
    scorer_name: str | UnsetType | None = UNSET


def speedgrader_url(base_url: str, course_id: int, assignment_id: int, student: int | str) -> str:
    """Where one student's work is graded; a text names the student by the anonymous id of the submission."""
    name = "student_id" if isinstance(student, int) else "anonymous_id"
    return f"{base_url}/courses/{course_id}/gradebook/speed_grader?assignment_id={assignment_id}&{name}={student}"


def provisional_grade(view: ProvisionalGradeView, base_url: str) -> ProvisionalGrade:
    row = view.row
    student: int | str = view.student_anonymous_id if view.hides_student else row.student_id
    shape = ProvisionalGrade(
        provisional_grade_id=row.id,
        score=row.score,
        grade=row.grade,
        entered_score=row.score,
        entered_grade=row.grade,
        graded_at=whole(row.graded_at),
        final=row.final,
        graded_anonymously=row.graded_anonymously,
        grade_matches_current_submission=view.matches_submission,
        speedgrader_url=speedgrader_url(base_url, row.course_id, row.assignment_id, student),
    )
    if view.hides_scorer:
        shape.anonymous_grader_id = view.scorer_anonymous_id
    else:
        shape.scorer_id = row.scorer_id
    if view.comments is not None:
        shape.submission_comments = [provisional_comment(comment, base_url) for comment in view.comments]
    if view.assessments is not None:
        shape.rubric_assessments = [rubric_assessment(one) for one in view.assessments]
    if view.documents:
        shape.crocodoc_urls = []
    return shape


def status_grade(view: ProvisionalGradeView, base_url: str) -> ProvisionalGrade:
    """The same with what the status of a student says beside it (11.1)."""
    shape = provisional_grade(view, base_url)
    shape.selected = view.selected
    shape.readonly = not view.row.final and not view.own
    if not view.hides_scorer:
        shape.scorer_name = view.scorer_name
    return shape
