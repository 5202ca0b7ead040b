"""The submission object as a declared type (moderation reference, 10.2), for the OpenAPI document.

``submissions.submission`` makes it as a plain dict, because most of its members come and go with who asks for what.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.dialects.canvas.shapes.assignments import Assignment
from gradewire.dialects.canvas.shapes.comments import SubmissionComment
from gradewire.dialects.canvas.shapes.courses import Course
from gradewire.dialects.canvas.shapes.files import File
from gradewire.dialects.canvas.shapes.groups import GroupOfSubmission
from gradewire.dialects.canvas.shapes.provisional_grades import ProvisionalGrade
from gradewire.dialects.canvas.shapes.rubrics import RubricAssessment, RubricAssociation
from gradewire.dialects.canvas.shapes.users import User


class Submission(Struct, kw_only=True, forbid_unknown_fields=True):
    """Grade members are absent when the caller may not see the grade, ids of students where names are hidden."""

    id: int
    body: str | None
    url: str | None
    submitted_at: datetime | None
    assignment_id: int
    submission_type: str | None
    workflow_state: str
    grade_matches_current_submission: bool
    attempt: int | None
    cached_due_date: datetime | None
    late_policy_status: str | None
    grading_period_id: int | None
    extra_attempts: int | None
    redo_request: bool
    custom_grade_status_id: int | None
    late: bool
    missing: bool
    seconds_late: int
    user_id: int | UnsetType = UNSET
    anonymous_id: str | UnsetType = UNSET
    score: float | UnsetType | None = UNSET
    grade: str | UnsetType | None = UNSET
    entered_score: float | UnsetType | None = UNSET
    entered_grade: str | UnsetType | None = UNSET
    excused: bool | UnsetType | None = UNSET
    points_deducted: float | UnsetType | None = UNSET
    grader_id: int | UnsetType | None = UNSET
    graded_at: datetime | UnsetType | None = UNSET
    posted_at: datetime | UnsetType | None = UNSET
    sticker: str | UnsetType | None = UNSET
    preview_url: str | UnsetType = UNSET
    user: User | UnsetType = UNSET
    attachments: list[File] | UnsetType = UNSET
    assignment_visible: bool | UnsetType = UNSET
    submission_comments: list[SubmissionComment] | UnsetType = UNSET
    submission_history: list[Submission] | UnsetType = UNSET
    provisional_grades: list[ProvisionalGrade] | UnsetType = UNSET
    rubric_assessment: dict[str, dict[str, Any]] | UnsetType = UNSET
    full_rubric_assessment: RubricAssessment | UnsetType = UNSET
    read_status: str | UnsetType = UNSET
    assignment: Assignment | UnsetType = UNSET
    course: Course | UnsetType = UNSET
    group: GroupOfSubmission | UnsetType = UNSET
    all_submissions: list[Submission] | UnsetType = UNSET
    """Behind a grade: every submission that it touched."""


class StudentSubmissions(Struct, kw_only=True, forbid_unknown_fields=True):
    """A student with submissions, where they were asked for grouped."""

    user_id: int
    section_id: int
    submissions: list[Submission]
    sis_user_id: str | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET
    computed_current_score: float | UnsetType | None = UNSET
    computed_final_score: float | UnsetType | None = UNSET


class AssessedWork(Struct, kw_only=True):
    """A rubric assessment with what it is of: a submission, with the members of the provisional grade over its own."""

    id: int
    rubric_id: int
    rubric_association_id: int
    score: float | None
    data: list[dict[str, Any]]
    ratings: list[dict[str, Any]]
    created_at: datetime | None
    updated_at: datetime | None
    artifact_id: int
    artifact_type: str
    assessment_type: str
    artifact_attempt: int | None
    rubric_association: RubricAssociation
    artifact: dict[str, Any]
    related_group_submissions_and_assessments: list[Any]
    user_id: int | UnsetType = UNSET
    anonymous_id: str | UnsetType = UNSET
    """Instead of ``user_id`` when the caller named the student by it."""
    assessor_id: int | UnsetType | None = UNSET
    assessor_name: str | UnsetType | None = UNSET
    anonymous_assessor_id: str | UnsetType = UNSET
    """Instead of the two others where graders are hidden."""
