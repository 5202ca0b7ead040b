"""The vector file: the sample that came with the reference, the format, and what is reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gradewire.core.errors import Malformed
from gradewire.core.vectors import Mismatch, check

SAMPLE = json.loads((Path(__file__).parent / "data" / "grade_vectors.json").read_text(encoding="utf-8"))
PERCENT = {"points_based": False, "scaling_factor": 1, "entries": [["A", 0.9], ["F", 0]]}


@pytest.mark.parametrize("vector", SAMPLE["vectors"], ids=lambda vector: vector["id"])
def test_sample(vector: dict[str, object]) -> None:
    assert check({"vectors": [vector]}).mismatches == ()


def test_every_kind_of_the_sample_is_computed() -> None:
    assert check(SAMPLE).checked == SAMPLE["counts"]


def test_a_wrong_expectation_is_reported_with_its_path() -> None:
    wrong = {"id": "x", "kind": "round2", "value": 1.005, "expect": {"value": 1.0}}
    assert check({"vectors": [wrong]}).mismatches == (Mismatch("x", "round2", "value", 1.0, 1.01),)


def total(**changes: object) -> dict[str, object]:
    """A vector of two items in one group, of which the first was graded 8 of 10."""
    return {
        "id": "t",
        "kind": "course_total",
        "weighted": False,
        "groups": [{"id": 1, "weight": None, "drop_lowest": 0, "drop_highest": 0, "never_drop": []}],
        "assignments": [{"id": index, "group": 1, "points_possible": 10, "grading_type": "points"} for index in (1, 2)],
        "submissions": [{"assignment": 1, "score": 8}],
        **changes,
    }


def mismatches(vector: dict[str, object], **expect: object) -> list[tuple[str, object, object]]:
    report = check({"vectors": [{"id": "v", **vector, "expect": expect}]})
    return [(each.path, each.expected, each.got) for each in report.mismatches]


def test_nested_expectations_are_compared_key_by_key() -> None:
    expect = {
        "current_score": 80,
        "group_scores": {"1": {"final_score": 41.0}, "2": {"final_score": None}},
        "dropped": {"current": [1]},
        "nonsense": 1,
    }
    assert mismatches(total(), **expect) == [
        ("group_scores.1.final_score", 41.0, 40.0),
        ("group_scores.2", {"final_score": None}, "(no such result)"),
        ("dropped.current", [1], []),
        ("nonsense", 1, "(no such result)"),
    ]


def test_null_is_not_zero_and_the_order_of_dropped_ids_does_not_matter() -> None:
    rules = [{"id": 1, "weight": 0, "drop_lowest": 2}]
    items = [{"id": index, "group": 1, "points_possible": 10} for index in (1, 2, 3)]
    given = [{"assignment": index, "score": 4 + index} for index in (1, 2, 3)]
    vector = total(groups=rules, assignments=items, submissions=given)
    assert mismatches(vector, dropped={"current": [2, 1]}, final_score=70) == []
    assert mismatches(total(submissions=[]), current_score=0, final_score=None) == [
        ("current_score", 0, None),
        ("final_score", None, 0.0),
    ]


@pytest.mark.parametrize(
    ("changes", "expect"),
    [
        ({}, {"current_score": 80.0, "final_score": 40.0}),
        ({"enrollment_state": "completed"}, {"final_score": 80.0}),
        ({"submissions": [{"assignment": 1, "score": 8, "posted": False}]}, {"current_score": None}),
        ({"submissions": [{"assignment": 1, "score": 8, "workflow_state": "pending_review"}]}, {"current_score": None}),
        ({"submissions": [{"assignment": 1, "score": 8, "student_entered_score": 9}]}, {"current_score": 80.0}),
        (
            {"submissions": [{"assignment": 1, "score": 8, "student_entered_score": 9}], "what_if": True},
            {"current_score": 90.0},
        ),
        ({"weighted": True, "groups": [{"id": 1, "weight": 40}]}, {"final_score": 40.0, "final_points": 40.0}),
        (
            {"grading_periods": [{"id": 1, "weight": 50}], "grading_periods_weighted": True},
            {"current_score": None, "period_scores": {"1": {"final_score": None}}},
        ),
    ],
)
def test_course_totals(changes: dict[str, object], expect: dict[str, object]) -> None:
    assert mismatches(total(**changes), **expect) == []


@pytest.mark.parametrize(
    ("changes", "final"),
    [
        ({}, 40.0),
        ({"published": False}, 80.0),
        ({"assigned": False}, 80.0),
        ({"submission_types": "not_graded"}, 80.0),
        ({"submission_types": ["wiki_page"]}, 80.0),
        ({"submission_types": "online_upload,online_text_entry"}, 40.0),
        ({"anonymous_unposted": True}, 80.0),
        ({"omit_from_final_grade": True}, 80.0),
        ({"grading_type": "not_graded"}, 40.0),
    ],
)
def test_which_assignments_take_part(changes: dict[str, object], final: float) -> None:
    first = {"id": 1, "group": 1, "points_possible": 10}
    second = {"id": 2, "group": 1, "points_possible": 10, **changes}
    submissions = [{"assignment": 1, "score": 8}, {"assignment": 2, "score": 0}]
    assert mismatches(total(assignments=[first, second], submissions=submissions), final_score=final) == []


def test_the_posting_of_an_assignment_is_the_default_of_its_submissions() -> None:
    hidden = [{"id": 1, "group": 1, "points_possible": 10, "posted": False}]
    assert mismatches(total(assignments=hidden), current_score=None, unposted_current_score=80) == []
    shown = [{"assignment": 1, "score": 8, "posted": True}]
    assert mismatches(total(assignments=hidden, submissions=shown), current_score=80) == []


def test_the_other_kinds() -> None:
    assignment = {"grading_type": "letter_grade", "points_possible": 10}
    assert mismatches({"kind": "score_to_grade", "level": "scheme", "scheme": PERCENT, "score": 90}, grade="A") == []
    assert mismatches({"kind": "score_to_grade", "level": "assignment", "assignment": assignment, "score": 9}, grade="A-") == []
    assert mismatches({"kind": "grade_to_score", "scheme": PERCENT, "grade": "f"}, score=89, index=1) == []
    assert mismatches({"kind": "grade_to_score", "scheme": PERCENT, "grade": "x"}, score=None, index=None) == []
    assert mismatches({"kind": "entry_interpretation", "assignment": assignment, "entry": None}, score=None, grade=None) == []
    assert mismatches({"kind": "entry_interpretation", "assignment": assignment, "entry": 9.5}, score=9.5, grade="A") == []
    late = {"late_submission_deduction_enabled": True, "late_submission_deduction": 10}
    given = {"policy": late, "assignment": assignment, "entered_score": 9, "seconds_late": 1, "status": "late"}
    assert mismatches({"kind": "late_deduction", **given}, points_deducted=1, score=8) == []
    periods = [{"id": 7, "start_date": "2026-01-01T00:00:00Z", "end_date": "2026-02-01T00:00:00Z"}]
    assert mismatches({"kind": "grading_period_for_date", "grading_periods": periods, "due_at": None}, grading_period=7) == []


def test_schemes_in_vectors() -> None:
    request = {"title": "t", "grading_scheme_entry": [{"name": "F", "value": 0}]}
    create: dict[str, object] = {"kind": "scheme_validation", "request": request}
    stored = [{"name": "F", "value": 0.0, "calculated_value": 0.0}]
    assert mismatches(create, valid=True, status=200, title="t", grading_scheme=stored) == []
    assert mismatches({"kind": "scheme_validation", "request": {}}, valid=False, errors={"data": ["blank"]}) == []
    update = {"kind": "scheme_update", "standard": {"title": "old", **PERCENT}, "request": {"points_based": False}}
    assert mismatches({**update, "used_for_grading": True}, status=400, errors_shape="base_string_list") == []
    blank = {"errors_shape": "attribute_objects", "errors": {"data": ["blank"]}}
    assert mismatches({**update, "used_for_grading": False}, status=400, **blank) == []
    rename = {**update, "used_for_grading": True, "request": {"title": "new"}}
    assert mismatches(rename, status=200, title="new", points_based=False, scaling_factor=1) == []


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (None, "the vector file"),
        ({}, "vectors"),
        ({"vectors": [3]}, "the vector file"),
        ({"vectors": [{}]}, "vector number 1"),
        ({"vectors": [{"id": "a", "kind": "b"}]}, "expect"),
        ({"vectors": [{"id": "a", "kind": "b", "expect": {}}]}, "vector a: unknown kind b"),
        ({"vectors": [{"id": "a", "kind": "round2", "expect": {}}]}, "vector a: .*value"),
        ({"vectors": [{"id": "a", "kind": "round2", "value": "x", "expect": {}}]}, "vector a: Expected `float`"),
        ({"vectors": [{**total(submissions=[{"assignment": 9, "score": 1}]), "expect": {}}]}, "not there: 9"),
        ({"vectors": [{"id": "a", "kind": "score_to_grade", "level": "scheme", "score": None, "expect": {}}]}, "a score"),
        ({"vectors": [{"id": "a", "kind": "score_to_grade", "level": "assignment", "score": 1, "expect": {}}]}, "an assign"),
    ],
)
def test_a_vector_that_cannot_be_read_is_named(document: object, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        check(document)
