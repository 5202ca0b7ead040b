"""``migrate`` and ``doctor`` on both engines."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from gradewire.cli import run
from gradewire.cli.doctor import Finding, examine
from gradewire.cli.invocation import Invocation
from gradewire.store.engine import newest_version, open_store

Output = pytest.CaptureFixture[str]


def _examine(url: str, *, now: dt.datetime | None = None, **more: str) -> dict[str, Finding]:
    environment = {"GRADEWIRE_DATABASE_URL": url} | {f"GRADEWIRE_{key.upper()}": value for key, value in more.items()}
    findings = examine(Invocation(environment), now or dt.datetime.now(dt.UTC))
    return {finding.subject: finding for finding in findings}


def test_migrate_brings_an_empty_database_up_and_can_be_repeated(empty_database_url: str, capsys: Output) -> None:
    environment = {"GRADEWIRE_DATABASE_URL": empty_database_url}
    assert run(["migrate"], environment) == 0
    assert capsys.readouterr().out == f"The schema went from nothing to {newest_version()}.\n"
    assert run(["migrate"], environment) == 0
    assert capsys.readouterr().out == f"The schema is up to date: {newest_version()}.\n"


def test_a_sound_installation_has_nothing_wrong(database_url: str, capsys: Output) -> None:
    assert run(["doctor"], {"GRADEWIRE_DATABASE_URL": database_url, "GRADEWIRE_SECRET_KEY": "k" * 32}) == 0
    text = capsys.readouterr().out
    assert "fail" not in text
    for subject in ("python", "settings", "database", "schema", "clock", "disk"):
        assert f"ok    {subject} " in text or f"warn  {subject} " in text


def test_an_empty_database_is_told_to_migrate(empty_database_url: str, capsys: Output) -> None:
    environment = {"GRADEWIRE_DATABASE_URL": empty_database_url}
    if empty_database_url.startswith("sqlite"):
        Path(empty_database_url.removeprefix("sqlite:///")).touch()
    assert _examine(empty_database_url)["schema"] == Finding("fail", "schema", "the database is empty", "run gradewire migrate")
    assert run(["doctor"], environment) == 1
    assert "-> run gradewire migrate" in capsys.readouterr().out


@pytest.mark.parametrize(("version", "words"), [("9999", "is newer than this version"), (None, "the database is empty")])
def test_a_schema_of_another_version_is_named(database_url: str, version: str | None, words: str) -> None:
    with open_store(database_url) as store:
        store.write(lambda connection: connection.execute(sa.text("delete from alembic_version")))
        if version is not None:
            store.write(lambda connection: connection.execute(sa.text(f"insert into alembic_version values ('{version}')")))  # noqa: S608
    found = _examine(database_url)["schema"]
    assert found.verdict == "fail"
    assert words in found.text


def test_a_wrong_clock_is_noticed(database_url: str) -> None:
    found = _examine(database_url, now=dt.datetime.now(dt.UTC) - dt.timedelta(days=1))["clock"]
    assert (found.verdict, "set the clock" in found.advice) == ("fail", True)


def test_a_database_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    file = tmp_path / "none" / "x.sqlite3"
    found = _examine(f"sqlite:///{file}")
    assert found["database"] == Finding("fail", "database", f"there is no file {file}", "run gradewire migrate, which makes it")
    assert "schema" not in found
    assert found["disk"].verdict != "fail"
    assert not file.parent.exists()


def test_a_server_that_does_not_answer_is_named() -> None:
    found = _examine("postgresql://me:secretive@127.0.0.1:1/x")
    assert found["database"].verdict == "fail"
    assert "secretive" not in "".join(f"{each}" for each in found.values())


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "x.sqlite3"
    file.write_text("not a database " * 100)
    assert "not a database" in _examine(f"sqlite:///{file}")["database"].text


def test_what_is_unsafe_in_production_is_a_warning(sqlite_url: str) -> None:
    environment = {"GRADEWIRE_DATABASE_URL": sqlite_url, "GRADEWIRE_HOST": "0.0.0.0"}  # noqa: S104
    findings = list(examine(Invocation(environment), dt.datetime.now(dt.UTC)))
    warnings = [finding.text for finding in findings if finding.verdict == "warn" and finding.subject == "settings"]
    assert warnings == [
        "listens on 0.0.0.0 without TLS",
        "secret_key is not set, so the key lies in the database beside what it protects",
    ]


def test_wrong_settings_end_the_examination() -> None:
    assert list(_examine("mysql://x")) == ["python", "settings"]


def test_doctor_does_not_change_the_database(sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    before = file.read_bytes(), file.stat().st_mtime_ns
    assert _examine(sqlite_url)["database"].verdict == "ok"
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
