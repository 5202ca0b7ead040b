"""Sets of grading periods with their terms, and the periods of a course, by plain forms; and who may."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.web.web_world import COURSE, ROOT, Browser, Web, add, form_with, text_of

SETS = f"/accounts/{ROOT}/grading_period_sets"
HERE = f"/courses/{COURSE}/grading_periods"
FIRST = {"title_0": "Autumn", "start_0": "2026-09-01T00:00", "end_0": "2026-12-31T23:59", "weight_0": "40,5"}
SECOND = {"title_1": "Spring", "start_1": "2027-01-01T00:00", "end_1": "2027-06-30T23:59", "close_1": "2027-07-07T00:00"}


def stored(web: Web) -> list[tuple[object, ...]]:
    c = t.grading_periods.c
    return web.rows(sa.select(c.title, c.weight).where(c.workflow_state == "active").order_by(c.start_date))


def make_set(web: Web) -> Browser:
    """A set of two periods, used by the term of the course."""
    with web.engine.begin() as connection:
        add(connection, t.enrollment_terms, {"id": 3, "root_account_id": ROOT, "name": "This year"})
    web.change(t.courses, COURSE, enrollment_term_id=3)
    browser = web.browser("admin")
    page = browser.get(SETS)
    assert browser.submit(page, form_with(page, title=""), title="School year").headers["location"] == f"{SETS}?done=made"
    page = browser.get(SETS)
    form = form_with(page, title="School year")
    answer = browser.submit(page, form, weighted="1", term_3="1", **FIRST, **SECOND)
    assert answer.headers["location"] == f"{SETS}?done=changed"
    return browser


def test_a_set_is_made_with_periods_and_terms_then_changed_and_deleted(web: Web) -> None:
    browser = make_set(web)
    assert stored(web) == [("Autumn", 40.5), ("Spring", None)]
    page = browser.get(SETS)
    form = form_with(page, title="School year")
    assert {"weighted", "term_3"} <= form.fields.keys()
    assert (form.fields["end_0"], form.fields["close_1"]) == ("2026-12-31T23:59:00", "2027-07-07T00:00:00")
    assert browser.submit(page, form, delete_0="1", title_1="Second half").status_code == 303
    assert stored(web) == [("Second half", None)]
    token = form.fields["csrf_token"]
    number = web.rows(sa.select(t.grading_period_groups.c.id))[0]
    assert browser.post(f"{SETS}/{number}/delete", {"csrf_token": token}).status_code == 303
    assert stored(web) == []


@pytest.mark.parametrize(
    "changes", [{"start_1": "2026-12-01T00:00"}, {"title_0": ""}, {"weight_0": "heavy"}, {"end_0": "2026-01-01T00:00"}]
)
def test_periods_that_cannot_be_change_nothing(web: Web, changes: dict[str, str]) -> None:
    browser = make_set(web)
    page = browser.get(SETS)
    answer = browser.submit(page, form_with(page, title="School year"), **{"title": "Renamed", **changes})
    assert answer.status_code == 400
    assert "Nothing was saved." in text_of(answer)
    assert stored(web) == [("Autumn", 40.5), ("Spring", None)]
    assert web.rows(sa.select(t.grading_period_groups.c.title)) == ["School year"]


def test_a_course_shows_the_periods_of_its_term(web: Web) -> None:
    make_set(web)
    shown = text_of(web.browser("teacher").get(HERE))
    assert "The score of the course weighs its periods." in shown
    assert "Autumn 1 Sep 2026, 00:00" in shown
    browser = web.browser("admin")
    page = browser.get(HERE)
    form = form_with(page, title_0="Autumn")
    assert browser.submit(page, form, title_0="First half").headers["location"] == f"{HERE}?done=changed"
    assert stored(web) == [("First half", 40.5), ("Spring", None)]
    teacher = web.browser("teacher")
    token = form_with(teacher.get("/")).fields["csrf_token"]
    sent = {**form.fields, "csrf_token": token, "title_0": "Mine"}
    assert teacher.post(HERE, sent).status_code == 403
    assert stored(web) == [("First half", 40.5), ("Spring", None)]


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("teacher", HERE, 200),
        ("stranger", HERE, 403),
        ("admin", SETS, 200),
        ("stranger", SETS, 403),
        ("admin", "/accounts/99/grading_period_sets", 404),
    ],
)
def test_who_opens_the_periods(module_web: Web, who: str, path: str, status: int) -> None:
    assert module_web.browser(who).get(path).status_code == status


def test_only_administrators_make_sets(module_web: Web) -> None:
    teacher = module_web.browser("teacher")
    token = form_with(teacher.get("/")).fields["csrf_token"]
    assert teacher.post(SETS, {"csrf_token": token, "title": "Mine"}).status_code == 403
