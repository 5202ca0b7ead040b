"""docs/canvas-operations.md says of every operation that is served that it is, and of no other."""

from __future__ import annotations

import re
from pathlib import Path

from gradewire.dialects.canvas.api import OPERATIONS

PAGE = Path(__file__).parents[2] / "docs" / "canvas-operations.md"
ROW = re.compile(r"\| .+ \| `([A-Z]+) (/[^`]*)` \| (supported|differs: .+|ours: .+|refused) \|")


def shape(method: str, path: str) -> tuple[str, str]:
    return method, re.sub(r":[a-z_]+", ":", path.removeprefix("/api/v1"))


def test_the_page_tells_what_is_served() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and "`" in line]
    rows = [ROW.fullmatch(line) for line in lines]
    assert all(rows), [line for line, row in zip(lines, rows, strict=True) if row is None]
    told = {shape(row[1], row[2]): row[3] for row in rows if row}
    assert len(told) == len(rows), "an operation is told twice"
    served = {shape(one.method, one.path) for one in OPERATIONS}
    assert {one for one, status in told.items() if status != "refused"} == served
