"""``override_score``: what it writes, whom it tells, what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.scores_world import Scores, running

SAM = "/courses/1/enrollments/111/override_score"


@pytest.fixture
def api(database_url: str) -> Iterator[Scores]:
    with running(database_url) as found:
        yield found


def overrides(api: Scores, user_id: int, **scope: Any) -> list[float | None]:
    s = t.scores.c
    query = sa.select(s.override_score).where(
        s.user_id == user_id,
        s.course_id == 1,
        *(s[name] == value for name, value in (scope or {"course_score": True}).items()),
    )
    return api.rows(query.order_by(s.enrollment_id))


def told(api: Scores) -> list[str]:
    return api.rows(sa.select(t.outbox.c.name).order_by(t.outbox.c.id))


def test_it_is_written_to_all_active_enrollments_of_the_student(api: Scores) -> None:
    before = api.stored(111)
    reply = api.put(SAM, body={"override_score": 91.5})
    assert reply.status == 200
    assert reply.body["id"] == 111
    assert (reply.body["grades"]["override_score"], reply.body["grades"]["override_grade"]) == (91.5, "A-")
    assert overrides(api, 11) == [91.5, 91.5]
    assert overrides(api, 12) == [None]
    assert api.stored(111) == before
    assert [one["enrollment_id"] for one in api.events("grade_override")] == ["111", "121"]
    assert told(api) == ["grade_override"] * 2


def test_only_a_change_is_told(api: Scores) -> None:
    api.put(SAM, body={"override_score": 0})
    api.put(SAM, body={"override_score": "0.0"})
    api.put(SAM, form="override_score=110")
    api.put(SAM, form="override_score=")
    api.put(SAM, body={"override_score": None})
    found = [(one["old_override_score"], one["override_score"]) for one in api.events("grade_override")]
    assert found[::2] == [(None, 0.0), (0.0, 110.0), (110.0, None)]
    assert overrides(api, 11) == [None, None]


def test_of_a_grading_period(api: Scores) -> None:
    reply = api.put(SAM, body={"override_score": 77, "grading_period_id": 2})
    assert reply.body["grades"]["override_score"] == 77.0
    assert overrides(api, 11) == [None, None]
    assert overrides(api, 11, grading_period_id=2) == [77.0, 77.0]
    assert {one["grading_period_id"] for one in api.events("grade_override")} == {"2"}
    assert api.put(SAM, body={"override_score": 77, "grading_period_id": 99}).status == 404


def test_inactive_enrollments_are_left_alone(api: Scores) -> None:
    api.change(t.enrollments, 121, workflow_state="completed")
    api.put(SAM, body={"override_score": 50})
    assert overrides(api, 11) == [50.0, None]
    reply = api.put("/courses/1/enrollments/113/override_score", body={"override_score": 50})
    assert (reply.status, reply.body) == (400, {"error": "The student has no active enrollment in this course."})


@pytest.mark.parametrize("value", ["NaN", "inf", "-Infinity", "1e400", 1e300, "ten", "1_0", True, [1], {"a": 1}])
def test_what_is_no_score_is_refused(api: Scores, value: Any) -> None:
    assert api.put(SAM, body={"override_score": value}).status == 400
    assert overrides(api, 11) == [None, None]
    assert told(api) == []


def test_the_parameter_must_be_there(api: Scores) -> None:
    assert api.put(SAM, body={}).messages == ["override_score is missing"]


def test_a_course_that_does_not_allow_it(api: Scores) -> None:
    api.change(t.courses, 1, allow_final_grade_override=False)
    reply = api.put(SAM, body={"override_score": 1})
    assert (reply.status, reply.body) == (400, {"error": "This course does not allow its grades to be overridden."})
    api.change(t.courses, 1, allow_final_grade_override=True)
    api.change(t.accounts, 1, final_grades_override=False)
    assert api.put(SAM, body={"override_score": 1}).status == 400


def test_a_missing_score_row_is_an_error_and_nothing_is_written(api: Scores) -> None:
    with api.engine.begin() as connection:
        connection.execute(sa.delete(t.scores).where(t.scores.c.enrollment_id == 121, t.scores.c.course_score))
    assert api.put(SAM, body={"override_score": 1}).status == 400
    assert overrides(api, 11) == [None]


def test_who_may(api: Scores) -> None:
    for who in ("sam", "observer", "stranger"):
        assert api.put(SAM, as_=who, body={"override_score": 100}).status == 403
    assert api.put(SAM, as_="assistant", body={"override_score": 100}).status == 404, "of another section"
    assert api.put(SAM, as_="admin", body={"override_score": 100}).status == 200
    assert api.put("/courses/1/enrollments/102/override_score", body={"override_score": 1}).status == 404


def test_a_period_of_a_schoology_course_is_part_of_its_course_grade(api: Scores) -> None:
    api.put("/courses/2/enrollments/211/override_score", body={"override_score": 90, "grading_period_id": 2})
    assert api.stored(211) == (88.5, 88.5, 88.5, 88.5)
    assert told(api) == ["grade_override", "course_grade_change"]
