"""The commands of an operator: load, token, user; on both databases."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from gradewire.cli import run
from gradewire.store import tables as t
from gradewire.store.engine import open_store

WORLD = Path(__file__).parents[1] / "worlds" / "moderated.yaml"


def gradewire(database_url: str, *arguments: str | Path, status: int = 0, typed: str | None = None) -> str:
    """What a command prints on standard output, or on standard error if it is meant to fail. Where something is typed, the
    command is a process of its own: a second for each would be too much."""
    line, environment = [str(one) for one in arguments], {"GRADEWIRE_DATABASE_URL": database_url}
    if typed is None:
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
            found = run(line, environment)
        said, complained = out.getvalue(), err.getvalue()
    else:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GRADEWIRE_")}
        done = subprocess.run(
            [sys.executable, "-m", "gradewire", *line],
            env={**clean, **environment},
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        found, said, complained = done.returncode, done.stdout, done.stderr
    assert found == status, complained
    return complained if status else said


def test_load_tells_what_it_did_and_repeating_it_does_nothing(database_url: str) -> None:
    assert "users added" in gradewire(database_url, "load", WORLD)
    assert gradewire(database_url, "load", WORLD) == "Everything was there already.\n"


def test_a_bad_file_is_told_with_its_line_and_nothing_is_loaded(sqlite_url: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("format: 1\naccounts:\n  - {name: Uni}\nusers:\n  - {name: X, colour: red}\n")
    told = gradewire(sqlite_url, "load", bad, status=1)
    assert "bad.yaml:5" in told
    assert "colour" in told
    with open_store(sqlite_url) as store, store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(t.accounts)).scalar_one() == 0


def test_load_says_what_is_missing(sqlite_url: str, tmp_path: Path) -> None:
    assert "does not exist" in gradewire(sqlite_url, "load", tmp_path / "none.yaml", status=1)
    assert "has no YAML files" in gradewire(sqlite_url, "load", tmp_path, status=1)


def test_a_token_is_shown_once_listed_by_its_beginning_and_ends_when_revoked(database_url: str) -> None:
    gradewire(database_url, "load", WORLD)
    scope = "url:GET|/api/v1/courses"
    token = gradewire(
        database_url, "token", "create", "teacher@example.edu", "--purpose", "test", "--scope", scope, "--days", "7"
    ).strip()
    assert len(token) >= 43
    with open_store(database_url) as store, store.read() as connection:
        stored = connection.execute(sa.select(t.access_tokens).where(t.access_tokens.c.purpose == "test")).one()
    assert token not in repr(stored)
    listed = gradewire(database_url, "token", "list", "teacher@example.edu")
    line = next(line for line in listed.splitlines() if token[:5] in line)
    assert scope in line
    assert token not in listed
    gradewire(database_url, "token", "revoke", str(stored.id))
    assert "revoked" in gradewire(database_url, "token", "list", "teacher@example.edu")
    assert "nothing by that name" in gradewire(database_url, "token", "revoke", str(stored.id), status=1)
    assert "nothing by that name" in gradewire(database_url, "token", "create", "nobody", status=1)


def test_a_person_is_made_found_given_a_password_and_deactivated(database_url: str) -> None:
    gradewire(database_url, "load", WORLD)
    twice = "correct horse battery\n" * 2
    made = gradewire(database_url, "user", "create", "new@example.edu", "Nora New", "--admin", typed=twice)
    assert "Nora New, signs in as new@example.edu" in made
    assert "new@example.edu  Nora New" in gradewire(database_url, "user", "list", "nora")
    assert "is taken" in gradewire(database_url, "user", "create", "new@example.edu", "X", typed=twice, status=1)
    assert "fewer than" in gradewire(database_url, "user", "create", "other@example.edu", "X", typed="short\n" * 2, status=1)
    assert "new password" in gradewire(database_url, "user", "password", "new@example.edu", typed=twice)
    gradewire(database_url, "user", "deactivate", "new@example.edu")
    assert "deactivated" in gradewire(database_url, "user", "list", "nora")
    with open_store(database_url) as store, store.read() as connection:
        hashed = connection.execute(sa.select(t.logins.c.password_hash).where(t.logins.c.unique_id == "new@example.edu"))
        assert hashed.scalar_one().startswith("$argon2id$")


@pytest.mark.parametrize(
    "command", ["serve", "demo", "load", "migrate", "token", "user", "relay", "doctor", "recompute", "vectors"]
)
def test_every_command_explains_itself(command: str, tmp_path: Path) -> None:
    assert "Usage" in gradewire(f"sqlite:///{tmp_path}/none.sqlite3", command, "--help")


def test_clean_files_removes_what_was_announced_and_never_came(sqlite_url: str) -> None:
    gradewire(sqlite_url, "load", WORLD)
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    announced = {
        "root_account_id": 1,
        "user_id": 11,
        "purpose": "submission",
        "uuid": "0" * 32,
        "filename": "essay.txt",
        "display_name": "essay.txt",
        "content_type": "text/plain",
        "upload_until": long_ago,
        "created_at": long_ago,
        "updated_at": long_ago,
    }
    with open_store(sqlite_url) as store:
        store.write(lambda connection: connection.execute(sa.insert(t.attachments).values(**announced)))
    assert gradewire(sqlite_url, "clean-files") == "1 files removed\n"
    assert gradewire(sqlite_url, "clean-files") == "0 files removed\n"
