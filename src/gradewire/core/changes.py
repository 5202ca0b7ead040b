"""The closed vocabulary of facts. A rule builds one of these where it notices the fact; ``events.render`` says what leaves the
server for each, and ``actions.unit`` writes that in the commit of the fact itself.

Ids are local row numbers; scores are points (of a submission) or percent (of a course).
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct


class CourseContext(Struct, frozen=True):
    """The course a fact belongs to, with what every event says about it."""

    course_id: int
    account_id: int
    root_account_id: int
    root_account_uuid: str
    root_account_lti_guid: str | None
    sis_source_id: str | None


class RequestOrigin(Struct, frozen=True, kw_only=True):
    """A fact caused by somebody's request: a browser session or an access token. ``None``: the thing does not exist."""

    user_id: int
    request_id: str
    hostname: str
    http_method: str
    url: str
    """Complete, with its query, secrets already cut out."""
    client_ip: str | None = None
    user_agent: str | None = None
    referrer: str | None = None
    session_id: str | None = None
    real_user_id: int | None = None
    """Who really acts while ``user_id`` is being impersonated."""
    user_login: str | None = None
    user_account_id: int | None = None
    """The account of the login; ``None`` when the user has no login record at all."""
    user_sis_id: str | None = None
    time_zone: str | None = None
    developer_key_id: int | None = None
    context_role: str | None = None
    """The acting user's role in the course; ``None`` for somebody without an enrolment there."""
    context_base_role: str | None = None
    """The base type of ``context_role`` where that is a custom role, such as ``TeacherEnrollment``."""


class JobOrigin(Struct, frozen=True):
    """A fact caused by background work."""

    job_id: int
    job_tag: str


class ConsoleOrigin(Struct, frozen=True):
    """A fact caused from the command line."""


Origin: TypeAlias = RequestOrigin | JobOrigin | ConsoleOrigin


class GradeChanged(Struct, frozen=True, kw_only=True):
    """A submission's grade, score, excusal or posting changed (live-events reference, 4 and 8.1)."""

    course_id: int
    assignment_id: int
    assignment_name: str
    submission_id: int
    student_id: int
    student_sis_id: str | None
    grade: str | None
    old_grade: str | None
    score: float | None
    old_score: float | None
    points_possible: float | None
    old_points_possible: float | None
    grader_id: int | None
    """``None`` when there is no grader or it was graded automatically."""
    grading_complete: bool
    muted: bool
    """True while the student may not see this grade."""


class CourseScoreChanged(Struct, frozen=True, kw_only=True):
    """One of the four course scores of a student changed (live-events reference, 5 and 8.2)."""

    course_id: int
    user_id: int
    workflow_state: str
    created_at: datetime
    updated_at: datetime
    current_score: float | None
    old_current_score: float | None
    final_score: float | None
    old_final_score: float | None
    unposted_current_score: float | None
    old_unposted_current_score: float | None
    unposted_final_score: float | None
    old_unposted_final_score: float | None


class OverrideChanged(Struct, frozen=True, kw_only=True):
    """A grader set, changed or removed the override of a course or grading-period score (live-events reference, 6 and 8.3)."""

    score_id: int
    enrollment_id: int
    user_id: int
    course_id: int
    grading_period_id: int | None
    override_score: float | None
    old_override_score: float | None
    updated_at: datetime


class ProvisionalGradeCreated(Struct, frozen=True, kw_only=True):
    """A marker gave a first provisional grade to a student (moderation reference, 11.6)."""

    course_id: int
    assignment_id: int
    submission_id: int
    student_id: int
    provisional_grade_id: int


class ProvisionalGradeUpdated(Struct, frozen=True, kw_only=True):
    """A provisional grade got other values (moderation reference, 11.6)."""

    course_id: int
    assignment_id: int
    submission_id: int
    student_id: int
    provisional_grade_id: int


class ProvisionalGradeSelected(Struct, frozen=True, kw_only=True):
    """A moderator chose which provisional grade a student shall receive (moderation reference, 11.3)."""

    course_id: int
    assignment_id: int
    submission_id: int
    student_id: int
    provisional_grade_id: int


class GradesPublished(Struct, frozen=True, kw_only=True):
    """A moderated assignment's chosen grades went into the gradebook (moderation reference, 11.5)."""

    course_id: int
    assignment_id: int
    published_at: datetime


Change: TypeAlias = (
    GradeChanged
    | CourseScoreChanged
    | OverrideChanged
    | ProvisionalGradeCreated
    | ProvisionalGradeUpdated
    | ProvisionalGradeSelected
    | GradesPublished
)
