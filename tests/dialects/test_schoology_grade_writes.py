"""Grades and final comments written over HTTP: an entry replaces a record, or fails alone (Schoology reference, 4.2 and 4.3).

Each test writes what no other test reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.schoology_kinds import elements
from tests.dialects.schoology_world import Reply, Schoology, running

TRAVEL, WEIGHTED, ENGLISH = 4318461, 5001001, 2942191527
GRADES = f"/sections/{WEIGHTED}/grades"
ORORO, KURT = 90001, 90002
WRITTEN = {"response_code": 204}


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture
def item(api: Schoology) -> int:
    """A new item of 50 points, of the period 435 and the category 7001."""
    body = {"title": "New", "max_points": 50, "grading_category": 7001, "grading_period": 435}
    made = api.call("POST", f"/sections/{WEIGHTED}/assignments", body=body)
    assert made.status == 201
    number: int = made.json["id"]
    return number


def put(api: Schoology, *entries: Any, **more: Any) -> Reply:
    return api.call("PUT", GRADES, body={"grades": {"grade": list(entries)}}, **more)


def entry(item: int, enrollment: Any = ORORO, **fields: Any) -> dict[str, Any]:
    return {"type": "assignment", "assignment_id": item, "enrollment_id": enrollment, **fields}


def read(api: Schoology, item: int, enrollment: int = ORORO, **more: Any) -> dict[str, Any] | None:
    """The record, as far as a write can change it."""
    rows = api.get(f"{GRADES}?assignment_id={item}&enrollment_id={enrollment}", **more).json["grades"]["grade"]
    assert len(rows) <= 1
    wanted = ("grade", "exception", "comment", "comment_status")
    return {name: rows[0][name] for name in wanted} if rows else None


def test_several_entries_are_answered_by_207_and_one_result_each(api: Schoology, item: int) -> None:
    answer = put(api, entry(item, grade=40, comment="Good", comment_status=1), entry(item, str(KURT), grade="12.5"))
    assert (answer.status, answer.json) == (207, {"grades": {"grade": [WRITTEN, WRITTEN]}})
    assert read(api, item) == {"grade": 40, "exception": 0, "comment": "Good", "comment_status": 1}
    assert read(api, item, KURT) == {"grade": 12.5, "exception": 0, "comment": "", "comment_status": None}


def test_one_entry_needs_no_array(api: Schoology, item: int) -> None:
    answer = api.call("PUT", GRADES, body={"grades": {"grade": entry(item, grade=7)}})
    assert answer.json == {"grades": {"grade": [WRITTEN]}}
    assert read(api, item) == {"grade": 7, "exception": 0, "comment": "", "comment_status": None}


def test_what_is_not_sent_is_erased(api: Schoology, item: int) -> None:
    put(api, entry(item, grade=40, comment="Good", comment_status=1))
    put(api, entry(item, comment="Later"))
    assert read(api, item) == {"grade": None, "exception": 0, "comment": "Later", "comment_status": None}
    put(api, entry(item, grade=41))
    assert read(api, item) == {"grade": 41, "exception": 0, "comment": "", "comment_status": None}
    put(api, entry(item, exception=1))
    assert read(api, item) == {"grade": None, "exception": 1, "comment": "", "comment_status": None}
    put(api, entry(item, grade=30))
    assert read(api, item) == {"grade": 30, "exception": 0, "comment": "", "comment_status": None}


@pytest.mark.parametrize("exception", [1, 2, 3, 4, "1", "3"])
def test_an_exception_empties_the_grade_sent_with_it(api: Schoology, item: int, exception: int | str) -> None:
    assert put(api, entry(item, grade=20, exception=exception)).json == {"grades": {"grade": [WRITTEN]}}
    assert read(api, item) == {"grade": None, "exception": int(exception), "comment": "", "comment_status": None}


@pytest.mark.parametrize(
    ("sent", "grade"),
    [(0, 0), ("0", 0), (60, 60), ("33.25", 33.25), ("", None), (None, None), (-1, -1)],
)
def test_a_grade_is_a_number_its_text_or_nothing(api: Schoology, item: int, sent: Any, grade: float | None) -> None:
    put(api, entry(item, grade=5))
    assert put(api, entry(item, grade=sent)).json == {"grades": {"grade": [WRITTEN]}}
    found = read(api, item)
    assert found is not None
    assert found["grade"] == grade


@pytest.mark.parametrize(
    ("name", "fields", "says"),
    [
        ("a letter without a scale", {"grade": "B+"}, "grade"),
        ("a percentage", {"grade": "90%"}, "grade"),
        ("no number", {"grade": {"points": 1}}, "grade"),
        ("an unknown exception", {"exception": 9}, "exception"),
        ("an unknown type", {"type": "quiz"}, "type"),
        ("somebody else's enrollment", {"enrollment_id": 44783151}, "enrollment_id"),
        ("the teacher", {"enrollment_id": 90000}, "enrollment_id"),
        ("no enrollment", {"enrollment_id": None}, "enrollment_id"),
        ("another section's item", {"assignment_id": 5699937}, "assignment_id"),
        ("no item", {"assignment_id": ""}, "assignment_id"),
        ("a status that is neither 0 nor 1", {"comment": "x", "comment_status": "maybe"}, "comment_status"),
    ],
)
def test_a_bad_entry_fails_alone_with_a_code_and_a_message(
    api: Schoology, item: int, name: str, fields: dict[str, Any], says: str
) -> None:
    answer = put(api, entry(item, **{"grade": 1, **fields}), entry(item, KURT, grade=2))
    failed, written = answer.json["grades"]["grade"]
    assert (answer.status, failed["response_code"], written) == (207, 400, WRITTEN), name
    assert says in failed["message"]
    assert read(api, item) is None
    assert read(api, item, KURT) == {"grade": 2, "exception": 0, "comment": "", "comment_status": None}


@pytest.mark.parametrize(("letter", "enrollment", "grade"), [("B+", ORORO, 43.5), ("A+", KURT, 48.5)])
def test_a_letter_becomes_points_by_the_average_of_its_level(
    api: Schoology, letter: str, enrollment: int, grade: float
) -> None:
    assert put(api, entry(81008, enrollment, grade=letter)).json == {"grades": {"grade": [WRITTEN]}}
    found = read(api, 81008, enrollment)
    assert found is not None
    assert found["grade"] == grade


def test_a_discussion_is_graded_by_its_grade_item(api: Schoology) -> None:
    assert put(api, {**entry(82001, grade=8), "type": "discussion"}).json == {"grades": {"grade": [WRITTEN]}}
    rows = api.get(f"{GRADES}?assignment_id=82001").json["grades"]["grade"]
    assert [(row["type"], row["grade"]) for row in rows] == [("discussion", 8)]


def test_a_comment_keeps_its_line_ends(api: Schoology, item: int) -> None:
    put(api, entry(item, grade=1, comment="one\r\ntwo", comment_status="1"))
    assert read(api, item) == {"grade": 1, "exception": 0, "comment": "one\r\ntwo", "comment_status": 1}


@pytest.mark.parametrize(("status", "shown"), [(1, 1), ("1", 1), (0, None), ("0", None), (None, None), ("", None)])
def test_a_hidden_comment_has_no_status(api: Schoology, item: int, status: Any, shown: int | None) -> None:
    put(api, entry(item, grade=1, comment="x", comment_status=status))
    assert read(api, item) == {"grade": 1, "exception": 0, "comment": "x", "comment_status": shown}


def test_the_grades_of_the_period_and_the_course_follow_at_once(api: Schoology, item: int) -> None:
    put(api, entry(item, KURT, grade=25))
    [final] = api.get(f"{GRADES}?enrollment_id={KURT}").json["final_grade"]
    before = next(one["grade"] for one in final["period"] if one["period_id"] == "p435")
    put(api, entry(item, KURT, grade=50))
    [final] = api.get(f"{GRADES}?enrollment_id={KURT}").json["final_grade"]
    assert next(one["grade"] for one in final["period"] if one["period_id"] == "p435") > before


def test_grades_as_xml_are_answered_as_xml(api: Schoology, item: int) -> None:
    body = f"""<body><grades>
      <grade><type>assignment</type><assignment_id>{item}</assignment_id><enrollment_id>{ORORO}</enrollment_id>
        <grade>9</grade><comment_status>1</comment_status></grade>
      <grade><type>assignment</type><assignment_id>{item}</assignment_id><enrollment_id>1</enrollment_id><grade>9</grade></grade>
    </grades></body>"""
    answer = api.call("PUT", GRADES, content=body.encode(), content_type="text/xml", accept="text/xml")
    assert answer.status == 207
    [grades] = elements(answer.xml)["grades"]
    assert grades["grade"][0] == {"response_code": ["204"]}
    assert grades["grade"][1]["response_code"] == ["400"]
    assert "enrollment_id" in grades["grade"][1]["message"][0]
    assert read(api, item) == {"grade": 9, "exception": 0, "comment": "", "comment_status": None}


def test_an_empty_element_clears_the_grade(api: Schoology, item: int) -> None:
    put(api, entry(item, grade=9))
    body = (
        f"<requests><grades><grade><assignment_id>{item}</assignment_id><enrollment_id>{ORORO}</enrollment_id>"
        "<grade /><comment /><exception /></grade></grades></requests>"
    )
    assert api.call("PUT", GRADES, content=body.encode(), content_type="text/xml").status == 207
    assert read(api, item) == {"grade": None, "exception": 0, "comment": "", "comment_status": None}


def comment(enrollment: Any, period: Any, text: str, **fields: Any) -> dict[str, Any]:
    return {"enrollment_id": enrollment, "period_id": period, "comment": text, **fields}


def finals(api: Schoology, enrollment: int) -> dict[str, tuple[str, int | None]]:
    [final] = api.get(f"{GRADES}?enrollment_id={enrollment}").json["final_grade"]
    return {one["period_id"]: (one["comment"], one["comment_status"]) for one in final["period"]}


def test_final_comments_are_set_for_periods_and_the_course(api: Schoology) -> None:
    sent = [
        comment(str(ORORO), "435", "Great improvement!", comment_status="1"),
        comment(ORORO, "p13011", "Not yet"),
        comment(ORORO, "final", "Overall fine"),
        comment(ORORO, "99", "Where?"),
        comment(1, "final", "Who?"),
        {"enrollment_id": ORORO, "period_id": "final"},
    ]
    answer = api.call("PUT", GRADES, body={"final_comments": {"final_comment": sent}})
    assert answer.status == 207
    results = answer.json["final_comments"]["final_comment"]
    assert results[:3] == [WRITTEN] * 3
    assert [(one["response_code"], one["message"].split()[0]) for one in results[3:]] == [
        (400, "period_id"),
        (400, "enrollment_id"),
        (400, "comment"),
    ]
    assert "grades" not in answer.json
    assert finals(api, ORORO) == {
        "p13011": ("Not yet", None),
        "p435": ("Great improvement!", 1),
        "other": ("", None),
        "final": ("Overall fine", None),
    }
    [section] = api.get(f"/users/48290/grades?section_id={WEIGHTED}").json["section"]
    assert [(one["comment"], one["comment_status"]) for one in section["final_grade"]] == [
        ("Not yet", None),
        ("Great improvement!", 1),
        ("Overall fine", None),
    ]


def test_grades_and_final_comments_come_in_one_body(api: Schoology, item: int) -> None:
    body = {
        "grades": {"grade": [entry(item, KURT, grade=3)]},
        "final_comments": {"final_comment": [comment(KURT, "final", "Both")]},
    }
    answer = api.call("PUT", GRADES, body=body)
    assert answer.status == 207
    assert answer.json == {"grades": {"grade": [WRITTEN]}, "final_comments": {"final_comment": [WRITTEN]}}
    assert finals(api, KURT)["final"] == ("Both", None)


@pytest.mark.parametrize(
    "body",
    [{}, {"grade": []}, {"grades": "all"}, {"grades": {"grades": []}}, {"assignment_id": 1, "enrollment_id": 2, "grade": 3}],
)
def test_a_body_without_the_wrapper_is_refused(api: Schoology, body: dict[str, Any]) -> None:
    assert api.call("PUT", GRADES, body=body).status == 400


def test_an_empty_list_is_no_mistake(api: Schoology) -> None:
    answer = api.call("PUT", GRADES, body={"grades": {"grade": []}})
    assert (answer.status, answer.json) == (207, {"grades": {"grade": []}})


def test_more_than_fifty_entries_are_refused_and_none_is_written(api: Schoology, item: int) -> None:
    assert put(api, *[entry(item, grade=1)] * 51).status == 400
    assert read(api, item) is None
    answer = put(api, *[entry(item, grade=number) for number in range(50)])
    assert answer.json == {"grades": {"grade": [WRITTEN] * 50}}
    found = read(api, item)
    assert found is not None
    assert found["grade"] == 49, "of several entries for one record the last one counts"


@pytest.mark.parametrize(
    ("section", "who", "status"), [(WEIGHTED, "student", 403), (5003001, "teacher", 403), (999, "teacher", 404)]
)
def test_who_may_not_grade_is_refused_as_a_whole(api: Schoology, section: int, who: str, status: int) -> None:
    body = {"grades": {"grade": [entry(81005, grade=1)]}}
    assert api.call("PUT", f"/sections/{section}/grades", as_=who, body=body).status == status


def test_an_administrator_grades_too(api: Schoology, item: int) -> None:
    assert put(api, entry(item, grade=11), as_="admin").json == {"grades": {"grade": [WRITTEN]}}


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_grades_are_only_read_and_put(api: Schoology, method: str) -> None:
    refused = api.call(method, GRADES, body={})
    assert refused.status == 405
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS, PUT"


def test_a_student_sees_a_grade_only_when_published_and_a_comment_only_when_visible(api: Schoology) -> None:
    waiting = {"title": "Waiting", "max_points": 10, "auto_publish_grades": 0}
    made = api.call("POST", f"/sections/{TRAVEL}/assignments", body=waiting)
    number, mine = made.json["id"], 44783151
    path = f"/sections/{TRAVEL}/grades"

    def seen() -> dict[str, Any]:
        body = api.get(f"/users/48289/grades?section_id={TRAVEL}", as_="student").json
        [row] = [
            row
            for section in body["section"]
            for period in section["period"]
            for row in period["assignment"]
            if row["assignment_id"] == number
        ]
        return {name: row[name] for name in ("grade", "comment", "comment_status")}

    for status, comment_seen in ((0, None), (1, "Well")):
        sent = entry(number, mine, grade=8, comment="Well", comment_status=status)
        assert api.call("PUT", path, body={"grades": {"grade": [sent]}}).status == 207
        assert seen() == {"grade": None, "comment": comment_seen, "comment_status": None}
    shown = api.get(f"{path}?assignment_id={number}").json["grades"]["grade"]
    assert [(row["grade"], row["comment_status"]) for row in shown] == [(8, 1)]
