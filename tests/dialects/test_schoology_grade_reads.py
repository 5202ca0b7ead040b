"""Grades of sections and of people over HTTP: documented bodies, types, filters, pages, and who may read (Schoology reference,
3.3, 4.1, 5 and 12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.dialects.schoology_kinds import elements, kinds, tree
from tests.dialects.schoology_world import Schoology, running

TRAVEL, WEIGHTED, ENGLISH, LARGE = 4318461, 5001001, 2942191527, 5003001
JAMES, ORORO, KURT, MARY, CAL, TEACHER = 48289, 48290, 48291, 100032890, 48300, 45552
ROW_KINDS = {
    "enrollment_id": "number",
    "assignment_id": "number",
    "grade": "number",
    "exception": "number",
    "max_points": "number",
    "is_final": "number",
    "timestamp": "number",
    "comment": "text",
    "comment_status": "null",
    "override": "null",
    "calculated_grade": "null",
    "pending": "null",
    "type": "text",
    "location": "text",
    "scale_id": "number",
    "scale_type": "number",
    "category_id": "number",
}


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        yield found


def documented_row(api: Schoology) -> dict[str, Any]:
    """The row of the vendor's example, for this server."""
    return {
        "enrollment_id": 44783151,
        "assignment_id": 5699937,
        "grade": 80,
        "exception": 0,
        "max_points": 100,
        "is_final": 0,
        "timestamp": 1389651403,
        "comment": "",
        "comment_status": None,
        "override": None,
        "calculated_grade": None,
        "pending": None,
        "type": "assignment",
        "location": f"{api.url}/v1/sections/4318461/assignments/5699937",
        "scale_id": 1,
        "scale_type": 0,
        "category_id": 4341,
    }


def test_the_grades_of_a_section_are_the_documented_body(api: Schoology) -> None:
    nothing = {"comment": "", "comment_status": None}
    body = {
        "grades": {"grade": [documented_row(api)]},
        "period": [{"period_id": "p13011", "period_title": "Never Ending Period", "weight": "100.00"}],
        "final_grade": [
            {
                "enrollment_id": "44783151",
                "period": [
                    {"period_id": "p13011", "grade": 80, **nothing},
                    {"period_id": "other", "grade": None, **nothing},
                    {"period_id": "final", "grade": 80, **nothing},
                ],
                "scale_id": 0,
            }
        ],
    }
    found = api.get(f"/sections/{TRAVEL}/grades")
    assert found.status == 200
    assert found.json == body
    assert kinds(found.json) == kinds(body)


def test_the_grades_of_a_user_are_the_documented_body(api: Schoology) -> None:
    period = {"period_id": "p13011", "grade": 80, "weight": 100, "comment": "", "scale_id": 0}
    categories = [{"category_id": 3081, "grade": None}, {"category_id": 4341, "grade": 80}]
    body = {
        "section": [
            {
                "section_id": "4318461",
                "period": [{"period_id": "p13011", "period_title": "Never Ending Period", "assignment": [documented_row(api)]}],
                "final_grade": [
                    {**period, "grading_category": categories, "comment_status": None},
                    {"period_id": "final", "grade": 80, "comment": "", "comment_status": None, "scale_id": 0},
                ],
                "grading_category": [{"id": 3081, "title": "e.g. Homework"}, {"id": 4341, "title": "xtra points"}],
            }
        ],
        "links": {"self": f"{api.url}/v1/users/{JAMES}/grades"},
    }
    found = api.get(f"/users/{JAMES}/grades")
    assert found.json == body
    assert kinds(found.json) == kinds(body)


@pytest.mark.parametrize(
    "path",
    [
        f"/sections/{TRAVEL}/grades",
        f"/sections/{WEIGHTED}/grades",
        f"/sections/{WEIGHTED}/grades?enrollment_id=90001&assignment_id=81003",
        f"/sections/{LARGE}/grades",
        f"/users/{JAMES}/grades",
        f"/users/{ORORO}/grades?section_id={WEIGHTED}&grading_period_ids=435,final",
        f"/users/{MARY}/grades",
        f"/users/{CAL}/grades?timestamp=0&limit=3",
        f"/users/{TEACHER}/grades",
    ],
)
def test_xml_says_the_same_as_json(api: Schoology, path: str) -> None:
    as_json, as_xml = api.get(path, as_="admin"), api.get(path, as_="admin", accept="text/xml")
    assert as_xml.xml.tag == "result"
    assert elements(as_xml.xml) == tree(as_json.json)


def test_every_row_has_the_same_fields_of_the_same_types(api: Schoology) -> None:
    rows = api.get(f"/sections/{WEIGHTED}/grades").json["grades"]["grade"]
    assert len(rows) == 10
    for row in rows:
        expected = {**ROW_KINDS}
        expected["grade"] = "null" if row["exception"] else "number"
        expected["comment_status"] = "number" if row["comment"] else "null"
        assert kinds(row) == expected


