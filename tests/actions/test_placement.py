"""Placing students: the rows that follow from who is in a course and what is assigned, on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.placement import ALPHABET, new_anonymous_id, place
from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.actions.world import World
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DUE = datetime(2026, 3, 10, 23, 59, tzinfo=UTC)
STAMPS = {"created_at": NOW, "updated_at": NOW}
TEACHER, S1, S2, S3 = 1, 11, 12, 13
DICE = random.Random(7)  # noqa: S311 - repeatable on purpose


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    with open_store(database_url, connections=2) as store:
        yield World(store, events=EventSettings(base_url="http://test/"), clock=lambda: NOW, randomness=DICE)


def add(connection: sa.Connection, table: sa.Table, *rows: dict[str, Any]) -> None:
    stamps = STAMPS if "updated_at" in table.c else {}
    for row in rows:
        connection.execute(sa.insert(table).values(**{**stamps, **row}))


def basics(connection: sa.Connection) -> None:
    """A course with two sections, a group, two assignments (the second moderated), a teacher and three students."""
    add(connection, t.accounts, {"id": 1, "root_account_id": 1, "name": "Root", "uuid": "root"})
    add(connection, t.users, *(user(number) for number in (TEACHER, S1, S2, S3)))
    course = {"id": 5, "account_id": 1, "root_account_id": 1, "name": "C", "course_code": "C", "uuid": "c"}
    add(connection, t.courses, course)
    add(connection, t.course_sections, *({"id": number, "course_id": 5, "name": str(number)} for number in (51, 52)))
    add(connection, t.assignment_groups, {"id": 6, "course_id": 5, "name": "Group"})
    plain = {"course_id": 5, "assignment_group_id": 6, "submission_types": ["online_text_entry"], "due_at": DUE}
    add(
        connection,
        t.assignments,
        {"id": 7, "name": "Plain", **plain},
        {"id": 8, "name": "Moderated", "moderated_grading": True, "grader_count": 2, **plain},
    )
    add(
        connection,
        t.enrollments,
        {"id": 100, "course_id": 5, "course_section_id": 51, "user_id": TEACHER, "type": "TeacherEnrollment"},
        {"id": 101, "course_id": 5, "course_section_id": 51, "user_id": S1, "type": "StudentEnrollment"},
        {"id": 102, "course_id": 5, "course_section_id": 51, "user_id": S2, "type": "StudentEnrollment"},
        {"id": 103, "course_id": 5, "course_section_id": 52, "user_id": S3, "type": "StudentEnrollment"},
    )


def user(number: int) -> dict[str, Any]:
    name = f"User {number}"
    return {"id": number, "root_account_id": 1, "name": name, "sortable_name": name, "short_name": name}


def run(world: World, *steps: Callable[[sa.Connection], object], **limits: Any) -> None:
    """Write, say so, and place: in one unit."""

    def action(unit: Unit) -> None:
        for step in steps:
            step(unit.connection)
        unit.touch_rules(5)
        place(unit, 5, **limits)

    write(world, Asker(System()), action)


def fetch(world: World, query: sa.Select[Any]) -> list[Any]:
    with world.store.read() as connection:
        return [tuple(row) if len(row) > 1 else row[0] for row in connection.execute(query)]


def submissions(world: World, *columns: str) -> list[Any]:
    c = t.submissions.c
    named = [c[name] for name in columns or ("assignment_id", "user_id", "workflow_state")]
    return fetch(world, sa.select(*named).order_by(c.assignment_id, c.user_id))


def scores(world: World, state: str = "active") -> list[Any]:
    c = t.scores.c
    columns = (c.enrollment_id, c.course_score, c.grading_period_id, c.assignment_group_id)
    return sorted(fetch(world, sa.select(*columns).where(c.workflow_state == state)), key=str)


def moderated(world: World) -> list[Any]:
    c = t.moderated_students.c
    return fetch(world, sa.select(c.assignment_id, c.student_id).order_by(c.student_id))


def change(table: sa.Table, number: int, **values: Any) -> Callable[[sa.Connection], object]:
    return lambda connection: connection.execute(sa.update(table).where(table.c.id == number).values(**values))


def everything(world: World) -> list[Any]:
    return [fetch(world, sa.select(table).order_by(table.c.id)) for table in (t.submissions, t.scores, t.moderated_students)]


def test_each_assigned_student_gets_a_placeholder_a_selection_and_score_rows(world: World) -> None:
    run(world, basics)
    unsubmitted = [(number, student, "unsubmitted") for number in (7, 8) for student in (S1, S2, S3)]
    assert submissions(world) == unsubmitted
    assert submissions(world, "cached_due_date") == [DUE] * 6
    assert moderated(world) == [(8, S1), (8, S2), (8, S3)]
    assert scores(world) == sorted(
        [(number, True, None, None) for number in (101, 102, 103)] + [(number, False, None, 6) for number in (101, 102, 103)],
        key=str,
    )
    names = submissions(world, "anonymous_id")
    assert all(len(name) == 5 and set(name) <= set(ALPHABET) for name in names)
    assert len(set(names[:3])) == len(set(names[3:])) == 3
    c = t.scores.c
    assert set(fetch(world, sa.select(c.current_score, c.final_score, c.version, c.created_at))) == {(None, None, 0, NOW)}


def test_placing_again_changes_nothing(world: World) -> None:
    run(world, basics)
    before = everything(world)
    world.clock = lambda: NOW + timedelta(hours=1)
    run(world)
    assert everything(world) == before


def test_states_that_count(world: World) -> None:
    run(
        world,
        basics,
        change(t.enrollments, 101, workflow_state="invited"),
        change(t.enrollments, 102, workflow_state="rejected"),
        change(t.enrollments, 103, workflow_state="completed"),
    )
    assert submissions(world, "user_id") == [S1, S3, S1, S3]
    assert {row[0] for row in scores(world)} == {101, 103}


def test_leaving_keeps_the_work_and_coming_back_brings_it_back(world: World) -> None:
    run(world, basics)
    graded = sa.update(t.submissions).where(t.submissions.c.user_id == S1, t.submissions.c.assignment_id == 7)
    run(world, lambda connection: connection.execute(graded.values(score=8, grade="8", workflow_state="graded")))
    names = submissions(world, "anonymous_id")
    run(world, change(t.enrollments, 101, workflow_state="deleted"))
    assert submissions(world)[0] == (7, S1, "deleted")
    assert moderated(world) == [(8, S2), (8, S3)]
    assert {row[0] for row in scores(world)} == {102, 103}
    assert {row[0] for row in scores(world, "deleted")} == {101}
    run(world, change(t.enrollments, 101, workflow_state="active"))
    assert submissions(world, "user_id", "workflow_state", "score")[0] == (S1, "graded", 8)
    assert submissions(world, "anonymous_id") == names
    assert moderated(world) == [(8, S1), (8, S2), (8, S3)]
    assert {row[0] for row in scores(world)} == {101, 102, 103}


def test_a_deleted_assignment_takes_its_submissions_with_it(world: World) -> None:
    run(world, basics)
    run(world, change(t.assignments, 7, workflow_state="deleted"))
    assert submissions(world, "workflow_state") == ["deleted"] * 3 + ["unsubmitted"] * 3


def test_overrides_decide_who_and_when(world: World) -> None:
    late = DUE + timedelta(days=3)

    def override(connection: sa.Connection) -> None:
        mine = {"assignment_id": 7, "due_at_overridden": True, "due_at": late}
        add(connection, t.assignment_overrides, {"id": 1, "set_type": "CourseSection", "course_section_id": 52, **mine})
        add(connection, t.assignment_overrides, {"id": 2, "set_type": "ADHOC", **mine, "due_at": None})
        add(connection, t.assignment_override_students, {"assignment_override_id": 2, "user_id": S2})

    run(world, basics)
    run(world, override)
    assert submissions(world, "user_id", "cached_due_date")[:3] == [(S1, DUE), (S2, None), (S3, late)]
    run(world, change(t.assignments, 7, only_visible_to_overrides=True))
    assert submissions(world, "workflow_state")[:3] == ["deleted", "unsubmitted", "unsubmitted"]
    run(world, change(t.assignment_overrides, 1, workflow_state="deleted"))
    assert submissions(world, "workflow_state")[:3] == ["deleted", "unsubmitted", "deleted"]


def test_periods_of_work_and_their_score_rows(world: World) -> None:
    def periods(connection: sa.Connection) -> None:
        add(connection, t.grading_period_groups, {"id": 1, "root_account_id": 1, "title": "Year"})
        for number, (start, end) in {1: (-30, 0), 2: (0, 30)}.items():
            dates = {"start_date": NOW + timedelta(days=start), "end_date": NOW + timedelta(days=end)}
            row = {"id": number, "grading_period_group_id": 1, "title": str(number), **dates}
            add(connection, t.grading_periods, {**row, "close_date": row["end_date"]})
        change(t.courses, 5, grading_period_group_id=1)(connection)

    run(world, basics)
    run(world, periods)
    assert submissions(world, "grading_period_id") == [2] * 6
    assert {row[2] for row in scores(world)} == {None, 1, 2}
    assert len(scores(world)) == 12
    run(world, change(t.grading_periods, 2, workflow_state="deleted"))
    assert submissions(world, "grading_period_id") == [None] * 6
    assert len(scores(world)) == 9
    assert {row[2] for row in scores(world, "deleted")} == {2}
    run(world, change(t.courses, 5, grading_period_group_id=None))
    assert len(scores(world)) == 6


def test_groups_come_and_go(world: World) -> None:
    run(world, basics)
    run(world, lambda connection: add(connection, t.assignment_groups, {"id": 9, "course_id": 5, "name": "New"}))
    assert {row[3] for row in scores(world)} == {None, 6, 9}
    run(world, change(t.assignment_groups, 9, workflow_state="deleted"))
    assert {row[3] for row in scores(world)} == {None, 6}


def test_a_chosen_moderation_set_is_never_filled(world: World) -> None:
    run(world, basics, change(t.assignments, 8, moderation_set="selected"))
    assert moderated(world) == []
    run(world, lambda connection: add(connection, t.moderated_students, {"assignment_id": 8, "student_id": S1}))
    assert moderated(world) == [(8, S1)]
    run(world, change(t.enrollments, 101, workflow_state="deleted"))
    assert moderated(world) == []


def test_only_the_named_students_and_assignments_are_touched(world: World) -> None:
    run(world, basics, user_ids=[S1], assignment_ids=[8])
    assert submissions(world) == [(8, S1, "unsubmitted")]
    assert moderated(world) == [(8, S1)]
    assert {row[0] for row in scores(world)} == {101}
    run(world, user_ids=[S2])
    assert submissions(world, "assignment_id", "user_id") == [(7, S2), (8, S1), (8, S2)]
    run(world, change(t.enrollments, 101, workflow_state="deleted"), user_ids=[S2, S3])
    assert (8, S1, "unsubmitted") in submissions(world)


def test_the_number_of_statements_does_not_depend_on_the_rows(world: World) -> None:
    statements: list[str] = []
    sa.event.listen(world.store.writing, "before_cursor_execute", lambda *said: statements.append(said[2]))

    def count(first: int, number: int) -> int:
        def enrol(connection: sa.Connection) -> None:
            for student in range(first, first + number):
                add(connection, t.users, user(student))
                row = {"course_id": 5, "course_section_id": 51, "user_id": student, "type": "StudentEnrollment"}
                add(connection, t.enrollments, row)
            statements.clear()

        run(world, enrol)
        return len(statements)

    run(world, basics)
    once = count(1000, 1)
    assert count(2000, 60) == once
    assert once <= 20


def test_anonymous_ids_are_never_given_twice() -> None:
    taken: set[str] = set()

    class Stuck(random.Random):
        numbers = iter([5, 5, 5, 6])

        def randrange(self, *_: Any) -> int:
            return next(self.numbers)

    stuck = Stuck()
    assert new_anonymous_id(stuck, taken) != new_anonymous_id(stuck, taken)
    assert len(taken) == 2
