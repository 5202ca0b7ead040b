"""Criteria of rubrics as they are sent."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from gradewire.core.errors import Invalid
from gradewire.core.rubric_criteria import read_criteria, sum_points


def read(sent: Any) -> list[dict[str, Any]]:
    numbers = itertools.count(1)
    return read_criteria(sent, lambda: f"n{next(numbers)}")


def test_a_hash_tells_the_order_by_its_numbers() -> None:
    sent = {"10": {"description": "last", "points": 1}, "2": {"description": "second", "points": "2.5"}, "0": {"points": 3}}
    found = read(sent)
    assert [one["description"] for one in found] == ["No Description", "second", "last"]
    assert sum_points(found) == 6.5


def test_ids_stay_and_missing_ones_are_made() -> None:
    [one] = read([{"id": "style", "ratings": [{"id": "good", "points": 2}, {"points": 5, "description": "best"}]}])
    assert one["id"] == "style"
    assert [(rating["id"], rating["points"]) for rating in one["ratings"]] == [("n1", 5), ("good", 2)]
    assert one["points"] == 5


def test_without_ratings_there_are_full_marks_and_none() -> None:
    [one] = read([{"points": 4}])
    assert [(rating["description"], rating["points"]) for rating in one["ratings"]] == [("Full Marks", 4), ("No Marks", 0)]


def test_what_is_not_scored_is_not_summed() -> None:
    assert sum_points(read([{"points": 4}, {"points": 3, "ignore_for_scoring": "true"}])) == 4


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {},
        "x",
        [1],
        [{"points": "many"}],
        [{"points": -1}],
        [{"points": "NaN"}],
        [{"points": 1e300}],
        [{"description": ["x"]}],
        [{"ratings": "x"}],
        [{"ratings": [{"points": "x"}]}],
        [{"id": "a"}, {"id": "a"}],
        [{}] * 201,
    ],
)
def test_what_is_no_rubric_is_refused(sent: Any) -> None:
    with pytest.raises(Invalid):
        read(sent)
