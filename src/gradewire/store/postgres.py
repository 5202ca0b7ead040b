"""What PostgreSQL needs: pools, prepared statements, and which failures mean "try again"."""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg_pool import ConnectionPool

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
        connect_args={"prepare_threshold": 2, "options": "-c timezone=UTC"},
    )


def create_pool(url: sa.URL, *, size: int) -> ConnectionPool[psycopg.Connection[Any]]:
    """Autocommit connections for the named single-statement queries, where a ``begin`` would cost one more round trip."""
    return ConnectionPool(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        min_size=1,
        max_size=size,
        kwargs={"autocommit": True, "prepare_threshold": 0, "options": "-c timezone=UTC"},
        open=True,
        timeout=30,
    )


def is_retryable(error: BaseException) -> bool:
    origin = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return isinstance(origin, psycopg.Error) and origin.sqlstate in RETRY_STATES
