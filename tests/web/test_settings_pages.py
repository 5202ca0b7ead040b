"""The settings of a course in a browser: accessible, and of use by keyboard and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.chromium import Site, accessibility_faults
from tests.web.one_engine import module_database_url  # noqa: F401 -- a fixture
from tests.web.web_world import COURSE

HERE = f"/courses/{COURSE}/settings"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_settings_are_accessible(site: Site, colours: str) -> None:
    assert accessibility_faults(site.open("teacher", HERE, color_scheme=colours)) == []


def test_settings_are_changed_by_keyboard_on_a_phone(site: Site) -> None:
    page = site.open("teacher", HERE, viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    box = page.get_by_label("Weigh the assignment groups")
    box.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save the settings").press("Enter")
    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    expect(box).to_be_checked()
