"""What the relay and every sink agree on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct


class Outgoing(Struct, frozen=True):
    """One event as it is sent now."""

    event_id: str
    """The same on every attempt, retry and replay."""
    name: str
    course_id: int
    student_id: int
    """With the course, the key of order: ``course:student`` is a group, partition or subject where a broker has such."""
    occurred_at: datetime
    data: bytes
    """The finished bytes: UTF-8 JSON without a line break."""


class SinkError(Exception):
    """A target did not take everything. The text is kept with the event and shown to administrators: no secrets in it.

    ``accepted`` are the positions that the target did take. ``refused`` are those that it was asked to take and did not, each
    of which costs the event one of its attempts; by default all that were not accepted. What is in neither was not tried.
    """

    def __init__(self, reason: str, *, accepted: Collection[int] = (), refused: Collection[int] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.accepted = frozenset(accepted)
        self.refused = None if refused is None else frozenset(refused)


class Sink(Protocol):
    """An open way to one target, used by one thread at a time and kept until the subscription changes or the relay stops."""

    at_once: int
    """How many events ``send`` takes at most. Choose it so that a call returns within 25 seconds even when the target does not
    answer: a relay's claim on what it sends lasts a minute."""

    def send(self, events: Sequence[Outgoing]) -> None:
        """Hand over the events in this order. Returning means that the target has all of them for certain; what is not certain
        was not accepted and will be sent again. After an event of a (course, student) that was not accepted, no later one of
        the same may be.

        Raises:
            SinkError: not all were accepted.
        """

    def close(self) -> None:
        """Let go of what is held open. Raises nothing."""
