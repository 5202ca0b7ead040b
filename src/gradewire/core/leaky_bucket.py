"""Leaky buckets: how much somebody asked of the server lately.

Every request pours its cost into the asker's bucket, which drains at a constant rate. Above the high-water mark further
requests are refused until enough has drained. Since the cost is known only afterwards, a request pours a fixed amount when it
begins and gets it back when it ends, so that many at once fill a bucket before any of them has ended.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

from msgspec import Struct

K = TypeVar("K")

MOST_BUCKETS = 10_000
"""Beyond that, the buckets longest unused are forgotten, that is, taken for empty."""


class Limits(Struct, frozen=True):
    """What a bucket may hold, what flows out of it each second, and what a request pours before its cost is known."""

    high_water: float
    outflow: float
    up_front: float


class Buckets(Generic[K]):
    """The buckets of many askers. Times are seconds of any clock that only goes forward. Not for several threads at once."""

    def __init__(self, limits: Limits, *, most: int = MOST_BUCKETS) -> None:
        self.limits = limits
        self._most = most
        self._kept: OrderedDict[K, tuple[float, float]] = OrderedDict()
        """Level and the time when it was that, the bucket used last at the end."""

    def __contains__(self, key: K) -> bool:
        return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    def level(self, key: K, now: float) -> float:
        """What is in the bucket now."""
        kept = self._kept.get(key)
        if kept is None:
            return 0.0
        return max(0.0, kept[0] - (now - kept[1]) * self.limits.outflow)

    def remaining(self, key: K, now: float) -> float:
        """What still fits below the high-water mark."""
        return max(0.0, self.limits.high_water - self.level(key, now))

    def is_full(self, key: K, now: float) -> bool:
        return self.level(key, now) >= self.limits.high_water

    def pour(self, key: K, now: float, amount: float) -> float:
        """Put an amount in (or, below zero, take it back); what still fits then."""
        level = max(0.0, self.level(key, now) + amount)
        self._kept[key] = level, now
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return max(0.0, self.limits.high_water - level)

    def forget(self, key: K) -> None:
        self._kept.pop(key, None)

    def seconds_until_room(self, key: K, now: float) -> float:
        """How long until a full bucket is below the mark again."""
        over = self.level(key, now) - self.limits.high_water
        return max(0.0, over / self.limits.outflow)
