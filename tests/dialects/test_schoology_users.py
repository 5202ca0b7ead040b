"""People over HTTP: the documented body, lists with filters, changes one and many, and who may (Schoology reference, 3.4 and
10.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.schoology_kinds import elements, kinds, tree
from tests.dialects.schoology_world import Schoology, running

JAMES, TEACHER, ADMIN = 48289, 45552, 99001
KINDS = {
    "uid": "text",
    "id": "number",
    "school_id": "number",
    "synced": "number",
    "school_uid": "text",
    "building_id": "number",
    "additional_buildings": "text",
    "name_title": "text",
    "name_title_show": "number",
    "name_first": "text",
    "name_first_preferred": "text",
    "name_middle": "text",
    "name_middle_show": "number",
    "name_last": "text",
    "name_display": "text",
    "username": "text",
    "primary_email": "text",
    "picture_url": "text",
    "gender": "null",
    "position": "null",
    "grad_year": "text",
    "password": "text",
    "role_id": "number",
    "tz_offset": "number",
    "tz_name": "text",
    "parents": "null",
    "child_uids": "null",
}


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        yield found


def person(number: str, **fields: Any) -> dict[str, Any]:
    return {"school_uid": number, "name_first": "John", "name_last": "Smith", "username": number, "role_id": "1214", **fields}


def made(api: Schoology, number: str, **fields: Any) -> dict[str, Any]:
    answer = api.call("POST", "/users", as_="admin", body=person(number, **fields))
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_the_list_is_that_of_the_documentation(api: Schoology) -> None:
    body = api.get("/users?limit=2", as_="admin").json
    assert kinds(body) == {
        "user": [{**KINDS, "links": {"self": "text"}}],
        "total": "text",
        "links": {"self": "text", "next": "text"},
    }
    first = body["user"][0]
    del first["links"]
    assert first == api.get(f"/users/{first['uid']}", as_="admin").json
    assert kinds(api.get(f"/users/{JAMES}").json) == KINDS


@pytest.mark.parametrize("path", ["/users?limit=3", f"/users/{JAMES}"])
def test_xml_says_the_same(api: Schoology, path: str) -> None:
    assert elements(api.get(path, as_="admin", accept="text/xml").xml) == tree(api.get(path, as_="admin").json)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("role_ids=1212", [ADMIN]),
        ("role_ids=1213", [TEACHER]),
        ("role_ids=1212,1213", [TEACHER, ADMIN]),
        ("role_ids=999", []),
        ("school_uids=s1,t1,nobody", [TEACHER, JAMES]),
        ("school_uids=s1&role_ids=1213", []),
        ("school_uids=s1,s2&building_id=1&limit=1", [JAMES]),
        ("building_id=999", []),
        ("school_uids=", []),
    ],
)
def test_filters_of_the_list(api: Schoology, query: str, found: list[int]) -> None:
    assert [one["id"] for one in api.get(f"/users?{query}", as_="admin").json["user"]] == found


def test_pages_lead_through_all_people(api: Schoology) -> None:
    path, seen, total = "/users?role_ids=1214&limit=100", [], 0
    while path:
        body = api.get(path, as_="admin").json
        seen += [one["id"] for one in body["user"]]
        total = int(body["total"])
        path = body["links"].get("next", "").removeprefix(f"{api.url}/v1")
    assert len(seen) == len(set(seen)) == total >= 210


def test_more_than_fifty_numbers_are_refused(api: Schoology) -> None:
    many = ",".join(f"s{number}" for number in range(51))
    assert api.get(f"/users?school_uids={many}", as_="admin").status == 400


def test_making_somebody_answers_201_and_the_person(api: Schoology) -> None:
    body = {
        "school_uid": "test123",
        "name_title": "Dr.",
        "name_title_show": 1,
        "name_first": "John",
        "name_first_preferred": "Jack",
        "name_last": "Smith",
        "primary_email": "test123@myclass.example",
        "role_id": "1213",
        "tz_name": "America/New_York",
        "gender": "M",
    }
    answer = api.call("POST", "/users", as_="admin", body=body)
    assert answer.status == 201
    found = answer.json
    assert kinds(found) == {**KINDS, "links": {"self": "text"}}
    wanted = {
        "school_uid": "test123",
        "name_display": "Dr. Jack Smith",
        "name_first": "John",
        "primary_email": "test123@myclass.example",
        "username": "test123@myclass.example",
        "role_id": 1213,
        "tz_name": "America/New_York",
        "password": "",
    }
    assert {name: found[name] for name in wanted} == wanted
    assert found["links"]["self"] == f"{api.url}/v1/users/{found['uid']}"
    assert api.get("/users/ext/test123", as_="admin").headers["location"] == f"/v1/users/{found['uid']}"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"school_uid": ""}, "school_uid"),
        ({"school_uid": "s1"}, "school_uid"),
        ({"username": "jlogan"}, "username"),
        ({"username": ""}, "username"),
        ({"name_first": ""}, "name_first"),
        ({"name_last": None}, "name_last"),
        ({"name_title": "Lord"}, "name_title"),
        ({"role_id": 999}, "role_id"),
        ({"role_id": ""}, "role_id"),
        ({"primary_email": "no address"}, "primary_email"),
        ({"password": "x"}, "password"),
        ({"tz_name": "Mars/Olympus"}, "tz_name"),
        ({"building_id": 999}, "building_id"),
        ({"parent_uids": "5,6"}, "parent_uids"),
        ({"name_first": "x" * 256}, "name_first"),
    ],
)
def test_a_person_who_cannot_be_is_refused(api: Schoology, fields: dict[str, Any], named: str) -> None:
    total = api.get("/users?limit=1", as_="admin").json["total"]
    answer = api.call("POST", "/users", as_="admin", body=person("bad", **fields))
    assert (answer.status, named in answer.text) == (400, True), answer.text
    assert api.get("/users?limit=1", as_="admin").json["total"] == total


def test_changing_somebody_leaves_alone_what_is_not_sent(api: Schoology) -> None:
    before = made(api, "change", primary_email="change@myclass.example", name_middle="Quincy")
    path = f"/users/{before['uid']}"
    change = {"name_last": "Jones", "school_uid": "changed", "role_id": 1213, "name_middle_show": "1", "password": ""}
    answer = api.call("PUT", path, as_="admin", body=change)
    assert (answer.status, answer.content) == (204, b"")
    after = api.get(path, as_="admin").json
    assert (after["name_display"], after["school_uid"], after["role_id"]) == ("John Quincy Jones", "changed", 1213)
    assert (after["username"], after["primary_email"]) == ("change", "change@myclass.example")
    echoed = {name: value for name, value in after.items() if name != "links"}
    assert api.call("PUT", path, as_="admin", body=echoed).status == 204, "what was read may be sent back"
    assert api.get(path, as_="admin").json == after


def test_somebody_without_parts_of_a_name_keeps_the_other_part(api: Schoology) -> None:
    assert api.call("PUT", "/users/48300", as_="admin", body={"name_last": "Later"}).status == 204
    found = api.get("/users/48300", as_="admin").json
    assert (found["name_first"], found["name_last"], found["name_display"]) == ("Cal", "Later", "Cal Later")


def test_many_people_at_once(api: Schoology) -> None:
    entries = [person("b1"), person("b2", role_id=999), person("b3"), "x", person("s1", username="other")]
    answer = api.call("POST", "/users", as_="admin", body={"users": {"user": entries}})
    assert answer.status == 207
    results = answer.json["user"]
    assert [one["response_code"] for one in results] == [200, 400, 200, 400, 400]
    assert kinds(results[0]) == {"response_code": "number", "location": "text", "school_uid": "text", "id": "text"}
    assert results[0]["location"] == f"{api.url}/v1/users/{results[0]['id']}"
    again = api.call("POST", "/users?update_existing=1", as_="admin", body={"users": {"user": [person("b1", name_last="B")]}})
    assert again.json["user"] == results[:1]
    assert api.get(f"/users/{results[0]['id']}", as_="admin").json["name_last"] == "B"
    changes = [{"id": results[0]["id"], "name_first": "Jo"}, {"uid": results[2]["id"], "name_first": "Jo"}, {"id": 424242}]
    changed = api.call("PUT", "/users", as_="admin", body={"users": {"user": changes}})
    assert [one["response_code"] for one in changed.json["user"]] == [200, 200, 404]
    gone = api.call("DELETE", f"/users?uids={results[0]['id']},424242", as_="admin")
    assert gone.status == 207
    assert [one["response_code"] for one in gone.json["user"]] == [204, 404]


def test_who_was_deleted_is_gone_and_leaves_the_number(api: Schoology) -> None:
    number = made(api, "leaver")["uid"]
    body = {"uid": number, "admin": 0, "status": 1}
    assert api.call("POST", "/sections/5002001/enrollments", as_="admin", body=body).status == 201
    assert api.call("DELETE", f"/users/{number}", as_="admin").status == 204
    assert api.get(f"/users/{number}", as_="admin").status == 404
    members = {one["uid"] for one in api.get("/sections/5002001/enrollments?limit=200", as_="admin").json["enrollment"]}
    assert number not in members
    assert made(api, "leaver")["uid"] != number


@pytest.mark.parametrize("who", ["teacher", "student"])
def test_people_are_kept_by_administrators(api: Schoology, who: str) -> None:
    assert api.get("/users", as_=who).status == 403
    assert api.call("POST", "/users", as_=who, body=person("intruder")).status == 403
    assert api.call("PUT", f"/users/{JAMES}", as_=who, body={"name_first": "x"}).status == 403
    assert api.call("DELETE", f"/users/{JAMES}", as_=who).status == 403
    for method, body in (("POST", person("intruder")), ("PUT", {"id": JAMES, "name_first": "x"})):
        answer = api.call(method, "/users", as_=who, body={"users": {"user": [body]}})
        assert answer.json["user"][0]["response_code"] == 403
    assert api.call("DELETE", f"/users?uids={JAMES}", as_=who).json["user"][0]["response_code"] == 403


def test_administrators_do_not_delete_themselves(api: Schoology) -> None:
    assert api.call("DELETE", f"/users/{ADMIN}", as_="admin").status == 403
