"""Texts for Python's CSV reader, and from its writer, without files in between."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def physical_lines(text: str) -> Iterator[str]:
    """The lines of a text with their ends, as a file opened without translation of line ends gives them."""
    return (match[0] for match in _LINE.finditer(text))


class Pieces:
    """What is written, piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def write(self, piece: str) -> None:
        self._pieces.append(piece)

    @property
    def text(self) -> str:
        return "".join(self._pieces)
