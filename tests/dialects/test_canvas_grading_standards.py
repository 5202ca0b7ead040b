"""The ten grading-standard routes, rule by rule (grade calculation reference, 14), on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_world import COURSE, GROUP, OTHER_COURSE, PEOPLE, ROOT, SUB, Api, running

COURSES = f"/courses/{COURSE}/grading_standards"
ACCOUNTS = f"/accounts/{SUB}/grading_standards"
DENIED = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}
ABSENT = {"errors": [{"message": "The specified resource does not exist."}]}
PLAIN = [("A", 94), ("B", 80), ("F", 0)]


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Api]:
    """For tests that store nothing, or do not mind what others stored."""
    with running(module_database_url) as found:
        yield found


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


def form(entries: list[tuple[str, object]] | None = None, **others: object) -> str:
    pairs = [f"{name}={quote(str(value))}" for name, value in others.items()]
    for name, value in PLAIN if entries is None else entries:
        pairs += [f"grading_scheme_entry[][name]={quote(name)}", f"grading_scheme_entry[][value]={quote(str(value))}"]
    return "&".join(pairs)


def create(api: Api, path: str = COURSES, as_: str = "teacher", **others: object) -> dict[str, Any]:
    reply = api.post(path, as_=as_, form=form(**{"title": "Scheme", **others}))  # type: ignore[arg-type]
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.body
    return found


def use(api: Api, standard_id: int, state: str = "graded", assignment_state: str = "published") -> None:
    """Grade one submission of an assignment that names the standard."""
    api.add(
        t.assignments,
        {
            "id": 70,
            "course_id": COURSE,
            "assignment_group_id": GROUP,
            "name": "Essay",
            "grading_type": "letter_grade",
            "points_possible": 10.0,
            "grading_standard_id": standard_id,
            "submission_types": ["none"],
            "workflow_state": assignment_state,
        },
    )
    submission = {"id": 700, "course_id": COURSE, "assignment_id": 70, "user_id": PEOPLE["ann"], "anonymous_id": "aaaaa"}
    api.add(t.submissions, {**submission, "workflow_state": state, "score": 9.0, "grade": "B"})


def test_create_answers_the_whole_object(shared: Api) -> None:
    standard = create(shared, title="New standard name")
    assert standard == {
        "id": standard["id"],
        "title": "New standard name",
        "context_type": "Course",
        "context_id": COURSE,
        "points_based": False,
        "scaling_factor": 1.0,
        "grading_scheme": [
            {"name": "A", "value": 0.94, "calculated_value": 94.0},
            {"name": "B", "value": 0.8, "calculated_value": 80.0},
            {"name": "F", "value": 0.0, "calculated_value": 0.0},
        ],
    }
    assert shared.get(f"{COURSES}/{standard['id']}").body == standard


def test_the_example_of_the_documentation_is_taken_as_a_form(shared: Api) -> None:
    letters = [("A", 94), ("A-", 90), ("B+", 87), ("B", 84), ("C-", 70), ("D-", 61), ("F", 0)]
    standard = create(shared, entries=letters, points_based="false", scaling_factor="1.0")
    assert [one["name"] for one in standard["grading_scheme"]] == [name for name, _ in letters]


def test_a_json_body_means_the_same(shared: Api) -> None:
    entries = [{"name": "Pass", "value": 50}, {"name": "Fail", "value": 0}]
    reply = shared.post(COURSES, body={"title": "P/F", "grading_scheme_entry": entries})
    assert reply.status == 200
    assert [one["value"] for one in reply.body["grading_scheme"]] == [0.5, 0.0]


def test_a_points_based_standard_calculates_its_values_in_points(shared: Api) -> None:
    standard = create(shared, entries=[("4", 3.7), ("3", 2), ("0", 0)], points_based=True, scaling_factor=4)
    assert standard["points_based"] is True
    assert standard["scaling_factor"] == 4.0
    assert standard["grading_scheme"][0] == {"name": "4", "value": 0.925, "calculated_value": 3.7}


def test_an_account_keeps_standards_too(api: Api) -> None:
    standard = create(api, ACCOUNTS, as_="admin")
    assert (standard["context_type"], standard["context_id"]) == ("Account", SUB)
    assert api.get("/accounts/self/grading_standards", as_="admin").body == []


def test_an_untitled_standard_is_accepted(shared: Api) -> None:
    reply = shared.post(COURSES, form=form())
    assert reply.status == 200
    assert reply.body["title"] is None


def test_ids_are_texts_for_clients_that_ask(shared: Api) -> None:
    standard = create(shared)
    answer = shared.client.get(
        f"/api/v1{COURSES}/{standard['id']}",
        headers={"authorization": "Bearer teacher", "accept": "application/json+canvas-string-ids"},
    )
    assert answer.json()["id"] == str(standard["id"])
    assert answer.json()["context_id"] == str(COURSE)


def test_the_course_may_be_named_by_its_sis_id(api: Api) -> None:
    standard = create(api, "/courses/sis_course_id:SIS-5/grading_standards")
    assert api.get("/courses/sis_course_id:SIS-5/grading_standards").body == [standard]
    assert create(api, "/accounts/sis_account_id:S/grading_standards", as_="admin")["context_id"] == SUB


def test_a_list_holds_the_contexts_own_standards_by_id(api: Api) -> None:
    create(api, ACCOUNTS, as_="admin", title="Of the account")
    mine = [create(api, title=title)["id"] for title in ("b", "a", "c")]
    archived = mine[1]
    api.change(t.grading_standards, archived, workflow_state="archived")
    assert [one["id"] for one in api.get(COURSES).body] == mine


def test_a_list_is_paginated(api: Api) -> None:
    ids = [create(api, title=str(number))["id"] for number in range(12)]
    first = api.get(COURSES)
    assert [one["id"] for one in first.body] == ids[:10]
    links = first.links()
    assert links["next"].endswith(f"/api/v1{COURSES}?page=2&per_page=10")
    assert links["last"] == links["next"]
    second = api.get(COURSES, page=2, per_page=5)
    assert [one["id"] for one in second.body] == ids[5:10]
    assert set(second.links()) == {"current", "next", "prev", "first", "last"}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", [COURSES, ACCOUNTS])
def test_without_credentials_nothing_is_answered(shared: Api, method: str, path: str) -> None:
    reply = shared.call(method, path, as_=None)
    assert reply.status == 401
    assert reply.body["status"] == "unauthenticated"
    assert reply.headers["www-authenticate"] == 'Bearer realm="canvas-lms"'


def test_a_bad_token_is_told_apart(shared: Api) -> None:
    reply = shared.get(COURSES, as_="nobody")
    assert (reply.status, reply.body) == (401, {"errors": [{"message": "Invalid access token."}]})


READERS = {
    "admin": 200,
    "subadmin": 200,
    "teacher": 200,
    "ta": 200,
    "designer": 200,
    "ann": 200,
    "observer": 200,
    "stranger": 403,
    "foreigner": 404,
}
MANAGERS = {"admin": 200, "subadmin": 200, "teacher": 200, "ta": 200, "designer": 403, "ann": 403, "stranger": 403}


@pytest.mark.parametrize(("who", "status"), READERS.items())
def test_who_may_read_a_course_reads_its_standards(shared: Api, who: str, status: int) -> None:
    number = create(shared)["id"]
    assert shared.get(COURSES, as_=who).status == status
    assert shared.get(f"{COURSES}/{number}", as_=who).status == status


@pytest.mark.parametrize(("who", "status"), MANAGERS.items())
def test_who_grades_in_a_course_manages_its_standards(shared: Api, who: str, status: int) -> None:
    number = create(shared)["id"]
    assert shared.post(COURSES, as_=who, form=form(title="x")).status == status
    reply = shared.put(f"{COURSES}/{number}", as_=who, form="title=y")
    assert reply.status == status
    if status == 403:
        assert reply.body == DENIED
    assert shared.delete(f"{COURSES}/{number}", as_=who).status == status


@pytest.mark.parametrize(
    ("who", "reads", "manages"),
    [
        ("admin", 200, 200),
        ("subadmin", 200, 200),
        ("teacher", 200, 403),
        ("ta", 200, 403),
        ("designer", 403, 403),
        ("ann", 403, 403),
        ("stranger", 403, 403),
        ("foreigner", 404, 404),
    ],
)
def test_of_an_account_instructors_below_it_read_and_its_admins_manage(shared: Api, who: str, reads: int, manages: int) -> None:
    number = create(shared, ACCOUNTS, as_="admin")["id"]
    assert shared.get(ACCOUNTS, as_=who).status == reads
    assert shared.get(f"{ACCOUNTS}/{number}", as_=who).status == reads
    assert shared.post(ACCOUNTS, as_=who, form=form(title="x")).status == manages
    assert shared.put(f"{ACCOUNTS}/{number}", as_=who, form="title=y").status == manages
    assert shared.delete(f"{ACCOUNTS}/{number}", as_=who).status == manages


def test_an_institution_may_leave_schemes_to_its_administrators(api: Api) -> None:
    number = create(api)["id"]
    api.change(t.accounts, ROOT, restrict_grading_scheme_editing_to_admins=True)
    assert api.post(COURSES, form=form()).status == 403
    assert api.put(f"{COURSES}/{number}", form="title=x").status == 403
    assert api.get(COURSES).status == 200
    assert api.put(f"{COURSES}/{number}", as_="subadmin", form="title=x").status == 200


@pytest.mark.parametrize("path", ["/courses/999/grading_standards", "/accounts/999/grading_standards"])
def test_an_unknown_context_is_not_found(shared: Api, path: str) -> None:
    for reply in (shared.get(path), shared.post(path, form=form()), shared.put(f"{path}/1"), shared.get(f"{path}/1")):
        assert (reply.status, reply.body) == (404, ABSENT)


def test_a_deleted_account_is_not_found(api: Api) -> None:
    api.change(t.accounts, SUB, workflow_state="deleted")
    assert api.get(ACCOUNTS, as_="admin").status == 404


def test_show_judges_rights_before_it_looks_the_standard_up(shared: Api) -> None:
    assert shared.get(f"{COURSES}/999", as_="stranger").status == 403
    assert shared.get(f"{COURSES}/999").status == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_update_and_delete_look_the_standard_up_before_they_judge_rights(shared: Api, method: str) -> None:
    number = create(shared)["id"]
    assert shared.call(method, f"{COURSES}/999", as_="ann").status == 404
    assert shared.call(method, f"{COURSES}/{number}", as_="ann").status == 403


def test_a_standard_of_another_context_is_not_found(shared: Api) -> None:
    number = create(shared, ACCOUNTS, as_="admin")["id"]
    for method in ("GET", "PUT", "DELETE"):
        assert shared.call(method, f"{COURSES}/{number}", as_="admin").status == 404
        assert shared.call(method, f"/accounts/{ROOT}/grading_standards/{number}", as_="admin").status == 404
    own = create(shared)["id"]
    assert shared.get(f"/courses/{OTHER_COURSE}/grading_standards/{own}", as_="admin").status == 404


BLANK = "blank"
NEGATIVE = "grading scheme values cannot be negative"
DUPLICATE = "grading scheme cannot contain duplicate values"
LONG = "a grading scheme name is too long"
NO_ZERO = "grading schemes must have 0% for the lowest grade"
FACTOR = "must be 1 if scheme points_based is false"

FAULTY: list[tuple[str, dict[str, list[str]]]] = [
    ("title=x", {"data": [BLANK]}),
    ("grading_scheme_entry[][name]=A", {"data": [BLANK]}),
    (form([("A", 90), ("F", -1)]), {"data": [NEGATIVE, NO_ZERO]}),
    (form([("A", 90.001), ("B", 90.0012), ("F", 0)]), {"data": [DUPLICATE]}),
    (form([("A" * 256, 90), ("F", 0)]), {"data": [LONG]}),
    (form([("A", 90), ("F", 1)]), {"data": [NO_ZERO]}),
    (form(scaling_factor=4), {"scaling_factor": [FACTOR]}),
    (
        form([("A", -1), ("B" * 256, -1)], scaling_factor=2),
        {"data": [NEGATIVE, DUPLICATE, LONG, NO_ZERO], "scaling_factor": [FACTOR]},
    ),
]


@pytest.mark.parametrize(("sent", "expected"), FAULTY)
def test_all_faults_are_told_in_order(shared: Api, sent: str, expected: dict[str, list[str]]) -> None:
    before = shared.get(COURSES).body
    reply = shared.post(COURSES, form=sent)
    assert reply.status == 400
    assert reply.body == {
        "errors": {
            name: [{"attribute": name, "type": text, "message": text} for text in texts] for name, texts in expected.items()
        }
    }
    assert shared.get(COURSES).body == before


@pytest.mark.parametrize(
    "sent",
    [
        form(points_based=True, scaling_factor=0),
        form(points_based=True, scaling_factor=-4),
        form(title="x" * 256),
        "grading_scheme_entry[0][name]=A&grading_scheme_entry[0][value]=0",
        "grading_scheme_entry=A",
        form([("A", "9" * 400), ("F", 0)]),
    ],
)
def test_what_would_crash_elsewhere_is_refused_as_a_fault(shared: Api, sent: str) -> None:
    reply = shared.post(COURSES, form=sent)
    assert reply.status == 400
    assert isinstance(reply.body["errors"], dict)


@pytest.mark.parametrize("sent", ['{"title": [1]}', '{"title": ', "[]"])
def test_bodies_that_cannot_be_read_are_refused(shared: Api, sent: str) -> None:
    headers = {"authorization": "Bearer teacher", "content-type": "application/json"}
    answer = shared.client.post(f"/api/v1{COURSES}", headers=headers, content=sent)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([("A", "94%"), ("F", "abc")], [("A", 0.94), ("F", 0.0)]),
        ([("A", 90), ("A", 80), ("F", 0)], [("A", 0.8), ("F", 0.0)]),
        ([("F", 0), ("A", 90)], [("A", 0.9), ("F", 0.0)]),
        ([("Top", 150), ("F", 0)], [("Top", 1.5), ("F", 0.0)]),
        ([(" A ", 90), ("", 0)], [("A", 0.9), ("", 0.0)]),
        ([("A", 33.33335), ("F", 0)], [("A", 0.3333), ("F", 0.0)]),
    ],
)
def test_how_entries_are_read(shared: Api, entries: list[tuple[str, object]], expected: list[tuple[str, float]]) -> None:
    found = create(shared, entries=entries)["grading_scheme"]
    assert [(one["name"], one["value"]) for one in found] == expected


def test_update_of_the_title_alone_keeps_the_rest(shared: Api) -> None:
    standard = create(shared, ACCOUNTS, as_="admin")
    reply = shared.put(f"{ACCOUNTS}/{standard['id']}", as_="admin", form="title=Renamed")
    assert reply.status == 200
    assert reply.body == {**standard, "title": "Renamed"}


def test_update_with_entries_replaces_them_all(shared: Api) -> None:
    number = create(shared)["id"]
    reply = shared.put(f"{COURSES}/{number}", form=form([("Yes", 50), ("No", 0)]))
    assert [one["name"] for one in reply.body["grading_scheme"]] == ["Yes", "No"]
    assert reply.body["title"] == "Scheme"
    assert shared.get(f"{COURSES}/{number}").body == reply.body


@pytest.mark.parametrize("sent", ["points_based=false", "scaling_factor=1.0", "scaling_factor=1.0&title=x"])
def test_update_of_a_flag_without_entries_is_blank(shared: Api, sent: str) -> None:
    standard = create(shared)
    reply = shared.put(f"{COURSES}/{standard['id']}", form=sent)
    assert (reply.status, reply.messages) == (400, {"data": [BLANK]})
    assert shared.get(f"{COURSES}/{standard['id']}").body == standard


def test_turning_points_off_needs_the_factor_too(shared: Api) -> None:
    number = create(shared, points_based=True, scaling_factor=100)["id"]
    reply = shared.put(f"{COURSES}/{number}", form=form(points_based="false"))
    assert (reply.status, reply.messages) == (400, {"scaling_factor": [FACTOR]})
    assert shared.put(f"{COURSES}/{number}", form=form(points_based="false", scaling_factor=1)).status == 200


@pytest.mark.parametrize("sent", [form(), "points_based=false&title=x", "scaling_factor=1.0"])
def test_once_used_for_grading_only_the_title_may_change(api: Api, sent: str) -> None:
    standard = create(api)
    use(api, standard["id"])
    reply = api.put(f"{COURSES}/{standard['id']}", form=sent)
    assert reply.status == 400
    assert list(reply.body["errors"]) == ["base"]
    assert [type(one) for one in reply.body["errors"]["base"]] == [str]
    assert api.get(f"{COURSES}/{standard['id']}").body == standard
    assert api.put(f"{COURSES}/{standard['id']}", form="title=Renamed").body["title"] == "Renamed"


@pytest.mark.parametrize(("state", "assignment_state"), [("submitted", "published"), ("graded", "deleted")])
def test_other_uses_do_not_lock(api: Api, state: str, assignment_state: str) -> None:
    number = create(api)["id"]
    use(api, number, state, assignment_state)
    api.change(t.courses, COURSE, grading_standard_id=number)
    assert api.put(f"{COURSES}/{number}", form=form([("Yes", 0)])).status == 200


def test_delete_answers_the_standard_and_hides_it(api: Api) -> None:
    standard = create(api)
    path = f"{COURSES}/{standard['id']}"
    reply = api.delete(path)
    assert (reply.status, reply.body) == (200, standard)
    assert api.get(COURSES).body == []
    assert [api.call(method, path).status for method in ("GET", "PUT", "DELETE")] == [404, 404, 404]


def test_a_used_standard_can_be_deleted_and_stays_in_use(api: Api) -> None:
    number = create(api)["id"]
    use(api, number)
    api.change(t.courses, COURSE, grading_standard_id=number)
    assert api.delete(f"{COURSES}/{number}").status == 200
    c = t.courses.c
    assert api.rows(sa.select(c.grading_standard_id).where(c.id == COURSE)) == [number]
    assert api.rows(sa.select(t.assignments.c.grading_standard_id)) == [number]


def test_accounts_lose_a_deleted_default(api: Api) -> None:
    number = create(api, ACCOUNTS, as_="admin")["id"]
    api.change(t.accounts, SUB, default_grading_standard_id=number)
    assert api.delete(f"{ACCOUNTS}/{number}", as_="admin").status == 200
    a = t.accounts.c
    assert api.rows(sa.select(a.default_grading_standard_id).where(a.id == SUB)) == [None]


def legacy(api: Api) -> int:
    data = [["A", 0.9], ["B", 0.5]]
    api.add(t.grading_standards, {"id": 400, "course_id": COURSE, "title": "Old", "scaling_factor": 1.0, "data": data})
    return 400


@pytest.mark.parametrize(("method", "sent"), [("PUT", "title=New"), ("DELETE", None)])
def test_a_standard_of_old_data_without_zero_can_neither_be_renamed_nor_deleted(
    api: Api, method: str, sent: str | None
) -> None:
    number = legacy(api)
    reply = api.call(method, f"{COURSES}/{number}", form=sent)
    assert (reply.status, reply.messages) == (400, {"data": [NO_ZERO]})
    assert api.get(f"{COURSES}/{number}").body["title"] == "Old"


def versions(api: Api) -> dict[int, int]:
    c = t.courses.c
    return dict(api.rows(sa.select(c.id, c.rules_version)))


def test_a_changed_standard_counts_up_the_rules_of_the_courses_that_use_it(api: Api) -> None:
    number = create(api, ACCOUNTS, as_="admin")["id"]
    api.change(t.courses, COURSE, grading_standard_id=number)
    before = versions(api)
    api.put(f"{ACCOUNTS}/{number}", as_="admin", form=form([("Only", 0)]))
    after = versions(api)
    assert after[COURSE] == before[COURSE] + 1
    assert after[OTHER_COURSE] == before[OTHER_COURSE]


def test_a_changed_account_default_counts_up_the_rules_of_the_institution(api: Api) -> None:
    number = create(api, ACCOUNTS, as_="admin")["id"]
    api.change(t.accounts, SUB, default_grading_standard_id=number)
    before = versions(api)
    api.put(f"{ACCOUNTS}/{number}", as_="admin", form=form([("Only", 0)]))
    after = versions(api)
    assert after[COURSE] == before[COURSE] + 1
    assert after[OTHER_COURSE] == before[OTHER_COURSE] + 1
