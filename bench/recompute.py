"""Recomputes the scores of a whole institution from the store and back, beside the same rows read and written for nothing.

``python -m bench.recompute DIRECTORY [--database URL] [--limit COURSES]``: the Open University Learning Analytics Dataset, as
``bench.oulad`` loads it, once on SQLite and once on PostgreSQL (the throw-away cluster of the tests), or on one database. What
is measured, each over all courses, a transaction for each:

floor      the rows that a computation reads are read, and every score row is written with the numbers it has
unchanged  everything is computed, nothing differs, nothing is written
changed    everything is computed, every score row differs and is written; no events
single     as ``unchanged``, but one student after another instead of by arrays
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import sqlalchemy as sa
from tests.postgres_cluster import running_cluster

from bench import oulad
from gradewire.actions import scores as score_actions
from gradewire.actions.recomputation import Order, PinnedCourse, find_courses, recompute_courses
from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.actions.world import World
from gradewire.events.settings import EventSettings
from gradewire.store import scores
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from gradewire.store.scores import NewScores

ORDER = Order(silent=True)


def run(source: Path, url: str, limit: int | None) -> None:
    started = time.perf_counter()
    with redirect_stdout(StringIO()):
        oulad.run(source, url)
    with open_store(url) as store:
        world = World(store, events=EventSettings(base_url="http://localhost/"))
        courses = find_courses(world, None)[:limit]
        students = sum(course.students for course in courses)
        cells = count(world, t.submissions, courses)
        rows = count(world, t.scores, courses)
        print(f"{store.kind}: {len(courses)} courses, {students:,} students, {cells:,} cells, {rows:,} score rows", end="")
        print(f" (loaded in {time.perf_counter() - started:.0f} s)")

        def measure(name: str, work: Callable[[], object]) -> None:
            started = time.perf_counter()
            work()
            seconds = time.perf_counter() - started
            print(f"  {name:<10}{seconds:>8.2f} s{students / seconds:>12,.0f} students/s{cells / seconds:>14,.0f} cells/s")

        measure("floor", lambda: read_and_write(world, courses))
        measure("unchanged", lambda: recompute(world, courses))
        spoil(world, courses)
        measure("changed", lambda: recompute(world, courses))
        known, score_actions.MANY = score_actions.MANY, 10**9
        measure("single", lambda: recompute(world, courses))
        score_actions.MANY = known


def count(world: World, table: sa.Table, courses: list[PinnedCourse]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(table.c.course_id.in_([course.id for course in courses]))
    with world.store.read() as connection:
        found: int = connection.execute(query).scalar_one()
    return found


def recompute(world: World, courses: list[PinnedCourse]) -> None:
    for outcome in recompute_courses(world, courses, ORDER):
        assert outcome.refused is None, outcome.refused


def spoil(world: World, courses: list[PinnedCourse]) -> None:
    """Make every score row differ from what is computed."""
    ids = [course.id for course in courses]
    statement = sa.update(t.scores).where(t.scores.c.course_id.in_(ids)).values(current_score=-1.0, final_score=-1.0)
    world.store.write(lambda connection: connection.execute(statement))


def read_and_write(world: World, courses: list[PinnedCourse]) -> None:
    for course in courses:

        def work(unit: Unit, course_id: int = course.id) -> None:
            connection = unit.connection
            scores.lock(connection, course_id, None)
            unit.rules(course_id)
            scores.completed_students(connection, course_id, None)
            scores.work_for(connection, course_id, None)
            found = scores.rows_for(connection, course_id, None)
            scores.count_up(connection, course_id, None)
            same = [NewScores(row.id, row.numbers, row.dropped) for rows in found.values() for row in rows]
            scores.update_many(connection, same, unit.now)

        write(world, Asker(System()), work)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--database", metavar="URL", help="an empty database; without it, one of each engine is made")
    parser.add_argument("--limit", type=int, metavar="COURSES", help="measure only so many courses")
    chosen = parser.parse_args()
    if chosen.database:
        run(chosen.directory, chosen.database, chosen.limit)
        return
    with tempfile.TemporaryDirectory(prefix="gradewire-recompute-") as scratch:
        run(chosen.directory, f"sqlite:///{scratch}/oulad.sqlite3", chosen.limit)
    with running_cluster(durable=True) as cluster:
        run(chosen.directory, cluster.create_database("oulad"), chosen.limit)


if __name__ == "__main__":
    main()
