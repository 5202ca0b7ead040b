"""The command line. Every module of this package with a ``register(app)`` adds a command that calls one function elsewhere.

A command imports what it needs when it runs, so that ``gradewire --help`` does not wait for the database library. It finds
what the user said before its name in ``context.obj``, an :class:`~gradewire.cli.invocation.Invocation`, and lets errors
pass: :func:`run` words them.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from gradewire import __version__
from gradewire.cli.invocation import Failure, Invocation

DONE = 0
FAILED = 1
MISUSED = 2
MISCONFIGURED = 3
NO_DATABASE = 4
INTERRUPTED = 130

EXIT_STATUSES = {
    DONE: "done",
    FAILED: "it could not be done, or a check failed",
    MISUSED: "the command line is wrong",
    MISCONFIGURED: "a setting is wrong",
    NO_DATABASE: "the database cannot be reached, or its schema is not the one of this version",
    INTERRUPTED: "interrupted by Ctrl-C",
}


def create_app() -> typer.Typer:
    """The command line with all its commands."""
    statuses = "; ".join(f"{status} {meaning}" for status, meaning in EXIT_STATUSES.items())
    app = typer.Typer(
        name="gradewire",
        help="Gradewire, a grade server that speaks the Canvas and Schoology APIs.",
        epilog=f"Exit status: {statuses}.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def options(
        context: typer.Context,
        config: Annotated[
            Path | None, typer.Option("--config", metavar="FILE", help="A TOML file with settings.", show_default=False)
        ] = None,
        debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
        version: Annotated[
            bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
        ] = False,
    ) -> None:
        del version  # its callback has done it
        context.obj.file = config
        context.obj.debug = context.obj.debug or debug

    for module in pkgutil.iter_modules(__path__):
        register = getattr(importlib.import_module(f"{__name__}.{module.name}"), "register", None)
        if register is not None:
            register(app)
    return app


def run(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    """Run one command line and return its exit status. Errors become a message on standard error, without a traceback."""
    invocation = Invocation(os.environ if environment is None else environment)
    try:
        create_app()(args=list(arguments), prog_name="gradewire", obj=invocation)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else (DONE if end.code is None else FAILED)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the user gets a sentence
        if invocation.debug:
            traceback.print_exception(error)
        status, message = _explain(error)
        print(f"gradewire: {message}", file=sys.stderr)
        return status
    return DONE


def _explain(error: Exception) -> tuple[int, str]:
    """The exit status for an error, and what to tell the user."""
    from gradewire.config import ConfigError
    from gradewire.core.errors import DomainError
    from gradewire.store.engine import UnusableDatabase

    if isinstance(error, ConfigError):
        return MISCONFIGURED, str(error)
    if isinstance(error, UnusableDatabase):
        return NO_DATABASE, str(error)
    if isinstance(error, Failure | DomainError):
        return FAILED, str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return FAILED, f"{error.filename}: {error.strerror}"
    first_line = (str(error).splitlines() or [""])[0]
    return FAILED, f"an error that should not happen: {type(error).__name__}: {first_line} (gradewire --debug shows where)"


def _show_version(shown: bool) -> None:
    if shown:
        print(f"gradewire {__version__}")
        raise typer.Exit
