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
    "column_id": "401",
    "comment_id": "312",
    "course_id": "100",
    "date": "2026-11-21",
    "enrollment_id": "221",
    "event_subscription_id": "471",
    "file_id": "411",
    "grader_id": "6",
    "grading_period_id": "42",
    "grading_period_set_id": "41",
    "grading_standard_id": "33",
    "group_category_id": "441",
    "group_id": "442",
    "item": "grade",
    "login_id": "451",
    "membership_id": "461",
    "observee_id": "21",
    "override_id": "75",
    "progress_id": "1",
    "provisional_grade_id": "331",
    "role_id": "3",
    "rubric_assessment_id": "321",
    "rubric_association_id": "83",
    "rubric_id": "81",
    "section_id": "101",
    "set_id": "41",
    "sis_import_id": "421",
    "sub_account_id": "10",
    "term_id": "45",
    "token": "preview-token",
    "token_id": "2",
    "student_id": "21",
    "user_id": "21",
}
"""What stands for a placeholder unless a recipe says otherwise."""


class Recipe(Struct, frozen=True):
    """What to send. ``path`` replaces some of ``IDS``."""

    path: Mapping[str, str] = {}
    body: Mapping[str, Any] = {}
    query: Mapping[str, str] = {}
    files: Mapping[str, tuple[str, str, str]] = {}
    """Uploads by the name of the parameter: file name, content, content type."""


MODERATED = {"assignment_id": "72"}
WITH_POLICY = {"course_id": "130"}
GRADEBOOK = "Student,ID,SIS User ID,SIS Login ID,Section,Essay (71)\nOwner,21,,owner,One,9\n"
PEOPLE = "user_id,login_id,status\nu1,u1,active\n"
ROOT = {"account_id": "1"}
NOBODY = {"user_id": "25"}
PERIOD = {"grading_periods": [{"id": "42", "title": "Renamed"}]}
FILE = {"name": "essay.txt", "size": 5, "content_type": "text/plain"}
WORK = {"submission": {"submission_type": "online_text_entry", "body": "Work", "user_id": "21"}}
OWN_WORK = {"submission": {"submission_type": "online_text_entry", "body": "Work"}}
GRADE = {"submission": {"posted_grade": "7"}}
ENTRIES = [{"name": "A", "value": 50}, {"name": "F", "value": 0}]
STANDARD = {"title": "New", "grading_scheme_entry": ENTRIES}
ENROLLMENT = {"enrollment": {"user_id": "25", "type": "StudentEnrollment"}}
ASSESSMENT = {"rubric_assessment": {"user_id": "21", "assessment_type": "grading", "criterion_style": {"points": "3"}}}

SUBSCRIPTION = {"event_subscription": {"name": "New", "target": {"url": "https://events.example.edu/"}}}

