"""Answers as bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from gradewire.dialects.canvas.wire import base36, encode, wants_string_ids, whole


class Comment(msgspec.Struct):
    id: int
    author_id: int | None
    comment: str


class Submission(msgspec.Struct):
    id: int
    user_id: int
    score: float | None
    graded_at: datetime | None
    comments: list[Comment]
    assignment_ids: tuple[int, ...] = ()
    anonymous_id: str | UnsetType = UNSET


MOMENT = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
SUBMISSION = Submission(7, 12, 90.0, MOMENT, [Comment(1, None, "id: 5"), Comment(2, 3, "at T10:00:00+01:00")], (4, 5))


def test_numbers_and_absent_fields() -> None:
    assert encode([90.0, 8.25, Decimal("7.50"), 3, None, True, float("nan")]) == b"[90.0,8.25,7.50,3,null,true,null]"
    assert encode(Comment(1, None, "é")) == '{"id":1,"author_id":null,"comment":"é"}'.encode()
    assert "anonymous_id" not in json.loads(encode(SUBMISSION))


@pytest.mark.parametrize(
    "moment",
    [
        MOMENT,
        MOMENT.replace(microsecond=999_999),
        MOMENT.replace(tzinfo=None),
        MOMENT.replace(microsecond=1, tzinfo=None),
        MOMENT.astimezone(timezone(timedelta(hours=-6))),
        MOMENT.replace(microsecond=1).astimezone(timezone(timedelta(hours=5, minutes=30))),
    ],
)
@pytest.mark.parametrize("string_ids", [False, True])
def test_times_are_whole_seconds_of_utc(moment: datetime, string_ids: bool) -> None:
    assert encode({"at": [moment]}, string_ids=string_ids) == b'{"at":["2026-03-01T12:00:05Z"]}'
    assert whole(moment) == MOMENT


def test_whole_leaves_nothing_alone() -> None:
    assert whole(None) is None
    assert whole(MOMENT) is MOMENT


def test_a_text_that_looks_like_a_time_stays() -> None:
    assert json.loads(encode(["2026-03-01T12:00:05.5Z", "T10:00:00"])) == ["2026-03-01T12:00:05.5Z", "T10:00:00"]


def test_ids_as_texts() -> None:
    assert json.loads(encode(SUBMISSION, string_ids=True)) == {
        "id": "7",
        "user_id": "12",
        "score": 90.0,
        "graded_at": "2026-03-01T12:00:05Z",
        "comments": [
            {"id": "1", "author_id": None, "comment": "id: 5"},
            {"id": "2", "author_id": "3", "comment": "at T10:00:00+01:00"},
        ],
        "assignment_ids": ["4", "5"],
    }
    tree: dict[str, Any] = {"identity": 1, "ids": 2, "paid": 3, "id": True, "x_id": {"id": 4, "n": 5}, "y_ids": [[6], "z"]}
    assert json.loads(encode([tree], string_ids=True)) == [
        {"identity": 1, "ids": 2, "paid": 3, "id": True, "x_id": {"id": "4", "n": 5}, "y_ids": [["6"], "z"]}
    ]


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json+canvas-string-ids", True),
        ("Application/JSON+canvas-string-ids; q=0.9, */*", True),
        ("text/html, application/json+canvas-string-ids", True),
        ("application/json+canvas-string-ids-not", False),
    ],
)
def test_wants_string_ids(accept: str | None, wanted: bool) -> None:
    assert wants_string_ids(accept) is wanted


@settings(derandomize=True, deadline=None)
@given(st.integers(0, 2**70))
def test_base36_is_base_36(number: int) -> None:
    assert int(base36(number), 36) == number
    assert base36(number).lower() == base36(number)


def test_base36_edges() -> None:
    assert [base36(number) for number in (0, 9, 10, 35, 36, 1295)] == ["0", "9", "a", "z", "10", "zz"]
    with pytest.raises(ValueError, match="negative"):
        base36(-1)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(max_size=6)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(json_values)
def test_plain_values_survive(value: Any) -> None:
    assert json.loads(encode(value)) == value
