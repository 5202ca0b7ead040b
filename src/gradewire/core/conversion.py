"""From nodes of a text to values of declared types, going on after each error to find the others."""

from __future__ import annotations

import difflib
import math
import re
import types
import typing
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from typing import Any, Final, Generic, Literal, TypeVar

import msgspec
from msgspec import Struct

from gradewire.core.nodes import Document, Node, Path, Problem, TooMuch, show_path

T = TypeVar("T", bound=Struct)

MOST_VALUES: Final = 5_000_000
ENOUGH_PROBLEMS: Final = 1000
"""Where collecting ends: a file that is wrong in every line is told so by its first lines."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_NULL = frozenset({"", "~", "null", "Null", "NULL"})

FAILED: Final = object()
Convert = Callable[[Node, Path], Any]


class Reader(Generic[T]):
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
            raise TooMuch(node.line, "reading stopped here: too many problems before this line")
        return FAILED

    def _count(self, node: Node) -> None:
        self._values += 1
        if self._values > MOST_VALUES:
            raise TooMuch(node.line, f"more than {MOST_VALUES:,} values, those repeated by aliases included")

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
