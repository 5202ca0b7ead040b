"""Subscriptions to events by plain forms: made, changed, stopped, ended; dead events tried again; replay; and who may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import Response

from gradewire.store import tables as t
from tests.web.web_world import COURSE, NOW, ROOT, Browser, Web, add, form_with, forms_of, running, text_of

ACCOUNT = f"/accounts/{ROOT}/events"
OF_COURSE = f"/courses/{COURSE}/events"
URL = "https://warehouse.example.edu/grades"


@pytest.fixture
def web(database_url: str) -> Iterator[Web]:
    """Nothing delivers here: what waits stays, as if the target were down."""
    with running(database_url, relay_in_server=False) as found:
        yield found


def make(browser: Browser, where: str = ACCOUNT, **more: str | None) -> Response:
    page = browser.get(where)
    sent = {"name": "Warehouse", "url": URL, "bearer": "s3cret", **more}
    return browser.submit(page, form_with(page, body="plain"), **sent)


def stored(web: Web, *names: str) -> list[Any]:
    c = t.subscriptions.c
    return web.rows(sa.select(*(c[name] for name in names)).order_by(c.id))


def form_to(page: Response, end: str) -> Any:
    return next(one for one in forms_of(page) if one.action.endswith(end))


def add_events(web: Web, count: int = 3) -> None:
    """Events of the past, an hour apart, the last now."""
    shared = {"name": "grade_change", "course_id": COURSE, "student_id": 11, "routed": True, "canvas": "{}"}
    with web.engine.begin() as connection:
        for number in range(count):
            happened = NOW - timedelta(hours=count - 1 - number)
            add(connection, t.outbox, {"event_id": f"e{number}", "occurred_at": happened, **shared})


def give_up(web: Web, number: int) -> None:
    """A delivery of each event that failed for good."""
    shared = {"subscription_id": number, "course_id": COURSE, "student_id": 11, "due_at": NOW, "attempts": 12}
    with web.engine.begin() as connection:
        for event in connection.execute(sa.select(t.outbox.c.id)).scalars().all():
            values = {"outbox_id": event, "workflow_state": "dead", "last_error": "answered 503 <Busy>"}
            add(connection, t.deliveries, {**shared, **values})


def states(web: Web) -> list[str]:
    return web.rows(sa.select(t.deliveries.c.workflow_state).order_by(t.deliveries.c.outbox_id))


@pytest.mark.parametrize("where", [ACCOUNT, OF_COURSE])
def test_a_subscription_is_made_changed_stopped_resumed_and_ended(web: Web, where: str) -> None:
    browser = web.browser("admin")
    made = make(browser, where, body="signed")
    here = made.headers["location"].partition("?")[0]
    assert here.rpartition("/")[0] == where
    scope = (None, COURSE) if where == OF_COURSE else (ROOT, None)
    names = ("account_id", "course_id", "name", "format", "nulls", "withhold_unposted", "workflow_state")
    assert stored(web, *names) == [(*scope, "Warehouse", "canvas", "explicit", True, "active")]
    [target] = stored(web, "target")
    assert (target["kind"], target["url"], target["signed"]) == ("https", URL, True)
    page = browser.get(here)
    assert "with a secret" in text_of(page)
    changes = {"name": "Store", "compact": "1", "withhold_unposted": None, "event_grade_override": None}
    assert browser.submit(page, form_with(page, name="Warehouse"), **changes).headers["location"] == f"{here}?done=changed"
    assert stored(web, *names) == [(*scope, "Store", "canvas", "compact", False, "active")]
    assert stored(web, "events", "target") == [(["course_grade_change", "grade_change"], target)]
    page = browser.get(here)
    assert browser.submit(page, form_to(page, "/disable")).status_code == 303
    assert "stopped" in text_of(browser.get(where))
    page = browser.get(here)
    assert browser.submit(page, form_to(page, "/resume")).status_code == 303
    assert stored(web, "workflow_state") == ["active"]
    assert browser.submit(page, form_to(page, "/delete")).headers["location"] == f"{where}?done=deleted"
    assert browser.get(here).status_code == 404
    assert "Nobody has subscribed." in text_of(browser.get(where))


def test_secrets_are_shown_nowhere_and_not_sent_to_another_address(web: Web) -> None:
    browser = web.browser("admin")
    here = make(browser).headers["location"].partition("?")[0]
    assert "s3cret" not in str(stored(web, "target"))
    page = browser.get(here)
    assert "s3cret" not in page.text
    wrong = browser.submit(page, form_to(page, "/target"), url="ftp://example.edu", bearer="0ther-s3cret")
    assert wrong.status_code == 400
    assert "0ther" not in wrong.text
    assert form_to(wrong, "/target").fields["url"] == "ftp://example.edu"
    assert browser.submit(page, form_to(page, "/target"), url=f"{URL}/2").status_code == 303
    [target] = stored(web, "target")
    assert target["url"] == f"{URL}/2"
    assert "bearer_sealed" not in target


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "A name has 1 to 255 characters."),
        ({"name": "events_file:1"}, "This name is for the setting events_file."),
        ({"url": ""}, "The url is such as"),
        ({"url": "file:///etc/passwd"}, "The url is such as"),
        ({"url": "https://user:pw@example.edu/"}, "The url holds no credentials"),
        ({"bearer": "sécret"}, "The bearer token holds characters"),
        ({"format": "caliper"}, "Caliper exists only for grade_change"),
        ({"format": "xml"}, "The format is canvas or caliper."),
        ({"event_grade_change": None, "event_course_grade_change": None, "event_grade_override": None}, "Choose at least one"),
    ],
)
def test_what_cannot_be_is_told_and_what_was_typed_stays(module_web: Web, changes: dict[str, str | None], said: str) -> None:
    answer = make(module_web.browser("admin"), ACCOUNT, **{"name": "Typed", **changes})
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert "s3cret" not in answer.text
    kept = {name: value for name, value in changes.items() if value is not None and name in {"name", "url"}}
    form_with(answer, **kept, body="plain")
    assert stored(module_web, "name") == []


def test_only_web_addresses_can_be_named_however_the_form_is_made(web: Web) -> None:
    browser = web.browser("admin")
    assert make(browser, kind="file", path="/etc/passwd", ca_file="/etc/passwd").status_code == 303
    [target] = stored(web, "target")
    assert {"path", "ca_file"}.isdisjoint(target)
    assert target["kind"] == "https"


def test_the_list_tells_of_what_waits_and_what_is_wrong(web: Web) -> None:
    browser = web.browser("admin")
    number = int(make(browser).headers["location"].partition("?")[0].rpartition("/")[2])
    add_events(web)
    give_up(web, number)
    trouble = {"failing_since": NOW - timedelta(hours=3)}
    web.change(t.subscriptions, number, **trouble)
    web.run(sa.update(t.deliveries).where(t.deliveries.c.outbox_id == 2).values(workflow_state="waiting"))
    shown = browser.get(ACCOUNT)
    assert "failing since" in text_of(shown)
    assert "answered 503 &lt;Busy&gt;" in shown.text
    cells = [part.partition("</td>")[0] for part in shown.text.split('<td class="figure">')[1:]]
    assert cells == ["1", "<strong>2</strong>"]
    web.change(t.subscriptions, number, workflow_state="disabled", disabled_reason="no answer for 3 days")
    assert "by the server: no answer for 3 days" in text_of(browser.get(f"{ACCOUNT}/{number}"))


def test_dead_events_are_tried_again_one_or_all(web: Web) -> None:
    browser = web.browser("admin")
    here = make(browser).headers["location"].partition("?")[0]
    add_events(web)
    give_up(web, int(here.rpartition("/")[2]))
    page = browser.get(here)
    assert page.text.count("answered 503") == 4, "each with its error, and the last of all"
    sent = {"csrf_token": form_to(page, "/resend").fields["csrf_token"]}
    answer = browser.post(f"{here}/resend", {**sent, "event_id": "e1"})
    assert "One event is tried again." in text_of(browser.get(answer.headers["location"]))
    assert states(web) == ["dead", "waiting", "dead"]
    answer = browser.post(f"{here}/resend", sent)
    assert "2 events are tried again." in text_of(browser.get(answer.headers["location"]))
    assert states(web) == ["waiting"] * 3


def test_a_span_of_time_is_delivered_once_more(web: Web) -> None:
    browser = web.browser("admin")
    here = make(browser).headers["location"].partition("?")[0]
    web.run(sa.update(t.subscriptions).values(withhold_unposted=False))
    add_events(web)
    page = browser.get(here)
    form = form_to(page, "/replay")
    for typed in ("", "yesterday"):
        assert browser.submit(page, form, since=typed).status_code == 400
    assert states(web) == []
    since, until = ((NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S") for minutes in (90, 30))
    answer = browser.submit(page, form, since=since, until=until)
    assert answer.headers["location"] == f"{here}?replayed=1"
    assert states(web) == ["waiting"]
    web.run(sa.update(t.subscriptions).values(workflow_state="disabled"))
    refused = browser.submit(page, form, since=since)
    assert refused.status_code == 400
    assert "is disabled; resume it first" in text_of(refused)


def test_the_subscription_of_the_events_file_is_the_operators(web: Web) -> None:
    with web.engine.begin() as connection:
        shared = {"account_id": ROOT, "events": ["grade_change"], "target": {"kind": "events_file"}}
        add(connection, t.subscriptions, {"id": 9, "name": f"events_file:{ROOT}", **shared})
    browser = web.browser("admin")
    page = browser.get(f"{ACCOUNT}/9")
    assert "The file of the setting events_file" in text_of(page)
    assert [one.action for one in forms_of(page) if one.action.endswith(("/delete", "/target"))] == []
    sent = {"csrf_token": form_to(page, "/disable").fields["csrf_token"]}
    assert browser.post(f"{ACCOUNT}/9/delete", sent).status_code == 403
    assert browser.post(f"{ACCOUNT}/9/target", {**sent, "url": URL}).status_code == 403
    choices = {"name": f"events_file:{ROOT}", "event_grade_override": "1", "format": "canvas"}
    assert browser.post(f"{ACCOUNT}/9", {**sent, **choices}).status_code == 403
    assert stored(web, "target", "events") == [({"kind": "events_file"}, ["grade_change"])]


def test_a_subscription_is_found_only_where_it_belongs(web: Web) -> None:
    browser = web.browser("admin")
    number = make(browser).headers["location"].partition("?")[0].rpartition("/")[2]
    sent = {"csrf_token": form_with(browser.get("/")).fields["csrf_token"]}
    assert browser.get(f"{OF_COURSE}/{number}").status_code == 404
    for end in ("", "/target", "/disable", "/resume", "/delete", "/resend", "/replay"):
        assert browser.post(f"{OF_COURSE}/{number}{end}", {**sent, "since": "2026-01-01"}).status_code == 404
    assert stored(web, "workflow_state") == ["active"]


@pytest.mark.parametrize("who", ["teacher", "designer", "ann", "stranger"])
def test_only_who_manages_the_account_may(web: Web, who: str) -> None:
    """Teachers may not: events name every student."""
    number = make(web.browser("admin")).headers["location"].partition("?")[0].rpartition("/")[2]
    browser = web.browser(who)
    sent = {"csrf_token": form_with(browser.get("/")).fields["csrf_token"], "name": "Mine", "url": URL, "since": "2026-01-01"}
    for where in (ACCOUNT, OF_COURSE):
        assert browser.get(where).status_code == 403
        assert browser.post(where, {**sent, "event_grade_change": "1", "format": "canvas"}).status_code == 403
    assert browser.get(f"{ACCOUNT}/{number}").status_code == 403
    for end in ("", "/target", "/disable", "/resume", "/delete", "/resend", "/replay"):
        assert browser.post(f"{ACCOUNT}/{number}{end}", sent).status_code == 403
    assert stored(web, "name", "workflow_state") == [("Warehouse", "active")]
    assert OF_COURSE not in browser.get(f"/courses/{COURSE}").text
