"""What people settle for themselves: their sessions, password and access tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from gradewire.actions.sessions import NOTED
from gradewire.store import tables as t
from gradewire.web.devices import device
from gradewire.web.throttle import MOST_FROM_ONE_PLACE
from tests.web.web_world import COURSE, ORIGIN, PEOPLE, Browser, Web, form_with, forms_of, text_of

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"


def csrf(browser: Browser) -> str:
    return form_with(browser.get("/settings/sessions"), everywhere="1").fields["csrf_token"]


def test_sessions_are_listed_with_device_and_use_and_ended_one_by_one(web: Web) -> None:
    here, there, other = web.browser("ann"), web.browser(), web.browser("bob")
    there.client.headers["User-Agent"] = FIREFOX
    there.sign_in("ann")
    page = here.get("/settings/sessions")
    assert "Firefox on Windows" in text_of(page)
    assert "this browser" in text_of(page)
    (form,) = [one for one in forms_of(page) if one.action.startswith("/settings/sessions/") and "others" not in one.action]
    theirs = web.rows(sa.select(t.sessions.c.public_id).where(t.sessions.c.user_id == PEOPLE["bob"]))[0]
    assert here.submit(page, form).status_code == 303
    assert there.get("/").headers["location"] == "/login"
    assert here.get("/").status_code == 200
    here.post(f"/settings/sessions/{theirs}", {"csrf_token": csrf(here)})
    assert other.get("/").status_code == 200, "a session of somebody else is not ended"


def test_all_other_sessions_end_at_once(web: Web) -> None:
    here, there = web.browser("ann"), web.browser("ann")
    assert here.post("/settings/sessions/others", {"csrf_token": csrf(here)}).status_code == 303
    assert there.get("/").headers["location"] == "/login"
    assert here.get("/").status_code == 200


def test_the_use_of_a_session_is_noted_every_few_minutes(web: Web) -> None:
    browser = web.browser("ann")
    c = t.sessions.c
    before = web.rows(sa.select(c.used_at))
    browser.get("/")
    assert web.rows(sa.select(c.used_at)) == before
    long_ago = datetime.now(UTC) - NOTED - timedelta(minutes=1)
    web.run(sa.update(t.sessions).values(used_at=long_ago))
    browser.get("/")
    assert web.rows(sa.select(c.used_at))[0] > long_ago + NOTED


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Safari/604", "Safari on an iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Chrome/140.0 Safari/537 Edg/140.0", "Edge on Linux"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/140.0 Mobile Safari/537", "Chrome on Android"),
        ("curl/8", "An unknown browser"),
        (None, "An unknown browser"),
    ],
)
def test_browsers_are_called_as_people_call_them(sent: str | None, shown: str) -> None:
    assert device(sent) == shown


def test_the_password_changes_by_the_old_one_and_signs_out_everywhere(web: Web) -> None:
    here, there = web.browser("ann"), web.browser("ann")
    page = here.get("/settings/password")
    form = form_with(page, old_password="")
    new = {"password": "a longer one", "again": "a longer one"}
    assert "not correct" in text_of(here.submit(page, form, old_password="wrong", **new))
    refused = here.submit(page, form, old_password="ann-secret", password="short", again="short")
    assert (refused.status_code, "10 to" in text_of(refused)) == (400, True)
    assert "not the same" in text_of(here.submit(page, form, old_password="ann-secret", password="a longer one", again="other"))
    changed = here.submit(page, form, old_password="ann-secret", **new)
    assert changed.headers["location"] == "/login?new_password=1"
    assert there.get("/").headers["location"] == "/login"
    assert web.browser().sign_in("ann").status_code == 422
    assert web.browser().sign_in("ann", "a longer one").status_code == 303


def test_even_administrators_prove_their_old_password(web: Web) -> None:
    browser = web.browser("admin")
    page = browser.get("/settings/password")
    sent = {"old_password": "", "password": "a longer one", "again": "a longer one"}
    assert browser.submit(page, form_with(page, old_password=""), **sent).status_code == 400
    login = web.rows(sa.select(t.logins.c.id).where(t.logins.c.user_id == PEOPLE["ann"]))[0]
    theirs = {**sent, "login_id": str(login), "old_password": "ann-secret"}
    assert browser.submit(page, form_with(page, old_password=""), **theirs).status_code == 404


def test_guessing_the_old_password_has_to_wait(web: Web) -> None:
    browser = web.browser("ann")
    page = browser.get("/settings/password")
    sent = {"old_password": "wrong", "password": "a longer one", "again": "a longer one"}
    for _ in range(MOST_FROM_ONE_PLACE):
        assert browser.submit(page, form_with(page, old_password=""), **sent).status_code == 400
    assert browser.submit(page, form_with(page, old_password=""), **{**sent, "old_password": "ann-secret"}).status_code == 429


def test_a_token_is_shown_once_carries_its_scopes_and_is_revoked(web: Web) -> None:
    browser = web.browser("teacher")
    page = browser.get("/settings/tokens")
    form = form_with(page, purpose="")
    scope = "url:GET|/api/v1/courses/:course_id/assignments"
    name = next(part for part in page.text.split("<input") if f'value="{scope}"' in part).split('name="')[1].split('"')[0]
    made = browser.submit(page, form, purpose="A script", days="7", limit="chosen", **{name: scope})
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    token = made.text.split('id="token" value="')[1].split('"')[0]
    assert token not in browser.get("/settings/tokens").text
    headers = {"Authorization": f"Bearer {token}"}
    assert web.client.get(f"/api/v1/courses/{COURSE}/assignments", headers=headers).status_code == 200
    assert web.client.get(f"/api/v1/courses/{COURSE}/users", headers=headers).status_code == 401
    (row,) = web.rows(sa.select(t.access_tokens.c.scopes, t.access_tokens.c.expires_at))
    assert row[0] == [scope]
    assert timedelta(days=6) < row[1] - datetime.now(UTC) < timedelta(days=8)
    listed = browser.get("/settings/tokens")
    revoke = next(one for one in forms_of(listed) if one.action.startswith("/settings/tokens/"))
    for _ in range(2):
        assert browser.submit(listed, revoke).status_code == 303
    assert web.client.get(f"/api/v1/courses/{COURSE}/assignments", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"purpose": " "}, "what the token is for"),
        ({"purpose": "x" * 256}, "at most 255"),
        ({"limit": "chosen"}, "at least one"),
        ({"limit": "chosen", "scope_0": "url:GET|/not/ours"}, "at least one"),
        ({"days": "9999"}, "when the token ends"),
    ],
)
def test_a_token_that_cannot_be_is_refused_in_words(module_web: Web, fields: dict[str, str], said: str) -> None:
    browser = module_web.browser("ann")
    sent = {"csrf_token": csrf(browser), "purpose": "A script", "days": "7", "limit": "all", **fields}
    answer = browser.post("/settings/tokens", sent)
    assert (answer.status_code, said in text_of(answer)) == (400, True)
    assert module_web.rows(sa.select(t.access_tokens.c.id)) == []


def test_a_token_of_somebody_else_stays(web: Web) -> None:
    browser = web.browser("ann")
    now = datetime.now(UTC)
    token = {"id": 7, "user_id": PEOPLE["bob"], "digest": "d", "hint": "h", "created_at": now, "updated_at": now}
    web.run(sa.insert(t.access_tokens).values(**token))
    browser.post("/settings/tokens/7", {"csrf_token": csrf(browser)})
    assert web.rows(sa.select(t.access_tokens.c.revoked_at)) == [None]


@pytest.mark.parametrize("path", ["/settings/sessions/others", "/settings/password", "/settings/tokens", "/settings/tokens/1"])
def test_forms_of_other_sites_change_nothing(module_web: Web, path: str) -> None:
    browser = module_web.browser("ann")
    assert browser.post(path, {"csrf_token": csrf(browser)}, origin="https://evil.example").status_code == 403
    assert browser.post(path, {}, origin=ORIGIN).status_code == 403
    assert module_web.browser().post(path, {}).headers["location"].startswith("/login")
