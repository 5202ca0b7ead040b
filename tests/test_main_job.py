"""The main job, end to end: one moderated assignment from provisional grades to published events.

A real server process on each database, driven with Canvas's own Python client through its public methods wherever it has them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from canvasapi import Canvas
from canvasapi.exceptions import BadRequest, CanvasException, Forbidden, UnprocessableEntity

from tests.server import Server, running_server
from tests.worlds import load_world

pytestmark = pytest.mark.filterwarnings("ignore:Canvas may respond unexpectedly")  # the client's, about http addresses

COURSE, ESSAY, QUIZ = 1, 2, 1
S1, S2, S3 = 11, 12, 13
MARKER1, MARKER2, TEACHER = 3, 4, 2


@pytest.fixture
def events_file(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


@pytest.fixture
def running(database_url: str, tmp_path: Path, events_file: Path) -> Iterator[Server]:
    load_world(database_url, "moderated.yaml")
    with running_server(database_url, tmp_path / "server", settings={"GRADEWIRE_EVENTS_FILE": str(events_file)}) as server:
        yield server


def client(server: Server, who: str) -> Canvas:
    return Canvas(server.url, f"token-{who}")


def essay(server: Server, who: str) -> Any:
    return client(server, who).get_course(COURSE).get_assignment(ESSAY)


def mark(server: Server, who: str, student: int, grade: str, **more: Any) -> Any:
    submission = essay(server, who).get_submission(student)
    return submission.edit(submission={"posted_grade": grade, "provisional": True, **more})


def raw(server: Server, who: str, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer token-{who}"}
    return httpx.request(method, f"{server.url}/api/v1/courses/{COURSE}{path}", headers=headers, timeout=30, **more)


def published_events(path: Path, *, count: int) -> list[dict[str, Any]]:
    """The delivered events, once there are this many."""
    lines: list[str] = []
    for _ in range(200):
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) >= count:
            break
        time.sleep(0.1)
    return [json.loads(line) for line in lines]


def test_a_moderated_assignment_from_provisional_grades_to_published_events(running: Server, events_file: Path) -> None:
    teacher = client(running, "teacher")
    assert teacher.get_current_user().name == "Tom Teacher"
    course = teacher.get_course(COURSE)

    # Grading standards: create and list.
    entries = [{"name": "Good", "value": 60}, {"name": "Bad", "value": 0}]
    created = course.add_grading_standards("Two grades", entries)
    assert created.grading_scheme == [
        {"name": "Good", "value": 0.6, "calculated_value": 60.0},
        {"name": "Bad", "value": 0.0, "calculated_value": 0.0},
    ]
    assert [standard.id for standard in course.get_grading_standards()] == [created.id]
    assert course.get_single_grading_standard(created.id).title == "Two grades"

    # Two markers grade provisionally, a third is refused in the documented words.
    first = mark(running, "marker1", S1, "70")
    assert [(one["scorer_id"], one["score"], one["grade"]) for one in first.provisional_grades] == [(MARKER1, 70.0, "70")]
    mark(running, "marker2", S1, "80")
    mark(running, "marker1", S2, "55")
    with pytest.raises(BadRequest) as refused:
        mark(running, "marker3", S1, "90")
    assert "The maximum number of graders has been reached for this assignment." in str(refused.value)
    mark(running, "teacher", S3, "64")  # the final grader needs no slot
    assert essay(running, "marker1").get_submission(S1).workflow_state == "submitted"

    # Nobody writes a real grade while the assignment is under moderation.
    with pytest.raises(Forbidden):
        essay(running, "teacher").get_submission(S1).edit(submission={"posted_grade": "1"})

    # Gradeable students with their provisional grades, for the moderator only.
    rows = raw(running, "teacher", "GET", f"/assignments/{ESSAY}/gradeable_students?include[]=provisional_grades").json()
    by_student = {row["id"]: row for row in rows}
    assert list(by_student) == [S1, S2, S3]
    assert [one["score"] for one in by_student[S1]["provisional_grades"]] == [70.0, 80.0]
    assert by_student[S1]["in_moderation_set"] is False
    assert [one.id for one in essay(running, "marker1").get_gradeable_students()] == [S1, S2, S3]
    denied = raw(running, "marker1", "GET", f"/assignments/{ESSAY}/gradeable_students?include[]=provisional_grades")
    assert denied.status_code == 403

    # Status.
    assert essay(running, "marker1").get_provisional_grades_status(S1) is True
    assert essay(running, "marker3").get_provisional_grades_status(S1) is False

    # Publishing needs a selection where there are several grades.
    assert [one.id for one in essay(running, "teacher").get_students_selected_for_moderation()] == [S1, S2, S3]
    with pytest.raises(UnprocessableEntity):
        essay(running, "teacher").publish_provisional_grades()

    # Select one, then bulk select another: the later wins.
    low, high = (one["provisional_grade_id"] for one in by_student[S1]["provisional_grades"])
    selected = essay(running, "teacher").selected_provisional_grade(low)
    assert selected["selected_provisional_grade_id"] == low
    bulk = raw(
        running,
        "teacher",
        "PUT",
        f"/assignments/{ESSAY}/provisional_grades/bulk_select",
        data={"provisional_grade_ids[]": [str(high), str(by_student[S2]["provisional_grades"][0]["provisional_grade_id"])]},
    )
    assert [(one["student_id"], one["selected_provisional_grade_id"]) for one in bulk.json()] == [
        (S1, high),
        (S2, by_student[S2]["provisional_grades"][0]["provisional_grade_id"]),
    ]

    # Publish once; again is refused.
    assert essay(running, "teacher").publish_provisional_grades() == {"message": "OK"}
    with pytest.raises(BadRequest) as again:
        essay(running, "teacher").publish_provisional_grades()
    assert "Assignment grades have already been published" in str(again.value)

    # The gradebook has the chosen grades; their graders are those who gave them.
    graded = {one.user_id: one for one in essay(running, "teacher").get_submissions()}
    assert {student: (one.score, one.grader_id) for student, one in graded.items()} == {
        S1: (80.0, MARKER2),
        S2: (55.0, MARKER1),
        S3: (64.0, TEACHER),
    }
    enrollment = next(one for one in course.get_enrollments(type=["StudentEnrollment"], user_id=S1))
    assert enrollment.grades["current_score"] is None
    assert enrollment.grades["unposted_current_score"] == 80.0

    # Students see nothing until grades are posted.
    own = essay(running, "student1").get_submission(S1)
    assert not hasattr(own, "score")
    assert not hasattr(own, "grade")
    assert own.workflow_state == "submitted"
    mine = next(iter(client(running, "student1").get_course(COURSE).get_enrollments(user_id="self")))
    assert mine.grades["current_score"] is None
    posted = raw(running, "teacher", "POST", f"/assignments/{ESSAY}/post_grades")
    assert posted.status_code == 200, posted.text
    _finish(running, "teacher", posted.json())
    assert essay(running, "student1").get_submission(S1).score == 80.0
    mine = next(iter(client(running, "student1").get_course(COURSE).get_enrollments(user_id="self")))
    assert mine.grades["current_score"] == 80.0

    # Events: one grade_change per published student, muted; again, not muted, on posting; course scores beside them.
    events = published_events(events_file, count=12)
    changes = [one["body"] for one in events if one["metadata"]["event_name"] == "grade_change"]
    assert len(changes) == 6
    assert [(one["muted"], one["score"]) for one in changes if one["student_id"] == "10000000000011"] == [
        (True, 80),
        (False, 80),
    ]
    assert {one["grader_id"] for one in changes} == {"10000000000003", "10000000000004", "10000000000002"}
    totals = [one["body"] for one in events if one["metadata"]["event_name"] == "course_grade_change"]
    first_total = next(one for one in totals if one["user_id"] == str(S1))
    assert (first_total["unposted_current_score"], first_total["current_score"]) == (80, None)


def _finish(server: Server, who: str, progress: dict[str, Any]) -> None:
    for _ in range(100):
        found = client(server, who).get_progress(progress["id"])
        if found.workflow_state in {"completed", "failed"}:
            assert found.workflow_state == "completed"
            return
        time.sleep(0.1)
    raise AssertionError("the job did not end")


def test_a_grade_in_the_gradebook_moves_score_and_events_together(running: Server, events_file: Path) -> None:
    quiz = client(running, "teacher").get_course("HIST-1", use_sis_id=True).get_assignment(QUIZ)
    submission = quiz.get_submission(S1).edit(submission={"posted_grade": "8"})
    assert (submission.score, submission.grade, submission.workflow_state) == (8.0, "8", "graded")
    enrollment = next(iter(client(running, "student1").get_course(COURSE).get_enrollments(user_id="self")))
    assert (enrollment.grades["current_score"], enrollment.grades["final_score"]) == (80.0, 7.27)
    grade, course = published_events(events_file, count=2)
    assert grade["metadata"]["event_name"] == "grade_change"
    assert grade["metadata"]["user_login"] == "teacher@example.edu"
    assert grade["metadata"]["context_role"] == "TeacherEnrollment"
    assert grade["metadata"]["time_zone"] == "America/Denver"
    assert (grade["body"]["grade"], grade["body"]["old_grade"], grade["body"]["student_sis_id"]) == ("8", None, "ABC.123")
    assert course["metadata"]["request_id"] == grade["metadata"]["request_id"]
    assert (course["body"]["current_score"], course["body"]["old_current_score"]) == (80, None)


def test_who_asks_without_rights_or_credentials_is_told_so(running: Server) -> None:
    with pytest.raises(Forbidden):
        essay(running, "student1").publish_provisional_grades()
    with pytest.raises(CanvasException):
        Canvas(running.url, "no-such-token").get_current_user()
    unauthenticated = httpx.get(f"{running.url}/api/v1/courses/{COURSE}")
    assert unauthenticated.status_code == 401
    assert unauthenticated.json() == {"status": "unauthenticated", "errors": [{"message": "user authorization required"}]}
    assert unauthenticated.headers["www-authenticate"] == 'Bearer realm="canvas-lms"'
