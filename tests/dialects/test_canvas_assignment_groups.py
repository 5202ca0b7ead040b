"""Assignment groups, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_world import COURSE, GROUP, OTHER_GROUP, PEOPLE, Api, running

MANY = f"/courses/{COURSE}/assignment_groups"
ONE = f"{MANY}/{GROUP}"
ENROLLMENTS = f"/courses/{COURSE}/enrollments"


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Api]:
    """For tests that store nothing."""
    with running(module_database_url) as found:
        yield found


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


def assign(api: Api, name: str, *, group: int = GROUP, possible: float = 10.0, **more: Any) -> int:
    sent = {"name": name, "assignment_group_id": group, "points_possible": possible, "published": True, **more}
    reply = api.post(f"/courses/{COURSE}/assignments", body={"assignment": sent})
    assert reply.status == 201, reply.body
    return int(reply.body["id"])


def mark(api: Api, assignment_id: int, score: float, who: str = "ann") -> None:
    """Grade behind the server's back."""
    s = t.submissions.c
    with api.engine.begin() as connection:
        connection.execute(
            sa.update(t.submissions)
            .where(s.assignment_id == assignment_id, s.user_id == PEOPLE[who])
            .values(
                score=score, grade=str(score), workflow_state="graded", posted_at=sa.func.coalesce(s.posted_at, s.created_at)
            )
        )


def current(api: Api) -> float | None:
    """Ann's current score."""
    (found,) = api.get(ENROLLMENTS, user_id=PEOPLE["ann"]).body
    score: float | None = found["grades"]["current_score"]
    return score


def test_a_group_with_all_its_fields(shared: Api) -> None:
    expected = {
        "id": GROUP,
        "name": "Group",
        "position": 1,
        "group_weight": 0.0,
        "rules": {},
        "integration_data": {},
        "sis_source_id": None,
    }
    assert shared.get(MANY).body == [expected]
    assert shared.get(ONE).body == expected
    assert "sis_source_id" not in shared.get(ONE, as_="ann").body


def test_who_may_see_and_who_may_change_groups(api: Api) -> None:
    readers = {"admin": 200, "teacher": 200, "ann": 200, "observer": 200, "stranger": 403, "foreigner": 404}
    assert {who: api.get(MANY, as_=who).status for who in readers} == readers
    writers = {"admin": 200, "teacher": 200, "ta": 200, "designer": 200, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.put(ONE, as_=who, form="name=X").status for who in writers} == writers
    assert {who: api.post(MANY, as_=who, form="name=X").status for who in writers} == writers
    assert api.delete(ONE, as_="ann").status == 403
    assert api.get(MANY, as_=None).status == 401


def test_groups_of_other_courses_and_deleted_ones_are_not_found(api: Api) -> None:
    for number in (OTHER_GROUP, 999):
        assert api.get(f"{MANY}/{number}", as_="admin").status == 404
        assert api.put(f"{MANY}/{number}", as_="admin", form="name=X").status == 404
    assert api.delete(ONE).body["id"] == GROUP
    assert [api.get(ONE).status, api.put(ONE, form="name=X").status, api.delete(ONE).status] == [404, 404, 404]
    assert api.get(MANY).body == []


def test_create_puts_a_group_at_the_end(api: Api) -> None:
    reply = api.post(MANY, form="name=Exams&group_weight=60.5")
    assert reply.status == 200
    assert (reply.body["name"], reply.body["position"], reply.body["group_weight"]) == ("Exams", 2, 60.5)
    first = api.post(MANY, body={"name": "First", "position": 1, "rules": {"drop_lowest": 1, "never_drop": [7]}}).body
    assert first["rules"] == {"drop_lowest": 1, "never_drop": [7]}
    assert [one["name"] for one in api.get(MANY).body] == ["First", "Group", "Exams"]


def test_a_new_group_has_score_rows(api: Api) -> None:
    assign(api, "Essay")
    number = api.post(MANY, form="name=Exams").body["id"]
    s = t.scores.c
    assert len(api.rows(sa.select(s.id).where(s.assignment_group_id == number))) == 3


FAULTY = [
    ("name=", "name"),
    (f"name={'x' * 256}", "name"),
    ("rules[drop_lowest]=-1", "rules"),
    ("rules[drop_highest]=-1", "rules"),
    ("rules[drop_lowest]=1", "rules"),
    ("rules[drop_highest]=99999999999", "rules"),
]


def test_faulty_groups_are_refused_and_change_nothing(shared: Api) -> None:
    before = shared.get(MANY).body
    for sent, attribute in FAULTY:
        reply = shared.put(ONE, form=f"group_weight=5&{sent}")
        assert reply.status == 400, sent
        assert list(reply.body["errors"]) == [attribute]
    for sent in ("group_weight=heavy", "rules[drop_lowest]=many", "rules=1", "position=1e400"):
        assert shared.put(ONE, form=sent).status == 400, sent
    assert shared.post(MANY, form="group_weight=5").messages == {"name": ["can't be blank"]}
    assert shared.post(MANY, form="name=X&rules[drop_lowest]=-1").status == 400
    assert shared.get(MANY).body == before


