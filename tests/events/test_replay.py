"""Old state and events make the new state: whatever people do, a subscriber who applies what came knows what the server knows.

What a format cannot express is left out of the comparison, and told in docs/events.md: hand-ins and the posting of ungraded
work say nothing, and Caliper has grade, score and maximum only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradewire.store import tables as t
from tests.events.event_world import ASSIGNMENTS, COURSE, ENROLLMENTS, PEOPLE, STUDENTS, Stage, days_ago, g, staged

HERE = f"/courses/{COURSE}"
SCORES = ("current_score", "final_score", "unposted_current_score", "unposted_final_score")

Request: TypeAlias = tuple[str, str, str, dict[str, Any]]
"""Method, path, who, body."""

students = st.sampled_from(STUDENTS)
assignments = st.sampled_from(list(ASSIGNMENTS))
entries = st.sampled_from(["0", "3", "7.5", "10", "12", "80%", "-1", ""])

ACTS = st.one_of(
    st.tuples(st.just("grade"), students, assignments, entries),
    st.tuples(st.just("tool"), students, assignments, entries),
    st.tuples(st.just("bulk"), assignments, st.dictionaries(students, entries, min_size=1)),
    st.tuples(st.just("excuse"), students, assignments, st.booleans()),
    st.tuples(st.just("comment"), students, assignments),
    st.tuples(st.just("turn"), assignments, st.sampled_from(["post", "hide"]), st.booleans()),
    st.tuples(st.just("points"), assignments, st.sampled_from([5, 10, 20, None])),
    st.tuples(st.just("type"), assignments, st.sampled_from(["points", "percent", "letter_grade", "pass_fail"])),
    st.tuples(st.just("omit"), assignments, st.booleans()),
    st.tuples(st.just("late"), students, st.sampled_from(["late", "missing", "none"])),
    st.tuples(st.just("policy"), st.sampled_from([0, 10, 50]), st.booleans()),
    st.tuples(st.just("submit"), students, assignments),
    st.tuples(st.just("override"), students, st.sampled_from([None, 0, 55.5, 101])),
    st.tuples(st.just("end"), students, st.sampled_from(["conclude", "delete", "inactivate"])),
    st.tuples(st.just("reactivate"), students),
    st.tuples(st.just("mark"), students, entries),
    st.tuples(st.just("publish")),
    st.tuples(st.just("delete"), st.just("A2")),
)


def act(stage: Stage, one: tuple[Any, ...]) -> None:
    """One thing that people do. What is refused is none; nothing breaks."""
    kind, *said = one
    method, path, as_, body = REQUESTS[kind](*said)
    if kind == "policy" and stage.rows(t.late_policies):
        method = "PATCH"
    answer = stage.api(method, path, as_, body=body)
    assert answer.status_code < 500, (one, answer.text)
    stage.work()


def _put(student: str, assignment: str, as_: str = "T", **submission: Any) -> Request:
    return "PUT", _work(student, assignment), as_, {"submission": submission}


def _comment(student: str, assignment: str) -> Request:
    return "PUT", _work(student, assignment), "T", {"comment": {"text_comment": "Well."}}


def _bulk(assignment: str, entries: Mapping[str, str]) -> Request:
    data = {str(PEOPLE[student]): {"posted_grade": entry} for student, entry in entries.items()}
    return "POST", f"{_assignment(assignment)}/submissions/update_grades", "T", {"grade_data": data}


def _change(assignment: str, name: str, value: Any) -> Request:
    return "PUT", _assignment(assignment), "T", {"assignment": {name: value}}


def _policy(late: int, missing: bool) -> Request:
    values = {
        "late_submission_deduction_enabled": bool(late),
        "late_submission_deduction": late,
        "missing_submission_deduction_enabled": missing,
        "missing_submission_deduction": 80,
    }
    return "POST", f"{HERE}/late_policy", "T", {"late_policy": values}


def _submit(student: str, assignment: str) -> Request:
    work = {"submission_type": "online_text_entry", "body": "Work."}
    return "POST", f"{_assignment(assignment)}/submissions", student, {"submission": work}


def _override(student: str, score: float | None) -> Request:
    return "PUT", f"{_enrollment(student)}/override_score", "T", {"override_score": score}


REQUESTS: dict[str, Callable[..., Request]] = {
    "grade": lambda student, assignment, entry: _put(student, assignment, posted_grade=entry),
    "tool": lambda student, assignment, entry: _put(student, assignment, "tool", posted_grade=entry),
    "mark": lambda student, entry: _put(student, "A2", "TA", posted_grade=entry, provisional=True),
    "excuse": lambda student, assignment, excuse: _put(student, assignment, excuse=excuse),
    "late": lambda student, status: _put(student, "A1", late_policy_status=status),
    "comment": _comment,
    "bulk": _bulk,
    "turn": lambda assignment, verb, only: ("POST", f"{_assignment(assignment)}/{verb}_grades", "T", {"graded_only": only}),
    "points": lambda assignment, points: _change(assignment, "points_possible", points),
    "type": lambda assignment, kind: _change(assignment, "grading_type", kind),
    "omit": lambda assignment, omit: _change(assignment, "omit_from_final_grade", omit),
    "policy": _policy,
    "submit": _submit,
    "override": _override,
    "end": lambda student, task: ("DELETE", _enrollment(student), "T", {"task": task}),
    "reactivate": lambda student: ("PUT", f"{_enrollment(student)}/reactivate", "T", {}),
    "publish": lambda: ("POST", f"{_assignment('A2')}/provisional_grades/publish", "T", {}),
    "delete": lambda assignment: ("DELETE", _assignment(assignment), "T", {}),
}


def _enrollment(student: str) -> str:
    return f"{HERE}/enrollments/{ENROLLMENTS[student]}"


def _assignment(name: str) -> str:
    return f"{HERE}/assignments/{ASSIGNMENTS[name]}"


def _work(student: str, assignment: str) -> str:
    return f"{_assignment(assignment)}/submissions/{PEOPLE[student]}"


class Known:
    """What the server knows, or what a subscriber believes: grades by submission, scores by student, overrides by score row."""

    def __init__(self, stage: Stage) -> None:
        deleted = {row["id"] for row in stage.rows(t.assignments) if row["workflow_state"] == "deleted"}
        worth = {row["id"]: row["points_possible"] for row in stage.rows(t.assignments)}
        rows = [row for row in stage.rows(t.submissions) if row["assignment_id"] not in deleted]
        self.told = {g(row["id"]) for row in rows if row["workflow_state"] == "graded"}
        """Submissions of which a grading was told, and since then no hand-in, which tells nothing, has set them back."""
        self.grades: dict[str, dict[str, Any]] = {g(row["id"]): _grade(row, worth[row["assignment_id"]]) for row in rows}
        enrolled = {row["id"] for row in stage.rows(t.enrollments) if row["workflow_state"] == "active"}
        scores = [row for row in stage.rows(t.scores) if row["course_score"] and row["enrollment_id"] in enrolled]
        self.scores = {str(row["user_id"]): {name: row[name] for name in SCORES} for row in scores}
        self.overrides = {str(row["id"]): row["override_score"] for row in scores}

    def apply(self, event: Mapping[str, Any]) -> None:
        """Believe a Canvas event."""
        body = event["body"]
        match event["metadata"]["event_name"]:
            case "grade_change":
                names = ("grade", "score", "points_possible", "muted", "grading_complete")
                self.grades[body["submission_id"]] = {name: body[name] for name in names}
            case "course_grade_change":
                self.scores[body["user_id"]] = {name: body[name] for name in SCORES}
            case "grade_override":
                self.overrides[body["score_id"]] = body["override_score"]

    def apply_caliper(self, envelope: Mapping[str, Any]) -> None:
        [event] = envelope["data"]
        extension = event["object"]["extensions"]["com.instructure.canvas"]
        found = self.grades[extension["entity_id"]]
        found["grade"] = extension.get("grade")
        found["score"] = event["generated"].get("scoreGiven")
        found["points_possible"] = event["generated"].get("maxScore")


def _grade(row: Mapping[str, Any], points: float | None) -> dict[str, Any]:
    complete = row["excused"] or (row["score"] is not None and row["workflow_state"] == "graded")
    values = {"grade": row["grade"], "score": row["score"], "points_possible": points}
    return {**values, "muted": row["posted_at"] is None, "grading_complete": bool(complete)}


@pytest.fixture(scope="module")
def stage(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(module_database_url, tmp_path_factory.mktemp("replay")) as found:
        yield found


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
@given(acts=st.lists(ACTS, min_size=8, max_size=25), moderated=st.booleans())
def test_old_state_and_events_make_the_new_state(stage: Stage, acts: list[tuple[Any, ...]], moderated: bool) -> None:
    stage.reset(allow_final_grade_override=True)
    stage.done("PUT", _assignment("A1"), body={"assignment": {"due_at": days_ago(3)}})
    if moderated:
        values = {"moderated_grading": True, "grader_count": 2, "final_grader_id": PEOPLE["T"]}
        stage.done("PUT", _assignment("A2"), body={"assignment": values})
    stage.collect()
    believed, by_caliper = Known(stage), Known(stage)
    for one in acts:
        act(stage, one)
    got = stage.collect()
    for event in got["canvas"]:
        believed.apply(event)
    for envelope in got["caliper"]:
        by_caliper.apply_caliper(envelope)
    now = Known(stage)
    for number, grade in now.grades.items():
        exact = number in now.told and grade["grading_complete"]
        names = set(grade) if exact else {"grade", "score"}
        assert {name: believed.grades[number][name] for name in names} == {name: grade[name] for name in names}, (number, acts)
        names &= {"grade", "score", "points_possible"}
        assert {name: by_caliper.grades[number][name] for name in names} == {name: grade[name] for name in names}, (
            number,
            acts,
        )
    for user_id, scores in now.scores.items():
        assert believed.scores[user_id] == scores, (user_id, acts)
    for score_id, override in now.overrides.items():
        assert believed.overrides[score_id] == override, (score_id, acts)


def test_each_commit_leads_from_what_was_known_before(stage: Stage) -> None:
    """The old values of each course event are the new values of the one before: nothing is left out in between."""
    stage.reset(allow_final_grade_override=True)
    believed = Known(stage)
    for value in ("8", "9", "", "7"):
        for assignment in ASSIGNMENTS:
            stage.put("S1", assignment, posted_grade=value)
    act(stage, ("turn", "A2", "post", False))
    act(stage, ("points", "A1", 20))
    act(stage, ("omit", "A2", True))
    for event in stage.collect()["canvas"]:
        body = event["body"]
        if event["metadata"]["event_name"] == "course_grade_change":
            assert {name: body[f"old_{name}"] for name in SCORES} == believed.scores[body["user_id"]]
        believed.apply(event)
    assert believed.scores == Known(stage).scores
