"""Overrides of several assignments at once, and the way to that of a section."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_work import ANN, BOB, CEM, MANY, assign
from tests.dialects.canvas_world import COURSE, NOW, SECOND_SECTION, SECTION, Api, running

BATCH = f"{MANY}/overrides"
EARLY, LATE = "2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    with running(module_database_url) as found:
        yield found


@pytest.fixture
def two(api: Api) -> tuple[int, int]:
    """Two assignments without overrides."""
    return assign(api, due_at=EARLY)["id"], assign(api, due_at=EARLY)["id"]


def create(api: Api, *wanted: dict[str, Any], as_: str = "teacher") -> Any:
    return api.post(BATCH, as_=as_, body={"assignment_overrides": list(wanted)})


def due(api: Api, number: int, who: int) -> Any:
    return api.get(f"{MANY}/{number}/submissions/{who}").body["cached_due_date"]


def test_they_are_made_in_the_order_sent_and_date_the_work(api: Api, two: tuple[int, int]) -> None:
    first, second = two
    made = create(
        api,
        {"assignment_id": second, "student_ids": [ANN], "due_at": LATE, "title": "Ann's"},
        {"assignment_id": first, "course_section_id": SECOND_SECTION, "due_at": LATE},
        {"assignment_id": second, "student_ids": [BOB], "due_at": None},
    )
    assert made.status == 200
    assert [one["assignment_id"] for one in made.body] == [second, first, second]
    assert [one.get("student_ids") for one in made.body] == [[ANN], None, [BOB]]
    assert made.body[1]["course_section_id"] == SECOND_SECTION
    assert [due(api, second, who) for who in (ANN, BOB, CEM)] == [LATE, None, EARLY]
    assert [due(api, first, who) for who in (ANN, CEM)] == [EARLY, LATE]


def test_what_was_there_stays(api: Api, two: tuple[int, int]) -> None:
    first, _ = two
    [old] = create(api, {"assignment_id": first, "student_ids": [ANN], "due_at": LATE}).body
    create(api, {"assignment_id": first, "student_ids": [BOB], "due_at": LATE})
    listed = api.get(f"{MANY}/{first}/overrides").body
    assert [one["student_ids"] for one in listed] == [[ANN], [BOB]]
    assert listed[0] == old


def test_an_override_for_the_whole_course_stays_beside_others_and_can_be_changed(api: Api, two: tuple[int, int]) -> None:
    """Institution files make such ones; Canvas's clients cannot."""
    first, _ = two
    number = 5000 + first
    whole = {"id": number, "assignment_id": first, "set_type": "Course", "title": "All", "due_at_overridden": True}
    api.add(t.assignment_overrides, {**whole, "due_at": NOW})
    assert create(api, {"assignment_id": first, "student_ids": [ANN], "due_at": LATE}).status == 200
    assert due(api, first, BOB) == "2026-03-01T12:00:00Z"
    assert api.put(f"{MANY}/{first}/overrides/{number}", body={"assignment_override": {"due_at": EARLY}}).status == 200
    assert [due(api, first, who) for who in (ANN, BOB)] == [LATE, EARLY]
    listed = api.get(f"{MANY}/{first}/overrides").body
    assert {one["title"] for one in listed} == {"All", "1 student"}
    assert api.rows(sa.select(t.assignment_overrides.c.set_type).where(t.assignment_overrides.c.id == number)) == ["Course"]


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("nobody", {}, "need students or a section"),
    ("both", {"student_ids": [ANN], "course_section_id": SECTION}, "need students or a section"),
    ("no student", {"student_ids": [2]}, "name somebody who is not a student of the course"),
    ("no section", {"course_section_id": 61}, "name a section that is not of the course"),
    ("twice", {"student_ids": [CEM]}, "name a student twice"),
]


