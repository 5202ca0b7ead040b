"""YAML text into declared types, with every error of the text reported at its line.

The YAML read here is the part of version 1.2 that means the same to everybody: ``yes``, ``NO``, ``012`` and ``12:30`` are
texts, keys are unique, there are no tags and no merge keys. Size, depth and the number of values after aliases are bounded, so
that no text, however hostile, costs more than its length promises.
"""

from __future__ import annotations

import difflib
import math
import re
import types
import typing
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final, Generic, Literal, TypeVar

import msgspec
import yaml
from msgspec import NODEFAULT, Struct

T = TypeVar("T", bound=Struct)

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_VALUES: Final = 5_000_000
MOST_LEVELS: Final = 40
MOST_PROBLEMS: Final = 50
ENOUGH_PROBLEMS: Final = 1000
"""Where collecting ends: a file that is wrong in every line is told so by its first lines."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

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


def read(name: str, data: bytes, kind: type[T]) -> Document[T]:
    """Read a file's bytes as ``kind``.

    Raises:
        BadDocuments: with every problem found.
    """
    problems: list[Problem] = []
    try:
        node = _compose(name, data, problems)
        reader = _Reader(name, kind, problems)
        document = None if node is None else reader.read(node)
    except _TooMuch as error:
        problems.append(Problem(name, error.line, "", str(error)))
        document = None
    if problems or document is None:
        raise BadDocuments(problems)
    return document


def show_path(path: Path) -> str:
    """A path as people write it: ``courses[0].assignments[2].name``."""
    steps: list[str] = []
    while path:
        path, step = path
        steps.append(f"[{step}]" if isinstance(step, int) else f".{step}")
    return "".join(reversed(steps)).removeprefix(".")


class _TooMuch(Exception):
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


def _compose(name: str, data: bytes, problems: list[Problem]) -> Node | None:
    """The tree of the text. Aliases share nodes, so this costs what the text is long."""
    if len(data) > MOST_BYTES:
        raise _TooMuch(None, f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB; split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem(name, line, "", "this is not UTF-8 text"))
        return None
    try:
        return _Composer(name, problems).compose(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = typing.cast("Any", error.problem_mark or error.context_mark)
        said = ": ".join(filter(None, (error.context, error.problem)))
        problems.append(Problem(name, None if mark is None else mark.line + 1, "", f"this is not YAML: {said}"))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problems.append(Problem(name, line, "", "a control character that YAML does not allow"))
    return None


class _Composer:
    """Builds nodes from the parser's events, without recursion."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self._name = name
        self._problems = problems
        self._anchors: dict[str, Node | None] = {}
        self._open: list[tuple[Node, list[Any], str | None]] = []
        self._root: Node | None = None
        self._documents = 0

    def compose(self, events: Iterator[Any]) -> Node | None:
        for event in events:
            match event:
                case yaml.DocumentStartEvent():
                    self._documents += 1
                    if self._documents > 1:
                        self._complain(event, "a file holds one document; put the next into a file of its own")
                case yaml.AliasEvent():
                    self._add(self._alias(event))
                case yaml.ScalarEvent():
                    self._check_tag(event, (True, False), (False, True))
                    node = Node("scalar", _line(event), event.value, plain=not event.style)
                    self._name_anchor(event.anchor, node)
                    self._add(node)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._start(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._end()
        return self._root or Node("scalar", 1, "", plain=True)

    def _start(self, event: Any) -> None:
        if len(self._open) >= MOST_LEVELS:
            raise _TooMuch(_line(event), f"more than {MOST_LEVELS} levels within each other")
        self._check_tag(event, True)
        kind: Literal["map", "list"] = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
        if event.anchor:
            self._anchors[event.anchor] = None  # until it is complete: it must not contain itself
        self._open.append((Node(kind, _line(event), {} if kind == "map" else []), [], event.anchor))

    def _end(self) -> None:
        node, pending, anchor = self._open.pop()
        if node.kind == "map":
            for key, value in zip(pending[::2], pending[1::2], strict=True):
                self._put(node, key, value)
        self._name_anchor(anchor, node)
        self._add(node)

    def _put(self, node: Node, key: Node, value: Node) -> None:
        if key.kind != "scalar":
            self._problems.append(Problem(self._name, key.line, "", "a key is a word, not a list or a mapping"))
        elif key.plain and key.content == "<<":
            self._problems.append(Problem(self._name, key.line, "", "merge keys (<<) are not supported; repeat the fields"))
        elif key.content in node.content:
            self._problems.append(Problem(self._name, key.line, key.content, "this key is there twice"))
        else:
            if value.kind == "scalar" and value.plain and not value.content:
                value = Node("scalar", key.line, "", plain=True)  # an empty value is marked at the line after it
            node.content[key.content] = value
            node.lines[key.content] = key.line

    def _add(self, node: Node) -> None:
        if not self._open:
            self._root = self._root or node
            return
        parent, pending, _ = self._open[-1]
        (pending if parent.kind == "map" else parent.content).append(node)

    def _alias(self, event: Any) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            self._complain(event, f"*{event.anchor} names nothing that is complete before it")
            return Node("scalar", _line(event), "", plain=True)
        return node

    def _name_anchor(self, anchor: str | None, node: Node) -> None:
        if anchor:
            self._anchors[anchor] = node

    def _check_tag(self, event: Any, *implied: object) -> None:
        if event.tag is not None and event.implicit not in implied:
            self._complain(event, f"tags are not supported: {event.tag}")

    def _complain(self, event: Any, message: str) -> None:
        self._problems.append(Problem(self._name, _line(event), "", message))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


FAILED: Final = object()
Convert = Callable[[Node, Path], Any]


class _Reader(Generic[T]):
    """Turns nodes into values of the declared types; goes on after an error, to find the others."""

    def __init__(self, name: str, kind: type[T], problems: list[Problem]) -> None:
        self._name = name
        self._problems = problems
        self._converters: dict[Any, Convert] = {}
        self._values = 0
        self._document: Document[T] = Document(name, typing.cast("T", None))
        self._convert = self._struct(kind)

    def read(self, node: Node) -> Document[T] | None:
        found = self._convert(node, ())
        if found is FAILED:
            return None
        self._document.content = found
        return self._document

    def _complain(self, node: Node, path: Path, message: str, *, line: int | None = None) -> object:
        self._problems.append(Problem(self._name, line or node.line, show_path(path), message))
        if len(self._problems) > ENOUGH_PROBLEMS:
            raise _TooMuch(node.line, "reading stopped here: too many problems before this line")
        return FAILED

    def _count(self, node: Node) -> None:
        self._values += 1
        if self._values > MOST_VALUES:
            raise _TooMuch(node.line, f"more than {MOST_VALUES:,} values, those repeated by aliases included")

    def _converter(self, kind: Any) -> Convert:
        found = self._converters.get(kind)
        if found is None:
            found = self._converters[kind] = self._make(kind)
        return found

    def _make(self, kind: Any) -> Convert:
        plain = typing.get_args(kind)[0] if typing.get_origin(kind) is typing.Annotated else kind
        origin, arguments = typing.get_origin(plain), typing.get_args(plain)
        if origin in {typing.Union, types.UnionType} and type(None) in arguments:
            others = [each for each in arguments if each is not type(None)]
            return self._optional(self._converter(typing.Union[tuple(others)]))  # noqa: UP007 - made at run time
        if isinstance(plain, type) and issubclass(plain, Struct):
            return self._struct(plain)
        if origin in {list, tuple}:
            return self._list(self._converter(arguments[0]), kind, list if origin is list else tuple)
        if origin is dict:
            return self._mapping(self._converter(arguments[1]))
        if plain is Any:
            return self._anything
        return self._scalar(kind)

    def _optional(self, convert: Convert) -> Convert:
        def optional(node: Node, path: Path) -> Any:
            if node.plain and node.content in _NULL:
                return None
            return convert(node, path)

        return optional

    def _struct(self, kind: type[Struct]) -> Convert:
        hints = typing.get_type_hints(kind, include_extras=True)
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        required = [field.name for field in fields.values() if field.required]
        converters: dict[str, Convert] = {}

        def struct(node: Node, path: Path) -> Any:
            self._count(node)
            if node.kind != "map":
                return self._complain(node, path, f"expected fields and their values, got {_describe(node)}")
            values: dict[str, Any] = {}
            good = True
            for name, value in node.content.items():
                if name not in fields:
                    good = False
                    self._complain(value, (path, name), _unknown(name, fields), line=node.lines[name])
                    continue
                convert = converters.get(name)
                if convert is None:
                    convert = converters[name] = self._converter(hints[name])
                values[name] = convert(value, (path, name))
                good = good and values[name] is not FAILED
            for name in required:
                if name not in node.content:
                    good = False
                    self._complain(node, (path, name), "this is missing")
            if not good:
                return FAILED
            made = kind(**values)
            self._document.remember(made, node, path)
            return made

        return struct

    def _list(self, convert: Convert, kind: Any, collect: Callable[[Any], Any]) -> Convert:
        bounded = typing.get_origin(kind) is typing.Annotated

        def items(node: Node, path: Path) -> Any:
            self._count(node)
            if node.plain and node.content in _NULL:
                return collect(())  # "assignments:" with nothing below it
            if node.kind != "list":
                return self._complain(node, path, f"expected a list, got {_describe(node)}")
            found = [convert(value, (path, position)) for position, value in enumerate(node.content)]
            if any(value is FAILED for value in found):
                return FAILED
            if bounded and not found:
                return self._complain(node, path, "the list is empty")
            return collect(found)

        return items

    def _mapping(self, convert: Convert) -> Convert:
        def mapping(node: Node, path: Path) -> Any:
            self._count(node)
            if node.kind != "map":
                return self._complain(node, path, f"expected names and their values, got {_describe(node)}")
            found = {name: convert(value, (path, name)) for name, value in node.content.items()}
            if fault := next(filter(None, map(_fault_of_text, found)), None):
                return self._complain(node, path, fault)
            return FAILED if any(value is FAILED for value in found.values()) else found

        return mapping

    def _anything(self, node: Node, path: Path) -> Any:
        if node.kind == "map":
            return self._mapping(self._anything)(node, path)
        if node.kind == "list":
            return self._list(self._anything, None, list)(node, path)
        self._count(node)
        value = _resolve(node)
        if isinstance(value, float) and not math.isfinite(value):
            return self._complain(node, path, "the number is too large")
        fault = _fault_of_text(value) if isinstance(value, str) else None
        return value if fault is None else self._complain(node, path, fault)

    def _scalar(self, kind: Any) -> Convert:
        plain = typing.get_args(kind)[0] if typing.get_origin(kind) is typing.Annotated else kind
        wanted = typing.get_args(plain) if typing.get_origin(plain) in {typing.Union, types.UnionType} else (plain,)
        wanted = tuple(typing.get_args(one)[0] if typing.get_origin(one) is typing.Annotated else one for one in wanted)
        texts = str in wanted
        expected = _expected(plain)

        def scalar(node: Node, path: Path) -> Any:
            self._count(node)
            if node.kind != "scalar":
                return self._complain(node, path, f"expected {expected}, got {_describe(node)}")
            value = _resolve(node)
            if texts and isinstance(value, (int, float)) and not isinstance(value, bool) and type(value) not in wanted:
                value = node.content  # a number where a text is meant, such as an SIS id or a grade: as it was typed
            if isinstance(value, str) and (fault := _fault_of_text(value)):
                return self._complain(node, path, fault)
            if plain is datetime:
                return self._moment(node, path)
            if isinstance(value, float) and not math.isfinite(value):
                return self._complain(node, path, "the number is too large")
            try:
                return msgspec.convert(value, kind)
            except msgspec.ValidationError as error:
                return self._complain(node, path, _reword(str(error), expected, node))

        return scalar

    def _moment(self, node: Node, path: Path) -> Any:
        try:
            moment = datetime.fromisoformat(node.content)
            if moment.tzinfo is None:
                return self._complain(
                    node, path, f"the time needs a zone, such as {moment.replace(microsecond=0).isoformat()}Z"
                )
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            moment = datetime.min.replace(tzinfo=UTC)
        if not date(1900, 1, 1) <= moment.date() <= date(9000, 1, 1):
            return self._complain(node, path, f"expected a time such as 2026-03-01T23:59:00Z, got {_describe(node)}")
        return moment


def _resolve(node: Node) -> str | int | float | bool | None:
    """The value of a scalar as YAML 1.2 understands it."""
    text: str = node.content
    if not node.plain:
        return text
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _INTEGER.fullmatch(text) and len(text) < 400:
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _fault_of_text(text: str) -> str | None:
    """Databases keep neither of these in a text."""
    return "a text cannot contain NUL or half of a surrogate pair" if _UNSTORABLE.search(text) else None


def _unknown(name: str, fields: Collection[str]) -> str:
    close = difflib.get_close_matches(name, fields, n=1)
    return f"there is no such field; did you mean {close[0]}?" if close else "there is no such field"


def _describe(node: Node) -> str:
    if node.kind != "scalar":
        return {"map": "fields", "list": "a list"}[node.kind]
    if node.plain and node.content in _NULL:
        return "nothing"
    shown = repr(node.content if len(node.content) <= 60 else node.content[:57] + "...")
    return shown if node.plain else f"the text {shown}"


_NAMES: Final = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "datetime": "a time such as 2026-03-01T23:59:00Z",
}


def _expected(kind: Any) -> str:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _expected(arguments[0])
    if origin is Literal:
        return f"one of {', '.join(str(each) for each in arguments)}" if len(arguments) > 1 else str(arguments[0])
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(_expected(each) for each in arguments)
    return _NAMES.get(getattr(kind, "__name__", ""), "a value")


def _reword(message: str, expected: str, node: Node) -> str:
    """What msgspec says, for people: a wrong type names what is expected, a broken bound is said as it is."""
    bound = re.fullmatch(r"Expected `(?:int|float|str|int \| str|str \| int)` (.*?)(?: - at .*)?", message)
    if bound is not None:
        said = bound.group(1).replace("matching regex", "of the form")
        return f"expected {expected} {said}, got {_describe(node)}"
    return f"expected {expected}, got {_describe(node)}"
