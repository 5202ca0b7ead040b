"""The rate limit: a bucket of credits per consumer and token, full again every five seconds (reference, 3.6).

Reading costs one credit, writing three. What cannot be verified costs the address that it came from. Kept in the memory of each
server process: with several of them there are as many times the credits.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from gradewire.dialects.schoology.errors import OverLimitError

SECONDS = 5.0
WRITE = 3
MOST_BUCKETS = 20_000


class Credits:
    """The buckets of one server process, of ``most`` credits each; without limit for ``None``. All calls come from its event
    loop."""

    def __init__(self, most: int | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._full = most
        self._clock = clock
        self._left: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()

    def spend(self, key: Hashable, cost: int) -> None:
        """Take credits out of a bucket.

        Raises:
            OverLimitError: there are not so many in it.
        """
        if self._full is None:
            return
        now = self._clock()
        left, filled = self._left.get(key, (self._full, now))
        if now - filled >= SECONDS:
            left, filled = self._full, now
        if left < min(cost, self._full):
            raise OverLimitError(max(1, math.ceil(filled + SECONDS - now)))
        self._left[key] = left - cost, filled
        self._left.move_to_end(key)
        if len(self._left) > MOST_BUCKETS:
            self._left.popitem(last=False)
