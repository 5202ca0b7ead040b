"""Lists and bulk grading take as many statements for two rows as for many: the count is the contract, not the time."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec import to_builtins

from gradewire.actions import bulk_grading, institution
from gradewire.actions.bulk_grading import BulkGrade
from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.actions.world import World
from gradewire.core.institution import read
from gradewire.core.rubrics import Mark
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.canvas_world import Api, running_as_it_is

STUDENTS = range(101, 113)
MARKERS = (2, 3)
ESSAYS, TEAMWORK, MODERATED = (11, 12, 13), (14, 15), (16,)


def school() -> dict[str, Any]:
    """A course in which every student has everything that a list can show, and more than one thing of each kind."""
    people = [(1, "teacher"), *((number, f"marker{number}") for number in MARKERS), *((n, f"student{n}") for n in STUDENTS)]
    users = [{"id": n, "key": key, "name": key, "account": 1, "login": key, "sis_id": f"S{n}"} for n, key in people]
    users[0]["tokens"] = [{"token": "token-teacher"}]
    graders = ["teacher", *(f"marker{number}" for number in MARKERS)]
    enrollments: list[dict[str, Any]] = [{"user": key, "type": "TeacherEnrollment"} for key in graders]
    enrollments += [{"user": f"student{n}", "section": "Two" if n < 103 else "One"} for n in STUDENTS]
    teams = [
        {"name": f"Team {number}", "members": [f"student{n}" for n in STUDENTS if n // 2 == number]} for number in range(50, 57)
    ]
    plain = {"group": "All", "points_possible": 10, "submission_types": ["online_text_entry"]}
    essays = [
        {**plain, "id": n, "name": f"Essay {n}", "rubric": {"rubric": "Style"}, "submissions": [_essay(s) for s in STUDENTS]}
        for n in ESSAYS
    ]
    alone = [_essay(student, assessed=False) for student in STUDENTS]
    teamwork = [
        {
            **plain,
            "id": n,
            "name": f"Team {n}",
            "group_category": "Teams",
            "submissions": alone,
        }
        for n in TEAMWORK
    ]
    moderated = {"moderated_grading": True, "grader_count": 2, "final_grader": "teacher", "rubric": {"rubric": "Style"}}
    marked = [
        {**plain, **moderated, "id": n, "name": f"Moderated {n}", "submissions": [_marked(s) for s in STUDENTS]}
        for n in MODERATED
    ]
    course = {
        "id": 5,
        "name": "Course",
        "account": 1,
        "sections": [{"id": 51, "name": "One", "default_section": True}, {"id": 52, "name": "Two"}],
        "enrollments": enrollments,
        "rubrics": [{"id": 81, "title": "Style", "criteria": [{"id": "style", "description": "Style", "points": 5}]}],
        "group_categories": [{"name": "Teams", "groups": [team for team in teams if team["members"]]}],
        "assignment_groups": [{"id": 61, "name": "All"}],
        "assignments": [*essays, *teamwork, *marked],
    }
    return {"format": 1, "accounts": [{"id": 1, "name": "School", "uuid": "school"}], "users": users, "courses": [course]}


def _essay(student: int, *, assessed: bool = True) -> dict[str, Any]:
    days = ("2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z")
    comments = [{"author": "teacher", "comment": "Good"}, {"author": f"student{student}", "comment": "Thanks"}]
    work = {"user": f"student{student}", "score": 7, "grader": "teacher", "comments": comments}
    work["attempts"] = [{"submitted_at": day, "body": "Text"} for day in days]
    criteria = [{"criterion": "style", "points": 4}]
    return {**work, "rubric_assessments": [{"assessor": "teacher", "criteria": criteria}]} if assessed else work


def _marked(student: int) -> dict[str, Any]:
    criteria = [{"criterion": "style", "points": 4}]
    grades = [
        {
            "scorer": f"marker{number}",
            "score": number,
            "comments": [{"comment": "Hm"}],
            "rubric_assessments": [{"criteria": criteria}],
        }
        for number in MARKERS
    ]
    return {"user": f"student{student}", "provisional_grades": grades}


def _load(database_url: str) -> None:
    document = read("school.json", json.dumps(school()).encode())
    with open_store(database_url, connections=1) as store:
        world = World(store, events=EventSettings(base_url="http://localhost/"))
        write(world, Asker(System()), lambda unit: institution.load(unit, [document]))


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    _load(module_database_url)
    with running_as_it_is(module_database_url) as found:
        yield found


def read_list(api: Api, path: str) -> list[Any]:
    """The rows at a path with its query."""
    answer = api.client.get(f"/api/v1/{path}", headers={"authorization": "Bearer token-teacher"})
    assert answer.status_code == 200, answer.text
    rows: list[Any] = answer.json()
    return rows


EVERYTHING = "&".join(
    f"include[]={name}"
    for name in (
        "user",
        "assignment",
        "course",
        "group",
        "rubric_assessment",
        "full_rubric_assessment",
        "submission_history",
        "submission_comments",
        "read_status",
        "provisional_grades",
    )
)
EVERY_STUDENT = "courses/5/students/submissions?student_ids[]=all"
PEOPLE = "include[]=enrollments&include[]=email&include[]=avatar_url&include[]=test_student"

LISTS = {
    "submissions of an essay": (f"courses/5/assignments/11/submissions?{EVERYTHING}", 12),
    "submissions of groups": (f"courses/5/assignments/14/submissions?{EVERYTHING}", 12),
    "submissions, one of each group": (f"courses/5/assignments/14/submissions?grouped=true&{EVERYTHING}", 7),
    "submissions under moderation": (f"courses/5/assignments/16/submissions?{EVERYTHING}", 12),
    "student submissions": (f"{EVERY_STUDENT}&{EVERYTHING}&include[]=visibility", 72),
    "student submissions, grouped": (f"{EVERY_STUDENT}&grouped=true&{EVERYTHING}&include[]=total_scores", 12),
    "gradeable students": ("courses/5/assignments/11/gradeable_students?", 12),
    "gradeable students with provisional grades": (
        "courses/5/assignments/16/gradeable_students?include[]=provisional_grades&include[]=submission_comments"
        "&include[]=rubric_assessment",
        12,
    ),
    "gradeable students of several assignments": (
        "courses/5/assignments/gradeable_students?assignment_ids[]=11&assignment_ids[]=16",
        12,
    ),
    "enrollments": ("courses/5/enrollments?include[]=avatar_url&include[]=group_ids", 15),
    "users": (f"courses/5/users?{PEOPLE}", 15),
    "assignments": (
        "courses/5/assignments?include[]=submission&include[]=overrides&include[]=all_dates&include[]=score_statistics",
        6,
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_statements_for_few_rows_as_for_all(api: Api, name: str) -> None:
    path, expected = LISTS[name]
    found = {}
    few = 37 if name == "student submissions" else 2  # there, the first 36 rows are essays alone
    for size in (100, few, 100):  # the first one only fills what the process keeps: the rules of the course
        with api.counting() as statements:
            rows = read_list(api, f"{path}&per_page={size}")
        assert len(rows) == min(size, expected), "the comparison would prove nothing"
        found[size] = statements
    assert len(found[100]) == len(found[few]), found


def test_what_is_not_paginated_takes_as_many_statements_for_a_section_as_for_the_course(api: Api) -> None:
    """With ``visibility`` the submissions of an assignment come all at once."""
    found = {}
    for place, expected in (("courses/5", 12), ("sections/52", 2), ("courses/5", 12)):
        with api.counting() as statements:
            rows = read_list(api, f"{place}/assignments/11/submissions?include[]=visibility&{EVERYTHING}")
        assert len(rows) == expected
        found[place] = len([one for one in statements if one])
    assert found["sections/52"] - found["courses/5"] in {0, 1}, "the section itself is looked up by one statement"


@contextmanager
def every_statement() -> Iterator[list[str]]:
    """All statements of all threads but those of the server's own."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if threading.current_thread().name not in {"jobs", "relay"}:
            found.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("assignments", [ESSAYS[:1], TEAMWORK[:1], ESSAYS], ids=["essay", "groups", "several assignments"])