def test_a_row_of_a_letter_item_names_its_scale_and_a_discussion_its_place(api: Schoology) -> None:
    [section] = api.get(f"/users/{ORORO}/grades?section_id={WEIGHTED}").json["section"]
    rows = {row["assignment_id"]: row for period in section["period"] for row in period["assignment"]}
    assert (rows[81008]["scale_id"], rows[81008]["scale_type"]) == (1, 1)
    assert (rows[81010]["scale_id"], rows[81010]["scale_type"]) == (500, 1)
    assert rows[82001]["type"] == "discussion"
    assert rows[82001]["location"] == f"{api.url}/v1/sections/{WEIGHTED}/discussions/82001"
    where = urlsplit(rows[82001]["location"]).path.removeprefix("/v1")
    assert api.get(where).json["grade_item_id"] == 82001


def test_untouched_items_are_among_the_grades_of_a_user_and_not_of_a_section(api: Schoology) -> None:
    [section] = api.get(f"/users/{ORORO}/grades?section_id={WEIGHTED}").json["section"]
    rows = {row["assignment_id"]: row for period in section["period"] for row in period["assignment"]}
    untouched = {name: rows[81008][name] for name in ("grade", "timestamp", "exception", "comment", "comment_status")}
    assert untouched == {"grade": None, "timestamp": 0, "exception": 0, "comment": None, "comment_status": None}
    assert rows[81008]["location"] == f"{api.url}/v1/sections/{WEIGHTED}/assignments/81008"
    listed = api.get(f"/sections/{WEIGHTED}/grades?enrollment_id=90001").json["grades"]["grade"]
    assert 81008 not in {row["assignment_id"] for row in listed}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("assignment_id=81001", {(90001, 81001), (90002, 81001)}),
        ("enrollment_id=90002", {(90002, 81001), (90002, 81002), (90002, 81003), (90002, 81004)}),
        ("enrollment_id=90002&assignment_id=81001", {(90002, 81001)}),
        ("timestamp=1389660000", {(90001, 81005), (90001, 81006)}),
        ("timestamp=1389660006", {(90001, 81006)}),
        ("timestamp=1389650011&assignment_id=81001", {(90002, 81001)}),
        ("timestamp=&assignment_id=81001", {(90001, 81001), (90002, 81001)}),
        ("assignment_id=1", set()),
        ("enrollment_id=1", set()),
    ],
)
def test_filters_of_the_grades_of_a_section_combine(api: Schoology, query: str, expected: set[tuple[int, int]]) -> None:
    rows = api.get(f"/sections/{WEIGHTED}/grades?{query}").json["grades"]["grade"]
    found = {(row["enrollment_id"], row["assignment_id"]) for row in rows}
    assert found == expected


@pytest.mark.parametrize("query", ["assignment_id=x", "enrollment_id=1;2", "timestamp=yesterday", "timestamp=-5"])
def test_a_filter_that_is_no_number_is_refused(api: Schoology, query: str) -> None:
    refused = api.get(f"/sections/{WEIGHTED}/grades?{query}")
    assert refused.status == 400
    assert query.partition("=")[0] in refused.text


def test_the_grades_of_a_section_have_pages_only_when_asked_for(api: Schoology) -> None:
    every = api.get(f"/sections/{WEIGHTED}/grades").json["grades"]["grade"]
    pages = [api.get(f"/sections/{WEIGHTED}/grades?start={start}&limit=4").json["grades"]["grade"] for start in (0, 4, 8, 12)]
    assert [len(page) for page in pages] == [4, 4, 2, 0]
    assert [row for page in pages for row in page] == every


def test_final_grades_are_of_active_students_in_the_order_periods_other_final(api: Schoology) -> None:
    body = api.get(f"/sections/{WEIGHTED}/grades").json
    assert [(one["period_id"], one["weight"]) for one in body["period"]] == [("p13011", "50.00"), ("p435", "50.00")]
    assert [one["enrollment_id"] for one in body["final_grade"]] == ["90001", "90002"]
    assert [one["period_id"] for one in body["final_grade"][0]["period"]] == ["p13011", "p435", "other", "final"]
    assert [one["grade"] for one in body["final_grade"][0]["period"]] == [84.33, 90, None, 87.17]


