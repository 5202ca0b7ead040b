"""For every operation of the Canvas dialect, a request that succeeds in ``worlds/rights.yaml`` for whoever may make it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gradewire.dialects.canvas.operations import Operation

IDS = {
    "account_id": "2",
    "anonymous_id": "aaaaa",
    "assignment_group_id": "61",
    "assignment_id": "71",
    "course_id": "100",
    "date": "2026-01-01",
    "enrollment_id": "221",
    "grader_id": "6",
    "grading_standard_id": "33",
    "override_id": "75",
    "progress_id": "1",
    "provisional_grade_id": "331",
    "rubric_assessment_id": "321",
    "rubric_association_id": "83",
    "section_id": "101",
    "user_id": "21",
}
"""What stands for a placeholder unless a recipe says otherwise."""


class Recipe(Struct, frozen=True):
    """What to send. ``path`` replaces some of ``IDS``."""

    path: Mapping[str, str] = {}
    body: Mapping[str, Any] = {}
    query: Mapping[str, str] = {}


MODERATED = {"assignment_id": "72"}
WITH_POLICY = {"course_id": "130"}
GRADE = {"submission": {"posted_grade": "7"}}
ENTRIES = [{"name": "A", "value": 50}, {"name": "F", "value": 0}]
STANDARD = {"title": "New", "grading_scheme_entry": ENTRIES}
ENROLLMENT = {"enrollment": {"user_id": "25", "type": "StudentEnrollment"}}
ASSESSMENT = {"rubric_assessment": {"user_id": "21", "assessment_type": "grading", "criterion_style": {"points": "3"}}}

RECIPES: Mapping[str, Recipe] = {
    "create_assignment_group": Recipe(body={"name": "New"}),
    "update_assignment_group": Recipe(body={"name": "Renamed"}),
    "delete_assignment_group": Recipe(path={"assignment_group_id": "62"}),
    "create_assignment_override": Recipe(
        body={"assignment_override": {"student_ids": ["21"], "due_at": "2081-01-01T00:00:00Z", "title": "Later"}}
    ),
    "update_assignment_override": Recipe(body={"assignment_override": {"due_at": "2082-01-01T00:00:00Z"}}),
    "create_assignment": Recipe(body={"assignment": {"name": "New", "points_possible": 5}}),
    "update_assignment": Recipe(body={"assignment": {"name": "Renamed"}}),
    "override_grade": Recipe(body={"override_score": 90}),
    "update_course": Recipe(body={"course": {"name": "Renamed"}}),
    "update_course_settings": Recipe(body={"hide_final_grades": True}),
    "enroll_user": Recipe(body=ENROLLMENT),
    "enroll_user_in_section": Recipe(body=ENROLLMENT),
    "end_enrollment": Recipe(body={"task": "conclude"}),
    "reactivate_enrollment": Recipe(path={"enrollment_id": "223"}),
    "accept_enrollment": Recipe(path={"enrollment_id": "224"}),
    "reject_enrollment": Recipe(path={"enrollment_id": "224"}),
    "list_multiple_assignments_gradeable_students": Recipe(query={"assignment_ids[]": "71"}),
    "create_course_grading_standard": Recipe(body=STANDARD),
    "update_course_grading_standard": Recipe(body={"title": "Renamed"}),
    "create_account_grading_standard": Recipe(body=STANDARD),
    "show_account_grading_standard": Recipe(path={"grading_standard_id": "32"}),
    "update_account_grading_standard": Recipe(path={"grading_standard_id": "32"}, body={"title": "Renamed"}),
    "delete_account_grading_standard": Recipe(path={"grading_standard_id": "32"}),
    "show_late_policy": Recipe(path=WITH_POLICY),
    "create_late_policy": Recipe(body={"late_policy": {"late_submission_deduction": 5}}),
    "update_late_policy": Recipe(path=WITH_POLICY, body={"late_policy": {"late_submission_deduction": 5}}),
    "list_moderated_students": Recipe(path=MODERATED),
    "add_moderated_students": Recipe(path=MODERATED, body={"student_ids": ["21"]}),
    "bulk_select_provisional_grades": Recipe(path=MODERATED, body={"provisional_grade_ids": ["331"]}),
    "show_provisional_grade_status": Recipe(path=MODERATED, query={"student_id": "21"}),
    "show_anonymous_provisional_grade_status": Recipe(path=MODERATED, query={"anonymous_id": "ccccc"}),
    "select_provisional_grade": Recipe(path=MODERATED),
    "publish_provisional_grades": Recipe(path=MODERATED),
    "create_rubric_assessment": Recipe(body=ASSESSMENT),
    "update_rubric_assessment": Recipe(body=ASSESSMENT),
    "grade_submission": Recipe(body=GRADE),
    "grade_anonymous_submission": Recipe(body=GRADE),
    "update_grades": Recipe(body={"grade_data": {"21": {"posted_grade": "7"}}}),
    "list_grades_as_of": Recipe(query={"moment": "2080-01-01T00:00:00Z"}),
    "ask_what_if_grades": Recipe(body={"user_id": "21", "scores": [{"assignment_id": "71", "score": 9}]}),
}


def recipe_of(operation: Operation) -> Recipe:
    """The recipe of an operation; without one of its own, the bare request."""
    return RECIPES.get(operation.name, Recipe())


def path_of(operation: Operation, recipe: Recipe) -> str:
    """
    Raises:
        KeyError: a placeholder that nobody has given a value.
    """
    path = operation.path
    for name in operation.placeholders:
        path = path.replace(f":{name}", recipe.path.get(name) or IDS[name])
    return path
