"""Lines of JSON appended to a file.

Any number of processes may append to one file. A batch is one write in append mode under an advisory lock, so lines never mix.
The file is opened anew for each batch, so it may be renamed at any time (logrotate needs no signal and no copytruncate).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Sequence
from pathlib import Path

import msgspec

from gradewire.events.sinks.means import Means
from gradewire.events.sinks.sink import Outgoing, SinkError
from gradewire.events.targets import FileTarget

__all__ = ["FileSink", "lines", "write_all"]

_quote = msgspec.json.Encoder().encode


def lines(events: Sequence[Outgoing], *, ids: bool) -> bytes:
    """The events as lines, each with its line end."""
    if ids:
        return b"".join(b'{"event_id":%b,"event":%b}\n' % (_quote(event.event_id), event.data) for event in events)
    return b"".join(event.data + b"\n" for event in events)


class FileSink:
    """A file. It is made when it is not there, readable by its owner alone: grades are in it."""

    at_once = 1000

    def __init__(self, target: FileTarget, _means: Means = Means()) -> None:  # noqa: B008 - a frozen value
        self._target = target
        self._path = Path(target.path).expanduser()

    def send(self, events: Sequence[Outgoing]) -> None:
        data = lines(events, ids=self._target.ids)
        try:
            self._append(data)
        except OSError as error:
            # None of them is to blame: one is charged with an attempt, the others wait for the file to work again.
            raise SinkError(f"{self._path}: {error.strerror or error}", refused=(0,)) from error

    def close(self) -> None:
        """Nothing is held open."""

    def _append(self, data: bytes) -> None:
        try:
            found = self._path.stat().st_mode
        except FileNotFoundError:
            found = None
        if found is not None and not stat.S_ISREG(found):
            _write_to_device(self._path, data)
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                data = b"\n" + data  # the machine stopped in the middle of a line: it stays alone
            try:
                write_all(descriptor, data)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, size)  # part of a batch, on a full disk: none of it counts as delivered
                raise
            if self._target.fsync:
                os.fsync(descriptor)
                if found is None:
                    _sync_directory(self._path.parent)
        finally:
            os.close(descriptor)


def _write_to_device(path: Path, data: bytes) -> None:
    """A pipe or a terminal. A pipe that nobody reads refuses (ENXIO); nothing waits for its reader."""
    descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.set_blocking(descriptor, True)
        write_all(descriptor, data)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write everything; more than one call is needed only where a disk is full or a pipe is slow."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_directory(directory: Path) -> None:
    """Make the entry of a new file last. Some file systems cannot, and need not."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)
