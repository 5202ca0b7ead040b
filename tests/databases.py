"""Fresh, migrated databases for tests, cheaply: each engine is migrated once per run into a template; tests get copies, on
PostgreSQL also copies that another test has used and that were emptied since.

PostgreSQL is the server that ``GRADEWIRE_TEST_POSTGRES`` names, or one cluster for the whole run, started by the first test
that needs it in whichever process, and stopped by the process that started pytest. See :mod:`tests.postgres_cluster`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from tests.child_process import await_end
from tests.clean_slate import clean, prepare
from tests.postgres_cluster import NoPostgres, create_database, drop_database, start_cluster

ENGINES = ("sqlite", "postgresql")

_kept: list[object] = []
"""The cluster that this process started and another will stop: collected earlier, its Popen would warn that it still runs."""


class Lifetime:
    """Held by the process that started pytest: the shared directory of the run, and the lifeline of its cluster."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="gradewire-tests-"))
        os.mkfifo(self.directory / "lifeline")
        # Read and write, so that opening waits for nobody. The cluster's watcher reads; end of file: this process has ended.
        self._lifeline = os.open(self.directory / "lifeline", os.O_RDWR)

    def end(self) -> None:
        """Stop the cluster, or drop what the run made on somebody else's server, and remove the directory."""
        record = self.directory / "postgres.json"
        server = json.loads(record.read_text()) if record.exists() else {}
        os.close(self._lifeline)
        if "pid" in server:
            await_end(server["pid"], Path(server["root"]))
        elif "url" in server:
            _drop_all(server["url"], server["prefix"])
        shutil.rmtree(self.directory, ignore_errors=True)


class Databases:
    """What one test process uses: copies of the templates that all processes of the run share through ``directory``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._clean: list[str] = []
        """Databases on PostgreSQL that a test has left and the next one may have."""

    @contextlib.contextmanager
    def fresh(self, engine: str, directory: Path, *, migrated: bool = True) -> Iterator[str]:
        """The URL of a new database, empty but for the schema (``migrated``), removed afterwards.

        ``directory`` is where an SQLite file goes.
        """
        if engine == "sqlite":
            yield from self._fresh_sqlite(directory, migrated=migrated)
        elif engine == "postgresql":
            yield from self._fresh_postgres(migrated=migrated)
        else:
            raise ValueError(engine)

    def _fresh_sqlite(self, directory: Path, *, migrated: bool) -> Iterator[str]:
        path = directory / f"{secrets.token_hex(4)}.sqlite3"
        if migrated:
            template = self._once("sqlite.json", self._sqlite_template)
            shutil.copyfile(template["path"], path)
        yield f"sqlite:///{path}"
        for suffix in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)

    def _fresh_postgres(self, *, migrated: bool) -> Iterator[str]:
        server = self.postgres()
        template = self._once("template.json", self._postgres_template)["name"] if migrated else None
        if migrated and self._clean:
            name = self._clean.pop()
        else:
            name = f"{server['prefix']}{secrets.token_hex(4)}"
            create_database(server["url"], name, template=template)
        url = _with_database(server["url"], name)
        usable = False
        try:
            yield url
            usable = migrated and clean(url)
        finally:
            if usable:
                self._clean.append(name)
            else:
                drop_database(server["url"], name)

    def postgres(self) -> dict[str, str]:
        """``url`` of the server and ``prefix`` of the names of this run's databases on it."""
        return self._once("postgres.json", self._start_postgres)

    def _start_postgres(self) -> dict[str, object]:
        prefix = f"gradewire_test_{secrets.token_hex(4)}_"
        if url := os.environ.get("GRADEWIRE_TEST_POSTGRES"):
            try:
                with psycopg.connect(url, connect_timeout=10) as connection:
                    row = connection.execute(
                        "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
                    ).fetchone()
            except psycopg.Error as error:
                raise NoPostgres(f"GRADEWIRE_TEST_POSTGRES names a server that does not answer: {error}") from error
            if not row or not row[0]:
                raise NoPostgres("GRADEWIRE_TEST_POSTGRES names a user that may not create databases")
            return {"url": url, "prefix": prefix}
        with _reader(self._directory / "lifeline") as lifeline:
            cluster = start_cluster(lifeline=lifeline, remove=[self._directory])
        _kept.append(cluster)
        return {"url": cluster.url(), "prefix": prefix, "pid": cluster.child.pid, "root": str(cluster.root)}

    def _postgres_template(self) -> dict[str, object]:
        from gradewire.store.engine import migrate

        server = self.postgres()
        name = f"{server['prefix']}template"
        create_database(server["url"], name)
        migrate(_with_database(server["url"], name))
        prepare(_with_database(server["url"], name))
        with psycopg.connect(server["url"], autocommit=True) as connection:
            # A template can be copied only while nobody is connected to it.
            connection.execute(f'alter database "{name}" allow_connections false'.encode())
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        return {"name": name}

    def _sqlite_template(self) -> dict[str, object]:
        from gradewire.store.engine import migrate

        path = self._directory / "template.sqlite3"
        migrate(f"sqlite:///{path}")
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")  # all of it into the one file that is copied
        return {"path": str(path)}

    def _once(self, name: str, make: Callable[[], dict[str, object]]) -> dict[str, str]:
        """What ``make`` returns, made by the first process that asks and read by the others. A failure is shared as well."""
        path = self._directory / name
        if not path.exists():
            with (self._directory / f"{name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not path.exists():
                    try:
                        made = make()
                    except Exception as error:
                        _write(path, {"failure": f"{type(error).__name__}: {error}"})
                        raise
                    _write(path, made)
        found: dict[str, str] = json.loads(path.read_text())
        if "failure" in found:
            raise RuntimeError(found["failure"])
        return found


def _write(path: Path, content: dict[str, object]) -> None:
    """All at once: another process sees the whole file or none."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content))
    part.replace(path)


@contextlib.contextmanager
def _reader(lifeline: Path) -> Iterator[int]:
    """The reading end of the run's lifeline. Opening does not wait, as its owner may have ended already; reading does."""
    descriptor = os.open(lifeline, os.O_RDONLY | os.O_NONBLOCK)
    try:
        os.set_blocking(descriptor, True)
        yield descriptor
    finally:
        os.close(descriptor)


def _with_database(server_url: str, name: str) -> str:
    """The URL of another database of the same server, its query string kept."""
    address, _, query = server_url.partition("?")
    scheme, _, rest = address.partition("://")
    authority = rest.partition("/")[0]
    return f"{scheme}://{authority}/{name}" + (f"?{query}" if query else "")


def _drop_all(server_url: str, prefix: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        names = connection.execute("select datname from pg_database where starts_with(datname, %s)", [prefix]).fetchall()
    for (name,) in names:
        drop_database(server_url, name)
