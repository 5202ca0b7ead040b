"""Lists, links, statuses and headers of the Schoology dialect (reference, 1, 3.3, 3.5 to 3.7)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from msgspec import Struct

from gradewire.dialects.schoology.credits import Credits
from gradewire.dialects.schoology.errors import OverLimitError
from gradewire.dialects.schoology.operations import Operation, collect
from gradewire.dialects.schoology.paging import Page, address, links, read_page
from gradewire.dialects.schoology.routing import Routes
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.schoology_world import ADMIN, STUDENT, TEACHER, Auth, Reply, Schoology, running

ME = f"/users/{TEACHER}"
ROLES = 205


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        with open_store(module_database_url, connections=1) as store, store.writing.begin() as connection:
            stamp = connection.execute(sa.select(t.school_roles.c.created_at).limit(1)).scalar_one()
            rows = [
                {
                    "id": 5000 + number,
                    "root_account_id": 1,
                    "title": f"Role {number:03}",
                    "faculty": False,
                    "created_at": stamp,
                    "updated_at": stamp,
                }
                for number in range(ROLES - 3)
            ]
            connection.execute(sa.insert(t.school_roles), rows)
        yield found


def follow(api: Schoology, path: str) -> list[dict[str, Any]]:
    """All rows, by the links."""
    rows: list[dict[str, Any]] = []
    while path:
        body = api.get(path).json
        rows += body["role"]
        assert len(rows) <= ROLES
        following = body["links"].get("next", "")
        assert not following or following.startswith(f"{api.url}/v1/")
        path = following.removeprefix(f"{api.url}/v1")
    return rows


@pytest.mark.parametrize("limit", [1, 50, 200])
def test_the_links_lead_through_the_whole_list(api: Schoology, limit: int) -> None:
    if limit == 1:
        body = api.get("/roles?limit=1&start=204").json
        assert (len(body["role"]), "next" in body["links"]) == (1, False)
        return
    rows = follow(api, f"/roles?limit={limit}")
    assert len({row["id"] for row in rows}) == len(rows) == ROLES


@pytest.mark.parametrize(
    ("query", "rows", "effective"),
    [
        ("", 20, "start=0&limit=20"),
        ("?limit=5&start=3", 5, "start=3&limit=5"),
        ("?start=200", 5, "start=200&limit=20"),
        ("?limit=200", 200, "start=0&limit=200"),
        ("?limit=5000", 200, "start=0&limit=200"),
        ("?limit=0", 20, "start=0&limit=20"),
        ("?limit=-5&start=-1", 20, "start=0&limit=20"),
        ("?limit=many&start=x", 20, "start=0&limit=20"),
        ("?start=99999999999999999999999", 0, f"start={2**62}&limit=20"),
        ("?unknown=1&limit=2", 2, "start=0&limit=2"),
    ],
)
def test_a_page_says_which_it_is(api: Schoology, query: str, rows: int, effective: str) -> None:
    body = api.get(f"/roles{query}").json
    assert len(body["role"]) == rows
    assert body["total"] == str(ROLES)
    assert body["links"]["self"] == f"{api.url}/v1/roles?{effective}"


def test_rows_are_in_one_order(api: Schoology) -> None:
    titles = [row["title"] for row in follow(api, "/roles?limit=50")]
    assert titles == sorted(titles)


def test_effective_parameters_stand_in_their_order_and_are_encoded() -> None:
    class Filters(Struct):
        enrollment_status: str = "1"
        uid: list[int] | None = None
        title: str | None = None

    from gradewire.dialects.schoology.answers import in_effect

    filters = in_effect(Filters(uid=[1, 2], title="a b&c"))
    found = links("http://h/v1/sections/1/enrollments", filters, Page(20, 20), rows=20, total=41, more=False)
    stem = "http://h/v1/sections/1/enrollments?enrollment_status=1&uid=1,2&title=a%20b%26c"
    assert found == {"self": f"{stem}&start=20&limit=20", "next": f"{stem}&start=40&limit=20"}
    assert "next" not in links("http://h/x", {}, Page(40, 20), rows=1, total=41, more=False)
    assert "next" in links("http://h/x", {}, Page(0, 20), rows=20, total=None, more=True)
    assert address("http://h/x", {"a": None, "b": "", "c": []}) == "http://h/x"


def test_a_page_is_asked_for_or_not() -> None:
    assert read_page({}) == Page(0, 20, asked=False)
    assert read_page({"start": "0"}) == Page(0, 20, asked=True)
    assert read_page({"limit": 7, "start": True}) == Page(0, 7, asked=True)


# Statuses and headers.


def test_every_answer_says_what_it_is(api: Schoology) -> None:
    for answer in (api.get(ME), api.get("/nothing"), api.get(ME, as_=None), api.call("OPTIONS", ME), api.get("/users/me")):
        assert (answer.headers["x-schoology"], answer.headers["cache-control"]) == ("API", "no-cache")
        assert answer.headers["x-schoology-env"]
        assert answer.headers["x-request-context-id"]


def test_what_has_not_changed_is_not_sent_again(api: Schoology) -> None:
    first = api.get(ME)
    tag = first.headers["etag"]
    again = api.get(ME, headers={"If-None-Match": tag})
    assert (again.status, again.content, again.headers["etag"]) == (304, b"", tag)
    assert api.get(ME, accept="text/xml", headers={"If-None-Match": tag}).status == 200
    assert api.get(ME, as_=None, headers={"If-None-Match": tag}).status == 401


def test_head_is_get_without_the_body(api: Schoology) -> None:
    header, _ = api.sign("HEAD", f"/v1{ME}", "tk", Auth(method="HMAC-SHA1"))
    answer = api.call("HEAD", ME, header=header)
    assert (answer.status, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 100


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/users/1", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/roles/1", "GET, HEAD, OPTIONS"),
        ("/multiget", "OPTIONS, POST"),
        ("/users/1/whatever", "GET, HEAD, OPTIONS"),
    ],
)
def test_every_path_tells_its_methods(api: Schoology, path: str, allowed: str) -> None:
    answer = api.call("OPTIONS", path)
    assert (answer.status, answer.headers["allow"], answer.content) == (200, allowed, b"")


def refused(answer: Reply, status: int) -> None:
    assert (answer.status, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8"), answer.text
    assert answer.text


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/multiget"), ("PUT", "/roles/1"), ("DELETE", "/roles/1"), ("PATCH", ME), ("POST", f"{ME}/x")]
)
def test_a_wrong_method_is_405_and_tells_the_right_ones(api: Schoology, method: str, path: str) -> None:
    answer = api.call(method, path)
    refused(answer, 405)
    assert answer.headers["allow"]


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/nothing/1/2", "/users/me/other", "/roles/1/2/3"])
def test_an_unknown_path_is_404(api: Schoology, path: str) -> None:
    refused(api.get(path), 404)


def test_an_unknown_segment_behind_a_known_object_is_overlooked(api: Schoology) -> None:
    assert api.get(f"{ME}/final_grades").json["uid"] == str(TEACHER)
    refused(api.get("/users/999/final_grades"), 404)
    refused(api.get(f"{ME}/final/grades"), 404)


def test_a_slash_at_the_end_or_two_change_nothing(api: Schoology) -> None:
    for path in (f"{ME}/", f"/{ME}", "/users//45552"):
        assert api.get(path, auth=Auth(method="HMAC-SHA1")).status == 200


@pytest.mark.parametrize("number", ["0", "-1", "abc", "1.5", "99999999999999999999", "٣", "%00", "%2e%2e", "4555 2"])
def test_what_is_no_id_is_not_found(api: Schoology, number: str) -> None:
    refused(api.get(f"/users/{number.replace('٣', '%D9%A3').replace(' ', '%20')}"), 404)


# People: who may read whom.


def test_one_reads_oneself_the_people_of_shared_courses_and_administrators_read_all(api: Schoology) -> None:
    assert api.get(f"/users/{STUDENT}", as_="student").json["username"] == "jlogan"
    assert api.get(f"/users/{STUDENT}", as_="teacher").json["school_uid"] == "s1"
    assert api.get(f"/users/{STUDENT}", as_="admin").json["username"] == "jlogan"
    refused(api.get(f"/users/{ADMIN}", as_="student"), 403)
    refused(api.get("/users/100032890", as_="student"), 403)
    refused(api.get("/users/999999", as_="admin"), 404)


def test_students_do_not_read_how_their_teacher_signs_in(api: Schoology) -> None:
    found = api.get(ME, as_="student").json
    assert found["name_display"] == "Mr. Strickland"
    assert (found["username"], found["primary_email"], found["school_uid"]) == ("", "", "")


def test_a_person_has_a_text_uid_a_number_id_and_the_fields_of_the_documentation(api: Schoology) -> None:
    found = api.get(f"/users/{STUDENT}").json
    assert {name: type(value) for name, value in found.items()} == {
        **dict.fromkeys(["uid", "school_uid", "additional_buildings", "name_title", "name_first", "name_first_preferred"], str),
        **dict.fromkeys(["name_middle", "name_last", "name_display", "username", "primary_email", "picture_url"], str),
        **dict.fromkeys(["grad_year", "password", "tz_name"], str),
        **dict.fromkeys(["id", "school_id", "synced", "building_id", "name_title_show", "name_middle_show", "role_id"], int),
        "tz_offset": int,
        **dict.fromkeys(["gender", "position", "parents", "child_uids"], type(None)),
    }
    assert (found["role_id"], found["name_first"], found["name_last"]) == (1214, "James", "Howlett")


def test_the_school_s_own_number_leads_to_a_person(api: Schoology) -> None:
    answer = api.get("/users/ext/s1")
    assert (answer.status, answer.headers["location"], answer.content) == (303, f"/v1/users/{STUDENT}", b"")
    refused(api.get("/users/ext/nobody"), 404)


def test_a_role_is_shown_by_its_id(api: Schoology) -> None:
    assert api.get("/roles/1213").json == {"id": "1213", "title": "Teacher", "faculty": 1, "role_type": 1}
    refused(api.get("/roles/1"), 404)


# Several reads at once.


def test_many_reads_at_once_are_answered_in_order_and_one_fails_alone(api: Schoology) -> None:
    paths = [
        f"/v1/users/{STUDENT}",
        "/v1/sections/999",
        "v1/users/ext/s1?x=1",
        f"{api.url}/v1/users/{TEACHER}",
        f"users/{STUDENT}",
        "/v1/users/me",
        "/v1/users/999999",
        "/v1/users/%zz",
        "/v1/users/1?%ff",
        "",
    ]
    answer = api.call("POST", "/multiget", body={"request": paths})
    assert answer.status == 207
    found = answer.json["response"]
    assert [one["location"] for one in found] == paths
    assert [one["response_code"] for one in found] == [200, 404, 200, 200, 200, 403, 404, 404, 400, 404]
    assert [one["body"] and one["body"]["uid"] for one in found[:5]] == ["48289", None, "48289", "45552", "48289"]
    assert all(one["headers"] == [] for one in found)


def test_what_is_beyond_fifty_is_ignored(api: Schoology) -> None:
    answer = api.call("POST", "/multiget", body={"request": ["/v1/nothing"] * 60})
    assert len(answer.json["response"]) == 50


def test_each_read_has_the_rights_of_the_caller(api: Schoology) -> None:
    answer = api.call("POST", "/multiget", as_="student", body={"request": [f"/v1/users/{ADMIN}", f"/v1/users/{STUDENT}"]})
    assert [one["response_code"] for one in answer.json["response"]] == [403, 200]


def test_writes_and_other_things_are_not_done_within(api: Schoology) -> None:
    paths = ["/v1/multiget", "/v1/oauth/request_token", "/v1/roles", "/v1/app-user-info"]
    answer = api.call("POST", "/multiget", body={"request": paths})
    assert [one["response_code"] for one in answer.json["response"]] == [403] * 4


@pytest.mark.parametrize("body", [{}, {"request": {"a": 1}}, {"request": [["a"]]}, {"requests": []}])
def test_a_multiget_without_paths_is_400(api: Schoology, body: dict[str, Any]) -> None:
    refused(api.call("POST", "/multiget", body=body), 400)


def test_the_methods_of_many_paths_at_once(api: Schoology) -> None:
    found = api.call("POST", "/multioptions", body={"request": ["/v1/roles/1", "/v1/multiget", "/v1/nothing"]}).json["response"]
    assert [one["response_code"] for one in found] == [200, 200, 404]
    assert [one["headers"] for one in found] == [{"Allow": "GET, HEAD, OPTIONS"}, {"Allow": "OPTIONS, POST"}, []]


# The public address.


def test_links_begin_with_the_configured_address(database_url: str, tmp_path: Path) -> None:
    settings = {"GRADEWIRE_SCHOOLOGY_URL": "https://grades.example.edu/sgy/", "GRADEWIRE_SCHOOLOGY_CREDITS": "9"}
    with running(database_url, tmp_path, settings=settings) as api:
        base = "https://grades.example.edu/sgy"
        auth = Auth(method="HMAC-SHA1", base=base)
        assert api.get("/roles?limit=1", auth=auth).json["links"]["next"] == f"{base}/v1/roles?start=1&limit=1"
        assert api.get("/users/me", auth=auth).headers["location"] == f"/sgy/v1/users/{TEACHER}"
        assert urlsplit(api.get("/roles").json["role"][0]["links"]["self"]).netloc == "grades.example.edu"
        statuses = [api.get(ME).status for _ in range(8)]
        over = api.get(ME)
        if over.status == 429:  # else five seconds went by meanwhile
            refused(over, 429)
            assert 1 <= int(over.headers["retry-after"]) <= 5
            assert statuses[-1] == 429
            assert api.get(f"/users/{STUDENT}", as_="student").status == 200
        deadline = time.monotonic() + 20
        while api.get(ME).status == 429:
            assert time.monotonic() < deadline
            time.sleep(0.5)


def test_credits_are_full_again_after_five_seconds_and_writing_costs_three() -> None:
    now = [100.0]
    bucket = Credits(10, clock=lambda: now[0])
    for _ in range(3):
        bucket.spend("a", 3)
    with pytest.raises(OverLimitError) as refused:
        bucket.spend("a", 3)
    assert refused.value.seconds == 5
    bucket.spend("a", 1)
    now[0] += 3.2
    with pytest.raises(OverLimitError) as refused:
        bucket.spend("a", 1)
    assert refused.value.seconds == 2
    bucket.spend("b", 1)
    now[0] += 1.8
    bucket.spend("a", 3)


def test_without_credits_there_is_no_limit() -> None:
    bucket = Credits(None)
    for _ in range(1000):
        bucket.spend("a", 3)


# The table of operations.


def operation(method: str, path: str, name: str) -> Operation:
    return Operation(method=method, path=path, name=name, summary="x", handler=lambda _call, _params: None)


def test_literal_segments_win_over_placeholders() -> None:
    one, me, list_of = (
        operation("GET", "users/{id}", "a"),
        operation("GET", "users/me", "b"),
        operation("GET", "users/{id}/x", "c"),
    )
    routes = Routes([one, me, list_of])
    for path, name in (("/users/5", "a"), ("/users/me", "b"), ("/users/me/x", "c"), ("//users//5/", "a"), ("/users/5/y", "a")):
        found = routes.find(path)
        assert found is not None
        assert found.operations["GET"].name == name
    assert routes.find("/users") is None


def test_operations_that_clash_are_a_mistake() -> None:
    class Module:
        OPERATIONS = (operation("GET", "users/{id}", "a"), operation("GET", "users/{uid}", "b"))

    with pytest.raises(ValueError, match="clash"):
        collect(Module)


@pytest.mark.parametrize("path", ["/users", "users/", "users//x", "users/:id", "Users", "users/{id}/{id}", "users/{}"])
def test_a_path_has_the_form_of_the_documentation(path: str) -> None:
    with pytest.raises(ValueError, match=r"path|repeats"):
        operation("GET", path, "a")
