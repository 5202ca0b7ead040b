"""Grading periods and their sets: shapes, rights, rules of dates, and the scores that follow (grade calculation, 6 and 7)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions import rescoring
from gradewire.store import tables as t
from tests.dialects.canvas_world import COURSE, GROUP, PEOPLE, ROOT, SUB, Api, running

ONE = f"/courses/{COURSE}"
SETS = f"/accounts/{ROOT}/grading_period_sets"
EVERYTHING = {"read": True, "create": True, "update": True, "delete": True}
READ_ONLY = {"read": True, "create": False, "update": False, "delete": False}
AUTUMN = {"title": "Autumn", "start_date": "2026-01-01T00:00:00Z", "end_date": "2026-02-01T00:00:00Z", "weight": 40}
SPRING = {"title": "Spring", "start_date": "2026-02-01T00:00:00Z", "end_date": "2026-12-01T00:00:00Z", "weight": 60}


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


@pytest.fixture
def term(api: Api) -> int:
    """A term in which the course is."""
    made = api.post(f"/accounts/{ROOT}/terms", as_="admin", body={"enrollment_term": {"name": "Year"}})
    assert made.status == 200, made.body
    number: int = made.body["id"]
    assert api.put(ONE, as_="admin", body={"course": {"term_id": number}}).status == 200
    return number


def make_set(api: Api, *terms: int, weighted: bool = True, periods: Any = (AUTUMN, SPRING)) -> tuple[int, list[int]]:
    """A set that these terms use, and the ids of its periods."""
    body = {"grading_period_set": {"title": "Set", "weighted": weighted}, "enrollment_term_ids": list(terms)}
    made = api.post(SETS, as_="admin", body=body)
    assert made.status == 201, made.body
    number: int = made.body["grading_period_set"]["id"]
    if not periods:
        return number, []
    filled = change_set(api, number, *periods)
    assert filled.status == 200, filled.body
    return number, [one["id"] for one in filled.body["grading_periods"]]


def change_set(api: Api, number: int, *periods: dict[str, Any], as_: str = "admin") -> Any:
    path = f"/grading_period_sets/{number}/grading_periods/batch_update"
    return api.call("PATCH", path, as_=as_, body={"grading_periods": list(periods)})


def graded(api: Api, due_at: str | None, score: float, points: float = 10) -> int:
    """An assignment for which ann got a score."""
    body = {"assignment": {"name": "A", "points_possible": points, "due_at": due_at, "published": True}}
    made = api.post(f"{ONE}/assignments", body=body)
    number: int = made.body["id"]
    path = f"{ONE}/assignments/{number}/submissions/{PEOPLE['ann']}"
    assert api.put(path, body={"submission": {"posted_grade": score}}).status == 200
    return number


def final_score(api: Api, period: int | None = None) -> float | None:
    query: dict[str, Any] = {"grading_period_id": period} if period else {}
    (found,) = api.get(f"{ONE}/enrollments", user_id=PEOPLE["ann"], **query).body
    score: float | None = found["grades"]["final_score"]
    return score


def period_of(api: Api, assignment: int) -> int | None:
    s = t.submissions.c
    (found,) = api.rows(sa.select(s.grading_period_id).where(s.assignment_id == assignment, s.user_id == PEOPLE["ann"]))
    return found  # type: ignore[no-any-return]


# Sets


def test_a_set_is_made_listed_changed_and_deleted(api: Api, term: int) -> None:
    number, periods = make_set(api, term)
    (found,) = api.get(SETS, as_="admin").body["grading_period_sets"]
    assert found["id"] == number
    assert (found["title"], found["weighted"], found["display_totals_for_all_grading_periods"]) == ("Set", True, False)
    assert found["enrollment_term_ids"] == [term]
    assert [one["id"] for one in found["grading_periods"]] == periods
    assert (found["account_id"], found["permissions"]) == (ROOT, EVERYTHING)
    changes = {"grading_period_set": {"title": "New", "weighted": False, "display_totals_for_all_grading_periods": True}}
    assert api.call("PATCH", f"{SETS}/{number}", as_="admin", body=changes).status == 204
    (found,) = api.get(SETS, as_="admin").body["grading_period_sets"]
    assert (found["title"], found["weighted"], found["display_totals_for_all_grading_periods"]) == ("New", False, True)
    assert found["enrollment_term_ids"] == [term]
    assert api.delete(f"{SETS}/{number}", as_="admin").status == 204
    assert api.get(SETS, as_="admin").body == {"grading_period_sets": []}
    assert api.get(f"/accounts/{ROOT}/terms/{term}", as_="admin").body["grading_period_group_id"] is None
    assert api.get(f"{ONE}/grading_periods").body == {"grading_periods": []}


@pytest.mark.parametrize(
    ("account", "body", "attribute"),
    [
        (ROOT, {}, "title"),
        (ROOT, {"grading_period_set": {"title": "  "}}, "title"),
        (ROOT, {"grading_period_set": {"title": "x" * 256}}, "title"),
        (ROOT, {"grading_period_set": {"title": "S"}, "enrollment_term_ids": [4711]}, "enrollment_term_ids"),
        (SUB, {"grading_period_set": {"title": "S"}}, "account_id"),
    ],
)
def test_a_set_needs_a_title_terms_of_its_account_and_a_root_account(
    api: Api, account: int, body: dict[str, Any], attribute: str
) -> None:
    reply = api.post(f"/accounts/{account}/grading_period_sets", as_="admin", body=body)
    assert (reply.status, list(reply.body["errors"])) == (422, [attribute])
    assert api.get(SETS, as_="admin").body == {"grading_period_sets": []}


def test_who_may_edit_sets(api: Api, term: int) -> None:
    number, _ = make_set(api, term)
    body = {"grading_period_set": {"title": "Mine"}}
    expected = {"teacher": 403, "subadmin": 403, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.post(SETS, as_=who, body=body).status for who in expected} == expected
    assert {who: api.call("PATCH", f"{SETS}/{number}", as_=who, body=body).status for who in expected} == expected
    assert {who: api.delete(f"{SETS}/{number}", as_=who).status for who in expected} == expected
    assert {who: change_set(api, number, AUTUMN, as_=who).status for who in expected} == expected
    (seen,) = api.get(SETS).body["grading_period_sets"]
    assert seen["permissions"] == READ_ONLY
    assert api.get(SETS, as_="ann").status == 403


# Periods


def test_periods_of_a_course_with_all_their_fields(api: Api, term: int) -> None:
    number, (first, second) = make_set(api, term)
    autumn, spring = api.get(f"{ONE}/grading_periods", as_="ann").body["grading_periods"]
    assert autumn == {
        "id": first,
        "grading_period_group_id": number,
        "title": "Autumn",
        "start_date": "2026-01-01T00:00:00Z",
        "end_date": "2026-02-01T00:00:00Z",
        "close_date": "2026-02-01T00:00:00Z",
        "weight": 40.0,
        "is_closed": True,
        "is_last": False,
        "permissions": READ_ONLY,
    }
    assert (spring["is_closed"], spring["is_last"]) == (False, True)
    assert api.get(f"{ONE}/grading_periods/{second}").body == {"grading_periods": [spring]}
    assert api.get(f"{ONE}/grading_periods/{second}", as_="admin").body["grading_periods"][0]["permissions"] == EVERYTHING
    assert api.get(f"{ONE}/grading_periods/4711").status == 404
    assert api.get(f"{ONE}/grading_periods", as_="stranger").status == 403
    page = api.get(f"{ONE}/grading_periods", per_page=1)
    assert [one["id"] for one in page.body["grading_periods"]] == [first]
    assert "next" in page.links()
    listed = api.get(f"/accounts/{ROOT}/grading_periods", as_="admin").body["grading_periods"]
    assert [(one["id"], one["permissions"]) for one in listed] == [(first, EVERYTHING), (second, EVERYTHING)]
    assert api.get(f"/accounts/{SUB}/grading_periods", as_="admin").body == {"grading_periods": []}


FAULTY = [
    ({**AUTUMN, "end_date": "2025-12-01T00:00:00Z"}, "end_date"),
    ({**AUTUMN, "close_date": "2026-01-15T00:00:00Z"}, "close_date"),
    ({**AUTUMN, "end_date": "2026-02-02T00:00:00Z"}, "base"),
    ({**AUTUMN, "title": " "}, "title"),
    ({**AUTUMN, "title": "x" * 256}, "title"),
    ({**AUTUMN, "start_date": None}, "start_date"),
    ({"title": "No dates"}, "start_date"),
    ({**AUTUMN, "weight": -1}, "weight"),
]


@pytest.mark.parametrize(("sent", "attribute"), FAULTY)
def test_periods_start_before_they_end_close_after_it_and_do_not_overlap(
    api: Api, sent: dict[str, Any], attribute: str
) -> None:
    number, _ = make_set(api, periods=[SPRING])
    reply = change_set(api, number, sent)
    assert reply.status == 422
    assert attribute in reply.body["errors"]
    assert len(api.get(f"/accounts/{ROOT}/grading_periods", as_="admin").body["grading_periods"]) == 1


def test_periods_may_touch_and_swap_their_dates_in_one_request(api: Api) -> None:
    number, (first, second) = make_set(api)
    swapped = change_set(
        api,
        number,
        {"id": first, "start_date": SPRING["start_date"], "end_date": SPRING["end_date"]},
        {"id": second, "start_date": AUTUMN["start_date"], "end_date": AUTUMN["end_date"]},
    )
    assert swapped.status == 200, swapped.body
    assert [(one["id"], one["title"]) for one in swapped.body["grading_periods"]] == [(second, "Spring"), (first, "Autumn")]
    assert change_set(api, number, {"id": 4711, "title": "X"}).status == 404


def test_a_period_closes_with_its_end_until_somebody_says_otherwise(api: Api) -> None:
    number, (first, _) = make_set(api)
    moved = change_set(api, number, {"id": first, "end_date": "2026-01-20T00:00:00Z"}).body["grading_periods"][0]
    assert moved["close_date"] == "2026-01-20T00:00:00Z"
    later = {"id": first, "close_date": "2026-01-30T00:00:00Z"}
    assert change_set(api, number, later).body["grading_periods"][0]["close_date"] == "2026-01-30T00:00:00Z"
    moved = change_set(api, number, {"id": first, "end_date": "2026-01-10T00:00:00Z"}).body["grading_periods"][0]
    assert moved["close_date"] == "2026-01-30T00:00:00Z"


def test_a_period_is_changed_through_its_course_by_administrators(api: Api, term: int) -> None:
    _, (first, _) = make_set(api, term)
    path = f"{ONE}/grading_periods/{first}"
    body = {"grading_periods": [{"start_date": AUTUMN["start_date"], "end_date": "2026-01-31T00:00:00Z", "weight": 50}]}
    expected = {"teacher": 403, "ann": 403, "subadmin": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.put(path, as_=who, body=body).status for who in expected} == expected
    (changed,) = api.put(path, as_="admin", body=body).body["grading_periods"]
    assert (changed["weight"], changed["end_date"], changed["title"]) == (50.0, "2026-01-31T00:00:00Z", "Autumn")
    assert api.put(path, as_="admin", body={}).status == 400
    many = f"{ONE}/grading_periods/batch_update"
    body = {"grading_periods": [{"id": first, "title": "Fall"}]}
    assert api.call("PATCH", many, as_="admin", body=body).body["grading_periods"][0]["title"] == "Fall"
    assert api.call("PATCH", many, as_="admin", body={"grading_periods": [AUTUMN]}).status == 403
    assert api.call("PATCH", many, as_="admin", body={"grading_periods": [{"id": 4711, "title": "F"}]}).status == 404
    assert api.call("PATCH", many, as_="admin", body={}).status == 400


def test_a_set_of_one_course_alone_is_edited_by_its_teachers(api: Api) -> None:
    number, (first, second) = make_set(api)
    api.change(t.courses, COURSE, grading_period_group_id=number)
    path = f"{ONE}/grading_periods/{first}"
    body = {"grading_periods": [{"title": "Ours"}]}
    assert api.put(path, body=body).body["grading_periods"][0]["permissions"] == EVERYTHING
    assert api.put(path, as_="ta", body=body).status == 403
    assert api.delete(f"{ONE}/grading_periods/{second}", as_="ta").status == 403
    assert api.delete(f"{ONE}/grading_periods/{second}").status == 204
    assert [one["id"] for one in api.get(f"{ONE}/grading_periods").body["grading_periods"]] == [first]
    term = api.post(f"/accounts/{ROOT}/terms", as_="admin", body={"enrollment_term": {"name": "T"}}).body["id"]
    api.call("PATCH", f"{SETS}/{number}", as_="admin", body={"enrollment_term_ids": [term]})
    assert api.put(path, body=body).status == 403


def test_a_period_is_deleted_through_its_account_or_course(api: Api, term: int) -> None:
    _, (first, second) = make_set(api, term)
    path = f"/accounts/{ROOT}/grading_periods"
    assert api.delete(f"{path}/{first}").status == 403
    assert api.delete(f"/accounts/{SUB}/grading_periods/{first}", as_="admin").status == 404
    assert api.delete(f"{path}/{first}", as_="admin").body == {"delete": True}
    assert api.delete(f"{path}/{first}", as_="admin").status == 404
    assert api.delete(f"{ONE}/grading_periods/{second}", as_="admin").status == 204
    assert api.get(path, as_="admin").body == {"grading_periods": []}


# What follows


def test_work_and_scores_follow_the_dates_of_periods(api: Api, term: int) -> None:
    early, late = graded(api, "2026-01-20T00:00:00Z", 5), graded(api, "2026-03-20T00:00:00Z", 10)
    assert final_score(api) == 75.0
    number, (first, second) = make_set(api, term)
    assert (period_of(api, early), period_of(api, late)) == (first, second)
    assert (final_score(api, first), final_score(api, second), final_score(api)) == (50.0, 100.0, 80.0)
    longer = [
        {"id": first, "end_date": "2026-04-01T00:00:00Z"},
        {"id": second, "start_date": "2026-04-01T00:00:00Z"},
    ]
    assert change_set(api, number, *longer).status == 200
    assert (period_of(api, early), period_of(api, late)) == (first, first)
    assert (final_score(api, first), final_score(api, second), final_score(api)) == (75.0, None, 30.0)


def test_scores_follow_weights_and_whether_there_are_any(api: Api, term: int) -> None:
    graded(api, "2026-01-20T00:00:00Z", 5)
    graded(api, "2026-03-20T00:00:00Z", 10)
    number, (first, _) = make_set(api, term)
    assert change_set(api, number, {"id": first, "weight": 140}).status == 200
    assert final_score(api) == 130.0
    unweighted = {"grading_period_set": {"weighted": False}}
    assert api.call("PATCH", f"{SETS}/{number}", as_="admin", body=unweighted).status == 204
    assert final_score(api) == 75.0
    told = api.events("course_grade_change")
    assert [one["final_score"] for one in told if one["user_id"].endswith(str(PEOPLE["ann"]))][-2:] == [130.0, 75.0]


def test_deleted_periods_leave_deleted_scores_and_new_ones_get_rows(api: Api, term: int) -> None:
    early = graded(api, "2026-01-20T00:00:00Z", 5)
    number, (first, second) = make_set(api, term)
    c = t.scores.c
    states = sa.select(c.workflow_state).where(c.user_id == PEOPLE["ann"], c.grading_period_id == first)
    assert api.rows(states) == ["active"]
    assert api.delete(f"/accounts/{ROOT}/grading_periods/{first}", as_="admin").body == {"delete": True}
    assert api.rows(states) == ["deleted"]
    assert period_of(api, early) is None
    assert (final_score(api, second), final_score(api)) == (None, 0.0)
    (again,) = change_set(api, number, AUTUMN).body["grading_periods"]
    assert again["id"] not in {first, second}
    assert period_of(api, early) == again["id"]
    assert final_score(api, again["id"]) == 50.0


def test_courses_follow_when_a_term_gets_or_loses_a_set(api: Api, term: int) -> None:
    early = graded(api, "2026-01-20T00:00:00Z", 5)
    graded(api, "2026-03-20T00:00:00Z", 10)
    number, (first, _) = make_set(api)
    assert period_of(api, early) is None
    path = f"{SETS}/{number}"
    assert api.call("PATCH", path, as_="admin", body={"enrollment_term_ids": [term]}).status == 204
    assert (period_of(api, early), final_score(api)) == (first, 80.0)
    assert api.call("PATCH", path, as_="admin", body={"enrollment_term_ids": []}).status == 204
    assert (period_of(api, early), final_score(api)) == (None, 75.0)
    assert api.get(f"{ONE}/enrollments", grading_period_id=first).status == 404


def test_a_term_that_moves_to_another_set_takes_its_courses_along(api: Api, term: int) -> None:
    graded(api, "2026-01-20T00:00:00Z", 5)
    graded(api, "2026-03-20T00:00:00Z", 10)
    make_set(api, term)
    assert final_score(api) == 80.0
    make_set(api, term, periods=[{**AUTUMN, "weight": 100}])
    assert final_score(api) == 50.0
    assert api.get(SETS, as_="admin").body["grading_period_sets"][0]["enrollment_term_ids"] == []


def test_a_course_follows_when_it_moves_to_another_term(api: Api, term: int) -> None:
    early = graded(api, "2026-01-20T00:00:00Z", 5)
    graded(api, "2026-03-20T00:00:00Z", 10)
    _, (first, _) = make_set(api, term)
    assert api.put(ONE, as_="admin", form="course[term_id]=").status == 200
    assert (period_of(api, early), final_score(api)) == (None, 75.0)
    assert api.put(ONE, as_="admin", body={"course": {"term_id": term}}).body["enrollment_term_id"] == term
    assert (period_of(api, early), final_score(api, first), final_score(api)) == (first, 50.0, 80.0)
    assert api.put(ONE, body={"course": {"term_id": None}}).status == 403


def add_courses(api: Api, term: int) -> None:
    """So many more courses in a term that all of them follow in a job."""
    course = {"account_id": SUB, "root_account_id": ROOT, "enrollment_term_id": term, "course_code": "C"}
    ids = range(1000, 1000 + rescoring.MOST_COURSES)
    api.add(t.courses, *({"id": number, "name": f"Course {number}", "uuid": f"c-{number}", **course} for number in ids))


def finished_jobs(api: Api) -> list[tuple[str, dict[str, Any]]]:
    """Wait for the jobs; state and results of each."""
    p = t.progresses.c
    query = sa.select(p.workflow_state, p.results).where(p.tag == rescoring.TAG, p.user_id == PEOPLE["admin"])
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = api.rows(query)
        if all(state not in {"queued", "running"} for state, _ in found):
            assert found
            return found
        time.sleep(0.05)
    raise AssertionError("the jobs do not end")


def test_many_courses_follow_in_a_job(api: Api, term: int) -> None:
    add_courses(api, term)
    early = graded(api, "2026-01-20T00:00:00Z", 5)
    graded(api, "2026-03-20T00:00:00Z", 10)
    _, (first, _) = make_set(api, term)
    assert all(one == ("completed", {"done": 6, "refused": []}) for one in finished_jobs(api))
    assert (period_of(api, early), final_score(api, first), final_score(api)) == (first, 50.0, 80.0)


def test_a_course_that_cannot_be_computed_does_not_keep_the_others_from_it(api: Api, term: int) -> None:
    add_courses(api, term)
    api.change(t.courses, 1000, calculation_version=99)
    early = graded(api, "2026-01-20T00:00:00Z", 5)
    _, (first, _) = make_set(api, term)
    for state, results in finished_jobs(api):
        assert (state, results["done"]) == ("failed", 6)
        assert [one["course_id"] for one in results["refused"]] == [1000]
    assert (period_of(api, early), final_score(api, first)) == (first, 50.0)


def test_changing_periods_takes_as_many_statements_for_many_as_for_one(api: Api, term: int) -> None:
    number, (first, _) = make_set(api, term)
    year = {"title": "P", "weight": 1}
    more = [{**year, "start_date": f"20{y}-01-01T00:00:00Z", "end_date": f"20{y}-06-01T00:00:00Z"} for y in range(30, 60)]
    with api.counting() as few:
        assert change_set(api, number, {"id": first, "weight": 1}, more[0]).status == 200
    graded(api, None, 5)
    with api.counting() as many:
        assert change_set(api, number, {"id": first, "weight": 2}, *more[1:]).status == 200
    assert len(many) <= len(few) + 3  # placements and scores that now there are


def test_group_weights_apply_inside_each_period(api: Api, term: int) -> None:
    assert api.put(ONE, body={"course": {"apply_assignment_group_weights": True}}).status == 200
    assert api.put(f"{ONE}/assignment_groups/{GROUP}", body={"group_weight": 50}).status == 200
    graded(api, "2026-01-20T00:00:00Z", 5)
    _, (first, second) = make_set(api, term, weighted=False)
    assert (final_score(api, first), final_score(api, second)) == (50.0, None)
