"""Servers and relays that start at once, so that a test can kill hundreds of them.

``python -m tests.events.killable DATABASE_URL PORT`` imports everything, and for each line ``server`` or ``relay`` on its
standard input forks a process that is one, in a process group of its own, and prints its id. They are those of ``gradewire
serve`` and ``gradewire relay``, but for a relay's short lease. When standard input ends, it kills what is left.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
from functools import partial

from gradewire import app, server
from gradewire.config import Settings
from gradewire.events.courier import BackOff, Pace
from gradewire.events.relay import Relay
from gradewire.events.sinks import https, open_sink  # noqa: F401 -- imported once, here
from gradewire.store.engine import open_store  # noqa: F401

PACE = Pace(events=60, lease_seconds=1.5, back_off=BackOff(attempts=1000, first_seconds=0.05, factor=1.0), give_up_after=None)


def main(database_url: str, port: int) -> None:
    settings = Settings(
        database_url=database_url,
        port=port,
        secret_key="k" * 40,
        rate_limit=False,
        relay_in_server=False,
        events_allow_private_targets=True,
    )
    children: set[int] = set()
    for line in sys.stdin:
        reap(children)
        child = os.fork()
        if not child:
            os.setpgid(0, 0)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)
            try:
                serve(settings) if line.strip() == "server" else relay(settings)
            except Exception:  # noqa: BLE001 -- told in the log of the test
                traceback.print_exc()
            os._exit(1)
        children.add(child)
        print(child, flush=True)
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    reap(children, wait=True)


def serve(settings: Settings) -> None:
    while True:
        try:
            server.run(settings)
        except server.PortInUse:  # by one that was killed a moment ago
            time.sleep(0.01)


def relay(settings: Settings) -> None:
    world = app.create_world(settings)
    opener = partial(open_sink, means=app.create_means(world, settings))
    Relay(world.store, pace=PACE, poll_seconds=0.02, open_target=opener).run()


def reap(children: set[int], *, wait: bool = False) -> None:
    """Take note of those that have ended."""
    for child in list(children):
        with contextlib.suppress(ChildProcessError):
            if not os.waitpid(child, 0 if wait else os.WNOHANG)[0]:
                continue
        children.discard(child)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
