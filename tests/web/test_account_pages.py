"""The pages of an account in Chromium: people are made, and a SIS import is watched to its end."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.chromium import Site, accessibility_faults
from tests.web.one_engine import module_database_url  # noqa: F401 -- a fixture
from tests.web.web_world import PEOPLE, ROOT

HERE = f"/accounts/{ROOT}"
PATIENT = 60_000


def test_an_administrator_goes_through_the_account(site: Site) -> None:
    page = site.open("admin", HERE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for end in ("", "/users", f"/users/{PEOPLE['ann']}", "/consumers", "/sis_imports"):
            page.goto(HERE + end)
            assert accessibility_faults(page) == [], end
    page.goto(HERE)
    page.get_by_role("navigation", name="Account").get_by_role("link", name="SIS imports").click()
    rows = ["user_id,login_id,full_name,status", "S1,s1@example.edu,Sam One,active", "S2,,No Login,active"]
    page.get_by_label("A CSV file").set_input_files(
        {"name": "users.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    )
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", name="Import 1")).to_be_visible()
    expect(page.get_by_text("Done, with messages")).to_be_visible(timeout=PATIENT)
    expect(page.get_by_role("region", name="Messages")).to_contain_text("users.csv")
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="Users").first.click()
    page.get_by_label("Name, login or id").fill("Sam")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="One, Sam").click()
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("heading", name="Sam One suspended")).to_be_visible()
