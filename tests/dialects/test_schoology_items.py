"""Items of a section over HTTP: made, listed, changed, deleted (Schoology reference, 6).

Tests that write do so in places that no other test reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.schoology_kinds import elements
from tests.dialects.schoology_world import Schoology, running

TRAVEL, WEIGHTED, ENGLISH, DROPS, ZERO = 4318461, 5001001, 2942191527, 5002001, 5002003


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        yield found


def make(api: Schoology, section: int, place: str = "assignments", **body: Any) -> dict[str, Any]:
    answer = api.call("POST", f"/sections/{section}/{place}", as_="admin", body=body)
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_an_item_has_the_documented_defaults_and_says_where_it_is(api: Schoology) -> None:
    made = make(api, ZERO, title="Plain")
    assert made["links"] == {"self": f"{api.url}/v1/sections/{ZERO}/assignments/{made['id']}"}
    defaults = {
        "max_points": "100",
        "factor": "1",
        "is_final": "0",
        "grading_scale": "0",
        "grading_period": "0",
        "grading_category": "0",
        "show_comments": "0",
        "grade_stats": "0",
        "allow_dropbox": "1",
        "allow_discussion": "1",
        "published": 1,
        "count_in_grade": 1,
        "collected_only": 0,
        "auto_publish_grades": 1,
        "type": "assignment",
        "due": "",
        "num_assignees": 0,
        "assignees": [],
        "grade_item_id": made["id"],
    }
    assert {name: made[name] for name in defaults} == defaults


def test_an_item_is_made_with_what_was_sent(api: Schoology) -> None:
    sent: dict[str, Any] = {
        "title": "Nine",
        "description": "d",
        "max_points": 12.5,
        "factor": "2",
        "due": "2014-09-25 11:30:00",
        "grading_category": 7103,
        "grading_period": "13011",
        "grading_scale": 1,
        "published": 0,
        "count_in_grade": "0",
        "collected_only": 1,
        "auto_publish_grades": 0,
        "is_final": 1,
        "assignees": [95003],
        "type": "discussion",
    }
    made = make(api, ZERO, **sent)
    shown = {
        "title": "Nine",
        "description": "d",
        "max_points": "12.5",
        "factor": "2",
        "due": "2014-09-25 11:30:00",
        "grading_category": "7103",
        "grading_period": "13011",
        "grading_scale": "1",
        "grading_scale_type": 1,
        "published": 0,
        "count_in_grade": 0,
        "collected_only": 1,
        "auto_publish_grades": 0,
        "is_final": "1",
        "assignees": [95003],
        "num_assignees": 1,
        "type": "assignment",
    }
    assert {name: made[name] for name in shown} == shown
    alone = api.get(f"/sections/{ZERO}/assignments/{made['id']}", as_="admin").json
    assert alone == {name: value for name, value in made.items() if name != "links"}


def test_an_item_is_made_of_xml(api: Schoology) -> None:
    body = b"<body><title>Marked up</title><max_points>20</max_points><due /><published>1</published></body>"
    answer = api.call(
        "POST", f"/sections/{ZERO}/assignments", as_="admin", content=body, content_type="text/xml", accept="text/xml"
    )
    assert answer.status == 201
    found = elements(answer.xml)
    assert (found["title"], found["max_points"], found["due"], found["published"]) == (["Marked up"], ["20"], [""], ["1"])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "title"),
        ({"title": " "}, "title"),
        ({"title": "x", "grading_scale": 77}, "grading_scale"),
        ({"title": "x", "grading_period": 77}, "grading_period"),
        ({"title": "x", "grading_category": 3081}, "grading_category"),
        ({"title": "x", "assignees": [44783151]}, "assignees"),
        ({"title": "x", "max_points": "many"}, "max_points"),
        ({"title": "x", "due": "tomorrow"}, "due"),
        ({"title": "x", "published": "perhaps"}, "published"),
    ],
)
def test_what_an_item_cannot_be_is_refused(api: Schoology, body: dict[str, Any], says: str) -> None:
    answer = api.call("POST", f"/sections/{ZERO}/assignments", as_="admin", body=body)
    assert answer.status == 400
    assert says in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


def test_an_item_is_changed_in_what_is_sent_and_answered_by_nothing(api: Schoology) -> None:
    made = make(api, ZERO, title="Before", max_points=10, description="stays", assignees=[95003])
    path = f"/sections/{ZERO}/assignments/{made['id']}"
    answer = api.call("PUT", path, as_="admin", body={"title": "After", "assignees": []})
    assert (answer.status, answer.content) == (204, b"")
    after = api.get(path, as_="admin").json
    made.pop("links")
    assert after == {**made, "title": "After", "assignees": [], "num_assignees": 0}


def test_a_deleted_item_is_gone_with_its_grades(api: Schoology) -> None:
    made = make(api, DROPS, title="Going")
    grades = {"grades": {"grade": [{"assignment_id": made["id"], "enrollment_id": 95001, "grade": 1}]}}
    assert api.call("PUT", f"/sections/{DROPS}/grades", body=grades).json["grades"]["grade"] == [{"response_code": 204}]
    path = f"/sections/{DROPS}/assignments/{made['id']}"
    answer = api.call("DELETE", path)
    assert (answer.status, answer.content) == (204, b"")
    assert api.get(path).status == 404
    rows = api.get(f"/sections/{DROPS}/grades?assignment_id={made['id']}").json
    assert rows["grades"]["grade"] == []


def test_ordinary_items_come_by_due_date_and_midterms_after_them(api: Schoology) -> None:
    listed = api.get(f"/sections/{ENGLISH}/assignments").json
    assert [one["title"] for one in listed["assignment"]] == ["A", "B", "C", "D", "Midterm"]
    assert listed["total"] == 5
    assert "next" not in listed["links"]


def test_the_limit_counts_for_ordinary_items_and_midterms_each(api: Schoology) -> None:
    first = api.get(f"/sections/{ENGLISH}/assignments?limit=2").json
    assert [one["title"] for one in first["assignment"]] == ["A", "B", "Midterm"]
    second = api.get(first["links"]["next"].removeprefix(f"{api.url}/v1")).json
    assert [one["title"] for one in second["assignment"]] == ["C", "D"]
    assert "next" not in second["links"]


def test_descriptions_are_blank_in_lists(api: Schoology) -> None:
    [item] = api.get(f"/sections/{TRAVEL}/assignments").json["assignment"]
    assert item["description"] == ""
    assert api.get(f"/sections/{TRAVEL}/assignments/{item['id']}").json["description"] == "extra credit assignment"


def test_grade_items_have_discussions_and_assignments_have_not(api: Schoology) -> None:
    everything = api.get(f"/sections/{WEIGHTED}/grade_items").json["assignment"]
    assignments = api.get(f"/sections/{WEIGHTED}/assignments").json["assignment"]
    assert {one["id"] for one in everything} - {one["id"] for one in assignments} == {82001}
    assert {one["id"]: one["type"] for one in everything}[82001] == "discussion"
    assert everything[0]["links"]["self"] == f"{api.url}/v1/sections/{WEIGHTED}/grade_items/{everything[0]['id']}"


def test_students_see_published_items_that_are_for_them(api: Schoology) -> None:
    hidden = make(api, TRAVEL, title="Hidden", published=0)
    path = f"/sections/{TRAVEL}/assignments"
    assert hidden["id"] in {one["id"] for one in api.get(path).json["assignment"]}
    assert hidden["id"] not in {one["id"] for one in api.get(path, as_="student").json["assignment"]}
    assert api.get(f"{path}/{hidden['id']}", as_="student").status == 404
    assert api.call("DELETE", f"{path}/{hidden['id']}").status == 204
