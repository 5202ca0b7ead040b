"""Moderated and anonymous assignments: who may set what, and what follows (moderation reference, 2.2 and 11.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_work import ANN, BOB, CEM, MANY, assign, graded, moderate
from tests.dialects.canvas_world import COURSE, PEOPLE, ROOT, SECOND_SECTION, SECTION, Api, running


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


def test_a_moderated_assignment_has_its_set_and_posts_manually(api: Api) -> None:
    found = moderate(api, final_grader_id=PEOPLE["teacher"], post_manually=False)
    assert (found["grader_count"], found["final_grader_id"], found["post_manually"]) == (2, PEOPLE["teacher"], True)
    assert (found["grades_published"], found["muted"]) == (False, True)
    m = t.moderated_students.c
    assert api.rows(sa.select(m.student_id).order_by(m.student_id)) == [ANN, BOB, CEM]


def test_switching_moderation_on_builds_the_set(api: Api) -> None:
    number = assign(api)["id"]
    reply = api.put(f"{MANY}/{number}", form="assignment[moderated_grading]=true&assignment[grader_count]=1")
    assert (reply.status, reply.body["post_manually"]) == (200, True)
    m = t.moderated_students.c
    assert api.rows(sa.select(m.student_id).order_by(m.student_id)) == [ANN, BOB, CEM]
    off = api.put(f"{MANY}/{number}", form="assignment[moderated_grading]=false").body
    assert (off["moderated_grading"], off["grader_count"], off["post_manually"]) == (False, 0, True)


def test_a_set_of_selected_students_starts_empty(api: Api) -> None:
    assert moderate(api, moderation_set="selected")["moderation_set"] == "selected"
    assert api.rows(sa.select(t.moderated_students.c.student_id)) == []


def test_moderation_cannot_be_switched_while_graded_work_exists(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number)
    reply = api.put(f"{MANY}/{number}", form="assignment[moderated_grading]=true&assignment[grader_count]=1&assignment[name]=Y")
    text = "Moderated grading setting cannot be changed if graded submissions exist"
    expected = {"moderated_grading": [{"attribute": "moderated_grading", "type": text, "message": text}]}
    assert (reply.status, reply.body) == (400, {"errors": expected})
    assert api.get(f"{MANY}/{number}").body["name"] == "Essay"


def test_the_final_grader_must_hold_the_right_in_the_course(api: Api) -> None:
    role = {"account_id": ROOT, "name": "TaEnrollment", "base_role_type": "TaEnrollment"}
    api.add(t.roles, {**role, "permissions": {"select_final_grade": False}})
    sent = {"name": "X", "moderated_grading": True, "grader_count": 2, "final_grader_id": PEOPLE["ta"]}
    reply = api.post(MANY, body={"assignment": sent})
    assert reply.messages == {"final_grader_id": ["user does not have permission to select final grade"]}
    concluded = {**sent, "final_grader_id": PEOPLE["section_ta"]}
    api.change(t.enrollments, 100 + PEOPLE["section_ta"], workflow_state="completed")
    reply = api.post(MANY, body={"assignment": concluded})
    assert reply.messages == {"final_grader_id": ["course has no active instructors with this ID"]}


def test_an_unchanged_final_grader_who_left_does_not_hinder(api: Api) -> None:
    number = moderate(api, final_grader_id=PEOPLE["ta"])["id"]
    api.change(t.enrollments, 100 + PEOPLE["ta"], workflow_state="completed")
    sent = f"assignment[name]=Y&assignment[final_grader_id]={PEOPLE['ta']}"
    assert api.put(f"{MANY}/{number}", form=sent).status == 200
    assert api.put(f"{MANY}/{number}", form="assignment[final_grader_id]=").body["final_grader_id"] is None


def test_a_grader_section_is_one_that_the_final_grader_teaches(api: Api) -> None:
    number = moderate(api, final_grader_id=PEOPLE["teacher"], grader_section_id=SECTION)["id"]
    assert api.get(f"{MANY}/{number}").body["grader_section_id"] == SECTION
    sent = {"name": "X", "moderated_grading": True, "grader_count": 1, "final_grader_id": PEOPLE["teacher"]}
    reply = api.post(MANY, body={"assignment": {**sent, "grader_section_id": SECOND_SECTION}})
    assert reply.messages == {"final_grader": ["must be enrolled in selected section"]}


def test_an_assignment_with_a_final_grader_is_edited_by_those_who_could_be_one(api: Api) -> None:
    number = moderate(api, final_grader_id=PEOPLE["teacher"])["id"]
    path, sent = f"{MANY}/{number}", "assignment[name]=Y"
    assert api.put(path, as_="ta", form=sent).status == 200
    assert api.put(path, as_="designer", form=sent).status == 403
    assert api.delete(path, as_="designer").status == 403
    api.put(path, form="assignment[final_grader_id]=")
    assert api.put(path, as_="designer", form=sent).status == 200


def test_anonymity_needs_the_feature_of_the_course(api: Api) -> None:
    assert assign(api, anonymous_grading=True)["anonymous_grading"] is True
    api.change(t.courses, COURSE, anonymous_marking=False)
    assert assign(api, anonymous_grading=True)["anonymous_grading"] is False


def trail(api: Api) -> list[tuple[str, dict[str, Any]]]:
    e = t.moderation_events.c
    return api.rows(sa.select(e.event_type, e.payload).order_by(e.id))


def test_the_trail_tells_of_moderated_and_anonymous_assignments(api: Api) -> None:
    plain = assign(api)["id"]
    api.put(f"{MANY}/{plain}", form="assignment[name]=Still plain")
    assert trail(api) == []
    number = moderate(api)["id"]
    api.put(f"{MANY}/{number}", form="assignment[name]=New&assignment[grader_count]=3&assignment[moderated_grading]=true")
    api.put(f"{MANY}/{number}", form="assignment[name]=New")
    (created, payload), updated = trail(api)
    assert (created, payload["name"], payload["grader_count"]) == ("assignment_created", "Essay", 2)
    assert updated == ("assignment_updated", {"name": ["Essay", "New"], "grader_count": [2, 3]})
    api.put(f"{MANY}/{plain}", form="assignment[anonymous_grading]=true")
    assert trail(api)[-1] == ("assignment_updated", {"anonymous_grading": [False, True], "post_manually": [False, True]})
    e = t.moderation_events.c
    assert set(api.rows(sa.select(e.user_id))) == {PEOPLE["teacher"]}
