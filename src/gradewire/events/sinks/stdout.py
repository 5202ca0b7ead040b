"""Lines of JSON on standard output, for people who watch and for programs behind a pipe."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

from gradewire.events.sinks.file import lines, write_all
from gradewire.events.sinks.means import Means
from gradewire.events.sinks.sink import Outgoing, SinkError
from gradewire.events.targets import StdoutTarget

_one_at_a_time = threading.Lock()


class StdoutSink:
    """Standard output of this process. Logs go to standard error and do not mix with it."""

    at_once = 1000

    def __init__(self, target: StdoutTarget, _means: Means = Means()) -> None:  # noqa: B008 - a frozen value
        self._target = target

    def send(self, events: Sequence[Outgoing]) -> None:
        data = lines(events, ids=self._target.ids)
        try:
            with _one_at_a_time:
                sys.stdout.flush()
                write_all(sys.stdout.fileno(), data)  # not through a buffer, which would keep what a closed pipe refused
        except (OSError, ValueError) as error:  # a closed pipe, a closed file
            raise SinkError(f"standard output: {error}", refused=(0,)) from error

    def close(self) -> None:
        """It is not ours to close."""
