"""Where an object is found."""

from __future__ import annotations

from msgspec import Struct


class Self(Struct):
    """The link of an object to itself."""

    self: str


class Links(Struct, omit_defaults=True):
    """The links of a list."""

    self: str
    next: str | None = None
