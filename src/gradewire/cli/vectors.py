"""``gradewire vectors``: whether this version computes grades as files of known results say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gradewire.cli.invocation import Failure


def register(app: typer.Typer) -> None:
    @app.command()
    def vectors(
        files: Annotated[
            list[Path], typer.Argument(metavar="FILE...", help="JSON files of vectors.", exists=True, dir_okay=False)
        ],
    ) -> None:
        """Compute every vector of the files and print each value that came out differently.

        The exit status is 1 when there is one, and when a file holds no vector at all.
        """
        import msgspec

        from gradewire.core.vectors import check

        wrong = 0
        for file in files:
            try:
                document = msgspec.json.decode(file.read_bytes())
            except msgspec.DecodeError as error:
                raise Failure(f"{file}: not JSON: {error}") from None
            report = check(document)
            for mismatch in report.mismatches:
                where = f"{mismatch.id} ({mismatch.kind}) {mismatch.path}"
                print(f"{where}: expected {mismatch.expected!r}, got {mismatch.got!r}")
            total = sum(report.checked.values())
            if not total:
                raise Failure(f"{file}: there is no vector in it")
            failed = len({mismatch.id for mismatch in report.mismatches})
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(report.checked.items()))
            print(f"{file}: {total - failed} of {total} vectors as expected ({kinds})")
            wrong += failed
        raise typer.Exit(1 if wrong else 0)
