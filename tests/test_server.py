"""The server as tests start it: a real process that answers, says why when it does not, and is gone afterwards."""

from __future__ import annotations

import os
import signal
import time
import urllib.request
from pathlib import Path

import pytest

from tests.child_process import ChildProcess
from tests.server import Server, ServerFailed, running_server


def test_a_server_answers_on_both_engines(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/health") as answer:  # noqa: S310 -- our own server
        assert answer.status == 200


def test_a_stopped_server_leaves_no_process(sqlite_url: str, tmp_path: Path) -> None:
    with running_server(sqlite_url, tmp_path) as server:
        pids = [server.pid, *_descendants(server.pid)]
        assert len(pids) > 1
    assert server.child.process.returncode in {0, -signal.SIGTERM, 128 + signal.SIGTERM}
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_server_that_cannot_start_shows_its_log(sqlite_url: str, tmp_path: Path) -> None:
    with (
        pytest.raises(ServerFailed, match=r"status 3(.|\n)*GRADEWIRE_THREADS: 'many' cannot be used") as caught,
        running_server(sqlite_url, tmp_path, settings={"GRADEWIRE_THREADS": "many"}),
    ):
        pass
    assert "Traceback" not in str(caught.value)


def test_a_child_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    script = "trap '' TERM; echo deaf; while :; do sleep 0.1; done"
    log = tmp_path / "log"
    child = ChildProcess(["/bin/sh", "-c", script], log=log, grace=0.5)
    while "deaf" not in log.read_text():
        time.sleep(0.01)
    assert child.stop() == -signal.SIGKILL
    assert child.stop() == -signal.SIGKILL


def _descendants(pid: int) -> list[int]:
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return [each for child in children for each in (child, *_descendants(child))]
