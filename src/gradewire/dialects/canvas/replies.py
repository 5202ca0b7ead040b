"""A finished answer: what the transport sends."""

from __future__ import annotations

from collections.abc import Mapping

from gradewire.dialects.canvas.wire import CONTENT_TYPE


class Reply:
    """Status, headers and bytes."""

    __slots__ = ("content", "content_type", "headers", "status")

    def __init__(self, status: int, content: bytes, headers: Mapping[str, str], content_type: str = CONTENT_TYPE) -> None:
        self.status = status
        self.content = content
        self.content_type = content_type
        self.headers = headers
