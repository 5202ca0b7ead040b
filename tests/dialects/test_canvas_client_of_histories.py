"""Histories and the audit of grades through Canvas's own Python client, against a real server."""

from __future__ import annotations

import pytest
from canvasapi import Canvas

from tests.server import Server
from tests.worlds import load_world

pytestmark = pytest.mark.filterwarnings("ignore:Canvas may respond unexpectedly:UserWarning")  # the test server has no TLS


def test_the_client_reads_the_history_of_a_grade(server: Server) -> None:
    load_world(server.database_url, "rights.yaml")
    course = Canvas(server.url, "token-teacher").get_course(100)
    course.get_assignment(71).get_submission(21).edit(submission={"posted_grade": "9"})

    [day] = course.get_gradebook_history_dates()
    [grader] = course.get_gradebook_history_details(day.date)
    assert (grader.id, grader.name, grader.assignments) == (6, "Teacher", [71])
    [work] = course.get_submission_history(day.date, grader.id, 71)
    assert work.submission_id == 301
    assert [version["new_grade"] for version in work.versions] == ["9", "8"]
    feed = course.get_uncollated_submissions()  # the client loses its parameters
    assert [(one.previous_grade, one.new_grade, one.current_grade) for one in feed] == [("8", "9", "9"), (None, "8", "9")]


def test_the_client_reads_the_audit(server: Server) -> None:
    load_world(server.database_url, "rights.yaml")
    teacher, admin = Canvas(server.url, "token-teacher"), Canvas(server.url, "token-root_admin")
    course = teacher.get_course(100)
    course.get_assignment(71).get_submission(21).edit(submission={"posted_grade": "9"})
    expected = [("8", "9"), (None, "8")]
    for events in (
        course.get_grade_change_events(),
        course.get_assignment(71).get_grade_change_events(),
        admin.get_user(21).get_grade_change_events_for_student(),
        admin.get_user(6).get_grade_change_events_for_grader(),
    ):
        assert [(one.grade_before, one.grade_after) for one in events] == expected
