"""One grade written through HTTP, beside the same SQL in a bare loop; memory per process; the start of the demo.

``make bench``. The request is authenticated, authorised, written, its course score recomputed, its events put into the outbox,
and committed. The floor is a loop that sends the very statements of that request (the read and the write of
``store.gradesheet``) with finished parameters: no HTTP, no rules, nothing decoded. Both run on this machine in this run, one
after the other; only their ratio travels.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from tests.postgres_cluster import free_port, running_cluster
from tests.server import Server, running_server

from bench import course
from bench.clients import send_all
from gradewire.core.grading import Head
from gradewire.store import gradesheet_postgres, gradesheet_sqlite, postgres
from gradewire.store.engine import open_store
from gradewire.store.gradesheet_rows import GradeWrite, Sheet
from gradewire.store.outbox import OutboxRow
from gradewire.store.scores import NewScores

STUDENTS = 400
DIGEST = hashlib.sha256(course.TOKEN.encode()).hexdigest()
CONNECTIONS = 32
GROUPED = 16
"""Writes per commit of the second SQLite floor: about what the writer thread finds waiting under this load."""


def requests(count: int) -> list[bytes]:
    """Grades of random students, as a program would send them."""
    choose = random.Random(1)
    made = []
    for _ in range(count):
        student = choose.randrange(course.FIRST_STUDENT, course.FIRST_STUDENT + STUDENTS)
        body = b'{"submission":{"posted_grade":"%d"}}' % choose.randrange(11)
        made.append(
            b"PUT /api/v1/courses/%d/assignments/%d/submissions/%d HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (course.COURSE, choose.choice(course.ASSIGNMENTS), student, course.TOKEN.encode(), len(body), body)
        )
    return made


def measure_http(server: Server, count: int) -> float:
    """Writes per second through HTTP, after a warm-up."""
    port = int(server.url.rpartition(":")[2])
    send_all(port, requests(count // 5), connections=CONNECTIONS)
    return count / send_all(port, requests(count), connections=CONNECTIONS)


def grade_write(sheet: Sheet, score: float) -> GradeWrite:
    """The parameters of a write such as the server makes, without having decided anything."""
    before = sheet.submission
    assert before is not None
    now = datetime.now(UTC)
    event = "x" * 1056
    messages = [
        OutboxRow(str(uuid4()), "grade_change", course.COURSE, before.user_id, False, now, event, "x" * 1990),
        OutboxRow(str(uuid4()), "course_grade_change", course.COURSE, before.user_id, False, now, event, None),
    ]
    after = Head(
        workflow_state="graded",
        score=score,
        grade=f"{score:g}",
        points_deducted=None,
        excused=False,
        grader_id=1,
        graded_at=now,
        posted_at=now,
        graded_anonymously=False,
        grade_matches_current_submission=True,
        late_policy_status=None,
        seconds_late_override=None,
        version=before.version + 1,
    )
    course_row = next(row for row in sheet.scores if row.course_score)
    others = [NewScores(row.id, (score,) * 8, None) for row in sheet.scores if not row.course_score][:1]
    return GradeWrite(
        before=before,
        after=after,
        cause="grade",
        acting_user_id=1,
        request_id="x" * 36,
        guard=NewScores(course_row.id, (score,) * 8, None),
        guard_version=course_row.version,
        other_scores=others,
        messages=messages,
        now=now,
    )


def floor_sqlite(url: str, count: int, *, per_commit: int) -> float:
    """The statements of a write in a bare loop on one connection, ``per_commit`` of them to a transaction."""
    path = sa.make_url(url).database
    assert path is not None
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on", "cache_size = -32000"):
        connection.execute(f"pragma {pragma}")
    choose = random.Random(2)
    started = time.perf_counter()
    for number in range(count):
        if number % per_commit == 0:
            connection.execute("begin immediate")
        student = choose.randrange(course.FIRST_STUDENT, course.FIRST_STUDENT + STUDENTS)
        sheet = gradesheet_sqlite.read(
            connection,
            digest=DIGEST,
            course_id=course.COURSE,
            assignment_id=choose.choice(course.ASSIGNMENTS),
            student_id=student,
        )
        gradesheet_sqlite.write(connection, grade_write(sheet, float(choose.randrange(11))))
        if number % per_commit == per_commit - 1:
            connection.execute("commit")
    seconds = time.perf_counter() - started
    connection.close()
    return count / seconds


def _loop_postgres(url: str, students: range, count: int) -> None:
    pool = postgres.create_pool(sa.make_url(url), size=1)
    choose = random.Random(students.start)
    with pool, pool.connection() as connection:
        for _ in range(count):
            sheet = gradesheet_postgres.read(
                connection,
                digest=DIGEST,
                course_id=course.COURSE,
                assignment_id=choose.choice(course.ASSIGNMENTS),
                student_id=choose.choice(students),
            )
            gradesheet_postgres.write(connection, grade_write(sheet, float(choose.randrange(11))))


def _process_postgres(url: str, threads: int, students: range, count: int) -> None:
    share = len(students) // threads
    parts = [students[number * share : (number + 1) * share] for number in range(threads)]
    workers = [threading.Thread(target=_loop_postgres, args=(url, part, count // threads)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def floor_postgres(url: str, count: int, *, processes: int, threads: int) -> float:
    """The two statements of a write in bare loops, with as many processes and connections as the server has."""
    share = STUDENTS // processes
    context = get_context("spawn")
    parts = [range(course.FIRST_STUDENT + n * share, course.FIRST_STUDENT + (n + 1) * share) for n in range(processes)]
    workers = [context.Process(target=_process_postgres, args=(url, threads, part, count // processes)) for part in parts]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return count / (time.perf_counter() - started)


def memory_of(server: Server) -> Iterator[tuple[str, float]]:
    """Name and resident megabytes of the main process and of each worker."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    pids = [server.pid, *(int(pid) for pid in children.read_text().split())] if children.exists() else [server.pid]
    for number, pid in enumerate(pids):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                yield ("main" if number == 0 else f"worker {number}"), int(line.split()[1]) / 1024


