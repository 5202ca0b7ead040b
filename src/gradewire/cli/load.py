"""``gradewire load``: institution files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from gradewire.cli.invocation import Failure


def register(app: typer.Typer) -> None:
    @app.command()
    def load(
        context: typer.Context,
        paths: Annotated[list[Path], typer.Argument(help="YAML files, or directories of them.", metavar="FILE...")],
    ) -> None:
        """Make what institution files say so: accounts, people, courses, grades. All of it, or nothing if a file is wrong.

        Loading the same files again changes nothing. The format is described in docs/institution-files.md.
        """
        from gradewire.actions import institution
        from gradewire.cli.bars import phases
        from gradewire.cli.opened import act

        try:
            documents = institution.read_all((str(path), path.read_bytes()) for path in _files(paths))
            with phases() as progress:
                secret_key = context.obj.settings.secret_key
                report = act(
                    context.obj.settings,
                    lambda unit: institution.load(unit, documents, secret_key=secret_key, progress=progress),
                )
        except institution.BadDocuments as error:
            raise Failure(f"Nothing was loaded:\n{error}") from None
        typer.echo(_tell(report))


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(one for one in path.rglob("*") if one.suffix in {".yaml", ".yml"})
            if not found:
                raise Failure(f"{path} has no YAML files.")
            yield from found
        elif path.exists():
            yield path
        else:
            raise Failure(f"{path} does not exist.")


def _tell(report: object) -> str:
    from gradewire.actions.institution import LoadReport

    assert isinstance(report, LoadReport)
    if report.is_empty:
        return "Everything was there already."
    lines = [f"{count:>9,}  {table.replace('_', ' ')} added" for table, count in report.created.items()]
    lines += [f"{count:>9,}  {table.replace('_', ' ')} changed" for table, count in report.changed.items()]
    return "\n".join([*lines, f"in {sum(report.seconds.values()):.1f} s"])
