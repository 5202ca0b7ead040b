"""Imports a school's SIS files, beside the same rows put into the same tables without looking at anything.

``python -m bench.sis_import [--users 10000] [--enrollments 20000] [--courses 200]``: once on SQLite and once on
PostgreSQL (the throw-away cluster of the tests). What is measured:

floor      the bare rows (users, logins, courses, sections, enrollments, scores), inserted table by table in one transaction
first      an import of the files that make them, into an empty institution
again      the same files again: nothing differs, but every row is looked at
changed    the same files with one enrolment in ten ended
graded     a further 1,000 students into one course with 40 assignments, each of whom gets 40 submissions
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import sqlalchemy as sa
from tests.actions.sis_world import ROOT, School, archive, build
from tests.postgres_cluster import running_cluster

from gradewire.actions import placement
from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.actions.world import World
from gradewire.events.settings import EventSettings
from gradewire.store import bulk
from gradewire.store import tables as t
from gradewire.store.engine import Connection, migrate, open_store

ASSIGNMENTS = 40
MORE_STUDENTS = 1000
Size = tuple[int, int, int]
"""Users, enrolments, courses."""


def files(size: Size, *, ended: bool = False) -> bytes:
    users, _, courses = size
    people = (f"u{n},login{n},First{n},Last{n},u{n}@example.edu,active" for n in range(users))
    places = (f"C{c},CODE{c},Course {c},published" for c in range(courses))
    sections = (f"S{c},C{c},Section {c},active" for c in range(courses))
    state = ("active", "completed")
    members = (
        f"C{course},u{user},student,S{course},{state[ended and place % 10 == 0]}"
        for place, (user, course) in enumerate(pairs(size))
    )
    return archive(
        {
            "users.csv": "\n".join(["user_id,login_id,first_name,last_name,email,status", *people]),
            "courses.csv": "\n".join(["course_id,short_name,long_name,status", *places]),
            "sections.csv": "\n".join(["section_id,course_id,name,status", *sections]),
            "enrollments.csv": "\n".join(["course_id,user_id,role,section_id,status", *members]),
        }
    )


def pairs(size: Size) -> Iterator[tuple[int, int]]:
    """Who is in which course: users and courses by number, each pair once."""
    users, enrollments, courses = size
    return ((number % users, (number % users + number // users) % courses) for number in range(enrollments))


@contextmanager
def institution(url: str) -> Iterator[School]:
    migrate(url)
    with open_store(url) as store:
        store.write(build)
        yield School(World(store, events=EventSettings(base_url="http://localhost/")))


def put_bare_rows(connection: Connection, size: Size) -> None:
    users, _, courses = size
    now = datetime.now(UTC)
    start = 1000
    named: tuple[str, ...] = (
        "id",
        "root_account_id",
        "name",
        "sortable_name",
        "short_name",
        "email",
        "created_at",
        "updated_at",
    )
    rows = [
        (start + n, ROOT, f"First{n} Last{n}", f"Last{n}, First{n}", f"First{n} Last{n}", f"u{n}@e", now, now)
        for n in range(users)
    ]
    bulk.insert(connection, t.users, named, rows)
    named = ("user_id", "account_id", "unique_id", "sis_user_id", "created_at", "updated_at")
    bulk.insert(connection, t.logins, named, [(start + n, ROOT, f"login{n}", f"u{n}", now, now) for n in range(users)])
    named = ("id", "account_id", "root_account_id", "name", "course_code", "uuid", "sis_course_id", "created_at", "updated_at")
    found = [(start + c, ROOT, ROOT, f"Course {c}", f"CODE{c}", f"uuid{c}", f"C{c}", now, now) for c in range(courses)]
    bulk.insert(connection, t.courses, named, found)
    named = ("id", "course_id", "name", "sis_section_id", "created_at", "updated_at")
    sections = [(start + c, start + c, f"Section {c}", f"S{c}", now, now) for c in range(courses)]
    bulk.insert(connection, t.course_sections, named, sections)
    named = ("id", "course_id", "course_section_id", "user_id", "type", "created_at", "updated_at")
    members = [
        (place, start + course, start + course, start + user, "StudentEnrollment", now, now)
        for place, (user, course) in enumerate(pairs(size), start)
    ]
    bulk.insert(connection, t.enrollments, named, members)
    named = ("enrollment_id", "course_id", "user_id", "course_score", "created_at", "updated_at")
    bulk.insert(connection, t.scores, named, [(row[0], row[1], row[3], True, now, now) for row in members])


def add_assignments(unit: Unit) -> None:
    course = unit.connection.execute(sa.select(t.courses.c.id).where(t.courses.c.sis_course_id == "C0")).scalar_one()
    stamps = {"created_at": unit.now, "updated_at": unit.now}
    group = sa.insert(t.assignment_groups).values(course_id=course, name="Group", **stamps).returning(t.assignment_groups.c.id)
    group_id = unit.connection.execute(group).scalar_one()
    plain = {"course_id": course, "assignment_group_id": group_id, "submission_types": [], "points_possible": 10, **stamps}
    unit.connection.execute(sa.insert(t.assignments), [{**plain, "name": f"A{n}", "position": n} for n in range(ASSIGNMENTS)])
    unit.touch_rules(course)
    placement.place(unit, course)


def run(name: str, floor_url: str, url: str, size: Size) -> None:
    users, enrollments, courses = size
    print(f"{name}: {users:,} users, {enrollments:,} enrollments, {courses:,} courses")
    rows = users + enrollments + 2 * courses

    def measure(phase: str, rows: int, work: Callable[[], object]) -> float:
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
        print(f"  {phase:<10}{seconds:>8.2f} s{rows / seconds:>12,.0f} rows/s", flush=True)
        return seconds

    def load(found: School, content: bytes) -> None:
        done = found.load({"school.zip": content})
        assert done.row.workflow_state == "imported", done.errors

    with institution(floor_url) as school:
        floor = measure("floor", rows, lambda: school.world.store.write(lambda connection: put_bare_rows(connection, size)))
    with institution(url) as school:
        content, changed = files(size), files(size, ended=True)
        first = measure("first", rows, lambda: load(school, content))
        measure("again", rows, lambda: load(school, content))
        measure("changed", rows, lambda: load(school, changed))
        write(school.world, Asker(System()), add_assignments)
        people = "\n".join(f"m{n},more{n},First{n},Last{n},active" for n in range(MORE_STUDENTS))
        places = "\n".join(f"C0,m{n},student,S0,active" for n in range(MORE_STUDENTS))
        more = archive(
            {
                "users.csv": f"user_id,login_id,first_name,last_name,status\n{people}",
                "enrollments.csv": f"course_id,user_id,role,section_id,status\n{places}",
            }
        )
        measure("graded", MORE_STUDENTS * (2 + ASSIGNMENTS), lambda: load(school, more))
    print(f"  first / floor = {first / floor:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--enrollments", type=int, default=20_000)
    parser.add_argument("--courses", type=int, default=200)
    chosen = parser.parse_args()
    size = (chosen.users, chosen.enrollments, chosen.courses)
    with tempfile.TemporaryDirectory(prefix="gradewire-sis-") as scratch:
        run("sqlite", f"sqlite:///{scratch}/floor.sqlite3", f"sqlite:///{scratch}/school.sqlite3", size)
    with running_cluster(durable=True) as cluster:
        run("postgresql", cluster.create_database("floor"), cluster.create_database("school"), size)


if __name__ == "__main__":
    main()
