"""The settings of a course and its late policy by plain forms; what they do to grades; and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.web.web_world import COURSE, NOW, POINTS, Web, form_with, forms_of, submission_id, text_of

HERE = f"/courses/{COURSE}/settings"


def policy_of(web: Web) -> list[tuple[object, ...]]:
    c = t.late_policies.c
    columns = (c.late_submission_deduction_enabled, c.late_submission_deduction, c.late_submission_interval)
    return web.rows(sa.select(*columns, c.missing_submission_deduction_enabled, c.missing_submission_deduction))


def test_settings_are_shown_and_changed(web: Web) -> None:
    browser = web.browser("teacher")
    page = browser.get(HERE)
    form = form_with(page, calculation="canvas")
    assert form.fields["grading_standard_id"] == "0"
    assert "apply_assignment_group_weights" not in form.fields
    answer = browser.submit(page, form, apply_assignment_group_weights="1", hide_final_grades="1", grading_standard_id="")
    assert answer.headers["location"] == f"{HERE}?done=changed"
    c = t.courses.c
    query = sa.select(c.group_weighting_scheme, c.hide_final_grades, c.grading_standard_id, c.post_manually).where(
        c.id == COURSE
    )
    assert web.rows(query) == [("percent", True, None, False)]
    again = browser.get(HERE)
    form = form_with(again, calculation="canvas")
    assert {"apply_assignment_group_weights", "hide_final_grades"} <= form.fields.keys()
    assert browser.submit(again, form, hide_final_grades=None).status_code == 303
    assert web.rows(query) == [("percent", False, None, False)]


@pytest.mark.parametrize("scheme", ["999", "x", "9" * 30])
def test_a_scheme_that_is_not_offered_is_refused(module_web: Web, scheme: str) -> None:
    browser = module_web.browser("teacher")
    page = browser.get(HERE)
    answer = browser.submit(page, form_with(page, calculation="canvas"), grading_standard_id=scheme)
    assert answer.status_code == 400


def test_a_late_policy_is_made_then_changed_and_graded_work_follows(web: Web) -> None:
    due = NOW - timedelta(hours=7)  # handed in two hours later, five hours ago
    web.change(t.assignments, POINTS, due_at=due)
    graded = {"score": 8, "grade": "8", "workflow_state": "graded", "version": 1, "cached_due_date": due}
    web.change(t.submissions, submission_id(POINTS, "ann"), **graded)
    browser = web.browser("teacher")
    page = browser.get(HERE)
    form = form_with(page, late_submission_interval="day")
    assert form.fields["missing_submission_grade"] == "0"
    sent = {"late_submission_deduction_enabled": "1", "late_submission_deduction": "12,5", "late_submission_interval": "hour"}
    assert browser.submit(page, form, **sent).headers["location"] == f"{HERE}?done=policy"
    assert policy_of(web) == [(True, 12.5, "hour", False, 100.0)]
    assert web.submission(POINTS, "ann")["score"] == 5.5
    page = browser.get(HERE)
    form = form_with(page, late_submission_interval="hour")
    assert form.fields["late_submission_deduction"] == "12.5"
    more = {"missing_submission_deduction_enabled": "1", "missing_submission_grade": "30"}
    assert browser.submit(page, form, **more).status_code == 303
    assert policy_of(web) == [(True, 12.5, "hour", True, 70.0)]


@pytest.mark.parametrize("typed", ["101", "-1", "much", "nan", "1e400"])
def test_a_percentage_that_is_none_is_shown_again_with_the_reason(module_web: Web, typed: str) -> None:
    browser = module_web.browser("teacher")
    page = browser.get(HERE)
    form = form_with(page, late_submission_interval="day")
    answer = browser.submit(page, form, late_submission_deduction=typed)
    assert answer.status_code == 400
    assert "The deduction of late work has to be from 0 to 100 percent." in text_of(answer)
    assert form_with(answer, late_submission_interval="day").fields["late_submission_deduction"] == typed
    assert policy_of(module_web) == []


@pytest.mark.parametrize(
    ("who", "status"), [("teacher", 200), ("marker", 200), ("admin", 200), ("ann", 403), ("stranger", 403)]
)
def test_who_opens_the_settings(module_web: Web, who: str, status: int) -> None:
    assert module_web.browser(who).get(HERE).status_code == status


def test_who_may_only_grade_changes_the_late_policy_but_not_the_course(module_web: Web) -> None:
    browser = module_web.browser("marker")
    page = browser.get(HERE)
    assert [one.action for one in forms_of(page) if "settings" in one.action and one.buttons] == []
    token = form_with(page, late_submission_interval="day").fields["csrf_token"]
    assert browser.post(HERE, {"csrf_token": token, "hide_final_grades": "1"}).status_code == 403
    assert module_web.rows(sa.select(t.courses.c.hide_final_grades).where(t.courses.c.id == COURSE)) == [False]
