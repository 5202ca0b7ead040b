"""Events from the outbox to a file by one and by two relays, beside the same sink fed by a bare loop.

``make bench-events``. Each measurement starts with a backlog of finished messages (a grade and a course score for each of many
students, committed and not routed) and ends when the last line is in the file. The relays are processes that are up before the
clock starts. The floor is one process that hands the same bytes to the same sink in batches of the same size: no database,
nothing claimed, nothing settled. Both run on this machine in this run, one after the other; only their ratio travels.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from uuid import UUID, uuid4

import sqlalchemy as sa
from tests.postgres_cluster import running_cluster

from bench import course
from gradewire import logs
from gradewire.core.changes import Change, CourseContext, CourseScoreChanged, GradeChanged, RequestOrigin
from gradewire.events.relay import Relay
from gradewire.events.render import Message, prepare, render_on
from gradewire.events.settings import EventSettings
from gradewire.events.sinks import Outgoing
from gradewire.events.sinks.file import FileSink
from gradewire.events.targets import FileTarget
from gradewire.store import outbox
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from gradewire.store.outbox import OutboxRow

NOW = datetime.now(UTC)
SETTINGS = EventSettings(base_url="https://grades.example.edu/")
CONTEXT = CourseContext(
    course_id=course.COURSE,
    account_id=1,
    root_account_id=1,
    root_account_uuid="bench",
    root_account_lti_guid="bench",
    sis_source_id="BENCH-1",
)
ORIGIN = RequestOrigin(
    user_id=1,
    request_id=str(uuid4()),
    hostname="grades.example.edu",
    http_method="PUT",
    url="https://grades.example.edu/api/v1/courses/1/assignments/1/submissions/1",
    client_ip="192.0.2.1",
    user_agent="bench/1",
    referrer=None,
    session_id=None,
    user_login="teacher",
    user_account_id=1,
    user_sis_id="T1",
    time_zone="UTC",
    developer_key_id=None,
    context_role="TeacherEnrollment",
)
BATCH = 1000


def changes(student: int) -> tuple[Change, ...]:
    """What one grade changes."""
    return (
        GradeChanged(
            course_id=course.COURSE,
            assignment_id=1,
            assignment_name="Assignment 1",
            submission_id=student,
            student_id=student,
            student_sis_id=f"S{student}",
            grade="8",
            old_grade="7",
            score=8.0,
            old_score=7.0,
            points_possible=10.0,
            old_points_possible=10.0,
            grader_id=1,
            grading_complete=True,
            muted=False,
        ),
        CourseScoreChanged(
            course_id=course.COURSE,
            user_id=student,
            workflow_state="active",
            created_at=NOW,
            updated_at=NOW,
            current_score=80.0,
            old_current_score=70.0,
            final_score=80.0,
            old_final_score=70.0,
            unposted_current_score=80.0,
            old_unposted_current_score=70.0,
            unposted_final_score=80.0,
            old_unposted_final_score=70.0,
        ),
    )


def messages(count: int) -> list[Message]:
    occasion = prepare(course=CONTEXT, origin=ORIGIN, at=NOW, settings=SETTINGS)
    found: list[Message] = []
    student = course.FIRST_STUDENT
    while len(found) < count:
        found += [made for change in changes(student) if (made := render_on(occasion, change, uuid4())) is not None]
        student += 1
    return found[:count]


def row(message: Message) -> OutboxRow:
    return OutboxRow(
        str(message.event_id),
        message.name,
        message.course_id,
        message.student_id,
        message.muted,
        message.occurred_at,
        message.canvas.decode(),
        None if message.caliper is None else message.caliper.decode(),
    )


def measure_rendering(count: int) -> float:
    """Messages rendered per second, each in a unit of work of two facts, Canvas and Caliper."""
    started = time.perf_counter()
    done = 0
    for student in range(count // 2):
        occasion = prepare(course=CONTEXT, origin=ORIGIN, at=NOW, settings=SETTINGS)
        for change in changes(student + 1):
            done += render_on(occasion, change, UUID(int=student)) is not None
    return done / (time.perf_counter() - started)


def measure_floor(made: list[Message], path: Path, *, fsync: bool) -> float:
    """Events per second of the bare loop."""
    sink = FileSink(FileTarget(path=str(path), fsync=fsync))
    outgoing = [Outgoing(str(m.event_id), m.name, m.course_id, m.student_id, m.occurred_at, m.canvas) for m in made]
    started = time.perf_counter()
    for start in range(0, len(outgoing), BATCH):
        sink.send(outgoing[start : start + BATCH])
    return len(outgoing) / (time.perf_counter() - started)


def refill(url: str, made: list[Message], path: Path, *, fsync: bool) -> None:
    """A database with one subscription and nothing but a backlog; the statistics of the planner are up to date."""
    with open_store(url) as store:

        def fill(connection: sa.Connection) -> None:
            for table in (t.deliveries, t.outbox, t.subscriptions):
                connection.execute(sa.delete(table))
            connection.execute(
                sa.insert(t.subscriptions).values(
                    account_id=1,
                    name="bench",
                    events=["grade_change", "course_grade_change"],
                    target={"kind": "file", "path": str(path), "fsync": fsync},
                    created_at=NOW,
                    updated_at=NOW,
                )
            )
            outbox.append(connection, [row(message) for message in made])

        store.write(fill)
        if store.kind == "postgresql":
            with store.writing.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("vacuum analyze"))


def relay(url: str, ready: Event, start: Event, stop: Event) -> None:
    """One relay, in a process of its own."""
    logs.configure(level="warning")
    with open_store(url) as store, store.read():
        worker = Relay(store, poll_seconds=0.02)
        ready.set()
        start.wait()
        thread = threading.Thread(target=worker.run)
        thread.start()
        stop.wait()
        worker.stop()
        thread.join()


@contextlib.contextmanager
def relays(url: str, number: int) -> Iterator[Event]:
    """So many relays that wait for the event to begin."""
    context = get_context("spawn")
    start, stop = context.Event(), context.Event()
    readies = [context.Event() for _ in range(number)]
    children = [context.Process(target=relay, args=(url, ready, start, stop)) for ready in readies]
    for child in children:
        child.start()
    try:
        for ready in readies:
            ready.wait(60)
        yield start
    finally:
        start.set()
        stop.set()
        for child in children:
            child.join(60)


def measure_relays(url: str, made: list[Message], path: Path, *, number: int, fsync: bool) -> float:
    """Events per second from the first claim to the last line, by so many relays."""
    refill(url, made, path, fsync=fsync)
    size = sum(len(message.canvas) + 1 for message in made)
    with relays(url, number) as start:
        started = time.perf_counter()
        start.set()
        while not path.exists() or path.stat().st_size < size:
            if time.perf_counter() - started > 600:
                raise RuntimeError("the backlog does not drain")
            time.sleep(0.005)
        took = time.perf_counter() - started
    with path.open("rb") as file:
        lines = sum(1 for _ in file)
    assert lines == len(made), f"{lines} lines of {len(made)}"
    return len(made) / took


def measure(engine: str, url: str, made: list[Message], directory: Path) -> None:
    course.make(url, 1)
    for fsync in (True, False):
        floor = measure_floor(made, directory / f"{engine}-{fsync}-floor", fsync=fsync)
        rates = [
            measure_relays(url, made, directory / f"{engine}-{fsync}-{number}", number=number, fsync=fsync) for number in (1, 2)
        ]
        numbers = "".join(f" {rate:>10,.0f} {rate / floor:>6.3f}" for rate in rates)
        print(f"{engine:<11} {'yes' if fsync else 'no':<6} {floor:>11,.0f}{numbers}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=20_000, help="events per measurement (default %(default)s)")
    count = parser.parse_args().events
    print(f"rendering: {measure_rendering(count):,.0f} messages/s, Canvas and Caliper")
    made = messages(count)
    size = sum(len(message.canvas) for message in made) // count
    print(f"{count:,} events of {size} bytes to a file: events per second, and the ratio to the bare loop")
    print(f"{'':<11} {'fsync':<6} {'bare loop':>11} {'1 relay':>10} {'':>6} {'2 relays':>10}")
    with tempfile.TemporaryDirectory(prefix="gradewire-bench-") as name:
        directory = Path(name)
        measure("SQLite", f"sqlite:///{directory}/bench.sqlite3", made, directory)
        with running_cluster(durable=True) as cluster:
            measure("PostgreSQL", cluster.create_database("bench"), made, directory)


if __name__ == "__main__":
    main()
