"""Ids in paths and parameters.

A thing is named by its number here, by its global number (shard × 10¹³ + number, also written ``shard~number``), or by an
id that another system gave it: ``sis_course_id:MATH-1``, or with hex digits where the id has characters that a path cannot
hold, ``hex:sis_course_id:4d2f31``. ``self`` is the caller, or the account that the server belongs to, which is also
``default``. Each kind of thing understands its own forms only. An id that cannot be read names nothing: ``NotFound``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import msgspec

from gradewire.core.errors import NotFound

SHARD = 10**13
"""Global ids: the shard times this, plus the id there."""

SisKind: TypeAlias = Literal["sis_id", "login_id", "integration_id"]


class LocalId(msgspec.Struct, frozen=True):
    """A number of this server."""

    id: int


class SisId(msgspec.Struct, frozen=True):
    """An id given by another system; the kind says which of a record's ids."""

    kind: SisKind
    value: str


class Self(msgspec.Struct, frozen=True):
    """The caller; of accounts, the root account."""


Identifier: TypeAlias = LocalId | SisId | Self


@dataclass(frozen=True, slots=True)
class Kind:
    """The forms of id that one kind of thing understands, beside its number."""

    name: str
    prefixes: dict[str, SisKind] = field(default_factory=dict)
    words: frozenset[str] = frozenset()


ACCOUNT = Kind(
    "account",
    {"sis_account_id": "sis_id", "sis_integration_id": "integration_id"},
    frozenset({"self", "default"}),
)
ASSIGNMENT = Kind("assignment", {"sis_assignment_id": "sis_id", "sis_integration_id": "integration_id"})
COURSE = Kind("course", {"sis_course_id": "sis_id", "sis_integration_id": "integration_id"})
GROUP = Kind("group", {"sis_group_id": "sis_id"})
SECTION = Kind("section", {"sis_section_id": "sis_id", "sis_integration_id": "integration_id"})
TERM = Kind("term", {"sis_term_id": "sis_id", "sis_integration_id": "integration_id"})
USER = Kind(
    "user",
    {"sis_user_id": "sis_id", "sis_login_id": "login_id", "sis_integration_id": "integration_id"},
    frozenset({"self"}),
)
PLAIN = Kind("record")
"""Things known by number only: provisional grades, grading standards, enrollments, ..."""

_NUMBER = re.compile(r"0*([0-9]{1,19})", re.ASCII)
_SHARDED = re.compile(r"0*([0-9]{1,6})~0*([0-9]{1,13})", re.ASCII)


def identify(text: str | int | None, kind: Kind, *, shard: int = 1) -> Identifier:
    """Read an id. A global id of another shard than this server's names nothing here."""
    if text is None:
        raise NotFound
    if not isinstance(text, str):
        return LocalId(_local(text, shard))
    text = text.strip()
    if match := _NUMBER.fullmatch(text):
        return LocalId(_local(int(match[1]), shard))
    if match := _SHARDED.fullmatch(text):
        return LocalId(_local(int(match[1]) * SHARD + int(match[2]), shard))
    if text in kind.words:
        return Self()
    hexadecimal = text.startswith("hex:")
    prefix, _, value = text.removeprefix("hex:").partition(":")
    column = kind.prefixes.get(prefix)
    if column is None:
        raise NotFound
    if hexadecimal:
        try:
            value = bytes.fromhex(value).decode()
        except ValueError:
            raise NotFound from None
    if not value or "\0" in value:
        raise NotFound
    return SisId(column, value)


def local_id(text: str | int | None, *, shard: int = 1) -> int:
    """Read the id of a thing that is known by number only."""
    identifier = identify(text, PLAIN, shard=shard)
    if not isinstance(identifier, LocalId):
        raise NotFound
    return identifier.id


def global_id(local: int, *, shard: int = 1) -> int:
    """The id under which a thing of this server is known everywhere."""
    return shard * SHARD + local


def _local(number: int, shard: int) -> int:
    home, local = divmod(number, SHARD)
    if local == 0 or home not in {0, shard} or number >= 2**63:
        raise NotFound
    return local
