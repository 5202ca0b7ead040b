"""``gradewire doctor``: whether this installation can work, and what to do where it cannot."""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import typer

from gradewire import __version__
from gradewire.cli.invocation import Invocation

if TYPE_CHECKING:
    from gradewire.config import Settings
    from gradewire.store.condition import Condition

OLDEST_POSTGRESQL = (13,)
OLDEST_SQLITE = (3, 35)
"""The first with ``returning``."""
MEBIBYTE = 1024 * 1024


class Finding(NamedTuple):
    """One line of the doctor's report."""

    verdict: Literal["ok", "warn", "fail"]
    subject: str
    text: str
    advice: str = ""


def register(app: typer.Typer) -> None:
    @app.command()
    def doctor(context: typer.Context) -> None:
        """Check settings, database, schema, clock and disk; say what to do about what is wrong.

        The exit status is 1 when a check fails; a warning alone is no failure.
        """
        failed = False
        for finding in examine(context.obj, dt.datetime.now(dt.UTC)):
            failed = failed or finding.verdict == "fail"
            _print(finding)
        raise typer.Exit(1 if failed else 0)


def examine(invocation: Invocation, now: dt.datetime) -> Iterator[Finding]:
    """All checks, in the order in which one would repair; those that need what has failed are left out."""
    from gradewire.config import ConfigError

    yield _python()
    try:
        settings = invocation.settings
    except ConfigError as error:
        yield Finding("fail", "settings", str(error), "see docs/settings.md")
        return
    yield from _settings(settings)
    yield from _database(settings, now)
    yield _disk(settings)


def _python() -> Finding:
    return Finding("ok", "python", f"{platform.python_version()}, gradewire {__version__}")


def _settings(settings: Settings) -> Iterator[Finding]:
    yield Finding("ok", "settings", f"{settings.shown()['database_url']}, {settings.base_url}")
    local = settings.host in {"127.0.0.1", "::1", "localhost"}
    if not local and not (settings.public_url or "").startswith("https:"):
        yield Finding(
            "warn",
            "settings",
            f"listens on {settings.host} without TLS",
            "put a reverse proxy in front and set public_url to its https address",
        )
    if settings.secret_key is None and not (settings.embedded and local):
        yield Finding(
            "warn",
            "settings",
            "secret_key is not set, so the key lies in the database beside what it protects",
            "set GRADEWIRE_SECRET_KEY, for example to what openssl rand -hex 32 prints",
        )


def _database(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    from gradewire.store.condition import look_at
    from gradewire.store.engine import UnusableDatabase

    try:
        found = look_at(settings.database_url)
    except UnusableDatabase as error:
        advice = (
            "run gradewire migrate, which makes it" if settings.embedded else "check database_url, and that the server runs"
        )
        yield Finding("fail", "database", str(error), advice)
        return
    yield _engine(found)
    yield _schema(found)
    yield _clock(found, now)


def _engine(found: Condition) -> Finding:
    name, oldest = ("SQLite", OLDEST_SQLITE) if found.kind == "sqlite" else ("PostgreSQL", OLDEST_POSTGRESQL)
    text = f"{name} {'.'.join(str(number) for number in found.engine_version)} answers in {found.latency_ms:.1f} ms"
    if found.engine_version < oldest:
        return Finding("fail", "database", text, f"{name} {'.'.join(map(str, oldest))} or newer is needed")
    if found.file is not None and not os.access(found.file, os.W_OK):
        return Finding("fail", "database", f"{found.file} cannot be written", "let the user that runs the server own it")
    if found.latency_ms > 20:
        return Finding("warn", "database", text, "run the server nearer to it: each request waits for it at least once")
    return Finding("ok", "database", text)


def _schema(found: Condition) -> Finding:
    if found.schema == found.newest:
        return Finding("ok", "schema", str(found.schema))
    if found.schema is None:
        return Finding("fail", "schema", "the database is empty", "run gradewire migrate")
    if not found.known:
        return Finding(
            "fail", "schema", f"{found.schema} is newer than this version", "run the version that made it, or a newer one"
        )
    return Finding("fail", "schema", f"{found.schema}, and {found.newest} is needed", "run gradewire migrate")


def _clock(found: Condition, now: dt.datetime) -> Finding:
    reference = found.clock
    if reference is None:
        written = dt.datetime.fromtimestamp(found.file.stat().st_mtime, dt.UTC) if found.file else now
        if written > now + dt.timedelta(seconds=2):
            return Finding(
                "fail", "clock", f"it is {now:%F %T} here, but the database was written {written:%F %T}", "set the clock"
            )
        return Finding("ok", "clock", f"{now:%F %T} UTC")
    apart = abs((reference - now).total_seconds())
    text = f"{apart:.1f} s apart from the database's"
    if apart > 60:
        return Finding("fail", "clock", text, "set the clocks: due dates and late policies go by them")
    return Finding("warn" if apart > 2 else "ok", "clock", text, "keep both by NTP" if apart > 2 else "")


def _disk(settings: Settings) -> Finding:
    from gradewire.store.condition import file_of

    file = file_of(settings.database_url)
    directory = Path.cwd() if file is None else file.absolute().parent
    while not directory.exists():
        directory = directory.parent
    free = shutil.disk_usage(directory).free // MEBIBYTE
    text = f"{free} MiB free in {directory}"
    if free < 100:
        return Finding("fail", "disk", text, "make room: writing fails when it is full")
    return Finding("warn" if free < 1024 else "ok", "disk", text, "make room soon" if free < 1024 else "")


def _print(finding: Finding) -> None:
    color = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}[finding.verdict]
    typer.echo(f"{typer.style(f'{finding.verdict:<5}', fg=color)} {finding.subject:<9} {finding.text}")
    if finding.advice:
        typer.echo(f"{'':16}-> {finding.advice}")
