"""The institution of ``web_world`` with rubrics, a grading period and an assignment that takes everything; work is graded
through the pages, so that totals are computed as they are for everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from gradewire.store import tables as t
from tests.web.web_world import COURSE, MANUAL, MODERATED, NOW, PEOPLE, POINTS, STUDENTS, Browser, Web, add, build, form_with

ANYTHING = 81
"""Takes text, addresses and files."""
PERIOD = 7
CRITERIA: list[dict[str, Any]] = [
    {
        "id": "argument",
        "description": "Argument",
        "long_description": "How well the point is made.",
        "points": 6,
        "ratings": [
            {"id": "strong", "description": "Strong", "points": 6},
            {"id": "fair", "description": "Fair", "points": 3},
            {"id": "weak", "description": "Weak", "points": 0},
        ],
    },
    {
        "id": "style",
        "description": "Style",
        "points": 4,
        "ratings": [{"id": "good", "description": "Good", "points": 4}, {"id": "poor", "description": "Poor", "points": 1}],
    },
]
RUBRICS = {POINTS: 91, MANUAL: 92, MODERATED: 93}
"""The association of each assignment that has a rubric."""


def build_grading(connection: sa.Connection) -> None:
    build(connection)
    assignment: dict[str, Any] = {
        "id": ANYTHING,
        "course_id": COURSE,
        "assignment_group_id": 60,
        "name": "Anything",
        "position": ANYTHING,
        "points_possible": 10,
        "grading_type": "points",
        "submission_types": ["online_text_entry", "online_url", "online_upload"],
    }
    add(connection, t.assignments, assignment)
    for name in STUDENTS:
        work = {"course_id": COURSE, "assignment_id": ANYTHING, "user_id": PEOPLE[name], "anonymous_id": f"{name[0]}ny81"}
        add(connection, t.submissions, {"id": ANYTHING * 100 + PEOPLE[name], **work})
    add(
        connection,
        t.rubrics,
        {"id": 90, "course_id": COURSE, "title": "Essay rubric", "data": CRITERIA, "points_possible": 10},
    )
    for number, association in RUBRICS.items():
        used = {"rubric_id": 90, "course_id": COURSE, "assignment_id": number, "use_for_grading": True}
        add(connection, t.rubric_associations, {"id": association, **used})


def add_period(connection: sa.Connection) -> None:
    """A grading period in which the work for ``POINTS`` falls."""
    add(connection, t.grading_period_groups, {"id": PERIOD, "root_account_id": 1, "title": "Year"})
    spring = {
        "start_date": NOW - timedelta(days=90),
        "end_date": NOW + timedelta(days=9),
        "close_date": NOW + timedelta(days=9),
    }
    add(
        connection,
        t.grading_periods,
        {"id": PERIOD, "grading_period_group_id": PERIOD, "title": "Spring", "weight": 100, **spring},
    )


def speed_grader(assignment: int, student: str | None = None) -> str:
    found = f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={assignment}"
    return found if student is None else f"{found}&student_id={PEOPLE[student]}"


def give(browser: Browser, assignment: int, student: str, gives: str = "grade", **fields: str | None) -> None:
    """Grade somebody through the form of SpeedGrader."""
    page = browser.get(speed_grader(assignment, student))
    answer = browser.submit(page, form_with(page, gives=gives), **fields)
    assert answer.status_code == 303, answer.text


def grade_openly(web: Web) -> None:
    """What Ann may know: 8 of 10 with a comment."""
    give(web.browser("teacher"), POINTS, "ann", grade="8", comment="Well argued.")


def grade_secretly(web: Web) -> None:
    """What Ann may not know yet: a grade that is not posted, a comment that waits with it, and a provisional grade."""
    give(web.browser("teacher"), MANUAL, "ann", grade="3.25", comment="A secret hint.")
    give(web.browser("marker"), MODERATED, "ann", "provisional", grade="6.75", comment="A provisional hint.")
