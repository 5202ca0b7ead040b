"""The page about the dialect and the operations say the same."""

from __future__ import annotations

from pathlib import Path

from gradewire.dialects.schoology.api import OPERATIONS
from gradewire.dialects.schoology.reference import put_into

PAGE = Path(__file__).parents[2] / "docs" / "schoology.md"


def test_the_page_lists_every_operation() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert put_into(page, OPERATIONS) == page, "run python -m gradewire.dialects.schoology.reference"
