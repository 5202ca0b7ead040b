"""Custom gradebook columns and what is noted in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.canvas_world import COURSE, OTHER_COURSE, PEOPLE, Api, running

COLUMNS = f"/courses/{COURSE}/custom_gradebook_columns"
ANN, BOB, CEM = PEOPLE["ann"], PEOPLE["bob"], PEOPLE["cem"]


@pytest.fixture(scope="module")
def running_api(module_database_url: str) -> Iterator[Api]:
    with running(module_database_url) as found:
        yield found


@pytest.fixture
def api(running_api: Api) -> Api:
    for one in running_api.get(COLUMNS, include_hidden="true", per_page=100).body:
        running_api.delete(f"{COLUMNS}/{one['id']}")
    return running_api


def make(api: Api, title: str = "Notes", **more: Any) -> int:
    made = api.post(COLUMNS, body={"column": {"title": title, **more}})
    assert made.status == 200, made.body
    number: int = made.body["id"]
    return number


def note(api: Api, column: int, user: int, content: Any, as_: str = "teacher") -> Any:
    return api.put(f"{COLUMNS}/{column}/data/{user}", as_=as_, body={"column_data": {"content": content}})


def test_a_column_is_made_changed_and_deleted(api: Api) -> None:
    made = api.post(COLUMNS, form="column[title]=Notes&column[teacher_notes]=true").body
    assert made == {
        "id": made["id"],
        "title": "Notes",
        "position": 1,
        "hidden": False,
        "teacher_notes": True,
        "read_only": False,
    }
    path = f"{COLUMNS}/{made['id']}"
    changed = api.put(path, body={"column": {"title": "Seat", "hidden": True, "read_only": True, "position": 7}}).body
    assert changed == {**made, "title": "Seat", "hidden": True, "read_only": True, "position": 7}
    assert api.put(path, body={"column": {"hidden": False}}).body["hidden"] is False
    assert api.delete(path).body["title"] == "Seat"
    assert api.get(COLUMNS).body == []
    assert api.put(path, body={}).status == 404
    assert api.delete(path).status == 404


def test_hidden_columns_are_listed_when_asked_for(api: Api) -> None:
    seen, hidden = make(api), make(api, hidden=True)
    assert [one["id"] for one in api.get(COLUMNS).body] == [seen]
    assert [one["id"] for one in api.get(COLUMNS, include_hidden="1").body] == [seen, hidden]
    assert api.get(f"{COLUMNS}/{hidden}/data").status == 404
    assert api.get(f"{COLUMNS}/{hidden}/data", include_hidden="1").body == []


@pytest.mark.parametrize("sent", [{}, {"title": " "}, {"title": "x" * 256}])
def test_a_column_needs_a_title_of_at_most_255_characters(api: Api, sent: dict[str, Any]) -> None:
    reply = api.post(COLUMNS, body={"column": sent})
    assert (reply.status, list(reply.body["errors"])) == (400, ["title"])


def test_columns_are_put_in_another_order(api: Api) -> None:
    first, second, third = (make(api, name) for name in ("A", "B", "C"))
    assert api.post(f"{COLUMNS}/reorder", form=f"order={third},{first}").body == {
        "reorder": True,
        "order": [third, first, second],
    }
    assert [one["id"] for one in api.get(COLUMNS).body] == [third, first, second]
    assert [one["position"] for one in api.get(COLUMNS).body] == [1, 2, 3]
    assert api.post(f"{COLUMNS}/reorder", body={"order": [second, third, first]}).status == 200
    assert [one["id"] for one in api.get(COLUMNS).body] == [second, third, first]
    assert api.post(f"{COLUMNS}/reorder", body={"order": [first, 4711]}).status == 404
    assert api.post(f"{COLUMNS}/reorder", body={}).status == 400


def test_what_is_noted_is_listed_by_student_and_removed_by_nothing(api: Api) -> None:
    column = make(api)
    path = f"{COLUMNS}/{column}/data"
    assert note(api, column, BOB, "row 2").body == {"user_id": BOB, "content": "row 2"}
    assert note(api, column, ANN, "row 1").status == 200
    assert note(api, column, ANN, "row 9").body["content"] == "row 9"
    assert api.get(path).body == [{"user_id": ANN, "content": "row 9"}, {"user_id": BOB, "content": "row 2"}]
    page = api.get(path, per_page=1)
    assert (len(page.body), "next" in page.links()) == (1, True)
    assert note(api, column, ANN, "").body == {"user_id": ANN, "content": ""}
    assert [one["user_id"] for one in api.get(path).body] == [BOB]
    assert note(api, column, ANN, "x" * 256).status == 400
    assert note(api, column, PEOPLE["teacher"], "no student").status == 404
    assert api.put(f"{path}/{ANN}", body={}).status == 400


def test_much_is_noted_at_once_or_nothing(api: Api) -> None:
    first, second = make(api, "A"), make(api, "B")
    bulk = f"/courses/{COURSE}/custom_gradebook_column_data"
    rows = [
        {"column_id": first, "user_id": ANN, "content": "1"},
        {"column_id": first, "user_id": BOB, "content": "2"},
        {"column_id": second, "user_id": CEM, "content": "3"},
    ]
    told = api.put(bulk, body={"column_data": rows}).body
    assert (told["workflow_state"], told["completion"], told["context_id"]) == ("completed", 100.0, COURSE)
    assert api.get(f"/progress/{told['id']}").status == 200
    assert [one["content"] for one in api.get(f"{COLUMNS}/{first}/data").body] == ["1", "2"]
    assert [one["content"] for one in api.get(f"{COLUMNS}/{second}/data").body] == ["3"]
    changed = [{**rows[0], "content": ""}, {**rows[1], "content": "9"}]
    for wrong in (
        {**rows[2], "user_id": PEOPLE["stranger"]},
        {**rows[2], "column_id": 4711},
        {**rows[2], "content": "x" * 256},
    ):
        assert api.put(bulk, body={"column_data": [*changed, wrong]}).status == 400
    assert [one["content"] for one in api.get(f"{COLUMNS}/{first}/data").body] == ["1", "2"]
    form = f"column_data[][column_id]={first}&column_data[][user_id]={BOB}&column_data[][content]=form"
    assert api.put(bulk, form=form).status == 200
    assert api.get(f"{COLUMNS}/{first}/data").body[1]["content"] == "form"
    assert api.put(bulk, body={}).status == 400


def test_noting_much_takes_as_many_statements_as_noting_little(api: Api) -> None:
    columns = [make(api, str(number)) for number in range(6)]
    bulk = f"/courses/{COURSE}/custom_gradebook_column_data"
    counts = []
    for width in (1, 6):
        rows = [{"column_id": one, "user_id": who, "content": "x"} for one in columns[:width] for who in (ANN, BOB, CEM)]
        with api.counting() as statements:
            assert api.put(bulk, body={"column_data": rows}).status == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_graders_manage_columns_and_note_about_the_students_they_see(api: Api) -> None:
    column = make(api)
    note(api, column, ANN, "one")
    note(api, column, CEM, "two")
    expected = {"admin": 200, "ta": 200, "designer": 403, "ann": 403, "observer": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.get(COLUMNS, as_=who).status for who in expected} == expected
    assert {who: api.get(f"{COLUMNS}/{column}/data", as_=who).status for who in expected} == expected
    assert {who: note(api, column, ANN, "one", as_=who).status for who in expected} == expected
    body = {"column": {"title": "New"}}
    assert {who: api.put(f"{COLUMNS}/{column}", as_=who, body=body).status for who in expected} == expected
    assert api.get(f"{COLUMNS}/{column}/data", as_="section_ta").body == [{"user_id": CEM, "content": "two"}]
    assert note(api, column, ANN, "mine", as_="section_ta").status == 404
    other = f"/courses/{OTHER_COURSE}/custom_gradebook_columns/{column}"
    assert api.put(other, as_="admin", body=body).status == 404
