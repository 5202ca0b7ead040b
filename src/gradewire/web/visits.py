"""One request of a browser on its way to the actions, and what a page may answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from gradewire.actions import unit
from gradewire.actions.sessions import Session
from gradewire.actions.unit import Asker, Unit
from gradewire.actions.world import World
from gradewire.core.errors import Malformed, NotFound

T = TypeVar("T")

SESSION_COOKIE = "gradewire_session"
"""Carries the secret of a session; the API reads it as well."""

MOST_DIGITS = 15
"""Longer numbers are no ids of this server, and might not fit into a column."""


class Page(Struct, frozen=True, kw_only=True):
    """A template with what it shows, and cookies to set. ``form_target`` is another site at which its form may end."""

    template: str
    context: Mapping[str, Any] = {}
    status: int = 200
    form_target: str = ""
    headers: Mapping[str, str] = {}
    secrets: Mapping[str, str] = {}


class Redirect(Struct, frozen=True, kw_only=True):
    """Go on at a path of this server, by GET, with cookies to set and to remove."""

    path: str
    secrets: Mapping[str, str] = {}
    forget: tuple[str, ...] = ()


class Departure(Struct, frozen=True, kw_only=True):
    """Go on at another site, by GET; an action has found that the browser may be led there."""

    url: str
    secrets: Mapping[str, str] = {}


class Data(Struct, frozen=True, kw_only=True):
    """What a script asked for, to be sent as JSON."""

    value: Any
    status: int = 200


class Download(Struct, frozen=True, kw_only=True):
    """A file for the reader to keep: its bytes, or pieces of them one after the other."""

    content: bytes | Iterator[bytes]
    filename: str
    media_type: str


class Upload(Struct, frozen=True):
    """A file that came with a form."""

    filename: str
    content: bytes


Answer: TypeAlias = Page | Redirect | Departure | Data | Download


class Visit:
    """A request by a browser. Pages reach the actions only through ``read`` and ``write``."""

    def __init__(
        self,
        world: World,
        asker: Asker,
        *,
        path: Mapping[str, str],
        query: Mapping[str, str],
        form: Mapping[str, str],
        cookies: Mapping[str, str],
        here: str,
        base_url: str = "",
        files: Mapping[str, Upload] | None = None,
        body: bytes | None = None,
    ) -> None:
        self.world = world
        self.asker = asker
        self.path = path
        self.query = query
        self.form = form
        self.cookies = cookies
        self.here = here
        """Path and query of this request, as a link on this server."""
        self.base_url = base_url
        """The address of this server as browsers know it, without a slash at its end."""
        self.files = files or {}
        self._body = body
        self.session: Session | None = None

    def read(self, action: Callable[[Unit], T]) -> T:
        return unit.read(self.world, self.asker, action)

    def write(self, action: Callable[[Unit], T]) -> T:
        return unit.write(self.world, self.asker, action)

    @property
    def client_ip(self) -> str:
        request = self.asker.request
        return (request.client_ip if request else None) or "unknown"

    @property
    def device(self) -> str | None:
        """What the browser calls itself."""
        request = self.asker.request
        return request.user_agent if request else None

    def number(self, name: str) -> int:
        """A row number in the path."""
        return number(self.path.get(name))

    def json(self, kind: type[T]) -> T:
        """What a script sent, as the struct it has to be.

        Raises:
            Malformed: it is not that; the text says where.
        """
        try:
            return msgspec.json.decode(self._body or b"null", type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed(f"The request cannot be read: {error}") from None

    def sent(self, name: str) -> str:
        """A field of the form; the empty text for one that was not sent."""
        return self.form.get(name, "")


class Place(Struct, frozen=True, kw_only=True):
    """One address of the web application, in Litestar's form. What is not ``public`` needs a signed-in browser.

    ``slow`` marks those that check passwords: few at a time, so that they leave threads and memory to others. ``most_bytes``
    bounds what may be sent.
    """

    method: str
    path: str
    page: Callable[[Visit], Answer]
    public: bool = False
    slow: bool = False
    most_bytes: int = 1024 * 1024
    of: str = ""
    """Tells two places apart that have the same page."""

    @property
    def name(self) -> str:
        own = f"{self.page.__module__.rpartition('.')[2]}.{self.page.__name__}"
        return f"{own}.{self.of}" if self.of else own


def number(text: str | None) -> int:
    """A row number that somebody sent.

    Raises:
        NotFound: it is none.
    """
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS:
        raise NotFound
    return int(text)


def link(path: str, **query: object) -> str:
    """A path of this server with a query; parameters that are ``None`` are left out."""
    sent = {name: str(value) for name, value in query.items() if value is not None}
    return quote(path) + ("?" + urlencode(sent) if sent else "")


def page_number(visit: Visit) -> int:
    """Which page of a list is asked for; the first unless it is said."""
    sent = visit.query.get("page", "1")
    return max(1, int(sent)) if sent.isascii() and sent.isdigit() and len(sent) <= 6 else 1


def pages_of(page: int, total: int, per_page: int) -> dict[str, int]:
    """What the template ``pages.html`` needs."""
    return {"page": page, "total": total, "last": max(1, -(-total // per_page))}
