"""``update_grades`` in its four forms, for real: asked for over HTTP, done by the worker, watched by its Progress."""

from __future__ import annotations

import time
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

    def update(self, path: str, data: Any, who: str = "teacher") -> dict[str, Any]:
        """Ask, and wait until it is done."""
        status, progress = self.ask("POST", path, {"grade_data": data}, who)
        assert status == 200, progress
        assert progress["tag"] == "submissions_update"
        deadline = time.monotonic() + 20
        while progress["workflow_state"] in {"queued", "running"} and time.monotonic() < deadline:
            time.sleep(0.05)
            progress = self.ask("GET", f"/progress/{progress['id']}", who=who)[1]
        found: dict[str, Any] = progress
        return found

    def scores(self, assignment: int = 71) -> dict[int, float | None]:
        rows = self.ask("GET", f"/courses/100/assignments/{assignment}/submissions?per_page=100")[1]
        return {row["user_id"]: row["score"] for row in rows}


@pytest.fixture
def course(database_url: str) -> Iterator[Course]:
    load_world(database_url, "rights.yaml")
    with TestClient(create_app(Settings(database_url=database_url, pool_size=4, relay_in_server=False))) as client:
        yield Course(client)


def test_the_form_of_an_assignment_grades_excuses_comments_and_assesses(course: Course) -> None:
    data = {
        "21": {"posted_grade": "3", "text_comment": "Hm", "rubric_assessment": {"style": {"points": 2, "comments": "so"}}},
        "sis_login_id:classmate": {"excuse": True},
    }
    assert course.update("/courses/100/assignments/71/submissions/update_grades", data)["workflow_state"] == "completed"
    _, mine = course.ask(
        "GET", "/courses/100/assignments/71/submissions/21?include[]=submission_comments&include[]=rubric_assessment"
    )
    assert mine["score"] == 3
    assert [one["comment"] for one in mine["submission_comments"]] == ["Mine", "Fine", "Hm"]
    assert mine["rubric_assessment"]["style"]["points"] == 2
    assert course.ask("GET", "/courses/100/assignments/71/submissions/22")[1]["excused"] is True


def test_the_form_of_a_course_grades_several_assignments(course: Course) -> None:
    data = {"71": {"21": {"posted_grade": "4"}, "22": {"posted_grade": "5"}}, "72": {"21": {"posted_grade": "6"}}}
    assert course.update("/courses/100/submissions/update_grades", data)["workflow_state"] == "completed"
    assert course.scores()[21] == 4
    assert course.scores()[22] == 5
    assert course.scores(72)[21] == 6


@pytest.mark.parametrize(
    "path", ["/sections/102/assignments/71/submissions/update_grades", "/sections/102/submissions/update_grades"]
)
def test_the_forms_of_a_section_find_its_people_only(course: Course, path: str) -> None:
    data: Any = {"21": {"posted_grade": "4"}}
    done = course.update(path, data if "assignments" in path else {"71": data})
    assert done["workflow_state"] == "failed"
    assert done["message"] == "Couldn't find User(s) with API ids '21'"
    assert course.scores()[21] == 8
    done = course.update(path.replace("102", "101"), data if "assignments" in path else {"71": data})
    assert done["workflow_state"] == "completed"
    assert course.scores()[21] == 4


def test_unknown_students_are_named_and_the_others_graded(course: Course) -> None:
    data = {"21": {"posted_grade": "4"}, "999": {"posted_grade": "1"}, "nobody": {"posted_grade": "1"}}
    done = course.update("/courses/100/assignments/71/submissions/update_grades", data)
    assert (done["workflow_state"], done["message"]) == ("failed", "Couldn't find User(s) with API ids '999', 'nobody'")
    assert course.scores()[21] == 4


def test_an_unknown_assignment_is_told_at_once(course: Course) -> None:
    for path, data in (
        ("/courses/100/submissions/update_grades", {"99": {"21": {"posted_grade": "1"}}}),
        ("/courses/100/submissions/update_grades", {"abc": {"21": {"posted_grade": "1"}}}),
    ):
        status, body = course.ask("POST", path, {"grade_data": data})
        assert status == 400
        assert body["error"].startswith("Some assignments could not be found: ( ")


@pytest.mark.parametrize("data", [None, {}, [], "x"])
def test_grade_data_is_needed(course: Course, data: Any) -> None:
    for path in ("/courses/100/assignments/71/submissions/update_grades", "/courses/100/submissions/update_grades"):
        assert course.ask("POST", path, {"grade_data": data}) == (400, {"error": "'grade_data' parameter required"})


def test_under_moderation_only_a_moderator_writes_real_grades(course: Course) -> None:
    data = {"21": {"posted_grade": "4"}}
    path = "/courses/100/assignments/72/submissions/update_grades"
    done = course.update(path, data, "ta")
    assert done["workflow_state"] == "failed"
    assert "currently being moderated" in done["message"]
    assert course.update(path, data, "teacher")["workflow_state"] == "completed"
