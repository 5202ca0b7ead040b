"""Loads the whole Open University Learning Analytics Dataset: 22 courses, 32,593 enrolments, 173,912 results.

``python -m bench.oulad DIRECTORY [--database URL]``: the directory holds ``assessments.csv``, ``studentInfo.csv`` and
``studentAssessment.csv``, each as it is or with ``.gz``, with the columns that ``gradewire.sample`` ships of them. The database
is made if need be, and should be empty; without a URL it is an SQLite file that is removed afterwards. Prints how long each
phase took and how many rows were written.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from gradewire.actions.institution import Document, Institution, LoadReport, load
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.core.institution.courses import Enrollment
from gradewire.core.institution.people import Account, Term, User
from gradewire.events.settings import EventSettings
from gradewire.sample.oulad import STARTS, Presentation, build_course, build_user, directory, read_presentations
from gradewire.store.engine import migrate, open_store

TEACHER = "oulad-teacher"


def institution(presentations: list[Presentation]) -> Institution:
    """The Open University with all presentations as courses, and one teacher."""
    students = sorted({student for presentation in presentations for student in presentation.students})
    staff = (Enrollment(user=TEACHER, type="TeacherEnrollment"),)
    return Institution(
        accounts=(Account(name="Open University", sis_id="OU"),),
        users=(User(name="Terry Teacher", login=TEACHER), *(build_user(student, ids=False) for student in students)),
        terms=tuple(Term(name=run, sis_id=run, start_at=start) for run, start in STARTS.items()),
        courses=tuple(build_course(one, teacher=TEACHER, staff=staff, name=one.name, term=one.run) for one in presentations),
    )


def run(source: Path, url: str) -> None:
    started = time.perf_counter()
    presentations = read_presentations(directory(source))
    built = institution(presentations)
    results = sum(len(found) for one in presentations for found in one.results.values())
    enrolled = sum(len(one.students) for one in presentations)
    print(f"{len(presentations)} courses, {enrolled:,} enrolments, {results:,} results")
    phase("read files", time.perf_counter() - started, results)
    started = time.perf_counter()
    migrate(url)
    with open_store(url) as store:
        world = World(store, events=EventSettings(base_url="http://localhost/"))
        report = write(world, Asker(System()), lambda unit: load(unit, [Document("OULAD", built)]))
    elapsed = time.perf_counter() - started
    tell(report, elapsed)


def tell(report: LoadReport, elapsed: float) -> None:
    for name, seconds in report.seconds.items():
        phase(name, seconds, None)
    written = sum(report.created.values())
    phase("all, with commit", elapsed, written)
    for table, count in sorted(report.created.items(), key=lambda pair: -pair[1]):
        print(f"    {table:<22}{count:>10,} rows")


def phase(name: str, seconds: float, rows: int | None) -> None:
    rate = "" if rows is None else f"{rows / seconds:>12,.0f} rows/s"
    print(f"{name:<18}{seconds:>8.2f} s{rate}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--database", metavar="URL")
    chosen = parser.parse_args()
    if chosen.database:
        run(chosen.directory, chosen.database)
        return
    with tempfile.TemporaryDirectory(prefix="gradewire-oulad-") as scratch:
        run(chosen.directory, f"sqlite:///{scratch}/oulad.sqlite3")


if __name__ == "__main__":
    main()
