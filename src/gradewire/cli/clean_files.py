"""``gradewire clean-files``: what is left of uploads that came to nothing."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    @app.command()
    def clean_files(context: typer.Context) -> None:
        """Remove files that were announced and never sent, and files that nobody handed in or commented with in a week.

        Run it once a day or so. Whatever belongs to work or to a comment stays.
        """
        from gradewire.actions.uploads import clean
        from gradewire.app import create_world

        world = create_world(context.obj.settings)
        try:
            removed = clean(world)
        finally:
            world.store.close()
        typer.echo(f"{removed} files removed")
