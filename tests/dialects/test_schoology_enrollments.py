"""Who is in a section, over HTTP: documented bodies and types, filters, pages, changes one and many, by codes and access codes,
and who may (Schoology reference, 3.4 and 10.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.schoology_kinds import elements, kinds, tree
from tests.dialects.schoology_world import Schoology, running

TRAVEL, WEIGHTED, LARGE, DROPS = 4318461, 5001001, 5003001, 5002001
JAMES, ORORO, KURT, MARY, CAL, TEACHER = 48289, 48290, 48291, 100032890, 48300, 45552
KINDS = {
    "id": "text",
    "uid": "text",
    "school_uid": "text",
    "name_title": "text",
    "name_title_show": "text",
    "name_first": "text",
    "name_first_preferred": "text",
    "name_middle": "text",
    "name_middle_show": "text",
    "name_last": "text",
    "name_display": "text",
    "admin": "number",
    "status": "text",
    "picture_url": "text",
}


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        yield found


def listed(api: Schoology, section: int, query: str = "", as_: str = "teacher") -> list[tuple[int, int, int, int]]:
    """(enrollment, person, teacher or not, status) of each."""
    answer = api.get(f"/sections/{section}/enrollments?limit=200{query}", as_=as_)
    assert answer.status == 200, answer.text
    return [(int(one["id"]), int(one["uid"]), one["admin"], int(one["status"])) for one in answer.json["enrollment"]]


def made(api: Schoology, section: int, uid: int, **fields: Any) -> dict[str, Any]:
    answer = api.call("POST", f"/sections/{section}/enrollments", as_="admin", body={"uid": uid, **fields})
    assert answer.status in {200, 201}, answer.text
    found: dict[str, Any] = answer.json
    return found


# Reading.


def test_the_list_is_that_of_the_documentation(api: Schoology) -> None:
    body = api.get(f"/sections/{TRAVEL}/enrollments").json
    assert kinds(body) == {
        "enrollment": [{**KINDS, "links": {"self": "text"}}],
        "total": "text",
        "links": {"self": "text"},
    }
    james = {
        "id": "44783151",
        "uid": "48289",
        "school_uid": "s1",
        "name_title": "",
        "name_title_show": "0",
        "name_first": "James",
        "name_first_preferred": "",
        "name_middle": "",
        "name_middle_show": "0",
        "name_last": "Howlett",
        "name_display": "James Howlett",
        "admin": 0,
        "status": "1",
        "picture_url": "",
    }
    link = f"{api.url}/v1/sections/{TRAVEL}/enrollments/44783151"
    assert body["enrollment"][1] == {**james, "links": {"self": link}}
    assert (body["enrollment"][0]["admin"], body["total"]) == (1, "2")
    assert api.get(f"/sections/{TRAVEL}/enrollments/44783151").json == james


@pytest.mark.parametrize("path", [f"/sections/{TRAVEL}/enrollments", f"/sections/{TRAVEL}/enrollments/44783151"])
def test_xml_says_the_same(api: Schoology, path: str) -> None:
    assert elements(api.get(path, accept="text/xml").xml) == tree(api.get(path).json)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [90000, 90001, 90002]),
        ("&enrollment_status=5", [90003]),
        ("&enrollment_status=1,5", [90000, 90001, 90002, 90003]),
        ("&enrollment_status=2,3,4", []),
        ("&uid=48290,48291", [90001, 90002]),
        ("&uid=48289", []),
        ("&uid=48289&enrollment_status=1,5", [90003]),
        ("&type=admin", [90000]),
        ("&type=1", [90000]),
        ("&type=member", [90001, 90002]),
        ("&type=member,admin", [90000, 90001, 90002]),
        ("&picture_size=big", [90000, 90001, 90002]),
    ],
)
def test_filters_are_lists_with_commas(api: Schoology, query: str, found: list[int]) -> None:
    assert [one[0] for one in listed(api, WEIGHTED, query)] == found


@pytest.mark.parametrize("query", ["enrollment_status=6", "enrollment_status=active", "uid=x", "type=parent"])
def test_a_filter_that_means_nothing_is_refused(api: Schoology, query: str) -> None:
    assert api.get(f"/sections/{WEIGHTED}/enrollments?{query}").status == 400


def test_pages_lead_through_all_members_with_the_filter_in_effect(api: Schoology) -> None:
    path, seen = f"/sections/{LARGE}/enrollments?limit=100", []
    while path:
        body = api.get(path, as_="admin").json
        seen += [one["id"] for one in body["enrollment"]]
        assert body["total"] == "205"
        assert "enrollment_status=1" in body["links"]["self"]
        path = body["links"].get("next", "").removeprefix(f"{api.url}/v1")
    assert len(seen) == len(set(seen)) == 205


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("teacher", f"sections/{WEIGHTED}/enrollments", 200),
        ("admin", f"sections/{WEIGHTED}/enrollments", 200),
        ("student", f"sections/{TRAVEL}/enrollments", 200),
        ("student", f"sections/{DROPS}/enrollments", 403),
        ("teacher", f"sections/{LARGE}/enrollments", 403),
        ("admin", "sections/999/enrollments", 404),
        ("teacher", f"sections/{TRAVEL}/enrollments/90001", 404),
        ("teacher", f"sections/{TRAVEL}/enrollments/1", 404),
        ("student", f"sections/{DROPS}/enrollments/95001", 403),
    ],
)
def test_who_may_see_members(api: Schoology, who: str, path: str, status: int) -> None:
    assert api.get(f"/{path}", as_=who).status == status


def test_numbers_of_the_school_and_past_members_are_for_staff(api: Schoology) -> None:
    body = api.get(f"/sections/{TRAVEL}/enrollments", as_="student").json["enrollment"]
    assert [one["school_uid"] for one in body] == ["", "s1"]  # one's own is known
    gone = made(api, TRAVEL, CAL, status=2)
    assert gone["id"] in {str(one[0]) for one in listed(api, TRAVEL, "&enrollment_status=2")}
    assert listed(api, TRAVEL, "&enrollment_status=2", as_="student") == []
    assert api.get(f"/sections/{TRAVEL}/enrollments/{gone['id']}", as_="student").status == 404


# Writing one.


def test_enrolling_one_answers_201_and_the_enrollment(api: Schoology) -> None:
    body = {"uid": str(MARY), "admin": "0", "status": "1"}
    answer = api.call("POST", f"/sections/{WEIGHTED}/enrollments", as_="admin", body=body)
    assert answer.status == 201
    assert kinds(answer.json) == {**KINDS, "status": "number", "links": {"self": "text"}}
    number = answer.json["id"]
    assert answer.json["links"]["self"] == f"{api.url}/v1/sections/{WEIGHTED}/enrollments/{number}"
    again = api.call("POST", f"/sections/{WEIGHTED}/enrollments", as_="admin", body=body)
    assert (again.status, again.json["id"]) == (200, number), "who is there already keeps the enrollment"
    assert api.call("DELETE", f"/sections/{WEIGHTED}/enrollments/{number}", as_="admin").status == 204
    assert api.get(f"/sections/{WEIGHTED}/enrollments/{number}").status == 404
    back = api.call("POST", f"/sections/{WEIGHTED}/enrollments", as_="admin", body=body)
    assert (back.status, back.json["id"]) == (201, number), "who comes back finds the old grades"
    assert api.call("DELETE", f"/sections/{WEIGHTED}/enrollments/{number}", as_="admin").status == 204


def test_an_enrolled_student_has_grades_at_once(api: Schoology) -> None:
    number = made(api, WEIGHTED, CAL)["id"]
    entry = {"type": "assignment", "assignment_id": 81005, "enrollment_id": number, "grade": 7}
    answer = api.call("PUT", f"/sections/{WEIGHTED}/grades", body={"grades": {"grade": [entry]}})
    assert answer.json["grades"]["grade"] == [{"response_code": 204}]
    api.call("DELETE", f"/sections/{WEIGHTED}/enrollments/{number}", as_="admin")


@pytest.mark.parametrize(
    ("status", "filtered"), [(1, "1"), ("2", "2"), (3, "3"), ("4", "4"), (5, "5")], ids=["1", "2", "3", "4", "5"]
)
def test_each_status_is_kept(api: Schoology, status: object, filtered: str) -> None:
    number = made(api, DROPS, MARY, status=status)["id"]
    assert api.get(f"/sections/{DROPS}/enrollments/{number}", as_="admin").json["status"] == str(status)
    assert int(number) in {one[0] for one in listed(api, DROPS, f"&enrollment_status={filtered}")}


def test_put_changes_what_is_sent_and_answers_204(api: Schoology) -> None:
    number = made(api, DROPS, KURT)["id"]
    path = f"/sections/{DROPS}/enrollments/{number}"
    answer = api.call("PUT", path, as_="admin", body={"uid": str(KURT), "status": "2"})
    assert (answer.status, answer.content) == (204, b"")
    assert api.get(path, as_="admin").json["status"] == "2"
    assert api.call("PUT", path, as_="admin", body={"admin": 1, "status": 1}).status == 204
    body = api.get(path, as_="admin").json
    assert (body["id"], body["admin"], body["status"]) == (number, 1, "1"), "who becomes a teacher keeps the enrollment"
    assert api.call("PUT", path, as_="admin", body={"admin": "0"}).status == 204
    assert api.get(path, as_="admin").json["admin"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", f"sections/{DROPS}/enrollments", {}, 400),
        ("POST", f"sections/{DROPS}/enrollments", {"uid": "x"}, 400),
        ("POST", f"sections/{DROPS}/enrollments", {"uid": 424242}, 404),
        ("POST", f"sections/{DROPS}/enrollments", {"uid": JAMES, "status": 6}, 400),
        ("POST", f"sections/{DROPS}/enrollments", {"uid": JAMES, "admin": "maybe"}, 400),
        ("POST", "sections/999/enrollments", {"uid": JAMES}, 404),
        ("PUT", f"sections/{DROPS}/enrollments/90001", {"status": 2}, 404),
        ("PUT", f"sections/{WEIGHTED}/enrollments/90001", {"uid": KURT, "status": 2}, 400),
        ("PUT", f"sections/{WEIGHTED}/enrollments", {"status": 2}, 400),
        ("DELETE", f"sections/{DROPS}/enrollments/90001", None, 404),
        ("DELETE", f"sections/{DROPS}/enrollments", None, 400),
        ("DELETE", "enrollments?enrollment_ids=", None, 400),
        ("POST", "enrollments", {"uid": JAMES}, 400),
    ],
)
def test_what_cannot_be_done_is_refused(api: Schoology, method: str, path: str, body: Any, status: int) -> None:
    before = listed(api, WEIGHTED, "&enrollment_status=1,2,3,4,5", as_="admin")
    answer = api.call(method, f"/{path}", as_="admin", body=body)
    assert answer.status == status, answer.text
    assert listed(api, WEIGHTED, "&enrollment_status=1,2,3,4,5", as_="admin") == before


@pytest.mark.parametrize("who", ["student", "teacher"])
def test_nobody_enrolls_people_without_the_right(api: Schoology, who: str) -> None:
    section = LARGE if who == "teacher" else TRAVEL
    path = f"/sections/{section}/enrollments"
    many = {"enrollments": {"enrollment": [{"id": "44783151", "uid": JAMES, "status": 2}]}}
    for method, place, body in (
        ("POST", path, {"uid": JAMES, "admin": 1}),
        ("POST", path, many),
        ("PUT", path, many),
        ("PUT", f"{path}/44783151", {"status": 2}),
        ("DELETE", f"{path}/44783151", None),
        ("DELETE", f"{path}?enrollment_ids=44783151", None),
    ):
        assert api.call(method, place, as_=who, body=body).status == 403, (method, place)


def test_a_teacher_enrolls_into_the_own_section(api: Schoology) -> None:
    answer = api.call("POST", "/sections/5002002/enrollments", body={"uid": str(ORORO), "admin": "0", "status": "1"})
    assert answer.status == 201
    number = int(answer.json["id"])
    assert (number, ORORO, 0, 1) in listed(api, 5002002)
    assert api.call("DELETE", f"/sections/5002002/enrollments/{number}").status == 204


# Writing many.


def test_enrolling_many_answers_207_with_a_result_for_each_in_order(api: Schoology) -> None:
    entries = [{"uid": str(JAMES), "admin": "0"}, {"uid": 424242}, {"uid": str(KURT), "admin": 1}, {"status": 9}, "x"]
    answer = api.call("POST", "/sections/5002003/enrollments", as_="admin", body={"enrollments": {"enrollment": entries}})
    assert answer.status == 207
    first, unknown, teacher, wrong, nothing = answer.json["enrollments"]["enrollment"]
    assert kinds(first) == {"response_code": "number", "id": "text", "uid": "number", "location": "text"}
    assert (first["response_code"], first["uid"]) == (200, JAMES)
    assert first["location"] == f"{api.url}/v1/sections/5002003/enrollments/{first['id']}"
    assert (unknown["response_code"], wrong["response_code"], nothing["response_code"]) == (404, 400, 400)
    assert wrong["message"].startswith("status ")
    assert (int(teacher["id"]), KURT, 1, 1) in listed(api, 5002003)
    changes = [{"id": first["id"], "status": "2"}, {"uid": str(KURT), "status": "5"}, {"id": "1", "status": "2"}]
    answer = api.call("PUT", "/sections/5002003/enrollments", as_="admin", body={"enrollments": {"enrollment": changes}})
    assert answer.status == 207
    results = answer.json["enrollments"]["enrollment"]
    assert results[:2] == [{"response_code": 200, "id": first["id"]}, {"response_code": 200, "id": teacher["id"]}]
    assert results[2]["response_code"] == 404
    ids = f"{first['id']},{teacher['id']},1"
    answer = api.call("DELETE", f"/sections/5002003/enrollments?enrollment_ids={ids}", as_="admin")
    assert answer.status == 207
    assert [one["response_code"] for one in answer.json["enrollments"]["enrollment"]] == [200, 200, 404]
    everybody = {one[1] for one in listed(api, 5002003, "&enrollment_status=1,2,3,4,5")}
    assert {JAMES, KURT}.isdisjoint(everybody)


def test_the_same_person_twice_in_one_request_is_one_enrollment(api: Schoology) -> None:
    entries = [{"uid": ORORO, "status": 3}, {"uid": ORORO, "status": 1}, {"uid": ORORO, "admin": 1}]
    answer = api.call("POST", "/sections/5002004/enrollments", as_="admin", body={"enrollments": {"enrollment": entries}})
    (number,) = {one["id"] for one in answer.json["enrollments"]["enrollment"]}
    assert (int(number), ORORO, 1, 1) in listed(api, 5002004)


def test_enrolling_many_in_xml(api: Schoology) -> None:
    content = (
        f"<body><enrollments><enrollment><uid>{JAMES}</uid><admin>0</admin><status>1</status></enrollment>"
        f"<enrollment><uid>{MARY}</uid><admin>0</admin><status>1</status></enrollment></enrollments></body>"
    ).encode()
    answer = api.call(
        "POST", "/sections/5002005/enrollments", as_="admin", content=content, content_type="text/xml", accept="text/xml"
    )
    assert answer.status == 207
    found = elements(answer.xml)["enrollments"][0]["enrollment"]
    assert [one["response_code"] for one in found] == [["200"], ["200"]]
    assert [one["uid"] for one in found] == [[str(JAMES)], [str(MARY)]]


def test_enrolling_across_sections_tells_the_realm_of_each(api: Schoology) -> None:
    entries = [
        {"realm": "section", "section_id": 5002006, "status": 1, "admin": 0, "uid": MARY},
        {"realm": "section", "section_id": "5002007", "status": 1, "admin": 1, "uid": str(MARY)},
        {"realm": "section", "section_id": LARGE, "uid": MARY},
        {"realm": "group", "group_id": 5, "uid": MARY},
        {"realm": "section", "section_id": 999, "uid": MARY},
        {"realm": "section", "uid": MARY},
    ]
    answer = api.call("POST", "/enrollments", body={"enrollments": {"enrollment": entries}})
    assert answer.status == 207
    results = answer.json["enrollments"]["enrollment"]
    assert [one["response_code"] for one in results] == [200, 200, 403, 400, 404, 400]
    first, second = results[:2]
    assert (first["realm"], first["realm_id"], second["realm_id"]) == ("section", "5002006", "5002007")
    assert (int(second["id"]), MARY, 1, 1) in listed(api, 5002007)
    ids = f"{first['id']},{second['id']},700001"
    answer = api.call("DELETE", f"/enrollments?enrollment_ids={ids}")
    assert [one["response_code"] for one in answer.json["enrollments"]["enrollment"]] == [200, 200, 403]


def test_more_than_fifty_entries_are_refused_whole(api: Schoology) -> None:
    entries = [{"uid": 600001 + number} for number in range(51)]
    answer = api.call("POST", "/sections/5002006/enrollments", as_="admin", body={"enrollments": {"enrollment": entries}})
    assert answer.status == 400
    assert 600001 not in {one[1] for one in listed(api, 5002006)}
    ids = ",".join(str(number) for number in range(1, 52))
    assert api.call("DELETE", f"/enrollments?enrollment_ids={ids}", as_="admin").status == 400


# By codes.


def test_importing_by_school_codes(api: Schoology) -> None:
    entries = [
        {"section_school_code": "C1", "school_uid": "s4", "admin": "1"},
        {"section_school_code": "C2", "school_uid": "s4"},
        {"section_school_code": "nowhere", "school_uid": "s4"},
        {"section_school_code": "C1", "school_uid": "nobody"},
        {"school_uid": "s4"},
        {"section_school_code": "C3", "school_uid": "s4", "delete": "1"},
    ]
    answer = api.call("POST", "/enrollments/import/course", as_="admin", body={"enrollments": {"enrollment": entries}})
    assert answer.status == 207
    results = answer.json["enrollments"]["enrollment"]
    assert [one["response_code"] for one in results] == [200, 200, 404, 404, 400, 404]
    location = results[0].pop("location")
    assert results[0] == {
        "response_code": 200,
        "school_uid": "s4",
        "section_school_code": "C1",
        "course_code": "CALC",
        "section_code": "",
    }
    body = api.get(location.removeprefix(f"{api.url}/v1"), as_="admin").json
    assert (body["uid"], body["admin"], body["status"]) == (str(MARY), 1, "1")
    removal = [{"section_school_code": "C2", "school_uid": "s4", "delete": "1"}]
    answer = api.call("POST", "/enrollments/import/course", as_="admin", body={"enrollments": {"enrollment": removal}})
    assert answer.json["enrollments"]["enrollment"][0]["response_code"] == 200
    assert MARY not in {one[1] for one in listed(api, 5002002)}


def test_importing_by_course_and_section_codes_within_grading_periods(api: Schoology) -> None:
    for code, period in (("34", 13011), ("34", 435), ("35", 13011)):
        body = {"title": f"{code} in {period}", "section_code": code, "grading_periods": [period]}
        assert api.call("POST", "/courses/1407700/sections", as_="admin", body=body).status == 201
    entry = {"course_code": "CALC", "section_code": "34", "school_uid": "s2", "admin": "0"}
    wrong = {"course_code": "CALC", "section_code": "99", "school_uid": "s2"}
    sent = {"enrollments": {"enrollment": [entry, wrong]}}
    answer = api.call("POST", "/enrollments/import/course/13011", as_="admin", body=sent)
    assert answer.status == 207
    done, missing = answer.json["enrollments"]["enrollment"]
    assert missing["response_code"] == 404
    location = done.pop("location")
    assert done == {"response_code": 200, "school_uid": "s2", "course_code": "CALC", "section_code": "34"}
    assert api.get(location.removeprefix(f"{api.url}/v1"), as_="admin").json["uid"] == str(ORORO)
    titles = {one["section_title"] for one in api.get(f"/users/{ORORO}/sections", as_="admin").json["section"]}
    assert "34 in 13011" in titles
    assert "34 in 435" not in titles
    api.call("POST", "/enrollments/import/course/13011,435", as_="admin", body={"enrollments": {"enrollment": [entry]}})
    titles = {one["section_title"] for one in api.get(f"/users/{ORORO}/sections", as_="admin").json["section"]}
    assert {"34 in 13011", "34 in 435"} <= titles


@pytest.mark.parametrize("path", ["enrollments/import/course", "enrollments/import/course/13011"])
def test_importing_without_the_right_fails_entry_by_entry(api: Schoology, path: str) -> None:
    codes = {"section_school_code": "BIG", "course_code": "CALC", "section_code": "34", "school_uid": "s3"}
    answer = api.call("POST", f"/{path}", as_="student", body={"enrollments": {"enrollment": [codes]}})
    assert answer.status == 207
    assert answer.json["enrollments"]["enrollment"][0]["response_code"] in {403, 404}


# By access code.


def test_joining_by_the_access_code(api: Schoology) -> None:
    body = {"title": "Open", "section_school_code": "OPEN", "grading_periods": [13011]}
    section = api.call("POST", "/courses/1407691/sections", as_="admin", body=body).json
    path, code = f"/sections/{section['id']}/accesscode", section["access_code"]
    assert api.call("POST", path, as_="student", body={"access_code": "AAAAA-BBBBB"}).status == 400
    assert api.call("POST", path, as_="student", body={}).status == 400
    assert api.get(f"/sections/{section['id']}", as_="student").status == 403
    joined = api.call("POST", path, as_="student", body={"access_code": code})
    assert joined.status == 201
    assert (joined.json["uid"], joined.json["admin"], joined.json["status"]) == (str(JAMES), 0, "1")
    assert api.get(f"/sections/{section['id']}", as_="student").json["access_code"] == "", "the code is for staff"
    again = api.call("POST", path, as_="student", body={"access_code": code.lower()})
    assert again.json["id"] == joined.json["id"]
    changed = f"/sections/{section['id']}/enrollments/{joined.json['id']}"
    api.call("PUT", changed, as_="admin", body={"status": 2})
    assert api.call("POST", path, as_="student", body={"access_code": code}).status == 400, "a teacher ended that"


def test_a_section_without_a_code_is_not_joined_by_one(api: Schoology) -> None:
    assert api.call("POST", f"/sections/{LARGE}/accesscode", as_="student", body={"access_code": ""}).status == 400
