"""What a section has over HTTP: the types of all fields; periods, categories, groups, scales, submissions; odd refusals
(Schoology reference, 3.4, 3.5 and 6 to 10.4). Tests that write do so in places that no other test reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.schoology_kinds import elements, kinds, tree
from tests.dialects.schoology_world import Schoology, running

TRAVEL, WEIGHTED, ENGLISH, LARGE = 4318461, 5001001, 2942191527, 5003001
DROPS, FACTORS, ZERO, NOT_COUNTED = 5002001, 5002002, 5002003, 5002004
JAMES, ORORO, KURT = 48289, 48290, 48291
WHEN = datetime(2014, 1, 10, 22, 25, 49, tzinfo=UTC)
N, T, B = "number", "text", "boolean"


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        with open_store(module_database_url, connections=1) as store, store.writing.begin() as connection:
            _hand_in(connection)
            rating = {"id": "r1", "description": "All", "points": 3.0}
            connection.execute(
                sa.insert(t.rubrics).values(
                    id=7,
                    course_id=WEIGHTED,
                    title="Style",
                    points_possible=3.0,
                    data=[{"id": "c1", "description": "Words", "long_description": "d", "points": 3.0, "ratings": [rating]}],
                    created_at=WHEN,
                    updated_at=WHEN,
                )
            )
        yield found


def _hand_in(connection: sa.Connection) -> None:
    """Ororo hands in an essay twice, the second time late; Kurt once, by the row of the submission alone."""
    s = t.submissions.c
    known = {
        row.user_id: row.id for row in connection.execute(sa.select(s.id, s.user_id).where(s.assignment_id == 81008)).all()
    }
    attempts = [(known[ORORO], 1, WHEN, WHEN, [5, 6]), (known[ORORO], 2, WHEN.replace(hour=23), WHEN, None)]
    names = ("submission_id", "attempt", "submitted_at", "cached_due_date", "attachment_ids")
    rows = [{**dict(zip(names, one, strict=True)), "submission_type": "online_text_entry"} for one in attempts]
    connection.execute(sa.insert(t.submission_attempts), rows)
    for user, attempt, hour in ((ORORO, 2, 23), (KURT, None, 20)):
        values = {"attempt": attempt, "submitted_at": WHEN.replace(hour=hour), "submission_type": "online_text_entry"}
        connection.execute(sa.update(t.submissions).where(s.id == known[user]).values(**values))


def of(kind: str, names: str) -> dict[str, str]:
    """Fields of one kind."""
    return dict.fromkeys(names.split(), kind)


ITEM = {
    **of(T, "title description due grading_scale grading_period grading_category max_points factor is_final show_comments"),
    **of(T, "grade_stats allow_dropbox allow_discussion type completion_status"),
    **of(N, "id published grade_item_id available completed dropbox_locked grading_scale_type count_in_grade collected_only"),
    **of(N, "auto_publish_grades num_assignees"),
    "show_rubric": B,
    "assignees": [],
    "grading_group_ids": [],
}
SELF = {"links": {"self": T}}
NEXT = {"links": {"self": T, "next": T}}
PERIOD = {**of(T, "title start end active"), "has_children": B, "parent": "null"}
CATEGORY = {
    "title": T,
    **of(N, "id delta calculation_type default_max_points default_grading_scale_id drop_lowest weight"),
}
SCALE = {"title": T, **of(N, "id type auto_averaging hide_numeric")}
LETTERS = {**SCALE, "scale": {"level": [{"grade": T, "cutoff": N, "average": N}]}}
POINTS = {**SCALE, "scale": {"level": [{"points": N, "description": T}]}}
DISCUSSION = {
    **of(T, "title body due grading_scale grading_period grading_category"),
    **of(N, "id graded grade_item_id max_points factor is_final published available count_in_grade collected_only"),
    "auto_publish_grades": N,
}
RUBRIC = {
    **of(N, "id created total_points realm_id"),
    **of(T, "title realm"),
    "criteria": [{**of(T, "id title description"), **of(N, "max_points weight"), "ratings": [{"points": N, "description": T}]}],
}
REVISION = of(N, "revision_id uid created num_items late draft")
RESOURCES: list[tuple[str, Any]] = [
    (f"sections/{TRAVEL}/assignments", {"assignment": [{**ITEM, **SELF}], "total": N, **SELF}),
    (f"sections/{ENGLISH}/grade_items?limit=1", {"assignment": [{**ITEM, **SELF}], "total": N, **NEXT}),
    (
        f"sections/{TRAVEL}/assignments?with_dropbox_stats=TRUE",
        {"assignment": [{**ITEM, "dropbox_submissions": N, "dropbox_last_submission": N, **SELF}], "total": N, **SELF},
    ),
    (f"sections/{TRAVEL}/assignments/5699937", ITEM),
    (f"sections/{WEIGHTED}/grade_items/82001", ITEM),
    (f"sections/{WEIGHTED}/discussions", {"discussion": [{**DISCUSSION, **SELF}], "total": N, **SELF}),
    (f"sections/{WEIGHTED}/discussions/82001", DISCUSSION),
    ("gradingperiods", {"gradingperiods": [{"id": N, **PERIOD, **SELF}], "total": N, **SELF}),
    ("gradingperiods/13011", {"id": T, **PERIOD}),
    (
        f"sections/{WEIGHTED}/grading_periods",
        {"grading_period": [{"id": N, "title": T, "weight": N, "start": T, "end": T}], **SELF},
    ),
    (f"sections/{TRAVEL}/grading_categories", {"grading_category": [CATEGORY], **SELF}),
    (f"sections/{TRAVEL}/grading_categories/3081", {**CATEGORY, "realm": T, "realm_id": T}),
    (f"sections/{TRAVEL}/grading_groups", {"grading_groups": [], "count": N, **SELF}),
    (f"sections/{TRAVEL}/grading_scales", {"grading_scale": [LETTERS], **SELF}),
    (f"sections/{TRAVEL}/grading_scales/96033", POINTS),
    (f"sections/{WEIGHTED}/grading_rubrics", {"grading_rubric": [RUBRIC], "total": N, **SELF}),
    (f"sections/{WEIGHTED}/submissions/81008", {"revision": [REVISION], **SELF}),
    (f"sections/{WEIGHTED}/submissions/81008/{ORORO}", {"revision": [REVISION], **SELF}),
    (f"sections/{WEIGHTED}/updates", {"update": [], "total": N, **SELF}),
]


@pytest.mark.parametrize(("path", "expected"), RESOURCES, ids=[path for path, _ in RESOURCES])
def test_each_field_has_the_documented_type_and_xml_says_the_same(api: Schoology, path: str, expected: Any) -> None:
    as_json, as_xml = (api.get(f"/{path}", as_="admin", accept=accept) for accept in ("application/json", "text/xml"))
    assert as_json.status == 200
    assert kinds(as_json.json) == expected
    assert elements(as_xml.xml) == tree(as_json.json)


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", f"sections/{WEIGHTED}/assignments/81001/grades", 403, None),
        ("PUT", f"sections/{WEIGHTED}/assignments/81001/grades", 405, "GET, HEAD, OPTIONS"),
        ("PUT", f"sections/{WEIGHTED}/assignments", 405, "GET, HEAD, OPTIONS, POST"),
        ("POST", f"sections/{WEIGHTED}/grade_items", 405, "GET, HEAD, OPTIONS"),
        ("PUT", f"sections/{WEIGHTED}/grading_scales", 405, "GET, HEAD, OPTIONS"),
        ("POST", f"sections/{WEIGHTED}/submissions/81008", 403, None),
        ("GET", f"sections/{WEIGHTED}/attendance", 410, None),
        ("GET", f"sections/{WEIGHTED}/assignments/5699937", 404, None),
        ("GET", f"sections/{WEIGHTED}/discussions/81001", 404, None),
        ("GET", f"sections/{WEIGHTED}/grading_categories/3081", 404, None),
        ("GET", f"sections/{WEIGHTED}/grading_scales/77", 404, None),
        ("GET", f"sections/{WEIGHTED}/submissions/77", 404, None),
        ("GET", f"sections/{WEIGHTED}/submissions/81008/{JAMES}77", 404, None),
        ("GET", "gradingperiods", 403, None),
        ("GET", "gradingperiods/13011", 403, None),
        ("POST", "gradingperiods", 403, None),
        ("DELETE", "gradingperiods/13011", 403, None),
        ("GET", f"sections/{LARGE}/assignments", 403, None),
        ("GET", f"sections/{LARGE}/updates", 403, None),
        ("GET", f"sections/{LARGE}/grading_rubrics", 403, None),
    ],
)
def test_odd_statuses_are_as_documented(api: Schoology, method: str, path: str, status: int, allow: str | None) -> None:
    answer = api.call(method, f"/{path}", body={} if method in {"PUT", "POST"} else None)
    assert answer.status == status
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers.get("allow") == allow


@pytest.mark.parametrize(
    ("method", "place", "body"),
    [
        ("POST", "assignments", {"title": "x"}),
        ("PUT", "assignments/5699937", {"title": "x"}),
        ("DELETE", "assignments/5699937", None),
        ("POST", "grading_categories", {"grading_categories": {"grading_category": [{"title": "x"}]}}),
        ("PUT", "grading_categories/3081", {"title": "x"}),
        ("DELETE", "grading_categories/3081", None),
        ("GET", "grading_groups", None),
        ("POST", "grading_groups", {"title": "x"}),
        ("GET", "grading_rubrics", None),
    ],
)
def test_students_organise_nothing(api: Schoology, method: str, place: str, body: Any) -> None:
    assert api.call(method, f"/sections/{TRAVEL}/{place}", as_="student", body=body).status == 403


def test_a_period_is_made_changed_and_deleted_by_administrators(api: Schoology) -> None:
    def ask(method: str, path: str, body: Any = None) -> Any:
        return api.call(method, path, as_="admin", body=body)

    made = ask("POST", "/gradingperiods", {"title": "Spring", "start": "2014-01-01", "end": "2014-06-30"})
    assert made.status == 201
    path = f"/gradingperiods/{made.json['id']}"
    assert made.json["links"] == {"self": f"{api.url}/v1{path}"}
    shown = ask("GET", path).json
    assert (shown["start"], shown["end"], shown["active"]) == ("2014-01-01", "2014-06-30", "0")
    assert ask("POST", "/gradingperiods", {"title": "spring", "start": "2014-01-01", "end": "2014-06-30"}).status == 400
    changed = ask("PUT", path, {"end": "2014-07-31"})
    assert (changed.status, changed.content) == (204, b"")
    after = ask("GET", path).json
    assert (after["title"], after["start"], after["end"]) == ("Spring", "2014-01-01", "2014-07-31")
    assert ask("PUT", path, {"end": "2013-07-31"}).status == 400
    assert (ask("DELETE", path).status, ask("GET", path).status) == (204, 404)
    refused = ask("DELETE", "/gradingperiods/13011")
    assert (refused.status, "sections use it" in refused.text) == (400, True)


@pytest.mark.parametrize("body", [{}, {"title": "x"}, {"title": "x", "start": "soon", "end": "2014-01-01"}])
def test_what_a_period_cannot_be_is_refused(api: Schoology, body: dict[str, Any]) -> None:
    assert api.call("POST", "/gradingperiods", as_="admin", body=body).status == 400


@pytest.mark.parametrize(
    ("query", "titles"),
    [("title=Fall%202013", ["Fall 2013"]), ("title=Fall", []), ("title=Fall&startswith=1", ["Fall 2013"])],
)
def test_periods_are_found_by_title(api: Schoology, query: str, titles: list[str]) -> None:
    assert [one["title"] for one in api.get(f"/gradingperiods?{query}", as_="admin").json["gradingperiods"]] == titles


def test_a_section_shows_its_periods_with_weights_and_times(api: Schoology) -> None:
    assert api.get(f"/sections/{WEIGHTED}/grading_periods").json["grading_period"] == [
        {
            "id": 13011,
            "title": "Never Ending Period",
            "weight": 50,
            "start": "2012-09-17 00:00:00",
            "end": "2036-09-17 00:00:00",
        },
        {"id": 435, "title": "Fall 2013", "weight": 50, "start": "2013-09-01 00:00:00", "end": "2036-12-31 00:00:00"},
    ]


CATEGORIES = f"/sections/{FACTORS}/grading_categories"


def make_categories(api: Schoology, *sent: Any) -> list[dict[str, Any]]:
    answer = api.call("POST", CATEGORIES, body={"grading_categories": {"grading_category": list(sent)}})
    assert answer.status == 207
    found: list[dict[str, Any]] = answer.json["grading_category"]
    return found


def test_categories_are_made_several_at_once_with_defaults(api: Schoology) -> None:
    plain, dropping, bad = make_categories(
        api, {"title": "Experiments"}, {"title": "Talks", "drop_lowest": "2", "weight": 33.5}, {"title": ""}
    )
    assert kinds(plain) == {
        **of(T, "id title"),
        **of(N, "response_code calculation_type default_max_points drop_lowest default_grading_scale weight delta"),
    }
    shown = {name: plain[name] for name in ("response_code", "calculation_type", "default_max_points", "weight")}
    assert shown == {"response_code": 200, "calculation_type": 2, "default_max_points": 100, "weight": 100}
    assert (dropping["drop_lowest"], dropping["weight"], dropping["delta"]) == (2, 33.5, plain["delta"] + 1)
    assert (bad["response_code"], "title" in bad["message"]) == (400, True)


def test_a_category_by_itself_is_not_taken(api: Schoology) -> None:
    assert api.call("POST", CATEGORIES, body={"title": "Alone"}).status == 400


def test_a_category_changed_alone_is_answered_with_texts(api: Schoology) -> None:
    [made] = make_categories(api, {"title": "Before", "weight": 20})
    answer = api.call("PUT", f"{CATEGORIES}/{made['id']}", body={"title": "After", "weight": 12.5})
    assert answer.status == 200
    assert answer.json == {
        "id": made["id"],
        "title": "After",
        "uid": "45552",
        "realm": "course",
        "realm_id": str(FACTORS),
        "delta": str(made["delta"]),
        "calculation_type": "2",
        "default_max_points": "100",
        "default_grading_scale_id": "0",
        "drop_lowest": "0",
        "weight": "12.5",
    }


def test_categories_changed_together_echo_what_was_sent(api: Schoology) -> None:
    first, second = make_categories(api, {"title": "One"}, {"title": "Two"})
    sent = [{"id": first["id"], "weight": "7"}, {"id": int(second["id"]), "drop_lowest": 3}, {"id": "3081", "title": "x"}]
    answer = api.call("PUT", CATEGORIES, body={"grading_categories": {"grading_category": sent}})
    assert answer.status == 207
    found = answer.json["grading_category"]
    assert [one["response_code"] for one in found] == [204, 204, 404]
    assert (found[0]["id"], found[0]["weight"], found[0]["drop_lowest"]) == (first["id"], "7", 0)
    assert (found[1]["id"], found[1]["weight"], found[1]["drop_lowest"]) == (int(second["id"]), 100, 3)
    shown = api.get(f"{CATEGORIES}/{first['id']}").json
    assert (shown["weight"], shown["realm"], shown["realm_id"]) == (7, "course", str(FACTORS))


def test_a_deleted_category_leaves_its_items_ungraded(api: Schoology) -> None:
    [made] = make_categories(api, {"title": "Going"})
    body = {"title": "In it", "grading_category": made["id"]}
    item = api.call("POST", f"/sections/{FACTORS}/assignments", body=body).json
    answer = api.call("DELETE", f"{CATEGORIES}/{made['id']}")
    assert (answer.status, answer.content) == (204, b"")
    assert api.get(f"{CATEGORIES}/{made['id']}").status == 404
    assert api.get(f"/sections/{FACTORS}/assignments/{item['id']}").json["grading_category"] == "0"


GROUPS = f"/sections/{NOT_COUNTED}/grading_groups"


def test_groups_are_made_alone_and_together(api: Schoology) -> None:
    alone = api.call("POST", GROUPS, body={"title": "Readers", "members": [95004]})
    number = alone.json["id"]
    shown = {"id": number, "title": "Readers", "section_id": NOT_COUNTED, "members": [95004]}
    assert (alone.status, alone.json) == (201, {**shown, "links": {"self": f"{api.url}/v1{GROUPS}/{number}"}})
    body = {"grading_groups": {"grading_group": [{"title": "Empty", "members": []}, {"title": "Bad", "members": [1]}]}}
    several = api.call("POST", GROUPS, body=body)
    assert several.status == 207
    empty, bad = several.json["grading_group"]
    assert (empty["response_code"], bad["response_code"]) == (200, 400)
    assert kinds(empty) == {"id": N, "title": T, "section_id": N, "members": [], "response_code": N}
    listed = api.get(GROUPS).json
    assert (listed["count"], [one["title"] for one in listed["grading_groups"]]) == (2, ["Readers", "Empty"])
    assert api.get(f"{GROUPS}/{number}").json == shown
    changed = api.call("PUT", f"{GROUPS}/{number}", body={"title": "Writers"})
    assert (changed.status, changed.json) == (200, {**shown, "title": "Writers"})
    assert api.call("POST", GROUPS, body={"title": ""}).status == 400
    assert (api.call("DELETE", f"{GROUPS}/{number}").status, api.get(f"{GROUPS}/{number}").status) == (204, 404)


def test_letters_rise_and_points_fall(api: Schoology) -> None:
    scales = {one["id"]: one for one in api.get(f"/sections/{TRAVEL}/grading_scales").json["grading_scale"]}
    assert [one["cutoff"] for one in scales[500]["scale"]["level"]] == [0, 50, 75, 85]
    assert [one["average"] for one in scales[500]["scale"]["level"]] == [25, 62.5, 80, 92.5]
    assert (scales[500]["type"], scales[500]["auto_averaging"], scales[500]["hide_numeric"]) == (1, 1, 0)
    assert scales[96033]["scale"]["level"][0] == {"points": 3, "description": "three points"}
    assert (scales[96033]["type"], scales[96033]["hide_numeric"]) == (3, 1)


def test_the_newest_revision_of_each_student_is_listed_and_all_on_request(api: Schoology) -> None:
    path = f"/sections/{WEIGHTED}/submissions/81008"
    first = {"revision_id": 1, "uid": ORORO, "created": 1389392749, "num_items": 2, "late": 0, "draft": 0}
    second = {"revision_id": 2, "uid": ORORO, "created": 1389396349, "num_items": 1, "late": 1, "draft": 0}
    other = {"revision_id": 1, "uid": KURT, "created": 1389385549, "num_items": 1, "late": 1, "draft": 0}
    assert api.get(path).json["revision"] == [second, other]
    assert api.get(f"{path}?all_revisions=1").json["revision"] == [first, second, other]
    assert api.get(f"{path}/{ORORO}").json["revision"] == [first, second]
    page = api.get(f"{path}?limit=1").json
    assert (page["revision"], "next" in page["links"]) == ([second], True)


def test_items_say_how_much_was_handed_in(api: Schoology) -> None:
    path = f"/sections/{WEIGHTED}/assignments"
    listed = {one["id"]: one for one in api.get(f"{path}?with_dropbox_stats=TRUE").json["assignment"]}
    found = [(one["dropbox_submissions"], one["dropbox_last_submission"]) for one in (listed[81008], listed[81001])]
    assert found == [(2, 1389396349), (0, 0)]
    assert api.get(f"{path}/81008?with_dropbox_stats=1").json["dropbox_submissions"] == 2
    assert "dropbox_submissions" not in api.get(f"{path}/81008").json
