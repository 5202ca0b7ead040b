"""The page about the dialect, the OpenAPI document and the operations say the same."""

from __future__ import annotations

from pathlib import Path

from gradewire.app import openapi_document
from gradewire.dialects.canvas.api import OPERATIONS
from gradewire.dialects.canvas.reference import put_into

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_lists_every_operation() -> None:
    page = (DOCS / "canvas.md").read_text(encoding="utf-8")
    assert put_into(page, OPERATIONS) == page, "run python -m gradewire.dialects.canvas.reference"


def test_the_openapi_document_is_the_one_that_is_served() -> None:
    written = (DOCS / "openapi" / "canvas.json").read_bytes()
    assert written == openapi_document() + b"\n", "run make openapi"


def test_every_operation_has_a_heading() -> None:
    assert not [operation.name for operation in OPERATIONS if not operation.tag]
