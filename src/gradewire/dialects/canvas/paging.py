"""Pages of a list: which rows a request asks for, and the ``Link`` header that leads to the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

import msgspec

DEFAULT_SIZE = 10
MAX_SIZE = 100
MAX_HEADER = 6 * 1024
"""Bytes of a ``Link`` header; proxies drop longer ones."""

_MAX_ROW = 2**63 - 1
_DROPPED = frozenset({"page", "per_page", "access_token", "api_key"})
"""Parameters that a link does not repeat: its own two, and credentials."""

_ORDER = ("current", "next", "prev", "first", "last")
_PRIORITY = ("next", "last", "prev", "current", "first")
_SAFE = "%!$'()*+,;=:@/?-._~"


class Page(msgspec.Struct, frozen=True):
    """A page of a list. Pages count from 1."""

    number: int = 1
    size: int = DEFAULT_SIZE

    @property
    def offset(self) -> int:
        """Rows before the page."""
        return (self.number - 1) * self.size

    @property
    def limit(self) -> int:
        """Rows of the page, at most."""
        return self.size


def read_page(params: Mapping[str, Any]) -> Page:
    """The page that ``page`` and ``per_page`` ask for.

    What is no number from 1 upwards counts as not sent, larger sizes as the largest. The number is held where the offset
    still fits 64 bits, so an absurd page is an empty page.
    """
    size = min(_positive(params.get("per_page"), DEFAULT_SIZE), MAX_SIZE)
    return Page(min(_positive(params.get("page"), 1), _MAX_ROW // size), size)


def _positive(sent: object, default: int) -> int:
    if type(sent) is int:
        number = sent
    elif isinstance(sent, str) and (text := sent.strip()).isascii() and text.isdigit():
        number = int(text) if len(text) <= 18 else int(text.lstrip("0")[:19] or "0")
    else:
        return default
    return number if number >= 1 else default


def link_header(url: str, query: bytes | str, page: Page, *, total: int | None = None, more: bool = False) -> str | None:
    """The value of the ``Link`` header, or None when no link fits into it.

    ``url`` is the absolute address without its query, ``query`` the query string as sent. ``total`` is the number of
    rows of the whole list; where nobody counted them, ``more`` says whether a row follows the page, and there is no
    ``last``. The header lists current, next, prev, first, last; when it would be too long, the less useful links go first.
    """
    numbers: dict[str, int] = {"current": page.number, "first": 1}
    if total is not None:
        numbers["last"] = max(1, -(-total // page.size))
        more = page.number < numbers["last"]
    if more:
        numbers["next"] = page.number + 1
    if page.number > 1:
        numbers["prev"] = page.number - 1

    stem = f"{url}?{_kept(query)}"
    links: dict[str, str] = {}
    length = 0
    for relation in _PRIORITY:
        if relation in numbers:
            link = f'<{stem}page={numbers[relation]}&per_page={page.size}>; rel="{relation}"'
            if length + len(link) + 1 <= MAX_HEADER:
                links[relation] = link
                length += len(link) + 1
    return ",".join(links[relation] for relation in _ORDER if relation in links) or None


def _kept(query: bytes | str) -> str:
    """The query string without what a link drops, safe inside ``<...>`` whatever bytes the client sent."""
    raw = query if isinstance(query, bytes) else query.encode(errors="replace")
    return "".join(quote(pair, safe=_SAFE) + "&" for pair in raw.split(b"&") if pair and _root(pair) not in _DROPPED)


def _root(pair: bytes) -> str:
    return unquote_plus(pair.partition(b"=")[0].decode("latin-1")).partition("[")[0]
