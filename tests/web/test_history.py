"""The history of grades: who changed what, when and how; and the gradebook as of a moment, as a file too."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.web.web_world import ANONYMOUS, COURSE, MANUAL, NOW, PEOPLE, POINTS, Browser, Web, add, submission_id, text_of

HERE = f"/courses/{COURSE}/history"
STEPS = [  # hours ago, assignment, student, old, new, grader, cause
    (9, POINTS, "ann", None, 5.0, "teacher", "grade"),
    (6, POINTS, "ann", 5.0, 8.5, "marker", "grade"),
    (3, MANUAL, "bob", None, 0.0, None, "missing_policy"),
    (2, ANONYMOUS, "bob", None, 7.0, "teacher", "grade"),
]


def remember(web: Web) -> None:
    """Some history: a first and a second grade, one by a policy, one of work whose student is hidden."""
    numbers: dict[int, int] = {}
    with web.engine.begin() as connection:
        for hours, assignment, student, old, new, grader, cause in STEPS:
            work = submission_id(assignment, student)
            numbers[work] = numbers.get(work, 0) + 1
            by = PEOPLE[grader] if grader else None
            version = {
                "submission_id": work,
                "number": numbers[work],
                "course_id": COURSE,
                "assignment_id": assignment,
                "user_id": PEOPLE[student],
                "cause": cause,
                "score": new,
                "grade": f"{new:g}",
                "old_score": old,
                "old_grade": None if old is None else f"{old:g}",
                "grader_id": by,
                "acting_user_id": by,
                "request_id": f"request-{hours}",
                "created_at": NOW - timedelta(hours=hours),
                "graded_at": NOW - timedelta(hours=hours),
            }
            add(connection, t.grade_versions, version)
            current = {"score": new, "grade": f"{new:g}", "version": numbers[work], "workflow_state": "graded"}
            connection.execute(sa.update(t.submissions).where(t.submissions.c.id == work).values(**current))


def told(browser: Browser, query: str = "") -> list[str]:
    """The rows of the page, each as one text."""
    page = browser.get(HERE + query)
    assert page.status_code == 200
    rows = page.text.partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")[:-1]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_changes_are_listed_with_old_and_new_who_when_how_and_by_which_request(web: Web) -> None:
    remember(web)
    hidden, by_policy, second, first = told(web.browser("teacher"))
    assert "Work 71 Ann from 5 → to 8.5 Marker graded request-6" in second
    assert "Ann from – → to 5 Teacher graded request-9" in first
    assert "nobody policy for missing work" in by_policy
    assert "Bob" not in hidden  # the work is anonymous and not posted
    assert "hidden" in hidden


@pytest.mark.parametrize(
    ("query", "requests"),
    [
        (f"?assignment_id={POINTS}", ["request-6", "request-9"]),
        (f"?grader_id={PEOPLE['marker']}", ["request-6"]),
        (f"?student_id={PEOPLE['bob']}", ["request-3"]),
        (
            f"?since={(NOW - timedelta(hours=7)):%Y-%m-%dT%H:%M}&until={(NOW - timedelta(hours=4)):%Y-%m-%dT%H:%M}",
            ["request-6"],
        ),
        (f"?student_id={PEOPLE['cem']}", []),
    ],
)
def test_changes_are_found_by_assignment_student_grader_and_time(web: Web, query: str, requests: list[str]) -> None:
    remember(web)
    assert [row.rsplit(" ", 1)[1] for row in told(web.browser("teacher"), query)] == requests


def test_many_changes_come_in_pages(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradewire.web.routes.history.PER_PAGE", 3)
    remember(web)
    browser = web.browser("teacher")
    assert len(told(browser)) == 3
    assert len(told(browser, "?page=2")) == 1
    assert "Page 2 of 2, 4 changes" in text_of(browser.get(f"{HERE}?page=2"))


@pytest.mark.parametrize(("hours", "grade"), [(10, "–"), (8, "5"), (1, "8.5")])
def test_the_gradebook_is_shown_as_of_a_moment(web: Web, hours: int, grade: str) -> None:
    remember(web)
    moment = f"{NOW - timedelta(hours=hours):%Y-%m-%dT%H:%M}"
    page = web.browser("teacher").get(f"{HERE}/as_of?moment={moment}")
    assert page.status_code == 200
    assert f'value="{moment}"' in page.text
    row = page.text.partition('<th scope="row">Ann</th>')[2]
    assert row.startswith(f'<td class="figure">{grade}</td>')


def test_grades_of_the_past_come_as_a_file_that_no_spreadsheet_runs(web: Web) -> None:
    remember(web)
    web.change(t.users, PEOPLE["ann"], sortable_name="=1+1")
    moment = f"{NOW - timedelta(hours=8):%Y-%m-%dT%H:%M}"
    answer = web.browser("teacher").get(f"{HERE}/as_of.csv?moment={moment}")
    assert "as-of" in answer.headers["content-disposition"]
    rows = {row["ID"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    ann = rows[str(PEOPLE["ann"])]
    assert (ann["Student"], ann[f"Work {POINTS} ({POINTS})"]) == ("'=1+1", "5")
    assert not any(str(ANONYMOUS) in name for name in ann)


@pytest.mark.parametrize("query", ["?since=yesterday", "?since=0001-01-01T00:00", "/as_of?moment=x"])
def test_what_is_no_moment_is_refused(module_web: Web, query: str) -> None:
    assert module_web.browser("teacher").get(HERE + query).status_code == 400


@pytest.mark.parametrize(
    ("who", "end", "status"),
    [
        ("teacher", "", 200),
        ("marker", "", 403),
        ("marker", "/as_of", 200),
        ("ann", "", 403),
        ("ann", "/as_of", 403),
        ("ann", "/as_of.csv", 403),
        ("stranger", "/as_of", 403),
        ("teacher", "?assignment_id=x", 404),
        ("teacher", "?page=0", 200),
    ],
)
def test_who_opens_the_history(module_web: Web, who: str, end: str, status: int) -> None:
    assert module_web.browser(who).get(HERE + end).status_code == status
