"""``gradewire demo``: the sample institution, served on this machine only."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gradewire.config import Settings

ROLES = (
    ("admin", "admin", "administers the institution"),
    ("teacher", "teacher", "teaches, and is the final grader"),
    ("marker1", "marker1", "the first marker"),
    ("marker2", "marker2", "the second marker"),
    ("student", "student11391", "a student"),
)
"""A name for each role, the login, and what it is."""
PURPOSE = "demo"


def register(app: typer.Typer) -> None:
    @app.command()
    def demo(
        context: typer.Context,
        directory: Annotated[Path, typer.Option(help="Where the demo's database and events go.")] = Path("var/demo"),
        fresh: Annotated[bool, typer.Option("--fresh", help="Begin again: throw away what was done in the demo.")] = False,
    ) -> None:
        """Serve a sample university with a course of real grades, and print logins and tokens to try it with.

        Everything stays in one directory. Each start makes new passwords and tokens; the old ones end.
        """
        from gradewire.cli.invocation import Failure
        from gradewire.server import PortInUse, check_port, run

        settings = _settings(context.obj.settings, directory)
        try:
            check_port(settings)
            directory.mkdir(parents=True, exist_ok=True)
            if fresh:
                _clear(directory)
            _load(settings)
            _greet(settings, directory, _credentials(settings), _consumer(settings))
            run(settings)
        except PortInUse as error:
            raise Failure(f"{error}\nAnother port: GRADEWIRE_PORT=8018 make demo") from error


def _settings(settings: Settings, directory: Path) -> Settings:
    from msgspec.structs import replace

    return replace(
        settings,
        database_url=f"sqlite:///{(directory / 'gradewire.sqlite3').resolve()}",
        events_file=str((directory / "events.jsonl").resolve()),
        host="127.0.0.1",
        workers=1,
        sqlite_synchronous="normal",
        rate_limit=False,
        log_level="warning",
    )


def _clear(directory: Path) -> None:
    for name in ("gradewire.sqlite3", "gradewire.sqlite3-wal", "gradewire.sqlite3-shm", "events.jsonl"):
        (directory / name).unlink(missing_ok=True)


def _load(settings: Settings) -> None:
    """Load the sample once; what visitors did since then stays."""
    from gradewire import sample
    from gradewire.actions import institution
    from gradewire.cli.bars import phases
    from gradewire.cli.opened import act
    from gradewire.store.engine import migrate

    before, _ = migrate(settings.database_url)
    if before is None:
        with phases() as progress:
            act(settings, lambda unit: institution.load(unit, sample.documents(), progress=progress))


def _credentials(settings: Settings) -> dict[str, tuple[str, str]]:
    """A new password and a new token for each role; those of the last start end."""
    from gradewire.actions import people, tokens
    from gradewire.actions.unit import Unit
    from gradewire.cli.opened import act

    def renew(unit: Unit) -> dict[str, tuple[str, str]]:
        tokens.revoke_all_for(unit, PURPOSE)
        made = {}
        for role, login, _ in ROLES:
            password = secrets.token_urlsafe(9)
            people.set_password(unit, login, password)
            made[role] = password, tokens.create(unit, login, purpose=PURPOSE)[0]
        return made

    return act(settings, renew)


def _consumer(settings: Settings) -> tuple[str, str]:
    """A new key and secret with which a Schoology client speaks for the teacher; those of the last start end."""
    from gradewire.actions import consumers
    from gradewire.actions.unit import Unit
    from gradewire.cli.opened import act

    def renew(unit: Unit) -> tuple[str, str]:
        consumers.revoke_all_named(unit, PURPOSE)
        row, secret = consumers.create(unit, PURPOSE, login="teacher")
        return row.key, secret

    return act(settings, renew)


def _greet(settings: Settings, directory: Path, credentials: dict[str, tuple[str, str]], consumer: tuple[str, str]) -> None:
    from gradewire import sample

    base = f"http://{settings.host}:{settings.port}"
    lines = ["", f"Gradewire serves the sample university at {base}", ""]
    lines += [f"{'role':<9} {'login':<13} {'password':<13} token", ""]
    for role, login, what in ROLES:
        password, token = credentials[role]
        lines.append(f"{role:<9} {login:<13} {password:<13} {token}  ({what})")
    lines += ["", f"Schoology clients, for the teacher: consumer key {consumer[0]}, secret {consumer[1]}"]
    environment = directory / "demo.env"
    _write_private(environment, base, credentials, consumer)
    assignment = f"$GRADEWIRE/api/v1/courses/{sample.COURSE}/assignments/{sample.MODERATED}"
    lines += [
        "",
        "Three commands to try in another terminal:",
        "",
        f"  . {environment}",
        f'  curl -H "Authorization: Bearer $TEACHER" "{assignment}/gradeable_students?include[]=provisional_grades&per_page=1"',
        f'  curl -H "Authorization: Bearer $MARKER2" "{assignment}/submissions/{sample.STUDENT}" -X PUT \\',
        "       -d 'submission[posted_grade]=85' -d 'submission[provisional]=true'",
        "",
        f"In the browser: {base}/  Events: {directory / 'events.jsonl'}  Stop with Ctrl-C.",
        "",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _write_private(path: Path, base: str, credentials: dict[str, tuple[str, str]], consumer: tuple[str, str]) -> None:
    """The address, tokens and consumer as shell variables, in a file that only its owner can read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    variables = [f"export GRADEWIRE={base}", *(f"export {role.upper()}={token}" for role, (_, token) in credentials.items())]
    variables += [f"export SCHOOLOGY_KEY={consumer[0]}", f"export SCHOOLOGY_SECRET={consumer[1]}"]
    path.write_text("\n".join(variables) + "\n", encoding="utf-8")
