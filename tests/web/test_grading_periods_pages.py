"""The pages of grading periods in a browser."""

from __future__ import annotations

import pytest

from tests.web.chromium import Site, accessibility_faults
from tests.web.one_engine import module_database_url  # noqa: F401 -- a fixture
from tests.web.web_world import COURSE, ROOT


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_pages_of_periods_are_accessible(site: Site, colours: str) -> None:
    page = site.open("admin", f"/accounts/{ROOT}/grading_period_sets", color_scheme=colours)
    page.get_by_label("Title").last.fill(f"Year in {colours}")
    page.get_by_role("button", name="Make the set").click()
    page.get_by_role("heading", name=f"Year in {colours}").wait_for()
    assert accessibility_faults(page) == []
    page.goto(f"/courses/{COURSE}/grading_periods")
    assert accessibility_faults(page) == []
