"""The assignments of one student in a course, and what is missing of them anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gradewire.store import tables as t
from tests.dialects.canvas_work import ANN, BOB, CEM, MANY, assign, graded, ids
from tests.dialects.canvas_world import COURSE, NOW, OTHER_COURSE, PEOPLE, SECOND_SECTION, Api, running

PAST, PASSED, FUTURE = "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z", "2090-01-01T00:00:00Z"
ESSAY = {"submission": {"submission_type": "online_text_entry", "body": "Work"}}


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


def of(user: Any) -> str:
    return f"/users/{user}/courses/{COURSE}/assignments"


def test_a_student_has_what_is_published_and_assigned(api: Api) -> None:
    everybody = assign(api, due_at=FUTURE)["id"]
    assign(api, published=False)
    only: dict[str, Any] = {"only_visible_to_overrides": True, "assignment_overrides": [{"student_ids": [BOB], "due_at": PAST}]}
    bobs = assign(api, **only)["id"]
    assert ids(api.get(of(ANN)).body) == [everybody]
    assert ids(api.get(of(BOB)).body) == [everybody, bobs]
    assert ids(api.get(of("self"), as_="bob").body) == [everybody, bobs]


def test_it_comes_with_the_dates_and_the_work_of_the_student(api: Api) -> None:
    override = [{"course_section_id": SECOND_SECTION, "due_at": FUTURE}]
    number = assign(api, due_at=PAST, assignment_overrides=override)["id"]
    graded(api, number, 7.0, "cem")
    [one] = api.get(of(CEM), include__="submission").body
    assert (one["due_at"], one["submission"]["user_id"], one["submission"]["score"]) == (FUTURE, CEM, 7.0)
    assert [found["due_at"] for found in api.get(of(ANN)).body] == [PAST]
    assert api.get(of(CEM), bucket="past").body == []
    assert ids(api.get(of(ANN), bucket="past").body) == [number]


READERS = {
    "teacher": 200,
    "admin": 200,
    "ann": 200,
    "observer": 200,
    "bob": 403,
    "designer": 403,
    "section_ta": 404,
    "stranger": 403,
    "foreigner": 404,
}


def test_it_is_for_graders_the_student_and_observers(api: Api) -> None:
    assert {who: api.get(of(ANN), as_=who).status for who in READERS} == READERS


def test_somebody_else_than_a_student_is_not_found(api: Api) -> None:
    assert api.get(of(PEOPLE["teacher"]), as_="admin").status == 404
    number = assign(api, published=False)["id"]
    assert ids(api.get(of("self")).body) == [number]  # for oneself it is the course's own list


def missing(api: Api, who: str = "ann", user: Any = "self", **query: Any) -> Any:
    return api.get(f"/users/{user}/missing_submissions", as_=who, **query)


def test_missing_is_what_was_due_and_not_handed_in(api: Api) -> None:
    late = assign(api, due_at=PASSED)["id"]
    later = assign(api, due_at=PAST)["id"]
    assign(api, due_at=FUTURE)
    assign(api)
    assign(api, due_at=PAST, published=False)
    assign(api, due_at=PAST, submission_types=["on_paper"])
    done, scored, excused = (assign(api, due_at=PAST)["id"] for _ in range(3))
    assert api.post(f"{MANY}/{done}/submissions", as_="ann", body=ESSAY).status == 201
    for number, sent in ((scored, {"posted_grade": "5"}), (excused, {"excuse": True})):
        assert api.put(f"{MANY}/{number}/submissions/{ANN}", body={"submission": sent}).status == 200
    said = assign(api)["id"]
    api.put(f"{MANY}/{said}/submissions/{ANN}", body={"submission": {"late_policy_status": "missing"}})
    assert ids(missing(api).body) == [later, late, said]
    assert missing(api).body[0]["due_at"] == PAST
    page = missing(api, per_page=1, page=2)
    assert (ids(page.body), page.links()["last"].count("page=3")) == ([late], 1)


def test_what_is_locked_cannot_be_handed_in_any_more(api: Api) -> None:
    open_one = assign(api, due_at=PAST)["id"]
    locked = assign(api, due_at=PAST, lock_at=PASSED)["id"]
    override = [{"student_ids": [ANN], "due_at": PAST, "lock_at": FUTURE}]
    extended = assign(api, due_at=PAST, lock_at=PASSED, assignment_overrides=override)["id"]
    assert ids(missing(api).body) == [open_one, locked, extended]
    assert ids(missing(api, filter__="submittable").body) == [open_one, extended]
    assert ids(missing(api, "bob", filter__="submittable").body) == [open_one]


def test_only_of_the_grading_period_that_runs_now(api: Api) -> None:
    before, within = assign(api, due_at="2019-01-01T00:00:00Z")["id"], assign(api, due_at=PASSED)["id"]
    api.add(t.grading_period_groups, {"id": 1, "root_account_id": 1, "title": "Year"})
    start, end = NOW.replace(year=2020), NOW.replace(year=2090)
    dates = {"start_date": start, "end_date": end, "close_date": end}
    api.add(t.grading_periods, {"id": 1, "grading_period_group_id": 1, "title": "Now", **dates})
    api.change(t.courses, COURSE, grading_period_group_id=1)
    api.put(f"{MANY}/{within}", body={"assignment": {"due_at": PAST.replace("2020-01", "2020-06")}})
    assert ids(missing(api).body) == [before, within]
    assert ids(missing(api, filter__="current_grading_period").body) == [within]


def test_courses_are_restricted_and_included(api: Api) -> None:
    number = assign(api, due_at=PAST)["id"]
    [one] = missing(api, include__=["course", "planner_overrides"]).body
    assert (one["id"], one["course"]["id"], one["course"]["name"], one["planner_override"]) == (number, COURSE, "Course", None)
    assert missing(api, course_ids__=OTHER_COURSE).body == []
    assert ids(missing(api, course_ids__="sis_course_id:SIS-5").body) == [number]
    api.change(t.courses, COURSE, workflow_state="completed")
    assert missing(api).body == []


def test_it_is_for_the_student_observers_and_administrators(api: Api) -> None:
    number = assign(api, due_at=PAST)["id"]
    for who in ("ann", "observer", "admin", "subadmin"):
        assert ids(missing(api, who, ANN).body) == [number], who
    refused = {"teacher": 403, "bob": 403, "stranger": 403, "foreigner": 404}
    assert {who: missing(api, who, ANN).status for who in refused} == refused


def test_an_observer_names_courses_observed_in(api: Api) -> None:
    number = assign(api, due_at=PAST)["id"]
    assert ids(missing(api, "observer", observed_user_id=ANN, course_ids__=COURSE).body) == [number]
    assert missing(api, "observer", observed_user_id=ANN).status == 400
    assert missing(api, "observer", observed_user_id=ANN, course_ids__=[COURSE, OTHER_COURSE]).status == 403
    assert missing(api, "observer", observed_user_id=BOB, course_ids__=COURSE).status == 403


def test_nine_assignments_in_two_courses_take_as_many_statements_as_one(api: Api) -> None:
    def count() -> int:
        with api.counting() as statements:
            assert missing(api, include__="course", filter__="submittable", per_page=100).status == 200
        return len(statements)

    assign(api, due_at=PAST)
    count()
    one = count()
    for _ in range(8):
        assign(api, due_at=PAST)
    enrolled = {"course_id": OTHER_COURSE, "course_section_id": 61, "user_id": ANN, "type": "StudentEnrollment"}
    api.add(t.enrollments, {"id": 900, **enrolled})
    count()
    assert count() == one
