"""The history in a browser: accessible, and of use on a phone."""

from __future__ import annotations

import pytest

from tests.web.chromium import Site, accessibility_faults
from tests.web.one_engine import module_database_url  # noqa: F401 -- a fixture
from tests.web.web_world import COURSE, POINTS

HERE = f"/courses/{COURSE}/history"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_history_is_accessible_and_shows_a_grade_just_given(site: Site, colours: str) -> None:
    page = site.open("teacher", f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={POINTS}", color_scheme=colours)
    page.locator("[name=grade]").first.fill({"light": "4", "dark": "6"}[colours])
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("form:has([name=grade]) button.primary").first.click()
    page.goto(HERE)
    assert page.locator("tbody tr").first.locator(".change strong").inner_text() == {"light": "4", "dark": "6"}[colours]
    assert accessibility_faults(page) == []
    page.locator("tbody a").first.click()
    page.get_by_role("heading", name="Grades as of").wait_for()
    assert accessibility_faults(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
