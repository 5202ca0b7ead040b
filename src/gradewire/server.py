"""Runs the application under granian: one process for SQLite, any number for PostgreSQL."""

from __future__ import annotations

import os

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from gradewire.config import PREFIX, Settings


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the variables that ``read_settings`` reads."""
    values = {name: getattr(settings, name) for name in Settings.__struct_fields__}
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in values.items() if value is not None}


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. The worker processes read the same settings from the environment they inherit."""
    os.environ.update(environment_of(settings))
    Server(
        target="gradewire.app:from_environment",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop=Loops.asyncio,
        log_level=LogLevels.warning,
        log_access=False,
        websockets=False,
        backlog=1024,
        respawn_failed_workers=True,
    ).serve()
