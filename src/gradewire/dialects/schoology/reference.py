"""The table of operations in ``docs/schoology.md``: ``python -m gradewire.dialects.schoology.reference`` writes it anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gradewire.dialects.schoology.operations import Operation

START = "<!-- operations -->\n"
END = "<!-- end of operations -->\n"


def table(operations: Iterable[Operation]) -> str:
    """One line for each operation, by heading."""
    lines = ["| | operation | what it does |", "|---|---|---|"]
    by_tag = sorted(operations, key=lambda one: (one.tag, one.path, one.method))
    lines += [f"| {one.tag} | `{one.method} /v1/{one.path}` | {one.summary} |" for one in by_tag]
    return "\n".join(lines) + "\n"


def put_into(text: str, operations: Iterable[Operation]) -> str:
    """The page with the table between its marks."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}{table(operations)}{END}{after}"


if __name__ == "__main__":
    from gradewire.dialects.schoology.api import OPERATIONS

    page = Path("docs/schoology.md")
    page.write_text(put_into(page.read_text(encoding="utf-8"), OPERATIONS), encoding="utf-8")
