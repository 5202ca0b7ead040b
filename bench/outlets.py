"""Where the benches let events go, and how many have come there: a file, and an HTTPS receiver in a process of its own."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Protocol

from tests.events.receiver import receiving

from gradewire.events.sinks import Means

MEANS = Means(allow_private=True, source="https://grades.example.edu/")
LONGEST_SECONDS = 600.0


class Outlet(Protocol):
    """One target, empty at first."""

    name: str
    target: dict[str, Any]

    def arrived(self) -> int:
        """How many events have come since it was emptied."""

    def empty(self) -> None:
        """Forget what came."""


class FileOutlet:
    """A file of lines."""

    def __init__(self, path: Path, *, fsync: bool) -> None:
        self.name = f"file, {'fsync' if fsync else 'no fsync'}"
        self.target = {"kind": "file", "path": str(path), "fsync": fsync}
        self._path = path
        self._read = self._lines = 0

    def arrived(self) -> int:
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._read)
                new = file.read()
            self._read += len(new)
            self._lines += new.count(b"\n")
        return self._lines

    def empty(self) -> None:
        self._path.unlink(missing_ok=True)
        self._read = self._lines = 0


class HttpsOutlet:
    """A receiver that answers 200 at once."""

    def __init__(self, url: str, ca_file: str, count: Synchronized[int]) -> None:
        self.name = "https, loopback"
        self.target = {"kind": "https", "url": url, "ca_file": ca_file}
        self._count = count
        self._before = 0

    def arrived(self) -> int:
        return self._count.value - self._before

    def empty(self) -> None:
        self._before = self._count.value


def _receive(address: Connection, count: Synchronized[int], over: Event) -> None:
    """Accept events and count them; runs in a process of its own."""
    with tempfile.TemporaryDirectory() as name, receiving(Path(name)) as receiver:
        address.send((receiver.url, str(receiver.ca_file)))
        while not over.wait(0.005):
            count.value = len(receiver.received)


@contextlib.contextmanager
def https_outlet() -> Iterator[HttpsOutlet]:
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    count, over = context.Value("q", 0), context.Event()
    process = context.Process(target=_receive, args=(there, count, over), daemon=True)
    process.start()
    try:
        url, ca_file = here.recv()
        yield HttpsOutlet(url, ca_file, count)
    finally:
        over.set()
        process.join(60)


def await_arrival(outlet: Outlet, count: int) -> None:
    """
    Raises:
        RuntimeError: they do not come.
    """
    deadline = time.monotonic() + LONGEST_SECONDS
    while (arrived := outlet.arrived()) < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{arrived} events of {count} have come")
        time.sleep(0.005)
    if arrived > count:
        raise RuntimeError(f"{arrived} events have come instead of {count}")
