"""A gradebook of 500 students and 100 assignments beside one of 30 by 10: it shows, and an edit is saved. Times are printed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from gradewire.store import bulk
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.server import Server, running_server
from tests.web.book import Book
from tests.web.chromium import Site
from tests.web.web_world import NOW, PEOPLE, ROOT, add, build

SIZES = {300: (30, 10), 301: (500, 100)}
FIRST = 100_000
"""Ids of the students, assignments and submissions of these courses begin there, each course's 100,000 further on."""

CELL = (
    *("id", "course_id", "assignment_id", "user_id", "anonymous_id", "workflow_state", "score", "grade"),
    *("posted_at", "version", "submitted_at", "created_at", "updated_at"),
)
SCORE = (
    *("enrollment_id", "course_id", "user_id", "course_score", "current_score", "unposted_current_score", "version"),
    *("created_at", "updated_at"),
)

WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((one) => Math.round(one.duration))))
    .observe({type: "longtask", buffered: true});
"""


def build_large(connection: sa.Connection) -> None:
    """The usual institution, and a course of each size with work in every cell, four of five graded."""
    build(connection)
    for number, (students, assignments) in SIZES.items():
        first = FIRST * (number - 299)
        shared = {"account_id": ROOT, "root_account_id": ROOT, "time_zone": "UTC", "grading_standard_id": 0}
        add(
            connection, t.courses, {"id": number, "name": f"Large {number}", "course_code": "L", "uuid": f"c{number}", **shared}
        )
        section = {"id": number, "course_id": number, "name": "One", "default_section": True}
        add(connection, t.course_sections, section)
        role = {"course_id": number, "course_section_id": number}
        teacher = {"id": first - 1, **role, "user_id": PEOPLE["teacher"], "type": "TeacherEnrollment"}
        add(connection, t.enrollments, teacher)
        add(connection, t.assignment_groups, {"id": number, "course_id": number, "name": "Group"})
        stamps = (NOW, NOW)
        names = [(first + at, ROOT, f"Student {at:03}", f"Student {at:03}", f"S {at:03}", *stamps) for at in range(students)]
        columns = ("id", "root_account_id", "name", "sortable_name", "short_name", "created_at", "updated_at")
        bulk.insert(connection, t.users, columns, names)
        enrolled = [(first + at, number, number, first + at, "StudentEnrollment", *stamps) for at in range(students)]
        columns = ("id", "course_id", "course_section_id", "user_id", "type", "created_at", "updated_at")
        bulk.insert(connection, t.enrollments, columns, enrolled)
        kinds = ("points", "percent", "letter_grade", "pass_fail")
        for at in range(assignments):
            work = {"id": first + at, "course_id": number, "assignment_group_id": number, "name": f"Work {at}", "position": at}
            kind = {"points_possible": 10, "grading_type": kinds[at % 4], "submission_types": ["online_text_entry"]}
            add(connection, t.assignments, {**work, **kind})
        cells = []
        handed_in = NOW - timedelta(days=1)
        for at in range(assignments):
            for who in range(students):
                graded = (at + who) % 5 != 0
                score, grade = (8.0, ("8", "80%", "B-", "complete")[at % 4]) if graded else (None, None)
                state = "graded" if graded else "submitted"
                posted = NOW if graded else None
                key = first + at * students + who
                cells.append(
                    (
                        key,
                        number,
                        first + at,
                        first + who,
                        f"{who:05}",
                        state,
                        score,
                        grade,
                        posted,
                        int(graded),
                        handed_in,
                        *stamps,
                    )
                )
        bulk.insert(connection, t.submissions, CELL, cells)
        scores = [(first + at, number, first + at, True, 80.0, 80.0, 1, *stamps) for at in range(students)]
        columns = (
            "enrollment_id",
            "course_id",
            "user_id",
            "course_score",
            "current_score",
            "unposted_current_score",
            "version",
        )
        bulk.insert(connection, t.scores, (*columns, "created_at", "updated_at"), scores)


@pytest.fixture(scope="module")
def large_server(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with open_store(module_database_url, connections=1) as store:
        store.write(build_large)
    with running_server(module_database_url, tmp_path_factory.mktemp("large")) as server:
        yield server


def test_a_gradebook_of_500_by_100_is_shown_and_edited(chromium: Browser, large_server: Server) -> None:
    site = Site(chromium, large_server, {})
    page = site.open("teacher", "/", viewport={"width": 1400, "height": 900})
    page.add_init_script(WATCH)
    for number, (students, assignments) in SIZES.items():
        first = FIRST * (number - 299)
        page.goto(f"/courses/{number}/gradebook")
        book = Book(page)
        shown = page.evaluate("() => performance.getEntriesByName('gradebook-shown')[0].startTime")
        assert len(book.names) == students
        assert page.evaluate("() => gradebook.view.assignments.length") == assignments
        drawn = page.locator(".slick-cell").count()
        assert drawn < 2500, "only what is in sight is drawn"

        began = time.monotonic()
        book.type(first, first, "9.5")
        book.shows(first, first, "9.5")
        edited = (time.monotonic() - began) * 1000
        book.go(first + students - 1, first + assignments - 1)  # the far corner
        points = first + (assignments - 1) // 4 * 4
        book.type(first + students - 1, points, "7")
        book.shows(first + students - 1, points, "7")

        scrolled = page.evaluate(
            """async () => {
                const frames = [];
                const port = document.querySelector(".slick-viewport-right.slick-viewport-top");
                let last = performance.now();
                for (let at = 0; at < 30; at += 1) {
                    port.scrollTop = (port.scrollHeight / 30) * at;
                    port.scrollLeft = (port.scrollWidth / 30) * at;
                    await new Promise(requestAnimationFrame);
                    frames.push(performance.now() - last);
                    last = performance.now();
                }
                return frames.sort((a, b) => a - b);
            }"""
        )
        told = {
            "size": f"{students} x {assignments}",
            "first cell, ms": round(shown),
            "edit saved, ms": round(edited),
            "cells drawn": drawn,
            "scroll frame, median and worst, ms": [round(scrolled[len(scrolled) // 2]), round(scrolled[-1])],
            "long tasks, ms": page.evaluate("() => longTasks"),
        }
        print(json.dumps(told))
    c = t.submissions.c
    with open_store(large_server.database_url, connections=1) as store, store.read() as connection:
        query = sa.select(c.course_id, c.score).where(c.grader_id == PEOPLE["teacher"]).order_by(c.course_id, c.score)
        assert [tuple(row) for row in connection.execute(query)] == [(300, 7.0), (300, 9.5), (301, 7.0), (301, 9.5)]
    site.finish()
