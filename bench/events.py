"""Events from commit to sink: one relay and two beside the same sink fed by a bare loop, and the backlog of a bulk grade.

``make bench-events``. Three things are measured, each into a file and to an HTTPS receiver on loopback (one request per event):

relays     a backlog of finished messages (a grade and a course score for each of many students, committed and not routed),
           from the start until the last one has arrived. The relays are processes that are up before the clock starts.
bare loop  one process that hands the same bytes to the same sink in batches of the same size: no database, nothing claimed,
           nothing settled. The receiver is the one of the tests, in a process of its own: it is part of both.
backlog    10,000 students graded by one ``update_grades``, with one relay beside the server: how many events have not arrived
           when its Progress says completed, and how long the last one takes from then on.

All run on this machine in this run, one after the other; only ratios travel.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from tests.postgres_cluster import running_cluster
from tests.server import running_server

from bench import course
from bench.bulk_grading import grade_by_http
from bench.outlets import MEANS, FileOutlet, Outlet, await_arrival, https_outlet
from gradewire import logs
from gradewire.core.changes import Change, CourseContext, CourseScoreChanged, GradeChanged, RequestOrigin
from gradewire.events.relay import Relay
from gradewire.events.render import Message, prepare, render_on
from gradewire.events.settings import EventSettings
from gradewire.events.sinks import Outgoing, open_sink
from gradewire.events.targets import read_target
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


def measure_floor(made: list[Message], outlet: Outlet) -> float:
    """Events per second of the bare loop."""
    outlet.empty()
    sink = open_sink(read_target(outlet.target), MEANS)
    outgoing = [Outgoing(str(m.event_id), m.name, m.course_id, m.student_id, m.occurred_at, m.canvas) for m in made]
    started = time.perf_counter()
    for start in range(0, len(outgoing), sink.at_once):
        sink.send(outgoing[start : start + sink.at_once])
    await_arrival(outlet, len(made))
    took = time.perf_counter() - started
    sink.close()
    return len(made) / took


def subscribe(connection: sa.Connection, target: dict[str, Any]) -> None:
    """Leave one subscription, and nothing to deliver."""
    for table in (t.deliveries, t.outbox, t.subscriptions):
        connection.execute(sa.delete(table))
    connection.execute(
        sa.insert(t.subscriptions).values(
            account_id=1,
            name="bench",
            events=["grade_change", "course_grade_change"],
            target=target,
            created_at=NOW,
            updated_at=NOW,
        )
    )


def refill(url: str, made: list[Message], target: dict[str, Any]) -> None:
    """A database with one subscription and nothing but a backlog; the statistics of the planner are up to date."""
    with open_store(url) as store:

        def fill(connection: sa.Connection) -> None:
            subscribe(connection, target)
            outbox.append(connection, [row(message) for message in made])

        store.write(fill)
        if store.kind == "postgresql":
            with store.writing.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("vacuum analyze"))


def relay(url: str, ready: Event, start: Event, stop: Event) -> None:
    """One relay, in a process of its own."""
    logs.configure(level="warning")
    with open_store(url) as store, store.read():
        worker = Relay(store, poll_seconds=0.02, open_target=partial(open_sink, means=MEANS))
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


def measure_relays(url: str, made: list[Message], outlet: Outlet, number: int) -> float:
    """Events per second from the first claim to the last arrival, by so many relays."""
    outlet.empty()
    refill(url, made, outlet.target)
    with relays(url, number) as start:
        started = time.perf_counter()
        start.set()
        await_arrival(outlet, len(made))
        return len(made) / (time.perf_counter() - started)


def measure_backlog(url: str, outlet: Outlet, students: int, directory: Path) -> tuple[float, int, float]:
    """Seconds of grading everybody at once, events not yet arrived then, and seconds until the last one has."""
    with running_server(url, directory, settings={"GRADEWIRE_RELAY_IN_SERVER": "false"}) as server:
        grade_by_http(server, students, 1)  # warm, and every score has been computed once
        with open_store(url) as store:
            store.write(lambda connection: subscribe(connection, outlet.target))
        outlet.empty()
        with relays(url, 1) as start:
            start.set()
            grading = grade_by_http(server, students, 2)
            committed = time.perf_counter()
            with open_store(url) as store, store.read() as connection:
                count = connection.scalar(sa.select(sa.func.count()).select_from(t.outbox)) or 0
            waiting = count - outlet.arrived()
            await_arrival(outlet, count)
            return grading, waiting, time.perf_counter() - committed


def measure(
    engine: str, urls: tuple[str, str], made: list[Message], outlets: list[Outlet], directory: Path, students: int
) -> None:
    course.make(urls[0], 1)
    for outlet in outlets:
        floor = measure_floor(made, outlet)
        rates = [measure_relays(urls[0], made, outlet, number) for number in (1, 2)]
        numbers = "".join(f" {rate:>10,.0f} {rate / floor:>6.3f}" for rate in rates)
        print(f"{engine:<11} {outlet.name:<16} {floor:>11,.0f}{numbers}", flush=True)
    course.make(urls[1], students)
    for outlet in outlets:
        grading, waiting, seconds = measure_backlog(urls[1], outlet, students, directory / engine)
        what = f"{students:,} students graded in {grading:.2f} s: {waiting:,} events had still to come"
        print(f"{engine:<11} {outlet.name:<16} {what}, the last came {seconds:.2f} s later", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=20_000, help="events per measurement (default %(default)s)")
    parser.add_argument("--students", type=int, default=10_000, help="students graded at once (default %(default)s)")
    chosen = parser.parse_args()
    print(f"rendering: {measure_rendering(chosen.events):,.0f} messages/s, Canvas and Caliper")
    made = messages(chosen.events)
    size = sum(len(message.canvas) for message in made) // len(made)
    print(f"{len(made):,} events of {size} bytes: events per second, and the ratio to the bare loop")
    print(f"{'':<11} {'':<16} {'bare loop':>11} {'1 relay':>10} {'':>6} {'2 relays':>10}")
    with tempfile.TemporaryDirectory(prefix="gradewire-bench-") as name, https_outlet() as receiver:
        directory = Path(name)
        files = [FileOutlet(directory / f"events-{fsync}.jsonl", fsync=fsync) for fsync in (True, False)]
        outlets: list[Outlet] = [*files, receiver]
        urls = f"sqlite:///{directory}/relays.sqlite3", f"sqlite:///{directory}/backlog.sqlite3"
        measure("SQLite", urls, made, outlets, directory, chosen.students)
        with running_cluster(durable=True) as cluster:
            urls = cluster.create_database("relays"), cluster.create_database("backlog")
            measure("PostgreSQL", urls, made, outlets, directory, chosen.students)


if __name__ == "__main__":
    main()
