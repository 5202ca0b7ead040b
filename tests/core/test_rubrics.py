"""What marks on a rubric add up to."""

from __future__ import annotations

from typing import Any

import pytest

from gradewire.core.errors import Malformed
from gradewire.core.rubrics import Mark, assess, known_marks

RATINGS = [{"id": "full", "description": "Full", "points": 5.0}, {"id": "none", "description": "None", "points": 0.0}]
CRITERIA: list[dict[str, Any]] = [
    {"id": "a", "description": "A", "points": 5.0, "ratings": RATINGS},
    {"id": 2, "description": "B", "points": 5.0, "ratings": RATINGS, "learning_outcome_id": 9},
    {"id": "c", "description": "C", "points": 5.0, "ignore_for_scoring": True},
]


def test_points_add_up_exactly() -> None:
    found = assess(CRITERIA, {"a": Mark(points="0.1"), "2": Mark(points=0.2)})
    assert found.score == 0.3
    assert [row["criterion_id"] for row in found.data] == ["a", "2", "c"]
    assert [row["points"] for row in found.data] == [0.1, 0.2, None]
    assert found.data[1]["learning_outcome_id"] == 9


def test_a_rating_gives_its_points_and_points_find_their_rating() -> None:
    found = assess(CRITERIA, {"a": Mark(rating_id="full"), "2": Mark(points="0")})
    assert found.score == 5.0
    assert [(row["id"], row["description"]) for row in found.data[:2]] == [("full", "Full"), ("none", "None")]


def test_points_beside_a_rating_count() -> None:
    found = assess(CRITERIA, {"a": Mark(rating_id="full", points="4", description="Nearly", comments="so so")})
    assert found.score == 4.0
    assert (found.data[0]["id"], found.data[0]["description"], found.data[0]["comments"]) == ("full", "Nearly", "so so")


def test_what_does_not_count_does_not_count() -> None:
    assert assess(CRITERIA, {"c": Mark(points="3")}).score is None
    assert assess(CRITERIA, {}).score is None
    assert assess(CRITERIA, {"a": Mark(points=" "), "2": Mark(rating_id="unknown")}).score is None


@pytest.mark.parametrize("points", ["NaN", "inf", "1e999", "three", "1_0", float("nan")])
def test_points_are_numbers(points: str | float) -> None:
    with pytest.raises(Malformed, match=r"rubric_assessment\[criterion_a\]\[points\] is not a number"):
        assess(CRITERIA, {"a": Mark(points=points)})


def test_a_comment_has_an_end() -> None:
    with pytest.raises(Malformed, match="too long"):
        assess(CRITERIA, {"a": Mark(comments="x" * 70_000)})


def test_marks_for_other_criteria_are_left_out() -> None:
    assert known_marks(CRITERIA, {"2": Mark(points="1"), "other": Mark(points="1")}) == {"2": Mark(points="1")}
