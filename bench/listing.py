"""All submissions of a large assignment read page by page, and those of whole courses: rows per second, statements per page.

``make bench-listing``, or ``python -m bench.listing [--students 10000]``: once on SQLite and once on PostgreSQL (the throw-away
cluster of the tests), pages of 100 by one client over HTTP, following ``Link: rel="next"``. Statements are counted in a second
application in this process; what a page costs must not depend on how many rows it has.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import urllib.request
from pathlib import Path

import sqlalchemy as sa
from litestar.testing import TestClient
from tests.postgres_cluster import running_cluster
from tests.server import running_server

from bench import course
from gradewire.app import create_app
from gradewire.config import Settings

PAGE = 100
HEADERS = {"Authorization": f"Bearer {course.TOKEN}"}
LISTS = {
    "plain": f"assignments/{course.ASSIGNMENTS[0]}/submissions?",
    "with everything": f"assignments/{course.ASSIGNMENTS[0]}/submissions?include[]=user&include[]=assignment"
    "&include[]=submission_comments&include[]=submission_history&include[]=rubric_assessment&include[]=read_status",
    "grouped by student": "students/submissions?student_ids[]=all&grouped=true",
}


def read_all(address: str) -> tuple[int, int]:
    """Follow the pages to the last; how many there were, and how many bytes."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    pages = size = 0
    following: str | None = address
    while following:
        with opener.open(urllib.request.Request(following, headers=HEADERS), timeout=60) as answer:
            size += len(answer.read())
            links = answer.headers["link"].split(",")
        following = next((link.partition(">")[0].lstrip("<") for link in links if 'rel="next"' in link), None)
        pages += 1
    return pages, size


def count_statements(url: str, path: str) -> int:
    """Of one page in the middle."""
    found: list[str] = []
    with TestClient(create_app(Settings(database_url=url, pool_size=2, relay_in_server=False))) as client:
        address = f"/api/v1/courses/{course.COURSE}/{path}&per_page={PAGE}&page=2"
        client.get(address, headers=HEADERS)  # the rules of the course are kept from now on

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if "jobs" not in statement and not statement.startswith("begin"):
                found.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            client.get(address, headers=HEADERS)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return len(found)


def measure(engine: str, url: str, directory: Path, students: int) -> None:
    course.make(url, students)
    with running_server(url, directory, settings={"GRADEWIRE_RELAY_IN_SERVER": "false"}) as server:
        for name, path in LISTS.items():
            address = f"{server.url}/api/v1/courses/{course.COURSE}/{path}&per_page={PAGE}"
            rows = students * (len(course.ASSIGNMENTS) if "grouped" in path else 1)
            started = time.perf_counter()
            pages, size = read_all(address)
            seconds = time.perf_counter() - started
            statements = count_statements(url, path)
            speed = f"{rows / seconds:>10,.0f} {1000 * seconds / pages:>10.1f} {size / pages / 1024:>10.0f} {statements:>12}"
            print(f"{engine:<11} {name:<20} {speed}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=10_000, help="default %(default)s")
    chosen = parser.parse_args()
    print(f"{chosen.students:,} students x {len(course.ASSIGNMENTS)} assignments, pages of {PAGE}")
    print(f"{'':<32} {'rows/s':>10} {'ms/page':>10} {'KiB/page':>10} {'statements':>12}")
    with tempfile.TemporaryDirectory(prefix="gradewire-listing-") as name, running_cluster() as cluster:
        measure("SQLite", f"sqlite:///{name}/bench.sqlite3", Path(name) / "sqlite", chosen.students)
        measure("PostgreSQL", cluster.create_database("bench"), Path(name) / "postgresql", chosen.students)


if __name__ == "__main__":
    main()
