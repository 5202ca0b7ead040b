"""Grade records as Schoology clients write and read them (Schoology reference, 4, 9 and 12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gradewire.core.entry import Gradable
from gradewire.core.errors import Invalid
from gradewire.core.grade_records import (
    FinalComment,
    Record,
    grade_of,
    mark_of,
    read_final_comment,
    read_moment,
    read_periods,
    read_record,
    score_of,
)
from gradewire.core.grading import Circumstances, GradeCommand, Head, Result, grade, restate
from gradewire.core.lateness import LatePolicy
from gradewire.core.scoring.schoology_course import MARK_CODES, Mark
from gradewire.core.scoring.schoology_scales import read_scale

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FRESH = Head(
    workflow_state="unsubmitted",
    score=None,
    grade=None,
    points_deducted=None,
    excused=False,
    grader_id=None,
    graded_at=None,
    posted_at=None,
    graded_anonymously=False,
    grade_matches_current_submission=True,
    late_policy_status=None,
    seconds_late_override=None,
    version=0,
)
GRADED = replace(FRESH, score=8.0, grade="8", workflow_state="graded", grader_id=1, graded_at=NOW, posted_at=NOW, version=1)
AVERAGED = read_scale(
    500, "Letters", [("A", 0.85), ("B", 0.75), ("F", 0.0)], {"kind": "percent", "averages": {"A": 92.5, "B": 80.0, "F": 25.0}}
)
POINTS = read_scale(96033, "points", [], {"kind": "points", "levels": [{"points": 3, "description": "three points"}]})
TEN_A_DAY = LatePolicy(late_submission_deduction_enabled=True, late_submission_deduction=10.0)
HALF_FOR_MISSING = LatePolicy(missing_submission_deduction_enabled=True, missing_submission_deduction=50.0)


def about(**changes: Any) -> Circumstances:
    plain = Circumstances(
        assignment=Gradable("points", 10.0),
        scheme=None,
        policy=None,
        submission_types=frozenset({"online_text_entry"}),
        post_manually=False,
        in_closed_period=False,
        submitted_at=None,
        due_at=None,
        now=NOW,
    )
    return replace(plain, **changes)


def state(head: Head, score: float | None, mark: Mark = "none", **changes: Any) -> Result:
    return restate(head, score, mark, about(**changes), grader_id=7)


def shown(head: Head, **changes: Any) -> tuple[float | None, Mark]:
    circumstances = about(**changes)
    mark = mark_of(
        score=head.score,
        excused=head.excused,
        incomplete=head.incomplete,
        late_policy_status=head.late_policy_status,
        policy=circumstances.policy,
        assignment=circumstances.assignment,
    )
    return grade_of(head.score, mark), mark


KEY = {"enrollment_id": "90001", "assignment_id": 81003}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, {}),
        ({"grade": 99}, {"grade": 99.0}),
        ({"grade": "12.5"}, {"grade": "12.5"}),
        ({"grade": "B+"}, {"grade": "B+"}),
        ({"grade": ""}, {"grade": ""}),
        ({"grade": None, "exception": None, "comment": None, "comment_status": None}, {}),
        ({"exception": "", "comment": "", "comment_status": ""}, {}),
        ({"exception": 0}, {}),
        ({"exception": "1"}, {"mark": "excused"}),
        ({"exception": 2}, {"mark": "incomplete"}),
        ({"exception": 3}, {"mark": "missing"}),
        ({"exception": 4}, {"mark": "late"}),
        ({"comment": "two\r\nlines "}, {"comment": "two\r\nlines "}),
        ({"comment": "  \n"}, {}),
        ({"comment": 5}, {"comment": "5"}),
        ({"comment_status": 1}, {"visible": True}),
        ({"comment_status": "1"}, {"visible": True}),
        ({"comment_status": True}, {"visible": True}),
        ({"comment_status": "0"}, {}),
        ({"type": "discussion", "timestamp": 5, "section_id": "x", "grader": 1}, {}),
    ],
)
def test_what_is_not_sent_is_nothing_and_texts_are_read(sent: dict[str, Any], expected: dict[str, Any]) -> None:
    assert read_record({**KEY, **sent}) == Record(enrollment_id=90001, item_id=81003, **expected)


@pytest.mark.parametrize(
    ("sent", "attribute"),
    [
        ([], "base"),
        ("x", "base"),
        (None, "base"),
        ({"assignment_id": 1}, "enrollment_id"),
        ({"enrollment_id": 1}, "assignment_id"),
        ({**KEY, "enrollment_id": "24152019t"}, "enrollment_id"),
        ({**KEY, "enrollment_id": -1}, "enrollment_id"),
        ({**KEY, "enrollment_id": True}, "enrollment_id"),
        ({**KEY, "enrollment_id": "9" * 19}, "enrollment_id"),
        ({**KEY, "assignment_id": 1.5}, "assignment_id"),
        ({**KEY, "assignment_id": {"id": 1}}, "assignment_id"),
        ({**KEY, "type": "quiz"}, "type"),
        ({**KEY, "exception": 5}, "exception"),
        ({**KEY, "exception": "late"}, "exception"),
        ({**KEY, "exception": True}, "exception"),
        ({**KEY, "comment_status": "1t"}, "comment_status"),
        ({**KEY, "comment_status": 2}, "comment_status"),
        ({**KEY, "comment": ["a"]}, "comment"),
        ({**KEY, "comment": "a\0b"}, "comment"),
        ({**KEY, "comment": "a\ud800b"}, "comment"),
        ({**KEY, "grade": True}, "grade"),
        ({**KEY, "grade": [1]}, "grade"),
    ],
)
def test_an_entry_that_cannot_be_read_tells_the_field(sent: Any, attribute: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_record(sent)
    assert [fault.attribute for fault in refused.value.faults] == [attribute]


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ["enrollment_id", "assignment_id", "period_id", "grade", "exception", "comment", "comment_status", "type"]


@given(JSON | st.dictionaries(st.sampled_from(FIELDS), JSON | st.integers(0, 5) | st.integers(0, 5).map(str)))
def test_whatever_is_sent_is_read_or_refused_in_words(sent: Any) -> None:
    found: FinalComment | Record
    for read in (read_record, read_final_comment):
        try:
            found = read(sent)
            score = None if isinstance(found, FinalComment) else score_of(found, Gradable("points", 10.0), AVERAGED)
        except Invalid as refused:
            told = [fault.attribute for fault in refused.faults]
        else:
            told = ["nothing"]
            assert score is None or abs(score) <= 1e12
        assert all(told)
        assert told


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"period_id": "435"}, {"period_id": 435}),
        ({"period_id": 435, "comment_status": "1"}, {"period_id": 435, "visible": True}),
        ({"period_id": "p435"}, {"period_id": 435}),
        ({"period_id": "final"}, {"period_id": None}),
    ],
)
def test_a_final_comment_names_a_period_or_the_course(sent: dict[str, Any], expected: dict[str, Any]) -> None:
    found = read_final_comment({"enrollment_id": "90001", "comment": "Fine", **sent})
    assert found == FinalComment(enrollment_id=90001, comment="Fine", **expected)


@pytest.mark.parametrize(
    "sent",
    [
        {"period_id": "435"},
        {"comment": "x"},
        {"period_id": "other", "comment": "x"},
        {"period_id": True, "comment": "x"},
        {"period_id": None, "comment": "x"},
        {"period_id": "a81003", "comment": "x"},
    ],
)
def test_a_final_comment_without_comment_or_period_is_refused(sent: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        read_final_comment({"enrollment_id": 1, **sent})


def test_periods_are_named_by_ids_other_and_final() -> None:
    assert read_periods("435, p13011,other,final,") == {"p435", "p13011", "other", "final"}
    with pytest.raises(Invalid):
        read_periods("435,spring")


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "9" * 18])
def test_a_moment_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_moment(text)
    assert read_moment("1389660000") == datetime(2014, 1, 14, 0, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("grade_sent", "scale", "expected"),
    [
        (7, None, 7.0),
        ("7.25", None, 7.25),
        (14, None, 14.0),
        (-1, None, -1.0),
        ("-0", None, 0.0),
        ("", None, None),
        (None, None, None),
        ("A", AVERAGED, 9.25),
        ("F", AVERAGED, 2.5),
        ("3", POINTS, 3.0),
    ],
)
def test_a_grade_is_points_and_a_letter_its_levels_average(grade_sent: Any, scale: Any, expected: float | None) -> None:
    assert score_of(Record(enrollment_id=1, item_id=1, grade=grade_sent), Gradable("points", 10.0), scale) == expected


@pytest.mark.parametrize(
    ("grade_sent", "scale", "assignment"),
    [
        ("B+", None, Gradable("points", 10.0)),
        ("Z", AVERAGED, Gradable("letter_grade", 10.0)),
        ("three points", POINTS, Gradable("points", 3.0)),
        ("90%", None, Gradable("percent", 10.0)),
        ("complete", None, Gradable("pass_fail", 10.0)),
        (5, None, Gradable("pass_fail", 10.0)),
        (5, None, Gradable("not_graded", 10.0)),
        (float("inf"), None, Gradable("points", 10.0)),
        (float("nan"), None, Gradable("points", 10.0)),
        (1e13, None, Gradable("points", 10.0)),
        ("9" * 400, None, Gradable("points", 10.0)),
    ],
)
def test_a_grade_that_cannot_be_is_refused(grade_sent: Any, scale: Any, assignment: Gradable) -> None:
    with pytest.raises(Invalid):
        score_of(Record(enrollment_id=1, item_id=1, grade=grade_sent), assignment, scale)


@pytest.mark.parametrize("mark", ["excused", "incomplete", "missing", "late"])
def test_an_exception_empties_the_grade_that_is_sent_with_it(mark: Mark) -> None:
    record = Record(enrollment_id=1, item_id=1, grade="no grade at all", mark=mark)
    assert score_of(record, Gradable("points", 10.0), None) is None
    result = state(GRADED, 9.0, mark)
    assert shown(result.head) == (None, mark)
    assert result.head.score is None
    assert result.told
    assert result.head.version == 2


@pytest.mark.parametrize("mark", ["excused", "incomplete", "missing", "late"])
def test_a_grade_takes_the_place_of_any_exception(mark: Mark) -> None:
    marked = state(FRESH, None, mark).head
    result = state(marked, 6.0)
    assert shown(result.head) == (6.0, "none")
    assert (result.head.late_policy_status, result.head.incomplete, result.head.excused) == (None, False, False)


@pytest.mark.parametrize("mark", ["excused", "incomplete", "missing", "late"])
def test_what_is_not_sent_clears_score_and_exception(mark: Mark) -> None:
    marked = state(FRESH, None, mark).head
    assert shown(state(marked, None).head) == (None, "none")
    cleared = state(GRADED, None)
    assert (cleared.cause, cleared.head.score, cleared.told) == ("clear", None, True)


def test_an_excuse_that_is_taken_back_leaves_work_as_it_was_handed_in() -> None:
    excused = state(FRESH, None, "excused").head
    assert state(excused, None).head.workflow_state == "unsubmitted"
    assert state(excused, None, submitted_at=NOW).head.workflow_state == "submitted"


def test_incomplete_is_a_version_of_the_grade_but_no_event_where_there_was_no_score() -> None:
    result = state(FRESH, None, "incomplete")
    assert (result.cause, result.head.version, result.told) == ("incomplete", 1, False)
    assert state(GRADED, None, "incomplete").told


def test_labels_that_schoology_does_not_know_stay() -> None:
    extended = replace(FRESH, late_policy_status="extended")
    assert state(extended, 5.0).head.late_policy_status == "extended"


@pytest.mark.parametrize("entry", ["5", ""])
def test_any_grading_takes_incomplete_away(entry: str) -> None:
    head = state(FRESH, None, "incomplete").head
    assert not grade(head, GradeCommand(entry=entry), about(), grader_id=1).head.incomplete
    assert not grade(head, GradeCommand(excuse=True), about(), grader_id=1).head.incomplete


def test_the_late_policy_applies_once_to_what_is_written_and_written_back() -> None:
    late: dict[str, Any] = {"policy": TEN_A_DAY, "submitted_at": NOW, "due_at": NOW - timedelta(hours=1)}
    first = state(FRESH, 9.0, **late)
    assert (first.head.score, first.head.points_deducted) == (8.0, 1.0)
    again = state(first.head, 8.0, **late)
    assert again.head is first.head
    assert again.cause is None


def test_missing_work_has_the_score_of_the_missing_policy_and_reads_as_missing() -> None:
    result = state(FRESH, None, "missing", policy=HALF_FOR_MISSING)
    assert result.head.score == 5.0
    assert shown(result.head, policy=HALF_FOR_MISSING) == (None, "missing")
    assert shown(result.head) == (5.0, "none")


def test_a_score_beside_a_label_missing_is_shown_and_can_be_written_back() -> None:
    head = replace(GRADED, late_policy_status="missing")
    assert shown(head) == (8.0, "none")
    assert state(head, 8.0).head is head


def test_late_work_keeps_the_score_that_another_dialect_gave_it() -> None:
    assert shown(replace(GRADED, late_policy_status="late")) == (8.0, "late")


HEADS = st.builds(
    replace,
    st.just(GRADED),
    score=st.none() | st.integers(0, 20).map(float),
    excused=st.booleans(),
    incomplete=st.booleans(),
    late_policy_status=st.sampled_from([None, "late", "missing", "extended", "none"]),
).map(lambda head: replace(head, score=None) if head.excused or head.incomplete else head)
MARKS = st.sampled_from(sorted(MARK_CODES.values()))
POLICIES = st.sampled_from([None, TEN_A_DAY, HALF_FOR_MISSING])


@given(HEADS, MARKS, st.none() | st.integers(0, 20).map(float))
def test_what_is_stated_is_what_reads(head: Head, mark: Mark, score: float | None) -> None:
    assert shown(state(head, score, mark).head) == (score if mark == "none" else None, mark)


@given(HEADS, POLICIES)
def test_writing_back_what_reads_changes_nothing_unless_a_score_stands_beside_an_exception(
    head: Head, policy: LatePolicy | None
) -> None:
    circumstances: dict[str, Any] = {"policy": policy, "submitted_at": NOW, "due_at": NOW - timedelta(days=1)}
    score, mark = shown(head, **circumstances)
    result = state(head, score, mark, **circumstances)
    if mark == "late" and score is not None:
        assert result.head.score is None  # the written rule: an exception empties the grade
    else:
        assert (result.head, result.cause, result.told) == (head, None, False)


@given(HEADS, MARKS, st.none() | st.integers(0, 20).map(float), POLICIES)
def test_stating_the_same_twice_counts_one_version(
    head: Head, mark: Mark, score: float | None, policy: LatePolicy | None
) -> None:
    once = state(head, score, mark, policy=policy).head
    twice = state(once, score, mark, policy=policy)
    assert twice.head.version == once.version
    assert shown(twice.head, policy=policy) == shown(once, policy=policy)
