"""The Caliper format, field by field."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gradewire.core.changes import JobOrigin, Origin
from gradewire.events.caliper import VENDOR, envelope, label
from gradewire.events.caliper_check import check, check_envelope
from tests.events.facts import AT, BROWSER, CONSOLE, GRADE, JOB, SETTINGS, caliper, caliper_bytes, canvas

USER = "urn:instructure:canvas:user:"
SUBMISSION = "urn:instructure:canvas:submission:21070000000011086"
COURSE = "urn:instructure:canvas:course:21070000000000565"
AUTOMATIC = replace(GRADE, grader_id=None)
CLEARED = replace(GRADE, grade=None, score=None, points_possible=None, student_sis_id=None)


def test_who_graded_is_the_actor_and_scored_it() -> None:
    event = caliper(GRADE)
    assert event["actor"] == {"id": f"{USER}21070000000000987", "type": "Person"}
    assert event["generated"]["scoredBy"] == f"{USER}21070000000000987"


@pytest.mark.parametrize("grader", [None, -12, 0])
def test_a_machine_grades_as_the_application_without_membership(grader: int | None) -> None:
    event = caliper(replace(GRADE, grader_id=grader))
    assert event["actor"] == event["edApp"] == {"id": "http://lms.example.test/", "type": "SoftwareApplication"}
    assert "scoredBy" not in event["generated"]
    assert "membership" not in event


def test_the_time_and_id_are_those_of_the_canvas_event() -> None:
    event = caliper(GRADE)
    assert event["eventTime"] == canvas(GRADE)["metadata"]["event_time"]
    assert event["id"] == "urn:uuid:319f0132-0584-4efd-9489-4959b7101731"


def test_members_without_a_value_are_left_out() -> None:
    event = caliper(CLEARED)
    assert event["object"]["extensions"] == {VENDOR: {"entity_id": "21070000000011086"}}
    assert "extensions" not in event["object"]["assignee"]
    assert set(event["generated"]) == {"id", "type", "extensions", "attempt", "scoredBy"}
    assert set(event["generated"]["attempt"]) == {"id", "type", "assignee", "assignable"}


@pytest.mark.parametrize(
    ("missing", "path"),
    [
        ("referrer", "referrer"),
        ("session_id", "session"),
        ("context_role", "membership"),
        ("user_agent", "extensions.user_agent"),
        ("client_ip", "extensions.client_ip"),
    ],
)
def test_what_a_request_does_not_have_is_left_out(missing: str, path: str) -> None:
    top, _, key = path.partition(".")
    event = caliper(GRADE, replace(BROWSER, **{missing: None}))
    assert (key not in event[top][VENDOR]) if key else (top not in event)
    assert check(json.dumps(event)) == []


@pytest.mark.parametrize("referrer", ["", "about:blank", "/courses/565", "lms.example.test", "http://a b/"])
def test_a_referrer_that_names_no_page_is_left_out(referrer: str) -> None:
    assert "referrer" not in caliper(GRADE, replace(BROWSER, referrer=referrer))


def test_a_session_id_of_odd_characters_still_makes_a_urn() -> None:
    event = caliper(GRADE, replace(BROWSER, session_id="a b:ü"))
    assert event["session"] == {"id": "urn:instructure:canvas:session:a%20b%3A%C3%BC", "type": "Session"}


@pytest.mark.parametrize(
    ("role", "base", "roles"),
    [
        ("TeacherEnrollment", None, ["Instructor"]),
        ("TaEnrollment", None, ["Instructor", "Instructor#TeachingAssistant"]),
        ("StudentEnrollment", None, ["Learner"]),
        ("ObserverEnrollment", None, ["Mentor"]),
        ("DesignerEnrollment", None, ["ContentDeveloper"]),
        ("AccountAdmin", None, ["Administrator"]),
        ("Exercise grader", "TaEnrollment", ["Instructor", "Instructor#TeachingAssistant"]),
    ],
)
def test_roles_are_lis_roles_and_the_id_names_the_main_one(role: str, base: str | None, roles: list[str]) -> None:
    event = caliper(GRADE, replace(BROWSER, context_role=role, context_base_role=base))
    assert event["membership"] == {
        "id": f"{COURSE}:{roles[0]}:21070000000000987",
        "type": "Membership",
        "member": {"id": f"{USER}21070000000000987", "type": "Person"},
        "organization": {"id": COURSE, "type": "CourseOffering"},
        "roles": roles,
    }


@pytest.mark.parametrize("role", [None, "Exercise grader", "StudentViewEnrollment"])
def test_without_a_known_role_there_is_no_membership(role: str | None) -> None:
    assert "membership" not in caliper(GRADE, replace(BROWSER, context_role=role))


def test_a_grader_other_than_the_acting_user_has_no_membership() -> None:
    """Publishing moderated grades: the marker graded, the moderator acts, and the role is the moderator's."""
    event = caliper(replace(GRADE, grader_id=988))
    assert event["actor"]["id"] == f"{USER}21070000000000988"
    assert "membership" not in event


