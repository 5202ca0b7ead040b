"""Subscriptions to events over REST: made, shown, changed, stopped, ended; dead events sent again; what was before replayed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_world import COURSE, NOW, ROOT, SUB, Api, running

URL = "https://events.example.edu/grades"
SUBSCRIPTIONS = f"/accounts/{SUB}/event_subscriptions"


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


def make(api: Api, name: str = "Warehouse", path: str = SUBSCRIPTIONS, **more: Any) -> dict[str, Any]:
    sent = {"name": name, "target": {"url": URL, "bearer": "s3cret"}, **more}
    made = api.post(path, as_="admin", body={"event_subscription": sent})
    assert made.status == 200, made.body
    found: dict[str, Any] = made.body
    return found


def test_a_subscription_is_made_shown_changed_stopped_resumed_and_ended(api: Api) -> None:
    made = make(api, withhold_unposted=True)
    path = f"/event_subscriptions/{made['id']}"
    assert made == {
        "id": made["id"],
        "name": "Warehouse",
        "account_id": SUB,
        "course_id": None,
        "events": ["course_grade_change", "grade_change", "grade_override"],
        "format": "canvas",
        "nulls": "explicit",
        "withhold_unposted": True,
        "target": {"kind": "https", "url": URL, "bearer": "(secret)", "signed": False, "quoted": True, "envelope": "none"},
        "workflow_state": "active",
        "status": {
            "waiting": 0,
            "oldest_waiting_at": None,
            "dead": 0,
            "last_error": None,
            "failing_since": None,
            "disabled_reason": None,
        },
    }
    assert api.get(path, as_="admin").body == made
    assert api.get(SUBSCRIPTIONS, as_="admin").body == [made]
    changes = {"name": "Store", "events": ["grade_change"], "format": "caliper", "workflow_state": "disabled"}
    changed = api.put(path, as_="admin", body={"event_subscription": changes}).body
    assert changed == {**made, **changes}
    assert api.put(path, as_="admin", body={"event_subscription": {"workflow_state": "active"}}).body == {
        **changed,
        "workflow_state": "active",
    }
    elsewhere = api.put(path, as_="admin", body={"event_subscription": {"target": {"url": f"{URL}/2"}}}).body
    assert elsewhere["target"] == {"kind": "https", "url": f"{URL}/2", "signed": False, "quoted": True, "envelope": "none"}
    assert api.delete(path, as_="admin").body["workflow_state"] == "deleted"
    assert api.get(path, as_="admin").status == 404
    assert api.get(SUBSCRIPTIONS, as_="admin").body == []
    assert make(api, "Store")["name"] == "Store", "the name is free again"


def test_secrets_are_neither_kept_nor_shown_as_they_are(api: Api) -> None:
    made = make(api)
    [target] = api.rows(sa.select(t.subscriptions.c.target))
    assert "s3cret" not in str(target)
    assert "s3cret" not in str(api.get(f"/event_subscriptions/{made['id']}", as_="admin").body)
    renamed = api.put(f"/event_subscriptions/{made['id']}", as_="admin", body={"event_subscription": {"name": "Other"}}).body
    assert renamed["target"]["bearer"] == "(secret)", "it keeps its target"


def test_a_course_has_subscriptions_of_its_own(api: Api) -> None:
    path = f"/courses/{COURSE}/event_subscriptions"
    made = make(api, path=path)
    assert (made["course_id"], made["account_id"]) == (COURSE, None)
    assert api.get(path, as_="admin").body == [made]
    assert api.get(SUBSCRIPTIONS, as_="admin").body == []


@pytest.mark.parametrize("who", ["teacher", "ta", "ann", "stranger"])
def test_only_who_manages_the_account_may(api: Api, who: str) -> None:
    """Teachers may not: events name every student."""
    made = make(api)
    path = f"/event_subscriptions/{made['id']}"
    for place in (SUBSCRIPTIONS, f"/courses/{COURSE}/event_subscriptions"):
        assert api.get(place, as_=who).status == 403
        body = {"event_subscription": {"name": "x", "target": {"url": URL}}}
        assert api.post(place, as_=who, body=body).status == 403
    for method, end in (("get", ""), ("put", ""), ("delete", ""), ("get", "/dead"), ("post", "/resend"), ("post", "/replay")):
        assert getattr(api, method)(path + end, as_=who).status == 403, (method, end)


def test_an_administrator_further_down_manages_what_is_theirs(api: Api) -> None:
    body = {"event_subscription": {"name": "Mine", "target": {"url": URL}}}
    assert api.post(SUBSCRIPTIONS, as_="subadmin", body=body).status == 200
    assert api.post(f"/accounts/{ROOT}/event_subscriptions", as_="subadmin", body=body).status == 403


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"target": {"url": URL}}, 400),
        ({"name": "x"}, 400),
        ({"name": " ", "target": {"url": URL}}, 400),
        ({"name": "events_file:1", "target": {"url": URL}}, 400),
        ({"name": "x", "target": {"url": "ftp://example.edu"}}, 400),
        ({"name": "x", "target": {"url": "https://user:pw@example.edu/"}}, 400),
        ({"name": "x", "target": {"kind": "carrier pigeon"}}, 400),
        ({"name": "x", "target": {"kind": "file", "url": "/etc/passwd"}}, 400),
        ({"name": "x", "target": {"kind": "stdout"}}, 400),
        ({"name": "x", "target": {"url": URL}, "events": ["grade_chnage"]}, 400),
        ({"name": "x", "target": {"url": URL}, "events": []}, 400),
        ({"name": "x", "target": {"url": URL}, "format": "caliper", "events": ["grade_override"]}, 400),
        ({"name": "x", "target": {"url": URL}, "format": "xml"}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(api: Api, sent: dict[str, Any], status: int) -> None:
    assert api.post(SUBSCRIPTIONS, as_="admin", body={"event_subscription": sent}).status == status
    assert api.get(SUBSCRIPTIONS, as_="admin").body == []


def test_a_name_is_taken_once(api: Api) -> None:
    make(api)
    body = {"event_subscription": {"name": "Warehouse", "target": {"url": URL}}}
    assert api.post(SUBSCRIPTIONS, as_="admin", body=body).status == 400


def test_what_was_before_is_replayed_and_what_is_dead_sent_again(api: Api) -> None:
    """Nothing delivers here: what waits stays, as if the target were down."""
    event = {"name": "grade_change", "course_id": COURSE, "student_id": 11, "muted": False, "occurred_at": NOW, "canvas": "{}"}
    api.add(t.outbox, *({"event_id": f"e{number}", "routed": True, **event} for number in range(3)))
    path = f"/event_subscriptions/{make(api)['id']}"
    assert api.post(f"{path}/replay", as_="admin", body={"event_id": "e1"}).body == {"count": 1}
    assert api.post(f"{path}/replay", as_="admin", body={"since": "2026-01-01T00:00:00Z"}).body == {"count": 2}
    assert api.get(path, as_="admin").body["status"]["waiting"] == 3
    with api.engine.begin() as connection:
        connection.execute(sa.update(t.deliveries).values(workflow_state="dead", attempts=4, last_error="503"))
    first = api.get(f"{path}/dead", as_="admin", per_page=2)
    assert [(one["event_id"], one["attempts"], one["last_error"]) for one in first.body] == [("e0", 4, "503"), ("e1", 4, "503")]
    assert 'rel="next"' in first.headers["link"]
    assert [one["event_id"] for one in api.get(f"{path}/dead", as_="admin", per_page=2, page=2).body] == ["e2"]
    assert api.post(f"{path}/resend", as_="admin", body={"event_id": "e2"}).body == {"count": 1}
    status = api.get(path, as_="admin").body["status"]
    assert (status["waiting"], status["dead"], status["last_error"]) == (1, 2, "503")
    api.put(path, as_="admin", body={"event_subscription": {"workflow_state": "disabled"}})
    assert api.post(f"{path}/replay", as_="admin").status == 400
