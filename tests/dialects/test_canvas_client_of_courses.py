"""Courses, people, assignments and standards through Canvas's own Python client, against a real server."""

from __future__ import annotations

from typing import Any

import pytest
from canvasapi import Canvas
from canvasapi.exceptions import BadRequest, Forbidden, ResourceDoesNotExist

from gradewire.store.engine import open_store
from tests.dialects.canvas_world import COURSE, PEOPLE, ROOT, SECTION, SUB, build
from tests.server import Server

pytestmark = pytest.mark.filterwarnings("ignore:Canvas may respond unexpectedly:UserWarning")  # the test server has no TLS


@pytest.fixture
def teacher(server: Server) -> Any:
    with open_store(server.database_url, connections=1) as store:
        store.write(build)
    return Canvas(server.url, "teacher")


def test_a_course_is_set_up_through_the_client(server: Server, teacher: Any) -> None:
    admin, student = Canvas(server.url, "admin"), Canvas(server.url, "ann")
    assert [one.id for one in teacher.get_courses(include=["term", "total_scores"])] == [COURSE]
    course = teacher.get_course("SIS-5", use_sis_id=True)
    assert course.update(course={"apply_assignment_group_weights": True, "hide_final_grades": False})
    assert course.get_settings()["hide_final_grades"] is False
    assert course.update_settings(allow_final_grade_override=True)["allow_final_grade_override"] is True

    letters = [{"name": "Pass", "value": 50}, {"name": "Fail", "value": 0}]
    standard = course.add_grading_standards("Simple", letters)
    assert [one.id for one in course.get_grading_standards()] == [standard.id]
    assert course.get_single_grading_standard(standard.id).grading_scheme[0]["calculated_value"] == 50.0
    account = admin.get_account(SUB)
    of_account = account.add_grading_standards("Of the account", letters)
    assert account.get_single_grading_standard(of_account.id).context_id == SUB
    course.update(course={"grading_standard_id": standard.id})

    group = course.create_assignment_group(name="Exams", group_weight=100)
    group.edit(rules={"drop_lowest": 0})
    assert [one.name for one in course.get_assignment_groups(include=["assignments"])] == ["Group", "Exams"]
    made = course.create_assignment(
        {
            "name": "Exam",
            "assignment_group_id": group.id,
            "points_possible": 20,
            "due_at": "2026-04-01T12:00:00Z",
            "submission_types": ["online_text_entry", "online_url"],
            "published": True,
            "moderated_grading": True,
            "grader_count": 2,
            "final_grader_id": PEOPLE["teacher"],
        }
    )
    assert str(made) == f"Exam ({made.id})"
    assert made.due_at_date.year == 2026
    assert made.edit(assignment={"name": "Final exam", "moderated_grading": False}).name == "Final exam"
    assert [one.id for one in course.get_assignments_for_group(group)] == [made.id]
    override = made.create_override(assignment_override={"student_ids": [PEOPLE["ann"]], "due_at": "2026-04-02T12:00:00Z"})
    assert [one.id for one in made.get_overrides()] == [override.id]
    override.delete()

    section = course.get_section(SECTION)
    assert [one.user_id for one in section.get_enrollments(type=["StudentEnrollment"])] == [PEOPLE["ann"], PEOPLE["bob"]]
    enrollment = course.enroll_user(PEOPLE["stranger"], enrollment={"type": "StudentEnrollment", "enrollment_state": "active"})
    assert PEOPLE["stranger"] in [one.id for one in course.get_users(enrollment_type=["student"])]
    assert admin.get_account(ROOT).get_enrollment(enrollment.id).user_id == PEOPLE["stranger"]
    assert enrollment.deactivate(task="conclude").enrollment_state == "completed"
    (mine,) = student.get_current_user().get_enrollments()
    assert (mine.grades["final_score"], mine.grades["final_grade"]) == (0.0, "Fail")
    assert made.delete().workflow_state == "deleted"


def test_refusals_arrive_as_the_clients_exceptions(server: Server, teacher: Any) -> None:
    course = teacher.get_course(COURSE)
    with pytest.raises(BadRequest, match="lowest grade"):
        course.add_grading_standards("Odd", [{"name": "A", "value": 50}])
    with pytest.raises(BadRequest, match="must be greater than 0"):
        course.create_assignment({"name": "X", "moderated_grading": True})
    with pytest.raises(ResourceDoesNotExist):
        course.get_assignment(999)
    with pytest.raises(Forbidden):
        Canvas(server.url, "ann").get_course(COURSE).create_assignment({"name": "X"})
