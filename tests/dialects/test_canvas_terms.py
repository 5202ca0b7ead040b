"""Enrollment terms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.canvas_world import COURSE, ROOT, SUB, Api, running

TERMS = f"/accounts/{ROOT}/terms"
DATES = {"start_at": "2026-01-01T00:00:00Z", "end_at": "2026-06-30T00:00:00Z"}


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    with running(module_database_url) as found:
        yield found


def make(api: Api, name: str, **more: Any) -> dict[str, Any]:
    made = api.post(TERMS, as_="admin", body={"enrollment_term": {"name": name, **more}})
    assert made.status == 200, made.body
    found: dict[str, Any] = made.body
    return found


def test_a_term_is_made_shown_changed_and_deleted(api: Api) -> None:
    made = make(api, "Autumn", sis_term_id="A-1", **DATES)
    path = f"{TERMS}/{made['id']}"
    assert made == {
        "id": made["id"],
        "name": "Autumn",
        **DATES,
        "created_at": made["created_at"],
        "workflow_state": "active",
        "grading_period_group_id": None,
        "sis_term_id": "A-1",
    }
    assert api.get(path, as_="admin").body == made
    assert api.get(f"{TERMS}/sis_term_id:A-1", as_="admin").body == made
    changed = api.put(path, as_="admin", body={"enrollment_term": {"name": "Fall", "end_at": None}}).body
    assert changed == {**made, "name": "Fall", "end_at": None}
    assert api.delete(path, as_="admin").body == {**changed, "workflow_state": "deleted"}
    assert api.get(path, as_="admin").status == 404
    assert api.put(path, as_="admin", body={}).status == 404


def test_terms_are_listed_by_state_and_name_for_all_accounts_of_the_institution(api: Api) -> None:
    kept, gone = make(api, "Listed one"), make(api, "Listed two")
    api.delete(f"{TERMS}/{gone['id']}", as_="admin")

    def ids(path: str = TERMS, **query: str) -> list[int]:
        found = api.get(path, as_="admin", term_name="listed", per_page=50, **query)
        return [one["id"] for one in found.body["enrollment_terms"]]

    assert ids() == [kept["id"]]
    assert ids(f"/accounts/{SUB}/terms") == [kept["id"]]
    assert ids(workflow_state__="deleted") == [gone["id"]]
    assert ids(workflow_state__="all") == [kept["id"], gone["id"]]
    api.put(f"/courses/{COURSE}", as_="admin", body={"course": {"term_id": kept["id"]}})
    (found,) = api.get(TERMS, as_="admin", term_name="listed", include__="course_count").body["enrollment_terms"]
    assert found["course_count"] == 1
    assert "sis_term_id" not in api.get(f"{TERMS}/{kept['id']}", as_="ta").body


def test_a_term_with_courses_stays(api: Api) -> None:
    term = make(api, "In use")
    api.put(f"/courses/{COURSE}", as_="admin", body={"course": {"term_id": term["id"]}})
    reply = api.delete(f"{TERMS}/{term['id']}", as_="admin")
    assert (reply.status, list(reply.body["errors"])) == (400, ["workflow_state"])
    assert api.put(f"/courses/{COURSE}", as_="admin", body={"course": {"term_id": None}}).status == 200
    assert api.delete(f"{TERMS}/{term['id']}", as_="admin").status == 200


@pytest.mark.parametrize(
    ("sent", "attribute"),
    [
        ({"name": "x" * 256}, "name"),
        ({"name": "X", "start_at": DATES["end_at"], "end_at": DATES["start_at"]}, "end_at"),
        ({"name": "X", "sis_term_id": "TAKEN"}, "sis_source_id"),
    ],
)
def test_names_dates_and_sis_ids_of_terms(api: Api, sent: dict[str, Any], attribute: str) -> None:
    if api.get(f"{TERMS}/sis_term_id:TAKEN", as_="admin").status == 404:
        make(api, "First", sis_term_id="TAKEN")
    reply = api.post(TERMS, as_="admin", body={"enrollment_term": sent})
    assert (reply.status, list(reply.body["errors"])) == (400, [attribute])


def test_terms_belong_to_root_accounts_and_their_administrators(api: Api) -> None:
    body = {"enrollment_term": {"name": "Mine"}}
    reply = api.post(f"/accounts/{SUB}/terms", as_="admin", body=body)
    assert (reply.status, list(reply.body)) == (400, ["message"])
    expected = {"subadmin": 403, "teacher": 403, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.post(TERMS, as_=who, body=body).status for who in expected} == expected
    readers = {"teacher": 200, "ta": 200, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.get(TERMS, as_=who).status for who in readers} == readers
