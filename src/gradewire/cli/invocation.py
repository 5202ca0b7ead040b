"""What every command gets: the settings, an error for the user, and a progress bar."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradewire.config import Settings


class Failure(Exception):
    """What was asked cannot be done. The text is for the user, who sees nothing else; the exit status is 1."""


class Invocation:
    """One run of ``gradewire``: what stood before the name of the command. Commands find it as ``context.obj``."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.file: Path | None = None
        self.debug = environment.get("GRADEWIRE_DEBUG", "").lower() in {"1", "true"}

    @functools.cached_property
    def settings(self) -> Settings:
        """The settings in force; reading them also sets up logging as they say. Raises ``ConfigError``."""
        from gradewire import logs
        from gradewire.config import read_settings

        settings = read_settings(self.environment, self.file)
        self.debug = self.debug or settings.debug
        logs.configure(level=settings.log_level, style=settings.log_format)
        return settings


@contextmanager
def progress(description: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
    """Show a bar on standard error while the block runs; it yields ``advance(steps)``. Without a terminal nothing is shown.

    ``total`` is the number of steps, or ``None`` for work of unknown length.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(description, total=total)
        yield lambda steps: bars.advance(task, steps)
