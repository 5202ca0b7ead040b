"""Grading schemes in a browser: edited with the rules of the server as one types."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.chromium import Site, accessibility_faults
from tests.web.one_engine import module_database_url  # noqa: F401 -- a fixture
from tests.web.web_world import COURSE, ROOT

HERE = f"/courses/{COURSE}/grading_standards"
THERE = f"/accounts/{ROOT}/grading_standards"


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(("who", "path"), [("teacher", HERE), ("teacher", f"{HERE}/new"), ("admin", f"{THERE}/new")])
def test_a_page_of_schemes_is_accessible(site: Site, who: str, path: str, colours: str) -> None:
    assert accessibility_faults(site.open(who, path, color_scheme=colours)) == []


def rows(page: Page) -> list[tuple[str, str]]:
    names = page.locator("[name^=name_]").all()
    values = page.locator("[name^=value_]").all()
    return [(name.input_value(), value.input_value()) for name, value in zip(names, values, strict=True)]


def test_the_editor_judges_as_one_types_and_tells_what_a_percentage_earns(site: Site) -> None:
    page = site.open("teacher", f"{HERE}/new")
    expect(page.locator("#preview")).to_have_text("87 % is B+")
    page.get_by_label("Lowest value of grade 3").fill("88")
    expect(page.locator("#preview")).to_have_text("87 % is B")
    page.get_by_label("Lowest value of grade 12").fill("5")
    expect(page.locator("#faults")).to_have_text("The lowest grade has to begin at 0.")
    page.get_by_label("Lowest value of grade 12").fill("zero")
    expect(page.locator("#faults")).to_have_text("“zero” is no number.")
    page.get_by_label("Lowest value of grade 12").fill("0")
    expect(page.locator("#faults")).to_be_hidden()
    page.get_by_label("Try a percentage").fill("93,9")
    expect(page.locator("#preview")).to_have_text("93.9 % is A-")
    page.get_by_label("points, where").check()
    expect(page.locator("#faults")).to_have_text("The points of a full score must be a number greater than 0.")


def test_rows_are_added_removed_and_sorted_by_keyboard(site: Site) -> None:
    page = site.open("teacher", f"{HERE}/new")
    page.get_by_label("Title").fill("With distinction")
    page.get_by_role("button", name="Remove grade D-").press("Enter")
    assert ("D-", "61") not in rows(page)
    page.get_by_role("button", name="Add a grade").press("Enter")
    page.keyboard.type("A+")
    page.keyboard.press("Tab")
    page.keyboard.type("98")
    page.get_by_role("button", name="Sort").press("Enter")
    assert rows(page)[0] == ("A+", "98")
    page.get_by_role("button", name="Save").press("Enter")
    page.wait_for_url(lambda url: url.endswith("?done=made"))
    assert page.get_by_role("heading", name="With distinction").is_visible()
