"""SpeedGrader's rubric, status, comments and files: what its forms make of what is typed, and who may do it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx import Response

from gradewire.store import tables as t
from tests.web.grading_world import ANYTHING, build_grading, give, speed_grader
from tests.web.web_world import (
    ANONYMOUS,
    COURSE,
    MANUAL,
    MODERATED,
    NOW,
    POINTS,
    Browser,
    Form,
    Web,
    form_with,
    forms_of,
    running,
    submission_id,
    text_of,
)

ORIGIN = {"Origin": "http://testserver.local"}


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Web]:
    with running(database_url, build_grading, files_url=str(tmp_path)) as found:
        yield found


@pytest.fixture(scope="module")
def shared_web(module_database_url: str) -> Iterator[Web]:
    """For tests that leave everything as it was."""
    with running(module_database_url, build_grading) as found:
        yield found


def rubric_form(page: Response, gives: str = "grade") -> Form:
    return form_with(page, rubric=gives)


def assess(browser: Browser, assignment: int, student: str, gives: str = "grade", **fields: str | None) -> Response:
    page = browser.get(speed_grader(assignment, student))
    return browser.submit(page, rubric_form(page, gives), **{name.replace("__", "-"): text for name, text in fields.items()})


def marks(web: Web, submission: int) -> dict[str, tuple[float | None, str | None]]:
    c = t.rubric_assessments.c
    [data] = web.rows(sa.select(c.data).where(c.submission_id == submission, c.provisional_grade_id.is_(None)))
    return {one["criterion_id"]: (one["points"], one["comments"]) for one in data}


def test_a_rating_gives_its_points_and_the_sum_is_the_grade(web: Web) -> None:
    teacher = web.browser("teacher")
    answer = assess(teacher, POINTS, "ann", rating__argument="fair", rating__style="good", comments__style="Well put.")
    assert answer.headers["location"].endswith("done=assessed")
    assert marks(web, submission_id(POINTS, "ann")) == {"argument": (3, None), "style": (4, "Well put.")}
    assert web.submission(POINTS, "ann")["score"] == 7
    assert "The rubric is saved." in text_of(teacher.get(answer.headers["location"]))
    assert "7 of 10" in text_of(teacher.get(speed_grader(POINTS, "ann")))


def test_typed_points_win_over_a_rating_and_another_rating_over_points_left_alone(web: Web) -> None:
    teacher = web.browser("teacher")
    assess(teacher, POINTS, "ann", rating__argument="fair", points__argument="4,5")
    assert marks(web, submission_id(POINTS, "ann"))["argument"][0] == 4.5
    assess(teacher, POINTS, "ann", rating__argument="strong")
    assert marks(web, submission_id(POINTS, "ann"))["argument"][0] == 6
    assess(teacher, POINTS, "ann")
    assert marks(web, submission_id(POINTS, "ann"))["argument"][0] == 6, "what was left alone stays"
    assert web.submission(POINTS, "ann")["score"] == 6


def test_points_that_are_none_are_told_beside_the_rubric_with_all_that_was_typed(shared_web: Web) -> None:
    teacher = shared_web.browser("teacher")
    answer = assess(teacher, POINTS, "ann", points__argument="many", comments__style="Kept")
    assert answer.status_code == 422
    assert "“many” is not a number of points" in text_of(answer)
    form = rubric_form(answer)
    assert (form.fields["points-argument"], form.fields["comments-style"].strip()) == ("many", "Kept")
    assert shared_web.rows(sa.select(t.rubric_assessments.c.id)) == []


def test_a_rubric_does_not_overwrite_a_newer_grade_unknowingly(web: Web) -> None:
    teacher = web.browser("teacher")
    page = teacher.get(speed_grader(POINTS, "ann"))
    give(web.browser("marker"), POINTS, "ann", grade="9")
    answer = teacher.submit(page, rubric_form(page), **{"rating-argument": "weak"})
    assert answer.status_code == 422
    assert "Somebody else has changed this grade" in text_of(answer)
    assert web.submission(POINTS, "ann")["score"] == 9
    again = teacher.submit(answer, rubric_form(answer))
    assert again.status_code == 303, "sent again it replaces it"


def test_under_moderation_a_rubric_is_the_graders_own(web: Web) -> None:
    """Each grader fills in and sees the own one, and the work itself gets no grade."""
    assess(web.browser("marker"), MODERATED, "ann", "provisional", rating__argument="strong", comments__argument="Mine only")
    assert web.submission(MODERATED, "ann")["score"] is None
    assert web.rows(sa.select(t.provisional_grades.c.score)) == [6]
    other = web.browser("second").get(speed_grader(MODERATED, "ann"))
    assert "Mine only" not in other.text
    assert "6 of 10" not in text_of(other)
    assert "Mine only" in web.browser("marker").get(speed_grader(MODERATED, "ann")).text


def test_a_real_assessment_is_refused_once_the_assignment_is_moderated(web: Web) -> None:
    teacher = web.browser("teacher")
    page = teacher.get(speed_grader(POINTS, "ann"))
    web.change(t.assignments, POINTS, moderated_grading=True, grader_count=2)
    answer = teacher.submit(page, rubric_form(page), **{"rating-argument": "weak"})
    assert answer.status_code == 422
    assert "now under moderation" in text_of(answer)
    assert web.rows(sa.select(t.rubric_assessments.c.id)) == []


def test_who_only_looks_on_gets_no_form_and_writes_nothing(shared_web: Web) -> None:
    teacher, ann = shared_web.browser("teacher"), shared_web.browser("ann")
    page = teacher.get(speed_grader(POINTS, "bob"))
    token = re.search(r'csrf-token" content="([^"]*)"', ann.get("/").text)
    fields = {**rubric_form(page).fields, "rating-argument": "strong", "csrf_token": token[1] if token else ""}
    assert ann.post(speed_grader(POINTS, "bob"), fields).status_code == 403
    assert shared_web.rows(sa.select(t.rubric_assessments.c.id)) == []


def test_an_assignment_without_a_rubric_has_none(shared_web: Web) -> None:
    teacher = shared_web.browser("teacher")
    page = teacher.get(speed_grader(ANYTHING, "ann"))
    assert not [form for form in forms_of(page) if "rubric" in form.fields]
    fields = {"csrf_token": form_with(page, gives="grade").fields["csrf_token"], "rubric": "grade"}
    assert teacher.post(speed_grader(ANYTHING, "ann"), fields).status_code == 404


@pytest.mark.parametrize(("status", "shown"), [("late", "late by"), ("missing", "missing"), ("none", None), ("extended", None)])
def test_a_status_is_set_by_hand_and_taken_back(shared_web: Web, status: str, shown: str | None) -> None:
    teacher = shared_web.browser("teacher")
    give(teacher, POINTS, "ann", status=status)
    assert shared_web.submission(POINTS, "ann")["late_policy_status"] == status
    if shown:
        assert shown in text_of(teacher.get(speed_grader(POINTS, "ann")))
    give(teacher, POINTS, "ann", status="")
    assert shared_web.submission(POINTS, "ann")["late_policy_status"] is None


def test_a_status_that_does_not_exist_is_refused(shared_web: Web) -> None:
    teacher = shared_web.browser("teacher")
    page = teacher.get(speed_grader(POINTS, "ann"))
    answer = teacher.submit(page, form_with(page, gives="grade"), status="early")
    assert answer.status_code == 422
    assert "This status cannot be set here." in text_of(answer)


def comment_of(web: Web, author: str) -> int:
    give(web.browser(author), POINTS, "ann", comment="First words.")
    [number] = web.rows(sa.select(t.submission_comments.c.id))
    return int(number)


def test_graders_change_and_delete_their_own_comments(web: Web) -> None:
    number = comment_of(web, "teacher")
    teacher = web.browser("teacher")
    page = teacher.get(speed_grader(POINTS, "ann"))
    form = form_with(page, comment_id=str(number))
    assert form.fields["comment"] == "First words."
    assert teacher.submit(page, form, comment="Better words.").status_code == 303
    assert web.rows(sa.select(t.submission_comments.c.comment)) == ["Better words."]
    empty = teacher.submit(page, form, comment=" ")
    assert empty.status_code == 422
    assert teacher.submit(page, form, delete="1").status_code == 303
    assert web.rows(sa.select(t.submission_comments.c.id)) == []


def test_graders_do_not_change_comments_of_others(web: Web) -> None:
    number = comment_of(web, "teacher")
    marker = web.browser("marker")
    page = marker.get(speed_grader(POINTS, "ann"))
    assert not [form for form in forms_of(page) if form.fields.get("comment_id")]
    token = form_with(page, gives="grade").fields["csrf_token"]
    for sent in ({"comment": "Mine"}, {"delete": "1"}):
        answer = marker.post(speed_grader(POINTS, "ann"), {"csrf_token": token, "comment_id": str(number), **sent})
        assert answer.status_code == 403
    assert web.rows(sa.select(t.submission_comments.c.comment)) == ["First words."]


def test_a_comment_belongs_to_the_student_in_the_address(web: Web) -> None:
    number = comment_of(web, "teacher")
    teacher = web.browser("teacher")
    token = form_with(teacher.get(speed_grader(POINTS, "bob")), gives="grade").fields["csrf_token"]
    fields = {"csrf_token": token, "comment_id": str(number), "delete": "1"}
    assert teacher.post(speed_grader(POINTS, "bob"), fields).status_code == 404


def hand_in(web: Web, assignment: int, filename: str) -> None:
    web.change(t.assignments, assignment, submission_types=["online_upload"])
    ann = web.browser("ann")
    page = ann.get(f"/courses/{COURSE}/assignments/{assignment}/work")
    form = form_with(page, kind="online_upload")
    sent = ann.client.post(form.action, data=form.fields, files={"file": (filename, b"%PDF of Ann")}, headers=ORIGIN)
    assert sent.status_code == 303, sent.text


def test_each_attempt_has_its_files(web: Web) -> None:
    hand_in(web, ANYTHING, "draft.pdf")
    hand_in(web, ANYTHING, "final.pdf")
    page = web.browser("teacher").get(speed_grader(ANYTHING, "ann")).text
    older = page[page.index('<details class="attempt">') :]
    assert "draft.pdf" in older
    assert "final.pdf" not in older
    assert "final.pdf" in page


def test_files_of_anonymous_work_have_no_names_of_their_own(web: Web) -> None:
    """People write their names into the names of files."""
    hand_in(web, ANONYMOUS, "Essay of Ann.pdf")
    teacher = web.browser("teacher")
    page = teacher.get(f"{speed_grader(ANONYMOUS)}&anonymous_id=CnonX")
    assert "Essay of Ann" not in page.text
    link = re.search(r'href="(/work_files/([0-9]+))"', page.text)
    assert link is not None
    got = teacher.get(link[1])
    assert got.headers["content-disposition"] == f"attachment; filename*=UTF-8''file-{link[2]}.pdf"
    assert got.content == b"%PDF of Ann"
    own = web.browser("ann").get(link[1])
    assert "Essay%20of%20Ann.pdf" in own.headers["content-disposition"]


def test_a_closed_grading_period_closes_the_rubric(web: Web) -> None:
    """Comments can still be made; who holds the right by an account may still grade."""
    group = {"id": 7, "root_account_id": 1, "title": "Year", "created_at": NOW, "updated_at": NOW}
    web.run(sa.insert(t.grading_period_groups).values(**group))
    past = {"start_date": NOW.replace(year=2020), "end_date": NOW.replace(year=2021), "close_date": NOW.replace(year=2021)}
    period = {"id": 7, "grading_period_group_id": 7, "title": "Past", "weight": 1, "created_at": NOW, "updated_at": NOW}
    web.run(sa.insert(t.grading_periods).values(**period, **past))
    term = {"id": 7, "root_account_id": 1, "name": "Past", "grading_period_group_id": 7, "created_at": NOW, "updated_at": NOW}
    web.run(sa.insert(t.enrollment_terms).values(**term))
    teacher = web.browser("teacher")
    page = teacher.get(speed_grader(MANUAL, "ann"))
    web.change(t.courses, COURSE, enrollment_term_id=7)
    web.change(t.submissions, submission_id(MANUAL, "ann"), grading_period_id=7)
    closed = teacher.get(speed_grader(MANUAL, "ann"))
    assert not [form for form in forms_of(closed) if "rubric" in form.fields]
    answer = teacher.submit(page, rubric_form(page), **{"rating-argument": "weak"})
    assert answer.status_code == 422
    assert "The grading period is closed" in text_of(answer)
