"""The Canvas format, field by field."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from gradewire.core.changes import Change, CourseScoreChanged, GradeChanged, Origin
from gradewire.events.live_events import compact
from gradewire.events.render import EventSettings, render
from tests.events.facts import (
    AT,
    BROWSER,
    CONSOLE,
    COURSE,
    EACH_KIND,
    EVENT_ID,
    GRADE,
    JOB,
    OVERRIDE,
    SCORES,
    SETTINGS,
    canvas,
    message,
)

MAPPED = (GRADE, SCORES, OVERRIDE)
NAMES = ("grade_change", "course_grade_change", "grade_override")

OF_EVERY_EVENT = {
    *("event_name", "event_time", "root_account_uuid", "root_account_id", "root_account_lti_guid"),
    *("context_type", "context_id", "context_account_id", "context_sis_source_id"),
}
OF_A_REQUEST = {
    *("user_id", "time_zone", "request_id", "session_id", "hostname", "http_method", "user_agent", "client_ip", "url"),
    "referrer",
}
OF_A_LOGIN = {"user_login", "user_account_id", "user_sis_id"}


@pytest.mark.parametrize("origin", [BROWSER, JOB, CONSOLE], ids=["request", "job", "console"])
@pytest.mark.parametrize(("change", "name"), list(zip(MAPPED, NAMES, strict=True)), ids=NAMES)
def test_an_event_has_two_members_and_says_its_name(change: Change, name: str, origin: Origin) -> None:
    event = canvas(change, origin)
    assert set(event) == {"metadata", "body"}
    assert event["metadata"]["event_name"] == name


class TestMetadata:
    """Absent where the situation did not exist, null where it existed without a value."""

    @pytest.mark.parametrize("change", MAPPED, ids=NAMES)
    def test_complete_metadata_of_a_browser_request(self, change: Change) -> None:
        metadata = canvas(change)["metadata"]
        assert metadata == {
            "event_name": metadata["event_name"],
            "event_time": "2019-11-01T19:11:05.222Z",
            "producer": "canvas",
            "root_account_uuid": "VicYj3cu5BIF",
            "root_account_id": "21070000000000001",
            "root_account_lti_guid": "VicYj3cu5BIF.lms.example.test",
            "context_type": "Course",
            "context_id": "21070000000000565",
            "context_account_id": "21070000000000079",
            "context_sis_source_id": "2017.100.101.101-1",
            "context_role": "TeacherEnrollment",
            "user_id": "21070000000000987",
            "user_account_id": "21070000000000001",
            "user_login": "teacher@example.edu",
            "user_sis_id": "456-T45",
            "time_zone": "America/Denver",
            "request_id": "1dd9dc6f-2fb0-4c19-a6c5-7ee1bf3ed295",
            "session_id": "ef686f8ed684abf78cbfa1f6a58112b5",
            "hostname": "lms.example.test",
            "http_method": "POST",
            "user_agent": "Mozilla/5.0",
            "client_ip": "93.184.216.34",
            "url": "https://lms.example.test/api/v1/courses/565/assignments/355/submissions/48?include%5B%5D=visibility",
            "referrer": "https://lms.example.test/courses/565/gradebook",
        }

    @pytest.mark.parametrize(
        ("origin", "keys"),
        [
            (BROWSER, OF_EVERY_EVENT | OF_A_REQUEST | OF_A_LOGIN | {"producer", "context_role"}),
            (
                replace(BROWSER, developer_key_id=3, session_id=None),
                OF_EVERY_EVENT | OF_A_REQUEST | OF_A_LOGIN | {"producer", "context_role", "developer_key_id"},
            ),
            (JOB, OF_EVERY_EVENT | {"producer", "job_id", "job_tag"}),
            (CONSOLE, OF_EVERY_EVENT),
            (replace(BROWSER, context_role=None), OF_EVERY_EVENT | OF_A_REQUEST | OF_A_LOGIN | {"producer"}),
            (
                replace(BROWSER, user_account_id=None, user_login=None, user_sis_id=None),
                OF_EVERY_EVENT | OF_A_REQUEST | {"producer", "context_role"},
            ),
            (
                replace(BROWSER, real_user_id=990),
                OF_EVERY_EVENT | OF_A_REQUEST | OF_A_LOGIN | {"producer", "context_role", "real_user_id"},
            ),
        ],
        ids=["browser", "token", "job", "console", "no enrolment", "no login record", "acting for another"],
    )
    def test_keys_exist_with_their_situation(self, origin: Origin, keys: set[str]) -> None:
        assert set(canvas(GRADE, origin)["metadata"]) == keys

    @pytest.mark.parametrize("key", ["user_sis_id", "time_zone", "session_id", "user_agent", "referrer", "client_ip"])
    def test_a_request_without_the_value_says_null(self, key: str) -> None:
        origin = replace(BROWSER, **{key: None})
        metadata = canvas(GRADE, origin)["metadata"]
        assert metadata[key] is None

    @pytest.mark.parametrize("field", ["sis_source_id", "root_account_lti_guid"])
    def test_a_course_without_the_value_says_null(self, field: str) -> None:
        metadata = canvas(GRADE, course=replace(COURSE, **{field: None}))["metadata"]
        assert metadata["context_" + field if field == "sis_source_id" else field] is None

    def test_while_acting_for_another_user_id_is_the_impersonated_one(self) -> None:
        metadata = canvas(GRADE, replace(BROWSER, real_user_id=990))["metadata"]
        assert metadata["user_id"] == "21070000000000987"
        assert metadata["real_user_id"] == "21070000000000990"

    def test_a_job_names_itself(self) -> None:
        metadata = canvas(GRADE, JOB)["metadata"]
        assert metadata["job_id"] == "21070000000000012"
        assert metadata["job_tag"] == "Assignment#post_submissions"

    def test_a_custom_role_is_sent_under_its_own_name(self) -> None:
        origin = replace(BROWSER, context_role="Grader", context_base_role="TaEnrollment")
        assert canvas(GRADE, origin)["metadata"]["context_role"] == "Grader"

    def test_the_method_is_upper_case(self) -> None:
        assert canvas(GRADE, replace(BROWSER, http_method="put"))["metadata"]["http_method"] == "PUT"

    def test_event_time_is_utc_with_milliseconds(self) -> None:
        at = datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=1)))
        rendered = render(GRADE, course=COURSE, origin=BROWSER, at=at, event_id=EVENT_ID, settings=SETTINGS)
        assert rendered is not None
        assert json.loads(rendered.canvas)["metadata"]["event_time"] == "2026-03-01T09:00:00.000Z"

    def test_producer_and_shard_are_settings(self) -> None:
        settings = EventSettings(base_url="https://grades.example.test", producer="gradewire")
        metadata = json.loads(message(GRADE, settings=settings).canvas)["metadata"]
        assert metadata["producer"] == "gradewire"
        assert metadata["context_id"] == "10000000000565"


class TestGradeChange:
    """The body of ``grade_change``."""

    def test_every_field(self) -> None:
        assert canvas(GRADE)["body"] == {
            "submission_id": "21070000000011086",
            "assignment_id": "21070000000000355",
            "assignment_name": "Essay 1",
            "grade": "5",
            "old_grade": "4",
            "score": 5,
            "old_score": 4,
            "points_possible": 1,
            "old_points_possible": 1,
            "grader_id": "21070000000000987",
            "student_id": "21070000000000048",
            "user_id": "21070000000000048",
            "student_sis_id": "ABC.123",
            "grading_complete": True,
            "muted": False,
        }

    @pytest.mark.parametrize(
        ("situation", "change", "expected"),
        [
            ("first grading", replace(GRADE, old_grade=None, old_score=None), {"old_grade": None, "old_score": None}),
            (
                "clearing",
                replace(GRADE, grade=None, score=None, old_grade="5", old_score=5.0, grading_complete=False),
                {"grade": None, "score": None, "old_grade": "5", "old_score": 5, "grading_complete": False},
            ),
            (
                "excusing",
                replace(GRADE, grade=None, score=None, grading_complete=True),
                {"grade": None, "score": None, "grading_complete": True},
            ),
            (
                "change away from zero",
                replace(GRADE, grade="3", score=3.0, old_grade="0", old_score=0.0),
                {"old_grade": "0", "old_score": 0, "grade": "3", "score": 3},
            ),
            ("student without SIS id", replace(GRADE, student_sis_id=None), {"student_sis_id": None}),
            ("graded automatically", replace(GRADE, grader_id=None), {"grader_id": None}),
            ("graded by a quiz", replace(GRADE, grader_id=-12), {"grader_id": None}),
            ("not posted", replace(GRADE, muted=True), {"muted": True}),
            (
                "points changed",
                replace(GRADE, points_possible=20.0, old_points_possible=10.0),
                {"points_possible": 20, "old_points_possible": 10},
            ),
            (
                "assignment without points",
                replace(GRADE, points_possible=None, old_points_possible=None),
                {"points_possible": None, "old_points_possible": None},
            ),
            ("negative score", replace(GRADE, grade="-2.5", score=-2.5), {"grade": "-2.5", "score": -2.5}),
            ("more than possible", replace(GRADE, grade="12", score=12.0), {"grade": "12", "score": 12}),
            ("letter grade", replace(GRADE, grade="B+", score=8.7), {"grade": "B+", "score": 8.7}),
            ("score that is no number", replace(GRADE, score=math.nan), {"score": None}),
            (
                "long title",
                replace(GRADE, assignment_name='"Ünï" 🎓' * 40),
                {"assignment_name": '"Ünï" 🎓' * 40},
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_fields_in_situations(self, situation: str, change: GradeChanged, expected: dict[str, Any]) -> None:
        body = canvas(change)["body"]
        assert {key: body[key] for key in expected} == expected, situation
        assert len(body) == 15

    def test_whole_numbers_have_no_fraction(self) -> None:
        assert b'"score":5,"old_score":4,"points_possible":1,' in message(GRADE).canvas

    def test_text_is_utf_8(self) -> None:
        assert "Prüfung".encode() in message(replace(GRADE, assignment_name="Prüfung")).canvas


class TestCourseGradeChange:
    """The body of ``course_grade_change``."""

    def test_every_field_with_local_ids_and_seconds(self) -> None:
        assert canvas(SCORES)["body"] == {
            "user_id": "48",
            "course_id": "565",
            "workflow_state": "active",
            "created_at": "2019-12-04T13:32:21Z",
            "updated_at": "2019-12-11T16:26:34Z",
            "current_score": 17.31,
            "old_current_score": 13.46,
            "final_score": 12.5,
            "old_final_score": 9.72,
            "unposted_current_score": 17.31,
            "old_unposted_current_score": 13.46,
            "unposted_final_score": 12.5,
            "old_unposted_final_score": 9.72,
        }

    def test_before_the_first_counting_grade_old_current_is_null_and_old_final_zero(self) -> None:
        body = canvas(replace(SCORES, old_current_score=None, old_final_score=0.0))["body"]
        assert body["old_current_score"] is None
        assert body["old_final_score"] == 0


class TestGradeOverride:
    """The body of ``grade_override``."""

    def test_every_field_with_local_ids_and_seconds(self) -> None:
        assert canvas(OVERRIDE)["body"] == {
            "score_id": "43",
            "enrollment_id": "44",
            "user_id": "48",
            "course_id": "565",
            "grading_period_id": None,
            "override_score": 90,
            "old_override_score": 85,
            "updated_at": "2019-11-15T07:46:18Z",
        }

    def test_a_grading_period_is_named(self) -> None:
        assert canvas(replace(OVERRIDE, grading_period_id=47))["body"]["grading_period_id"] == "47"

    def test_removing_sends_null_and_zero_is_a_value(self) -> None:
        assert canvas(replace(OVERRIDE, override_score=None))["body"]["override_score"] is None
        assert canvas(replace(OVERRIDE, override_score=0.0))["body"]["override_score"] == 0


class TestCompact:
    """Leaving out the nulls of a body."""

    def test_nulls_of_the_body_go_and_those_of_metadata_stay(self) -> None:
        change = replace(GRADE, grade=None, score=None, student_sis_id=None, points_possible=0.0, grading_complete=False)
        whole = message(change, replace(BROWSER, referrer=None)).canvas
        less = json.loads(compact(whole))
        assert less["metadata"] == json.loads(whole)["metadata"]
        assert less["metadata"]["referrer"] is None
        assert less["body"] == {key: value for key, value in json.loads(whole)["body"].items() if value is not None}
        assert {"grade", "score", "student_sis_id"}.isdisjoint(less["body"])

    def test_false_zero_and_empty_text_stay(self) -> None:
        body = json.loads(compact(message(replace(GRADE, score=0.0, grade="", muted=False)).canvas))["body"]
        assert (body["score"], body["grade"], body["muted"]) == (0, "", False)

    def test_numbers_keep_their_text_and_text_that_says_null_stays(self) -> None:
        whole = message(replace(GRADE, score=1e-7, grade="null", assignment_name='"x":null,')).canvas
        assert compact(whole) == whole

    @pytest.mark.parametrize("change", MAPPED, ids=NAMES)
    def test_compacting_twice_changes_nothing_more(self, change: Change) -> None:
        once = compact(message(change).canvas)
        assert compact(once) == once


# One unweighted group; A1 (10 points) posts by itself, A2 (10 points) by hand. Per step: the fact about the submission, and
# the four scores with what they were: current, final, unposted current, unposted final.
Steps = list[tuple[str, dict[str, Any], tuple[float | None, ...], tuple[float | None, ...]]]
TIMELINE: Steps = [
    ("A1 = 8", {"grade": "8", "old_grade": None, "muted": False}, (80, 40, 80, 40), (None, 0, None, 0)),
    ("A1 = 9", {"grade": "9", "old_grade": "8", "muted": False}, (90, 45, 90, 45), (80, 40, 80, 40)),
    ("A2 = 5", {"grade": "5", "old_grade": None, "muted": True}, (90, 45, 70, 70), (90, 45, 90, 45)),
    ("post A2", {"grade": "5", "old_grade": None, "muted": False}, (70, 70, 70, 70), (90, 45, 70, 70)),
    (
        "A1 of 20",
        {"grade": "9", "old_grade": "9", "points_possible": 20, "old_points_possible": 10},
        (46.67, 46.67, 46.67, 46.67),
        (70, 70, 70, 70),
    ),
    ("excuse A2", {"grade": None, "old_grade": "5", "grading_complete": True}, (45, 45, 45, 45), (46.67,) * 4),
    ("clear A1", {"grade": None, "old_grade": "9", "grading_complete": False}, (None, 0, None, 0), (45,) * 4),
]


@pytest.mark.parametrize(("step", "grade", "new", "old"), TIMELINE, ids=[step[0] for step in TIMELINE])
def test_worked_timeline(
    step: str, grade: dict[str, Any], new: tuple[float | None, ...], old: tuple[float | None, ...]
) -> None:
    def score(text: str | None) -> float | None:
        return None if text is None else float(text)

    fact = replace(GRADE, **grade, score=score(grade["grade"]), old_score=score(grade["old_grade"]))
    body = canvas(fact)["body"]
    assert {key: body[key] for key in grade} == grade, step
    assert (body["score"], body["old_score"]) == (score(grade["grade"]), score(grade["old_grade"]))

    kinds = ("current_score", "final_score", "unposted_current_score", "unposted_final_score")
    scores: CourseScoreChanged = replace(
        SCORES, **dict(zip(kinds, new, strict=True)), **{f"old_{kind}": value for kind, value in zip(kinds, old, strict=True)}
    )
    body = canvas(scores)["body"]
    assert tuple(body[kind] for kind in kinds) == new
    assert tuple(body[f"old_{kind}"] for kind in kinds) == old
    assert message(scores).muted is (step == "A2 = 5")


def test_the_last_step_of_the_timeline_is_an_override() -> None:
    body = canvas(replace(OVERRIDE, override_score=95.0, old_override_score=None))["body"]
    assert (body["override_score"], body["old_override_score"]) == (95, None)


def test_facts_of_the_sample_are_of_every_kind() -> None:
    assert len(EACH_KIND) == len({type(fact) for fact in EACH_KIND}) == 7
    assert AT.tzinfo is UTC
