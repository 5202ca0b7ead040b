"""What a request says of a person (Schoology reference, 10.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType

from gradewire.core.errors import Fault, Invalid
from gradewire.core.requests import read_entry, read_flag, read_optional_id, read_text

TITLES: Final = frozenset({"", "Mr.", "Mrs.", "Ms.", "Miss", "Dr.", "Professor"})
UNSUPPORTED: Final = ("parent_uids", "advisor_uids")
"""Parents are observers of courses here, and there are no advisors: to overlook these would lose them."""


class PersonChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    school_uid: str | UnsetType = UNSET
    username: str | UnsetType = UNSET
    primary_email: str | UnsetType = UNSET
    password: str | UnsetType = UNSET
    """Blank leaves the password as it is."""
    role_id: int | UnsetType = UNSET
    tz_name: str | UnsetType = UNSET
    building_id: int | UnsetType = UNSET
    """0 for the school itself."""
    name_title: str | UnsetType = UNSET
    name_title_show: bool | UnsetType = UNSET
    name_first: str | UnsetType = UNSET
    name_first_preferred: str | UnsetType = UNSET
    name_middle: str | UnsetType = UNSET
    name_middle_show: bool | UnsetType = UNSET
    name_last: str | UnsetType = UNSET


def read_person(sent: object) -> PersonChanges:
    """
    Raises:
        Invalid: what cannot be read, a title that there is not, or parents and advisors, which cannot be kept here.
    """
    entry = read_entry(sent)
    refused = [name for name in UNSUPPORTED if entry.get(name) not in (None, "", [], {})]
    if refused:
        raise Invalid(*(Fault(name, "cannot be set here", "unsupported") for name in refused))
    title = _trimmed(entry, "name_title")
    if title is not UNSET and title not in TITLES:
        raise Invalid(Fault("name_title", "must be one of " + ", ".join(sorted(TITLES - {""})), "inclusion"))
    role_id = read_optional_id(entry, "role_id")
    return PersonChanges(
        school_uid=_trimmed(entry, "school_uid"),
        username=_trimmed(entry, "username"),
        primary_email=_trimmed(entry, "primary_email"),
        password=read_text(entry, "password") or UNSET,
        role_id=role_id or UNSET,
        tz_name=_trimmed(entry, "tz_name"),
        building_id=read_optional_id(entry, "building_id"),
        name_title=title,
        name_title_show=read_flag(entry, "name_title_show"),
        name_first=_trimmed(entry, "name_first"),
        name_first_preferred=_trimmed(entry, "name_first_preferred"),
        name_middle=_trimmed(entry, "name_middle"),
        name_middle_show=read_flag(entry, "name_middle_show"),
        name_last=_trimmed(entry, "name_last"),
    )


def _trimmed(entry: Mapping[str, Any], field: str) -> str | UnsetType:
    text = read_text(entry, field)
    return UNSET if text is UNSET else text.strip()