@pytest.mark.parametrize(
    ("origin", "facts"),
    [
        (JOB, {"job_id": "21070000000000012", "job_tag": "Assignment#post_submissions", "version": "1.0.0"}),
        (JobOrigin(job_id=12, job_tag=""), {"job_id": "21070000000000012", "version": "1.0.0"}),
        (CONSOLE, {"version": "1.0.0"}),
    ],
    ids=["job", "job without a tag", "console"],
)
def test_without_a_request_the_configured_address_names_the_server(origin: Origin, facts: dict[str, str]) -> None:
    event = caliper(GRADE, origin)
    assert event["edApp"] == {"id": "https://grades.example.test/", "type": "SoftwareApplication"}
    assert event["extensions"] == {VENDOR: facts}
    assert event["actor"]["type"] == "Person"
    assert {"membership", "session", "referrer"}.isdisjoint(event)


def test_a_host_that_makes_no_address_is_replaced_by_the_configured_one() -> None:
    assert caliper(GRADE, replace(BROWSER, hostname=""))["edApp"]["id"] == "https://grades.example.test/"


def test_a_configured_address_keeps_its_path() -> None:
    settings = replace(SETTINGS, base_url="https://example.test/grades")
    assert caliper(GRADE, JOB, settings)["edApp"]["id"] == "https://example.test/grades"


def test_the_address_of_the_request_is_called_request_url() -> None:
    extension = caliper(GRADE)["extensions"][VENDOR]
    assert extension["request_url"] == BROWSER.url
    assert "url" not in extension


def test_numbers_are_numbers() -> None:
    stored = caliper_bytes(replace(GRADE, grade="17.31", score=17.31, points_possible=20.0))
    assert b'"maxScore":20,"scoreGiven":17.31,' in stored
    assert json.loads(stored)["object"]["extensions"][VENDOR]["grade"] == "17.31"
    assert b'"scoreGiven":0.0000001,' in caliper_bytes(replace(GRADE, score=1e-7))


def test_previous_values_and_posting_are_not_in_this_format() -> None:
    assert caliper(replace(GRADE, old_grade="1", old_score=1.0, muted=True)) == caliper(GRADE)


def test_a_distinct_score_id_is_below_that_of_the_attempt() -> None:
    event = caliper(GRADE, settings=replace(SETTINGS, caliper_score_id="distinct"))
    assert event["generated"]["id"] == f"{SUBMISSION}/score"
    assert event["generated"]["attempt"]["id"] == event["object"]["id"] == SUBMISSION
    assert check(json.dumps(event)) == []


def test_the_urn_prefix_is_a_setting() -> None:
    stored = caliper_bytes(GRADE, settings=replace(SETTINGS, urn_prefix="urn:example:grades:"))
    assert b"urn:instructure" not in stored
    assert json.loads(stored)["session"]["id"].startswith("urn:example:grades:session:")
    assert check(stored) == []


def test_version_1_2_differs_in_context_and_profile() -> None:
    newer = caliper(GRADE, settings=replace(SETTINGS, caliper_version="1.2"))
    assert newer.pop("profile") == "GradingProfile"
    assert newer.pop("@context") == "http://purl.imsglobal.org/ctx/caliper/v1p2"
    older = caliper(GRADE)
    assert older.pop("@context") == "http://purl.imsglobal.org/ctx/caliper/v1p1"
    assert newer == older


@pytest.mark.parametrize("origin", [BROWSER, JOB], ids=["request", "job"])
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_an_envelope_wraps_the_stored_bytes(version: Any, origin: Origin) -> None:
    stored = caliper_bytes(GRADE, origin, replace(SETTINGS, caliper_version=version))
    sensor, told = label(stored)
    assert told == version
    sent = envelope(stored, sensor, AT + timedelta(days=15), told)
    assert stored in sent
    assert check_envelope(sent) == []
    read = json.loads(sent)
    assert set(read) == {"sensor", "sendTime", "dataVersion", "data"}
    assert read["sensor"] == read["data"][0]["edApp"]["id"]
    assert read["sendTime"] == "2019-11-16T19:11:05.222Z"
    assert read["dataVersion"] == read["data"][0]["@context"]


@pytest.mark.parametrize("origin", [BROWSER, JOB, CONSOLE], ids=["request", "job", "console"])
@pytest.mark.parametrize(
    "change",
    [GRADE, AUTOMATIC, CLEARED, replace(GRADE, score=None), replace(GRADE, points_possible=None), replace(GRADE, score=-1.0)],
    ids=["graded", "automatic", "cleared", "no score", "no points", "negative"],
)
def test_every_variant_is_valid(change: Any, origin: Origin) -> None:
    assert check(caliper_bytes(change, origin)) == []
