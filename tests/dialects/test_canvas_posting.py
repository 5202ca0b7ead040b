"""Posting and hiding grades."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from gradewire.store import tables as t
from tests.dialects.moderation_world import COURSE, NOW, PEOPLE, PLAIN, A, Stage, staged

S1, S2, S3 = PEOPLE["S1"], PEOPLE["S2"], PEOPLE["S3"]


@pytest.fixture(scope="module")
def running(module_database_url: str) -> Iterator[Stage]:
    with staged(module_database_url) as found:
        yield found


@pytest.fixture
def stage(running: Stage) -> Stage:
    running.reset()
    return running


def test_posting_and_hiding_say_the_last_transition_again(stage: Stage) -> None:
    path = f"/courses/{COURSE}/assignments/{PLAIN}/submissions/{S1}"
    for entry in ("4", "5"):
        assert stage.call("PUT", path, "TA1", body={"submission": {"posted_grade": entry}}).status == 200
    hidden = stage.post("hide", assignment=PLAIN)
    assert hidden["tag"] == "hide_assignment_grades"
    assert stage.submission("S1", PLAIN)["posted_at"] is None
    assert "score" not in stage.shown("S1", "S1", assignment=PLAIN)
    stage.post(assignment=PLAIN, graded_only=True)
    stage.post(assignment=PLAIN, graded_only=True)
    told = [(one["old_grade"], one["grade"], one["muted"]) for one in stage.api.events("grade_change")]
    assert told == [(None, "4", False), ("4", "5", False), ("4", "5", True), ("4", "5", False), ("4", "5", False)]
    course = [(one["old_current_score"], one["current_score"]) for one in stage.api.events("course_grade_change")]
    assert course[-2:] == [(50, None), (None, 50)]


def test_events_of_posting_are_a_jobs(stage: Stage) -> None:
    path = f"/courses/{COURSE}/assignments/{PLAIN}/submissions/{S1}"
    stage.call("PUT", path, "TA1", body={"submission": {"posted_grade": "4"}})
    stage.post("hide", assignment=PLAIN)
    metadata = [json.loads(row["canvas"])["metadata"] for row in stage.table(t.outbox)]
    assert metadata[-1]["job_tag"] == "Assignment#hide_submissions"
    assert "user_id" not in metadata[-1]


def test_posting_twice_keeps_the_first_date(stage: Stage) -> None:
    stage.change_assignment(grades_published_at=NOW)
    stage.post()
    first = stage.submission("S1")["posted_at"]
    stage.post()
    assert stage.submission("S1")["posted_at"] == first
    assert stage.table(t.assignments, t.assignments.c.id == A)[0]["muted"] is False
    stage.post("hide", section_ids=["52"])
    assert stage.table(t.assignments, t.assignments.c.id == A)[0]["muted"] is True


def test_who_sees_a_section_posts_a_section(stage: Stage) -> None:
    stage.change_assignment(grades_published_at=NOW)
    stage.post(as_="SECTION_T")
    assert stage.submission("S1")["posted_at"] is None
    assert stage.submission("S3")["posted_at"] is not None


def test_a_progress_is_for_who_asked_and_for_graders(stage: Stage) -> None:
    stage.change_assignment(grades_published_at=NOW)
    number = stage.post()["id"]
    assert stage.call("GET", f"/progress/{number}", "TA1").body["id"] == number
    assert stage.call("GET", f"/progress/{number}", "S1").status == 403
    assert stage.call("GET", f"/progress/{number}", None).status == 401
    assert stage.call("GET", "/progress/999999", "T").status == 404
    assert stage.call("GET", "/progress/abc", "T").status == 404
