"""Handing in: types, dates, attempts, on whose behalf, and what becomes of a grade that was there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_work import ANN, BOB, MANY, assign, mark
from tests.dialects.canvas_world import COURSE, SECOND_SECTION, SECTION, Api, running

NOW = datetime.now(UTC)
PAST, FUTURE = NOW - timedelta(days=3), NOW + timedelta(days=3)
ESSAY: dict[str, Any] = {"submission_type": "online_text_entry", "body": "My essay"}


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    with running(module_database_url) as found:
        yield found


def moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


def make(api: Api, **more: Any) -> int:
    number: int = assign(api, **{"submission_types": ["online_text_entry", "online_url"], **more})["id"]
    return number


def submit(api: Api, number: int, as_: str = "ann", status: int = 201, comment: Any = None, **fields: Any) -> Any:
    body: dict[str, Any] = {"submission": fields or ESSAY}
    if comment is not None:
        body["comment"] = comment
    reply = api.post(f"{MANY}/{number}/submissions", as_=as_, body=body)
    assert reply.status == status, reply.body
    return reply.body


def shown(api: Api, number: int, who: int = ANN, *include: str, as_: str = "teacher") -> Any:
    reply = api.get(f"{MANY}/{number}/submissions/{who}", as_=as_, include__=list(include))
    assert reply.status == 200, reply.body
    return reply.body


def grade(api: Api, number: int, entry: str, who: int = ANN) -> Any:
    reply = api.put(f"{MANY}/{number}/submissions/{who}", body={"submission": {"posted_grade": entry}})
    assert reply.status == 200, reply.body
    return reply.body


def test_a_text_is_handed_in(api: Api) -> None:
    number = make(api)
    reply = api.post(f"{MANY}/{number}/submissions", as_="ann", body={"submission": ESSAY})
    assert reply.status == 201
    assert reply.headers["location"].endswith(f"{MANY}/{number}/submissions/{ANN}")
    found = reply.body
    assert found["body"] == "My essay"
    assert (found["attempt"], found["workflow_state"], found["submission_type"]) == (1, "submitted", "online_text_entry")
    assert found["user_id"] == ANN
    assert abs(datetime.fromisoformat(found["submitted_at"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert shown(api, number)["body"] == "My essay"


def test_the_same_by_form_and_through_the_section(api: Api) -> None:
    number = make(api)
    form = "submission[submission_type]=online_url&submission[url]=example.org/work"
    reply = api.post(f"/sections/{SECTION}/assignments/{number}/submissions", as_="ann", form=form)
    assert reply.status == 201, reply.body
    assert (reply.body["url"], reply.body["body"]) == ("http://example.org/work", None)
    elsewhere = api.post(f"/sections/{SECOND_SECTION}/assignments/{number}/submissions", as_="ann", form=form)
    assert elsewhere.status == 404
    by_sis = api.post(f"/sections/sis_section_id:SEC-1/assignments/{number}/submissions", as_="ann", form=form)
    assert by_sis.status == 201
    nowhere = "/sections/sis_section_id:SEC-1/assignments/sis_assignment_id:none/submissions"
    assert api.post(nowhere, as_="ann", form=form).status == 404


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"submission_type": "online_quiz"}, "Invalid submission[submission_type] given"),
        ({"submission_type": "online_upload", "file_ids": [1]}, "Invalid submission[submission_type] given"),
        ({"body": "x"}, "Invalid submission[submission_type] given"),
        (
            {"submission_type": "basic_lti_launch", "url": "https://tool.example.org"},
            "submission[submission_type] basic_lti_launch is not supported by this server",
        ),
        (
            {"submission_type": "media_recording"},
            "submission[submission_type] media_recording is not supported by this server",
        ),
        (
            {"submission_type": "online_text_entry", "body": " \n"},
            "Invalid parameters for submission_type online_text_entry. Required: submission[body]",
        ),
        (
            {"submission_type": "online_url", "body": "x"},
            "Invalid parameters for submission_type online_url. Required: submission[url]",
        ),
    ],
)
def test_a_type_must_be_one_of_the_assignments_and_complete(api: Api, fields: dict[str, Any], message: str) -> None:
    number = make(api)
    assert submit(api, number, status=400, **fields) == {"message": message}
    assert shown(api, number)["attempt"] is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "http://", "https://a b.org", "ftp://x.org/a"])
def test_an_address_is_one_of_a_web_page(api: Api, url: str) -> None:
    number = make(api)
    reply = submit(api, number, status=400, submission_type="online_url", url=url)
    assert reply["errors"]["url"][0]["message"] == "is not a valid URL"


def test_nothing_sent_is_a_missing_parameter(api: Api) -> None:
    reply = api.post(f"{MANY}/{make(api)}/submissions", as_="ann", body={})
    assert (reply.status, reply.messages) == (400, ["submission is missing"])


def test_text_that_would_run_in_a_browser_is_cut_out(api: Api) -> None:
    number = make(api)
    body = '<p onclick="x()">Hi <b>you</b></p><script>alert(1)</script><img src=x onerror=y> a < b'
    found = submit(api, number, submission_type="online_text_entry", body=body)["body"]
    assert "<p>Hi <b>you</b></p>" in found
    assert not any(word in found for word in ("script", "onclick", "onerror", "alert"))
    plain = "a < b & c > d, 3 << 4"
    assert submit(api, number, submission_type="online_text_entry", body=plain)["body"] == plain


def test_each_hand_in_is_an_attempt_and_they_are_limited(api: Api) -> None:
    number = make(api, allowed_attempts=2)
    for attempt in (1, 2):
        assert submit(api, number)["attempt"] == attempt
    reply = submit(api, number, status=400)
    text = "you have reached the maximum number of allowed attempts for this assignment"
    assert reply["errors"]["attempt"][0]["message"] == text
    mark(api, number, extra_attempts=1)
    assert submit(api, number)["attempt"] == 3
    submit(api, number, status=400)
    for _ in range(3):
        submit(api, make(api, allowed_attempts=-1))


@pytest.mark.parametrize(
    ("dates", "status"),
    [
        ({"unlock_at": moment(FUTURE)}, 403),
        ({"lock_at": moment(PAST)}, 403),
        ({"unlock_at": moment(PAST), "lock_at": moment(FUTURE)}, 201),
        ({"published": False}, 403),
    ],
)
def test_work_is_taken_while_the_assignment_is_open(api: Api, dates: dict[str, Any], status: int) -> None:
    submit(api, make(api, **dates), status=status)


def test_a_students_own_dates_come_first_and_then_those_of_the_section(api: Api) -> None:
    closed = moment(PAST)
    number = make(api, lock_at=closed)
    override = {"course_section_id": SECTION, "lock_at": moment(FUTURE)}
    assert api.post(f"{MANY}/{number}/overrides", body={"assignment_override": override}).status == 201
    submit(api, number, as_="ann")
    submit(api, number, as_="cem", status=403)
    own = {"student_ids": [ANN], "lock_at": closed}
    assert api.post(f"{MANY}/{number}/overrides", body={"assignment_override": own}).status == 201
    submit(api, number, as_="ann", status=403)
    submit(api, number, as_="bob")


@pytest.mark.parametrize("who", ["teacher", "observer", "stranger", "admin", "designer"])
def test_only_students_hand_in(api: Api, who: str) -> None:
    submit(api, make(api), as_=who, status=403)


def test_who_is_not_assigned_or_excused_does_not_hand_in(api: Api) -> None:
    number = make(api, only_visible_to_overrides=True, assignment_overrides=[{"student_ids": [BOB]}])
    submit(api, number, as_="ann", status=403)
    submit(api, number, as_="bob")
    api.put(f"{MANY}/{number}/submissions/{BOB}", body={"submission": {"excuse": True}})
    submit(api, number, as_="bob", status=403)


@pytest.mark.parametrize(("state", "status"), [("completed", 403), ("invited", 403), ("inactive", 403), ("rejected", 403)])
def test_only_active_students_hand_in(api: Api, state: str, status: int) -> None:
    number = make(api)
    api.change(t.enrollments, 100 + ANN, workflow_state=state)
    try:
        submit(api, number, status=status)
    finally:
        api.change(t.enrollments, 100 + ANN, workflow_state="active")


def test_nothing_is_handed_in_once_the_course_is_concluded(api: Api) -> None:
    number = make(api)
    api.change(t.courses, COURSE, workflow_state="completed")
    try:
        submit(api, number, status=403)
    finally:
        api.change(t.courses, COURSE, workflow_state="available")


def test_a_grader_hands_in_for_a_student_and_says_when(api: Api) -> None:
    number = make(api, due_at=moment(PAST))
    early = PAST - timedelta(days=1)
    found = submit(api, number, as_="teacher", **ESSAY, user_id=ANN, submitted_at=moment(early))
    assert (found["user_id"], found["submitted_at"], found["late"]) == (ANN, moment(early), False)
    assert submit(api, number, as_="ta", **ESSAY, user_id="sis_user_id:SIS-bob")["late"] is True
    attempts = api.rows(
        sa.select(t.submission_attempts.c.submitter_id)
        .join(t.submissions, t.submissions.c.id == t.submission_attempts.c.submission_id)
        .where(t.submissions.c.assignment_id == number)
        .order_by(t.submission_attempts.c.id)
    )
    assert attempts == [2, 3]


def test_nobody_else_hands_in_for_others_or_says_when(api: Api) -> None:
    number = make(api)
    submit(api, number, as_="ann", status=403, **ESSAY, user_id=BOB)
    submit(api, number, as_="ann", status=403, **ESSAY, submitted_at=moment(PAST))
    submit(api, number, as_="observer", status=403, **ESSAY, user_id=ANN)
    submit(api, number, as_="section_ta", status=404, **ESSAY, user_id=ANN)
    submit(api, number, as_="teacher", status=404, **ESSAY, user_id=6)
    submit(api, number, as_="ann", **ESSAY, user_id="self")


def test_a_comment_comes_along(api: Api) -> None:
    number = make(api)
    found = submit(api, number, comment={"text_comment": "Here it is"})
    assert [one["comment"] for one in found["submission_comments"]] == ["Here it is"]
    assert [one["author_id"] for one in shown(api, number, ANN, "submission_comments")["submission_comments"]] == [ANN]


def test_a_resubmission_keeps_the_grade_and_is_no_event(api: Api) -> None:
    number = make(api)
    submit(api, number)
    grade(api, number, "8")
    told = len(api.events("grade_change"))
    course = len(api.events("course_grade_change"))
    found = submit(api, number, submission_type="online_text_entry", body="Better")
    assert (found["attempt"], found["workflow_state"], found["score"]) == (2, "submitted", 8.0)
    assert found["grade_matches_current_submission"] is False
    assert (len(api.events("grade_change")), len(api.events("course_grade_change"))) == (told, course)
    again = grade(api, number, "8")
    assert (again["workflow_state"], again["grade_matches_current_submission"]) == ("graded", True)
    last = api.events("grade_change")[told:]
    assert [(one["grade"], one["old_grade"]) for one in last] == [("8", "8")]


def test_the_late_policy_looks_at_the_attempt_that_is_graded(api: Api) -> None:
    """A first attempt in time, a second a day late: the grade stays until the second is graded, then loses its tenth."""
    policy = {"late_submission_deduction_enabled": True, "late_submission_deduction": 10}
    assert api.post(f"/courses/{COURSE}/late_policy", body={"late_policy": policy}).status == 201
    try:
        number = make(api, due_at=moment(NOW - timedelta(hours=20)))
        in_time = moment(NOW - timedelta(days=2))
        submit(api, number, as_="teacher", **ESSAY, user_id=ANN, submitted_at=in_time)
        assert shown(api, number)["points_deducted"] is None
        assert grade(api, number, "8")["score"] == 8.0
        late = submit(api, number)
        assert (late["late"], late["score"], late["points_deducted"]) == (True, 8.0, None)
        again = grade(api, number, "8")
        assert (again["score"], again["points_deducted"], again["entered_score"]) == (7.0, 1.0, 8.0)
        submit(api, number, as_="bob")
        ungraded = shown(api, number, BOB)
        assert (ungraded["late"], ungraded["score"], ungraded["points_deducted"]) == (True, None, 0.0)
    finally:
        off = {"late_submission_deduction_enabled": False}
        assert api.call("PATCH", f"/courses/{COURSE}/late_policy", body={"late_policy": off}).status == 204


def test_a_status_set_by_hand_was_the_old_attempts(api: Api) -> None:
    number = make(api)
    fields = {"late_policy_status": "late", "seconds_late_override": 3600}
    api.put(f"{MANY}/{number}/submissions/{ANN}", body={"submission": fields})
    assert shown(api, number)["late"] is True
    mark(api, number, redo_request=True)
    found = submit(api, number)
    assert (found["late_policy_status"], found["late"], found["redo_request"]) == (None, False, False)


def test_scores_follow_a_hand_in_in_the_same_commit(api: Api) -> None:
    """Work that waited for a review does not count; a new attempt of it counts with the score it has."""
    number = make(api)
    grade(api, number, "8")
    mark(api, number, workflow_state="pending_review")
    before = api.rows(sa.select(sa.func.sum(t.scores.c.version)).where(t.scores.c.user_id == ANN))
    submit(api, number)
    assert api.rows(sa.select(sa.func.sum(t.scores.c.version)).where(t.scores.c.user_id == ANN)) > before


def test_the_history_has_each_attempt_with_its_grade(api: Api) -> None:
    number = make(api)
    submit(api, number, submission_type="online_text_entry", body="one")
    grade(api, number, "5")
    grade(api, number, "6")
    submit(api, number, submission_type="online_url", url="https://example.org/two")
    submit(api, number, submission_type="online_text_entry", body="three")
    grade(api, number, "9")
    found = shown(api, number, ANN, "submission_history")
    history = found["submission_history"]
    assert [(one["attempt"], one["body"], one["url"]) for one in history] == [
        (1, "one", None),
        (2, None, "https://example.org/two"),
        (3, "three", None),
    ]
    grades = [(one["score"], one["workflow_state"], one["grade_matches_current_submission"]) for one in history]
    assert grades == [(6.0, "graded", True), (6.0, "submitted", False), (9.0, "graded", True)]
    assert history[-1] == {name: value for name, value in found.items() if name != "submission_history"}
    listed = api.get(f"{MANY}/{number}/submissions", include__="submission_history").body
    assert {one["user_id"]: len(one["submission_history"]) for one in listed}[ANN] == 3
    assert {one["user_id"]: [past["attempt"] for past in one["submission_history"]] for one in listed}[BOB] == [None]


def test_a_student_sees_the_history_without_hidden_grades(api: Api) -> None:
    number = make(api, post_manually=True)
    submit(api, number)
    grade(api, number, "5")
    submit(api, number)
    history = shown(api, number, ANN, "submission_history", as_="ann")["submission_history"]
    assert [("score" in one, "grade" in one, one["workflow_state"]) for one in history] == [(False, False, "submitted")] * 2


def test_histories_take_constantly_many_statements(api: Api) -> None:
    number = make(api)
    path = f"{MANY}/{number}/submissions"
    api.get(path)  # reads the rules of the course
    with api.counting() as empty:
        api.get(path, include__="submission_history")
    for who in ("ann", "bob", "cem"):
        for _ in range(3):
            submit(api, number, as_=who)
    with api.counting() as full:
        assert [len(one["submission_history"]) for one in api.get(path, include__="submission_history").body] == [3, 3, 3]
    assert len(full) == len(empty)


def test_two_hand_ins_at_once_are_two_attempts(api: Api) -> None:
    from concurrent.futures import ThreadPoolExecutor

    number = make(api)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: submit(api, number)["attempt"], range(6)))
    assert sorted(done) == [1, 2, 3, 4, 5, 6]
