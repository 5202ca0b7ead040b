"""The ground that the other tests stand on: databases come fresh, on both engines, and nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from gradewire.store.engine import newest_version, open_store, schema_version
from tests.databases import Databases, _with_database
from tests.postgres_cluster import NoPostgres, start_cluster

REPOSITORY = Path(__file__).parent.parent


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_its_own_migrated_database(database_url: str, turn: int) -> None:
    with open_store(database_url) as store:
        with store.read() as connection:
            assert schema_version(connection) == newest_version()
            assert not sa.inspect(connection).has_table("left_behind"), turn
        store.write(lambda connection: connection.execute(sa.text("create table left_behind (id integer)")))


def test_an_empty_database_has_no_schema(empty_database_url: str) -> None:
    with open_store(empty_database_url) as store, store.read() as connection:
        assert schema_version(connection) is None


def test_the_name_of_the_database_changes_and_the_rest_of_the_url_stays() -> None:
    assert (
        _with_database("postgresql://me:pw@host:1/postgres?sslmode=require", "x")
        == "postgresql://me:pw@host:1/x?sslmode=require"
    )
    assert _with_database("postgresql://me@host", "x") == "postgresql://me@host/x"


def test_a_machine_without_postgresql_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.postgres_cluster._candidates", lambda: iter(()))
    with pytest.raises(NoPostgres, match="GRADEWIRE_TEST_POSTGRES"):
        start_cluster()


def test_a_cluster_that_cannot_start_says_why(tmp_path: Path) -> None:
    binaries = tmp_path / "installation" / "bin"
    binaries.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (binaries / name).write_text("#!/bin/sh\necho no luck today >&2\nexit 3\n")
        (binaries / name).chmod(0o755)
    with pytest.raises(NoPostgres, match="status 3: no luck today"):
        start_cluster(binaries=binaries)


def test_children_end_when_their_owner_is_killed(tmp_path: Path) -> None:
    directory = tmp_path / "of the child"
    directory.mkdir()
    program = f"""
import time
from pathlib import Path
from tests.child_process import ChildProcess
child = ChildProcess(["sleep", "600"], log=Path({str(tmp_path / "log")!r}), directories=[Path({str(directory)!r})])
print(child.pid, flush=True)
time.sleep(600)
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        os.kill(pid, 0)
        owner.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while directory.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not directory.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


PROBE = """
import pytest

def test_runs(): pass

@pytest.mark.skip(reason="not today")
def test_skipped(): pass

@pytest.mark.xfail(reason="known", strict=True)
def test_expected(): assert False
"""


def test_a_skip_is_none_of_a_developers_worries(tmp_path: Path) -> None:
    done = _pytest(tmp_path, PROBE, no_skips=False)
    assert done.returncode == 0, done.stdout
    assert "1 passed, 1 skipped, 1 xfailed" in done.stdout


def test_ci_takes_a_skip_for_a_failure(tmp_path: Path) -> None:
    done = _pytest(tmp_path, PROBE, "-n", "2", no_skips=True)
    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 passed, 1 error" in done.stdout
    assert "Skipped: not today" in done.stdout
    assert "expected to fail: known" in done.stdout


def test_ci_takes_a_skipped_module_for_a_failure(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "import pytest\npytest.skip('whole module', allow_module_level=True)\n", no_skips=True)
    assert done.returncode == 2, done.stdout
    assert "Skipped: whole module" in done.stdout


def _pytest(directory: Path, probe: str, *options: str, no_skips: bool) -> subprocess.CompletedProcess[str]:
    (directory / "test_probe.py").write_text(probe)
    own = ["-c", os.devnull, f"--rootdir={directory}", "-p", "no:cacheprovider", "-p", "tests.conftest"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *own, *options, str(directory)],
        cwd=REPOSITORY,
        env={**os.environ, "GRADEWIRE_TEST_NO_SKIPS": "1" if no_skips else ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_database_used_again_is_as_the_template_was(databases: Databases, tmp_path: Path) -> None:
    with databases.fresh("postgresql", tmp_path) as url:
        untouched = _content(url)
        with psycopg.connect(url) as connection:
            connection.execute(
                "insert into accounts (name, uuid, created_at, updated_at) values ('Left behind', 'u', now(), now())"
            )
            connection.execute("delete from alembic_version")
        assert _content(url) != untouched
    with databases.fresh("postgresql", tmp_path) as again:
        assert again == url
        assert _content(again) == untouched


@pytest.mark.parametrize(
    "change",
    [
        "create table left_behind (id integer)",
        "alter table courses add column left_behind integer",
        "drop index ix_grade_versions_course_created",
        "alter table submissions disable trigger all",
        "create or replace function stamp_change() returns trigger language plpgsql as $$ begin return new; end $$",
        "insert into accounts (name, uuid, created_at, updated_at) select n, n, now(), now() from generate_series(1, 20001) n",
    ],
)
def test_a_database_that_was_altered_is_not_used_again(databases: Databases, tmp_path: Path, change: str) -> None:
    with databases.fresh("postgresql", tmp_path) as url, psycopg.connect(url) as connection:
        connection.execute(change.encode())
    with databases.fresh("postgresql", tmp_path) as next_one:
        assert next_one != url


def _content(url: str) -> dict[str, object]:
    """Everything in the database, and where its sequences stand."""
    with psycopg.connect(url) as connection:
        tables = [name for (name,) in connection.execute("select tablename from pg_tables where schemaname = 'public'")]
        rows = {name: connection.execute(f'table "{name}"'.encode()).fetchall() for name in tables}
        return {**rows, "sequences": connection.execute("select * from pg_sequences order by 1, 2").fetchall()}
