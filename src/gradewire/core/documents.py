"""YAML text into declared types, with every error of the text reported at its line.

The YAML read here is the part of version 1.2 that means the same to everybody: ``yes``, ``NO``, ``012`` and ``12:30`` are
texts, keys are unique, there are no tags and no merge keys. Size, depth and the number of values after aliases are bounded, so
that no text, however hostile, costs more than its length promises.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, TypeVar, cast

import yaml
from msgspec import Struct

from gradewire.core.conversion import Reader
from gradewire.core.nodes import BadDocuments, Document, Node, Problem, TooMuch

__all__ = ["BadDocuments", "Document", "Problem", "read"]

T = TypeVar("T", bound=Struct)

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_LEVELS: Final = 40

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(name: str, data: bytes, kind: type[T]) -> Document[T]:
    """Read a file's bytes as ``kind``.

    Raises:
        BadDocuments: with every problem found.
    """
    problems: list[Problem] = []
    try:
        node = _compose(name, data, problems)
        reader = Reader(name, kind, problems)
        document = None if node is None else reader.read(node)
    except TooMuch as error:
        problems.append(Problem(name, error.line, "", str(error)))
        document = None
    if problems or document is None:
        raise BadDocuments(problems)
    return document


def _compose(name: str, data: bytes, problems: list[Problem]) -> Node | None:
    """The tree of the text. Aliases share nodes, so this costs what the text is long."""
    if len(data) > MOST_BYTES:
        raise TooMuch(None, f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB; split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem(name, line, "", "this is not UTF-8 text"))
        return None
    try:
        return _Composer(name, problems).compose(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = cast("Any", error.problem_mark or error.context_mark)
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
            raise TooMuch(_line(event), f"more than {MOST_LEVELS} levels within each other")
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
