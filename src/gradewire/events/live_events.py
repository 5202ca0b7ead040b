"""The Canvas format of Live Events: one object with ``metadata`` (who, where, how) and ``body`` (what).

The names and forms follow Canvas's documentation of its grade events and the payloads it publishes there. Ids are text
everywhere; in the body of ``grade_change`` and in all metadata they are global, in the other two bodies they are row numbers.
Bodies carry explicit nulls; ``compact`` leaves them out for a subscriber who wants it so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias, assert_never

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from gradewire.core.changes import (
    ConsoleOrigin,
    CourseContext,
    CourseScoreChanged,
    GradeChanged,
    JobOrigin,
    Origin,
    OverrideChanged,
    RequestOrigin,
)
from gradewire.events.identifiers import global_id, local_id
from gradewire.events.settings import EventSettings
from gradewire.events.values import Number, milliseconds, number, seconds

EventName: TypeAlias = Literal["grade_change", "course_grade_change", "grade_override"]

_encode = msgspec.json.Encoder().encode


class Metadata(Struct, frozen=True, kw_only=True):
    """The circumstances of an event. A key is absent when its situation did not exist (no request in a job), and null when the
    situation existed without a value (a request without a referrer); it is never left out for being null."""

    event_name: str
    event_time: str
    root_account_uuid: str
    root_account_id: str
    root_account_lti_guid: str | None
    context_type: str
    context_id: str
    context_account_id: str
    context_sis_source_id: str | None
    producer: str | UnsetType = UNSET
    context_role: str | UnsetType = UNSET
    user_id: str | UnsetType = UNSET
    real_user_id: str | UnsetType = UNSET
    user_login: str | UnsetType | None = UNSET
    user_account_id: str | UnsetType = UNSET
    user_sis_id: str | UnsetType | None = UNSET
    time_zone: str | UnsetType | None = UNSET
    developer_key_id: str | UnsetType = UNSET
    request_id: str | UnsetType = UNSET
    session_id: str | UnsetType | None = UNSET
    hostname: str | UnsetType = UNSET
    http_method: str | UnsetType = UNSET
    user_agent: str | UnsetType | None = UNSET
    client_ip: str | UnsetType | None = UNSET
    url: str | UnsetType = UNSET
    referrer: str | UnsetType | None = UNSET
    job_id: str | UnsetType = UNSET
    job_tag: str | UnsetType = UNSET


class GradeChangeBody(Struct, frozen=True, kw_only=True):
    """A submission's grade before and after. ``user_id`` is the student, not who acted; ``muted`` says not posted."""

    submission_id: str
    assignment_id: str
    assignment_name: str
    grade: str | None
    old_grade: str | None
    score: Number | None
    old_score: Number | None
    points_possible: Number | None
    old_points_possible: Number | None
    grader_id: str | None
    student_id: str
    user_id: str
    student_sis_id: str | None
    grading_complete: bool
    muted: bool


class CourseGradeChangeBody(Struct, frozen=True, kw_only=True):
    """The four course scores of a student before and after, in percent; all eight are sent, also those that stayed."""

    user_id: str
    course_id: str
    workflow_state: str
    created_at: str
    updated_at: str
    current_score: Number | None
    old_current_score: Number | None
    final_score: Number | None
    old_final_score: Number | None
    unposted_current_score: Number | None
    old_unposted_current_score: Number | None
    unposted_final_score: Number | None
    old_unposted_final_score: Number | None


class GradeOverrideBody(Struct, frozen=True, kw_only=True):
    """The override of a score before and after, in percent; a null period means the whole course. It names no grader."""

    score_id: str
    enrollment_id: str
    user_id: str
    course_id: str
    grading_period_id: str | None
    override_score: Number | None
    old_override_score: Number | None
    updated_at: str


class LiveEvent(Struct, frozen=True):
    """A whole event; there are no other members, and no id: that travels beside it."""

    metadata: Metadata
    body: GradeChangeBody | CourseGradeChangeBody | GradeOverrideBody


def metadata(course: CourseContext, origin: Origin, at: datetime, settings: EventSettings) -> Metadata:
    """The metadata of all events of one request or job in one course; ``encode`` fills in the event's name.

    The context is always the course of the grade, whichever page or job caused the change. A console command has neither
    a user nor a producer.
    """
    shard = settings.shard
    common = Metadata(
        event_name="",
        event_time=milliseconds(at),
        root_account_uuid=course.root_account_uuid,
        root_account_id=global_id(shard, course.root_account_id),
        root_account_lti_guid=course.root_account_lti_guid,
        context_type="Course",
        context_id=global_id(shard, course.course_id),
        context_account_id=global_id(shard, course.account_id),
        context_sis_source_id=course.sis_source_id,
    )
    match origin:
        case RequestOrigin():
            return _of_request(common, origin, settings)
        case JobOrigin():
            return msgspec.structs.replace(
                common, producer=settings.producer, job_id=global_id(shard, origin.job_id), job_tag=origin.job_tag
            )
        case ConsoleOrigin():
            return common
        case _:
            assert_never(origin)


