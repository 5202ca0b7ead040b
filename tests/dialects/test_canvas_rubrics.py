"""Rubrics made, changed, deleted and put to use, in ``worlds/rights.yaml``: 81 is used by assignment 71, 82 by nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from gradewire.app import create_app
from gradewire.config import Settings
from tests.worlds import load_world


class Course:
    def __init__(self, client: TestClient[Any]) -> None:
        self.client = client

    def ask(self, method: str, path: str, body: Any = None, who: str = "teacher") -> tuple[int, Any]:
        headers = {"authorization": f"Bearer token-{who}"}
        answer = self.client.request(method, f"/api/v1{path}", headers=headers, json=body)
        return answer.status_code, answer.json()


@pytest.fixture
def course(database_url: str) -> Iterator[Course]:
    load_world(database_url, "rights.yaml")
    with TestClient(create_app(Settings(database_url=database_url, pool_size=2, relay_in_server=False))) as client:
        yield Course(client)


def test_a_rubric_is_made_and_used_at_once_and_shown_with_the_assignment(course: Course) -> None:
    criteria = {"0": {"description": "Style", "points": 4}, "1": {"description": "Facts", "points": 6}}
    use = {"association_id": 72, "association_type": "Assignment", "use_for_grading": True, "purpose": "grading"}
    status, made = course.ask(
        "POST", "/courses/100/rubrics", {"rubric": {"title": "New", "criteria": criteria}, "rubric_association": use}
    )
    assert status == 200
    assert made["rubric"]["points_possible"] == 10
    assert made["rubric_association"]["use_for_grading"] is True
    assignment = course.ask("GET", "/courses/100/assignments/72")[1]
    assert [one["description"] for one in assignment["rubric"]] == ["Style", "Facts"]
    assert assignment["rubric_settings"]["title"] == "New"
    assert assignment["use_rubric_for_grading"] is True


def test_an_assignment_has_one_rubric_the_newest(course: Course) -> None:
    use = {"rubric_association": {"rubric_id": 82, "association_id": 71, "association_type": "Assignment"}}
    assert course.ask("POST", "/courses/100/rubric_associations", use)[0] == 200
    assert course.ask("GET", "/courses/100/assignments/71")[1]["rubric_settings"]["id"] == 82
    shown = course.ask("GET", "/courses/100/rubrics/81?include[]=associations")[1]
    assert shown["associations"] == []


def test_a_rubric_of_an_account_above_may_be_used_and_another_courses_may_not(course: Course) -> None:
    use = {"association_id": 72, "association_type": "Assignment"}
    assert course.ask("POST", "/courses/100/rubric_associations", {"rubric_association": {**use, "rubric_id": 84}})[0] == 200
    assert (
        course.ask("POST", "/courses/110/rubric_associations", {"rubric_association": {**use, "rubric_id": 81}}, "root_admin")[
            0
        ]
        == 404
    )


def test_criteria_stay_once_something_was_assessed(course: Course) -> None:
    change = {"rubric": {"criteria": {"0": {"points": 9}}}}
    status, body = course.ask("PUT", "/courses/100/rubrics/81", change)
    assert status == 400
    assert "used for assessing" in body["errors"]["criteria"][0]["message"]
    assert course.ask("PUT", "/courses/100/rubrics/81", {"rubric": {"title": "Renamed"}})[1]["rubric"]["title"] == "Renamed"
    assert course.ask("PUT", "/courses/100/rubrics/82", change)[1]["rubric"]["points_possible"] == 9


def test_assessments_are_shown_and_taken_away_and_the_grade_stays(course: Course) -> None:
    shown = course.ask("GET", "/courses/100/rubrics/81?include[]=assessments")[1]
    assert [one["id"] for one in shown["assessments"]] == [321]
    bare = course.ask("GET", "/courses/100/rubrics/81?include[]=assessments&style=comments_only")[1]
    assert set(bare["assessments"][0]["data"][0]) == {"criterion_id", "comments"}
    assert course.ask("GET", "/courses/100/rubrics/81?include[]=assessments", who="section_ta")[1]["assessments"] == []
    gone = course.ask("DELETE", "/courses/100/rubric_associations/83/rubric_assessments/321")
    assert gone[0] == 200
    assert course.ask("GET", "/courses/100/rubrics/81?include[]=assessments")[1]["assessments"] == []
    assert course.ask("GET", "/courses/100/assignments/71/submissions/21")[1]["score"] == 8


def test_what_is_deleted_is_used_no_more(course: Course) -> None:
    assert course.ask("DELETE", "/courses/100/rubrics/81")[0] == 200
    assert course.ask("GET", "/courses/100/rubrics/81")[0] == 404
    assert "rubric" not in course.ask("GET", "/courses/100/assignments/71")[1]


@pytest.mark.parametrize(
    "body",
    [
        {"rubric": {"title": "x"}},
        {"rubric": {"title": "x" * 256, "criteria": [{"points": 1}]}},
        {"rubric": {"criteria": {"0": {"points": "many"}}}},
    ],
)
def test_what_is_no_rubric_is_refused(course: Course, body: Any) -> None:
    status, answer = course.ask("POST", "/courses/100/rubrics", body)
    assert status == 400
    assert "errors" in answer


def use(rubric_id: int, assignment_id: int = 72) -> dict[str, Any]:
    return {"rubric_association": {"rubric_id": rubric_id, "association_id": assignment_id, "association_type": "Assignment"}}


def test_the_trail_of_a_moderated_assignment_tells_of_its_rubric(course: Course) -> None:
    course.ask("POST", "/courses/100/rubric_associations", use(82))
    second = course.ask("POST", "/courses/100/rubric_associations", use(81))[1]
    course.ask("PUT", f"/courses/100/rubric_associations/{second['id']}", {"rubric_association": {"hide_points": True}})
    course.ask("DELETE", f"/courses/100/rubric_associations/{second['id']}")
    course.ask("POST", "/courses/100/rubric_associations", use(82))
    course.ask("DELETE", "/courses/100/rubrics/82")
    trail = course.ask("GET", "/courses/100/assignments/72/audit_events", who="root_admin")[1]["audit_events"]
    assert [(one["user_id"], one["event_type"], one["payload"]) for one in trail] == [
        (6, "rubric_created", {"id": 82}),
        (6, "rubric_updated", {"id": [82, 81]}),
        (6, "rubric_deleted", {"id": 81}),
        (6, "rubric_created", {"id": 82}),
        (6, "rubric_deleted", {"id": 82}),
    ]


def test_the_trail_tells_of_an_assessment_that_was_taken_away(course: Course) -> None:
    made = course.ask("POST", "/courses/100/rubric_associations", use(82))[1]
    path = f"/courses/100/rubric_associations/{made['id']}/rubric_assessments"
    marks = {"user_id": 21, "assessment_type": "grading", "criterion_style": {"points": 3}}
    sent = {"rubric_assessment": marks, "provisional": True}
    status, assessed = course.ask("POST", path, sent, "ta")
    assert status == 200, assessed
    assert course.ask("DELETE", f"{path}/{assessed['id']}")[0] == 403  # somebody else's provisional one
    assert course.ask("DELETE", f"{path}/{assessed['id']}", who="ta")[0] == 200
    last = course.ask("GET", "/courses/100/assignments/72/audit_events", who="root_admin")[1]["audit_events"][-1]
    assert (last["user_id"], last["submission_id"], last["event_type"]) == (7, 303, "rubric_assessment_deleted")
    assert last["payload"] == {"id": assessed["id"], "provisional_grade_id": 331, "assessor_id": 7, "score": 3.0}


def test_other_assignments_have_no_trail(course: Course) -> None:
    course.ask("POST", "/courses/100/rubric_associations", use(82, 71))
    course.ask("DELETE", "/courses/100/rubric_associations/83/rubric_assessments/321")
    assert course.ask("GET", "/courses/100/assignments/71/audit_events")[1]["audit_events"] == []


READERS = {
    "root_admin": 200,
    "sub_admin": 200,
    "neighbour_admin": 200,
    "teacher": 200,
    "designer": 403,
    "owner": 403,
    "foreign_admin": 404,
}


@pytest.mark.parametrize("path", ["/accounts/1/rubrics/84", "/accounts/1/rubrics"])
def test_who_may_use_a_rubric_of_an_account_may_read_it(course: Course, path: str) -> None:
    """It is offered in all courses below, so also to who administers an account below; not to who administers one beside."""
    assert {who: course.ask("GET", path, who=who)[0] for who in READERS} == READERS
    assert course.ask("GET", path.replace("/accounts/1/", "/accounts/2/"), who="neighbour_admin")[0] == 403
