"""Events for the tests of brokers."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from gradewire.events.sinks import Means, Outgoing

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)
MEANS = Means(unseal=lambda sealed: sealed.removeprefix("sealed:"), source="https://grades.example.edu/", allow_private=True)


def events(count: int, *, students: int = 1_000_000, size: int = 0) -> list[Outgoing]:
    """Numbered events of one course, the first of student 0, the next of student 1 ..."""
    return [
        Outgoing(f"id{n}", "grade_change", 7, n % students, AT, json.dumps({"n": n, "text": "x" * size}).encode())
        for n in range(count)
    ]


def number(data: bytes | str) -> int:
    found: int = json.loads(data)["n"]
    return found
