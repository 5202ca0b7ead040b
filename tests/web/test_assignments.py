"""The form of an assignment, sent plainly: what it makes and changes, what it says where the server refuses, and who may."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.web.web_world import (
    ANONYMOUS,
    CLOSED_BOOK,
    COURSE,
    MODERATED,
    PEOPLE,
    POINTS,
    Browser,
    Web,
    form_with,
    forms_of,
    submission_id,
    text_of,
)

HOME = f"/courses/{COURSE}"
LIST = f"{HOME}/assignment_groups"
NEW = f"{HOME}/assignments/new"


def edit(assignment: int) -> str:
    return f"{HOME}/assignments/{assignment}/edit"


def stored(web: Web, *names: str, assignment: int | None = None) -> Any:
    """These columns of an assignment, or of the newest."""
    c = t.assignments.c
    query = sa.select(*(c[name] for name in names)).order_by(c.id.desc()).limit(1)
    return web.rows(query if assignment is None else query.where(c.id == assignment))[0]


def token(browser: Browser) -> str:
    return form_with(browser.get("/")).fields["csrf_token"]


def test_an_assignment_is_made_with_all_that_was_typed(web: Web) -> None:
    browser = web.browser("teacher")
    page = browser.get(NEW)
    sent = {
        "name": " Essay ",
        "description": "<p>Write</p>",
        "points_possible": "12,5",
        "grading_type": "letter_grade",
        "grading_standard_id": "0",
        "hand_in": "online",
        "online_upload": "1",
        "online_url": "1",
        "allowed_extensions": ".PDF, docx docx",
        "allowed_attempts": "3",
        "due_at": "2030-05-01T12:00",
        "published": "1",
        "omit_from_final_grade": "1",
    }
    answer = browser.submit(page, form_with(page, hand_in="none"), **sent)
    assert answer.headers["location"] == f"{LIST}?done=made"
    names = ("name", "description", "points_possible", "grading_type", "grading_standard_id", "submission_types")
    assert stored(web, *names) == ("Essay", "<p>Write</p>", 12.5, "letter_grade", 0, ["online_upload", "online_url"])
    more = ("allowed_extensions", "allowed_attempts", "workflow_state", "omit_from_final_grade", "post_manually")
    assert stored(web, *more) == (["pdf", "docx"], 3, "published", True, False)
    assert stored(web, "due_at").isoformat() == "2030-05-01T12:00:00+00:00"
    assert "The assignment is made." in text_of(browser.get(answer.headers["location"]))


def test_a_form_that_is_saved_as_it_was_shown_changes_nothing(web: Web) -> None:
    columns = [column.name for column in t.assignments.c if column.name not in {"changed", "changed_at"}]
    web.change(t.assignments, POINTS, points_possible=1 / 3, submission_types=["online_url", "online_text_entry"])
    browser = web.browser("teacher")
    for assignment in (POINTS, MODERATED, ANONYMOUS, CLOSED_BOOK):
        before = stored(web, *columns, assignment=assignment)
        page = browser.get(edit(assignment))
        form = next(one for one in forms_of(page) if "seen" in one.fields)
        assert browser.submit(page, form).headers["location"] == f"{LIST}?done=saved"
        assert stored(web, *columns, assignment=assignment) == before


def test_new_points_are_followed_by_grades(web: Web) -> None:
    graded = {"score": 8, "grade": "80%", "workflow_state": "graded", "version": 1}
    web.change(t.assignments, POINTS, grading_type="percent")
    web.change(t.submissions, submission_id(POINTS, "ann"), **graded)
    browser = web.browser("teacher")
    page = browser.get(edit(POINTS))
    assert browser.submit(page, form_with(page, grading_type="percent"), points_possible="16").status_code == 303
    assert web.submission(POINTS, "ann")["grade"] == "50%"


def test_moderation_is_set_up_and_its_rules_are_told_beside_the_fields(web: Web) -> None:
    browser = web.browser("teacher")
    page = browser.get(NEW)
    form = form_with(page, hand_in="none")
    assert form.fields["grader_count"] == "2"
    sent = {"name": "Exam", "moderated_grading": "1", "final_grader_id": str(PEOPLE["marker"]), "moderation_set": "selected"}
    wrong = browser.submit(page, form, **sent, grader_count="0", points_possible="-1")
    assert wrong.status_code == 400
    assert "Number of graders: Must be greater than 0." in text_of(wrong)
    assert "Points: Must be greater than or equal to 0." in text_of(wrong)
    again = form_with(wrong, name="Exam")
    assert (again.fields["grader_count"], again.fields["points_possible"]) == ("0", "-1")
    assert again.fields["final_grader_id"] == str(PEOPLE["marker"])
    assert browser.submit(wrong, again, grader_count="3", points_possible="5").status_code == 303
    names = ("moderated_grading", "grader_count", "final_grader_id", "moderation_set", "post_manually")
    assert stored(web, *names) == (True, 3, PEOPLE["marker"], "selected", True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "Name: Can't be blank."),
        ({"points_possible": "ten"}, "Points: Is not a number."),
        ({"points_possible": "nan"}, "Points: Is not a number."),
        ({"due_at": "soon"}, "Due: "),
        ({"allowed_attempts": "-2"}, "Attempts: Is not a whole number."),
        ({"allowed_attempts": "0"}, "Attempts: Must be greater than 0, or -1 for any number."),
        ({"assignment_group_id": "999"}, "Assignment group: Is not an assignment group of this course."),
        ({"assignment_group_id": "9" * 30}, "Assignment group: Is none of the choices."),
        ({"grading_standard_id": "999"}, "Grading scheme: Is not a grading standard"),
        ({"grading_type": "stars"}, "Shown as: Must be one of"),
        ({"hand_in": "telepathy"}, "Students hand in: Has an unknown type: telepathy."),
        ({"unlock_at": "2030-05-02T00:00", "lock_at": "2030-05-01T00:00"}, "Until: Must be after unlock_at."),
        ({"moderated_grading": "1", "final_grader_id": str(PEOPLE["ann"])}, "Final grader: Course has no active instructors"),
        ({"group_category_id": "999"}, "Groups of students: Is not a group category of this course."),
    ],
)
def test_what_the_server_refuses_is_said_and_what_was_typed_stays(module_web: Web, changes: dict[str, str], said: str) -> None:
    browser = module_web.browser("teacher")
    page = browser.get(NEW)
    count = sa.select(sa.func.count()).select_from(t.assignments)
    before = module_web.rows(count)
    answer = browser.submit(page, form_with(page, hand_in="none"), **{"name": "Quiz", "description": "Kept", **changes})
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert form_with(answer, description="Kept").fields["name"] == changes.get("name", "Quiz")
    assert module_web.rows(count) == before


def test_an_assignment_that_somebody_else_changed_meanwhile_is_not_overwritten_unseen(web: Web) -> None:
    browser, other = web.browser("teacher"), web.browser("admin")
    page, others = browser.get(edit(POINTS)), other.get(edit(POINTS))
    assert other.submit(others, form_with(others, name=f"Work {POINTS}"), name="Theirs").status_code == 303
    answer = browser.submit(page, form_with(page, name=f"Work {POINTS}"), name="Mine")
    assert answer.status_code == 400
    assert "Somebody else has changed this assignment" in text_of(answer)
    assert stored(web, "name", assignment=POINTS) == "Theirs"
    assert browser.submit(answer, form_with(answer, name="Mine")).status_code == 303
    assert stored(web, "name", assignment=POINTS) == "Mine"


def test_a_form_without_the_moment_it_was_shown_is_refused(module_web: Web) -> None:
    browser = module_web.browser("teacher")
    for seen in ("", "yesterday", "2026-01-01T00:00:00"):
        answer = browser.post(f"{HOME}/assignments/{POINTS}", {"csrf_token": token(browser), "seen": seen, "name": "x"})
        assert answer.status_code == 400
    assert stored(module_web, "name", assignment=POINTS) == f"Work {POINTS}"


def test_an_assignment_is_deleted(web: Web) -> None:
    browser = web.browser("teacher")
    answer = browser.post(f"{HOME}/assignments/{POINTS}/delete", {"csrf_token": token(browser)})
    assert answer.headers["location"] == f"{LIST}?done=removed"
    assert stored(web, "workflow_state", assignment=POINTS) == "deleted"
    assert browser.get(edit(POINTS)).status_code == 404


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("teacher", NEW, 200),
        ("designer", edit(POINTS), 200),
        ("designer", edit(MODERATED), 403),
        ("marker", edit(MODERATED), 200),
        ("ann", NEW, 403),
        ("ann", edit(POINTS), 403),
        ("observer", edit(POINTS), 403),
        ("stranger", edit(POINTS), 403),
        ("teacher", edit(999), 404),
        ("teacher", f"{HOME}/assignments/x/edit", 404),
    ],
)
def test_who_opens_the_form(module_web: Web, who: str, path: str, status: int) -> None:
    assert module_web.browser(who).get(path).status_code == status


def test_who_may_not_set_up_the_course_changes_nothing_by_a_form_made_by_hand(module_web: Web) -> None:
    browser = module_web.browser("ann")
    sent = {"csrf_token": token(browser), "name": "Mine", "seen": "2026-01-01T00:00:00+00:00"}
    for path in (f"{HOME}/assignments", f"{HOME}/assignments/{POINTS}", f"{HOME}/assignments/{POINTS}/delete"):
        assert browser.post(path, sent).status_code == 403
    assert stored(module_web, "name", "workflow_state", assignment=POINTS) == (f"Work {POINTS}", "published")


def test_final_graders_to_choose_from_are_those_who_may_decide(module_web: Web) -> None:
    page = module_web.browser("teacher").get(NEW)
    choices = page.text.partition('id="final_grader_id"')[2].partition("</select>")[0]
    names = [part.partition("<")[0].partition(">")[2] for part in choices.split("<option ")[1:]]
    assert names == ["Administrators only", "Marker", "Second", "Section_ta", "Teacher", "Third"]
