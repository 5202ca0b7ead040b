"""A school role; its id is a text, though ``role_id`` of people is a number (reference, 10.3)."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from gradewire.core.school_people import SchoolRole
from gradewire.dialects.schoology.call import Call
from gradewire.dialects.schoology.shapes.links import Links, Self
from gradewire.dialects.schoology.wire import flag


class Role(Struct):
    id: str
    title: str
    faculty: int
    role_type: int
    links: Self | UnsetType = UNSET
    """In lists."""


class RoleList(Struct):
    role: list[Role]
    total: str
    links: Links


def role(found: SchoolRole, call: Call | None = None) -> Role:
    """``call`` in lists, where an object says where it is."""
    shape = Role(str(found.id), found.title, flag(found.faculty), found.role_type)
    if call is not None:
        shape.links = Self(call.link(f"roles/{found.id}"))
    return shape
