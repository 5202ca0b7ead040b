"""``grade_explanation``: its numbers are the stored ones, and nobody learns from it what is not posted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.scores_world import STORED, Scores, running

SAM = "/courses/1/enrollments/111/grade_explanation"
SUE = "/courses/1/enrollments/112/grade_explanation"
BOTANY = "/courses/2/enrollments/211/grade_explanation"


@pytest.fixture
def api(database_url: str) -> Iterator[Scores]:
    with running(database_url) as found:
        yield found


def passes(run: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one for one in run["passes"]}


def test_its_numbers_are_the_stored_ones(api: Scores) -> None:
    for enrollment_id in (111, 121, 112, 113):
        body = api.get(f"/courses/1/enrollments/{enrollment_id}/grade_explanation").body
        assert body["up_to_date"]
        for run in body["account"]["runs"]:
            period = run["grading_period_id"]
            scope = {} if period is None else {"grading_period_id": period}
            found = passes(run)
            names = ("current", "final", "unposted_current", "unposted_final")
            assert tuple(found[name]["score"] for name in names) == api.stored(enrollment_id, **scope)
            if period is None:
                for index, group in enumerate((1, 2)):
                    stored = api.stored(enrollment_id, assignment_group_id=group)
                    assert tuple(found[name]["assignment_groups"][index]["percent"] for name in names) == stored
        assert tuple(body[name] for name in STORED) == api.stored(enrollment_id)


def test_it_names_things(api: Scores) -> None:
    body = api.get(SAM).body
    assert (body["course_id"], body["enrollment_id"], body["user_id"]) == (1, 111, 11)
    assert (body["calculation"], body["calculation_version"]) == ("canvas", 1)
    assert (body["current_score"], body["current_grade"]) == (87.11, "B+")
    assert (body["unposted_current_score"], body["unposted_current_grade"]) == (77.61, "C+")
    assert body["grading_scheme"]["title"] == "Default Grading Scheme"
    current = passes(body["account"]["runs"][0])["current"]
    assert (current["weight_sum"], current["rescaled"]) == (90.0, True)
    homework, exams = current["assignment_groups"]
    assert (homework["name"], homework["score"], homework["possible"]) == ("Homework", 26.0, 30.0)
    assert [row["name"] for row in homework["dropped"]] == ["Products"]
    assert homework["dropped"][0]["rule"] == "drop_lowest"
    assert exams["left_out"] == [{"assignment_id": 4, "name": "Oral exam", "reason": "unposted"}]


def test_one_grading_period(api: Scores) -> None:
    body = api.get(SAM, grading_period_id=1).body
    (run,) = body["account"]["runs"]
    assert (run["grading_period_id"], run["grading_period_title"]) == (1, "First half")
    assert tuple(body[name] for name in STORED) == api.stored(111, grading_period_id=1)
    assert api.get(SAM, grading_period_id=99).status == 404


def test_a_text(api: Scores) -> None:
    body = api.get(SAM, format="text").body
    assert set(body) == {"course_id", "enrollment_id", "user_id", "grading_period_id", "text"}
    assert "Products: 5 of 10: dropped (lowest)" in body["text"]
    assert "unposted work" in body["text"]
    assert api.get(SAM, format="pdf").status == 400


@pytest.mark.parametrize("who", ["sam", "observer"])
def test_a_student_and_the_students_observer_see_the_posted_passes(api: Scores, who: str) -> None:
    body = api.get(SAM, as_=who).body
    assert (body["current_score"], body["final_score"]) == (87.11, 72.44)
    for run in body["account"]["runs"]:
        assert set(passes(run)) == {"current", "final"}
    assert passes(body["account"]["runs"][0])["final"]["score"] == 72.44
    assert not any(name.startswith("unposted") for name in body)


@pytest.mark.parametrize(
    "work",
    [{"score": 31.0, "grade": "31"}, {"score": None, "excused": True}, {"score": 5.0, "workflow_state": "pending_review"}],
)
@pytest.mark.parametrize("completed", [False, True])
def test_unposted_work_looks_like_ungraded_work(api: Scores, work: dict[str, Any], completed: bool) -> None:
    if completed:
        for enrollment_id in (111, 121):
            api.change(t.enrollments, enrollment_id, workflow_state="completed")
    answers = []
    for values in (work, {"score": None, "grade": None, "excused": False, "workflow_state": "unsubmitted"}):
        number = api.rows(
            sa.select(t.submissions.c.id).where(t.submissions.c.assignment_id == 4, t.submissions.c.user_id == 11)
        )
        api.change(t.submissions, number[0], **values)
        answers.append([api.get(SAM, as_="sam", format=kind).body for kind in ("json", "text")])
    assert answers[0] == answers[1]
    assert "31" not in str(answers[0][1]["text"])


def test_who_may_not_know(api: Scores) -> None:
    assert api.get(SUE, as_="sam").status == 403
    assert api.get(SUE, as_="observer").status == 403
    assert api.get(SUE, as_="stranger").status == 403
    assert api.get(SUE, as_=None).status == 401
    assert api.get(SUE, as_="assistant").status == 404, "of another section"
    assert api.get("/courses/1/enrollments/121/grade_explanation", as_="assistant").status == 200
    assert api.get("/courses/1/enrollments/102/grade_explanation").status == 404, "no student"
    assert api.get("/courses/2/enrollments/111/grade_explanation").status == 404, "of another course"
    assert api.get("/courses/1/enrollments/999/grade_explanation").status == 404


@pytest.mark.parametrize("setting", ["hide_final_grades", "restrict_quantitative_data"])
def test_hidden_totals_are_not_explained_to_students(api: Scores, setting: str) -> None:
    api.change(t.courses, 1, **{setting: True})
    assert api.get(SAM, as_="sam").status == 403
    assert api.get(SAM, as_="observer").status == 403
    assert api.get(SAM).status == 200


def test_an_override_is_shown_with_what_was_computed(api: Scores) -> None:
    api.put("/courses/1/enrollments/111/override_score", body={"override_score": 95})
    for who in ("teacher", "sam"):
        body = api.get(SAM, as_=who).body
        assert (body["current_score"], body["effective_current_score"], body["effective_final_grade"]) == (87.11, 95.0, "A")
        assert (body["override_in_effect"], body["override_score"]) == (True, 95.0)
    api.change(t.courses, 1, allow_final_grade_override=False)
    assert api.get(SAM).body["override_score"] == 95.0
    body = api.get(SAM, as_="sam").body
    assert (body["override_score"], body["effective_current_score"]) == (None, 87.11)


def test_scores_that_the_rules_no_longer_give_are_told_as_stored(api: Scores) -> None:
    api.change(t.assignments, 1, points_possible=50.0)
    body = api.get("/courses/1/enrollments/113/grade_explanation").body
    assert not body["up_to_date"]
    assert tuple(body[name] for name in STORED) == api.stored(113)


def test_a_course_as_schoology_computes_it(api: Scores) -> None:
    body = api.get(BOTANY).body
    assert body["calculation"] == "schoology"
    assert tuple(body[name] for name in STORED) == api.stored(211) == (78.5, 78.5, 70.17, 70.17)
    assert (body["account"]["posted"]["computed"], body["account"]["unposted"]["computed"]) == (78.5, 70.17)
    for period in body["account"]["posted"]["periods"]:
        assert period["computed"] == api.stored(211, grading_period_id=period["period_id"])[0]
    for category in body["account"]["unposted"]["categories"]:
        assert category["grade"] == api.stored(211, assignment_group_id=category["category_id"])[2]
    assert api.get(BOTANY, grading_period_id=2).body["account"]["posted"]["computed"] == 70.0
    text = api.get(BOTANY, format="text").body["text"]
    assert "From posted grades" in text
    assert "Roots: 10 of 20 = 50 % (dropped, one of the lowest)" in text


def test_a_student_of_such_a_course_sees_what_is_posted(api: Scores) -> None:
    before = api.get(BOTANY, as_="sam").body
    assert set(before["account"]) == {"posted"}
    number = api.rows(sa.select(t.submissions.c.id).where(t.submissions.c.assignment_id == 25, t.submissions.c.user_id == 11))
    api.change(t.submissions, number[0], score=None, grade=None, workflow_state="unsubmitted")
    assert api.get(BOTANY, as_="sam").body == before


def test_a_pinned_course_says_so(api: Scores) -> None:
    api.change(t.courses, 1, calculation_version=7)
    reply = api.get(SAM)
    assert reply.status == 400
    assert "pinned to version 7" in reply.body["error"]


def test_it_costs_a_few_statements(api: Scores) -> None:
    api.get(SAM)
    with api.counting() as statements:
        api.get(SAM)
    assert len([one for one in statements if one.lower() in {"select", "with"}]) <= 12
