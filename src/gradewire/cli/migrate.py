"""``gradewire migrate``: the schema of the database."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    @app.command()
    def migrate(context: typer.Context) -> None:
        """Bring the schema of the database to this version. Repeating it does nothing.

        Run it before the first start and after each update. On SQLite it makes the file.
        """
        from gradewire.store import engine

        before, after = engine.migrate(context.obj.settings.database_url)
        if before == after:
            print(f"The schema is up to date: {after}.")
        else:
            print(f"The schema went from {before or 'nothing'} to {after}.")
