"""What a server does now and then, whether anybody asks for it or not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import structlog

logger = structlog.get_logger()

PAUSE_SECONDS = 600.0

Chore: TypeAlias = Callable[[], Any]
"""Does its work in transactions of its own. Several processes may do the same chore at the same time."""


@contextmanager
def doing(chores: Sequence[Chore], *, pause: float = PAUSE_SECONDS) -> Iterator[None]:
    """Do the chores once, and then on a thread after each pause, until the block ends. One that fails is logged, and tried
    again."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(pause):
            _do(chores)

    _do(chores)
    thread = threading.Thread(target=work, name="chores", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _do(chores: Sequence[Chore]) -> None:
    for chore in chores:
        try:
            chore()
        except Exception as error:
            logger.exception("chore failed", kind=type(error).__name__)
