"""``gradewire relay``: deliver events, in a process of its own."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from gradewire.cli.invocation import Failure

if TYPE_CHECKING:
    from gradewire.events.relay import Relay


def register(app: typer.Typer) -> None:
    @app.command()
    def relay(
        context: typer.Context,
        once: Annotated[bool, typer.Option("--once", help="Deliver what is due now, then end.")] = False,
    ) -> None:
        """Deliver events to their subscribers until stopped (Ctrl-C or SIGTERM).

        Any number may run at once, also beside servers that deliver themselves. Every ten seconds in which something happened,
        a line with the numbers is logged. With --once the exit status is 1 when something could not be delivered.
        """
        from functools import partial

        from gradewire.app import create_means, create_world, pace_of
        from gradewire.events.relay import Relay
        from gradewire.events.sinks import open_sink
        from gradewire.store.condition import look_at
        from gradewire.store.engine import UnusableDatabase

        settings = context.obj.settings
        found = look_at(settings.database_url)
        if found.schema != found.newest:
            raise UnusableDatabase("the schema of the database is not that of this version; gradewire doctor says what to do")
        world = create_world(settings)
        with world.store as store:
            opener = partial(open_sink, means=create_means(world, settings))
            worker = Relay(store, events_file=settings.events_file, pace=pace_of(settings), open_target=opener)
            if not once:
                _run_until_signalled(worker)
                return
            totals = worker.run_once()
        typer.echo(", ".join(f"{count} {what}" for what, count in totals.items()), err=True)
        if totals["failed"]:
            raise Failure("not everything could be delivered; gradewire events status shows why")


def _run_until_signalled(worker: Relay) -> None:
    """The relay works on a thread, because a handler of signals must not touch the locks of a thread it interrupts."""
    signalled: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: signalled.append(received))
    thread = threading.Thread(target=worker.run, name="relay")
    thread.start()
    while thread.is_alive() and not signalled:
        thread.join(0.2)
    worker.stop()
    thread.join()