def test_midterms_are_final_grades_in_points_before_the_periods(api: Schoology) -> None:
    [section] = api.get(f"/users/{MARY}/grades").json["section"]
    midterm, period, final = section["final_grade"]
    assert midterm == {"period_id": "a2979142114", "grade": 9, "weight": 50, "comment": "", "scale_id": 0}
    assert (period["period_id"], period["grade"], period["weight"]) == ("p825791", 89.5, 50)
    assert final == {"period_id": "final", "grade": 82.25, "comment": "", "comment_status": None, "scale_id": 0}
    assert [(one["period_id"], one["period_title"]) for one in section["period"]] == [
        ("p825791", "Spring Semester 2019-2020"),
        ("other", "other"),
    ]
    assert 2979142114 not in {row["assignment_id"] for one in section["period"] for row in one["assignment"]}


@pytest.mark.parametrize(
    ("query", "periods", "finals"),
    [
        ("", ["p13011", "p435", "other"], ["p13011", "p435", "final"]),
        ("grading_period_ids=435", ["p435"], ["p435"]),
        ("grading_period_ids=p435,other", ["p435", "other"], ["p435"]),
        ("grading_period_ids=final", [], ["final"]),
        ("grading_period_ids=13011%2Cfinal", ["p13011"], ["p13011", "final"]),
        ("grading_period_ids=99", [], []),
    ],
)
def test_periods_are_chosen_by_their_plain_ids(api: Schoology, query: str, periods: list[str], finals: list[str]) -> None:
    [section] = api.get(f"/users/{ORORO}/grades?section_id={WEIGHTED}&{query}").json["section"]
    assert [one["period_id"] for one in section["period"]] == periods
    assert [one["period_id"] for one in section["final_grade"]] == finals


def test_a_period_that_cannot_be_is_refused(api: Schoology) -> None:
    assert api.get(f"/users/{ORORO}/grades?grading_period_ids=fall").status == 400


def test_inactive_enrollments_are_listed_only_when_asked_for(api: Schoology) -> None:
    active = api.get(f"/users/{JAMES}/grades").json
    assert [one["section_id"] for one in active["section"]] == [str(TRAVEL)]
    every = api.get(f"/users/{JAMES}/grades?include_all_enrollments=1").json
    assert [one["section_id"] for one in every["section"]] == [str(WEIGHTED), str(TRAVEL)], "by enrollment"


@pytest.mark.parametrize("query", ["include_all_enrollments=1", "timestamp=0"])
def test_changes_and_all_enrollments_come_in_pages_of_enrollments(api: Schoology, query: str) -> None:
    path, sections, pages = f"/users/{CAL}/grades?{query}&limit=3", [], 0
    while path:
        body = api.get(path, as_="admin").json
        sections += [one["section_id"] for one in body["section"]]
        pages += 1
        following = body["links"].get("next", "")
        assert not following or following.startswith(f"{api.url}/v1/users/{CAL}/grades?{query}&start=")
        path = following.removeprefix(f"{api.url}/v1")
    assert sections == [str(number) for number in range(5002001, 5002008)]
    assert pages == 3


def test_without_those_filters_everything_is_in_one_answer(api: Schoology) -> None:
    body = api.get(f"/users/{CAL}/grades?limit=3", as_="admin").json
    assert len(body["section"]) == 7
    assert body["links"] == {"self": f"{api.url}/v1/users/{CAL}/grades"}


def test_who_is_a_student_nowhere_has_an_empty_list(api: Schoology) -> None:
    assert api.get(f"/users/{TEACHER}/grades").json["section"] == []


@pytest.mark.parametrize(
    ("path", "who", "status"),
    [
        (f"/sections/{TRAVEL}/grades", "student", 200),
        (f"/sections/{LARGE}/grades", "student", 403),
        (f"/sections/{LARGE}/grades", "teacher", 403),
        (f"/sections/{LARGE}/grades", "admin", 200),
        ("/sections/999/grades", "teacher", 404),
        (f"/users/{JAMES}/grades", "student", 200),
        (f"/users/{ORORO}/grades", "student", 403),
        (f"/users/{ORORO}/grades", "teacher", 200),
        ("/users/600001/grades", "teacher", 403),
        ("/users/999/grades", "teacher", 404),
    ],
)
def test_who_reads_grades(api: Schoology, path: str, who: str, status: int) -> None:
    assert api.get(path, as_=who).status == status


def test_an_unknown_segment_behind_the_grades_is_overlooked(api: Schoology) -> None:
    assert api.get(f"/sections/{TRAVEL}/grades/whatever").json == api.get(f"/sections/{TRAVEL}/grades").json


def test_within_multiget_the_grades_of_a_section_are_read_and_nobody_s_all_over_the_school(api: Schoology) -> None:
    asked = [f"/v1/sections/{TRAVEL}/grades", f"/v1/users/{JAMES}/grades?section_id={TRAVEL}", "/v1/sections/999/grades"]
    answers = api.call("POST", "/multiget", body={"request": asked}).json["response"]
    assert [one["response_code"] for one in answers] == [200, 403, 404]
    assert answers[0]["body"] == api.get(f"/sections/{TRAVEL}/grades").json
