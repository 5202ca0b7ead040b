"""Changed and deleted assignments, and what becomes of dates, scores and grades, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_work import ANN, BOB, ENROLLMENTS, MANY, assign, graded, ids, mark, submitted
from tests.dialects.canvas_world import COURSE, PEOPLE, SECOND_SECTION, Api, running


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


# Changing


def test_what_was_not_sent_stays(api: Api) -> None:
    before = assign(api, description="Text", due_at="2026-04-01T00:00:00Z", omit_from_final_grade=True)
    after = api.put(f"{MANY}/{before['id']}", form="assignment[name]=Other").body
    assert {name for name in before if before[name] != after[name]} <= {"name", "updated_at"}
    assert after["name"] == "Other"
    cleared = api.put(f"{MANY}/{before['id']}", form="assignment[due_at]=&assignment[description]=").body
    assert (cleared["due_at"], cleared["description"]) == (None, "")


def test_other_attributes_are_ignored(api: Api) -> None:
    before = assign(api)
    forged = {"id": 1, "course_id": 6, "workflow_state": "deleted", "grades_published_at": "2026-01-01", "muted": False}
    after = api.put(f"{MANY}/{before['id']}", body={"assignment": forged, "name": "X"}).body
    assert after == before


def test_unknown_and_deleted_assignments_are_not_found(api: Api) -> None:
    number = assign(api)["id"]
    assert api.put(f"{MANY}/999", form="assignment[name]=X").status == 404
    assert api.put(f"/courses/6/assignments/{number}", as_="admin", form="assignment[name]=X").status == 404
    deleted = api.delete(f"{MANY}/{number}")
    assert (deleted.status, deleted.body["id"], deleted.body["workflow_state"]) == (200, number, "deleted")
    assert [api.get(f"{MANY}/{number}").status, api.delete(f"{MANY}/{number}").status] == [404, 404]


def test_a_deleted_assignment_counts_no_more(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number)
    api.put(f"{MANY}/{number}", form="assignment[points_possible]=8")
    assert api.get(ENROLLMENTS, user_id=ANN).body[0]["grades"]["current_score"] == 100.0
    api.delete(f"{MANY}/{number}")
    assert api.get(ENROLLMENTS, user_id=ANN).body[0]["grades"]["current_score"] is None


RESCORED: list[tuple[dict[str, Any], float | None]] = [
    ({"points_possible": 16}, 50.0),
    ({"omit_from_final_grade": True}, None),
    ({"omit_from_final_grade": False}, 50.0),
    ({"submission_types": ["not_graded"]}, None),
]


def test_scores_follow_a_change_at_once(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number)
    for sent, expected in RESCORED:
        assert api.put(f"{MANY}/{number}", body={"assignment": sent}).status == 200
        assert api.get(ENROLLMENTS, user_id=ANN).body[0]["grades"]["current_score"] == expected, sent


def test_work_keeps_an_assignment_published(api: Api) -> None:
    number = assign(api)["id"]
    path = f"{MANY}/{number}"
    assert api.put(path, form="assignment[published]=false").body["published"] is False
    assert api.put(path, form="assignment[published]=true").body["published"] is True
    submitted(api, number)
    assert list(api.put(path, form="assignment[published]=false").messages) == ["published"]


def test_moving_to_another_group_puts_it_at_the_end(api: Api) -> None:
    api.add(t.assignment_groups, {"id": 70, "course_id": COURSE, "name": "Other", "position": 2})
    assign(api, "There", assignment_group_id=70)
    number = assign(api)["id"]
    moved = api.put(f"{MANY}/{number}", form="assignment[assignment_group_id]=70").body
    assert (moved["assignment_group_id"], moved["position"]) == (70, 2)
    assert api.put(f"{MANY}/{number}", form="assignment[position]=1").body["position"] == 1


def test_a_moved_due_date_reaches_the_students(api: Api) -> None:
    number = assign(api)["id"]
    api.put(f"{MANY}/{number}", form="assignment[due_at]=2026-04-01T12:00:00Z")
    assert api.get(f"{MANY}/{number}", as_="ann").body["due_at"] == "2026-04-01T12:00:00Z"


def test_overrides_are_replaced_as_a_whole(api: Api) -> None:
    overrides = [{"student_ids": [ANN], "due_at": "2026-05-01T00:00:00Z"}, {"course_section_id": SECOND_SECTION}]
    found = assign(api, due_at="2026-04-01T00:00:00Z", assignment_overrides=overrides)
    path = f"{MANY}/{found['id']}"
    first, second = found["overrides"]
    assert (first["due_at"], second["title"], "due_at" in second) == ("2026-05-01T00:00:00Z", "Two", False)
    assert api.get(path, as_="ann").body["due_at"] == "2026-05-01T00:00:00Z"
    assert api.get(path, as_="bob").body["due_at"] == "2026-04-01T00:00:00Z"
    sent = [{"id": first["id"], "student_ids": [ANN, BOB], "due_at": None}]
    changed = api.put(path, body={"assignment": {"assignment_overrides": sent}}).body
    assert [one["id"] for one in changed["overrides"]] == [first["id"]]
    assert changed["overrides"][0]["student_ids"] == [ANN, BOB]
    assert api.get(path, as_="bob").body["due_at"] is None
    assert api.put(path, form="assignment[name]=X").body["has_overrides"] is True
    assert api.put(path, body={"assignment": {"assignment_overrides": []}}).body["has_overrides"] is False
    assert api.get(path, as_="ann").body["due_at"] == "2026-04-01T00:00:00Z"


def test_due_dates_do_not_move_into_or_out_of_closed_periods(api: Api) -> None:
    number = assign(api, due_at="2020-01-15T00:00:00Z")["id"]
    other = assign(api, due_at="2020-03-15T00:00:00Z")["id"]
    api.close_period("2020-01-01", "2020-02-01", assignment_id=number)
    assert api.get(f"{MANY}/{number}").body["in_closed_grading_period"] is True
    out = api.put(f"{MANY}/{number}", form="assignment[due_at]=2020-03-01")
    into = api.put(f"{MANY}/{other}", form="assignment[due_at]=2020-01-10")
    assert list(out.messages) == list(into.messages) == ["due_at"]
    assert api.put(f"{MANY}/{number}", form="assignment[name]=X").status == 200
    assert api.put(f"{MANY}/{number}", as_="admin", form="assignment[due_at]=2020-03-01").status == 200


def test_ids_of_other_systems_are_set_by_those_who_manage_them(api: Api) -> None:
    sent = "assignment[sis_assignment_id]=A-1&assignment[integration_id]=I&assignment[integration_data][5]=x"
    number = assign(api)["id"]
    path = f"{MANY}/{number}"
    assert api.put(path, form=sent).body["sis_assignment_id"] is None
    found = api.put(path, as_="admin", form=sent).body
    assert (found["sis_assignment_id"], found["integration_id"], found["integration_data"]) == ("A-1", "I", {"5": "x"})
    assert api.get(f"{MANY}/sis_assignment_id:A-1").body["id"] == number
    other = assign(api)["id"]
    taken = api.put(f"{MANY}/{other}", as_="admin", form="assignment[sis_assignment_id]=A-1")
    assert (taken.status, list(taken.messages)) == (400, ["sis_assignment_id"])
    api.delete(path)
    assert api.put(f"{MANY}/{other}", as_="admin", form="assignment[sis_assignment_id]=A-1").status == 200


# What becomes of grades


def test_changed_points_are_told_of_every_graded_submission(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number, 8.0, "ann")
    mark(api, number, "bob", excused=True, workflow_state="graded")
    api.put(f"{MANY}/{number}", form="assignment[points_possible]=20")
    ann, bob = api.events("grade_change")
    assert (ann["score"], ann["old_score"], ann["grade"], ann["old_grade"]) == (8.0, 8.0, "8", "8")
    assert (ann["points_possible"], ann["old_points_possible"], ann["grading_complete"]) == (20.0, 10.0, True)
    assert ann["grader_id"].endswith(f"{PEOPLE['teacher']:04}")
    assert (bob["score"], bob["grade"], bob["grading_complete"], bob["old_points_possible"]) == (None, None, True, 10.0)


def test_other_changes_are_not_told(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number)
    api.put(f"{MANY}/{number}", form="assignment[name]=X&assignment[due_at]=2026-04-01&assignment[points_possible]=10")
    assert api.events("grade_change") == []


REGRADED: list[tuple[dict[str, Any], dict[str, Any], float, str, float, str]] = [
    ({}, {"grading_type": "percent"}, 8.0, "8", 8.0, "80%"),
    ({}, {"grading_type": "letter_grade"}, 8.0, "8", 8.0, "B-"),
    ({}, {"grading_type": "letter_grade", "grading_standard_id": 3}, 8.0, "8", 8.0, "Yes"),
    ({}, {"grading_type": "pass_fail"}, 8.0, "8", 8.0, "complete"),
    ({"grading_type": "percent"}, {"points_possible": 16}, 8.0, "80%", 8.0, "50%"),
    ({"grading_type": "pass_fail"}, {"points_possible": 16}, 10.0, "complete", 16.0, "complete"),
    ({"grading_type": "pass_fail"}, {"points_possible": 16}, 0.0, "incomplete", 0.0, "incomplete"),
    ({"grading_type": "letter_grade"}, {"grading_standard_id": 3}, 2.0, "F", 2.0, "No"),
]


def test_grade_texts_follow_points_type_and_scheme(api: Api) -> None:
    api.add(t.grading_standards, {"id": 3, "course_id": COURSE, "data": [["Yes", 0.5], ["No", 0.0]]})
    s, v = t.submissions.c, t.grade_versions.c
    for made, sent, score, text, new_score, new_text in REGRADED:
        number = assign(api, **made)["id"]
        graded(api, number, score, grade=text)
        assert api.put(f"{MANY}/{number}", body={"assignment": sent}).status == 200
        found = api.rows(sa.select(s.score, s.grade, s.version).where(s.assignment_id == number, s.user_id == ANN))
        assert found == [(new_score, new_text, 2)], (made, sent)
        columns = (v.cause, v.old_score, v.old_grade, v.score, v.grade, v.acting_user_id)
        history = api.rows(sa.select(*columns).where(v.assignment_id == number))
        assert history == [("points_changed", score, text, new_score, new_text, PEOPLE["teacher"])]
        event = api.events("grade_change")[-1]
        assert (event["old_grade"], event["grade"]) == (text, new_text)
    assert len(api.events("grade_change")) == len(REGRADED)


def test_the_event_of_the_grade_comes_before_that_of_the_course(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number)
    api.put(f"{MANY}/{number}", form="assignment[points_possible]=16")
    c = t.outbox.c
    assert api.rows(sa.select(c.name).order_by(c.id)) == ["grade_change", "course_grade_change"]


# Overrides one at a time


def test_overrides_have_routes_of_their_own(api: Api) -> None:
    number = assign(api, due_at="2026-04-01T00:00:00Z")["id"]
    path = f"{MANY}/{number}/overrides"
    due = "assignment_override[due_at]=2026-05-01T00:00:00Z"
    made = api.post(path, form=f"assignment_override[student_ids][]={ANN}&assignment_override[title]=Late&{due}")
    assert made.status == 201
    assert made.body == {
        "id": made.body["id"],
        "assignment_id": number,
        "title": "Late",
        "student_ids": [ANN],
        "due_at": "2026-05-01T00:00:00Z",
    }
    section = api.post(path, form=f"assignment_override[course_section_id]={SECOND_SECTION}").body
    assert ids(api.get(path).body) == [made.body["id"], section["id"]]
    assert api.get(f"{path}/{section['id']}").body == section
    one = f"{path}/{made.body['id']}"
    changed = api.put(one, form=f"assignment_override[student_ids][]={BOB}&assignment_override[due_at]=")
    assert (changed.body["student_ids"], changed.body["due_at"]) == ([BOB], None)
    assert "due_at" not in api.put(one, form="assignment_override[title]=Later").body
    assert api.get(one).body["student_ids"] == [BOB]
    assert api.delete(one).body["id"] == made.body["id"]
    assert [api.get(one).status, api.put(one, form="").status, api.delete(one).status] == [404, 404, 404]
    assert api.get(f"{MANY}/{number}", as_="ann").body["due_at"] == "2026-04-01T00:00:00Z"


def test_refused_overrides(api: Api) -> None:
    number = assign(api)["id"]
    path = f"{MANY}/{number}/overrides"
    assert api.post(path, form=f"assignment_override[student_ids][]={ANN}").status == 201
    assert api.post(path, form=f"assignment_override[student_ids][]={ANN}").status == 400
    assert api.post(path, form="").status == 400
    expected = {"ta": 201, "designer": 400, "ann": 403, "stranger": 403, "foreigner": 404}
    sent = f"assignment_override[student_ids][]={BOB}"
    assert {who: api.post(path, as_=who, form=sent).status for who in expected} == expected
    assert {who: api.get(path, as_=who).status for who in ("ta", "ann")} == {"ta": 200, "ann": 403}
    assert api.get(f"{MANY}/999/overrides").status == 404
