"""Child processes that never outlive their owner, however the owner ends.

Each child gets a watcher: a few lines of shell that wait for the end of their standard input (the *lifeline*), which the
owner holds open. When the owner ends, by itself or by SIGKILL, the watcher stops the child and removes its directory.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# $1 process id and group, $2 signal, $3 tenths of a second to wait, then the directories to remove
_WATCH = """
read -r _
kill -"$2" "$1" 2>/dev/null
tries=0
while kill -0 "$1" 2>/dev/null && [ "$tries" -lt "$3" ]; do sleep 0.1; tries=$((tries + 1)); done
kill -KILL -"$1" 2>/dev/null
shift 3
[ "$#" -eq 0 ] || rm -rf "$@"
"""


class ChildProcess:
    """One running program with its watcher. ``directories`` belong to the child and are removed with it."""

    def __init__(
        self,
        arguments: Sequence[str | Path],
        *,
        log: Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        identity: tuple[int, int] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace: float = 20.0,
        directories: Sequence[Path] = (),
        lifeline: int | None = None,
    ) -> None:
        """``identity`` is the user and group id to run as; ``grace`` the seconds between the stop signal and SIGKILL.

        ``lifeline`` is the readable end of a pipe somebody else holds open; without it the caller of this is the owner.
        """
        self._stop_signal = stop_signal
        self._grace = grace
        self._directories = directories
        user, group = identity or (None, None)
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(argument) for argument in arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=None if env is None else dict(env),
                start_new_session=True,  # Ctrl-C in the terminal is for the owner, who then stops the child in order
                user=user,
                group=group,
                extra_groups=[] if identity else None,
            )
        self._watcher = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                _WATCH,
                "watch",
                str(self.process.pid),
                stop_signal.name.removeprefix("SIG"),
                str(int(grace * 10)),
                *map(str, directories),
            ],
            stdin=subprocess.PIPE if lifeline is None else lifeline,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self, *, keep_directories: bool = False) -> int:
        """End the watcher, stop the child, remove its directories. Returns the exit status. May be called again."""
        if self._watcher.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._watcher.pid, signal.SIGKILL)
        self._watcher.wait()
        if self._watcher.stdin is not None:
            self._watcher.stdin.close()
        if self.process.poll() is None:
            self.process.send_signal(self._stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self._grace)
        with contextlib.suppress(ProcessLookupError):  # what is left of its group, grandchildren included
            os.killpg(self.process.pid, signal.SIGKILL)
        status = self.process.wait()
        for directory in () if keep_directories else self._directories:
            shutil.rmtree(directory, ignore_errors=True)
        return status


def await_end(pid: int, directory: Path, *, seconds: float = 30.0) -> None:
    """Wait until the watcher of another process's child has done its work; kill and remove what it left after ``seconds``."""
    deadline = time.monotonic() + seconds
    while directory.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    if directory.exists():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        shutil.rmtree(directory, ignore_errors=True)