def test_update_grades_takes_as_many_statements_for_two_students_as_for_all(
    database_url: str, assignments: tuple[int, ...]
) -> None:
    """The job itself: grades, comments and rubric assessments, with history, events and course scores."""
    _load(database_url)
    with open_store(database_url, connections=2) as store:
        world = World(store, events=EventSettings(base_url="http://localhost/"))

        def grade(students: range, points: int) -> list[str]:
            def work(unit: Unit) -> None:
                job = {
                    "course_id": 5,
                    "grader_id": 1,
                    "root_account_id": 1,
                    "sections": None,
                    "moderated": [],
                    "by_account": False,
                    "grades": [_as_sent(one, number, points) for number in assignments for one in students],
                }
                assert bulk_grading.perform(unit, job) is None

            with every_statement() as statements:
                write(world, Asker(System()), work)
            return statements

        everybody = STUDENTS
        grade(everybody, 1)
        few, many = grade(everybody[:2], 2), grade(everybody, 3)
        assert len(few) == len(many), "\n".join(few) + "\n\n" + "\n".join(many)
        with store.read() as connection:
            c = t.submissions.c
            scores = connection.execute(sa.select(c.score).where(c.assignment_id.in_(assignments))).scalars().all()
        assert set(scores) <= {3.0, 4.0}, "the rubric's score is no grade unless it is used for grading"
        assert len(scores) == len(everybody) * len(assignments)


def _as_sent(student: int, assignment: int, points: int) -> dict[str, Any]:
    sent = BulkGrade(
        student=str(student),
        assignment_id=assignment,
        user_id=student,
        posted_grade=str(points),
        text_comment=f"Comment {points}",
        rubric={"style": Mark(points=float(points))} if assignment in ESSAYS else None,
    )
    found: dict[str, Any] = to_builtins(sent)
    return found
