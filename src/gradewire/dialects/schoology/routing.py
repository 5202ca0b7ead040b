"""From the path of a request to an operation.

Doubled slashes count as one (schoolopy writes them). A literal segment wins over a placeholder, so ``users/me`` is never an id.
Segments are decoded after the path was split. One unknown segment behind a known object is overlooked, for reading: the
original answers ``sections/{id}/final_grades`` with the section (reference, 3.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from msgspec import Struct

from gradewire.dialects.schoology.operations import Operation


class Found(Struct, frozen=True):
    """The operations of a path, by method, and what stands in the place of each placeholder."""

    operations: Mapping[str, Operation]
    values: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """The methods, as the header ``Allow`` lists them."""
        methods = set(self.operations) | {"OPTIONS"} | ({"HEAD"} if "GET" in self.operations else set())
        return ", ".join(sorted(methods))


class Node:
    """One segment of the tree of paths."""

    __slots__ = ("any", "literal", "operations")

    def __init__(self) -> None:
        self.literal: dict[str, Node] = {}
        self.any: Node | None = None
        self.operations: dict[str, Operation] = {}


class Routes:
    """The operations by path."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._root = Node()
        for operation in operations:
            node = self._root
            for segment in operation.path.split("/"):
                if segment.startswith("{"):
                    node.any = node = node.any or Node()
                else:
                    node = node.literal.setdefault(segment, Node())
            node.operations[operation.method] = operation

    def find(self, path: str) -> Found | None:
        """What is at a path below ``/v1``, as it was received; ``None``: nothing."""
        segments = [segment for segment in path.split("/") if segment]
        found = self._walk(self._root, segments, 0, ())
        if found is None and len(segments) > 2 and "%00" not in segments[-1]:
            object_of = self._walk(self._root, segments[:-1], 0, ())
            if object_of is not None and object_of.values and "GET" in object_of.operations:
                found = Found({"GET": object_of.operations["GET"]}, object_of.values)
        return found

    def _walk(self, node: Node, segments: Sequence[str], place: int, values: tuple[str, ...]) -> Found | None:
        if place == len(segments):
            return Found(node.operations, values) if node.operations else None
        segment = segments[place]
        below = node.literal.get(segment)
        if below is not None:
            found = self._walk(below, segments, place + 1, values)
            if found is not None:
                return found
        value = unquote(segment, errors="replace")
        if node.any is None or not value or "\0" in value:
            return None
        return self._walk(node.any, segments, place + 1, (*values, value))
