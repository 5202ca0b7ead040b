"""Accepting many provisional grades by one rule: what it does for each student, and whom it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from gradewire.core.moderation_acceptance import Case, Given, Left, Rule, Step, mean, plan


def case(*scores: float, **more: Any) -> Case:
    """A student with the scores of graders 1, 2 ..., as provisional grades 11, 12 ..."""
    return Case(submission_id=5, grades=[Given(10 + n, n, score) for n, score in enumerate(scores, start=1)], **more)


def decide(one: Case, *, has_mean: bool = True, by_final_grader: bool = True, **rule: Any) -> Step | str:
    steps, left = plan([one], Rule(**rule), has_mean=has_mean, by_final_grader=by_final_grader)
    assert len(steps) + len(left) == 1
    return steps[0] if steps else left[0].reason


def select(number: int, score: float) -> Step:
    return Step(submission_id=5, score=score, select_id=number)


def mark(score: float) -> Step:
    return Step(submission_id=5, score=score)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((7.0,), select(11, 7)),
        ((7.0, 7.0), select(11, 7)),
        ((7.0, 8.0), mark(7.5)),
        ((7.0, 8.0, 8.0), mark(7.67)),
        ((6.0, 7.0, 8.0), mark(7)),
        ((0.1, 0.2), mark(0.15)),
        ((7.0, 7.01), mark(7.01)),
        ((), "ungraded"),
    ],
)
def test_the_average_is_a_final_mark_only_where_graders_differ(scores: tuple[float, ...], expected: Step | str) -> None:
    assert decide(case(*scores)) == expected


def test_the_mean_is_rounded_half_away_from_zero_on_the_numbers_as_written() -> None:
    assert (mean([1.0, 1.01]), mean([1.005, 1.005]), mean([-1.0, -1.01])) == (1.01, 1.01, -1.01)


@pytest.mark.parametrize(
    ("scores", "tolerance", "expected"),
    [
        ((7.0, 7.5), 0.5, mark(7.25)),
        ((0.2, 0.3), 0.1, mark(0.25)),
        ((7.0, 7.6), 0.5, "apart"),
        ((7.0, 7.4, 7.8), 0.5, "apart"),
        ((7.0,), 0.5, "alone"),
        ((7.0, 7.0), 0.0, select(11, 7)),
    ],
)
def test_within_a_tolerance_all_graders_have_to_agree(
    scores: tuple[float, ...], tolerance: float, expected: Step | str
) -> None:
    assert decide(case(*scores), tolerance=tolerance) == expected


def test_one_graders_grades_are_taken_as_they_are() -> None:
    assert decide(case(6, 8), grader_id=2) == select(12, 8)
    assert decide(case(6), grader_id=2) == "other"
    assert decide(case(6, 8), grader_id=2, tolerance=1) == "apart"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"excused": True}, "excused"),
        ({"in_set": False}, "outside"),
        ({"selected_id": 12}, "decided"),
        ({"final_id": 19}, "decided"),
    ],
)
def test_whom_no_rule_touches(more: dict[str, Any], expected: str) -> None:
    assert decide(case(6, 8, **more)) == expected


def test_decided_students_are_decided_again_where_that_is_asked() -> None:
    assert decide(case(6, 8, selected_id=11), again=True) == mark(7)
    assert decide(case(6, 8, selected_id=11), again=True, grader_id=2) == select(12, 8)
    assert decide(case(6, 8, selected_id=11), again=True, grader_id=1) == "decided"
    assert decide(case(6, 6, selected_id=12), again=True) == "decided", "an equal grade is as good as the first one"
    assert decide(case(6, 8, selected_id=19, final_id=19, final_score=7.0), again=True) == "decided"


def test_a_selected_final_mark_is_changed_by_the_final_grader_only() -> None:
    one = case(6, 8, selected_id=19, final_id=19, final_score=9.0)
    assert decide(one, again=True) == mark(7)
    assert decide(one, again=True, by_final_grader=False) == "frozen"
    assert decide(case(6, 8, final_id=19, final_score=9.0), again=True, by_final_grader=False) == mark(7)


def test_passing_and_failing_have_no_mean() -> None:
    assert decide(case(0, 10), has_mean=False) == "apart"
    assert decide(case(10, 10), has_mean=False) == select(11, 10)


def test_every_student_is_either_decided_or_left_with_a_reason() -> None:
    cases = [case(6, 8), case(6), case()]
    steps, left = plan(cases, Rule(tolerance=2), has_mean=True, by_final_grader=True)
    assert (steps, left) == ([mark(7)], [Left(5, "alone"), Left(5, "ungraded")])
