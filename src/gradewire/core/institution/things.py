"""What every part of an institution file is made of: references, ids, names, numbers."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

Ref: TypeAlias = Annotated[int, Meta(ge=0, lt=10**13)] | str
"""A thing defined in any of the files or in the database. A number is its id; a text is its key, SIS id, login or name."""
Id: TypeAlias = Annotated[int, Meta(ge=1, lt=10**13)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
Word: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
Percent: TypeAlias = Annotated[float, Meta(ge=0, le=100)]
Points: TypeAlias = Annotated[float, Meta(ge=-1e12, le=1e12)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=1_000_000)]


class Thing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every part of an institution file is."""
