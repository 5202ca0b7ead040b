"""A term's work done by Canvas's Python client: every method of it that concerns grading is called at least once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from canvasapi import Canvas
from canvasapi.group import GroupMembership
from canvasapi.rubric import RubricAssessment


def finish(canvas: Canvas, progress: Any) -> Any:
    """Wait for long work."""
    deadline = time.monotonic() + 30
    while progress.workflow_state in {"queued", "running"} and time.monotonic() < deadline:
        time.sleep(0.05)
        progress.query()
    assert canvas.get_progress(progress.id).workflow_state == progress.workflow_state
    return progress


def run_school(admin: Canvas, directory: Path, waiting: int) -> None:
    """Accounts, terms, people, roles, imports; ``waiting`` is one that nobody has begun."""
    assert {one.id for one in admin.get_accounts()} >= {1}
    root = admin.get_account(1)
    below = root.create_subaccount({"name": "Faculty"})
    assert below.id in {one.id for one in root.get_subaccounts(recursive=True)}
    assert below.update(account={"name": "Faculty of Arts"})
    term = root.create_enrollment_term(enrollment_term={"name": "Summer"})
    assert root.get_enrollment_term(term.id).name == "Summer"
    assert term.edit(enrollment_term={"name": "Late summer"}).name == "Late summer"
    assert {one.name for one in root.get_enrollment_terms()} >= {"Late summer", "Endless"}
    user = root.create_user({"unique_id": "zoe@example.edu"}, user={"name": "Zoe"})
    assert user.edit(user={"short_name": "Z"}).short_name == "Z"
    login = root.create_user_login({"id": user.id}, {"unique_id": "zoe2@example.edu"})
    assert login.edit(login={"unique_id": "zoe3@example.edu"}).unique_id == "zoe3@example.edu"
    assert {one.unique_id for one in user.get_user_logins()} == {"zoe@example.edu", "zoe3@example.edu"}
    assert {one.unique_id for one in root.get_user_logins(user={"id": user.id})} == {"zoe@example.edu", "zoe3@example.edu"}
    login.delete()
    assert user.id in {one.id for one in root.get_users(search_term="Zoe")}
    made = root.create_admin(user.id)
    assert made.user["id"] == user.id
    assert user.id in {one.user["id"] for one in root.get_admins()}
    root.delete_admin(user.id)
    role = root.create_role("Grader", base_role_type="TaEnrollment")
    assert root.get_role(role.id).label == "Grader"
    root.update_role(role.id, label="Second grader")
    root.deactivate_role(role.id)
    root.activate_role(role.id)
    assert "Second grader" in {one.label for one in root.get_roles(state=["active"])}
    course = below.create_course(course={"name": "Art"})
    assert course.id in {one.id for one in below.get_courses()}
    assert admin.get_user(user.id).name == "Zoe"
    root.delete_user(user.id)
    course.conclude()
    course.delete()
    standard = root.add_grading_standards("Root's", [{"name": "A", "value": 50}, {"name": "F", "value": 0}])
    assert root.get_single_grading_standard(standard.id).title == "Root's"
    assert standard.id in {one.id for one in root.get_grading_standards()}
    assert {one.title for one in root.get_rubrics()} == {"Of the root"}
    assert root.get_rubric(84).title == "Of the root"
    assert root.get_sis_import(waiting).abort().workflow_state == "aborted"
    file = directory / "users.csv"
    file.write_text("user_id,login_id,full_name,status\nu1,u1,Una,active\n")
    imported = root.create_sis_import(str(file))
    deadline = time.monotonic() + 30
    while root.get_sis_import(imported.id).workflow_state in {"created", "importing"} and time.monotonic() < deadline:
        time.sleep(0.05)
    assert root.get_sis_import(imported.id).workflow_state == "imported"
    assert imported.id in {one.id for one in root.get_sis_imports()}
    list(root.get_sis_imports_running())
    root.abort_sis_imports_pending()
    assert root.get_enrollment(221).user_id == 21
    term.delete()
    assert below.delete()


def run_people(admin: Canvas, observer: Canvas, student: Canvas) -> None:
    """Oneself, whom one observes, and who is enrolled."""
    me = student.get_current_user()
    assert me.get_profile()["id"] == 21
    assert {one.id for one in me.get_courses()} >= {100}
    assert {one.course_id for one in me.get_enrollments()} >= {100}
    watcher = observer.get_current_user()
    assert [one.id for one in watcher.get_observees()] == [21]
    assert watcher.show_observee(21).id == 21
    assert [one.id for one in me.get_observers()] == [10]
    course = admin.get_course(100)
    assert {one.id for one in course.get_users()} >= {6, 21, 22}
    assert course.get_user(21).name == "Owner"
    enrolled = course.enroll_user(25, enrollment={"type": "StudentEnrollment", "enrollment_state": "active"})
    enrolled.deactivate("inactivate")
    assert enrolled.reactivate().enrollment_state == "active"
    assert {one.user_id for one in course.get_enrollments()} >= {21, 25}
    section = course.create_course_section(course_section={"name": "Three"})
    assert section.edit(course_section={"name": "Drei"}).name == "Drei"
    inside = section.enroll_user(14, enrollment={"type": "StudentEnrollment"})
    assert {one.user_id for one in section.get_enrollments(state=["invited"])} == {14}
    inside.deactivate("delete")
    section.delete()
    assert admin.get_section(101).name == "One"
    assert course.get_section(102).name == "Two"
    assert {one.id for one in course.get_sections()} >= {101, 102}


def run_course(teacher: Canvas) -> None:
    """What a course is graded by."""
    course = teacher.get_course(100)
    assert {one.id for one in teacher.get_courses()} >= {100}
    assert course.update_settings(hide_final_grades=False)["hide_final_grades"] is False
    assert course.get_settings()["hide_final_grades"] is False
    assert course.update(course={"apply_assignment_group_weights": True}) == "Course"
    course.update(course={"apply_assignment_group_weights": False})
    group = course.create_assignment_group(name="Tests", group_weight=20)
    assert group.edit(name="Exams").name == "Exams"
    assert course.get_assignment_group(group.id).name == "Exams"
    assert group.id in {one.id for one in course.get_assignment_groups()}
    quiz = course.create_assignment({"name": "Quiz", "points_possible": 4, "assignment_group_id": group.id})
    assert quiz.edit(assignment={"points_possible": 5}).points_possible == 5
    assert [one.id for one in course.get_assignments_for_group(group.id)] == [quiz.id]
    assert quiz.id in {one.id for one in course.get_assignments()}
    override = quiz.create_override(assignment_override={"student_ids": [22], "due_at": "2081-01-01T00:00:00Z", "title": "x"})
    assert quiz.get_override(override.id).student_ids == [22]
    override.edit(assignment_override={"due_at": "2082-01-01T00:00:00Z"})
    assert [one.id for one in quiz.get_overrides()] == [override.id]
    override.delete()
    [extension] = quiz.set_extensions([{"user_id": 22, "extra_attempts": 2}])
    assert (extension.user_id, extension.extra_attempts) == (22, 2)
    wanted = [{"assignment_id": quiz.id, "course_section_id": 102, "due_at": "2081-01-01T00:00:00Z"}]
    [made] = course.create_assignment_overrides(wanted)
    named = {"id": made.id, "assignment_id": quiz.id}
    [changed] = course.update_assignment_overrides([{**named, "due_at": "2082-01-01T00:00:00Z"}])
    assert changed.due_at == "2082-01-01T00:00:00Z"
    assert [one.due_at for one in course.get_assignment_overrides([named])] == ["2082-01-01T00:00:00Z"]
    assert course.get_section(102).get_assignment_override(quiz.id).id == made.id
    quiz.delete()
    group.delete()
    standard = course.add_grading_standards("Ours", [{"name": "A", "value": 50}, {"name": "F", "value": 0}])
    assert course.get_single_grading_standard(standard.id).title == "Ours"
    assert standard.id in {one.id for one in course.get_grading_standards()}
    assert course.create_late_policy(late_policy={"late_submission_deduction": 5}).late_submission_deduction == 5
    assert course.edit_late_policy(late_policy={"late_submission_deduction": 6})
    assert course.get_late_policy().late_submission_deduction == 6
    assert [one.id for one in course.get_grading_periods()] == [42]
    assert course.get_grading_period(42).title == "All of it"
    column = course.create_custom_column({"title": "Notes"})
    assert column.update_custom_column(column={"title": "Remarks"}).title == "Remarks"
    assert column.id in {one.id for one in course.get_custom_columns()}
    second = course.create_custom_column({"title": "More"})
    assert column.reorder_custom_columns([second.id, column.id])
    second.delete()
    finish(teacher, course.column_data_bulk_update([{"column_id": column.id, "user_id": 21, "content": "good"}]))
    [entry] = column.get_column_entries()
    assert entry.content == "good"
    assert entry.update_column_data({"content": "better"}).content == "better"
    column.delete()


def run_groups(admin: Canvas, teacher: Canvas) -> None:
    """Groups of students."""
    both = teacher.get_course(100).enroll_user(1, enrollment={"type": "StudentEnrollment", "enrollment_state": "active"})
    team = teacher.get_course(100).create_group_category("Trios").create_group(name="T1")
    team.create_membership(1)
    GroupMembership(admin._Canvas__requester, {"id": team.id}).remove_self()
    assert list(team.get_users()) == []
    both.deactivate("delete")
    course = teacher.get_course(100)
    category = course.create_group_category("Pairs")
    assert category.update(name="Couples").name == "Couples"
    assert teacher.get_group_category(category.id).name == "Couples"
    assert category.id in {one.id for one in course.get_group_categories()}
    group = category.create_group(name="P1")
    assert group.edit(name="P2").name == "P2"
    assert [one.id for one in category.get_groups()] == [group.id]
    assert group.id in {one.id for one in course.get_groups()}
    assert teacher.get_group(group.id).name == "P2"
    member = group.create_membership(21)
    assert group.get_membership(21, "users").user_id == 21
    assert [one.id for one in group.get_memberships()] == [member.id]
    assert [one.id for one in group.get_users()] == [21]
    assert member.update(workflow_state="accepted").id == member.id
    assert group.update_membership(21, workflow_state="accepted").id == member.id
    same = GroupMembership(teacher._Canvas__requester, {"id": group.id})  # the client takes the membership's id for the group's
    same.remove_user(21)
    group.create_membership(21)
    group.remove_user(21)
    group.delete()
    category.delete()


def run_grading(teacher: Canvas, student: Canvas, directory: Path) -> None:
    """Handing in, grading, comments, bulk, reading."""
    essay = student.get_course(100).get_assignment(71)
    assert essay.submit({"submission_type": "online_text_entry", "body": "Second"}).attempt == 2
    file = directory / "essay.txt"
    file.write_text("words")
    accepted, uploaded = essay.upload_to_submission(str(file))
    assert accepted
    assert essay.submit({"submission_type": "online_upload", "file_ids": [uploaded["id"]]}).attempt == 3
    assert student.get_file(uploaded["id"]).get_contents() == "words"
    student.get_file(uploaded["id"]).download(str(directory / "down.txt"))
    course = teacher.get_course(100)
    essay = course.get_assignment(71)
    submission = essay.get_submission(21, include=["submission_comments", "submission_history"])
    assert [one["attempt"] for one in submission.submission_history] == [1, 2, 3]
    assert submission.edit(submission={"posted_grade": "7"}, comment={"text_comment": "well"}).score == 7
    submission.mark_read()
    submission.mark_unread()
    accepted, _ = submission.upload_comment(str(file))
    assert accepted
    assert {one.user_id for one in essay.get_submissions()} >= {21, 22}
    assert {one.id for one in essay.get_gradeable_students()} >= {21, 22}
    data = {"22": {"posted_grade": "3"}}
    assert finish(teacher, essay.submissions_bulk_update(grade_data=data)).workflow_state == "completed"
    data2 = {"71": {"22": {"posted_grade": "4"}}}
    assert finish(teacher, course.submissions_bulk_update(grade_data=data2)).workflow_state == "completed"
    section = teacher.get_section(101)
    assert finish(teacher, section.submissions_bulk_update(grade_data=data2)).workflow_state == "completed"
    assert {(one.user_id, one.score) for one in course.get_multiple_submissions(student_ids=[22], assignment_ids=[71])} == {
        (22, 4)
    }
    assert [one.user_id for one in section.get_multiple_submissions(student_ids=[22], assignment_ids=[71])] == [22]


def run_rubrics(teacher: Canvas) -> None:
    """Rubrics and what is assessed by them."""
    course = teacher.get_course(100)
    made = course.create_rubric(rubric={"title": "New", "criteria": {"0": {"description": "Style", "points": 4}}})
    rubric = made["rubric"]
    assert course.get_rubric(rubric.id).title == "New"
    assert rubric.id in {one.id for one in course.get_rubrics()}
    association = course.create_rubric_association(
        rubric_association={
            "rubric_id": rubric.id,
            "association_id": 72,
            "association_type": "Assignment",
            "purpose": "grading",
        }
    )
    assert association.update(rubric_association={"use_for_grading": False}).use_for_grading is False
    marks = {criterion["id"]: {"points": 3} for criterion in rubric.data}
    sent = {"user_id": 22, "assessment_type": "grading", **{f"criterion_{one}": mark for one, mark in marks.items()}}
    association = course.create_rubric_association(
        rubric_association={
            "rubric_id": rubric.id,
            "association_id": 71,
            "association_type": "Assignment",
            "purpose": "grading",
        }
    )
    assessment = association.create_rubric_assessment(rubric_assessment=sent)
    assert assessment.score == 3
    assessment = RubricAssessment(teacher._Canvas__requester, {**vars(assessment), "course_id": 100})  # the client mistakes it
    changed = assessment.update(rubric_assessment={**sent, f"criterion_{rubric.data[0]['id']}": {"points": 4}})
    assert changed.score == 4
    assert assessment.delete().id == assessment.id
    association.delete()
    rubric.delete()


def run_moderation(teacher: Canvas, marker: Canvas) -> None:
    """Provisional grades until they are published."""
    assignment = teacher.get_course(100).get_assignment(72)
    mine = marker.get_course(100).get_assignment(72).get_submission(21)
    mine.edit(submission={"posted_grade": "7", "provisional": True})
    assert {one.id for one in assignment.get_students_selected_for_moderation()} >= {21, 22}
    assert {one.id for one in assignment.select_students_for_moderation(student_ids=[21])} == {21}
    assert assignment.get_provisional_grades_status(21) is True
    assert assignment.show_provisonal_grades_for_student(33333) is True
    assert assignment.selected_provisional_grade(331)["selected_provisional_grade_id"] == 331
    assert assignment.publish_provisional_grades() == {"message": "OK"}


def run_history(teacher: Canvas, admin: Canvas) -> None:
    """What was graded when and by whom."""
    course = teacher.get_course(100)
    days = list(course.get_gradebook_history_dates())
    assert days
    graders = list(course.get_gradebook_history_details(days[0].date))
    assert 6 in {one.id for one in graders}
    assert list(course.get_submission_history(days[0].date, 6, 71))
    assert list(course.get_uncollated_submissions())
    assert list(course.get_grade_change_events())
    assert list(course.get_assignment(71).get_grade_change_events())
    assert list(admin.get_user(21).get_grade_change_events_for_student())
    assert list(admin.get_user(6).get_grade_change_events_for_grader())
    period = admin.get_course(100).get_grading_period(42)
    changed = {"id": 42, "start_date": "2020-01-01T00:00:00Z", "end_date": "2090-01-01T00:00:00Z", "title": "All"}
    assert period.update([changed]).title == "All"
    second = {"title": "More", "start_date": "2090-01-01T00:00:00Z", "end_date": "2091-01-01T00:00:00Z"}
    both = [(f"grading_periods[][{name}]", value) for one in (changed, second) for name, value in one.items()]
    path = "grading_period_sets/41/grading_periods/batch_update"
    admin._Canvas__requester.request("PATCH", path, _kwargs=both)  # the client has no method that makes periods
    [more] = [one for one in admin.get_course(100).get_grading_periods() if one.id != 42]
    assert more.delete() == 204
    assert admin.get_user(21).get_assignments(100)[0].course_id == 100
    assert list(admin.get_user(21).get_missing_submissions(course_ids=[100])) == []
    root = admin.get_account(1)
    assert {one.id for one in root.get_grading_periods()} == {42}
    assert root.delete_grading_period(42)
