"""NATS JetStream as a target, at a real nats-server."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nats
import pytest

from gradewire.core.errors import Invalid
from gradewire.events.sinks import SinkError, open_sink
from gradewire.events.targets import read_target
from tests.child_process import ChildProcess
from tests.events.broker_events import MEANS, events, number
from tests.postgres_cluster import free_port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    binary = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin:/usr/local/bin")
    assert binary, "these tests need nats-server: apt-get install nats-server, or https://github.com/nats-io/nats-server"
    directory = tmp_path_factory.mktemp("nats")
    port = free_port()
    child = ChildProcess(
        [binary, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(directory), "--auth", "secret"],
        log=Path(directory) / "nats.log",
    )
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"nats://127.0.0.1:{port}"
    finally:
        child.stop()


@pytest.fixture(autouse=True)
def untidy_streams() -> Iterator[None]:
    """The client leaves streams behind that complain when they are collected: here, and not in somebody else's test."""
    yield
    hook = sys.unraisablehook
    sys.unraisablehook = lambda _what: None
    try:
        gc.collect()
    finally:
        sys.unraisablehook = hook


def target(server: str, **more: Any) -> Any:
    return read_target({"kind": "nats", "servers": [server], "token_sealed": "sealed:secret", **more})


def with_stream(server: str, name: str, subjects: list[str]) -> None:
    async def make() -> None:
        client = await nats.connect(server, token="secret")
        await client.jetstream().add_stream(name=name, subjects=subjects)
        await client.close()

    asyncio.run(make())


def read_stream(server: str, name: str, subject: str, count: int) -> list[Any]:
    async def read() -> list[Any]:
        client = await nats.connect(server, token="secret")
        subscription = await client.jetstream().pull_subscribe(subject, stream=name)
        found: list[Any] = []
        while len(found) < count:
            found += await subscription.fetch(count - len(found), timeout=5)
        state = (await client.jetstream().stream_info(name)).state
        assert state.messages == count
        await client.close()
        return found

    return asyncio.run(read())


def test_a_stream_gets_every_event_once_in_order_with_its_id(server: str) -> None:
    with_stream(server, "GRADES", ["gradewire.>"])
    sink = open_sink(target(server, stream="GRADES"), MEANS)
    sink.send(events(60, students=6))
    sink.send(events(60, students=6))  # repeats are dropped by their ids
    sink.close()
    got = read_stream(server, "GRADES", "gradewire.>", 60)
    for student in range(6):
        own = [one for one in got if one.subject == f"gradewire.grade_change.7.{student}"]
        assert [number(one.data) for one in own] == list(range(student, 60, 6))
    headers = got[0].headers
    assert headers["Nats-Msg-Id"].startswith("id")
    assert headers["event_name"] == "grade_change"
    assert headers["event_time"] == "2026-03-01T12:00:00.123+00:00"


def test_cloud_events_on_a_subject_of_ones_own(server: str) -> None:
    with_stream(server, "CLOUD", ["cloud.>"])
    sink = open_sink(target(server, subject="cloud.{course_id}", envelope="cloudevents-structured"), MEANS)
    sink.send(events(1))
    sink.close()
    [got] = read_stream(server, "CLOUD", "cloud.>", 1)
    assert json.loads(got.data)["id"] == "id0"
    assert got.subject == "cloud.7"


def test_without_a_stream_that_listens_nothing_counts_as_delivered(server: str) -> None:
    sink = open_sink(target(server, subject="nobody.{student_id}"), MEANS)
    with pytest.raises(SinkError, match="NATS") as failed:
        sink.send(events(4, students=2))
    assert failed.value.accepted == frozenset()
    assert failed.value.refused == frozenset({0, 1})
    sink.close()


def test_a_server_that_is_not_there_or_refuses_the_token(server: str) -> None:
    for document in ({"servers": ["nats://127.0.0.1:1"]}, {"servers": [server], "token_sealed": "sealed:wrong"}):
        sink = open_sink(read_target({"kind": "nats", **document}), MEANS)
        with pytest.raises(SinkError, match="NATS"):
            sink.send(events(1))
        sink.close()


@pytest.mark.parametrize("subject", ["", "a b", "a.*", "a.>", "{nothing}", "{0}", "{name.__class__}", "{"])
def test_a_subject_that_is_none_is_refused_when_subscribing(subject: str) -> None:
    with pytest.raises(Invalid):
        read_target({"kind": "nats", "servers": ["nats://x"], "subject": subject})
