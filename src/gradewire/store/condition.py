"""What an operator wants to know about a database before a server is started on it. It is neither made nor changed."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from msgspec import Struct

from gradewire.store import postgres
from gradewire.store.engine import Kind, UnusableDatabase, kind_of, newest_version, schema_version


class Condition(Struct, frozen=True, kw_only=True):
    """How a database was found."""

    kind: Kind
    engine_version: tuple[int, ...]
    schema: str | None
    """The migration it stands at; ``None`` when it is empty."""
    newest: str | None
    """The migration this version of the program needs."""
    known: bool
    """Whether this version of the program knows the migration the database stands at; it does not know later ones."""
    latency_ms: float
    """How long the simplest statement took."""
    clock: dt.datetime | None
    """The server's time, for PostgreSQL."""
    file: Path | None
    """The file, for SQLite."""


def file_of(url: str) -> Path | None:
    """The file of an SQLite database, absolute; ``None`` for another engine."""
    return Path(sa.make_url(url).database or "").absolute() if kind_of(url) == "sqlite" else None


def look_at(url: str, *, seconds: int = 10) -> Condition:
    """The condition of the database at ``url``; connecting may take ``seconds``.

    Raises:
        UnusableDatabase: it does not exist or cannot be reached.
    """
    kind = kind_of(url)
    parsed = sa.make_url(url)
    file = file_of(url)
    if file is not None:
        if not file.is_file():
            raise UnusableDatabase(f"there is no file {file}")
        engine = sa.create_engine(parsed.set(database=f"file:{file}", query={"mode": "ro", "uri": "true"}))
    else:
        engine = sa.create_engine(postgres.driver_url(parsed), connect_args={"connect_timeout": seconds})
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("select 1"))
            started = time.perf_counter()
            connection.execute(sa.text("select 1"))
            latency = (time.perf_counter() - started) * 1000
            schema = schema_version(connection)
            scripts = ScriptDirectory(str(Path(__file__).parent / "migrations"))
            return Condition(
                kind=kind,
                engine_version=tuple(int(part) for part in connection.dialect.server_version_info or ()),
                schema=schema,
                newest=newest_version(),
                known=schema is None or schema in {script.revision for script in scripts.walk_revisions()},
                latency_ms=latency,
                clock=connection.scalar(sa.text("select clock_timestamp()")) if kind == "postgresql" else None,
                file=file,
            )
    except sa.exc.DBAPIError as error:
        raise UnusableDatabase(" ".join(str(error.orig).split())) from error
    finally:
        engine.dispose()
