"""Signing in at the institution's identity provider: who is let in as whom, and which browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from httpx import Response
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from gradewire.store import tables as t
from gradewire.store.engine import migrate, open_store
from tests.server import running_server
from tests.web.chromium import Site, accessibility_faults
from tests.web.oidc_provider import CLIENT, SECRET, Provider, running_provider
from tests.web.web_world import COURSE, PEOPLE, Browser, Web, add, build, form_with, running, text_of


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as found:
        yield found


def agreed(provider: Provider, **more: Any) -> dict[str, Any]:
    return {"oidc_issuer": provider.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_name": "School", **more}


def through(browser: Browser, provider: Provider, path: str = "/login/sso") -> Response:
    """The browser's way to the provider and back; what the server says then."""
    sent = browser.get(path)
    assert sent.status_code == 303
    back = urlsplit(provider.decide(sent.headers["location"]))
    return browser.get(f"{back.path}?{back.query}")


def test_people_come_in_by_the_word_of_the_provider_and_stay_where_they_were_going(
    database_url: str, provider: Provider
) -> None:
    with running(database_url, **agreed(provider)) as web:
        browser = web.browser()
        form = browser.get(f"/login?next=/courses/{COURSE}")
        assert "Sign in with School" in text_of(form)
        came = through(browser, provider, f"/login/sso?next=/courses/{COURSE}")
        assert (came.status_code, came.headers["location"]) == (303, f"/courses/{COURSE}")
        assert browser.get(came.headers["location"]).status_code == 200
        assert web.rows(sa.select(t.sessions.c.user_id, t.sessions.c.method)) == [(PEOPLE["ann"], "provider")]
        assert not browser.client.cookies.get("gradewire_sso")


def test_only_the_browser_that_began_comes_in_and_only_once(database_url: str, provider: Provider) -> None:
    with running(database_url, **agreed(provider)) as web:
        browser, other = web.browser(), web.browser()
        back = urlsplit(provider.decide(browser.get("/login/sso").headers["location"]))
        assert other.get(f"{back.path}?{back.query}").headers["location"] == "/login?sso=expired"
        other.get("/login/sso")
        assert other.get(f"{back.path}?{back.query}").headers["location"] == "/login?sso=invalid"
        assert web.rows(sa.select(t.sessions.c.user_id)) == []
        assert browser.get(f"{back.path}?{back.query}").headers["location"] == "/"
        assert "did not begin it" in text_of(other.get("/login?sso=expired"))
        other.client.cookies.set("gradewire_sso", "forged", domain="testserver.local", path="/")
        assert other.get(f"{back.path}?{back.query}").headers["location"] == "/login?sso=expired"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere_afterwards(database_url: str, provider: Provider, target: str) -> None:
    with running(database_url, **agreed(provider)) as web:
        assert through(web.browser(), provider, f"/login/sso?next={target}").headers["location"] == "/"


def test_who_is_not_known_stays_outside_and_is_told_why(database_url: str, provider: Provider) -> None:
    with running(database_url, **agreed(provider)) as web:
        provider.claims["preferred_username"] = "new@example.edu"
        browser = web.browser()
        refused = through(browser, provider)
        assert refused.headers["location"] == "/login?sso=unknown"
        assert "nobody here goes by the name" in text_of(browser.get("/login?sso=unknown"))
        web.change(t.users, PEOPLE["ann"], workflow_state="suspended")
        provider.claims["preferred_username"] = "ann@example.edu"
        assert through(browser, provider).headers["location"] == "/login?sso=unknown"
        assert web.rows(sa.select(t.sessions.c.user_id)) == []


def test_unknown_people_are_made_where_the_operator_wants_it(database_url: str, provider: Provider) -> None:
    with running(database_url, **agreed(provider, oidc_create_users=True)) as web:
        provider.claims |= {"preferred_username": "new@example.edu", "name": "Nina New", "email": "nina@example.edu"}
        assert through(web.browser(), provider).headers["location"] == "/"
        made = web.rows(sa.select(t.users.c.id, t.users.c.name, t.users.c.email).where(t.users.c.name == "Nina New"))
        assert [row[1:] for row in made] == [("Nina New", "nina@example.edu")]
        assert web.rows(sa.select(t.account_users.c.user_id)) == [PEOPLE["admin"]]
        assert through(web.browser(), provider).headers["location"] == "/"
        assert len(web.rows(sa.select(t.logins.c.id).where(t.logins.c.unique_id == "new@example.edu"))) == 1
        web.change(t.users, made[0][0], workflow_state="suspended")
        assert through(web.browser(), provider).headers["location"] == "/login?sso=unknown"


