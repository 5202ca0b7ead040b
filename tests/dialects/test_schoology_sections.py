"""Courses, sections and schools over HTTP: documented bodies and types, one and many, codes, and who may (Schoology reference,
3.4, 3.5, 10.2 and 10.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.schoology_kinds import elements, kinds, tree
from tests.dialects.schoology_world import Schoology, running

TRAVEL, WEIGHTED, ENGLISH, LARGE = 4318461, 5001001, 2942191527, 5003001
JAMES, ORORO, TEACHER = 48289, 48290, 45552
COURSE, LAB = 1407691, 1407700
COURSE_KINDS = {
    "id": "number",
    "title": "text",
    "course_code": "text",
    "department": "text",
    "description": "text",
    "credits": "number",
    "subject_area": "number",
    "grade_level_range_start": "number",
    "grade_level_range_end": "number",
    "synced": "number",
    "building_id": "text",
}
SECTION_KINDS = {
    "id": "text",
    "course_title": "text",
    "course_code": "text",
    "course_id": "text",
    "school_id": "text",
    "access_code": "text",
    "section_title": "text",
    "section_code": "text",
    "section_school_code": "text",
    "synced": "text",
    "active": "number",
    "description": "text",
    "subject_area": "text",
    "grade_level_range_start": "text",
    "grade_level_range_end": "text",
    "grading_periods": ["number"],
    "profile_url": "text",
    "location": "text",
    "meeting_days": ["text"],
    "start_time": "text",
    "end_time": "text",
    "weight": "text",
    "options": {
        "weighted_grading_categories": "text",
        "hide_overall_grade": "text",
        "hide_grading_period_grade": "text",
        "allow_custom_overall_grade": "text",
        "allow_custom_overall_grade_text": "text",
        "default_grading_scale_id": "text",
        "upload_documents": "text",
        "create_discussion": "text",
        "member_post": "text",
        "member_post_comment": "text",
        "content_index_visibility": dict.fromkeys(
            ["topics", "assignments", "assessments", "documents", "discussion", "album", "pages"], "number"
        ),
    },
    "admin": "number",
}
SCHOOL_KINDS = dict.fromkeys(
    [
        "id",
        "title",
        "address1",
        "address2",
        "city",
        "state",
        "postal_code",
        "country",
        "website",
        "phone",
        "fax",
        "building_code",
        "picture_url",
    ],
    "text",
)


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        yield found


def ids(api: Schoology, path: str, as_: str = "admin") -> list[int]:
    answer = api.get(path, as_=as_)
    assert answer.status == 200, answer.text
    return [int(one["id"]) for one in answer.json["section"]]


def section_of(api: Schoology, course: int, **fields: Any) -> dict[str, Any]:
    body = {"title": "Made", "grading_periods": [13011], **fields}
    answer = api.call("POST", f"/courses/{course}/sections", as_="admin", body=body)
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def course_of(api: Schoology, code: str, **fields: Any) -> int:
    answer = api.call("POST", "/courses", as_="admin", body={"title": code, "course_code": code, **fields})
    assert answer.status == 201, answer.text
    found: int = answer.json["id"]
    return found


# Reading.


def test_a_course_is_that_of_the_documentation(api: Schoology) -> None:
    body = api.get("/courses?limit=1", as_="admin").json
    assert kinds(body) == {"course": [COURSE_KINDS], "total": "text", "links": {"self": "text", "next": "text"}}
    assert body["course"][0] == api.get(f"/courses/{COURSE}").json
    assert (body["course"][0]["id"], body["course"][0]["course_code"]) == (COURSE, "CC106")


def test_a_section_is_that_of_the_documentation(api: Schoology) -> None:
    body = api.get(f"/sections/{WEIGHTED}").json
    assert kinds(body) == SECTION_KINDS
    wanted = {
        "id": str(WEIGHTED),
        "course_title": "Time Travel",
        "course_code": "CC106",
        "course_id": str(COURSE),
        "section_title": "Weighted",
        "section_school_code": "W100",
        "active": 1,
        "grading_periods": [13011, 435],
        "meeting_days": [""],
        "admin": 1,
    }
    assert {name: body[name] for name in wanted} == wanted
    assert body["options"]["weighted_grading_categories"] == "1"
    assert api.get(f"/sections/{TRAVEL}").json["options"]["weighted_grading_categories"] == "0"


@pytest.mark.parametrize(
    ("path", "who"),
    [
        (f"/sections/{WEIGHTED}", "teacher"),
        (f"/courses/{COURSE}/sections?limit=2", "admin"),
        (f"/users/{JAMES}/sections", "teacher"),
        ("/sections?section_school_codes=SI200,W100", "teacher"),
        ("/courses", "admin"),
        (f"/courses/{COURSE}", "admin"),
        ("/schools", "teacher"),
        ("/schools/1", "teacher"),
    ],
)
def test_xml_says_the_same(api: Schoology, path: str, who: str) -> None:
    assert elements(api.get(path, as_=who, accept="text/xml").xml) == tree(api.get(path, as_=who).json)


def test_sections_of_a_course_are_counted_and_lead_on(api: Schoology) -> None:
    body = api.get(f"/courses/{COURSE}/sections?limit=2", as_="admin").json
    assert kinds(body["section"][0]) == {**SECTION_KINDS, "links": {"self": "text"}}
    assert body["total"] == str(len(ids(api, f"/courses/{COURSE}/sections?limit=200")))
    assert body["links"]["next"] == f"{api.url}/v1/courses/{COURSE}/sections?start=2&limit=2"
    assert body["section"][0]["links"]["self"] == f"{api.url}/v1/sections/{body['section'][0]['id']}"


def test_a_course_shows_the_sections_that_the_caller_may_see(api: Schoology) -> None:
    assert {TRAVEL, WEIGHTED, ENGLISH} <= set(ids(api, f"/courses/{COURSE}/sections"))
    assert ids(api, f"/courses/{COURSE}/sections", as_="student") == [TRAVEL, WEIGHTED]
    assert LARGE not in ids(api, f"/courses/{LAB}/sections", as_="teacher")


def test_sections_of_a_person_are_those_shared_with_the_caller(api: Schoology) -> None:
    body = api.get(f"/users/{JAMES}/sections").json
    assert set(body) == {"section", "links"}
    assert ids(api, f"/users/{JAMES}/sections", as_="teacher") == [TRAVEL]
    assert ids(api, f"/users/{JAMES}/sections?include_past=1", as_="teacher") == [TRAVEL, WEIGHTED]
    assert ids(api, f"/users/{JAMES}/sections", as_="student") == [TRAVEL]
    assert [one["admin"] for one in body["section"]] == [0], "the person is listed, not the caller"
    own = api.get(f"/users/{TEACHER}/sections").json["section"]
    assert {one["admin"] for one in own} == {1}
    assert ids(api, "/users/600001/sections") == [LARGE]
    assert api.get("/users/600001/sections", as_="student").status == 403
    assert api.get("/users/424242/sections", as_="admin").status == 404


def test_sections_by_school_codes(api: Schoology) -> None:
    assert ids(api, "/sections?section_school_codes=W100,SI200,none") == [TRAVEL, WEIGHTED]
    assert ids(api, "/sections?section_school_codes=SI200,BIG", as_="teacher") == [TRAVEL]
    assert api.get("/sections", as_="admin").status == 403, "nobody lists all sections"
    assert api.get("/sections?section_school_codes=", as_="admin").status == 403
    many = ",".join(f"c{number}" for number in range(51))
    assert api.get(f"/sections?section_school_codes={many}", as_="admin").status == 400


def test_a_school_code_leads_to_its_section(api: Schoology) -> None:
    answer = api.get("/sections/ext/SI200")
    assert (answer.status, answer.headers["location"], answer.content) == (303, f"/v1/sections/{TRAVEL}", b"")
    assert api.get("/sections/ext/none").status == 404


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("admin", "courses", 200),
        ("teacher", "courses", 403),
        ("student", "courses", 403),
        ("student", f"courses/{COURSE}", 200),
        ("student", f"courses/{LAB}", 403),
        ("student", f"courses/{LAB}/sections", 403),
        ("admin", "courses/999", 404),
        ("admin", "courses/999/sections", 404),
        ("admin", f"sections/{LARGE}", 200),
        ("teacher", f"sections/{LARGE}", 403),
        ("student", f"sections/{LARGE}", 403),
        ("teacher", "sections/999", 404),
        ("student", "schools/1", 200),
        ("student", "schools/2", 404),
    ],
)
def test_who_may_see_what(api: Schoology, who: str, path: str, status: int) -> None:
    assert api.get(f"/{path}", as_=who).status == status


def test_schools_and_buildings(api: Schoology) -> None:
    body = api.get("/schools").json
    assert kinds(body) == {"school": [SCHOOL_KINDS], "total": "text", "links": {"self": "text"}}
    assert body["school"] == [api.get("/schools/1").json]
    assert body["school"][0]["title"] == "Shermer High School"
    assert api.get("/schools/1/buildings").json["building"] == []


def test_several_reads_at_once_and_what_can_be_done_where(api: Schoology) -> None:
    paths = [
        f"/v1/courses/{COURSE}",
        f"/v1/courses/{COURSE}/sections?limit=1",
        f"/v1/sections/{WEIGHTED}",
        f"/v1/sections/{WEIGHTED}/enrollments?limit=1",
        "/v1/sections/ext/W100",
        f"/v1/users/{JAMES}/sections",
        f"/v1/sections/{LARGE}",
        "/v1/courses",
    ]
    answer = api.call("POST", "/multiget", body={"request": paths})
    assert [one["response_code"] for one in answer.json["response"]] == [200, 200, 200, 200, 200, 200, 403, 403]
    assert answer.json["response"][4]["body"]["id"] == str(WEIGHTED)
    options = api.call("POST", "/multioptions", body={"request": ["/v1/courses", "/v1/sections/1/enrollments"]}).json
    assert [one["headers"]["Allow"] for one in options["response"]] == [
        "DELETE, GET, HEAD, OPTIONS, POST, PUT",
        "DELETE, GET, HEAD, OPTIONS, POST, PUT",
    ]
    assert api.call("OPTIONS", f"/sections/{WEIGHTED}").headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"
    assert api.call("POST", f"/sections/{WEIGHTED}", body={}).status == 405
    assert api.call("PUT", "/schools/1", body={}).status == 405


# Courses written.


def test_making_a_course_answers_201_and_the_course(api: Schoology) -> None:
    body = {"title": "English Writing", "course_code": "E101", "department": "English", "description": "Essay Writing"}
    answer = api.call("POST", "/courses", as_="admin", body=body)
    assert answer.status == 201
    assert kinds(answer.json) == {**COURSE_KINDS, "links": {"self": "text"}}
    assert {name: answer.json[name] for name in body} == body
    number = answer.json["id"]
    change = {"title": "Advanced", "credits": "1.5", "grade_level_range_start": "12", "grade_level_range_end": 14, "synced": 1}
    changed = api.call("PUT", f"/courses/{number}", as_="admin", body=change)
    assert (changed.status, changed.content) == (204, b"")
    found = api.get(f"/courses/{number}", as_="admin").json
    assert (found["title"], found["credits"], found["department"]) == ("Advanced", 1.5, "English")
    assert (found["grade_level_range_start"], found["grade_level_range_end"], found["synced"]) == (12, 14, 1)
    assert api.call("DELETE", f"/courses/{number}", as_="admin").status == 204
    assert api.get(f"/courses/{number}", as_="admin").status == 404
    assert api.call("POST", "/courses", as_="admin", body=body).status == 201, "a deleted course gives its code away"


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"course_code": " "},
        {"course_code": "CC106"},
        {"title": "x" * 256},
        {"grade_level_range_start": 14, "grade_level_range_end": 12},
        {"grade_level_range_start": 16},
        {"subject_area": 10},
        {"credits": "many"},
        {"building_id": 999},
        {"title": ["a"]},
    ],
)
def test_a_course_that_cannot_be_is_refused(api: Schoology, fields: dict[str, Any]) -> None:
    total = api.get("/courses", as_="admin").json["total"]
    answer = api.call("POST", "/courses", as_="admin", body={"title": "Bad", "course_code": "BAD", **fields})
    assert answer.status == 400
    assert next(iter(fields)) in answer.text or "grade_level_range_end" in answer.text
    assert api.get("/courses", as_="admin").json["total"] == total


def test_many_courses_with_their_sections(api: Schoology) -> None:
    sections = [{"title": f"Section {code}", "section_id": code, "grading_periods": [13011, 435]} for code in ("27", "35")]
    entries: list[dict[str, Any]] = [
        {"title": "English course", "course_code": "E233", "sections": {"section": sections}},
        {"title": "Half", "course_code": "HALF", "sections": {"section": [{"title": "no code", "grading_periods": [435]}]}},
        {"title": "No code"},
        {"title": "Math course", "course_code": "MS230"},
    ]
    answer = api.call("POST", "/courses", as_="admin", body={"courses": {"course": entries}})
    assert answer.status == 207
    results = answer.json["course"]
    assert [one["response_code"] for one in results] == [200, 400, 400, 200]
    assert kinds(results[0]) == {"response_code": "number", "id": "text", "location": "text", "course_code": "text"}
    assert results[0]["location"] == f"{api.url}/v1/courses/{results[0]['id']}"
    made = api.get(f"/courses/{results[0]['id']}/sections", as_="admin").json["section"]
    assert [(one["section_code"], one["grading_periods"]) for one in made] == [("27", [13011, 435]), ("35", [13011, 435])]
    codes = [one["course_code"] for one in api.get("/courses?limit=200", as_="admin").json["course"]]
    assert "HALF" not in codes, "a course with a section that cannot be is not made"
    again = api.call("POST", "/courses", as_="admin", body={"courses": {"course": entries[:1]}})
    assert again.json["course"][0]["response_code"] == 400
    entries[0]["title"] = "English, again"
    again = api.call("POST", "/courses?update_existing=1", as_="admin", body={"courses": {"course": entries[:1]}})
    assert again.json["course"][0] == results[0]
    assert len(ids(api, f"/courses/{results[0]['id']}/sections")) == 2
    changes = [{"id": results[0]["id"], "title": "Bulk 4"}, {"id": results[3]["id"], "course_code": "E233"}, {"title": "x"}]
    changed = api.call("PUT", "/courses", as_="admin", body={"courses": {"course": changes}})
    assert [one["response_code"] for one in changed.json["course"]] == [200, 400, 400]
    gone = api.call("DELETE", f"/courses?course_ids={results[0]['id']},{results[3]['id']},999", as_="admin")
    assert gone.status == 207
    assert [one["response_code"] for one in gone.json["course"]] == [400, 204, 404], "a course with sections stays"


@pytest.mark.parametrize("who", ["teacher", "student"])
def test_the_catalogue_is_for_administrators(api: Schoology, who: str) -> None:
    assert api.call("POST", "/courses", as_=who, body={"title": "x", "course_code": "X1"}).status == 403
    assert api.call("PUT", f"/courses/{COURSE}", as_=who, body={"title": "x"}).status == 403
    assert api.call("DELETE", f"/courses/{COURSE}", as_=who).status == 403
    many = api.call("POST", "/courses", as_=who, body={"courses": {"course": [{"title": "x", "course_code": "X2"}]}})
    assert many.json["course"][0]["response_code"] == 403
    body = {"title": "x", "section_code": "x", "grading_periods": [13011]}
    assert api.call("POST", f"/courses/{COURSE}/sections", as_=who, body=body).status == 403
    assert api.call("DELETE", f"/sections/{TRAVEL}", as_=who).status == 403
    gone = api.call("DELETE", f"/sections?section_ids={TRAVEL}", as_=who)
    assert gone.json["section"][0]["response_code"] == 403


# Sections written.


def test_making_a_section_answers_201_and_the_section(api: Schoology) -> None:
    body = {"title": "Section 1", "description": "Section 1 Math", "section_school_code": "35", "grading_periods": [435, 13011]}
    answer = api.call("POST", f"/courses/{LAB}/sections", as_="admin", body=body)
    assert answer.status == 201
    found = answer.json
    assert kinds(found) == {**SECTION_KINDS, "links": {"self": "text"}}
    wanted = {"section_title": "Section 1", "section_school_code": "35", "course_id": str(LAB), "description": "Section 1 Math"}
    assert {name: found[name] for name in wanted} == wanted
    assert found["grading_periods"] == [435, 13011]
    assert re.fullmatch(r"[2-9B-Z]{5}-[2-9B-Z]{5}", found["access_code"])
    assert api.get(f"/sections/{found['id']}/grading_categories", as_="admin").status == 200


def test_a_section_made_here_is_calculated_as_schoology_does(api: Schoology) -> None:
    found = section_of(api, LAB, section_code="calc", options={"weighted_grading_categories": "1"})
    assert found["options"]["weighted_grading_categories"] == "1"
    path = f"/sections/{found['id']}"
    api.call("POST", f"{path}/enrollments", as_="admin", body={"uid": JAMES, "admin": 0, "status": 1})
    categories = [{"title": "A", "weight": 1, "calculation_type": 1}, {"title": "B", "weight": 3, "calculation_type": 1}]
    made = api.call(
        "POST", f"{path}/grading_categories", as_="admin", body={"grading_categories": {"grading_category": categories}}
    ).json["grading_category"]
    (enrollment,) = api.get(f"{path}/enrollments", as_="admin").json["enrollment"]
    grades = []
    for category, grade in zip(made, (50, 90), strict=True):
        item = {"title": "x", "max_points": 100, "grading_category": category["id"], "grading_period": 13011}
        number = api.call("POST", f"{path}/assignments", as_="admin", body=item).json["id"]
        grades.append({"type": "assignment", "assignment_id": number, "enrollment_id": enrollment["id"], "grade": grade})
    assert api.call("PUT", f"{path}/grades", as_="admin", body={"grades": {"grade": grades}}).status == 207
    finals = api.get(f"{path}/grades", as_="admin").json["final_grade"][0]["period"]
    assert finals[-1] == {"period_id": "final", "grade": 80, "comment": "", "comment_status": None}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"title": ""}, "title"),
        ({"section_code": ""}, "section_code"),
        ({"section_school_code": "SI200"}, "section_school_code"),
        ({"grading_periods": []}, "grading_periods"),
        ({"grading_periods": [999]}, "grading_periods"),
        ({"grading_periods": "x"}, "grading_periods"),
        ({"start_time": "25:00"}, "start_time"),
        ({"meeting_days": ["9"]}, "meeting_days"),
        ({"grade_level_range_start": 3, "grade_level_range_end": 2}, "grade_level_range_end"),
        ({"options": {"weighted_grading_categories": 2}}, "weighted_grading_categories"),
    ],
)
def test_a_section_that_cannot_be_is_refused(api: Schoology, fields: dict[str, Any], named: str) -> None:
    before = ids(api, f"/courses/{LAB}/sections?limit=200&include_past=1")
    body = {"title": "Bad", "section_code": "bad", "grading_periods": [13011], **fields}
    answer = api.call("POST", f"/courses/{LAB}/sections", as_="admin", body=body)
    assert (answer.status, named in answer.text) == (400, True), answer.text
    assert ids(api, f"/courses/{LAB}/sections?limit=200&include_past=1") == before


def test_a_section_code_is_used_once_in_a_course_and_grading_period(api: Schoology) -> None:
    course = course_of(api, "ONCE")
    first = section_of(api, course, section_code="10b", grading_periods=[13011])
    other = section_of(api, course, section_code="10b", grading_periods=[435])
    again = {"title": "x", "section_code": "10b", "grading_periods": [825791, 13011]}
    assert api.call("POST", f"/courses/{course}/sections", as_="admin", body=again).status == 400
    answer = api.call("POST", f"/courses/{course}/sections?update_existing=1", as_="admin", body=again)
    assert (answer.status, answer.json["id"]) == (201, first["id"])
    assert (answer.json["section_title"], answer.json["grading_periods"]) == ("x", [825791, 13011])
    clash = api.call("PUT", f"/sections/{other['id']}", as_="admin", body={"grading_periods": [13011]})
    assert clash.status == 400
    assert api.call("PUT", f"/sections/{other['id']}", as_="admin", body={"section_code": "10c"}).status == 204


def test_many_sections_and_update_existing(api: Schoology) -> None:
    course = course_of(api, "MANY")
    entries: list[dict[str, Any]] = [
        {"title": "One", "section_school_code": "M1", "grading_periods": [13011]},
        {"title": "Two", "section_school_code": "M2", "section_code": "b", "grading_periods": [13011, 435]},
        {"title": "Three"},
    ]
    answer = api.call("POST", f"/courses/{course}/sections", as_="admin", body={"sections": {"section": entries}})
    assert answer.status == 207
    results = answer.json["section"]
    assert [one["response_code"] for one in results] == [200, 200, 400]
    assert kinds(results[1]) == {
        "response_code": "number",
        "id": "text",
        "location": "text",
        "section_code": "text",
        "section_school_code": "text",
        "synced": "text",
        "grading_periods": ["number"],
    }
    entries[0]["title"], entries[0]["synced"] = "Uno", "1"
    again = api.call(
        "POST", f"/courses/{course}/sections?update_existing=1", as_="admin", body={"sections": {"section": entries}}
    )
    assert [one.get("id") for one in again.json["section"]] == [results[0]["id"], results[1]["id"], None]
    assert again.json["section"][0]["synced"] == "1"
    titles = {one["section_title"] for one in api.get(f"/courses/{course}/sections", as_="admin").json["section"]}
    assert titles == {"Uno", "Two"}
    changes = [{"id": results[0]["id"], "title": "Eins"}, {"id": 999, "title": "x"}, {"title": "x"}]
    changed = api.call("PUT", "/sections", as_="admin", body={"sections": {"section": changes}})
    assert [one["response_code"] for one in changed.json["section"]] == [200, 404, 400]
    gone = api.call("DELETE", f"/sections?section_ids={results[0]['id']},{results[1]['id']},999", as_="admin")
    assert [one["response_code"] for one in gone.json["section"]] == [204, 204, 404]
    assert api.get(f"/sections/{results[0]['id']}", as_="admin").status == 404
    assert section_of(api, course, section_school_code="M1")["id"] != results[0]["id"], "the school code is free again"


def test_changing_a_section_leaves_alone_what_is_not_sent(api: Schoology) -> None:
    number = section_of(api, LAB, section_code="keep", description="Kept", start_time="08:00", meeting_days=[1, 3])["id"]
    before = api.get(f"/sections/{number}", as_="admin").json
    change = {"title": "New", "options": {"weighted_grading_categories": 1, "hide_overall_grade": "1"}, "location": "R 5"}
    answer = api.call("PUT", f"/sections/{number}", as_="admin", body=change)
    assert (answer.status, answer.content) == (204, b"")
    after = api.get(f"/sections/{number}", as_="admin").json
    assert (after["section_title"], after["location"], after["meeting_days"]) == ("New", "R 5", ["1", "3"])
    assert (after["options"]["weighted_grading_categories"], after["options"]["hide_overall_grade"]) == ("1", "1")
    changed = {"section_title", "location", "options"}
    assert {name: after[name] for name in after if name not in changed} == {
        name: before[name] for name in before if name not in changed
    }


def test_a_teacher_changes_the_own_section_but_not_its_school_code(api: Schoology) -> None:
    assert api.call("PUT", f"/sections/{ENGLISH}", body={"description": "By Strickland"}).status == 204
    assert api.get(f"/sections/{ENGLISH}").json["description"] == "By Strickland"
    assert api.call("PUT", f"/sections/{ENGLISH}", body={"section_school_code": "ENG", "title": "English"}).status == 204
    assert api.call("PUT", f"/sections/{ENGLISH}", body={"section_school_code": "OTHER"}).status == 403
    assert api.call("PUT", f"/sections/{LARGE}", body={"description": "x"}).status == 403
    assert api.call("PUT", f"/sections/{TRAVEL}", as_="student", body={"description": "x"}).status == 403


def test_sections_whose_grading_periods_are_over_are_shown_on_request(api: Schoology) -> None:
    period = {"title": "Long ago", "start": "2001-09-01", "end": "2002-06-30"}
    over = int(api.call("POST", "/gradingperiods", as_="admin", body=period).json["id"])
    course = course_of(api, "PAST")
    old = section_of(api, course, section_code="old", grading_periods=[over], section_school_code="PAST-1")
    new = section_of(api, course, section_code="new")
    assert (old["active"], new["active"]) == (0, 1)
    assert ids(api, f"/courses/{course}/sections") == [int(new["id"])]
    assert ids(api, f"/courses/{course}/sections?include_past=1") == [int(old["id"]), int(new["id"])]
    assert ids(api, "/sections?section_school_codes=PAST-1") == []
    assert ids(api, "/sections?section_school_codes=PAST-1&include_past=1") == [int(old["id"])]
