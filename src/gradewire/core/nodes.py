"""Values of a text with the lines they stand on, and documents made of them: what problems are told by."""

from __future__ import annotations

import typing
from collections.abc import Collection
from functools import cache
from typing import Any, Final, Generic, Literal, TypeVar

import msgspec
from msgspec import NODEFAULT, Struct

T = TypeVar("T", bound=Struct)

MOST_PROBLEMS: Final = 50

Path = tuple[Any, ...]
"""Where a value stands: (path of what holds it, key or position), ending in the empty tuple."""


class Problem(Struct, frozen=True):
    """One thing that is wrong with a file."""

    file: str
    line: int | None
    field: str
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class BadDocuments(Exception):
    """Files that cannot be used, with everything found wrong in them, in the order of the lines; nothing was done."""

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = sorted(set(problems), key=lambda each: (each.file, each.line or 0))[:MOST_PROBLEMS]
        self.omitted = len(set(problems)) - len(self.problems)
        more = [f"... and {self.omitted} more"] if self.omitted else []
        super().__init__("\n".join([*map(str, self.problems), *more]))


_NO_LINES: Final[dict[str, int]] = {}


class Node:
    """A value of the text and the line it stands on."""

    __slots__ = ("content", "kind", "line", "lines", "plain")

    def __init__(self, kind: Literal["map", "list", "scalar"], line: int, content: Any, *, plain: bool = False) -> None:
        self.kind = kind
        self.line = line
        self.content = content
        self.lines: dict[str, int] = {} if kind == "map" else _NO_LINES
        """Where the keys of a mapping stand."""
        self.plain = plain
        """A scalar without quotes, which may be a number, a boolean or nothing."""


class Document(Generic[T]):
    """What was read from one file, or made by a program, with where each part of it stands."""

    def __init__(self, name: str, content: T) -> None:
        self.name = name
        self.content = content
        self._places: dict[int, tuple[Node, Path]] = {}

    def remember(self, thing: Struct, node: Node, path: Path) -> None:
        self._places[id(thing)] = node, path

    def problem(self, thing: Struct | None, field: str, message: str) -> Problem:
        """That a field of ``thing`` is wrong; the empty field is the thing itself."""
        place = None if thing is None else self._places.get(id(thing))
        if place is None:
            name = "" if thing is None else type(thing).__name__
            return Problem(self.name, None, ".".join(filter(None, (name, field))), message)
        node, path = place
        line = node.line
        head, _, rest = field.partition("[")
        if head in node.lines:
            found: Node = node.content[head]
            line = node.lines[head]
            position = rest.removesuffix("]")
            if found.kind == "list" and position.isdigit() and int(position) < len(found.content):
                line = found.content[int(position)].line
        return Problem(self.name, line, show_path((path, field) if field else path), message)

    def says(self, thing: Struct, field: str) -> bool:
        """Whether the file names this field."""
        place = self._places.get(id(thing))
        if place is not None:
            return field in place[0].content
        return bool(getattr(thing, field) != _defaults(type(thing))[field])

    def given(self, thing: Struct) -> Collection[str]:
        """The fields that the file names. Of what a program made, those that differ from their default."""
        place = self._places.get(id(thing))
        if place is not None:
            return typing.cast("Collection[str]", place[0].content)
        return [name for name, default in _defaults(type(thing)).items() if getattr(thing, name) != default]


def show_path(path: Path) -> str:
    """A path as people write it: ``courses[0].assignments[2].name``."""
    steps: list[str] = []
    while path:
        path, step = path
        steps.append(f"[{step}]" if isinstance(step, int) else f".{step}")
    return "".join(reversed(steps)).removeprefix(".")


class TooMuch(Exception):
    """The text asks for more than is allowed; reading stops."""

    def __init__(self, line: int | None, message: str) -> None:
        super().__init__(message)
        self.line = line


@cache
def _defaults(kind: type[Struct]) -> dict[str, Any]:
    return {
        field.name: field.default if field.default_factory is NODEFAULT else field.default_factory()
        for field in msgspec.structs.fields(kind)
    }
