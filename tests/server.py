"""A real Gradewire server for a test or a bench: its own process, real sockets, and no process left behind."""

from __future__ import annotations

import contextlib
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.child_process import ChildProcess
from tests.postgres_cluster import free_port

START_SECONDS = 60.0


class ServerFailed(Exception):
    """The server ended, or did not answer in time; the text holds the end of its log."""


class Server:
    """A running server. ``url`` has no slash at its end."""

    def __init__(self, url: str, database_url: str, child: ChildProcess, log: Path) -> None:
        self.url = url
        self.database_url = database_url
        self.child = child
        self.log = log

    @property
    def pid(self) -> int:
        """Of the main process; the workers of the server are its children."""
        return self.child.pid

    def log_text(self, *, lines: int = 200) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@contextlib.contextmanager
def running_server(
    database_url: str,
    directory: Path,
    *,
    settings: Mapping[str, str] | None = None,
    command: Sequence[str] = ("serve",),
) -> Iterator[Server]:
    """Start ``gradewire serve`` on the database and wait until ``GET /health`` answers 200.

    ``directory`` is where the server runs and its log goes. ``settings`` are further environment variables, by their full names
    (``GRADEWIRE_WORKERS``); nothing named ``GRADEWIRE_*`` is taken over from the environment of this process.
    """
    directory.mkdir(parents=True, exist_ok=True)
    server = _start(database_url, directory, settings or {}, command)
    try:
        yield server
    finally:
        server.child.stop()


def _start(database_url: str, directory: Path, settings: Mapping[str, str], command: Sequence[str]) -> Server:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GRADEWIRE_")}
    log = directory / "server.log"
    for _attempt in range(5):
        port = free_port()
        child = ChildProcess(
            [sys.executable, "-m", "gradewire", *command],
            log=log,
            cwd=directory,
            env={
                **clean,
                "GRADEWIRE_DATABASE_URL": database_url,
                "GRADEWIRE_HOST": "127.0.0.1",
                "GRADEWIRE_PORT": str(port),
                "PYTHONUNBUFFERED": "1",
                **settings,
            },
            grace=15.0,
        )
        server = Server(f"http://127.0.0.1:{port}", database_url, child, log)
        try:
            if _answers(server):
                return server
        except BaseException:
            child.stop()
            raise
        status = child.process.poll()
        child.stop()
        text = server.log_text()
        if "in use" not in text:  # not a port that somebody else took in the meantime
            what = f"did not answer in {START_SECONDS:.0f} s" if status is None else f"ended with status {status}"
            raise ServerFailed(f"the server {what}. Its log:\n{text}")
    raise ServerFailed("five free ports in a row were taken by others")


def _answers(server: Server) -> bool:
    """Wait for a healthy answer; False when the process ended or the time is over."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not server.child.ended():
        try:
            with opener.open(f"{server.url}/health", timeout=5) as answer:
                if answer.status == 200:
                    return True
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:  # refused, reset, timed out: not there yet
            pass
        time.sleep(0.05)
    return False
