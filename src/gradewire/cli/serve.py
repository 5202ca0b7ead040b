"""``gradewire serve``: the HTTP server."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    @app.command()
    def serve(context: typer.Context) -> None:
        """Serve the Canvas API and the web pages until stopped (Ctrl-C or SIGTERM)."""
        from gradewire.cli.invocation import Failure
        from gradewire.server import PortInUse, run

        try:
            run(context.obj.settings)
        except PortInUse as error:
            raise Failure(str(error)) from error
