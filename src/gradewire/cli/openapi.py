"""``gradewire openapi``: the OpenAPI document of the Canvas dialect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    @app.command()
    def openapi(
        output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    ) -> None:
        """Print the OpenAPI document of the Canvas API that this server answers."""
        from gradewire.app import openapi_document

        text = openapi_document().decode() + "\n"
        if output is None:
            typer.echo(text, nl=False)
        else:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(text, encoding="utf-8")
