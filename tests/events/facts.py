"""One course, the ways a change comes about in it, and one fact of each kind; a test varies what it is about.

The numbers are those of the payloads that Canvas documents: shard 2107, course 565, teacher 987, student 48, assignment 355.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gradewire.core.changes import (
    Change,
    ConsoleOrigin,
    CourseContext,
    CourseScoreChanged,
    GradeChanged,
    GradesPublished,
    JobOrigin,
    Origin,
    OverrideChanged,
    ProvisionalGradeCreated,
    ProvisionalGradeSelected,
    ProvisionalGradeUpdated,
    RequestOrigin,
)
from gradewire.events.render import EventSettings, Message, render

SETTINGS = EventSettings(base_url="https://grades.example.test", shard=2107)
AT = datetime(2019, 11, 1, 19, 11, 5, 222_999, tzinfo=UTC)
EVENT_ID = UUID("319f0132-0584-4efd-9489-4959b7101731")

COURSE = CourseContext(
    course_id=565,
    account_id=79,
    root_account_id=1,
    root_account_uuid="VicYj3cu5BIF",
    root_account_lti_guid="VicYj3cu5BIF.lms.example.test",
    sis_source_id="2017.100.101.101-1",
)
BROWSER = RequestOrigin(
    user_id=987,
    request_id="1dd9dc6f-2fb0-4c19-a6c5-7ee1bf3ed295",
    hostname="lms.example.test",
    http_method="POST",
    url="https://lms.example.test/api/v1/courses/565/assignments/355/submissions/48?include%5B%5D=visibility",
    client_ip="93.184.216.34",
    user_agent="Mozilla/5.0",
    referrer="https://lms.example.test/courses/565/gradebook",
    session_id="ef686f8ed684abf78cbfa1f6a58112b5",
    user_login="teacher@example.edu",
    user_account_id=1,
    user_sis_id="456-T45",
    time_zone="America/Denver",
    context_role="TeacherEnrollment",
)
JOB = JobOrigin(job_id=12, job_tag="Assignment#post_submissions")
CONSOLE = ConsoleOrigin()

GRADE = GradeChanged(
    course_id=565,
    assignment_id=355,
    assignment_name="Essay 1",
    submission_id=11086,
    student_id=48,
    student_sis_id="ABC.123",
    grade="5",
    old_grade="4",
    score=5.0,
    old_score=4.0,
    points_possible=1.0,
    old_points_possible=1.0,
    grader_id=987,
    grading_complete=True,
    muted=False,
)
SCORES = CourseScoreChanged(
    course_id=565,
    user_id=48,
    workflow_state="active",
    created_at=datetime(2019, 12, 4, 13, 32, 21, 500_000, tzinfo=UTC),
    updated_at=datetime(2019, 12, 11, 16, 26, 34, tzinfo=UTC),
    current_score=17.31,
    old_current_score=13.46,
    final_score=12.5,
    old_final_score=9.72,
    unposted_current_score=17.31,
    old_unposted_current_score=13.46,
    unposted_final_score=12.5,
    old_unposted_final_score=9.72,
)
OVERRIDE = OverrideChanged(
    score_id=43,
    enrollment_id=44,
    user_id=48,
    course_id=565,
    grading_period_id=None,
    override_score=90.0,
    old_override_score=85.0,
    updated_at=datetime(2019, 11, 15, 7, 46, 18, 697_000, tzinfo=UTC),
)
SILENT: tuple[Change, ...] = (
    *(
        kind(course_id=565, assignment_id=355, submission_id=11086, student_id=48, provisional_grade_id=7)
        for kind in (ProvisionalGradeCreated, ProvisionalGradeUpdated, ProvisionalGradeSelected)
    ),
    GradesPublished(course_id=565, assignment_id=355, published_at=AT),
)
EACH_KIND: tuple[Change, ...] = (GRADE, SCORES, OVERRIDE, *SILENT)


def message(
    change: Change, origin: Origin = BROWSER, *, course: CourseContext = COURSE, settings: EventSettings = SETTINGS
) -> Message:
    """The message of a fact that has one."""
    rendered = render(change, course=course, origin=origin, at=AT, event_id=EVENT_ID, settings=settings)
    assert rendered is not None
    return rendered


def canvas(change: Change, origin: Origin = BROWSER, *, course: CourseContext = COURSE) -> dict[str, Any]:
    """The Canvas event of a fact, as a consumer reads it."""
    read: dict[str, Any] = json.loads(message(change, origin, course=course).canvas)
    return read


def caliper_bytes(change: Change, origin: Origin = BROWSER, settings: EventSettings = SETTINGS) -> bytes:
    """The stored Caliper event of a fact that has one."""
    stored = message(change, origin, settings=settings).caliper
    assert stored is not None
    return stored


def caliper(change: Change, origin: Origin = BROWSER, settings: EventSettings = SETTINGS) -> dict[str, Any]:
    """The Caliper event of a fact, as a consumer reads it."""
    read: dict[str, Any] = json.loads(caliper_bytes(change, origin, settings))
    return read
