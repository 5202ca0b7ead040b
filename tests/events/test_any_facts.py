"""What holds for any fact from any origin."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from gradewire.core.changes import (
    Change,
    ConsoleOrigin,
    CourseContext,
    CourseScoreChanged,
    GradeChanged,
    JobOrigin,
    Origin,
    OverrideChanged,
    RequestOrigin,
)
from gradewire.events.caliper import envelope, label
from gradewire.events.caliper_check import check, check_envelope
from gradewire.events.live_events import compact
from gradewire.events.render import EventSettings, Message, render

ids = st.integers(1, 9_999_999_999_999)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
maybe_ids = st.none() | ids
maybe_words = st.none() | words
scores = st.none() | st.floats()
moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds are naive
uuids = st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number))
roles = st.sampled_from([None, "TeacherEnrollment", "TaEnrollment", "StudentEnrollment", "AccountAdmin", "Own role"])

courses = st.builds(
    CourseContext,
    course_id=st.just(7),
    account_id=ids,
    root_account_id=ids,
    root_account_uuid=words,
    root_account_lti_guid=maybe_words,
    sis_source_id=maybe_words,
)
requests = st.builds(
    RequestOrigin,
    user_id=ids,
    request_id=words,
    hostname=words,
    http_method=st.sampled_from(["GET", "post", "PUT"]),
    url=words,
    client_ip=maybe_words,
    user_agent=maybe_words,
    referrer=maybe_words | st.just("https://lms.example.test/x"),
    session_id=maybe_words,
    real_user_id=maybe_ids,
    user_login=maybe_words,
    user_account_id=maybe_ids,
    user_sis_id=maybe_words,
    time_zone=maybe_words,
    developer_key_id=maybe_ids,
    context_role=roles,
    context_base_role=roles,
)
origins: st.SearchStrategy[Origin] = requests | st.builds(JobOrigin, job_id=ids, job_tag=words) | st.builds(ConsoleOrigin)
grades = st.builds(
    GradeChanged,
    course_id=st.just(7),
    assignment_id=ids,
    assignment_name=words,
    submission_id=ids,
    student_id=ids,
    student_sis_id=maybe_words,
    grade=maybe_words,
    old_grade=maybe_words,
    score=scores,
    old_score=scores,
    points_possible=scores,
    old_points_possible=scores,
    grader_id=st.none() | st.integers(-99, 99),
    grading_complete=st.booleans(),
    muted=st.booleans(),
)
course_scores = st.builds(
    CourseScoreChanged,
    course_id=st.just(7),
    user_id=ids,
    workflow_state=st.sampled_from(["active", "deleted"]),
    created_at=moments,
    updated_at=moments,
    current_score=scores,
    old_current_score=scores,
    final_score=scores,
    old_final_score=scores,
    unposted_current_score=scores,
    old_unposted_current_score=scores,
    unposted_final_score=scores,
    old_unposted_final_score=scores,
)
overrides = st.builds(
    OverrideChanged,
    score_id=ids,
    enrollment_id=ids,
    user_id=ids,
    course_id=st.just(7),
    grading_period_id=maybe_ids,
    override_score=scores,
    old_override_score=scores,
    updated_at=moments,
)
mapped: st.SearchStrategy[Change] = grades | course_scores | overrides
choices = st.builds(
    EventSettings,
    base_url=st.sampled_from(["https://grades.example.test", "http://localhost:8000/grades"]),
    shard=st.integers(1, 900_000),
    urn_prefix=st.sampled_from(["urn:instructure:canvas:", "urn:example:grades:"]),
    caliper_version=st.sampled_from(["1.1", "1.2"]),
    caliper_score_id=st.sampled_from(["canvas", "distinct"]),
)

BODIES = {
    "grade_change": {name for name in GradeChanged.__struct_fields__ if name != "course_id"} | {"user_id"},
    "course_grade_change": set(CourseScoreChanged.__struct_fields__),
    "grade_override": set(OverrideChanged.__struct_fields__),
}


arounds = st.fixed_dictionaries({"course": courses, "origin": origins, "at": moments, "event_id": uuids, "settings": choices})


def rendered(change: Change, around: dict[str, Any]) -> Message:
    message = render(change, **around)
    assert message is not None
    return message


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """Every member at any depth."""
    for name, member in value.items() if isinstance(value, dict) else ():
        yield name, member
        yield from members(member)
    for member in value if isinstance(value, list) else ():
        yield from members(member)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(mapped, arounds)
def test_canvas_events(change: Change, around: dict[str, Any]) -> None:
    message = rendered(change, around)
    event = json.loads(message.canvas, parse_constant=lambda text: f"wrong {text}")
    metadata, body = event["metadata"], event["body"]
    assert set(body) == BODIES[message.name]
    assert all(value is None or isinstance(value, str) for value in metadata.values())
    for name, value in members(event):
        if name.endswith("_id") and name not in {
            "context_sis_source_id",
            "student_sis_id",
            "user_sis_id",
            "request_id",
            "session_id",
        }:
            assert value is None or (value.isdecimal() and int(value) > 0), name
    assert ("user_id" in metadata) is ("request_id" in metadata) is isinstance(around["origin"], RequestOrigin)
    assert ("job_id" in metadata) is isinstance(around["origin"], JobOrigin)
    assert ("user_login" in metadata) is ("user_account_id" in metadata) is ("user_sis_id" in metadata)

    less = json.loads(compact(message.canvas))
    assert less["metadata"] == metadata
    assert less["body"] == {name: value for name, value in body.items() if value is not None}


@settings(derandomize=True, max_examples=300, deadline=None)
@given(grades, arounds)
def test_caliper_events(change: GradeChanged, around: dict[str, Any]) -> None:
    stored = rendered(change, around).caliper
    assert stored is not None
    assert check(stored) == []
    event = json.loads(stored)
    for name, value in members(event):
        assert value not in (None, "", {}, []), name
        assert name != "id" or isinstance(value, str)
        assert name != "entity_id" or value.isdecimal()
    assert ("membership" in event) <= (event["actor"]["type"] == "Person")
    assert check_envelope(envelope(stored, label(stored)[0], around["at"], around["settings"].caliper_version)) == []
