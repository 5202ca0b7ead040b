"""More attempts for single students than an assignment allows everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.canvas_work import ANN, BOB, CEM, MANY, assign
from tests.dialects.canvas_world import Api, running

ESSAY = {"submission": {"submission_type": "online_text_entry", "body": "Work"}}


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    with running(module_database_url) as found:
        yield found


@pytest.fixture
def number(api: Api) -> int:
    """An assignment of one attempt."""
    found: int = assign(api, allowed_attempts=1)["id"]
    return found


def extend(api: Api, number: int, *wanted: tuple[Any, Any], as_: str = "teacher") -> Any:
    sent = [{"user_id": user_id, "extra_attempts": extra} for user_id, extra in wanted]
    return api.post(f"{MANY}/{number}/extensions", as_=as_, body={"assignment_extensions": sent})


def submit(api: Api, number: int, who: str) -> int:
    return api.post(f"{MANY}/{number}/submissions", as_=who, body=ESSAY).status


def test_who_has_more_attempts_hands_in_again(api: Api, number: int) -> None:
    assert [submit(api, number, "ann"), submit(api, number, "ann")] == [201, 400]
    made = extend(api, number, (ANN, 2), (BOB, 0))
    assert (made.status, made.body) == (
        200,
        {
            "assignment_extensions": [
                {"assignment_id": number, "user_id": ANN, "extra_attempts": 2},
                {"assignment_id": number, "user_id": BOB, "extra_attempts": 0},
            ]
        },
    )
    assert [submit(api, number, "ann") for _ in range(3)] == [201, 201, 400]
    assert [submit(api, number, "bob") for _ in range(2)] == [201, 400]
    assert api.get(f"{MANY}/{number}/submissions/{ANN}").body["extra_attempts"] == 2


def test_a_second_extension_stands_instead_of_the_first(api: Api, number: int) -> None:
    extend(api, number, (ANN, 3))
    extend(api, number, (ANN, 1))
    assert [submit(api, number, "ann") for _ in range(3)] == [201, 201, 400]


BAD: list[tuple[str, list[tuple[Any, Any]], int]] = [
    ("nobody", [], 400),
    ("negative", [(ANN, -1)], 400),
    ("no number", [(ANN, "many")], 400),
    ("too many", [(ANN, 10**9)], 400),
    ("no student", [(ANN, 1), (2, 1)], 400),
    ("twice", [(ANN, 1), (ANN, 2)], 400),
    ("unknown", [(ANN, 1), ("sis_user_id:nobody", 1)], 404),
]


@pytest.mark.parametrize(("wanted", "status"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
def test_a_bad_extension_extends_nothing(api: Api, number: int, wanted: list[tuple[Any, Any]], status: int) -> None:
    assert extend(api, number, *wanted).status == status
    assert api.get(f"{MANY}/{number}/submissions/{ANN}").body["extra_attempts"] is None


@pytest.mark.parametrize("kind", ["discussion_topic", "online_quiz"])
def test_discussions_and_quizzes_are_not_extended(api: Api, kind: str) -> None:
    assert extend(api, assign(api, submission_types=[kind])["id"], (ANN, 1)).status == 400


@pytest.mark.parametrize(("who", "status"), [("ann", 403), ("observer", 403), ("section_ta", 400), ("designer", 200)])
def test_it_needs_the_right_to_grade_or_to_manage_assignments(api: Api, number: int, who: str, status: int) -> None:
    assert extend(api, number, (ANN, 1), as_=who).status == status


def test_a_grader_of_one_section_extends_for_its_students(api: Api, number: int) -> None:
    assert extend(api, number, (CEM, 1), as_="section_ta").status == 200
