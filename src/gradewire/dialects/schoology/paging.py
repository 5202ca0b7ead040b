"""Pages of a list: which rows a request asks for, and the links that lead to the others (reference, 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import UNSET

DEFAULT_LIMIT = 20
MOST_ROWS = 200

_MAX_ROW = 2**62


class Page(msgspec.Struct, frozen=True):
    """Rows of a list: from ``start``, counted from 0, at most ``limit``."""

    start: int = 0
    limit: int = DEFAULT_LIMIT
    asked: bool = False
    """Whether the request named either; lists that are complete by default have pages only then."""

    @property
    def offset(self) -> int:
        """Rows before the page."""
        return self.start


def read_page(params: Mapping[str, Any]) -> Page:
    """The page that ``start`` and ``limit`` name; what is no such number counts as not sent, larger limits as the largest."""
    start, limit = _number(params.get("start")), _number(params.get("limit"))
    return Page(min(start or 0, _MAX_ROW), min(limit or DEFAULT_LIMIT, MOST_ROWS), asked=start is not None or limit is not None)


def _number(sent: object) -> int | None:
    text = str(sent).strip() if isinstance(sent, str | int) and not isinstance(sent, bool) else ""
    if not text.isascii() or not text.isdigit():
        return None
    return int(text) if len(text) <= 18 else _MAX_ROW


def links(url: str, filters: Mapping[str, Any], page: Page, *, rows: int, total: int | None, more: bool) -> dict[str, str]:
    """``self`` and, while rows remain, ``next``. ``filters`` are the parameters in effect, in their order."""
    found = {"self": address(url, {**filters, "start": page.start, "limit": page.limit})}
    if more or (total is not None and page.start + rows < total and rows):
        found["next"] = address(url, {**filters, "start": page.start + page.limit, "limit": page.limit})
    return found


def address(url: str, params: Mapping[str, Any]) -> str:
    """An address with a query; what is null or unset is left out, arrays are joined by commas."""
    pieces = [
        f"{quote(name, safe='')}={quote(_text(value), safe=',:-._~')}"
        for name, value in params.items()
        if value is not None and value is not UNSET and value not in ("", [])
    ]
    return f"{url}?{'&'.join(pieces)}" if pieces else url


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(_text, value))
    return str(int(value)) if isinstance(value, bool) else str(value)