def first_answer_of_demo(directory: Path) -> float:
    """Seconds from starting ``gradewire demo`` in an empty directory to its first answer."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRADEWIRE_")}
    environment |= {"GRADEWIRE_PORT": str(port)}
    started = time.perf_counter()
    with (directory / "demo.log").open("wb") as log:
        demo = subprocess.Popen(
            [sys.executable, "-m", "gradewire", "demo"], cwd=directory, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        while time.perf_counter() - started < 120:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1):
                    return time.perf_counter() - started
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        raise RuntimeError((directory / "demo.log").read_text())
    finally:
        demo.terminate()
        demo.wait(20)


def report(engine: str, http: float, floor: float, note: str) -> None:
    print(f"{engine:<11} {http:>8,.0f} {floor:>12,.0f} {http / floor:>8.2f}   {note}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--writes", type=int, default=8_000, help="grades per measurement (default %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="server processes on PostgreSQL (default %(default)s)")
    parser.add_argument("--threads", type=int, default=4, help="threads of each of them (default %(default)s)")
    chosen = parser.parse_args()
    count = chosen.writes
    with tempfile.TemporaryDirectory(prefix="gradewire-bench-") as name:
        directory = Path(name)
        print(f"{STUDENTS} students x {len(course.ASSIGNMENTS)} assignments, {CONNECTIONS} connections, {count:,} grades each")
        print(f"{'':<11} {'HTTP/s':>8} {'bare SQL/s':>12} {'ratio':>8}")
        memory: list[tuple[str, str, float]] = []

        url = f"sqlite:///{directory}/bench.sqlite3"
        course.make(url, STUDENTS)
        with running_server(url, directory / "sqlite", settings={"GRADEWIRE_RELAY_IN_SERVER": "false"}) as server:
            http = measure_http(server, count)
            memory += [("SQLite", process, size) for process, size in memory_of(server)]
        report("SQLite", http, floor_sqlite(url, count, per_commit=GROUPED), f"bare loop commits every {GROUPED} grades")
        report("SQLite", http, floor_sqlite(url, count, per_commit=1), "bare loop commits every grade")

        with running_cluster(durable=True) as cluster:
            url = cluster.create_database("bench")
            course.make(url, STUDENTS)
            settings = {
                "GRADEWIRE_WORKERS": str(chosen.workers),
                "GRADEWIRE_THREADS": str(chosen.threads),
                "GRADEWIRE_POOL_SIZE": str(chosen.threads),
                "GRADEWIRE_RELAY_IN_SERVER": "false",
            }
            with running_server(url, directory / "postgresql", settings=settings) as server:
                http = measure_http(server, count)
                memory += [("PostgreSQL", process, size) for process, size in memory_of(server)]
            floor = floor_postgres(url, count, processes=chosen.workers, threads=chosen.threads)
            report("PostgreSQL", http, floor, f"{chosen.workers} processes x {chosen.threads} connections on both sides")
        with open_store(f"sqlite:///{directory}/bench.sqlite3") as store, store.read() as connection:
            written = connection.execute(sa.text("select count(*) from grade_versions")).scalar_one()
        print(f"grade versions in the SQLite file after it all: {written:,}")
        print("resident memory: " + ", ".join(f"{engine} {process} {size:.0f} MB" for engine, process, size in memory))
        demo = directory / "demo"
        demo.mkdir()
        print(f"gradewire demo answers its first request after {first_answer_of_demo(demo):.1f} s")


if __name__ == "__main__":
    main()
