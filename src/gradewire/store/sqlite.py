"""What SQLite needs: pragmas, transactions that we begin ourselves, and one writer thread that commits waiting writes together.

A SQLite database has one writer at a time, and a commit costs far more than the statements in it. So writes queue up for
a single thread, which runs all that wait inside one transaction, each in a savepoint of its own, and answers them after the
commit. One failing write undoes itself and nobody else.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

T = TypeVar("T")

MOST_WRITES_PER_COMMIT = 128
BUSY_TIMEOUT_MS = 15_000


def create_engines(url: sa.URL, *, readers: int, synchronous: str) -> tuple[sa.Engine, sa.Engine]:
    """Engines for reading (a pool, ``query_only``) and for writing (one connection, ``begin immediate``)."""
    if url.database and url.database != ":memory:":
        Path(url.database).expanduser().parent.mkdir(parents=True, exist_ok=True)
    writing = sa.create_engine(
        url, poolclass=sa.pool.StaticPool, hide_parameters=True, connect_args={"check_same_thread": False}
    )
    reading = sa.create_engine(
        url,
        poolclass=sa.pool.QueuePool,
        pool_size=readers,
        max_overflow=0,
        pool_reset_on_return="rollback",
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    _prepare(writing, synchronous=synchronous, begin="begin immediate", read_only=False)
    _prepare(reading, synchronous=synchronous, begin="begin", read_only=True)
    return reading, writing


def _prepare(engine: sa.Engine, *, synchronous: str, begin: str, read_only: bool) -> None:
    @sa.event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver shall not begin transactions by itself
        cursor = connection.cursor()
        cursor.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_MS}")
        if not read_only:
            cursor.execute("pragma journal_mode = wal")
        cursor.execute(f"pragma synchronous = {synchronous}")
        cursor.execute("pragma foreign_keys = on")
        cursor.execute("pragma cache_size = -32000")
        cursor.execute("pragma temp_store = memory")
        if read_only:
            cursor.execute("pragma query_only = on")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin_transaction(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)


class Writer:
    """The one thread that writes. ``submit`` hands it work and returns at once; the future is done after the commit."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._waiting: queue.SimpleQueue[tuple[Callable[[sa.Connection], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._closed = False
        self._inside: sa.Connection | None = None
        self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sa.Connection], T]) -> Future[T]:
        if self._closed:
            raise RuntimeError("the store is closed")
        future: Future[T] = Future()
        self._waiting.put((work, future))
        return future

    def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Run now if the caller already is the writer (inside its savepoint), else queue up and wait."""
        if threading.current_thread() is self._thread and self._inside is not None:
            return work(self._inside)
        return self.submit(work).result()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._waiting.put(None)
            self._thread.join()

    def _serve(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < MOST_WRITES_PER_COMMIT:
                try:
                    following = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    self._waiting.put(None)
                    break
                batch.append(following)
            self._commit_together(batch)

    def _commit_together(self, batch: list[tuple[Callable[[sa.Connection], Any], Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._engine.connect() as connection, connection.begin():
                self._inside = connection
                raw = connection.connection.driver_connection
                assert raw is not None
                for work, future in batch:
                    if not future.set_running_or_notify_cancel():
                        continue
                    raw.execute("savepoint one_write")
                    try:
                        done.append((future, work(connection), None))
                    except BaseException as error:  # noqa: BLE001 - it is handed to whoever waits for this write
                        raw.execute("rollback to one_write")
                        done.append((future, None, error))
                    raw.execute("release one_write")
        except BaseException as error:  # noqa: BLE001 - the commit failed: nothing of this batch happened
            done = [(future, None, error) for _, future in batch]
        finally:
            self._inside = None
        for future, result, problem in done:
            if problem is None:
                future.set_result(result)
            elif not future.done():
                future.set_exception(problem)
