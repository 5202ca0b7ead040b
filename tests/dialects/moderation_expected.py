"""What the cases of moderated grading expect: the words under ``expect``, and under its ``state`` and ``eventually``."""

from __future__ import annotations

import time
from typing import Any

from gradewire.store import tables as t
from tests.dialects.canvas_world import Reply
from tests.dialects.moderation_cases import Case, Vocabulary, matches
from tests.dialects.moderation_world import A

ANSWERS = Vocabulary("expect")
STATES = Vocabulary("state")
SECONDS = 15.0


def compare(case: Case, reply: Reply) -> None:
    """Compare the answer and what the database says after it."""
    assert reply.status == case.expect.pop("status"), reply.body
    for name, wanted in case.expect.items():
        ANSWERS.apply(name, case, reply, wanted)


@ANSWERS.word("legacy_status|order|message")
def leave(_case: Case, _reply: Reply, _wanted: Any) -> None:
    """Of older versions; compared by ``body_exact_ids``; compared by ``error_on``."""


@ANSWERS.word("body")
def is_in_body(case: Case, reply: Reply, wanted: Any) -> None:
    if isinstance(wanted, str):
        assert reply.body == case.conventions[wanted]
        return
    if isinstance(wanted, dict) and "submission_comments_texts" in wanted:
        texts = wanted.pop("submission_comments_texts")
        assert [one["comment"] for one in reply.body["submission_comments"]] == texts
    assert matches(case.resolve(wanted), reply.body), reply.body


@ANSWERS.word("body_exact")
def is_body(case: Case, reply: Reply, wanted: Any) -> None:
    assert reply.body == case.resolve(wanted)


@ANSWERS.word("body_exact_ids")
def are_ids(case: Case, reply: Reply, wanted: Any) -> None:
    assert [one["id"] for one in reply.body] == case.resolve(wanted)


@ANSWERS.word("body_size")
def is_size(_case: Case, reply: Reply, wanted: int) -> None:
    assert len(reply.body) == wanted


@ANSWERS.word("absent_keys")
def are_absent(_case: Case, reply: Reply, wanted: list[str]) -> None:
    for one in reply.body if isinstance(reply.body, list) else [reply.body]:
        assert not set(wanted) & set(one)


@ANSWERS.word("every_item_has")
def has_every_item(_case: Case, reply: Reply, wanted: list[str]) -> None:
    assert reply.body
    for one in reply.body:
        assert set(wanted) <= set(one)


@ANSWERS.word("error_on")
def is_error(case: Case, reply: Reply, attribute: str) -> None:
    assert case.expect["message"] in reply.messages[attribute]


@ANSWERS.word(r"in_pg_(\w+)_comment_texts_any_order")
def are_comments_of_grade(case: Case, reply: Reply, wanted: list[str], name: str) -> None:
    grade = next(one for one in reply.body["provisional_grades"] if one["provisional_grade_id"] == case.stage.ids[name])
    assert sorted(one["comment"] for one in grade["submission_comments"]) == sorted(wanted)


@ANSWERS.word("artifact_comment_texts_any_order")
def are_comments_of_artifact(_case: Case, reply: Reply, wanted: list[str]) -> None:
    assert sorted(one["comment"] for one in reply.body["artifact"]["submission_comments"]) == sorted(wanted)


@ANSWERS.word("provisional_grade_ids")
def are_grades(case: Case, reply: Reply, wanted: list[str]) -> None:
    assert [one["provisional_grade_id"] for one in reply.body["provisional_grades"]] == case.resolve(wanted)


