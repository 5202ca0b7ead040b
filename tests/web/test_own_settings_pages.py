"""The pages of what people settle for themselves, in Chromium."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.chromium import Site, accessibility_faults
from tests.web.one_engine import module_database_url  # noqa: F401 -- a fixture


def test_in_chromium_one_makes_a_token_and_ends_a_session(site: Site) -> None:
    page = site.open("ann")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for path in ("/settings/applications", "/settings/sessions", "/settings/password", "/settings/tokens"):
            page.goto(path)
            assert accessibility_faults(page) == []
    page.goto("/settings/tokens")
    page.get_by_label("What it is for").fill("A script")
    page.get_by_label("only these operations").check()
    page.locator("fieldset summary").first.click()
    page.get_by_role("checkbox").locator("visible=true").first.check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("It is shown this once;")).to_be_visible()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Revoke the token for A script").click()
    expect(page.get_by_text("The token is revoked.")).to_be_visible()
