"""Guessing passwords made slow: failed sign-ins are counted per login and per address, and too many have to wait.

Counted in the memory of each server process: with several of them somebody who guesses has as many times the tries.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=15)

MOST_FROM_ONE_PLACE: Final = 5
"""Failures for one login from one address: somebody who mistypes."""
MOST_FOR_LOGIN: Final = 30
"""Failures for one login from anywhere. Higher, for whoever knows a login can use it up and so keep its owner out."""
MOST_FROM_ADDRESS: Final = 100
"""Failures from one address for any logins. Higher, for a whole campus may come from one address."""

MOST_KEYS: Final = 50_000


class Throttle:
    """The failures of the last minutes. A try counts as failed until it is ``forgiven``, so that many tries at once get no
    further than many one after the other."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, login: str, address: str, now: datetime) -> timedelta | None:
        """Count a try; or, when there were too many, do not, and say how long to wait."""
        with self._lock:
            waits = [self._wait(key, most, now) for key, most in _limits(login, address)]
            wait = max((one for one in waits if one is not None), default=None)
            if wait is None:
                for key, _ in _limits(login, address):
                    self._failures.setdefault(key, deque()).append(now)
                    self._failures.move_to_end(key)
                while len(self._failures) > MOST_KEYS:
                    self._failures.popitem(last=False)
            return wait

    def forgive(self, login: str, address: str, began: datetime) -> None:
        """The try was good: it no longer counts, nor do the failures of this login at this place before it."""
        with self._lock:
            (place, _), *others = _limits(login, address)
            self._failures.pop(place, None)
            for key, _ in others:
                tries = self._failures.get(key)
                if tries and began in tries:
                    tries.remove(began)

    def _wait(self, key: tuple[str, str], most: int, now: datetime) -> timedelta | None:
        tries = self._failures.get(key)
        if tries is None:
            return None
        while tries and tries[0] <= now - WINDOW:
            tries.popleft()
        return tries[-most] + WINDOW - now if len(tries) >= most else None


def _limits(login: str, address: str) -> list[tuple[tuple[str, str], int]]:
    name = login.strip().casefold()[:255]
    return [
        ((name, address), MOST_FROM_ONE_PLACE),
        ((name, ""), MOST_FOR_LOGIN),
        (("", address), MOST_FROM_ADDRESS),
    ]
