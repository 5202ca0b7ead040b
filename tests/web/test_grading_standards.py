"""Grading schemes by plain forms: made, changed, deleted and refused; and who may."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.web.web_world import COURSE, ROOT, Web, add, form_with, forms_of, text_of

HERE = f"/courses/{COURSE}/grading_standards"
THERE = f"/accounts/{ROOT}/grading_standards"
SIMPLE = {"title": "Pass or not", "kind": "percent", "name_0": "Pass", "value_0": "50", "name_1": "Fail", "value_1": "0"}


def stored(web: Web) -> list[Any]:
    c = t.grading_standards.c
    return web.rows(sa.select(c.title, c.points_based, c.scaling_factor, c.data, c.course_id, c.workflow_state).order_by(c.id))


def test_a_scheme_is_made_changed_and_deleted_by_forms(web: Web) -> None:
    browser = web.browser("teacher")
    new = browser.get(f"{HERE}/new")
    empty = {name: "" for name in form_with(new, title="").fields if name.startswith(("name_", "value_"))}
    form = form_with(new, title="")
    made = browser.submit(new, form, **{**empty, **SIMPLE})
    assert (made.status_code, made.headers["location"]) == (303, f"{HERE}?done=made")
    number = web.rows(sa.select(t.grading_standards.c.id))[0]
    page = browser.get(f"{HERE}/{number}")
    changed = browser.submit(
        page, form_with(page, title="Pass or not"), kind="points", scaling_factor="20", value_0="12,5", value_1="0"
    )
    assert changed.status_code == 303
    [found] = stored(web)
    assert found[:3] == ("Pass or not", True, 20.0)
    assert [tuple(one) for one in found[3]] == [("Pass", 0.625), ("Fail", 0.0)]
    page = browser.get(f"{HERE}/{number}")
    assert form_with(page, title="Pass or not").fields["value_0"] == "12.5"
    deleting = next(one for one in forms_of(page) if one.action.endswith("/delete"))
    assert browser.submit(page, deleting).status_code == 303
    assert stored(web)[0][5] == "deleted"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value_1": "1"}, "The lowest grade has to begin at 0."),
        ({"value_0": "0"}, "Two grades begin at the same value."),
        ({"name_1": "Pass"}, "Two rows have the same grade."),
        ({"value_0": ""}, "A row has a grade or a value, but not both."),
        ({"value_0": "half"}, "“half” is no number."),
        ({"value_1": "-1"}, "No grade can begin below 0."),
        ({"name_0": "", "name_1": "", "value_0": "", "value_1": ""}, "Give at least one grade with its lowest value."),
        ({"kind": "points", "scaling_factor": "-5"}, "No grade can begin below 0."),
        ({"name_0": "x" * 256}, "A grade has more than 255 characters."),
    ],
)
def test_what_is_no_scheme_is_shown_again_with_the_reason(module_web: Web, changes: dict[str, str], said: str) -> None:
    browser = module_web.browser("teacher")
    token = form_with(browser.get(f"{HERE}/new"), title="").fields["csrf_token"]
    answer = browser.post(HERE, {"csrf_token": token, **SIMPLE, **changes})
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert form_with(answer, title="Pass or not").fields["kind"] is not None
    assert stored(module_web) == []


def test_a_scheme_by_which_work_was_graded_takes_only_a_new_title(web: Web) -> None:
    data = [["Pass", 0.5], ["Fail", 0.0]]
    with web.engine.begin() as connection:
        row = {"id": 7, "course_id": COURSE, "title": "Old", "data": data, "scaling_factor": 1.0, "points_based": False}
        add(connection, t.grading_standards, row)
    web.change(t.courses, COURSE, grading_standard_id=7)
    web.run(sa.update(t.assignments).values(grading_standard_id=7))
    web.run(sa.update(t.submissions).values(score=5, workflow_state="graded", grade="Pass"))
    browser = web.browser("teacher")
    page = browser.get(f"{HERE}/7")
    form = form_with(page, title="Old")
    assert "scaling_factor" not in form.fields
    assert browser.submit(page, form, title="New").status_code == 303
    refused = browser.submit(page, form, **SIMPLE, scaling_factor="1")
    assert refused.status_code == 400
    assert [one[0] for one in stored(web)] == ["New"]


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("teacher", HERE, 200),
        ("ann", f"{HERE}/new", 403),
        ("stranger", HERE, 403),
        ("teacher", f"{THERE}/new", 403),
        ("admin", f"{THERE}/new", 200),
        ("admin", f"{THERE}/999", 404),
        ("admin", "/accounts/999/grading_standards", 404),
    ],
)
def test_who_opens_a_page_of_schemes(module_web: Web, who: str, path: str, status: int) -> None:
    assert module_web.browser(who).get(path).status_code == status


def test_an_account_keeps_schemes_that_its_courses_are_offered(web: Web) -> None:
    browser = web.browser("admin")
    token = form_with(browser.get(f"{THERE}/new"), title="").fields["csrf_token"]
    assert browser.post(THERE, {"csrf_token": token, **SIMPLE}).headers["location"] == f"{THERE}?done=made"
    assert "Pass or not" in text_of(web.browser("teacher").get(HERE))


def test_only_those_who_manage_schemes_have_a_draft_judged(module_web: Web) -> None:
    for who, status in [("teacher", 200), ("ann", 403)]:
        browser = module_web.browser(who)
        token = next(one.fields["csrf_token"] for one in forms_of(browser.get("/")) if "csrf_token" in one.fields)
        body = {"title": "", "points_based": False, "scaling_factor": "", "rows": [{"name": "A", "value": "0"}], "percent": "3"}
        headers = {"Accept": "application/json", "X-CSRF-Token": token, "Origin": "http://testserver.local"}
        answer = browser.client.post(f"{HERE}/check", json=body, headers=headers)
        assert answer.status_code == status
        broken = browser.client.post(f"{HERE}/check", json={"rows": 3}, headers=headers)
        assert broken.status_code == 400
