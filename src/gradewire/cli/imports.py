"""``gradewire import``: CSV files of a registration system."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradewire.cli.invocation import Failure, progress

if TYPE_CHECKING:
    from gradewire.actions.sis_imports import ImportView


def register(app: typer.Typer) -> None:
    imports = typer.Typer(name="import", help="Bring data of other systems in.", no_args_is_help=True)
    app.add_typer(imports)

    @imports.command()
    def sis(
        context: typer.Context,
        files: Annotated[
            list[Path], typer.Argument(help="CSV files in Canvas's SIS format, or ZIP archives of them.", metavar="FILE...")
        ],
        account: Annotated[int, typer.Option(metavar="ID", help="The root account.")] = 1,
        batch_mode_term: Annotated[
            int | None,
            typer.Option(
                metavar="ID",
                help="Delete what this term has from earlier imports and these files leave out.",
                show_default=False,
            ),
        ] = None,
        change_threshold: Annotated[
            int | None, typer.Option(metavar="PERCENT", help="How much that may delete at most.", show_default=False)
        ] = None,
        skip_deletes: Annotated[bool, typer.Option("--skip-deletes", help="Delete nothing.")] = False,
    ) -> None:
        """Make what SIS files say so: accounts, terms, courses, sections, people, enrollments.

        Rows that cannot be used are told and left out; the others are imported. Importing the same files again changes nothing.
        If the command is interrupted, a server goes on with the import.
        """
        from gradewire.actions import sis_imports
        from gradewire.actions.sis.batch import Options
        from gradewire.actions.sis_import_steps import step
        from gradewire.actions.unit import Asker, System, read, write
        from gradewire.app import create_world
        from gradewire.core.errors import DomainError

        sent = [(path.name, path.read_bytes()) for path in files]
        options = Options(
            batch_mode=batch_mode_term is not None,
            batch_mode_term_id=batch_mode_term,
            change_threshold=change_threshold,
            skip_deletes=skip_deletes,
        )
        world = create_world(context.obj.settings)
        system = Asker(System())
        try:
            order = sis_imports.Order(files=sent, options=options)
            number = write(world, system, lambda unit: sis_imports.create(unit, account, order)).row.id
            with progress(f"import {number}", 100) as advance:
                done = 0.0
                view = read(world, system, lambda unit: sis_imports.show(unit, account, number))
                while view.row.workflow_state not in sis_imports.ENDED:
                    write(world, system, lambda unit: step(unit, {"sis_import_id": number}))
                    view = read(world, system, lambda unit: sis_imports.show(unit, account, number))
                    advance(view.row.progress - done)
                    done = view.row.progress
        except DomainError as error:
            raise Failure(str(error) or "There is no such account.") from None
        finally:
            world.store.close()
        _tell(view)


def _tell(view: ImportView) -> None:
    from gradewire.core.sis.kinds import BY_NAME, ORDER

    data = view.row.data or {}
    counts = data.get("counts", {})
    places = {BY_NAME[kind].counted_as: place for place, kind in enumerate(ORDER)}
    for name in sorted(counts, key=lambda name: places.get(name, len(places))):
        if counts[name] and not name.endswith("_count"):
            typer.echo(f"{counts[name]:>9,}  {name.replace('_', ' ')}")
    for error in view.errors:
        place = f"{error.file or 'the import'}" + (f", row {error.row}" if error.row else "")
        typer.echo(f"{place}: {error.message}", err=True)
    errors = counts.get("error_count", 0)
    if errors > len(view.errors):
        typer.echo(
            f"... and {errors - len(view.errors):,} more; GET /api/v1/accounts/ID/sis_imports/{view.row.id}/errors lists them",
            err=True,
        )
    if not view.row.workflow_state.startswith("imported"):
        raise Failure(f"Import {view.row.id}: {view.row.workflow_state}.")
    typer.echo(f"Import {view.row.id}: {view.row.workflow_state}.")
