"""One request of the Canvas dialect on its way to an action and back: what a handler receives and what it may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from msgspec import Struct

from gradewire.actions import lookup, sections, unit
from gradewire.actions.idempotency import Connection
from gradewire.actions.unit import Asker, Unit
from gradewire.actions.world import World
from gradewire.dialects.canvas.identifiers import (
    ACCOUNT,
    ASSIGNMENT,
    COURSE,
    GROUP,
    SECTION,
    TERM,
    USER,
    Kind,
    LocalId,
    SisId,
    identify,
)
from gradewire.dialects.canvas.paging import Page, read_page

T = TypeVar("T")


class Answer(Struct, frozen=True):
    """What a handler returns: a body to encode, and how."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = {}


class Listing(Struct, frozen=True):
    """One page of a list. ``total`` counts all rows; where nobody counted, ``more`` says whether another page follows."""

    rows: Sequence[Any]
    total: int | None = None
    more: bool = False
    under: str | None = None
    """The key under which the rows stand in the answer; without one the answer is an array."""
    beside: Mapping[str, Any] = {}
    """What else is in the answer beside a key with rows."""


class Document(Struct, frozen=True):
    """What a handler returns that is no JSON: bytes, their type, and the name under which to save them."""

    content: bytes
    content_type: str
    filename: str


class Call:
    """A request: who asks, the path, the parameters. Handlers reach the store only through ``read`` and ``write``."""

    def __init__(
        self,
        world: World,
        asker: Asker,
        *,
        path: Mapping[str, str],
        params: Mapping[str, Any],
        base_url: str,
        headers: Mapping[str, str] = {},
    ) -> None:
        self.world = world
        self.asker = asker
        self.path = path
        self.params = params
        self.base_url = base_url
        """Scheme, host and port of this server as the client sees it, without a slash at the end."""
        self.headers = headers
        """Of the request, by their lower-case names."""
        self.connection: Connection | None = None
        """Set while all that is read and written belongs to one transaction, which somebody else commits."""

    @cached_property
    def page(self) -> Page:
        return read_page(self.params)

    def read(self, action: Callable[[Unit], T]) -> T:
        if self.connection is not None:
            return action(Unit(self.world, self.connection, self.asker))
        return unit.read(self.world, self.asker, action)

    def write(self, action: Callable[[Unit], T]) -> T:
        if self.connection is not None:
            return unit.within(self.world, self.connection, self.asker, action)
        return unit.write(self.world, self.asker, action)

    def course_id(self, unit: Unit) -> int:
        return self._find(unit, COURSE, "course_id")

    def section_id(self, unit: Unit) -> int:
        return self._find(unit, SECTION, "section_id")

    def course_and_section(self, unit: Unit) -> tuple[int, int | None]:
        """The course of the path, and the section where the path names that instead."""
        if "section_id" not in self.path:
            return self.course_id(unit), None
        section_id = self.section_id(unit)
        return sections.find_course_id(unit, section_id), section_id

    def group_id(self, unit: Unit) -> int:
        return self._find(unit, GROUP, "group_id")

    def account_id(self, unit: Unit) -> int:
        return self._find(unit, ACCOUNT, "account_id")

    def assignment_id(self, unit: Unit) -> int:
        return self._find(unit, ASSIGNMENT, "assignment_id")

    def term_id(self, unit: Unit) -> int:
        return self._find(unit, TERM, "term_id")

    def user_id(self, unit: Unit) -> int:
        return self._find(unit, USER, "user_id")

    def number(self, name: str) -> int:
        """A path parameter that is known by number only."""
        return self.local(self.path[name])

    def local(self, text: str | int | None) -> int:
        """An id sent as a parameter, plain or global.

        Raises:
            NotFound: it is no id of this server.
        """
        found = identify(text, Kind("record"), shard=self.world.events.shard)
        assert isinstance(found, LocalId)
        return found.id

    def account(self, unit: Unit, text: str | int | None) -> int:
        """An account named in a parameter by any form of id."""
        return self._resolve(unit, ACCOUNT, text)

    def course(self, unit: Unit, text: str | int | None) -> int:
        """A course named in a parameter by any form of id."""
        return self._resolve(unit, COURSE, text)

    def term(self, unit: Unit, text: str | int | None) -> int:
        """A term named in a parameter by any form of id."""
        return self._resolve(unit, TERM, text)

    def person(self, unit: Unit, text: str | int | None) -> int:
        """A user named in a parameter by any form of id."""
        return self._resolve(unit, USER, text)

    def _find(self, unit: Unit, kind: Kind, name: str) -> int:
        return self._resolve(unit, kind, self.path[name])

    def _resolve(self, unit: Unit, kind: Kind, text: str | int | None) -> int:
        found = identify(text, kind, shard=self.world.events.shard)
        match found:
            case LocalId(number):
                return number
            case SisId(column, value):
                course_id = self.course_and_section(unit)[0] if kind is ASSIGNMENT else None
                return lookup.find(unit, kind.name, column, value, course_id=course_id)
            case _:
                caller = unit.caller
                return caller.root_account_id if kind is ACCOUNT else caller.user_id
