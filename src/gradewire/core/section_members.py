"""What a request says of somebody's place in a section (Schoology reference, 10.1)."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from gradewire.core.enrollment_status import STATES
from gradewire.core.errors import Fault, Invalid
from gradewire.core.requests import read_entry, read_flag, read_integer, read_optional_id, read_text


class MemberChanges(Struct, frozen=True, kw_only=True):
    """Who shall be what; ``UNSET`` leaves things as they are."""

    enrollment_id: int | UnsetType = UNSET
    user_id: int | UnsetType = UNSET
    admin: bool | UnsetType = UNSET
    """Whether as a teacher."""
    state: str | UnsetType = UNSET


class CodedMember(Struct, frozen=True, kw_only=True):
    """The same with the school's own codes instead of ids."""

    section_school_code: str
    course_code: str
    section_code: str
    school_uid: str
    delete: bool
    changes: MemberChanges


def read_member(sent: object) -> MemberChanges:
    """
    Raises:
        Invalid: what cannot be read, or a status that there is not.
    """
    entry = read_entry(sent)
    status = read_integer(entry, "status", least=min(STATES), most=max(STATES))
    return MemberChanges(
        enrollment_id=_id(read_optional_id(entry, "id")),
        user_id=_id(read_optional_id(entry, "uid")),
        admin=read_flag(entry, "admin"),
        state=UNSET if status is UNSET else STATES[status],
    )


def read_realm(sent: object) -> int:
    """The section of an entry that says where somebody is enrolled.

    Raises:
        Invalid: a group, of which this server knows none, or no section.
    """
    entry = read_entry(sent)
    if entry.get("realm", "section") != "section":
        raise Invalid(Fault("realm", "must be section: there are no groups here", "inclusion"))
    section_id = _id(read_optional_id(entry, "section_id"))
    if section_id is UNSET:
        raise Invalid(Fault("section_id", "can't be blank", "blank"))
    return section_id


def read_coded_member(sent: object) -> CodedMember:
    """
    Raises:
        Invalid: what cannot be read, nobody or no section is named.
    """
    entry = read_entry(sent)
    codes = {}
    for field in ("section_school_code", "course_code", "section_code", "school_uid"):
        text = read_text(entry, field)
        codes[field] = "" if text is UNSET else text.strip()
    if not codes["school_uid"]:
        raise Invalid(Fault("school_uid", "can't be blank", "blank"))
    return CodedMember(
        **codes,
        delete=read_flag(entry, "delete") is True,
        changes=read_member({name: entry[name] for name in ("admin", "status") if name in entry}),
    )


def _id(number: int | UnsetType) -> int | UnsetType:
    return number or UNSET
