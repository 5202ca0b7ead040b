"""``gradewire serve``: the HTTP server."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    @app.command()
    def serve(context: typer.Context) -> None:
        """Serve the Canvas API and the web pages until stopped (Ctrl-C or SIGTERM)."""
        from gradewire.server import run

        run(context.obj.settings)
