"""Throttling as Canvas does it: each access token has a quota, each request costs about the seconds of work it made.

Every answer says what it cost (``X-Request-Cost``) and, where throttling is on, what is left (``X-Rate-Limit-Remaining``);
without quota a request is answered 403 with a text. Requests without a token that was good before count for their address, and
there a token that is not good costs extra, so that guessing tokens is slow and a good token never pays for others' guesses.

Kept in the memory of each server process: with several of them the quota is as many times as large. Source: Canvas's
documentation of throttling, which names no numbers; its developers once told of a quota of 700 that drains by 10 a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address, ip_network

from msgspec import Struct

from gradewire.core.leaky_bucket import Buckets, Limits

REFUSAL = b"403 Forbidden (Rate Limit Exceeded)\n"

BAD_TOKEN_COST = 1.0
"""What showing a token that is not good costs its address."""


class Ticket(Struct, frozen=True):
    """A request that was let in, and whose bucket it fills: a known token's (then ``token`` names it) or its address's."""

    token: str | None
    address: str
    by_token: bool


class Throttle:
    """The buckets of one server process. All calls come from its event loop."""

    def __init__(self, limits: Limits | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._tokens: Buckets[str] | None = None if limits is None else Buckets(limits)
        self._addresses: Buckets[str] | None = None if limits is None else Buckets(limits)

    def begin(self, token: str | None, address: str | None) -> Ticket | float:
        """Let a request in, or say in how many seconds there will be room. ``token`` is the digest of what was shown."""
        place = place_of(address)
        if self._limits is None or self._tokens is None or self._addresses is None:
            return Ticket(token, place, by_token=False)
        now = self._clock()
        by_token = token is not None and token in self._tokens
        buckets, key = (self._tokens, token) if by_token and token is not None else (self._addresses, place)
        if buckets.is_full(key, now):
            return buckets.seconds_until_room(key, now)
        buckets.pour(key, now, self._limits.up_front)
        return Ticket(token, place, by_token)

    def end(self, ticket: Ticket, *, cost: float, authenticated: bool) -> dict[str, str]:
        """Count what a request cost; the headers that tell it. ``authenticated``: it showed nothing that is not good."""
        headers = {"X-Request-Cost": f"{cost:.6f}"}
        if self._limits is None or self._tokens is None or self._addresses is None:
            return headers
        now = self._clock()
        if ticket.by_token and ticket.token is not None:
            left = self._tokens.pour(ticket.token, now, cost - self._limits.up_front)
        else:
            left = self._addresses.pour(ticket.address, now, -self._limits.up_front)
            if ticket.token is not None and authenticated:
                left = self._tokens.pour(ticket.token, now, cost)
            else:
                guessed = 0.0 if ticket.token is None else BAD_TOKEN_COST
                left = self._addresses.pour(ticket.address, now, cost + guessed)
        headers["X-Rate-Limit-Remaining"] = f"{left:.6f}"
        return headers


@lru_cache(maxsize=4096)
def place_of(address: str | None) -> str:
    """An address as far as one asker owns it: of IPv6 the network of 64 bits, in which a single machine has any number."""
    if not address or ":" not in address:
        return address or ""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped) if mapped else str(ip_network(f"{address.partition('%')[0]}/64", strict=False))
