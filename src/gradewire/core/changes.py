"""The closed vocabulary of facts. A rule builds one of these where it notices the fact; ``events.render`` says what leaves the
server for each, and ``actions.unit`` writes that in the commit of the fact itself.

Ids are local row numbers; scores are points (of a submission) or percent (of a course).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace


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

_SCORES = ("current_score", "final_score", "unposted_current_score", "unposted_final_score")


def settle(changes: Iterable[Change]) -> list[Change]:
    """The facts of a transaction as its end sees them, in the order in which they began: a submission, a student's course
    scores and an override that changed several times changed once, from what was before to what is after (live-events
    reference, 12). Course scores and overrides that are what they were are no facts.
    """
    settled: dict[object, Change] = {}
    for place, change in enumerate(changes):
        match change:
            case GradeChanged():
                key: object = (GradeChanged, change.submission_id)
            case CourseScoreChanged():
                key = (CourseScoreChanged, change.course_id, change.user_id)
            case OverrideChanged():
                key = (OverrideChanged, change.score_id)
            case _:
                key = place
        first = settled.get(key)
        settled[key] = change if first is None else _join(first, change)
    return [change for change in settled.values() if not _is_void(change)]


def _join(first: Change, last: Change) -> Change:
    """One change out of two of the same thing."""
    if isinstance(first, GradeChanged) and isinstance(last, GradeChanged):
        before = {name: getattr(first, name) for name in ("old_grade", "old_score", "old_points_possible")}
        return replace(last, **before)
    if isinstance(first, CourseScoreChanged) and isinstance(last, CourseScoreChanged):
        return replace(last, **{f"old_{name}": getattr(first, f"old_{name}") for name in _SCORES})
    if isinstance(first, OverrideChanged) and isinstance(last, OverrideChanged):
        return replace(last, old_override_score=first.old_override_score)
    raise TypeError(f"a {type(first).__name__} and a {type(last).__name__} are not of the same thing")


def _is_void(change: Change) -> bool:
    if isinstance(change, CourseScoreChanged):
        return all(getattr(change, name) == getattr(change, f"old_{name}") for name in _SCORES)
    return isinstance(change, OverrideChanged) and change.override_score == change.old_override_score
