"""What a grading action makes of a submission: rules of the grade calculation reference 11, 12 and of live-events 8.1."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gradewire.core.entry import Gradable
from gradewire.core.errors import Malformed, Refused
from gradewire.core.grading import Circumstances, GradeCommand, Head, give, grade, is_complete
from gradewire.core.lateness import LatePolicy

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
TEN_A_DAY = LatePolicy(late_submission_deduction_enabled=True, late_submission_deduction=10.0)


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


def typed(entry: str, head: Head = FRESH, **changes: Any) -> Any:
    return grade(head, GradeCommand(entry=entry), about(**changes), grader_id=7)


def test_a_first_grade_posts_at_once_and_is_told_once() -> None:
    result = typed("8")
    head = result.head
    assert (head.score, head.grade, head.workflow_state, head.grader_id) == (8.0, "8", "graded", 7)
    assert (head.posted_at, head.graded_at, head.version) == (NOW, NOW, 1)
    assert (result.cause, result.told) == ("grade", True)


def test_under_manual_posting_a_grade_waits() -> None:
    assert typed("8", post_manually=True).head.posted_at is None


def test_the_same_grade_again_is_no_version_and_no_event() -> None:
    once = typed("8").head
    again = typed("8", once)
    assert (again.cause, again.told, again.head.version) == (None, False, 1)


def test_the_same_grade_after_a_resubmission_is_told_again() -> None:
    resubmitted = replace(typed("8").head, workflow_state="submitted", grade_matches_current_submission=False)
    again = typed("8", resubmitted)
    assert (again.cause, again.told) == ("grade", True)
    assert again.head.grade_matches_current_submission


def test_an_empty_entry_clears_and_keeps_state_and_posting() -> None:
    cleared = typed("", typed("8").head)
    assert (cleared.head.score, cleared.head.grade, cleared.head.workflow_state) == (None, None, "graded")
    assert cleared.head.posted_at == NOW
    assert (cleared.cause, cleared.told, is_complete(cleared.head)) == ("clear", True, False)


def test_clearing_what_was_never_graded_says_nothing() -> None:
    result = typed("")
    assert (result.cause, result.told, result.head) == (None, False, replace(FRESH, grader_id=7))


def test_excusing_takes_the_grade_away_and_is_complete() -> None:
    result = grade(typed("8").head, GradeCommand(excuse=True), about(), grader_id=7)
    assert (result.head.excused, result.head.score, result.head.grade) == (True, None, None)
    assert (result.cause, result.told, is_complete(result.head)) == ("excuse", True, True)


def test_an_excuse_that_never_was_is_taken_back_silently() -> None:
    result = grade(FRESH, GradeCommand(excuse=False), about(), grader_id=7)
    assert (result.head, result.cause, result.told) == (FRESH, None, False)


@pytest.mark.parametrize(("submitted_at", "state"), [(None, "unsubmitted"), (NOW, "submitted")])
def test_taking_an_excuse_back_without_a_grade(submitted_at: datetime | None, state: str) -> None:
    excused = grade(FRESH, GradeCommand(excuse=True), about(), grader_id=7).head
    back = grade(excused, GradeCommand(excuse=False), about(submitted_at=submitted_at), grader_id=7)
    assert (back.head.excused, back.head.workflow_state, back.told) == (False, state, True)


def test_a_score_ends_an_excusal() -> None:
    excused = grade(FRESH, GradeCommand(excuse=True), about(), grader_id=7).head
    assert typed("3", excused).head.excused is False


def test_grading_and_excusing_at_once_is_refused() -> None:
    with pytest.raises(Refused, match="Cannot simultaneously grade and excuse an assignment"):
        grade(FRESH, GradeCommand(entry="8", excuse=True), about(), grader_id=7)


@pytest.mark.parametrize("entry", ["NaN", "inf", "-Infinity", "1e300", "9" * 400, "1e13", "1e400%"])
def test_a_number_no_score_can_be_is_refused_and_clears_nothing(entry: str) -> None:
    with pytest.raises(Malformed):
        typed(entry, typed("8").head)


def test_text_that_is_no_grade_clears_as_in_canvas() -> None:
    assert typed("banana", typed("8").head).cause == "clear"


def test_the_late_deduction_is_inside_the_score() -> None:
    late: dict[str, Any] = {"policy": TEN_A_DAY, "submitted_at": NOW, "due_at": NOW - timedelta(days=1)}
    head = typed("10", **late).head
    assert (head.score, head.points_deducted, head.grade) == (9.0, 1.0, "9")


def test_re_entering_late_work_starts_from_the_typed_score() -> None:
    late: dict[str, Any] = {"policy": TEN_A_DAY, "submitted_at": NOW, "due_at": NOW - timedelta(days=1)}
    again = typed("10", typed("10", **late).head, **late)
    assert (again.head.score, again.told) == (9.0, False)


def test_a_status_set_by_hand_re_applies_the_policy_to_the_raw_score() -> None:
    graded = typed("10", policy=TEN_A_DAY).head
    command = GradeCommand(late_policy_status="late", seconds_late_override=86_401)
    late = grade(graded, command, about(policy=TEN_A_DAY), grader_id=7)
    assert (late.head.score, late.head.points_deducted, late.cause) == (8.0, 2.0, "late_policy")
    none = grade(late.head, GradeCommand(late_policy_status="none"), about(policy=TEN_A_DAY), grader_id=7)
    assert (none.head.score, none.head.grade, none.head.points_deducted) == (10.0, "10", None)


def test_the_policy_leaves_work_in_a_closed_period_alone() -> None:
    late: dict[str, Any] = {
        "policy": TEN_A_DAY,
        "submitted_at": NOW,
        "due_at": NOW - timedelta(days=1),
        "in_closed_period": True,
    }
    assert typed("10", **late).head.score == 10.0


def test_a_given_grade_keeps_its_text() -> None:
    result = give(FRESH, 8.9, "B+", about(post_manually=True), grader_id=3, anonymously=True, cause="publish")
    assert (result.head.score, result.head.grade, result.head.grader_id) == (8.9, "B+", 3)
    assert (result.head.graded_anonymously, result.head.posted_at, result.cause) == (True, None, "publish")


def test_a_comment_only_choice_leaves_the_state_as_it_was() -> None:
    result = give(FRESH, None, None, about(), grader_id=3, anonymously=False, cause="publish")
    assert (result.head.workflow_state, result.cause, result.told) == ("unsubmitted", None, False)
