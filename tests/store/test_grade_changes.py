"""The list of grade changes hides students and graders in SQL; the rules themselves are plain code. Both say the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.access import CourseAccess
from gradewire.actions.anonymity import is_anonymised
from gradewire.core.permissions import MANAGE_GRADES, SELECT_FINAL_GRADE
from gradewire.store import grade_changes, rules, scores
from gradewire.store import tables as t
from gradewire.store.engine import Store, open_store
from gradewire.store.grade_changes import Watcher

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMPS = {"created_at": NOW, "updated_at": NOW}
COURSE, STUDENT, GONE, WATCHER, OTHER = 5, 11, 12, 2, 3
FLAGS = (
    "anonymous_grading",
    "graders_anonymous_to_graders",
    "grader_comments_visible_to_graders",
    "grader_names_visible_to_final_grader",
)
MODERATION = ((False, None, None), *((True, published, final) for published in (None, NOW) for final in (None, WATCHER, OTHER)))
"""Whether it is moderated, when grades were published, and the final grader."""
WORK = ("none", "posted", "unposted", "unposted, deleted", "unposted, of who left")


@pytest.fixture(scope="module")
def store(module_database_url: str) -> Iterator[Store]:
    """A course with an assignment for every combination of what the rules look at."""
    with open_store(module_database_url, connections=2) as opened:
        opened.write(_build)
        yield opened


def _build(connection: sa.Connection) -> None:
    def add(table: sa.Table, *rows: dict[str, Any]) -> None:
        connection.execute(sa.insert(table), [{**STAMPS, **row} for row in rows])

    add(t.accounts, {"id": 1, "root_account_id": 1, "name": "Root", "uuid": "root"})
    people = {"root_account_id": 1, "name": "x", "sortable_name": "x", "short_name": "x"}
    add(t.users, *({"id": number, **people} for number in (WATCHER, OTHER, STUDENT, GONE)))
    add(t.courses, {"id": COURSE, "account_id": 1, "root_account_id": 1, "name": "C", "course_code": "C", "uuid": "c"})
    add(t.course_sections, {"id": 51, "course_id": COURSE, "name": "One"})
    student = {"course_id": COURSE, "course_section_id": 51, "type": "StudentEnrollment"}
    add(
        t.enrollments,
        {"id": 1, "user_id": STUDENT, "workflow_state": "active", **student},
        {"id": 2, "user_id": GONE, "workflow_state": "completed", **student},
    )
    add(t.assignment_groups, {"id": 60, "course_id": COURSE, "name": "G"})
    assignments, work = [], []
    every = product(MODERATION, product((False, True), repeat=len(FLAGS)), WORK)
    for number, ((moderated, published, final), flags, kind) in enumerate(every, start=1):
        row = {"id": number, "course_id": COURSE, "assignment_group_id": 60, "name": "A", "submission_types": ["none"]}
        graded = {"moderated_grading": moderated, "grader_count": 1, "grades_published_at": published, "final_grader_id": final}
        assignments.append({**row, **graded, **dict(zip(FLAGS, flags, strict=True))})
        if kind != "none":
            work.append(
                {
                    "course_id": COURSE,
                    "assignment_id": number,
                    "user_id": GONE if "left" in kind else STUDENT,
                    "anonymous_id": "aaaaa",
                    "posted_at": NOW if kind == "posted" else None,
                    "workflow_state": "deleted" if "deleted" in kind else "graded",
                }
            )
    add(t.assignments, *assignments)
    add(t.submissions, *work)


def _told(connection: sa.Connection, hidden: sa.ColumnElement[bool]) -> set[int]:
    return set(connection.execute(sa.select(t.assignments.c.id).where(hidden)).scalars())


def test_students_are_hidden_as_the_rule_says(store: Store) -> None:
    with store.read() as connection:
        found = rules.load(connection, COURSE)
        assert found is not None
        unposted = scores.anonymous_unposted(connection, COURSE)
        expected = {one.id for one in found.assignments.values() if is_anonymised(one, unposted=one.id in unposted)}
        assert _told(connection, grade_changes._anonymised()) == expected
    assert 0 < len(expected) < len(found.assignments) == len(MODERATION) * 2 ** len(FLAGS) * len(WORK)


@pytest.mark.parametrize("moderates", [False, True])
def test_graders_are_hidden_as_the_rule_says(store: Store, moderates: bool) -> None:
    above = frozenset({SELECT_FINAL_GRADE} if moderates else ())
    with store.read() as connection:
        found = rules.load(connection, COURSE)
        assert found is not None
        access = CourseAccess(found, WATCHER, (), frozenset({MANAGE_GRADES}) | above, above)
        expected = {one.id for one in found.assignments.values() if not access.sees_other_graders(one)}
        assert _told(connection, grade_changes._hides_graders(Watcher(WATCHER, moderates))) == expected
    assert 0 < len(expected) < len(found.assignments)
