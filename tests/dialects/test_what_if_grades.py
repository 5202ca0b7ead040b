"""``what_if_grades``: the numbers that a real change would give, for whom, and that nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.scores_world import STORED, Scores, running

COURSE = "/courses/1/what_if_grades"


@pytest.fixture
def api(database_url: str) -> Iterator[Scores]:
    with running(database_url) as found:
        yield found


def totals(marks: dict[str, Any]) -> tuple[float | None, ...]:
    return tuple(marks[name] for name in STORED)


def test_without_a_hypothesis_all_is_as_it_is(api: Scores) -> None:
    body = api.post(COURSE, body={}).body
    assert [one["user_id"] for one in body["students"]] == [11, 12, 13]
    for one in body["students"]:
        assert totals(one["before"]) == totals(one["after"]) == api.stored(one["enrollment_id"])
    assert body["changes_letter_ids"] == []


@pytest.mark.parametrize(
    ("supposed", "real"),
    [
        ({"assignment_groups": [{"id": 1, "group_weight": 10}]}, {"group_weight": 10.0}),
        ({"assignment_groups": [{"id": 1, "rules": {"drop_lowest": 0}}]}, {"drop_lowest": 0}),
        (
            {"assignment_groups": [{"id": 1, "rules": {"drop_highest": 1, "never_drop": [2]}}]},
            {"drop_highest": 1, "never_drop": [2]},
        ),
    ],
)
def test_it_tells_what_a_real_change_gives(api: Scores, supposed: dict[str, Any], real: dict[str, Any]) -> None:
    found = api.post(COURSE, body=supposed).body["students"]
    assert any(one["before"] != one["after"] for one in found)
    api.change(t.assignment_groups, 1, **real)
    assert [one["before"] for one in api.post(COURSE, body={}).body["students"]] == [one["after"] for one in found]


def test_supposed_scores(api: Scores) -> None:
    body = {"user_id": 12, "scores": [{"assignment_id": 5, "score": 95}, {"assignment_id": 4, "score": 90}]}
    (sue,) = api.post(COURSE, body=body).body["students"]
    assert (sue["user_id"], sue["enrollment_id"]) == (12, 112)
    assert (sue["before"]["current_score"], sue["after"]["current_score"]) == (77.0, 84.17)
    assert sue["changes_letter"]
    form = "user_id=12&scores[][assignment_id]=5&scores[][score]=95&scores[][assignment_id]=4&scores[][score]=90"
    assert api.post(COURSE, form=form).body["students"] == [sue]
    (excused,) = api.post(COURSE, body={"user_id": 12, "scores": [{"assignment_id": 5, "excused": True}]}).body["students"]
    assert excused["after"]["final_score"] != sue["before"]["final_score"]


def test_a_score_for_everybody_and_another_for_one(api: Scores) -> None:
    scores = [{"assignment_id": 5, "score": 0}, {"assignment_id": 5, "user_id": 11, "score": 100}]
    sam, sue, _ = api.post(COURSE, body={"scores": scores}).body["students"]
    assert sam["after"]["current_score"] > sam["before"]["current_score"]
    assert sue["after"]["current_score"] < sue["before"]["current_score"]


def test_another_scheme_and_unweighted_groups(api: Scores) -> None:
    entries = [{"name": "Pass", "value": 80}, {"name": "Fail", "value": 0}]
    body = api.post(COURSE, body={"grading_scheme_entry": entries}).body
    assert [one["after"]["current_grade"] for one in body["students"]] == ["Pass", "Fail", "Fail"]
    assert body["changes_letter_ids"] == [11, 12, 13]
    assert api.post(COURSE, body={"grading_standard_id": 0}).body["changes_letter_ids"] == []
    sam = api.post(COURSE, body={"apply_assignment_group_weights": False}).body["students"][0]
    assert sam["before"]["current_score"] != sam["after"]["current_score"]


def test_an_override_keeps_its_letter(api: Scores) -> None:
    api.put("/courses/1/enrollments/111/override_score", body={"override_score": 95})
    sam = api.post(COURSE, body={"user_id": 11, "scores": [{"assignment_id": 5, "score": 0}]}).body["students"][0]
    assert sam["override_in_effect"]
    assert not sam["changes_letter"]
    assert sam["after"]["current_grade"] != sam["before"]["current_grade"]


def test_a_student_asks_about_own_posted_work(api: Scores) -> None:
    (sam,) = api.post(COURSE, as_="sam", body={"scores": [{"assignment_id": 2, "score": 10}]}).body["students"]
    assert sam["before"] == {"current_score": 87.11, "current_grade": "B+", "final_score": 72.44, "final_grade": "C-"}
    assert set(sam["after"]) == {"current_score", "current_grade", "final_score", "final_grade"}
    answers = []
    for score in (31.0, None):
        number = api.rows(
            sa.select(t.submissions.c.id).where(t.submissions.c.assignment_id == 4, t.submissions.c.user_id == 11)
        )
        api.change(t.submissions, number[0], score=score)
        answers.append(api.post(COURSE, as_="sam", body={"scores": [{"assignment_id": 2, "score": 10}]}).body)
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "body",
    [
        {"user_id": 12},
        {"scores": [{"assignment_id": 1, "user_id": 12, "score": 1}]},
        {"assignment_groups": [{"id": 1, "group_weight": 1}]},
        {"apply_assignment_group_weights": True},
        {"grading_standard_id": 0},
        {"grading_periods": [{"id": 1, "weight": 5}]},
    ],
)
def test_a_student_may_suppose_nothing_else(api: Scores, body: dict[str, Any]) -> None:
    assert api.post(COURSE, as_="sam", body=body).status == 403


def test_who_may_ask(api: Scores) -> None:
    assert api.post(COURSE, as_="observer", body={}).status == 403
    assert api.post(COURSE, as_="stranger", body={}).status == 403
    assert [one["user_id"] for one in api.post(COURSE, as_="assistant", body={}).body["students"]] == [11]
    assert api.post(COURSE, as_="assistant", body={"user_id": 12}).status == 404
    assert api.post(COURSE, body={"user_id": 2}).status == 404
    api.change(t.courses, 1, hide_final_grades=True)
    assert api.post(COURSE, as_="sam", body={}).status == 403
    assert api.post(COURSE, body={}).status == 200


@pytest.mark.parametrize(
    ("body", "attribute"),
    [
        ({"scores": [{"assignment_id": 77, "score": 1}]}, "scores[0][assignment_id]"),
        ({"scores": [{"assignment_id": 6, "score": 1}]}, "scores[0][assignment_id]"),
        ({"scores": [{"assignment_id": 1}]}, "scores[0][score]"),
        ({"scores": [{"assignment_id": 1, "score": 1e300}]}, "scores[0][score]"),
        ({"scores": [{"assignment_id": 1, "score": 1, "excused": True}]}, "scores[0][score]"),
        ({"scores": [{"assignment_id": 1, "score": 1, "user_id": 5}]}, "scores[0][user_id]"),
        ({"scores": [{"assignment_id": 1, "score": 1}, {"assignment_id": 1, "score": 2}]}, "scores[1]"),
        ({"assignment_groups": [{"id": 9, "group_weight": 1}]}, "assignment_groups[0][id]"),
        ({"assignment_groups": [{"id": 1, "group_weight": -1}]}, "assignment_groups[0][group_weight]"),
        ({"assignment_groups": [{"id": 1, "group_weight": 1e9}]}, "assignment_groups[0][group_weight]"),
        ({"assignment_groups": [{"id": 1, "rules": {"drop_lowest": -1}}]}, "assignment_groups[0][rules][drop_lowest]"),
        ({"assignment_groups": [{"id": 1, "rules": {"drop_highest": 4}}]}, "assignment_groups[0][rules][drop_highest]"),
        ({"assignment_groups": [{"id": 1, "rules": {"never_drop": [5]}}]}, "assignment_groups[0][rules][never_drop]"),
        ({"assignment_groups": [{"id": 1}, {"id": 1}]}, "assignment_groups[1]"),
        ({"grading_periods": [{"id": 9, "weight": 1}]}, "grading_periods[9]"),
        ({"grading_periods": [{"id": 1, "weight": -1}]}, "grading_periods[1][weight]"),
        ({"grading_standard_id": 999}, "grading_standard_id"),
        ({"grading_scheme_entry": [{"name": "A", "value": 90}]}, "data"),
    ],
)
def test_what_cannot_be_supposed(api: Scores, body: dict[str, Any], attribute: str) -> None:
    reply = api.post(COURSE, body=body)
    assert reply.status == 400
    assert list(reply.messages) == [attribute]


@pytest.mark.parametrize(
    "body",
    [
        {"scores": "all"},
        {"scores": [{"score": 1}]},
        {"assignment_groups": [{"id": 1, "group_weight": "NaN"}]},
        {"scores": [[1]]},
    ],
)
def test_what_cannot_be_read(api: Scores, body: dict[str, Any]) -> None:
    assert api.post(COURSE, body=body).status == 400


def test_a_schoology_course(api: Scores) -> None:
    url = "/courses/2/what_if_grades"
    sam, sue = api.post(url, body={"grading_periods": [{"id": 2, "weight": 0}]}).body["students"]
    assert (totals(sam["before"])[0], totals(sam["after"])[0]) == (78.5, 87.0)
    assert sue["before"] == sue["after"]
    (own,) = api.post(url, as_="sam", body={"scores": [{"assignment_id": 25, "score": 100}]}).body["students"]
    assert (own["before"]["current_score"], own["after"]["current_score"]) == (78.5, 83.5)


def test_nothing_is_written_and_the_number_of_statements_does_not_grow(api: Scores) -> None:
    before = api.rows(sa.select(t.scores).order_by(t.scores.c.id))
    api.post(COURSE, body={"assignment_groups": [{"id": 1, "group_weight": 1}]})
    counts = []
    for body in ({"user_id": 11}, {}):
        tries = []
        for _ in range(3):  # the worker of jobs may look for one meanwhile
            with api.counting() as statements:
                api.post(COURSE, body=body)
            tries.append(sum(one.lower() in {"select", "with"} for one in statements))
        counts.append(min(tries))
    assert counts[0] == counts[1] <= 12
    assert api.rows(sa.select(t.scores).order_by(t.scores.c.id)) == before
    assert api.rows(sa.select(sa.func.count()).select_from(t.outbox)) == [0]