@ANSWERS.word("state")
def is_state(case: Case, reply: Reply, wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        STATES.apply(name, case, reply, value)


@ANSWERS.word("eventually")
def becomes_state(case: Case, reply: Reply, wanted: dict[str, Any]) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            is_state(case, reply, wanted)
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


@STATES.word("progress")
def is_progress(case: Case, reply: Reply, wanted: Any) -> None:
    found = case.stage.call("GET", f"/progress/{reply.body['id']}", "T").body
    assert matches(wanted, found), found


@STATES.word(r"selection_(S\d)")
def is_selected(case: Case, _reply: Reply, wanted: Any, student: str) -> None:
    assert case.stage.chosen(student) == case.resolve(wanted)


@STATES.word(r"submission_(S\d)")
def is_submission(case: Case, _reply: Reply, wanted: dict[str, Any], student: str) -> None:
    row = case.stage.submission(student)
    columns = {"grader": "grader_id"}
    for name, value in wanted.items():
        assert matches(case.resolve(value), row[columns.get(name, name)]), (name, row)


@STATES.word(r"submission_(S\d)_grade_set")
def has_grade(case: Case, _reply: Reply, wanted: bool, student: str) -> None:
    assert (case.stage.submission(student, case.stage.ids["A"])["grade"] is not None) is wanted


@STATES.word(r"submission_(S\d)_(score|grade|updated_at|workflow_state|excused|posted_at|grader_id)")
def is_column(case: Case, _reply: Reply, wanted: Any, student: str, column: str) -> None:
    found = case.stage.submission(student)[column]
    if wanted in {"changed", "unchanged"}:
        assert (found == case.before[student][column]) is (wanted == "unchanged")
    else:
        assert matches(case.resolve(wanted), found), found


def _added(case: Case) -> list[dict[str, Any]]:
    return case.stage.trail()[case.trail_before :]


@STATES.word("events_added")
def are_events(case: Case, _reply: Reply, wanted: dict[str, int]) -> None:
    added = _added(case)
    for kind, number in wanted.items():
        assert sum(row["event_type"] == kind for row in added) == number, added


@STATES.word("event_user")
def is_event_user(case: Case, _reply: Reply, wanted: str) -> None:
    assert {row["user_id"] for row in _added(case)} == {case.stage.ids[wanted]}


@STATES.word("event_payload")
def is_event_payload(case: Case, _reply: Reply, wanted: dict[str, Any]) -> None:
    added = _added(case)
    assert any(matches(case.resolve(wanted), row["payload"]) for row in added), added


@STATES.word("grades_published_at")
def is_published(case: Case, _reply: Reply, wanted: Any) -> None:
    assert matches(wanted, case.stage.table(t.assignments, t.assignments.c.id == A)[0]["grades_published_at"])


@STATES.word("moderation_grader_rows")
def are_graders(case: Case, _reply: Reply, wanted: int) -> None:
    assert len(case.stage.table(t.moderation_graders)) == wanted


@STATES.word("slots_taken_by")
def are_holders(case: Case, _reply: Reply, wanted: list[str]) -> None:
    assert case.stage.holders() == set(wanted)


def _real_comments(case: Case, student: str, column: str) -> list[Any]:
    c = t.submission_comments.c
    number = case.stage.submission(student)["id"]
    rows = case.stage.table(t.submission_comments, c.submission_id == number, c.provisional_grade_id.is_(None))
    return [row[column] for row in rows]


@STATES.word(r"real_comment_texts_(S\d)")
def are_real_comments(case: Case, _reply: Reply, wanted: list[str], student: str) -> None:
    assert _real_comments(case, student, "comment") == wanted


@STATES.word("copied_comment")
def is_copied_comment(case: Case, _reply: Reply, wanted: dict[str, str]) -> None:
    assert _real_comments(case, "S1", "author_id")[-1] == case.stage.ids[wanted["author"]]
    assert set(wanted) <= {"author", "attachments"}  # comments have no attachments here


@STATES.word("pg")
def is_grade(case: Case, _reply: Reply, wanted: dict[str, Any]) -> None:
    columns = {"student": "student_id", "scorer": "scorer_id"}
    rows = case.stage.table(t.provisional_grades)
    assert any(
        all(matches(case.resolve(value), row[columns.get(name, name)]) for name, value in wanted.items()) for row in rows
    ), rows


@STATES.word("pg_count")
def is_grade_count(case: Case, _reply: Reply, wanted: int) -> None:
    assert len(case.stage.table(t.provisional_grades)) == wanted


@STATES.word("outcome_results")
def are_outcomes(_case: Case, _reply: Reply, wanted: int) -> None:
    assert wanted == 0  # there are none here at all


@STATES.word(r"(P\d)_(score|grade|graded_at|scorer_id|final)")
def is_grade_column(case: Case, _reply: Reply, wanted: Any, name: str, column: str) -> None:
    row = case.stage.table(t.provisional_grades, t.provisional_grades.c.id == case.stage.ids[name])[0]
    assert matches(case.resolve(wanted), row[column]), row
