"""The clients of Schoology on npm against a server process: ``schoologyapi``, ``schoology.js`` and ``schoology``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.clients.node import Client, Failed
from tests.dialects.schoology_world import SECRETS, STUDENT, TEACHER, Schoology, running
from tests.dialects.test_schoology_three_legged import CALLBACK, Browser, let_sign_in

SECTION, ITEM, ENROLLMENT = 5001001, 81005, 90001
GRADES = f"sections/{SECTION}/grades"


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        let_sign_in(found)
        yield found


def client(api: Schoology, package: str, key: str = "tk") -> Client:
    return Client(f"{package}.js", api.url, key, SECRETS[key])


def grades(*points: float) -> dict[str, Any]:
    """A body that grades one student on one item, with a comment; more points are further entries."""
    about = {"type": "assignment", "assignment_id": ITEM, "enrollment_id": ENROLLMENT, "exception": 0}
    return {"grades": {"grade": [{**about, "grade": one, "comment": "ü &", "comment_status": 1} for one in points]}}


def stored(api: Schoology) -> tuple[Any, Any, Any]:
    """Grade, comment and whether the student sees it, read without any client."""
    [found] = api.get(f"/{GRADES}?assignment_id={ITEM}&enrollment_id={ENROLLMENT}").json["grades"]["grade"]
    return found["grade"], found["comment"], found["comment_status"]


def statuses(outcomes: list[Any]) -> list[Any]:
    return [one.args[0] if isinstance(one, Failed) else 200 for one in outcomes]


def test_schoologyapi_reads_and_writes_signing_the_vendors_address(api: Schoology) -> None:
    read, written, again, user = client(api, "schoologyapi").values(
        ["GET", f"/{GRADES}?assignment_id=81003"],
        ["PUT", f"/{GRADES}", None, grades(7)],
        ["GET", f"/{GRADES}?assignment_id={ITEM}&enrollment_id={ENROLLMENT}"],
        ["GET", "/users/48290/grades"],
    )
    assert {one["assignment_id"] for one in read["grades"]["grade"]} == {81003}
    assert written == {"grades": {"grade": [{"response_code": 204}]}}
    assert [(one["grade"], one["comment"]) for one in again["grades"]["grade"]] == [(7, "ü &")]
    assert [one["section_id"] for one in user["section"]] == [str(SECTION)]
    assert stored(api) == (7, "ü &", 1)


def test_schoologyapi_throws_the_status_and_cannot_follow_to_the_caller(api: Schoology) -> None:
    found = client(api, "schoologyapi").outcomes(
        ["GET", "/users/me"],  # fetch follows the 303 with the old header: a replay
        ["GET", "/sections/999"],
        ["PUT", f"/{GRADES}", None, {"grade": []}],
        ["GET", "/users/48290"],
    )
    assert statuses(found) == [401, 404, 400, 200]
    assert statuses(client(api, "schoologyapi", "sk").outcomes(["PUT", f"/{GRADES}", None, grades(1)])) == [403]


def test_schoologyapi_of_a_wrong_secret_is_refused(api: Schoology) -> None:
    wrong = Client("schoologyapi.js", api.url, "tk", "not the secret")
    assert statuses(wrong.outcomes(["GET", f"/{GRADES}"], ["PUT", f"/{GRADES}", None, grades(99)])) == [401, 401]
    assert stored(api)[0] != 99


def test_schoologyapi_goes_the_three_legs(api: Schoology) -> None:
    app = client(api, "schoologyapi", "appk")
    [text] = app.values(["GET", "/oauth/request_token"])
    [request] = app.values(["format", text])
    approve(api, request["key"])
    [text] = app.values(["GET", "/oauth/access_token", request])
    [access] = app.values(["format", text])
    [person, info] = app.values(["GET", f"/users/{STUDENT}", access], ["GET", "/app-user-info", access])
    assert person["uid"] == str(STUDENT)
    assert info["api_uid"] == STUDENT
    assert statuses(app.outcomes(["GET", f"/users/{STUDENT}", request], ["GET", f"/users/{STUDENT}"])) == [401, 401]


def test_schoology_js_reads(api: Schoology) -> None:
    section, user = client(api, "schoology_js").values([f"{GRADES}?assignment_id=81003", "GET"], ["users/48290/grades", "GET"])
    assert {one["assignment_id"] for one in section["grades"]["grade"]} == {81003}
    assert {one["grade"] for one in section["grades"]["grade"] if one["enrollment_id"] == ENROLLMENT} == {18}
    assert user["section"][0]["final_grade"][-1]["period_id"] == "final"


def test_schoology_js_is_refused_where_it_signs_what_is_in_the_body_or_not_what_is_in_the_query(api: Schoology) -> None:
    before = stored(api)
    found = client(api, "schoology_js").outcomes(
        [GRADES, "PUT", grades(3)],
        [f"sections/{SECTION}/assignments", "POST", {"title": "Signed with its body"}],
        [GRADES, "GET", None, {"assignment_id": 81003}],
        ["users/me", "GET"],
    )
    assert statuses(found) == [401, 401, 401, 401]
    assert stored(api) == before


def test_schoology_reads_and_writes_two_legged(api: Schoology) -> None:
    read, written = client(api, "schoology").values(
        ["makeRequest", "get", "/users/48290/grades"], ["makeRequest", "put", f"/{GRADES}", grades(8, 9)]
    )
    assert read["section"][0]["section_id"] == str(SECTION)
    assert written == {"grades": {"grade": [{"response_code": 204}] * 2}}
    assert stored(api) == (9, "ü &", 1)  # of two entries for one record the later one counts
    assert statuses(client(api, "schoology").outcomes(["makeRequest", "get", "/users/me"])) == [401]


def test_schoology_goes_the_three_legs_and_grades_for_a_teacher(api: Schoology) -> None:
    app = client(api, "schoology", "appk")
    token, address = app.values(["getRequestToken"], ["getConnectURL", CALLBACK])
    assert list(token) == ["oauth_token", "oauth_token_secret", "xoauth_token_ttl"]
    assert token["xoauth_token_ttl"] == "3600"
    asked = parse_qs(urlsplit(address).query)
    assert asked == {"oauth_token": [token["oauth_token"]], "return_url": [CALLBACK]}
    [refused] = app.outcomes(["getAccessToken", token])
    assert statuses([refused]) == [401]  # nobody approved yet

    approve(api, token["oauth_token"], TEACHER, address)
    access, info, read, written = app.values(
        ["getAccessToken", token],
        ["getUserInfo"],
        ["makeRequest", "get", "/users/48290/grades"],
        ["makeRequest", "put", f"/{GRADES}", grades(5)],
    )
    assert set(access) == {"oauth_token", "oauth_token_secret"}
    assert info["api_uid"] == TEACHER
    assert read["section"]
    assert written == {"grades": {"grade": [{"response_code": 204}]}}
    assert stored(api) == (5, "ü &", 1)


def approve(api: Schoology, token: str, user_id: int = STUDENT, address: str | None = None) -> None:
    """The user opens the address that the client made, and says yes; they are led back to the application."""
    browser = Browser(api, user_id)
    page = browser.client.get(address) if address else browser.ask(token, oauth_callback=CALLBACK)
    back = browser.answer(page)
    assert (back.status_code, back.headers["location"]) == (303, f"{CALLBACK}?oauth_token={token}")