def test_drop_rules_of_an_update_reach_as_far_as_the_group(api: Api) -> None:
    assign(api, "One")
    assert api.put(ONE, form="rules[drop_lowest]=1").status == 200
    assert api.put(ONE, form="rules[drop_lowest]=2").status == 400
    assert api.put(ONE, form="rules=").body["rules"] == {}


def test_a_weight_that_is_none_is_zero(api: Api) -> None:
    api.put(ONE, form="group_weight=40")
    assert api.put(ONE, form="group_weight=").body["group_weight"] == 0.0
    assert api.put(ONE, body={"group_weight": None}).body["group_weight"] == 0.0


def test_drop_rules_take_effect_at_once(api: Api) -> None:
    low, high = assign(api, "Low"), assign(api, "High")
    mark(api, low, 2.0)
    mark(api, high, 10.0)
    api.put(ONE, form="name=Renamed")
    api.put(ONE, form="rules[drop_lowest]=1")
    assert current(api) == 100.0
    reply = api.put(ONE, form=f"rules[drop_lowest]=1&rules[never_drop][]={low}")
    assert reply.body["rules"] == {"drop_lowest": 1, "never_drop": [low]}
    assert current(api) == 60.0
    assert [event["current_score"] for event in api.events("course_grade_change")] == [100.0, 60.0]


def test_weights_take_effect_at_once(api: Api) -> None:
    other = api.post(MANY, form="name=Exams").body["id"]
    essay, exam = assign(api, "Essay"), assign(api, "Exam", group=other)
    mark(api, essay, 10.0)
    mark(api, exam, 0.0)
    api.put(f"/courses/{COURSE}", form="course[apply_assignment_group_weights]=true")
    api.put(ONE, form="group_weight=75")
    api.put(f"{MANY}/{other}", form="group_weight=25")
    assert current(api) == 75.0


def test_a_list_may_hold_the_assignments(api: Api) -> None:
    first, second = assign(api, "First"), assign(api, "Second")
    hidden = assign(api, "Hidden", published=False)
    (group,) = api.get(MANY, include__="assignments").body
    assert [one["id"] for one in group["assignments"]] == [first, second, hidden]
    assert group["assignments"][0]["course_id"] == COURSE
    (of_student,) = api.get(MANY, as_="ann", include__=["assignments", "submission"]).body
    assert [one["id"] for one in of_student["assignments"]] == [first, second]
    assert of_student["assignments"][0]["submission"]["user_id"] == PEOPLE["ann"]
    assert api.get(ONE, include__="assignments").body == group


def test_deleting_a_group_deletes_what_is_in_it(api: Api) -> None:
    essay = assign(api, "Essay")
    mark(api, essay, 5.0)
    assert api.delete(ONE).status == 200
    assert api.get(f"/courses/{COURSE}/assignments/{essay}").status == 404
    assert current(api) is None
    s = t.scores.c
    assert api.rows(sa.select(s.workflow_state).where(s.assignment_group_id == GROUP).distinct()) == ["deleted"]


def test_deleting_a_group_may_move_what_is_in_it(api: Api) -> None:
    other = api.post(MANY, form="name=Exams").body["id"]
    assign(api, "Exam", group=other)
    essay = assign(api, "Essay")
    mark(api, essay, 5.0)
    assert api.delete(ONE, move_assignments_to=999).status == 404
    assert api.delete(ONE, move_assignments_to=GROUP).status == 404
    assert api.delete(ONE, move_assignments_to=other).status == 200
    moved = api.get(f"/courses/{COURSE}/assignments/{essay}").body
    assert (moved["assignment_group_id"], moved["position"]) == (other, 2)
    assert current(api) == 50.0


def test_a_group_with_work_in_a_closed_period_is_deleted_by_administrators_only(api: Api) -> None:
    essay = assign(api, "Essay", due_at="2020-01-15T00:00:00Z")
    api.close_period("2020-01-01", "2020-02-01", assignment_id=essay)
    assert api.delete(ONE).status == 403
    assert api.delete(f"/courses/{COURSE}/assignments/{essay}").status == 403
    assert api.delete(ONE, as_="admin").status == 200


def test_the_list_takes_as_many_statements_for_many_as_for_one(api: Api) -> None:
    assign(api, "One")
    api.get(MANY, include__="assignments")
    with api.counting() as few:
        api.get(MANY, include__="assignments")
    for number in range(12):
        group = api.post(MANY, form=f"name=G{number}").body["id"]
        assign(api, f"A{number}", group=group)
    api.get(MANY, include__="assignments")
    with api.counting() as many:
        assert len(api.get(MANY, include__="assignments", per_page=50).body) == 13
    assert many == few
