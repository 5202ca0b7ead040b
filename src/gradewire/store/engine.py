"""Opening a database. ``open_store(url)`` is the only way to one; everything else receives the connection it shall use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gradewire.store import postgres, sqlite

if TYPE_CHECKING:
    import psycopg
    from psycopg_pool import ConnectionPool

__all__ = ["Connection", "Store", "UnusableDatabase", "kind_of", "migrate", "newest_version", "open_store", "schema_version"]

T = TypeVar("T")

Kind = Literal["sqlite", "postgresql"]


class UnusableDatabase(Exception):
    """The database cannot be reached, or its schema is not the one this version needs; the text says what to do."""


class Store:
    """An open database: connections for reading, and writes that either happen completely or not at all."""

    def __init__(
        self,
        kind: Kind,
        reading: sa.Engine,
        writing: sa.Engine,
        *,
        writer: sqlite.Writer | None = None,
        loop_writer: sqlite.LoopWriter | None = None,
        pool: ConnectionPool[psycopg.Connection[Any]] | None = None,
    ) -> None:
        self.kind: Kind = kind
        self.reading = reading
        self.writing = writing
        self.writer = writer
        self.loop_writer = loop_writer
        self.pool = pool

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection whose statements see one state of the database each; nothing is written through it."""
        with self.reading.connect() as connection:
            yield connection

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Run ``work`` in a transaction and commit; an exception undoes everything it did."""
        for writer in (self.loop_writer, self.writer):
            if writer is not None and (inside := writer.inside) is not None:
                return work(inside)  # already within a write: part of the same transaction
        if self.writer is not None:
            return self.writer.run(work)
        with self.writing.begin() as connection:
            return work(connection)

    def submit(self, work: Callable[[sa.Connection], T]) -> asyncio.Future[T]:
        """SQLite only, and only on the thread of an event loop: queue ``work``; the future is done after its commit."""
        assert self.loop_writer is not None
        return self.loop_writer.submit(work)

    def is_retryable(self, error: BaseException) -> bool:
        """Whether the same transaction may succeed when run again: it lost a race for a row, or met a deadlock."""
        return self.kind == "postgresql" and postgres.is_retryable(error)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        if self.loop_writer is not None:
            self.loop_writer.close()
        if self.pool is not None:
            self.pool.close()
        self.reading.dispose()
        self.writing.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def kind_of(url: str) -> Kind:
    """Which engine a URL names.

    Raises:
        UnusableDatabase: it is neither SQLite nor PostgreSQL, or not a URL.
    """
    try:
        name = sa.make_url(url).get_backend_name()
    except sa.exc.ArgumentError:
        raise UnusableDatabase("the database URL cannot be read; use sqlite:///file or postgresql://host/name") from None
    if name == "sqlite":
        return "sqlite"
    if name in {"postgresql", "postgres"}:
        return "postgresql"
    raise UnusableDatabase(f"{name} databases are not supported; use sqlite:///file or postgresql://host/name")


def open_store(url: str, *, connections: int = 8, synchronous: str = "normal") -> Store:
    """Open the database at ``url`` (``sqlite:///file`` or ``postgresql://...``); its schema is not looked at.

    ``connections`` bounds concurrent readers. ``synchronous`` is SQLite's pragma: ``normal`` cannot corrupt the file but may
    lose the last commits when the machine loses power, ``full`` does not.
    """
    parsed = sa.make_url(url)
    if kind_of(url) == "sqlite":
        reading, writing, hurrying = sqlite.create_engines(parsed, readers=connections, synchronous=synchronous)
        return Store("sqlite", reading, writing, writer=sqlite.Writer(writing), loop_writer=sqlite.LoopWriter(hurrying))
    engine = postgres.create_engine(parsed, size=connections)
    return Store("postgresql", engine, engine, pool=postgres.create_pool(parsed, size=connections))


def _alembic(connection: sa.Connection) -> Any:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(url: str) -> tuple[str | None, str | None]:
    """Bring the schema to the newest version; returns the versions before and after. Repeating it does nothing."""
    with open_store(url, connections=1) as store:

        def upgrade(connection: sa.Connection) -> tuple[str | None, str | None]:
            before = schema_version(connection)
            if store.kind == "postgresql":
                connection.execute(sa.text("select pg_advisory_xact_lock(7238517)"))  # two processes may start at once
            command.upgrade(_alembic(connection), "head")
            return before, schema_version(connection)

        try:
            return store.write(upgrade)
        except sa.exc.OperationalError as error:
            raise UnusableDatabase(f"the database cannot be reached: {error.orig}") from error


def schema_version(connection: sa.Connection) -> str | None:
    """The migration the database stands at; ``None`` for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_version() -> str | None:
    """The migration this version of the program needs."""
    return ScriptDirectory(str(Path(__file__).parent / "migrations")).get_current_head()
