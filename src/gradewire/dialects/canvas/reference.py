"""The table of operations in ``docs/canvas.md``: ``python -m gradewire.dialects.canvas.reference`` writes it anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gradewire.dialects.canvas.operations import Operation

START = "<!-- operations -->\n"
END = "<!-- end of operations -->\n"


def table(operations: Iterable[Operation]) -> str:
    """One line for each operation, by heading."""
    lines = ["| | operation | what it does |", "|---|---|---|"]
    by_tag = sorted(operations, key=lambda one: (one.tag, one.path, one.method))
    lines += [f"| {one.tag} | `{one.method} {one.path}` | {one.summary} |" for one in by_tag]
    return "\n".join(lines) + "\n"


def put_into(text: str, operations: Iterable[Operation]) -> str:
    """The page with the table between its marks."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}{table(operations)}{END}{after}"


if __name__ == "__main__":
    from gradewire.dialects.canvas.api import OPERATIONS

    page = Path("docs/canvas.md")
    page.write_text(put_into(page.read_text(encoding="utf-8"), OPERATIONS), encoding="utf-8")
