"""One request of the Schoology dialect on its way to an action and back: what a handler receives and what it may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from msgspec import Struct

from gradewire.actions import unit
from gradewire.actions.oauth import Signer
from gradewire.actions.unit import Asker, Unit
from gradewire.actions.world import World
from gradewire.core.errors import NotFound
from gradewire.dialects.schoology.paging import Page, address, read_page

T = TypeVar("T")

MOST_DIGITS = 15
"""Longer numbers are no ids of this server."""


class Answer(Struct, frozen=True):
    """What a handler returns to say more than the body: another status, headers. A body of ``None`` is empty."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = {}


NO_CONTENT = Answer(status=204)
"""Done, nothing to tell: changing or removing one object."""


class Redirection(Struct, frozen=True):
    """What is asked for is at another path, below ``/v1/``: 303, to be signed anew. The query is not carried over."""

    path: str


class PlainText(Struct, frozen=True):
    """What a handler returns that is neither JSON nor XML."""

    text: str
    content_type: str = "text/plain; charset=utf-8"


class Listing(Struct, frozen=True):
    """Rows of a list, to stand under the operation's ``list_key`` with their total and links.

    ``total`` counts all rows; where nobody counted, ``more`` says whether another page follows. ``paged`` says of lists that
    are complete by default whether this one is not. ``besides`` are further members of the answer.
    """

    rows: Sequence[Any]
    total: int | None = None
    more: bool = False
    paged: bool = True
    besides: Mapping[str, Any] = {}


class Inner(Struct, frozen=True):
    """How a request within a request was answered."""

    status: int
    body: Any = None
    """The body as values, ``None`` for none."""
    headers: Mapping[str, str] = {}


class Call:
    """A request: who asks, the path, the parameters. Handlers reach the store only through ``read`` and ``write``."""

    def __init__(
        self,
        world: World,
        asker: Asker,
        signer: Signer,
        *,
        path: Mapping[str, str],
        query: Mapping[str, Any],
        body: Mapping[str, Any],
        base_url: str,
        headers: Mapping[str, str],
        within: Callable[[str, str], Inner],
        oauth: Mapping[str, str],
    ) -> None:
        self.world = world
        self.asker = asker
        self.signer = signer
        self.path = path
        self.query = query
        self.body = body
        """The body as a tree; of XML all scalars are texts."""
        self.base_url = base_url
        """The configured public address, without a slash at its end; never what the request says."""
        self.headers = headers
        self.within = within
        """(method, path with query) -> answer: a request within this one, by the same caller, as ``multiget`` makes them."""
        self.oauth = oauth
        """Further OAuth parameters that were sent."""

    @property
    def params(self) -> dict[str, Any]:
        """Query string and body together, the body first."""
        return {**self.query, **self.body}

    @cached_property
    def page(self) -> Page:
        """The rows that are asked for; of the query alone, for clients send ``limit`` with everything."""
        return read_page(self.query)

    def read(self, action: Callable[[Unit], T]) -> T:
        return unit.read(self.world, self.asker, action)

    def write(self, action: Callable[[Unit], T]) -> T:
        return unit.write(self.world, self.asker, action)

    def text(self, name: str) -> str:
        """What stands in the path under this name."""
        return self.path[name]

    def number(self, name: str) -> int:
        """An id in the path.

        Raises:
            NotFound: it is none.
        """
        return row_number(self.path[name])

    def link(self, path: str, **params: Any) -> str:
        """The address of a path below ``/v1/``, as clients are told it."""
        return address(f"{self.base_url}/v1/{path}", params)


def row_number(text: str) -> int:
    """
    Raises:
        NotFound: it is no id of this server.
    """
    if not (text.isascii() and text.isdigit()) or len(text.lstrip("0")) > MOST_DIGITS or not text.strip("0"):
        raise NotFound
    return int(text)
