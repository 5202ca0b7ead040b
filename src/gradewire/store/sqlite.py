"""What SQLite needs: pragmas, transactions that we begin ourselves, and writers that commit waiting writes together.

A SQLite database has one writer at a time, and a commit costs far more than the statements in it. So writes queue up, all
that wait run inside one transaction, each in a savepoint of its own, and they are answered after the commit. One failing write
undoes itself and nobody else.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa

T = TypeVar("T")
Task: TypeAlias = Callable[[sa.Connection], Any]
Outcome: TypeAlias = tuple[Any, BaseException | None]

MOST_WRITES_PER_COMMIT = 128
BUSY_TIMEOUT_MS = 15_000
RETRY_SECONDS = 0.002
CHECKPOINT_PAGES = 8_000
"""Pages (of 4 KiB) in the write-ahead log before they are moved into the database; at the usual 1,000 the same pages are moved
again and again while grades are written."""
GATHER_ROUNDS = 4


def create_engines(url: sa.URL, *, readers: int, synchronous: str) -> tuple[sa.Engine, sa.Engine, sa.Engine]:
    """Engines for reading (a pool, ``query_only``), for a writer that waits for its turn, and for one that does not."""
    if url.database and url.database != ":memory:":
        Path(url.database).expanduser().parent.mkdir(parents=True, exist_ok=True)
    writing, hurrying = (
        sa.create_engine(url, poolclass=sa.pool.StaticPool, hide_parameters=True, connect_args={"check_same_thread": False})
        for _ in range(2)
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
    _prepare(hurrying, synchronous=synchronous, begin="begin immediate", read_only=False, wait_ms=0)
    _prepare(reading, synchronous=synchronous, begin="begin", read_only=True)
    return reading, writing, hurrying


def _prepare(engine: sa.Engine, *, synchronous: str, begin: str, read_only: bool, wait_ms: int = BUSY_TIMEOUT_MS) -> None:
    @sa.event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver shall not begin transactions by itself
        cursor = connection.cursor()
        cursor.execute(f"pragma busy_timeout = {wait_ms}")
        if not read_only:
            cursor.execute("pragma journal_mode = wal")
            cursor.execute(f"pragma wal_autocheckpoint = {CHECKPOINT_PAGES}")
        cursor.execute(f"pragma synchronous = {synchronous}")
        cursor.execute("pragma foreign_keys = on")
        cursor.execute("pragma cache_size = -32000")
        if read_only:
            # Not for writers: their statement journal would have to stay in memory as well, and inside a savepoint SQLite walks
            # through all of it after each statement that fires a trigger.
            cursor.execute("pragma temp_store = memory")
            cursor.execute("pragma query_only = on")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin_transaction(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)


class Batches:
    """A connection that writes: many pieces of work in one transaction, each in a savepoint of its own."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connection: sa.Connection | None = None
        self._thread: int | None = None

    @property
    def inside(self) -> sa.Connection | None:
        """The connection, for who asks from within a running piece of work: it writes again by the same transaction."""
        return self._connection if self._thread == threading.get_ident() else None

    def commit_together(self, batch: Sequence[Task]) -> list[Outcome]:
        """Run all, commit once. The outcome of each is its result or its exception; a failed commit is everybody's.

        Raises:
            sa.exc.OperationalError: somebody else writes, and went on doing so for as long as the connection waits.
        """
        if self._connection is None:
            self._connection = self._engine.connect()
        connection = self._connection
        if len(batch) == 1:
            return [self._commit_alone(connection, batch[0])]
        done: list[Outcome] = []
        transaction = connection.begin()
        self._thread = threading.get_ident()
        try:
            raw = connection.connection.driver_connection
            assert raw is not None
            for work in batch:
                raw.execute("savepoint one_write")
                try:
                    done.append((work(connection), None))
                except BaseException as error:  # noqa: BLE001 - it is handed to whoever waits for this write
                    raw.execute("rollback to one_write")
                    done.append((None, error))
                raw.execute("release one_write")
            transaction.commit()
        except BaseException as error:  # noqa: BLE001 - the commit failed: nothing of this batch happened
            transaction.rollback()
            done = [(None, error)] * len(batch)
        finally:
            self._thread = None
        return done

    def _commit_alone(self, connection: sa.Connection, work: Task) -> Outcome:
        """The same for a single piece of work, which needs no savepoint: with it, the whole transaction is undone."""
        transaction = connection.begin()
        self._thread = threading.get_ident()
        try:
            result = work(connection)
            transaction.commit()
        except BaseException as error:  # noqa: BLE001 - it is handed to whoever waits for this write
            transaction.rollback()
            return None, error
        finally:
            self._thread = None
        return result, None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Writer:
    """A thread that writes. ``run`` hands it work and waits; it commits together what waits together."""

    def __init__(self, engine: sa.Engine) -> None:
        self._batches = Batches(engine)
        self._waiting: queue.SimpleQueue[tuple[Task, Future[Any]] | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._thread.start()

    @property
    def inside(self) -> sa.Connection | None:
        return self._batches.inside

    def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Queue up and wait."""
        if self._closed:
            raise RuntimeError("the store is closed")
        future: Future[T] = Future()
        self._waiting.put((work, future))
        return future.result()

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
            try:
                outcomes = self._batches.commit_together([work for work, _ in batch])
            except BaseException as error:  # noqa: BLE001 - the database stayed locked: everybody who waited hears it
                outcomes = [(None, error)] * len(batch)
            for (_, future), (result, problem) in zip(batch, outcomes, strict=True):
                if problem is None:
                    future.set_result(result)
                else:
                    future.set_exception(problem)
        self._batches.close()


class LoopWriter:
    """Writes on the event loop's own thread: requests that arrive together are committed together.

    One write of a request takes a fraction of a millisecond. On another thread it costs much more: the driver gives up the
    interpreter lock around each statement, and the two threads take it from each other. So the loop writes itself, and never
    waits: when somebody else (a job, another process) holds the database, it tries again a little later.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._batches = Batches(engine)
        self._waiting: list[tuple[Task, asyncio.Future[Any]]] = []
        self._scheduled = False
        self._waited = 0.0

    @property
    def inside(self) -> sa.Connection | None:
        return self._batches.inside

    def submit(self, work: Callable[[sa.Connection], T]) -> asyncio.Future[T]:
        """Called on the loop; the future is done after the commit."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append((work, future))
        if not self._scheduled:
            self._scheduled = True
            loop.call_soon(self._gather, loop, GATHER_ROUNDS)
        return future

    def _gather(self, loop: asyncio.AbstractEventLoop, rounds: int) -> None:
        """Let the loop take in what else has arrived before the commit."""
        if rounds:
            loop.call_soon(self._gather, loop, rounds - 1)
        else:
            self._flush(loop)

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, rest = self._waiting[:MOST_WRITES_PER_COMMIT], self._waiting[MOST_WRITES_PER_COMMIT:]
        try:
            outcomes = self._batches.commit_together([work for work, _ in batch])
        except sa.exc.OperationalError as error:
            if self._waited < BUSY_TIMEOUT_MS / 1000:
                self._waited += RETRY_SECONDS
                loop.call_later(RETRY_SECONDS, self._flush, loop)
                return
            outcomes = [(None, error)] * len(batch)
        self._waited = 0.0
        self._waiting = rest
        self._scheduled = bool(rest)
        if rest:
            loop.call_soon(self._flush, loop)
        for (_, future), (result, problem) in zip(batch, outcomes, strict=True):
            if future.done():
                continue  # the client went away
            if problem is None:
                future.set_result(result)
            else:
                future.set_exception(problem)

    def close(self) -> None:
        self._batches.close()