def test_who_was_suspended_is_not_made_anew_under_another_case(database_url: str, provider: Provider) -> None:
    with running(database_url, **agreed(provider, oidc_create_users=True)) as web:
        web.run(sa.update(t.users).where(t.users.c.id == PEOPLE["ann"]).values(workflow_state="suspended"))
        people = web.rows(sa.select(sa.func.count(t.users.c.id)))
        for name in ("ann@example.edu", "Ann@Example.edu"):
            provider.claims["preferred_username"] = name
            assert through(web.browser(), provider).headers["location"] == "/login?sso=unknown"
        assert web.rows(sa.select(sa.func.count(t.users.c.id))) == people


def test_people_can_be_known_by_their_sis_id(database_url: str, provider: Provider) -> None:
    with running(database_url, **agreed(provider, oidc_match="sis_user_id", oidc_login_claim="employee")) as web:
        web.run(sa.update(t.logins).where(t.logins.c.user_id == PEOPLE["bob"]).values(sis_user_id="E-12"))
        provider.claims["employee"] = "E-12"
        assert through(web.browser(), provider).headers["location"] == "/"
        assert web.rows(sa.select(t.sessions.c.user_id)) == [PEOPLE["bob"]]
        provider.claims["employee"] = "bob@example.edu"
        assert through(web.browser(), provider).headers["location"] == "/login?sso=unknown"


def test_a_name_that_two_institutions_know_opens_neither(database_url: str, provider: Provider) -> None:
    def two(connection: sa.Connection) -> None:
        build(connection)
        add(connection, t.accounts, {"id": 90, "root_account_id": 90, "name": "Other", "uuid": "other"})
        add(connection, t.users, {"id": 91, "root_account_id": 90, "name": "Ann", "sortable_name": "Ann", "short_name": "Ann"})
        add(connection, t.logins, {"user_id": 91, "account_id": 90, "unique_id": "ann@example.edu"})

    with running(database_url, two, **agreed(provider)) as web:
        assert through(web.browser(), provider).headers["location"] == "/login?sso=ambiguous"


def test_a_new_session_ends_the_one_before_and_a_signed_in_browser_goes_on(database_url: str, provider: Provider) -> None:
    with running(database_url, **agreed(provider)) as web:
        browser = web.browser("bob")
        assert browser.get("/login/sso?next=/settings/sessions").headers["location"] == "/settings/sessions"
        assert browser.get("/login/sso/end").headers["location"] == "/login"
        page = browser.get("/")
        browser.submit(page, form_with(page, everywhere="1"), everywhere=None)
        assert "Sign out at School as well" in text_of(browser.get("/login?signed_out=1"))
        assert browser.get("/login/sso/end").headers["location"].startswith(f"{provider.url}/end?client_id={CLIENT}&")


def test_a_provider_that_cannot_be_reached_leaves_the_password(database_url: str) -> None:
    with running_provider() as gone:
        pass
    with running(database_url, **agreed(gone)) as web:
        browser = web.browser()
        assert browser.get("/login/sso").headers["location"] == "/login?sso=unreachable"
        assert "cannot be reached" in text_of(browser.get("/login?sso=unreachable"))
        assert browser.sign_in("ann").status_code == 303


def test_without_a_provider_there_is_no_way_to_one(module_web: Web) -> None:
    browser = module_web.browser()
    assert browser.get("/login/sso").status_code == 404
    assert "Sign in with" not in text_of(browser.get("/login"))


def test_in_chromium_one_signs_in_at_the_provider(tmp_path: Path, chromium: Chromium, provider: Provider) -> None:
    url = f"sqlite:///{tmp_path / 'sso.sqlite3'}"
    migrate(url)
    with open_store(url, connections=1) as store:
        store.write(build)
    settings = {f"GRADEWIRE_{name.upper()}": value for name, value in agreed(provider).items()}
    with running_server(url, tmp_path / "server", settings=settings) as server:
        site = Site(chromium, server, {})
        page = site.open(path=f"/courses/{COURSE}")
        assert accessibility_faults(page) == []
        page.get_by_role("link", name="Sign in with School").click()
        page.get_by_role("button", name="Sign in as ann@example.edu").click()
        expect(page).to_have_url(f"{server.url}/courses/{COURSE}")
        expect(page.get_by_role("heading", name="Algebra")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("link", name="Sign out at School as well").click()
        expect(page.get_by_role("heading", name="Signed out")).to_be_visible()
        site.expected = (f"a request to another host: {provider.url}",)
        site.finish()
        assert SECRET not in server.log_text()
