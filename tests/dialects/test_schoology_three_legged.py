"""A user lets an application act for them: three legs, and the way back (reference, 2.6)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
import schoolopy
import sqlalchemy as sa

from gradewire.actions import consumers, people
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.schoology_fixture import KEY
from tests.dialects.schoology_world import SECRETS, STUDENT, TEACHER, Auth, Reply, Schoology, running
from tests.web.web_world import forms_of, text_of

CALLBACK = "http://127.0.0.1:9/cb"
PASSWORD = "long enough"
NO_RETURN = "The application could not be launched because no valid return URL was found."
SESSIONS: dict[tuple[str, int], str] = {}
"""Who signed in on which server, so that nobody does twice."""
LOGINS = {TEACHER: "mrstrickland", STUDENT: "jlogan"}


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        let_sign_in(found)
        yield found


def let_sign_in(api: Schoology) -> None:
    """Give the people passwords and the application its addresses."""
    with opened(api) as world:
        for login in LOGINS.values():
            write(world, Asker(System()), partial(people.set_password, login=login, password=PASSWORD))
        with world.store.writing.begin() as connection:
            connection.execute(
                sa.update(t.consumers).where(t.consumers.c.key == "appk").values(callback_urls=[CALLBACK, "https://b.example"])
            )


class opened:  # noqa: N801 - used as a function
    """The database of the server, for an operator."""

    def __init__(self, api: Schoology) -> None:
        self._store = open_store(api.database_url, connections=1)

    def __enter__(self) -> World:
        return World(self._store, events=EventSettings(base_url="http://localhost/"), secret_key=KEY)

    def __exit__(self, *_: object) -> None:
        self._store.close()


class Browser:
    """A signed-in browser."""

    def __init__(self, api: Schoology, user_id: int | None = STUDENT) -> None:
        self.api = api
        alone = httpx.Limits(max_keepalive_connections=0)
        self.client = httpx.Client(base_url=api.url, follow_redirects=False, timeout=30, limits=alone)
        if user_id is not None:
            session = SESSIONS.get((api.url, user_id))
            if session is None:
                session = SESSIONS[api.url, user_id] = self._sign_in(LOGINS[user_id])
            self.client.cookies.set("gradewire_session", session)

    def _sign_in(self, login: str) -> str:
        page = self.client.get("/login")
        assert self.post("/login", {**forms_of(page)[0].fields, "login": login, "password": PASSWORD}).status_code == 303
        session = self.client.cookies["gradewire_session"]
        self.client.cookies.clear()
        return session

    def post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        return self.client.post(path, data=fields, headers={"Origin": self.api.url})

    def ask(self, token: str, **query: str) -> httpx.Response:
        return self.client.get("/oauth/authorize", params={"oauth_token": token, **query})

    def answer(self, page: httpx.Response, decision: str = "approve", **changes: str) -> httpx.Response:
        form = next(form for form in forms_of(page) if form.action.endswith("/oauth/authorize"))
        return self.post("/oauth/authorize", {**form.fields, "decision": decision, **changes})


def begin(api: Schoology, **auth: object) -> tuple[str, str]:
    """The first leg: token and secret."""
    answer = api.get("/oauth/request_token", as_="app", auth=Auth(**auth), accept="*/*")  # type: ignore[arg-type]
    assert answer.status == 200, answer.text
    return answer.form["oauth_token"], answer.form["oauth_token_secret"]


def end(api: Schoology, token: str, secret: str, method: str = "PLAINTEXT") -> Reply:
    """The third leg."""
    return api.get("/oauth/access_token", as_="app", auth=Auth(method=method, token=token, token_secret=secret), accept="*/*")


def ask_who(api: Schoology, token: str, secret: str, method: str = "PLAINTEXT") -> Reply:
    return api.get("/app-user-info", as_="app", auth=Auth(method=method, token=token, token_secret=secret))


def give_access(api: Schoology, user_id: int = STUDENT) -> tuple[str, str]:
    token, secret = begin(api)
    browser = Browser(api, user_id)
    assert browser.answer(browser.ask(token)).status_code == 200
    answer = end(api, token, secret)
    return answer.form["oauth_token"], answer.form["oauth_token_secret"]


@pytest.mark.parametrize("method", ["PLAINTEXT", "HMAC-SHA1"])
@pytest.mark.parametrize("name", ["oauth_callback", "return_url"])
def test_a_user_lets_an_application_act_for_them(api: Schoology, method: str, name: str) -> None:
    first = api.get("/oauth/request_token", as_="app", auth=Auth(method=method), accept="*/*")
    assert re.fullmatch(r"oauth_token=[0-9a-f]{40}&oauth_token_secret=[0-9a-f]{32}&xoauth_token_ttl=3600", first.text)
    token, secret = first.form["oauth_token"], first.form["oauth_token_secret"]

    browser = Browser(api)
    page = browser.ask(token, **{name: f"{CALLBACK}?state=1"})
    assert "Let app act for you?" in text_of(page)
    assert "James Howlett" in text_of(page)
    assert "form-action 'self' http://127.0.0.1:9;" in page.headers["content-security-policy"] + ";"
    back = browser.answer(page)
    assert (back.status_code, back.headers["location"]) == (303, f"{CALLBACK}?state=1&oauth_token={token}")

    third = end(api, token, secret, method)
    assert re.fullmatch(r"oauth_token=[0-9a-f]{40}&oauth_token_secret=[0-9a-f]{32}", third.text)
    access, access_secret = third.form["oauth_token"], third.form["oauth_token_secret"]
    assert access != token
    who = ask_who(api, access, access_secret, method).json
    assert who["api_uid"] == STUDENT
    assert abs(who["web_session_timestamp"] - time.time()) < 300
    assert api.get("/users/me", as_="app", auth=Auth(method=method, token=access, token_secret=access_secret)).status == 303


def test_whoever_is_not_signed_in_signs_in_and_comes_back(api: Schoology) -> None:
    token, _ = begin(api)
    led = Browser(api, None).ask(token, oauth_callback=CALLBACK)
    assert led.status_code == 303
    parts = urlsplit(led.headers["location"])
    assert parts.path == "/login"
    back = parse_qs(parts.query)["next"][0]
    assert back.startswith("/oauth/authorize?")
    assert parse_qs(urlsplit(back).query) == {"oauth_token": [token], "oauth_callback": [CALLBACK]}


def test_a_token_that_nobody_approved_opens_nothing(api: Schoology) -> None:
    token, secret = begin(api)
    assert end(api, token, secret).status == 401
    assert ask_who(api, token, secret).status == 401
    browser = Browser(api)
    browser.answer(browser.ask(token))
    assert ask_who(api, token, secret).status == 401
    assert end(api, token, "wrong").status == 401
    assert end(api, token, secret).status == 200


def test_a_request_token_is_exchanged_once(api: Schoology) -> None:
    token, secret = begin(api)
    browser = Browser(api)
    browser.answer(browser.ask(token))
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: end(api, token, secret).status, range(6)))
    assert sorted(answers) == [200] + [401] * 5
    assert end(api, token, secret).status == 401


def test_an_access_token_is_no_request_token(api: Schoology) -> None:
    token, secret = give_access(api)
    assert end(api, token, secret).status == 401
    assert api.get("/oauth/request_token", as_="app", auth=Auth(token=token, token_secret=secret)).status == 401
    assert Browser(api).ask(token).status_code == 404


def test_a_token_is_good_with_its_own_consumer_only(api: Schoology) -> None:
    token, secret = give_access(api)
    answer = api.get("/app-user-info", as_="teacher", auth=Auth(token=token, token_secret=secret))
    assert answer.status == 401


def test_a_request_token_ends_after_an_hour(api: Schoology) -> None:
    token, secret = begin(api)
    approved, approved_secret = begin(api)
    browser = Browser(api)
    browser.answer(browser.ask(approved))
    with opened(api) as world, world.store.writing.begin() as connection:
        o = t.oauth_tokens.c
        left = [
            row - datetime.now(UTC) for row in connection.execute(sa.select(o.expires_at).where(o.token == token)).scalars()
        ]
        assert timedelta(minutes=59) < left[0] <= timedelta(hours=1)
        gone = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(sa.update(t.oauth_tokens).where(o.token.in_([token, approved])).values(expires_at=gone))
    assert browser.ask(token).status_code == 404
    assert end(api, token, secret).status == 401
    assert end(api, approved, approved_secret).status == 401


@pytest.mark.parametrize(
    "callback",
    [
        "https://evil.example/",
        f"{CALLBACK}x",
        "//evil.example",
        "javascript:alert(1)",
        "https://b.example.evil.example/",
        "oob?",
    ],
)
def test_nobody_is_led_where_the_application_has_not_registered(api: Schoology, callback: str) -> None:
    token, secret = begin(api)
    browser = Browser(api)
    page = browser.ask(token, oauth_callback=callback)
    assert page.status_code == 400
    assert NO_RETURN in text_of(page)
    good = browser.ask(token, oauth_callback=CALLBACK)
    forged = browser.answer(good, oauth_callback=callback)
    assert forged.status_code == 400
    assert "location" not in forged.headers
    assert end(api, token, secret).status == 401


def test_the_callback_may_be_named_with_the_first_leg(api: Schoology) -> None:
    token, _ = begin(api, more=(("oauth_callback", f"{CALLBACK}/first"),))
    browser = Browser(api)
    back = browser.answer(browser.ask(token))
    assert back.headers["location"] == f"{CALLBACK}/first?oauth_token={token}"
    token, _ = begin(api, more=(("oauth_callback", "https://evil.example/"),))
    assert browser.ask(token).status_code == 400
    token, _ = begin(api, more=(("oauth_callback", "oob"),))
    assert browser.ask(token).status_code == 200


def test_a_user_may_say_no(api: Schoology) -> None:
    token, secret = begin(api)
    browser = Browser(api)
    page = browser.answer(browser.ask(token, oauth_callback=CALLBACK), "decline")
    assert (page.status_code, "location" in page.headers) == (200, False)
    assert "app gets no access" in text_of(page)
    assert browser.ask(token).status_code == 404
    assert end(api, token, secret).status == 401


def test_only_a_form_of_this_server_approves(api: Schoology) -> None:
    token, secret = begin(api)
    browser = Browser(api)
    page = browser.ask(token)
    assert browser.answer(page, csrf_token="forged").status_code == 403
    foreign = browser.client.post(
        "/oauth/authorize",
        data={**forms_of(page)[-1].fields, "decision": "approve"},
        headers={"Origin": "https://evil.example"},
    )
    assert foreign.status_code == 403
    assert end(api, token, secret).status == 401


def test_the_first_to_approve_is_the_one_who_is_spoken_for(api: Schoology) -> None:
    token, secret = begin(api)
    student, teacher = Browser(api), Browser(api, TEACHER)
    first, second = student.ask(token), teacher.ask(token)
    assert student.answer(first).status_code == 200
    assert teacher.answer(second).status_code == 404
    answer = end(api, token, secret)
    assert ask_who(api, answer.form["oauth_token"], answer.form["oauth_token_secret"]).json["api_uid"] == STUDENT


@pytest.mark.parametrize("token", ["", "nobody", "x" * 5000])
def test_an_unknown_token_is_not_found(api: Schoology, token: str) -> None:
    assert Browser(api).ask(token).status_code == 404


def test_access_is_taken_back_by_whoever_gave_it_and_nobody_else(api: Schoology) -> None:
    token, secret = give_access(api, TEACHER)
    other, other_secret = give_access(api, STUDENT)
    teacher, student = Browser(api, TEACHER), Browser(api, STUDENT)
    page = teacher.client.get("/settings/applications")
    form = next(form for form in forms_of(page)[::-1] if "/settings/applications/" in form.action)
    for_another = student.post(form.action, {**forms_of(student.client.get("/settings/applications"))[0].fields})
    assert for_another.status_code == 303
    assert ask_who(api, token, secret).status == 200
    assert teacher.post(form.action, form.fields).status_code == 303
    assert ask_who(api, token, secret).status == 401
    assert ask_who(api, other, other_secret).status == 200
    assert form.action not in teacher.client.get("/settings/applications").text


def test_a_revoked_application_has_no_access_any_more(api: Schoology) -> None:
    with opened(api) as world:
        row, secret = write(
            world, Asker(System()), lambda unit: consumers.create(unit, "Other", callback_urls=["https://b.example/cb"])
        )
    SECRETS[row.key] = secret
    header, _ = api.sign("GET", "/v1/oauth/request_token", row.key, Auth())
    answer = api.get("/oauth/request_token", header=header)
    token, token_secret = answer.form["oauth_token"], answer.form["oauth_token_secret"]
    browser = Browser(api)
    browser.answer(browser.ask(token))
    header, _ = api.sign("GET", "/v1/oauth/access_token", row.key, Auth(token=token, token_secret=token_secret))
    access = api.get("/oauth/access_token", header=header).form

    def who() -> int:
        auth = Auth(token=access["oauth_token"], token_secret=access["oauth_token_secret"])
        return api.get("/app-user-info", header=api.sign("GET", "/v1/app-user-info", row.key, auth)[0]).status

    assert who() == 200
    with opened(api) as world:
        write(world, Asker(System()), lambda unit: consumers.revoke(unit, row.key))
    assert who() == 401
    assert "Other" not in text_of(browser.client.get("/settings/applications"))


def test_a_personal_key_asks_nobody(api: Schoology) -> None:
    assert api.get("/oauth/request_token", as_="teacher").status == 401


def test_secrets_are_not_readable_in_the_database(api: Schoology) -> None:
    token, secret = give_access(api)
    with opened(api) as world, world.store.read() as connection:
        stored = repr(connection.execute(sa.select(t.oauth_tokens)).all()) + repr(
            connection.execute(sa.select(t.consumers)).all()
        )
    assert token in stored
    assert secret not in stored
    assert "'apps'" not in stored


def test_schoolopy_goes_all_three_legs(api: Schoology) -> None:
    auth = schoolopy.Auth("appk", "apps", three_legged=True, domain=api.url)
    auth.API_ROOT = f"{api.url}/v1"
    url = auth.request_authorization(callback_url=CALLBACK)
    assert url.startswith(f"{api.url}/oauth/authorize?")
    assert quote(CALLBACK, safe="") in url
    browser = Browser(api)
    page = browser.client.get(url.removeprefix(api.url))
    assert browser.answer(page).headers["location"].startswith(f"{CALLBACK}?oauth_token=")
    assert auth.authorize()
    client = schoolopy.Schoology(auth, api_host=f"{api.url}/v1/")
    assert client.get_me().name_display == "James Howlett"
    auth.oauth.close()
