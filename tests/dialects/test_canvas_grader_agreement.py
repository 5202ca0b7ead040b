"""The agreement of graders as JSON: its numbers, its tolerance, and whom it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.web.moderation_world import AGREED, EMPTY, HIDDEN, build_moderation
from tests.web.web_world import COURSE, NOW, PEOPLE, POINTS, Web, running


@pytest.fixture(scope="module")
def web(module_database_url: str) -> Iterator[Web]:
    with running(module_database_url, build_moderation) as found:
        yield found


def ask(web: Web, assignment: int, query: str = "", who: str = "teacher") -> Any:
    """A signed-in browser may ask the API too."""
    return web.browser(who).get(f"/api/v1/courses/{COURSE}/assignments/{assignment}/grader_agreement{query}")


def test_the_statistics_of_two_graders(web: Web) -> None:
    """The scores are those of ``tests/core/test_agreement.py`` and one student more; the values are pingouin's and
    statsmodels' for them."""
    found = ask(web, AGREED).json()
    assert (found["students"], found["shared_students"], found["comparisons"]) == (12, 11, 11)
    assert (found["tolerance"], found["points_possible"], found["kappa_grades"][0]) == (0.5, 10, "A")
    assert found["exact_agreement"] == pytest.approx(1 / 11)
    assert found["within_tolerance"] == pytest.approx(7 / 11)
    (pair,) = found["pairs"]
    assert (pair["first"], pair["second"]) == (
        {"name": "Marker", "scorer_id": PEOPLE["marker"]},
        {"name": "Second", "scorer_id": PEOPLE["second"]},
    )
    assert pair["mean_difference"] == pytest.approx(-2.25 / 11)
    assert pair["upper_limit"] - pair["lower_limit"] == pytest.approx(2 * 1.96 * pair["standard_deviation"])
    assert pair["icc_agreement"] == found["complete_table"]["icc_agreement"]
    assert found["complete_table"]["students"] == 11
    marker = next(one for one in found["graders"] if one["name"] == "Marker")
    assert (marker["students"], marker["shared_students"]) == (12, 11)
    assert marker["severity"] == pytest.approx(2.25 / 11)


@pytest.mark.parametrize(
    ("query", "within"), [("?tolerance=0", 1), ("?tolerance=0.75", 8), ("?tolerance=1", 9), ("?tolerance=", 7)]
)
def test_the_tolerance_is_in_points(web: Web, query: str, within: int) -> None:
    assert ask(web, AGREED, query).json()["within_tolerance"] == pytest.approx(within / 11)


@pytest.mark.parametrize("query", ["?tolerance=-1", "?tolerance=x", "?tolerance=1e400", "?tolerance=nan"])
def test_a_tolerance_that_is_none_is_refused(web: Web, query: str) -> None:
    assert ask(web, AGREED, query).status_code == 400


def test_graders_who_may_not_be_known_have_anonymous_ids(web: Web) -> None:
    answer = ask(web, HIDDEN)
    names = [(one["name"], one["anonymous_grader_id"]) for one in answer.json()["graders"]]
    assert sorted(names) == [("Grader 1", "aaaaa"), ("Grader 2", "mmmmm")]
    for told in ("scorer_id", "Marker", "Second"):
        assert told not in answer.text
    assert "Marker" in ask(web, HIDDEN, who="admin").text, "a moderation admin may know them"


def test_nothing_to_compare_is_null_and_no_error(web: Web) -> None:
    found = ask(web, EMPTY).json()
    assert (found["students"], found["graders"], found["pairs"], found["icc_one_way"]) == (0, [], [], None)


def test_an_assignment_without_moderation_has_none(web: Web) -> None:
    answer = ask(web, POINTS, who="admin")
    assert (answer.status_code, answer.json()) == (400, {"message": "Assignment does not use moderated grading"})


@pytest.mark.parametrize("who", ["marker", "second", "designer", "ann", "stranger"])
def test_who_sees_only_the_own_provisional_grades_sees_no_statistics(web: Web, who: str) -> None:
    assert ask(web, AGREED, who=who).status_code == 403


def test_a_final_mark_is_no_grade_of_a_grader(web: Web) -> None:
    before = ask(web, AGREED).json()
    p = t.provisional_grades.c
    row = web.rows(sa.select(p.submission_id, p.student_id).where(p.assignment_id == AGREED).limit(1))[0]
    web.run(
        sa.insert(t.provisional_grades).values(
            course_id=COURSE,
            submission_id=row[0],
            assignment_id=AGREED,
            student_id=row[1],
            scorer_id=PEOPLE["teacher"],
            score=0,
            grade="0",
            final=True,
            graded_at=NOW,
            created_at=NOW,
            updated_at=NOW,
        )
    )
    try:
        assert ask(web, AGREED).json() == before
    finally:
        web.run(sa.delete(t.provisional_grades).where(p.assignment_id == AGREED, p.final))
