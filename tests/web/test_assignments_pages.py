"""Assignments and their groups in a browser: what is chosen shows what else there is to say, and all of it is accessible."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.book import Book
from tests.web.chromium import Site, accessibility_faults
from tests.web.one_engine import module_database_url  # noqa: F401 -- a fixture
from tests.web.web_world import COURSE, POINTS

HERE = f"/courses/{COURSE}/assignment_groups"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_an_assignment_is_made_in_a_browser(site: Site, colours: str) -> None:
    """In the dark on a phone. What does not apply is not shown, without any script."""
    phone = {"viewport": {"width": 390, "height": 844}} if colours == "dark" else {}
    page = site.open("teacher", HERE, color_scheme=colours, **phone)
    page.get_by_text("Change Group").click()
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="Add an assignment to Group").click()
    count, attempts, files = page.get_by_label("Number of graders"), page.get_by_label("Attempts"), page.get_by_label("Files")
    expect(count).to_be_hidden()
    expect(attempts).to_be_hidden()
    page.get_by_label("Moderated grading").check()
    expect(count).to_be_visible()
    page.locator("#hand_in").select_option("online")
    expect(attempts).to_be_visible()
    files.check()
    page.get_by_label("Name", exact=True).fill(f"Essay in {colours}")
    count.fill("0")
    page.get_by_label("Due").fill("2030-05-01T12:00:00")
    assert accessibility_faults(page) == []
    site.expected = ("400",)
    page.get_by_role("button", name="Save").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Number of graders: Must be greater than 0.")
    expect(count).to_have_attribute("aria-invalid", "true")
    expect(count).to_have_accessible_description("Must be greater than 0. Beside the final grader.")
    assert accessibility_faults(page) == []
    if phone:
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    count.fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The assignment is made.")).to_be_visible()
    row = page.get_by_role("row", name=f"Essay in {colours}")
    expect(row).to_contain_text("moderated")
    expect(row).to_contain_text("1 May 2030, 12:00")


def test_the_menu_of_a_column_of_the_gradebook_leads_to_the_form(site: Site) -> None:
    book = Book(site.open("teacher", f"/courses/{COURSE}/gradebook"))
    book.go("bob", POINTS)
    book.page.keyboard.press("Alt+ArrowDown")
    book.page.get_by_role("menuitem", name="Change the assignment").click()
    expect(book.page.get_by_role("heading", level=1)).to_have_text(f"Work {POINTS}")
