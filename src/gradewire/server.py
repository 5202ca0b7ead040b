"""Runs the application under granian: one process for SQLite, any number for PostgreSQL."""

from __future__ import annotations

import os
import socket

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from gradewire.config import PREFIX, Settings


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the variables that ``read_settings`` reads."""
    values = {name: getattr(settings, name) for name in Settings.__struct_fields__}
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in values.items() if value is not None}


class PortInUse(Exception):
    """Somebody else listens on the port."""


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. The worker processes read the same settings from the environment they inherit.

    Raises:
        PortInUse: the address cannot be listened on.
    """
    check_port(settings)
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


def check_port(settings: Settings) -> None:
    """
    Raises:
        PortInUse: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            address = f"{settings.host}:{settings.port}"
            raise PortInUse(f"{address} cannot be listened on, it may be in use: {error.strerror}") from error
