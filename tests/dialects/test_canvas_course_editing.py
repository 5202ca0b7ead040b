"""Courses and sections made, changed, concluded, deleted; and the scores that follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.core.scoring import calculations
from gradewire.store import tables as t
from tests.dialects.canvas_world import COURSE, OTHER_ROOT, PEOPLE, ROOT, SECOND_SECTION, SECTION, SUB, Api, running

COURSES = f"/accounts/{SUB}/courses"
ONE = f"/courses/{COURSE}"


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Api]:
    """For tests that store nothing that others see."""
    with running(module_database_url) as found:
        yield found


# Courses


def test_a_new_course_has_a_section_and_the_newest_calculation(api: Api) -> None:
    sent = {
        "name": "New",
        "course_code": "N-1",
        "sis_course_id": "SIS-N",
        "time_zone": "Europe/Berlin",
        "start_at": "2026-01-01T00:00:00Z",
        "apply_assignment_group_weights": True,
        "hide_final_grades": True,
        "post_manually": True,
        "grading_standard_id": 0,
    }
    made = api.post(COURSES, as_="subadmin", body={"course": sent}).body
    assert {name: made[name] for name in sent} == sent
    assert (made["account_id"], made["root_account_id"], made["workflow_state"]) == (SUB, ROOT, "unpublished")
    assert made["calculation"] == "canvas"
    c = t.courses.c
    assert api.rows(sa.select(c.calculation_version).where(c.id == made["id"])) == [calculations.newest("canvas")]
    (section,) = api.get(f"/courses/{made['id']}/sections", as_="admin").body
    assert section["name"] == "New"
    assert api.get("/courses/sis_course_id:SIS-N", as_="admin").body["id"] == made["id"]


def test_a_course_is_offered_and_its_maker_enrolled_if_asked_for(api: Api) -> None:
    made = api.post(COURSES, as_="admin", body={"course": {"name": "Mine"}, "offer": True, "enroll_me": True}).body
    assert made["workflow_state"] == "available"
    assert [one["type"] for one in made["enrollments"]] == ["teacher"]
    assert api.post(COURSES, as_="admin").body["name"] == "Unnamed Course"
    schoology = api.post(COURSES, as_="admin", form="course[calculation]=schoology").body
    assert schoology["calculation"] == "schoology"


@pytest.mark.parametrize(
    ("sent", "attribute"),
    [
        ({"name": "x" * 256}, "name"),
        ({"sis_course_id": "SIS-5"}, "sis_source_id"),
        ({"term_id": 4711}, "enrollment_term_id"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"start_at": "2026-02-01T00:00:00Z", "end_at": "2026-01-01T00:00:00Z"}, "conclude_at"),
        ({"grading_standard_id": 4711}, "grading_standard_id"),
        ({"calculation": "moodle"}, "calculation"),
    ],
)
def test_what_a_new_course_cannot_be(shared: Api, sent: dict[str, Any], attribute: str) -> None:
    reply = shared.post(COURSES, as_="admin", body={"course": {"name": "X", **sent}})
    assert attribute in reply.body["errors"]
    assert reply.status == 400


def test_courses_are_made_and_deleted_by_who_administers_them(api: Api) -> None:
    expected = {"teacher": 403, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.post(COURSES, as_=who, form="course[name]=X").status for who in expected} == expected
    assert api.post(f"/accounts/{ROOT}/courses", as_="subadmin", form="course[name]=X").status == 403
    gone = {"teacher": 403, "ta": 403, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.delete(ONE, as_=who, event="delete").status for who in gone} == gone
    assert api.delete(ONE, as_="admin").status == 400
    assert api.delete(ONE, as_="admin", event="explode").status == 400
    assert api.delete(ONE, as_="admin", event="delete").body == {"delete": True}
    assert api.get(ONE, as_="admin").status == 404
    assert api.delete(ONE, as_="admin", event="delete").status == 404


def test_a_teacher_concludes_a_course(api: Api) -> None:
    assert api.delete(ONE, as_="ta", event="conclude").status == 403
    assert api.delete(ONE, event="conclude").body == {"conclude": True}
    assert api.get(ONE, as_="admin").body["workflow_state"] == "completed"


def test_a_course_moves_to_another_account(api: Api) -> None:
    assert api.put(ONE, body={"course": {"account_id": ROOT}}).status == 403
    assert api.put(ONE, as_="subadmin", body={"course": {"account_id": ROOT}}).status == 403
    assert api.put(ONE, as_="admin", body={"course": {"account_id": OTHER_ROOT}}).status == 404
    assert api.put(ONE, as_="admin", body={"course": {"account_id": ROOT}}).body["account_id"] == ROOT
    assert api.get(ONE, as_="subadmin").status == 403


def test_other_fields_of_a_course_are_changed(api: Api) -> None:
    sent = {"start_at": "2026-01-01T00:00:00Z", "end_at": "2026-07-01T00:00:00Z", "time_zone": "Europe/Berlin"}
    changed = api.put(ONE, as_="admin", body={"course": {**sent, "sis_course_id": "S-9", "integration_id": "I-9"}}).body
    assert {name: changed[name] for name in sent} == sent
    assert (changed["sis_course_id"], changed["integration_id"]) == ("S-9", "I-9")
    assert api.put(ONE, body={"course": {"sis_course_id": "MINE"}}).body["sis_course_id"] == "S-9"
    assert api.put(ONE, body={"course": {"end_at": "2020-01-01T00:00:00Z"}}).status == 400


def test_settings_switch_the_grading_standard_on_and_off(api: Api) -> None:
    path = f"{ONE}/settings"
    assert api.put(path, body={"grading_standard_enabled": True}).body["grading_standard_enabled"] is True
    assert api.get(path).body["grading_standard_id"] == 0
    assert api.put(path, body={"grading_standard_enabled": False}).body["grading_standard_enabled"] is False
    assert api.put(path, body={"grading_standard_id": 0}).body["grading_standard_id"] == 0


def test_another_calculation_is_recorded_with_its_newest_version_and_computed(api: Api) -> None:
    c = t.courses.c
    api.change(t.courses, COURSE, calculation_version=0)
    assert api.put(ONE, body={"course": {"calculation": "schoology"}}).body["calculation"] == "schoology"
    newest = calculations.newest("schoology")
    assert api.rows(sa.select(c.calculation, c.calculation_version).where(c.id == COURSE)) == [("schoology", newest)]


def test_overrides_of_a_schoology_course_count_as_soon_as_they_are_allowed(api: Api) -> None:
    def final() -> Any:
        (found,) = api.get(f"{ONE}/enrollments", user_id=PEOPLE["ann"]).body
        return found["grades"]["final_score"]

    term = api.post(f"/accounts/{ROOT}/terms", as_="admin", form="enrollment_term[name]=T").body["id"]
    body = {"grading_period_set": {"title": "S", "weighted": True}, "enrollment_term_ids": [term]}
    group = api.post(f"/accounts/{ROOT}/grading_period_sets", as_="admin", body=body).body["grading_period_set"]["id"]
    period = {"title": "P", "start_date": "2026-01-01T00:00:00Z", "end_date": "2026-12-01T00:00:00Z", "weight": 100}
    filled = api.call(
        "PATCH", f"/grading_period_sets/{group}/grading_periods/batch_update", as_="admin", body={"grading_periods": [period]}
    )
    period_id = filled.body["grading_periods"][0]["id"]
    assert api.put(ONE, as_="admin", body={"course": {"term_id": term, "calculation": "schoology"}}).status == 200
    made = api.post(f"{ONE}/assignments", body={"assignment": {"name": "A", "points_possible": 10, "published": True}}).body
    api.put(f"{ONE}/assignments/{made['id']}/submissions/{PEOPLE['ann']}", body={"submission": {"posted_grade": "5"}})
    assert final() == 50.0
    enrollment = 100 + PEOPLE["ann"]
    override = {"override_score": 90, "grading_period_id": period_id}
    allowed, forbidden = ({"course": {"allow_final_grade_override": on}} for on in (True, False))
    assert api.put(ONE, body=allowed).status == 200
    reply = api.put(f"{ONE}/enrollments/{enrollment}/override_score", body=override)
    assert (reply.status, final()) == (200, 90.0)
    assert api.put(ONE, body=forbidden).status == 200
    assert final() == 50.0
    assert api.put(ONE, body=allowed).status == 200
    assert final() == 90.0
    off = {"account": {"settings": {"final_grades_override": False}}}
    assert api.put(f"/accounts/{ROOT}", as_="admin", body=off).status == 200
    assert final() == 50.0


# Sections


def test_a_section_is_made_changed_and_deleted(api: Api) -> None:
    path = f"{ONE}/sections"
    made = api.post(path, as_="admin", body={"course_section": {"name": "Three", "sis_section_id": "SEC-3"}}).body
    assert (made["name"], made["course_id"], made["sis_section_id"]) == ("Three", COURSE, "SEC-3")
    assert api.post(path).body["name"] == "Course"
    one = f"/sections/{made['id']}"
    sent = {"name": "Drei", "start_at": "2026-01-01T00:00:00Z", "end_at": "2026-02-01T00:00:00Z"}
    changed = api.put(one, body={"course_section": sent}).body
    assert {name: changed[name] for name in sent} == sent
    assert api.put("/sections/sis_section_id:SEC-3", as_="admin", form="course_section[name]=X").body["name"] == "X"
    assert api.delete(one).body["id"] == made["id"]
    assert api.get(one).status == 404


def test_a_section_with_people_in_it_stays(api: Api) -> None:
    reply = api.delete(f"/sections/{SECOND_SECTION}")
    assert (reply.status, list(reply.body)) == (400, ["message"])
    for who in ("cem", "section_ta"):
        assert api.delete(f"{ONE}/enrollments/{100 + PEOPLE[who]}", task="delete").status == 200
    assert api.delete(f"/sections/{SECOND_SECTION}").status == 200


@pytest.mark.parametrize(
    ("sent", "attribute"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"start_at": "2026-02-01T00:00:00Z", "end_at": "2026-01-01T00:00:00Z"}, "end_at"),
        ({"sis_section_id": "SEC-1"}, "sis_source_id"),
    ],
)
def test_what_a_section_cannot_be(shared: Api, sent: dict[str, Any], attribute: str) -> None:
    reply = shared.put(f"/sections/{SECOND_SECTION}", as_="admin", body={"course_section": sent})
    assert (reply.status, list(reply.body["errors"])) == (400, [attribute])


def test_sections_are_changed_by_who_may_change_the_course(shared: Api) -> None:
    body = {"course_section": {"name": "One"}}
    expected = {"admin": 200, "teacher": 200, "ta": 403, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: shared.put(f"/sections/{SECTION}", as_=who, body=body).status for who in expected} == expected
    refused = {"ta": 403, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: shared.post(f"{ONE}/sections", as_=who, body=body).status for who in refused} == refused
    assert {who: shared.delete(f"/sections/{SECTION}", as_=who).status for who in refused} == refused
