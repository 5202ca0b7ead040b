"""From the path of a request to an operation.

A literal segment wins over a placeholder, so ``provisional_grades/status`` is never an id. Segments are decoded after the path
was split: an id may contain an escaped slash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from gradewire.dialects.canvas.operations import Operation


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
            for segment in operation.path.split("/")[1:]:
                if segment.startswith(":"):
                    node.any = node = node.any or Node()
                else:
                    node = node.literal.setdefault(segment, Node())
            node.operations[operation.method] = operation

    def find(self, raw_path: str) -> tuple[Mapping[str, Operation], list[str]]:
        """The operations of a path by method (none for an unknown path), and what stands in the place of each placeholder."""
        segments = raw_path.rstrip("/").split("/")[1:]
        found = self._walk(self._root, segments, 0, [])
        return found or ({}, [])

    def _walk(
        self, node: Node, segments: Sequence[str], place: int, values: list[str]
    ) -> tuple[Mapping[str, Operation], list[str]] | None:
        if place == len(segments):
            return (node.operations, values) if node.operations else None
        segment = segments[place]
        below = node.literal.get(segment)
        if below is not None:
            found = self._walk(below, segments, place + 1, values)
            if found is not None:
                return found
        value = unquote(segment, errors="replace")
        if node.any is None or not value or "\0" in value:
            return None
        return self._walk(node.any, segments, place + 1, [*values, value])
