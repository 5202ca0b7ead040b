"""The course that the benches grade: one teacher, many students, ten assignments in two groups."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from gradewire.store import tables as t
from gradewire.store.engine import Connection, migrate, open_store

TOKEN = "bench-token"
COURSE = 1
ASSIGNMENTS = range(1, 11)
FIRST_STUDENT = 2


def make(url: str, students: int) -> None:
    """Migrate the database at ``url`` and fill it."""
    migrate(url)
    with open_store(url) as store:
        store.write(lambda connection: _fill(connection, students))


def _fill(connection: Connection, students: int) -> None:
    now = datetime.now(UTC)
    stamps = {"created_at": now, "updated_at": now}
    people = range(FIRST_STUDENT, FIRST_STUDENT + students)

    def add(table: sa.Table, rows: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> None:
        connection.execute(sa.insert(table), [{**row, **stamps} for row in rows])

    add(t.accounts, [{"id": 1, "root_account_id": 1, "name": "Bench", "uuid": "bench", "lti_guid": "bench"}])
    add(t.users, [{"id": 1, "root_account_id": 1, "name": "Teacher", "sortable_name": "Teacher", "short_name": "Teacher"}])
    add(t.logins, [{"user_id": 1, "account_id": 1, "unique_id": "teacher", "sis_user_id": "T1"}])
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    add(t.access_tokens, [{"user_id": 1, "digest": digest, "hint": "bench"}])
    add(t.courses, [_course()])
    add(t.course_sections, [{"id": 1, "course_id": COURSE, "name": "Section", "default_section": True}])
    add(
        t.assignment_groups, [{"id": n, "course_id": COURSE, "name": f"G{n}", "group_weight": w} for n, w in ((1, 60), (2, 40))]
    )
    add(t.assignments, (_assignment(number) for number in ASSIGNMENTS))
    add(t.enrollments, [_enrollment(1, "TeacherEnrollment")])
    names = ("name", "sortable_name", "short_name")
    add(t.users, ({"id": n, "root_account_id": 1, **dict.fromkeys(names, f"Student {n}")} for n in people))
    add(t.logins, ({"user_id": n, "account_id": 1, "unique_id": f"s{n}", "sis_user_id": f"S{n}"} for n in people))
    add(t.enrollments, (_enrollment(n, "StudentEnrollment") for n in people))
    add(t.scores, ({"enrollment_id": n, "course_id": COURSE, "user_id": n, "course_score": True} for n in people))
    groups = ((n, group) for n in people for group in (1, 2))
    add(t.scores, ({"enrollment_id": n, "course_id": COURSE, "user_id": n, "assignment_group_id": g} for n, g in groups))
    pairs = ((n, assignment) for n in people for assignment in ASSIGNMENTS)
    add(
        t.submissions,
        ({"course_id": COURSE, "assignment_id": a, "user_id": n, "anonymous_id": f"{n:05x}"} for n, a in pairs),
    )


def _course() -> dict[str, Any]:
    return {
        "id": COURSE,
        "account_id": 1,
        "root_account_id": 1,
        "name": "Bench",
        "course_code": "BENCH",
        "uuid": "bench-course",
        "group_weighting_scheme": "percent",
    }


def _assignment(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "course_id": COURSE,
        "assignment_group_id": 1 + number % 2,
        "name": f"Assignment {number}",
        "points_possible": 10,
        "submission_types": ["online_text_entry"],
    }


def _enrollment(user_id: int, kind: str) -> dict[str, Any]:
    return {"id": user_id, "course_id": COURSE, "course_section_id": 1, "user_id": user_id, "type": kind}
