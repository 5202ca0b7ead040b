"""Files and standard output as targets."""

from __future__ import annotations

import errno
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gradewire.core.errors import Invalid
from gradewire.events.sinks import OPENERS, Outgoing, SinkError, open_sink
from gradewire.events.sinks.file import FileSink
from gradewire.events.sinks.stdout import StdoutSink
from gradewire.events.targets import KINDS, EventsFileTarget, FileTarget, StdoutTarget, read_target
from tests.child_process import ChildProcess

ROOT = Path(__file__).parents[2]
APPENDER = """
import sys
from tests.events.test_sinks import events
from gradewire.events.sinks.file import FileSink
from gradewire.events.targets import FileTarget
sink = FileSink(FileTarget(path=sys.argv[1], fsync=False))
for batch in range(60):
    sink.send(events(50, text=sys.argv[2] * 3000))
"""


def events(count: int, *, text: str = "x") -> list[Outgoing]:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return [Outgoing(f"id{n}", "grade_change", 1, n, at, json.dumps({"n": n, "text": text}).encode()) for n in range(count)]


def test_a_file_gets_one_event_per_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    sink = open_sink(read_target({"kind": "file", "path": str(path)}))
    sink.send(events(2))
    sink.send(events(1, text="é\n\u2028"))
    assert [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]] == [
        {"n": 0, "text": "x"},
        {"n": 1, "text": "x"},
        {"n": 0, "text": "é\n\u2028"},
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    sink.close()


def test_ids_go_around_the_event_where_wanted(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    FileSink(FileTarget(path=str(path), ids=True)).send(events(1))
    assert path.read_text() == '{"event_id":"id0","event":{"n": 0, "text": "x"}}\n'


def test_a_renamed_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    sink = FileSink(FileTarget(path=str(path)))
    sink.send(events(1))
    path.rename(tmp_path / "events.jsonl.1")
    sink.send(events(2))
    assert [len((tmp_path / name).read_bytes().splitlines()) for name in ("events.jsonl.1", "events.jsonl")] == [1, 2]


def test_a_torn_last_line_stays_alone(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"n": 0}\n{"n"')
    FileSink(FileTarget(path=str(path))).send(events(1))
    assert path.read_bytes() == b'{"n": 0}\n{"n"\n{"n": 0, "text": "x"}\n'


def test_a_full_disk_leaves_no_part_of_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    sink = FileSink(FileTarget(path=str(path)))
    sink.send(events(1))
    before = path.read_bytes()
    calls = []

    def write(descriptor: int, data: Any) -> int:
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.pwrite(descriptor, bytes(data[:7]), 0)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", write)
        with pytest.raises(SinkError, match="No space left on device") as refused:
            sink.send(events(3))
    assert refused.value.refused == frozenset({0})
    assert path.read_bytes() == before
    sink.send(events(1))
    assert path.read_bytes() == before * 2


@pytest.mark.parametrize("name", ["missing/events.jsonl", "."])
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    sink = FileSink(FileTarget(path=str(tmp_path / name)))
    with pytest.raises(SinkError, match=str(tmp_path)):
        sink.send(events(1))


def test_a_pipe_will_do_while_somebody_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    sink = FileSink(FileTarget(path=str(path)))
    with pytest.raises(SinkError, match="pipe"):
        sink.send(events(2))
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        sink.send(events(2))
        assert len(reader.read().splitlines()) == 2


def test_processes_append_whole_lines_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    children = [
        ChildProcess([sys.executable, "-c", APPENDER, str(path), letter], log=tmp_path / letter, cwd=ROOT) for letter in "ab"
    ]
    for child in children:
        assert child.process.wait(60) == 0, (tmp_path / "a").read_text() + (tmp_path / "b").read_text()
        child.stop()
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert len(lines) == 2 * 60 * 50
    assert {line["text"] for line in lines} == {"a" * 3000, "b" * 3000}


def test_standard_output_gets_lines(capfd: pytest.CaptureFixture[str]) -> None:
    StdoutSink(StdoutTarget()).send(events(2))
    StdoutSink(StdoutTarget(ids=True)).send(events(1))
    assert [json.loads(line) for line in capfd.readouterr().out.splitlines()] == [
        {"n": 0, "text": "x"},
        {"n": 1, "text": "x"},
        {"event_id": "id0", "event": {"n": 0, "text": "x"}},
    ]


def test_a_closed_standard_output_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        with pytest.raises(SinkError, match="standard output"):
            StdoutSink(StdoutTarget()).send(events(1))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "no target of kind None; this version delivers to file, stdout"),
        ({"kind": "carrier pigeon", "url": "https://x"}, "no target of kind 'carrier pigeon'"),
        ({"kind": "file"}, "path"),
        ({"kind": "file", "path": ""}, "a file has a path"),
        ({"kind": "file", "path": 5}, "Expected `str`"),
        ({"kind": "stdout", "path": "x"}, "unknown field"),
    ],
)
def test_what_is_no_target_is_refused_in_clear_words(document: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_target(document)
    (fault,) = refused.value.faults
    assert fault.attribute == "target"
    assert words in fault.message


def test_every_kind_has_a_sink() -> None:
    assert set(OPENERS) == set(KINDS) - {"events_file"}  # which is a file or standard output, as the setting says
    with pytest.raises(SinkError, match="no sink for targets of kind events_file"):
        open_sink(EventsFileTarget())
