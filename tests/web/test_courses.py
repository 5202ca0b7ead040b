"""The start page and the page of a course: who sees which courses, and that nothing unposted gets out."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.web.web_world import (
    CONCLUDED,
    COURSE,
    LETTER,
    MANUAL,
    MODERATED,
    NOW,
    PEOPLE,
    POINTS,
    Web,
    submission_id,
    text_of,
)


def grade(web: Web, assignment: int, student: str, *, posted: bool, score: float, text: str) -> None:
    """A grade as another grader would have left it."""
    values = {"score": score, "grade": text, "workflow_state": "graded", "graded_at": NOW, "version": 1}
    web.change(t.submissions, submission_id(assignment, student), posted_at=NOW if posted else None, **values)


def test_everybody_finds_the_own_courses(web: Web) -> None:
    page = text_of(web.browser("ann").get("/"))
    assert "Algebra ALG Student" in page
    assert "Concluded History HIS Student" in page
    page = text_of(web.browser("teacher").get("/"))
    assert "Algebra ALG Teacher" in page
    assert "History" not in page
    assert "You are in no course yet." in text_of(web.browser("stranger").get("/"))
    page = text_of(web.browser("admin").get("/"))
    assert "Root" in page
    assert "Algebra ALG" in page
    assert "History HIS" in page


def test_a_course_that_is_not_published_is_not_there_for_students(web: Web) -> None:
    web.change(t.courses, COURSE, workflow_state="unpublished")
    assert "Algebra" not in text_of(web.browser("ann").get("/"))
    assert web.browser("ann").get(f"/courses/{COURSE}").status_code == 403
    assert "Algebra ALG · not published Teacher" in text_of(web.browser("teacher").get("/"))


@pytest.mark.parametrize(("name", "status"), [("stranger", 403), ("designer", 200), ("admin", 200), ("observer", 200)])
def test_who_may_open_a_course(web: Web, name: str, status: int) -> None:
    assert web.browser(name).get(f"/courses/{COURSE}").status_code == status


@pytest.mark.parametrize("number", ["999", "x", "0", "-5", "9" * 40, "5%00", "5'"])
def test_courses_that_do_not_exist(web: Web, number: str) -> None:
    assert web.browser("teacher").get(f"/courses/{number}").status_code == 404


def test_graders_see_what_waits_and_students_do_not(web: Web) -> None:
    grade(web, POINTS, "ann", posted=True, score=8, text="8")
    teacher = web.browser("teacher").get(f"/courses/{COURSE}")
    assert f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={POINTS}" in teacher.text
    assert f"Work {POINTS} – 10 2 of 3 1 1" in text_of(teacher)
    assert f"Work {MODERATED} – 10 2 of 3 0 2 under moderation" in text_of(teacher)
    limited = text_of(web.browser("section_ta").get(f"/courses/{COURSE}"))
    assert f"Work {POINTS} – 10 0 of 1 0 0" in limited
    for name in ("ann", "observer", "designer"):
        assert "speed_grader" not in web.browser(name).get(f"/courses/{COURSE}").text


def test_students_see_their_posted_grades_and_nothing_of_the_others(web: Web) -> None:
    grade(web, POINTS, "ann", posted=True, score=8.5, text="8.5")
    grade(web, LETTER, "ann", posted=True, score=9.2, text="A-")
    grade(web, MANUAL, "ann", posted=False, score=3.25, text="3.25")
    grade(web, POINTS, "bob", posted=True, score=1.75, text="1.75")
    page = web.browser("ann").get(f"/courses/{COURSE}")
    shown = text_of(page)
    assert "8.5 8.5 of 10" in shown
    assert "A- 9.2 of 10" in shown
    assert "3.25" not in page.text
    assert "1.75" not in page.text
    assert "no grade yet" in shown
    assert "Bob" not in page.text


def test_a_total_is_of_posted_grades(web: Web) -> None:
    c = t.scores.c
    totals = {"current_score": 85.0, "final_score": 40.0, "unposted_current_score": 61.25, "unposted_final_score": 33.5}
    web.run(sa.update(t.scores).where(c.user_id == PEOPLE["ann"]).values(**totals))
    page = web.browser("ann").get(f"/courses/{COURSE}")
    assert "Total 85% B" in text_of(page)
    assert "61.25" not in page.text
    assert "33.5" not in page.text
    web.change(t.courses, COURSE, hide_final_grades=True)
    page = web.browser("ann").get(f"/courses/{COURSE}")
    assert "Total" not in text_of(page)
    assert "85%" not in page.text


def test_an_unposted_grade_cannot_be_told_from_none(web: Web) -> None:
    """Not by the state, not by being excused, late by hand or no longer missing."""
    web.change(t.submissions, submission_id(MANUAL, "cem"), cached_due_date=NOW.replace(year=2020))
    before = web.browser("cem").get(f"/courses/{COURSE}").text
    assert "missing" in before
    hidden: list[dict[str, Any]] = [
        {"score": 4.0, "grade": "4", "workflow_state": "graded", "graded_at": NOW, "version": 1, "points_deducted": 2.0},
        {"score": None, "grade": None, "excused": True, "workflow_state": "graded", "graded_at": NOW},
        {"late_policy_status": "late", "seconds_late_override": 500},
        {"late_policy_status": "none"},
    ]
    browser = web.browser("cem")
    page = browser.get(f"/courses/{COURSE}").text
    for values in hidden:
        web.change(t.submissions, submission_id(MANUAL, "cem"), **values)
        assert without_nonce(browser.get(f"/courses/{COURSE}").text) == without_nonce(page)


def without_nonce(page: str) -> str:
    """Without what differs in every answer."""
    return re.sub(r'(?<=<meta name="nonce" content=")[^"]+', "", page)


def test_observers_see_what_their_student_sees(web: Web) -> None:
    grade(web, POINTS, "ann", posted=True, score=8.5, text="8.5")
    grade(web, MANUAL, "ann", posted=False, score=3.25, text="3.25")
    page = web.browser("observer").get(f"/courses/{COURSE}")
    assert "Grades of Ann" in text_of(page)
    assert "8.5 of 10" in text_of(page)
    assert "3.25" not in page.text


def test_a_course_without_numbers_shows_letters_only(web: Web) -> None:
    web.change(t.courses, COURSE, restrict_quantitative_data=True)
    grade(web, POINTS, "ann", posted=True, score=8.5, text="8.5")
    web.run(sa.update(t.scores).where(t.scores.c.user_id == PEOPLE["ann"]).values(current_score=85.0))
    page = text_of(web.browser("ann").get(f"/courses/{COURSE}"))
    assert "Total B " in page
    assert "8.5" not in page
    assert "85" not in page


def test_a_concluded_student_still_reads(web: Web) -> None:
    assert web.browser("ann").get(f"/courses/{CONCLUDED}").status_code == 200
    assert web.browser("bob").get(f"/courses/{CONCLUDED}").status_code == 403


def test_names_are_escaped_everywhere(web: Web) -> None:
    nasty = "\"><img src=x onerror=alert(1)><script>alert('x')</script>"
    web.change(t.courses, COURSE, name=nasty)
    web.change(t.assignments, POINTS, name=nasty)
    web.change(t.users, PEOPLE["ann"], name=nasty)
    for name in ("teacher", "ann", "admin", "observer"):
        browser = web.browser(name)
        for path in ("/", f"/courses/{COURSE}"):
            page = browser.get(path)
            assert page.status_code == 200
            assert "<script" not in page.text
            assert "<img src=x" not in page.text