RECIPES: Mapping[str, Recipe] = {
    "create_assignment_group": Recipe(body={"name": "New"}),
    "update_assignment_group": Recipe(body={"name": "Renamed"}),
    "delete_assignment_group": Recipe(path={"assignment_group_id": "62"}),
    "create_assignment_override": Recipe(
        body={"assignment_override": {"student_ids": ["21"], "due_at": "2081-01-01T00:00:00Z", "title": "Later"}}
    ),
    "update_assignment_override": Recipe(body={"assignment_override": {"due_at": "2082-01-01T00:00:00Z"}}),
    "lead_to_override_of_section": Recipe(path={"section_id": "102"}),
    "show_assignment_overrides": Recipe(
        query={"assignment_overrides[][id]": "75", "assignment_overrides[][assignment_id]": "71"}
    ),
    "create_assignment_overrides": Recipe(
        body={"assignment_overrides": [{"assignment_id": "71", "student_ids": ["21"], "due_at": "2081-01-01T00:00:00Z"}]}
    ),
    "update_assignment_overrides": Recipe(
        body={"assignment_overrides": [{"id": "75", "assignment_id": "71", "due_at": "2082-01-01T00:00:00Z"}]}
    ),
    "extend_assignment": Recipe(body={"assignment_extensions": [{"user_id": "21", "extra_attempts": 2}]}),
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
    "show_anonymous_provisional_grade_status": Recipe(path=MODERATED, query={"anonymous_id": "33333"}),
    "select_provisional_grade": Recipe(path=MODERATED),
    "publish_provisional_grades": Recipe(path=MODERATED),
    "show_grader_agreement": Recipe(path=MODERATED),
    "create_rubric_assessment": Recipe(body=ASSESSMENT),
    "update_rubric_assessment": Recipe(body=ASSESSMENT),
    "grade_submission": Recipe(body=GRADE),
    "grade_anonymous_submission": Recipe(body=GRADE),
    "update_grades": Recipe(body={"grade_data": {"21": {"posted_grade": "7"}}}),
    "search_grade_changes": Recipe(query={"course_id": "100"}),
    "list_grades_as_of": Recipe(query={"moment": "2080-01-01T00:00:00Z"}),
    "ask_what_if_grades": Recipe(body={"user_id": "21", "scores": [{"assignment_id": "71", "score": 9}]}),
    "show_account_rubric": Recipe(path={"account_id": "1", "rubric_id": "84"}),
    "create_rubric": Recipe(body={"rubric": {"title": "New", "criteria": {"0": {"description": "Style", "points": 5}}}}),
    "update_rubric": Recipe(body={"rubric": {"title": "Renamed"}}),
    "create_rubric_association": Recipe(
        body={"rubric_association": {"rubric_id": "82", "association_id": "72", "association_type": "Assignment"}}
    ),
    "update_rubric_association": Recipe(body={"rubric_association": {"hide_points": True}}),
    "update_account": Recipe(body={"account": {"name": "Renamed"}}),
    "create_sub_account": Recipe(body={"account": {"name": "New"}}),
    "create_admin": Recipe(body={"user_id": "25"}),
    "delete_admin": Recipe(path={"user_id": "2"}),
    "end_course": Recipe(body={"event": "conclude"}),
    "create_course": Recipe(body={"course": {"name": "New"}}),
    "create_custom_column": Recipe(body={"column": {"title": "New"}}),
    "update_custom_column": Recipe(body={"column": {"title": "Renamed"}}),
    "reorder_custom_columns": Recipe(body={"order": ["401"]}),
    "update_custom_column_datum": Recipe(body={"column_data": {"content": "x"}}),
    "update_custom_column_data": Recipe(body={"column_data": [{"column_id": "401", "user_id": "21", "content": "x"}]}),
    "upload_submission_file": Recipe(body=FILE),
    "upload_comment_file": Recipe(body=FILE),
    "upload_submission_file_in_section": Recipe(body=FILE),
    "upload_comment_file_in_section": Recipe(body=FILE),
    "confirm_file": Recipe(query={"uuid": "uuid-411"}),
    "confirm_file_by_post": Recipe(query={"uuid": "uuid-411"}),
    "preview_gradebook_import": Recipe(files={"attachment": ("g.csv", GRADEBOOK, "text/csv")}),
    "create_grading_period_set": Recipe(path=ROOT, body={"grading_period_set": {"title": "New"}}),
    "list_grading_period_sets": Recipe(path=ROOT),
    "update_grading_period_set": Recipe(path=ROOT, body={"grading_period_set": {"title": "Renamed"}}),
    "delete_grading_period_set": Recipe(path=ROOT),
    "update_grading_period": Recipe(body=PERIOD),
    "delete_account_grading_period": Recipe(path=ROOT),
    "list_account_grading_periods": Recipe(path=ROOT),
    "update_course_grading_periods": Recipe(body=PERIOD),
    "update_set_grading_periods": Recipe(body=PERIOD),
    "create_group_category": Recipe(body={"name": "New"}),
    "update_group_category": Recipe(body={"name": "Renamed"}),
    "create_group": Recipe(body={"name": "New"}),
    "update_group": Recipe(body={"name": "Renamed"}),
    "update_group_membership": Recipe(body={"workflow_state": "accepted"}),
    "update_group_membership_of_user": Recipe(body={"workflow_state": "accepted"}),
    "cancel_progress": Recipe(path={"progress_id": "2"}),
    "create_group_membership": Recipe(path={"group_id": "443"}, body={"user_id": "22"}),
    "submit_assignment": Recipe(body=OWN_WORK),
    "submit_assignment_in_section": Recipe(body=OWN_WORK),
    "list_account_logins": Recipe(path=ROOT, query={"user[id]": "25"}),
    "list_user_logins": Recipe(path=NOBODY),
    "create_login": Recipe(path=ROOT, body={"user": {"id": "25"}, "login": {"unique_id": "new@example.edu"}}),
    "update_login": Recipe(path=ROOT, body={"login": {"unique_id": "renamed@example.edu"}}),
    "delete_login": Recipe(path={"user_id": "25", "login_id": "452"}),
    "list_roles": Recipe(path=ROOT),
    "show_role": Recipe(path=ROOT),
    "create_role": Recipe(path=ROOT, body={"label": "New", "base_role_type": "TeacherEnrollment"}),
    "update_role": Recipe(path=ROOT, body={"label": "Renamed"}),
    "deactivate_role": Recipe(path=ROOT),
    "activate_role": Recipe(path={"account_id": "1", "role_id": "4"}),
    "create_section": Recipe(body={"course_section": {"name": "New"}}),
    "update_section": Recipe(body={"course_section": {"name": "Renamed"}}),
    "delete_section": Recipe(path={"section_id": "103"}),
    "list_sis_imports": Recipe(path=ROOT),
    "create_sis_import": Recipe(path=ROOT, files={"attachment": ("users.csv", PEOPLE, "text/csv")}),
    "list_running_sis_imports": Recipe(path=ROOT),
    "abort_pending_sis_imports": Recipe(path=ROOT),
    "show_sis_import": Recipe(path=ROOT),
    "abort_sis_import": Recipe(path=ROOT),
    "list_errors_of_sis_import": Recipe(path=ROOT),
    "list_sis_import_errors": Recipe(path=ROOT),
    "list_student_submissions": Recipe(query={"student_ids[]": "21"}),
    "list_student_submissions_in_section": Recipe(query={"student_ids[]": "21"}),
    "edit_submission_comment": Recipe(body={"comment": "Changed"}),
    "mark_submissions_read": Recipe(body={"submissionIds": ["301"]}),
    "mark_submissions_read_in_section": Recipe(body={"submissionIds": ["301"]}),
    "update_grades_of_assignments": Recipe(body={"grade_data": {"71": {"21": {"posted_grade": "7"}}}}),
    "grade_submission_in_section": Recipe(body=GRADE),
    "update_grades_in_section": Recipe(body={"grade_data": {"21": {"posted_grade": "7"}}}),
    "update_grades_of_assignments_in_section": Recipe(body={"grade_data": {"71": {"21": {"posted_grade": "7"}}}}),
    "list_terms": Recipe(path=ROOT),
    "show_term": Recipe(path=ROOT),
    "create_term": Recipe(path=ROOT, body={"enrollment_term": {"name": "New"}}),
    "update_term": Recipe(path=ROOT, body={"enrollment_term": {"name": "Renamed"}}),
    "delete_term": Recipe(path={"account_id": "1", "term_id": "46"}),
    "create_token": Recipe(body={"token": {"purpose": "New"}}),
    "create_event_subscription_of_account": Recipe(body=SUBSCRIPTION),
    "create_event_subscription_of_course": Recipe(body=SUBSCRIPTION),
    "update_event_subscription": Recipe(body={"event_subscription": {"name": "Renamed"}}),
    "update_token": Recipe(body={"token": {"purpose": "Renamed"}}),
    "update_user": Recipe(body={"user": {"short_name": "Renamed"}}),
    "list_account_users": Recipe(path=ROOT),
    "create_user": Recipe(path=ROOT, body={"user": {"name": "New"}, "pseudonym": {"unique_id": "new@example.edu"}}),
    "delete_user": Recipe(path={"account_id": "1", "user_id": "25"}),
    "list_observees": Recipe(path={"user_id": "10"}),
    "show_observee": Recipe(path={"user_id": "10"}),
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
