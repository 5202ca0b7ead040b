"""What PostgreSQL needs: pools, prepared statements, and which failures mean "try again"."""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import ConnectionPool

CONNECT_SECONDS = 10

RETRY_STATES = frozenset({"40001", "40P01", "55P03", "23505"})
"""Serialization failure, deadlock, lock not available, and a unique row that somebody else wrote first: the transaction did
nothing and may be run again."""


def driver_url(url: sa.URL) -> sa.URL:
    """The URL with the driver we use; ``postgres://`` and ``postgresql://`` are both accepted."""
    return url.set(drivername="postgresql+psycopg")


def create_engine(url: sa.URL, *, size: int) -> sa.Engine:
    return sa.create_engine(
        driver_url(url),
        pool_size=size,
        max_overflow=0,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,  # parameters are personal data, and errors are logged
        connect_args={"prepare_threshold": 2, "connect_timeout": CONNECT_SECONDS, "options": "-c timezone=UTC"},
    )


def create_pool(url: sa.URL, *, size: int) -> ConnectionPool[psycopg.Connection[Any]]:
    """Autocommit connections for the named single-statement queries, where a ``begin`` would cost one more round trip."""
    return ConnectionPool(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        min_size=1,
        max_size=size,
        kwargs={
            "autocommit": True,
            "prepare_threshold": 0,
            "connect_timeout": CONNECT_SECONDS,
            "options": "-c timezone=UTC",
        },
        configure=_send_integers_alike,
        open=True,
        timeout=30,
    )


def _send_integers_alike(connection: psycopg.Connection[Any]) -> None:
    """Every integer as a bigint: by default its type follows its size, and each type needs a prepared statement of its own."""
    connection.adapters.register_dumper(int, Int8Dumper)


def is_retryable(error: BaseException) -> bool:
    origin = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return isinstance(origin, psycopg.Error) and origin.sqlstate in RETRY_STATES
