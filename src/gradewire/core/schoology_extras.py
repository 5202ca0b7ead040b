"""What only Schoology clients see of sections, categories, items, people and catalogue courses: the columns ``schoology``.

Everything has a default, so a row without such a document is complete. A key that is not here is refused, as in
``core.scoring.schoology_options``: what counts in the calculation is there, what is only shown is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from gradewire.core.errors import Fault, Invalid


class SectionExtras(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of a section (a course here); reference, 10.2."""

    section_code: str = ""
    access_code: str = ""
    description: str = ""
    location: str = ""
    subject_area: str = "0"
    grade_level_range_start: str = "0"
    grade_level_range_end: str = "0"
    synced: bool = False
    meeting_days: tuple[str, ...] = ()
    start_time: str = ""
    end_time: str = ""
    hide_overall_grade: bool = False
    """Students see no course grade."""
    hide_grading_period_grade: bool = False
    """Students see no grades of periods."""


class CategoryExtras(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of a grading category: what new items in it begin with (7)."""

    default_max_points: float = 100.0
    default_grading_scale_id: int = 0


class ItemExtras(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of an item (6.1)."""

    show_comments: bool = False
    grade_stats: bool = False
    allow_dropbox: bool | None = None
    """``None``: as its submission types say."""
    allow_discussion: bool = True
    grading_group_ids: tuple[int, ...] = ()
    """The grading groups to whose members it was assigned."""


class PersonExtras(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of a person: the parts of the name, where it has others than first and last (10.3)."""

    name_title: str = ""
    name_title_show: bool = False
    name_first: str = ""
    """Without first and last name: the words of the name, the last one being the last name."""
    name_first_preferred: str = ""
    name_middle: str = ""
    name_middle_show: bool = False
    name_last: str = ""
    building_id: int | None = None
    """The account that is the person's building."""
    built_in_role: int | None = None
    """The role that was chosen in a school that has no roles of its own."""
    picture_url: str = ""


class CatalogExtras(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of a catalogue course (10.3)."""

    department: str = ""
    credits: float = 0.0
    subject_area: str = "0"
    grade_level_range_start: str = "0"
    grade_level_range_end: str = "0"
    synced: bool = False


Extras = TypeVar("Extras", SectionExtras, CategoryExtras, ItemExtras, PersonExtras, CatalogExtras)


def read_extras(stored: Mapping[str, Any] | None, kind: type[Extras]) -> Extras:
    """
    Raises:
        Invalid: what is stored, or was sent to be stored, means nothing.
    """
    try:
        return msgspec.convert(stored or {}, kind)
    except msgspec.ValidationError as error:
        raise Invalid(Fault("schoology", str(error), "invalid")) from None


def code_number(text: str) -> int:
    """A code such as a grade level or subject area as a number; 0 where what was loaded is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def write_extras(extras: Struct) -> dict[str, Any] | None:
    """The document to be stored: nothing where all is as by default."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(extras))  # lists, as they come back from the store
    return found or None
