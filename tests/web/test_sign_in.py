"""Signing in and out: who gets in, how long, and what a browser is made to keep."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher, extract_parameters

from gradewire.actions import passwords
from gradewire.actions.sessions import IDLE, LONGEST
from gradewire.store import tables as t
from gradewire.web.throttle import MOST_FOR_LOGIN, MOST_FROM_ADDRESS, MOST_FROM_ONE_PLACE, WINDOW, Throttle
from tests.web.web_world import COURSE, PEOPLE, Web, form_with, running, text_of


def test_a_page_sends_to_the_form_and_the_form_back(web: Web) -> None:
    browser = web.browser()
    asked = browser.get(f"/courses/{COURSE}?some=thing")
    assert asked.status_code == 303
    target = urlsplit(asked.headers["location"])
    assert target.path == "/login"
    assert parse_qs(target.query) == {"next": [f"/courses/{COURSE}?some=thing"]}
    signed_in = browser.sign_in("ann", path=asked.headers["location"])
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, f"/courses/{COURSE}?some=thing")
    assert browser.get(signed_in.headers["location"]).status_code == 200


def test_the_cookie_is_for_this_server_alone_and_only_its_digest_is_kept(web: Web) -> None:
    browser = web.browser()
    answer = browser.sign_in("ann")
    cookie = next(text for text in answer.headers.get_list("set-cookie") if text.startswith("gradewire_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    secret = browser.session
    assert secret is not None
    assert len(secret) == 43
    (digest, user_id, public_id, csrf) = web.rows(
        sa.select(t.sessions.c.digest, t.sessions.c.user_id, t.sessions.c.public_id, t.sessions.c.csrf_token)
    )[0]
    assert digest == hashlib.sha256(secret.encode()).hexdigest()
    assert user_id == PEOPLE["ann"]
    assert len(bytes.fromhex(public_id)) == 16
    assert secret not in {digest, public_id, csrf}


def test_behind_https_the_cookie_is_secure_and_paths_have_their_prefix(database_url: str) -> None:
    with running(database_url, public_url="https://school.example/grades") as web:
        browser = web.browser()
        page = browser.get("/login")
        assert all("Secure" in text and "Path=/grades" in text for text in page.headers.get_list("set-cookie"))
        form = form_with(page, login="")
        assert form.action == "/grades/login"
        assert re.search(r"/grades/static/[0-9a-f]{12}/gradewire\.css", page.text)
        fields = {**form.fields, "login": "ann@example.edu", "password": "ann-secret"}
        cookie = page.headers["set-cookie"].partition(";")[0]
        answer = browser.post("/login", fields, origin="https://school.example", Cookie=cookie)
        assert (answer.status_code, answer.headers["location"]) == (303, "/grades/")


@pytest.mark.parametrize("login", ["ANN@example.edu", "  ann@example.edu ", "Ann@Example.edu"])
def test_a_login_is_found_however_a_phone_writes_it(web: Web, login: str) -> None:
    browser = web.browser()
    page = browser.get("/login")
    answer = browser.submit(page, form_with(page, login=""), login=login, password="ann-secret")
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("login", "password"),
    [("ann@example.edu", "wrong"), ("nobody@example.edu", "ann-secret"), ("nobody", "x"), ("ann@example.edu", "ann-secret ")],
)
def test_what_is_wrong_is_not_told(web: Web, login: str, password: str) -> None:
    browser = web.browser()
    page = browser.get("/login")
    answer = browser.submit(page, form_with(page, login=""), login=login, password=password)
    assert answer.status_code == 422
    assert "Login or password is not correct." in text_of(answer)
    assert form_with(answer, login=login).fields["password"] == ""
    assert browser.session is None
    assert web.rows(sa.select(t.sessions.c.digest)) == []


def test_a_login_without_password_and_one_of_somebody_deleted_open_nothing(web: Web) -> None:
    c = t.logins.c
    web.run(sa.update(t.logins).where(c.user_id == PEOPLE["ann"]).values(password_hash=None))
    web.change(t.users, PEOPLE["bob"], workflow_state="deleted")
    web.run(sa.update(t.logins).where(c.user_id == PEOPLE["cem"]).values(workflow_state="deleted"))
    for name in ("ann", "bob", "cem"):
        assert web.browser().sign_in(name).status_code == 422


def test_an_unknown_login_costs_as_much_as_a_wrong_password(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """One hash of the same parameters is computed either way; that is all the time there is to measure."""
    hasher, costs = passwords._HASHER, []

    class Counting:
        hash = staticmethod(hasher.hash)

        @staticmethod
        def verify(stored: str, password: bytes) -> bool:
            costs.append(extract_parameters(stored))
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting)
    web.run(sa.update(t.logins).where(t.logins.c.user_id == PEOPLE["bob"]).values(password_hash=None))
    for login in ("ann", "nobody", "bob"):
        assert web.browser().sign_in(login, "wrong").status_code == 422
    assert len(costs) == 3
    assert len({repr(cost) for cost in costs}) == 1


def test_an_old_hash_is_replaced_when_its_password_is_known(web: Web) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("ann-secret")
    c = t.logins.c
    web.run(sa.update(t.logins).where(c.user_id == PEOPLE["ann"]).values(password_hash=old))
    assert web.browser().sign_in("ann").status_code == 303
    new = web.rows(sa.select(c.password_hash).where(c.user_id == PEOPLE["ann"]))[0]
    assert new != old
    assert "m=19456,t=2,p=1" in new
    assert web.browser().sign_in("ann").status_code == 303


def test_many_failures_have_to_wait_whatever_the_password(web: Web) -> None:
    browser = web.browser()
    for _ in range(MOST_FROM_ONE_PLACE):
        assert browser.sign_in("ann", "wrong").status_code == 422
    for password in ("wrong", "ann-secret"):
        answer = browser.sign_in("ann", password)
        assert answer.status_code == 429
        assert "Too many tries. Wait 15 minutes" in text_of(answer)
        assert 0 < int(answer.headers["retry-after"]) <= WINDOW.total_seconds() + 1
    assert browser.session is None
    assert browser.sign_in("bob").status_code == 303


def test_unknown_logins_are_throttled_alike(web: Web) -> None:
    browser = web.browser()
    statuses = [browser.sign_in("nobody", "wrong").status_code for _ in range(MOST_FROM_ONE_PLACE + 1)]
    assert statuses == [422] * MOST_FROM_ONE_PLACE + [429]


def test_the_count_of_failures() -> None:
    throttle, now = Throttle(), datetime(2026, 3, 1, tzinfo=UTC)
    for _ in range(MOST_FROM_ONE_PLACE):
        assert throttle.begin("Ann", "1.1.1.1", now) is None
    assert throttle.begin(" ann ", "1.1.1.1", now) == WINDOW
    assert throttle.begin("ann", "1.1.1.1", now + WINDOW - timedelta(seconds=1)) == timedelta(seconds=1)
    assert throttle.begin("ann", "2.2.2.2", now) is None
    assert throttle.begin("bob", "1.1.1.1", now) is None
    assert throttle.begin("ann", "1.1.1.1", now + WINDOW) is None


def test_a_success_is_not_counted() -> None:
    throttle, now = Throttle(), datetime(2026, 3, 1, tzinfo=UTC)
    for second in range(MOST_FROM_ADDRESS + 5):
        moment = now + timedelta(seconds=second)
        assert throttle.begin("ann", "1.1.1.1", moment) is None
        throttle.forgive("ann", "1.1.1.1", moment)


def test_guessing_from_many_places_or_for_many_logins_ends() -> None:
    throttle, now = Throttle(), datetime(2026, 3, 1, tzinfo=UTC)
    assert all(throttle.begin("ann", f"10.0.0.{number}", now) is None for number in range(MOST_FOR_LOGIN))
    assert throttle.begin("ann", "10.0.1.1", now) is not None
    throttle = Throttle()
    assert all(throttle.begin(f"student{number}", "1.1.1.1", now) is None for number in range(MOST_FROM_ADDRESS))
    assert throttle.begin("another", "1.1.1.1", now) is not None


def test_signing_in_makes_a_new_session_and_ends_the_one_before(web: Web) -> None:
    """A secret that somebody else put into the browser opens nothing afterwards."""
    browser = web.browser()
    browser.hold("planted-by-somebody-else")
    assert browser.sign_in("ann").status_code == 303
    planted = web.browser()
    planted.hold("planted-by-somebody-else")
    assert planted.get("/").status_code == 303

    first = browser.session
    assert first is not None
    page = web.browser().get("/login")
    cookies = f"gradewire_session={first}; {page.headers['set-cookie'].partition(';')[0]}"
    fields = {**form_with(page, login="").fields, "login": "bob@example.edu", "password": "bob-secret"}
    answer = web.browser().post("/login", fields, Cookie=cookies)
    assert answer.status_code == 303
    assert web.rows(sa.select(t.sessions.c.user_id)) == [PEOPLE["bob"]]
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/x",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/x\r\nSet-Cookie: a=b",
        "http:/evil",
        "/a b",
    ],
)
def test_nobody_is_sent_to_another_server(web: Web, target: str) -> None:
    browser = web.browser()
    page = browser.client.get("/login", params={"next": target})
    answer = browser.submit(page, form_with(page, login=""), login="ann@example.edu", password="ann-secret")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    answer = browser.client.get("/login", params={"next": target}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    browser = web.browser()
    form = form_with(browser.get("/login"), login="")
    fields = {**form.fields, "next": target, "login": "ann@example.edu", "password": "ann-secret"}
    assert browser.post("/login", fields).headers["location"] == "/"


def test_the_sign_in_form_of_another_browser_or_site_is_refused(web: Web) -> None:
    browser = web.browser()
    page = browser.get("/login")
    fields = {**form_with(page, login="").fields, "login": "ann@example.edu", "password": "ann-secret"}
    for origin in ("https://evil.example", "null", None, "http://testserver.local.evil.example"):
        assert browser.post("/login", fields, origin=origin).status_code == 403
    assert browser.post("/login", fields, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.post("/login", {**fields, "form_token": "x" * 43}).status_code == 403
    assert web.browser().post("/login", fields).status_code == 403
    assert web.rows(sa.select(t.sessions.c.digest)) == []
    assert browser.post("/login", fields, origin=None, Referer="http://testserver.local/login").status_code == 303


def test_signing_out(web: Web) -> None:
    browser = web.browser("ann")
    page = browser.get("/")
    copied = web.browser()
    copied.hold(browser.session or "")
    assert copied.get("/").status_code == 200
    form = form_with(page)
    assert form.action == "/logout"
    answer = browser.submit(page, form)
    assert answer.status_code == 303
    assert browser.session is None
    assert browser.get("/").status_code == 303
    assert copied.get("/").status_code == 303
    assert "You are signed out." in text_of(browser.get(answer.headers["location"]))
    assert browser.submit(page, form).status_code == 303


def test_signing_out_needs_the_token_and_a_post(web: Web) -> None:
    browser = web.browser("ann")
    for fields in ({}, {"csrf_token": "x"}, {"csrf_token": ""}):
        assert browser.post("/logout", fields).status_code == 403
    assert browser.get("/logout").status_code == 404
    assert browser.get("/").status_code == 200


def test_signing_out_on_all_devices(web: Web) -> None:
    one, other, somebody = web.browser("ann"), web.browser("ann"), web.browser("bob")
    page = one.get("/")
    assert one.submit(page, form_with(page, everywhere="1")).status_code == 303
    assert one.get("/").status_code == 303
    assert other.get("/").status_code == 303
    assert somebody.get("/").status_code == 200


def test_a_session_ends_when_it_is_not_used(web: Web) -> None:
    browser = web.browser("ann")
    web.run(sa.update(t.sessions).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    web.browser("bob")
    assert web.rows(sa.select(t.sessions.c.user_id)) == [PEOPLE["bob"]]


def test_a_session_that_is_used_lasts_but_not_for_ever(web: Web) -> None:
    browser = web.browser("ann")
    c = t.sessions.c

    def left() -> timedelta:
        found: datetime = web.rows(sa.select(c.expires_at))[0]
        return found - datetime.now(UTC)

    before = web.rows(sa.select(c.expires_at))
    browser.get("/")
    assert web.rows(sa.select(c.expires_at)) == before, "a page that is loaded soon after does not write"
    web.run(sa.update(t.sessions).values(expires_at=datetime.now(UTC) + timedelta(hours=1)))
    browser.get("/")
    assert left() > IDLE - timedelta(minutes=1)
    begun = datetime.now(UTC) - LONGEST + timedelta(hours=2)
    web.run(sa.update(t.sessions).values(expires_at=datetime.now(UTC) + timedelta(hours=1), created_at=begun))
    browser.get("/")
    assert timedelta(hours=1, minutes=59) < left() <= timedelta(hours=2)
    assert browser.get("/").status_code == 200


def test_somebody_signed_in_does_not_see_the_form(web: Web) -> None:
    answer = web.browser("ann").get(f"/login?next=/courses/{COURSE}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/courses/{COURSE}")


def test_what_is_typed_into_the_form_is_escaped(web: Web) -> None:
    browser = web.browser()
    page = browser.get("/login")
    answer = browser.submit(page, form_with(page, login=""), login='"><script>alert(1)</script>', password="x")
    assert "<script" not in answer.text
    form_with(answer, login='"><script>alert(1)</script>')