def _of_request(common: Metadata, origin: RequestOrigin, settings: EventSettings) -> Metadata:
    """Adds what a request knows. The three keys of the login exist only for a user who has a login record; ``user_id`` is
    the impersonated user while somebody acts for another."""
    shard = settings.shard
    has_login = origin.user_account_id is not None
    return msgspec.structs.replace(
        common,
        producer=settings.producer,
        context_role=UNSET if origin.context_role is None else origin.context_role,
        user_id=global_id(shard, origin.user_id),
        real_user_id=_global_or_unset(shard, origin.real_user_id),
        user_login=origin.user_login if has_login else UNSET,
        user_account_id=_global_or_unset(shard, origin.user_account_id),
        user_sis_id=origin.user_sis_id if has_login else UNSET,
        time_zone=origin.time_zone,
        developer_key_id=_global_or_unset(shard, origin.developer_key_id),
        request_id=origin.request_id,
        session_id=origin.session_id,
        hostname=origin.hostname,
        http_method=origin.http_method.upper(),
        user_agent=origin.user_agent,
        client_ip=origin.client_ip,
        url=origin.url,
        referrer=origin.referrer,
    )


def _global_or_unset(shard: int, row_id: int | None) -> str | UnsetType:
    return UNSET if row_id is None else global_id(shard, row_id)


def grade_change(change: GradeChanged, shard: int) -> GradeChangeBody:
    """The body of a changed grade. A grader that is not a positive number is a machine (Canvas keeps quizzes and tools as
    negative ones) and leaves as null."""
    student_id = global_id(shard, change.student_id)
    grader_id = change.grader_id
    return GradeChangeBody(
        submission_id=global_id(shard, change.submission_id),
        assignment_id=global_id(shard, change.assignment_id),
        assignment_name=change.assignment_name,
        grade=change.grade,
        old_grade=change.old_grade,
        score=number(change.score),
        old_score=number(change.old_score),
        points_possible=number(change.points_possible),
        old_points_possible=number(change.old_points_possible),
        grader_id=global_id(shard, grader_id) if grader_id is not None and grader_id > 0 else None,
        student_id=student_id,
        user_id=student_id,
        student_sis_id=change.student_sis_id,
        grading_complete=change.grading_complete,
        muted=change.muted,
    )


def course_grade_change(change: CourseScoreChanged) -> CourseGradeChangeBody:
    """The body of a student's changed course scores, with row numbers for ids."""
    return CourseGradeChangeBody(
        user_id=local_id(change.user_id),
        course_id=local_id(change.course_id),
        workflow_state=change.workflow_state,
        created_at=seconds(change.created_at),
        updated_at=seconds(change.updated_at),
        current_score=number(change.current_score),
        old_current_score=number(change.old_current_score),
        final_score=number(change.final_score),
        old_final_score=number(change.old_final_score),
        unposted_current_score=number(change.unposted_current_score),
        old_unposted_current_score=number(change.old_unposted_current_score),
        unposted_final_score=number(change.unposted_final_score),
        old_unposted_final_score=number(change.old_unposted_final_score),
    )


def grade_override(change: OverrideChanged) -> GradeOverrideBody:
    """The body of a changed override, with row numbers for ids. ``updated_at`` is to the second, as in the other bodies."""
    return GradeOverrideBody(
        score_id=local_id(change.score_id),
        enrollment_id=local_id(change.enrollment_id),
        user_id=local_id(change.user_id),
        course_id=local_id(change.course_id),
        grading_period_id=None if change.grading_period_id is None else local_id(change.grading_period_id),
        override_score=number(change.override_score),
        old_override_score=number(change.old_override_score),
        updated_at=seconds(change.updated_at),
    )


def encode(
    name: EventName, circumstances: Metadata, body: GradeChangeBody | CourseGradeChangeBody | GradeOverrideBody
) -> bytes:
    """The bytes of one event, UTF-8 JSON with explicit nulls."""
    return _encode(LiveEvent(msgspec.structs.replace(circumstances, event_name=name), body))


class _Parts(Struct):
    metadata: Raw
    body: dict[str, Raw]


_decode_parts = msgspec.json.Decoder(_Parts).decode


def compact(canvas: bytes) -> bytes:
    """The same event without the members of its body that are null, as newer Canvas sends it. Metadata keeps its nulls."""
    parts = _decode_parts(canvas)
    parts.body = {key: value for key, value in parts.body.items() if bytes(value) != b"null"}
    return _encode(parts)
