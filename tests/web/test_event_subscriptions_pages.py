"""Subscriptions to events in a browser: made, found failing, events tried again and replayed; accessible in both colours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.web.chromium import Site, accessibility_faults
from tests.web.one_engine import module_database_url  # noqa: F401 -- a fixture
from tests.web.web_world import COURSE, NOW, ROOT, add

HERE = f"/accounts/{ROOT}/events"
FAILING = 7


@pytest.fixture(scope="module")
def failing(module_site_server: object, module_database_url: str) -> None:  # noqa: ARG001, F811 -- the institution has to be there
    """A stopped subscription, so that the relay of the server leaves it alone, with two events that were given up."""
    with open_store(module_database_url, connections=1) as store, store.writing.begin() as connection:
        target = {"kind": "https", "url": "https://lake.example.edu/a/long/way/to/the/grades"}
        stopped = {"workflow_state": "disabled", "disabled_reason": "no answer for 3 days"}
        row = {"id": FAILING, "account_id": ROOT, "name": "Lake", "events": ["grade_change"], "target": target, **stopped}
        add(connection, t.subscriptions, row)
        for number in (1, 2):
            event = {"id": number, "event_id": f"e{number}", "name": "grade_change", "course_id": COURSE, "student_id": 11}
            add(connection, t.outbox, {**event, "occurred_at": NOW, "canvas": "{}", "routed": True})
            dead = {"subscription_id": FAILING, "outbox_id": number, "course_id": COURSE, "student_id": 11}
            times = {"due_at": NOW + timedelta(days=1), "attempts": 12, "last_error": "answered 503"}
            add(connection, t.deliveries, {**dead, **times, "workflow_state": "dead"})


@pytest.mark.usefixtures("failing")
def test_what_was_given_up_is_tried_again_and_a_subscription_made(site: Site) -> None:
    """In the dark on a phone, then in light."""
    page = site.open("admin", HERE, color_scheme="dark", viewport={"width": 390, "height": 844})
    expect(page.get_by_role("row", name="Lake")).to_contain_text("no answer for 3 days")
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="Lake").click()
    page.get_by_text("Change what is sent").click()
    page.get_by_text("Change where it goes").click()
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Try again e1").click()
    expect(page.get_by_text("One event is tried again.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again e1")).to_have_count(0)
    page.get_by_role("button", name="Try all again").click()
    expect(page.get_by_role("heading", name="Given up")).to_have_count(0)

    page = site.open("admin", HERE, color_scheme="light")
    assert accessibility_faults(page) == []
    page.get_by_label("Name", exact=True).fill("Store")
    page.get_by_label("Address").fill("https://store.example.edu/grades")
    page.get_by_label("Format").select_option("caliper")
    site.expected = ("400",)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("alert")).to_contain_text("Caliper exists only for grade_change")
    expect(page.get_by_label("Address")).to_have_value("https://store.example.edu/grades")
    page.get_by_label("Format").select_option("canvas")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_text("The subscription is made.")).to_be_visible()
    page.get_by_label("From").fill("2030-01-01T00:00:00")
    page.get_by_role("button", name="Deliver once more").click()
    expect(page.get_by_text("0 events are delivered once more.")).to_be_visible()
    assert accessibility_faults(page) == []