@pytest.mark.parametrize(("fields", "text"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
def test_all_are_made_or_none(api: Api, two: tuple[int, int], fields: dict[str, Any], text: str) -> None:
    first, second = two
    reply = create(
        api, {"assignment_id": first, "student_ids": [CEM], "due_at": LATE}, {"assignment_id": first, "due_at": LATE, **fields}
    )
    assert (reply.status, reply.messages) == (400, {"assignment_overrides": [text]})
    reply = create(api, {"assignment_id": second, "student_ids": [CEM]}, {"assignment_id": 999, "student_ids": [CEM]})
    assert reply.status == 404
    assert [api.get(f"{MANY}/{number}/overrides").body for number in two] == [[], []]


def test_they_are_changed_as_one_is(api: Api, two: tuple[int, int]) -> None:
    first, second = two
    one, other = (
        found["id"]
        for found in create(
            api,
            {"assignment_id": first, "student_ids": [ANN], "due_at": LATE, "lock_at": LATE},
            {"assignment_id": second, "course_section_id": SECTION, "due_at": LATE},
        ).body
    )
    sent = [
        {"id": other, "assignment_id": second, "unlock_at": EARLY},
        {"id": one, "assignment_id": first, "due_at": LATE, "student_ids": [ANN, BOB]},
    ]
    changed = api.put(BATCH, body={"assignment_overrides": sent})
    assert (changed.status, [found["id"] for found in changed.body]) == (200, [other, one])
    assert "due_at" not in changed.body[0]
    assert changed.body[0]["course_section_id"] == SECTION
    assert "lock_at" not in changed.body[1]
    assert [due(api, second, ANN), due(api, first, BOB)] == [EARLY, LATE]


@pytest.mark.parametrize(("twice", "status"), [(False, 404), (True, 400)])
def test_a_bad_change_changes_nothing(api: Api, two: tuple[int, int], twice: bool, status: int) -> None:
    first, second = two
    [made] = create(api, {"assignment_id": first, "student_ids": [ANN], "due_at": LATE}).body
    good = {"id": made["id"], "assignment_id": first, "due_at": EARLY}
    bad = good if twice else {"id": made["id"], "assignment_id": second, "due_at": EARLY}
    assert api.put(BATCH, body={"assignment_overrides": [good, bad]}).status == status
    assert api.get(f"{MANY}/{first}/overrides").body == [made]


def test_they_are_shown_with_null_for_what_is_not_found(api: Api, two: tuple[int, int]) -> None:
    first, second = two
    [made] = create(api, {"assignment_id": first, "student_ids": [ANN], "due_at": LATE}).body
    query = "&".join(
        f"assignment_overrides[][id]={one}&assignment_overrides[][assignment_id]={number}"
        for one, number in ((made["id"], second), (made["id"], first), (99999, first), ("x", "y"))
    )

    def shown(who: str) -> Any:
        return api.client.get(f"/api/v1{BATCH}?{query}", headers={"authorization": f"Bearer {who}"}).json()

    assert shown("teacher") == [None, made, None, None]
    assert shown("section_ta") == [None, None, None, None]  # of Ann's section it sees nobody


@pytest.mark.parametrize("body", [{}, {"assignment_overrides": []}, {"assignment_overrides": [{"student_ids": [ANN]}]}])
def test_an_empty_batch_is_a_bad_request(api: Api, body: dict[str, Any]) -> None:
    assert [api.post(BATCH, body=body).status, api.put(BATCH, body=body).status] == [400, 400]


@pytest.mark.parametrize("who", ["ann", "observer", "stranger"])
def test_it_needs_the_right_to_manage_assignments(api: Api, two: tuple[int, int], who: str) -> None:
    assert create(api, {"assignment_id": two[0], "student_ids": [ANN]}, as_=who).status == 403


def test_twenty_take_as_many_statements_as_two(api: Api) -> None:
    def count(numbers: list[int]) -> int:
        sent = [{"assignment_id": number, "student_ids": [ANN], "due_at": LATE} for number in numbers]
        with api.counting() as statements:
            made = create(api, *sent)
        assert made.status == 200
        changed = [{"id": one["id"], "assignment_id": one["assignment_id"], "due_at": EARLY} for one in made.body]
        with api.counting() as more:
            assert api.put(BATCH, body={"assignment_overrides": changed}).status == 200
        return len(statements) + len(more)

    numbers = [assign(api)["id"] for _ in range(24)]
    count(numbers[:2])
    assert count(numbers[2:4]) == count(numbers[4:])


def test_the_override_of_a_section_is_where_the_answer_leads(api: Api, two: tuple[int, int]) -> None:
    first, second = two
    [made] = create(api, {"assignment_id": first, "course_section_id": SECOND_SECTION, "due_at": LATE}).body
    path = f"/sections/{SECOND_SECTION}/assignments/{first}/override"
    headers = {"authorization": "Bearer section_ta"}
    answer = api.client.get(f"/api/v1{path}", headers=headers, follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"].endswith(f"/api/v1/courses/{COURSE}/assignments/{first}/overrides/{made['id']}")
    assert api.client.get(f"/api/v1{path}", headers=headers, follow_redirects=True).json() == made
    assert api.get(f"/sections/{SECOND_SECTION}/assignments/{second}/override").status == 404
    assert api.get(f"/sections/{SECTION}/assignments/{first}/override", as_="section_ta").status == 404
    assert api.get(path, as_="ann").status == 403
