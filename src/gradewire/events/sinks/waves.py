"""Handing events to a broker in requests of many, without ever passing over one that was not taken.

A request is a *wave*: at most one event of each (course, student). What a broker refuses of a wave ends that line, so no later
event of the same student goes out before it. What was not asked within the time is left for the next call.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from gradewire.events.sinks.sink import Outgoing, SinkError

BEGIN_SECONDS: Final = 8.0
"""After so long no new request is begun in one call, so that a call ends within 25 seconds."""

Request = Callable[[list[Outgoing]], dict[int, str]]
"""Sends a wave; returns why events were refused, by their place in it. Raises ``SinkError`` when it cannot be known of any."""


def send_in_waves(events: Sequence[Outgoing], request: Request, *, most: int, most_bytes: int, overhead: int = 1024) -> None:
    """``most`` events and ``most_bytes`` go into a request; ``overhead`` is what attributes of an event add to its bytes.

    Raises:
        SinkError: not all were accepted.
    """
    lines: dict[tuple[int, int], deque[int]] = {}
    for position, event in enumerate(events):
        lines.setdefault((event.course_id, event.student_id), deque()).append(position)
    waiting = deque(lines.values())
    accepted: set[int] = set()
    refused: dict[int, str] = {}
    begin_until = time.monotonic() + BEGIN_SECONDS
    while waiting and time.monotonic() <= begin_until:
        wave: list[deque[int]] = []
        room = most_bytes
        while waiting and len(wave) < most:
            position = waiting[0][0]
            size = len(events[position].data) + overhead
            if size > most_bytes:
                waiting.popleft()
                refused[position] = f"the event has {len(events[position].data)} bytes, more than the target takes"
            elif size > room:
                break
            else:
                room -= size
                wave.append(waiting.popleft())
        if not wave:
            continue
        try:
            failures = request([events[line[0]] for line in wave])
        except SinkError as error:
            refused[wave[0][0]] = error.reason  # the target fails, not an event: one is charged with an attempt
            break
        for place, line in enumerate(wave):
            position = line.popleft()
            if place in failures:
                refused[position] = failures[place]
            else:
                accepted.add(position)
                if line:
                    waiting.append(line)
    if len(accepted) < len(events):
        reason = next(iter(refused.values()), "the target was too slow for all events at once")
        raise SinkError(reason, accepted=accepted, refused=refused.keys())
