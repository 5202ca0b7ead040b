"""Python clients of Schoology from PyPI against a real server: schoolopy and requests-oauthlib, as their users call them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schoolopy
from requests_oauthlib import OAuth1
from schoolopy.errors import NoDataError
from schoolopy.models import Assignment

from tests.dialects.schoology_world import ADMIN, CONSUMERS, SECRETS, STUDENT, TEACHER, Schoology, running
from tests.dialects.test_schoology_three_legged import CALLBACK, Browser, let_sign_in

COURSE, SECTION, LARGE = 1407691, 5001001, 5003001
METHODS = ("PLAINTEXT", "HMAC-SHA1")


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        let_sign_in(found)
        yield found


def grade(item: int, points: Any, enrollment: Any = 90001, **more: Any) -> dict[str, Any]:
    return {"type": "assignment", "assignment_id": item, "enrollment_id": enrollment, "grade": points, **more}


def grades(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"grades": {"grade": list(entries)}}


# schoolopy: every request says that it goes to api.schoology.com and is signed so.


@pytest.fixture
def login(api: Schoology) -> Iterator[Any]:
    """Makes clients for consumers, and closes what they opened."""
    opened: list[schoolopy.Auth] = []

    def make(name: str = "teacher", limit: int = 20) -> schoolopy.Schoology:
        key = CONSUMERS[name]
        auth = schoolopy.Auth(key, SECRETS[key])
        auth.API_ROOT = f"{api.url}/v1"
        opened.append(auth)
        client = schoolopy.Schoology(auth, api_host=f"{api.url}/v1/")
        client.limit = limit
        return client

    yield make
    for auth in opened:
        auth.oauth.close()


def test_schoolopy_finds_itself(login: Any) -> None:
    client = login()
    me = client.get_me()
    assert (me.name_display, me.uid, me.id) == ("Mr. Strickland", str(TEACHER), TEACHER)
    assert client.get_self_user_info().api_uid == TEACHER
    assert [one.id for one in login("student").get_sections()] == ["4318461"]


def test_schoolopy_reads_people_and_roles(login: Any) -> None:
    client = login("admin", limit=200)
    assert client.get_user(STUDENT).name_display == "James Howlett"
    assert len(client.get_users()) == 200  # one page: the client never asks for the next
    roles = client.get_roles()
    assert {one.id: one.title for one in roles}["1213"] == "Teacher"
    assert client.get_role(1214).title == "Student"
    assert {str(one.role_id) for one in client.get_users()} <= {one.id for one in roles}


def test_schoolopy_reads_courses_and_sections(login: Any) -> None:
    client = login("admin")
    assert [(one.id, one.title) for one in client.get_courses()] == [(COURSE, "Time Travel"), (1407700, "Calculation Lab")]
    assert client.get_course(COURSE).course_code == "CC106"
    sections = client.get_course_sections(COURSE)
    assert {one.id for one in sections} == {"4318461", "5001001", "2942191527"}
    section = client.get_section(SECTION)
    assert (section.id, section.section_title, section.course_title) == (str(SECTION), "Weighted", "Time Travel")
    assert {one.id for one in client.get_user_sections(48290)} == {str(SECTION)}
    assert len(login(limit=200).get_user_sections(TEACHER)) == 10
    assert client.get_user_groups(STUDENT) == client.get_section_updates(SECTION) == client.get_section_events(SECTION) == []


def test_schoolopy_reads_enrollments_one_page_of_them(login: Any) -> None:
    client = login("admin")
    found = client.get_section_enrollments(SECTION)
    assert [(one.id, one.uid, one.admin, one.status) for one in found] == [
        ("90000", str(TEACHER), 1, "1"),
        ("90001", "48290", 0, "1"),
        ("90002", "48291", 0, "1"),
    ]
    assert client.get_enrollments(section_id=SECTION) == found
    assert [len(login("admin", limit=limit).get_section_enrollments(LARGE)) for limit in (20, 50, 200, 500)] == [
        20,
        50,
        200,
        200,
    ]


def test_schoolopy_reads_items(login: Any) -> None:
    client = login(limit=200)
    found = {one.id: one for one in client.get_assignments(SECTION)}
    assert 82001 not in found  # a discussion is no assignment
    assert (found[81008].title, found[81008].max_points, found[81008].grading_scale) == ("Essay", "50", "1")
    one = client.get_assignment(SECTION, 81008)
    assert (one.title, one.due, one.grading_period) == ("Essay", "2013-10-27 23:59:00", "435")


def test_schoolopy_reads_how_a_section_grades(login: Any) -> None:
    client = login()
    assert {one.id: one.title for one in client.get_grading_categories(SECTION)} == {7001: "Homework", 7002: "Tests"}
    one = client.get_grading_category(7002, SECTION)
    assert (one.title, one.weight, one.calculation_type, one.realm_id) == ("Tests", 60, 1, str(SECTION))
    scales = client.get_grading_scale(SECTION).grading_scale
    assert {scale["id"] for scale in scales} == {1, 500, 96033}
    with pytest.raises(KeyError):  # the client reads another key than the documented one
        client.get_grading_groups(SECTION)
    assert client.get_rubrics(SECTION) == []
    admin = login("admin")
    assert {period.id: period.title for period in admin.get_grading_periods()} == {
        13011: "Never Ending Period",
        435: "Fall 2013",
        825791: "Spring Semester 2019-2020",
    }
    assert admin.get_grading_period(435).id == "435"


def test_schoolopy_reads_the_grades_of_a_user(login: Any) -> None:
    client = login("student")
    found = client.get_user_grades(STUDENT)
    assert [one.section_id for one in found] == ["4318461"]
    assert found[0].final_grade[-1]["grade"] == 80
    assert client.get_user_grades_by_section(STUDENT, 4318461) == found
    assert client.get_user_grades(STUDENT)[0].period[0]["assignment"][0]["grade"] == 80


def test_schoolopy_reads_any_path_with_filters(login: Any) -> None:
    found = login()._get(f"sections/{SECTION}/grades", {"assignment_id": 81003, "enrollment_id": 90001})
    assert [(one["grade"], one["comment"]) for one in found["grades"]["grade"]] == [(18, "Well done")]


def test_schoolopy_writes_grades_and_reads_them_back(login: Any) -> None:
    client = login()
    answer = client._put(f"sections/{SECTION}/grades", grades(grade(81006, "7.5", comment="ü"), grade(81006, 1, enrollment=1)))
    first, second = answer["grades"]["grade"]
    assert first == {"response_code": 204}
    assert second["response_code"] == 400
    assert second["message"]
    [row] = client._get(f"sections/{SECTION}/grades", {"assignment_id": 81006, "enrollment_id": 90001})["grades"]["grade"]
    assert (row["grade"], row["comment"], row["comment_status"]) == (7.5, "ü", None)


def test_schoolopy_makes_changes_and_removes_an_item(login: Any) -> None:
    client = login()
    made = client._post(f"sections/{SECTION}/assignments", {"title": "Made by schoolopy", "max_points": 20})
    number = made["id"]
    with pytest.raises(NoDataError):  # 204 and nothing to read: done, but the client wants a body
        client._put(f"sections/{SECTION}/assignments/{number}", {"title": "Changed"})
    assert client.get_assignment(SECTION, number).title == "Changed"
    client._delete(f"sections/{SECTION}/assignments/{number}")
    with pytest.raises(requests.HTTPError) as refused:
        client.get_assignment(SECTION, number)
    assert status_of(refused.value) == 404


def test_schoolopy_s_own_mistakes_are_told_it(login: Any) -> None:
    client = login()
    with pytest.raises(requests.HTTPError) as refused:  # a JSON text that holds a Python dictionary, to //sections/...
        client.create_assignment(Assignment({"title": "Essay"}), SECTION)
    assert status_of(refused.value) == 400
    # PUT of new categories, each such a text: the one entry fails
    [found] = client.create_grading_categories([schoolopy.main.GradingCategory({"title": "Labs"})], SECTION)
    assert found.response_code == 400


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("student", f"users/{TEACHER + 1}/grades", 404),
        ("student", "sections/2942191527/grades", 403),
        ("student", "courses", 403),
        ("teacher", "gradingperiods", 403),
        ("teacher", "sections/999", 404),
        ("teacher", "sections", 403),
    ],
)
def test_schoolopy_raises_what_it_may_not_or_cannot(login: Any, who: str, path: str, status: int) -> None:
    with pytest.raises(requests.HTTPError) as refused:
        login(who)._get(path)
    assert status_of(refused.value) == status


def test_schoolopy_acts_for_a_teacher_who_let_it(api: Schoology) -> None:
    auth = schoolopy.Auth("appk", "apps", three_legged=True, domain=api.url)
    auth.API_ROOT = f"{api.url}/v1"
    url = auth.request_authorization(callback_url=CALLBACK)
    assert not auth.authorize()  # nobody has approved it yet
    auth.oauth.close()
    browser = Browser(api, TEACHER)
    assert browser.answer(browser.client.get(url.removeprefix(api.url))).status_code == 303
    assert auth.authorize()
    client = schoolopy.Schoology(auth, api_host=f"{api.url}/v1/")
    assert client.get_me().uid == str(TEACHER)
    assert client._put(f"sections/{SECTION}/grades", grades(grade(81005, 8)))["grades"]["grade"] == [{"response_code": 204}]
    section = client.get_user_grades_by_section(48290, SECTION)[0]
    rows = [row for period in section.period for row in period["assignment"] if row["assignment_id"] == 81005]
    assert [row["grade"] for row in rows] == [8]
    auth.oauth.close()


def status_of(error: requests.HTTPError) -> int:
    assert error.response is not None
    return error.response.status_code


# requests-oauthlib


class Signed:
    """requests with one way of signing."""

    def __init__(self, api: Schoology, method: str, name: str = "teacher") -> None:
        key = CONSUMERS[name]
        self._auth = OAuth1(key, SECRETS[key], signature_method=method, realm="Schoology API")
        self._base = f"{api.url}/v1"

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Accept": "application/json", "Connection": "close", **more.pop("headers", {})}
        return requests.request(method, self._base + path, auth=self._auth, headers=headers, timeout=30, **more)


@pytest.mark.parametrize("method", METHODS)
def test_requests_oauthlib_reads(api: Schoology, method: str) -> None:
    signed = Signed(api, method)
    answer = signed.call("GET", f"/sections/{SECTION}/grades", params={"assignment_id": 81003, "enrollment_id": 90001})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert [one["grade"] for one in answer.json()["grades"]["grade"]] == [18]
    xml = signed.call("GET", f"/sections/{SECTION}/grades", headers={"Accept": "text/xml"})
    assert (xml.status_code, xml.headers["content-type"]) == (200, "text/xml; charset=UTF-8")


@pytest.mark.parametrize("method", METHODS)
def test_requests_oauthlib_writes(api: Schoology, method: str) -> None:
    signed = Signed(api, method)
    points = 4 if method == "PLAINTEXT" else 6
    answer = signed.call("PUT", f"/sections/{SECTION}/grades", json=grades(grade(81005, points, enrollment=90002)))
    assert answer.status_code == 207
    assert answer.json() == {"grades": {"grade": [{"response_code": 204}]}}
    found = signed.call("GET", f"/sections/{SECTION}/grades", params={"assignment_id": 81005, "enrollment_id": 90002})
    assert [one["grade"] for one in found.json()["grades"]["grade"]] == [points]


@pytest.mark.parametrize("method", METHODS)
def test_requests_oauthlib_is_led_to_the_caller_and_not_with_the_old_header(api: Schoology, method: str) -> None:
    signed = Signed(api, method)
    led = signed.call("GET", "/users/me", allow_redirects=False)
    assert (led.status_code, led.content) == (303, b"")
    assert led.headers["location"] == f"/v1/users/{TEACHER}"
    assert signed.call("GET", f"/users/{TEACHER}").json()["uid"] == str(TEACHER)
    followed = signed.call("GET", "/users/me")
    assert followed.status_code == 401
    assert followed.text.startswith("Duplicate timestamp/nonce combination, possible replay attack.")
    assert followed.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("method", METHODS)
def test_requests_oauthlib_cannot_send_a_request_twice(api: Schoology, method: str) -> None:
    key, url = CONSUMERS["teacher"], f"{api.url}/v1/sections/{SECTION}"
    auth = OAuth1(key, SECRETS[key], signature_method=method, nonce=f"once-{method}", timestamp=str(int(time.time())))
    with requests.Session() as session:
        assert [session.get(url, auth=auth, timeout=30).status_code for _ in range(3)] == [200, 401, 401]


@pytest.mark.parametrize("method", METHODS)
def test_requests_oauthlib_with_another_secret_is_refused(api: Schoology, method: str) -> None:
    auth = OAuth1("tk", "wrong", signature_method=method)
    answer = requests.get(f"{api.url}/v1/sections/{SECTION}", auth=auth, headers={"Connection": "close"}, timeout=30)
    assert answer.status_code == 401


def test_requests_oauthlib_pages_through_the_links(api: Schoology) -> None:
    signed = Signed(api, "HMAC-SHA1", "admin")
    path, found = f"/sections/{LARGE}/enrollments?limit=100", []
    while path:
        page = signed.call("GET", path).json()
        found += page["enrollment"]
        following = page["links"].get("next", "")
        assert following.startswith(f"{api.url}/v1/") or not following
        path = following.removeprefix(f"{api.url}/v1")
    assert [one["id"] for one in found] == [str(700001 + number) for number in range(205)]
    assert ADMIN not in {int(one["uid"]) for one in found}


# Patterns of programs that no package holds (schoology-clients.md, 10): they read, merge, write everything back and check.


def test_a_gradebook_writer_reads_merges_and_writes_whole_records_back(api: Schoology) -> None:
    signed = Signed(api, "PLAINTEXT")
    path = f"/sections/{SECTION}/grades"
    rows = signed.call("GET", path, params={"enrollment_id": 90002}).json()["grades"]["grade"]
    kept = ("type", "assignment_id", "enrollment_id", "grade", "exception", "comment", "comment_status")
    entries = [{name: row[name] for name in kept} for row in rows]
    next(one for one in entries if one["assignment_id"] == 81004)["grade"] = 26
    answer = signed.call("PUT", path, json=grades(*entries)).json()
    assert {one["response_code"] for one in answer["grades"]["grade"]} == {204}
    after = {
        row["assignment_id"]: row for row in signed.call("GET", path, params={"enrollment_id": 90002}).json()["grades"]["grade"]
    }
    for row in rows:
        same = {name: row[name] for name in ("exception", "comment", "comment_status")}
        assert {name: after[row["assignment_id"]][name] for name in same} == same
    assert after[81004]["grade"] == 26


def test_an_archiver_reads_fifty_paths_at_once(api: Schoology) -> None:
    signed = Signed(api, "HMAC-SHA1", "student")
    paths = ["/v1/users/48289", "/v1/users/48289/sections", "/v1/sections/2942191527/grades", *["/v1/sections/4318461"] * 47]
    answer = signed.call("POST", "/multiget", json={"request": paths})
    assert answer.status_code == 207
    codes = [one["response_code"] for one in answer.json()["response"]]
    assert codes == [200, 200, 403, *[200] * 47]
