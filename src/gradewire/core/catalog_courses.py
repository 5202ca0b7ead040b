"""What a request says of a course of the catalogue (Schoology reference, 10.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType

from gradewire.core.requests import read_entry, read_flag, read_integer, read_number, read_optional_id, read_text

HIGHEST_LEVEL: Final = 15
"""Grade levels are 1 (Pre-K) to 15 (Higher-Ed), 0 for none."""
LAST_SUBJECT: Final = 9
MOST_CREDITS: Final = 10_000.0


class CatalogChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    title: str | UnsetType = UNSET
    course_code: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    building_id: int | UnsetType = UNSET
    """0 for the school itself."""
    department: str | UnsetType = UNSET
    credits: float | UnsetType = UNSET
    subject_area: str | UnsetType = UNSET
    grade_level_range_start: str | UnsetType = UNSET
    grade_level_range_end: str | UnsetType = UNSET
    synced: bool | UnsetType = UNSET


def read_catalog_course(sent: object) -> CatalogChanges:
    """
    Raises:
        Invalid: what cannot be read, or is out of bounds.
    """
    entry = read_entry(sent)
    return CatalogChanges(
        title=read_text(entry, "title"),
        course_code=read_text(entry, "course_code"),
        description=read_text(entry, "description"),
        building_id=read_optional_id(entry, "building_id"),
        department=read_text(entry, "department"),
        credits=read_number(entry, "credits", most=MOST_CREDITS),
        subject_area=read_code(entry, "subject_area", most=LAST_SUBJECT),
        grade_level_range_start=read_code(entry, "grade_level_range_start", most=HIGHEST_LEVEL),
        grade_level_range_end=read_code(entry, "grade_level_range_end", most=HIGHEST_LEVEL),
        synced=read_flag(entry, "synced"),
    )


def read_code(entry: Mapping[str, Any], field: str, *, most: int) -> str | UnsetType:
    """A number of a closed list, kept as the text of it.

    Raises:
        Invalid: a number that is not in the list.
    """
    number = read_integer(entry, field, least=0, most=most)
    return UNSET if number is UNSET else str(number)
