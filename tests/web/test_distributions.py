"""The distribution of an assignment's grades: who opens it, which grades are in it, and that it names nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from gradewire.store import tables as t
from tests.web.grading_world import build_grading, give
from tests.web.web_world import (
    ANONYMOUS,
    COURSE,
    MANUAL,
    MODERATED,
    POINTS,
    STUDENTS,
    Web,
    running,
    submission_id,
    text_of,
)


@pytest.fixture(scope="module")
def graded(module_database_url: str) -> Iterator[Web]:
    with running(module_database_url, build_grading) as web:
        for student, grade in zip(STUDENTS, ("4", "8", "9"), strict=True):
            give(web.browser("teacher"), POINTS, student, grade=grade)
        give(web.browser("teacher"), MANUAL, "ann", grade="3.25")
        give(web.browser("teacher"), MANUAL, "bob", excuse="1")
        give(web.browser("marker"), MODERATED, "ann", "provisional", grade="6.75")
        yield web


def distribution_of(assignment: int) -> str:
    return f"/courses/{COURSE}/assignments/{assignment}/distribution"


def carried(page: str) -> dict[str, Any]:
    found = re.search(r'id="distribution">(.*?)</script>', page)
    assert found is not None
    data = json.loads(found[1])
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("teacher", 200),
        ("marker", 200),
        ("admin", 200),
        ("section_ta", 200),
        ("ann", 403),
        ("observer", 403),
        ("designer", 403),
        ("stranger", 403),
    ],
)
def test_who_may_see_a_distribution(graded: Web, name: str, status: int) -> None:
    assert graded.browser(name).get(distribution_of(POINTS)).status_code == status


@pytest.mark.parametrize("assignment", [99999, "x"])
def test_what_is_not_there_is_not_found(graded: Web, assignment: object) -> None:
    assert graded.browser("teacher").get(f"/courses/{COURSE}/assignments/{assignment}/distribution").status_code == 404


def test_figures_and_bins_are_told_as_tables(graded: Web) -> None:
    text = text_of(graded.browser("teacher").get(distribution_of(POINTS)))
    assert "3 graded, posted or not; 0 not graded" in text
    assert "Lowest 4 Lower quartile 6.00 Median 8.00 Mean 7.00 Upper quartile 8.50 Highest 9 Standard deviation 2.65" in text
    assert "3 to under 4 0 4 to under 5 1" in text
    assert "9 to 10 1" in text


def test_unposted_grades_count_and_excused_ones_do_not(graded: Web) -> None:
    page = graded.browser("teacher").get(distribution_of(MANUAL))
    assert "1 graded, posted or not; 1 not graded, 1 excused" in text_of(page)
    assert carried(page.text)["mean"] == 3.25


def test_a_grader_of_one_section_gets_that_of_its_students(graded: Web) -> None:
    """The section has Cem alone."""
    assert carried(graded.browser("section_ta").get(distribution_of(POINTS)).text)["mean"] == 9


def test_under_moderation_there_is_none(graded: Web) -> None:
    page = graded.browser("teacher").get(distribution_of(MODERATED))
    assert "under moderation" in text_of(page)
    assert "6.75" not in page.text


def test_an_assignment_without_grades_says_so(graded: Web) -> None:
    assert "Nobody has a grade yet." in text_of(graded.browser("teacher").get(distribution_of(ANONYMOUS)))


def test_a_distribution_names_nobody(graded: Web) -> None:
    graded.change(t.submissions, submission_id(ANONYMOUS, "ann"), score=5, grade="5")
    page = graded.browser("teacher").get(distribution_of(ANONYMOUS))
    assert carried(page.text)["mean"] == 5
    assert not [
        name for name in ("Ann", "Bob", "Cem", "nonX") if name in page.text.replace("Anonymous", "").replace("Announce", "")
    ]
    graded.change(t.submissions, submission_id(ANONYMOUS, "ann"), score=None, grade=None)


def test_the_page_of_the_course_and_speed_grader_lead_there(graded: Web) -> None:
    teacher = graded.browser("teacher")
    assert distribution_of(POINTS) in teacher.get(f"/courses/{COURSE}").text
    page = teacher.get(f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={POINTS}")
    assert distribution_of(POINTS) in page.text
    assert "/distribution" not in graded.browser("ann").get(f"/courses/{COURSE}").text
