"""What a request says of a section (Schoology reference, 10.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType

from gradewire.core.catalog_courses import HIGHEST_LEVEL, LAST_SUBJECT, read_code
from gradewire.core.errors import Fault, Invalid
from gradewire.core.requests import read_entry, read_flag, read_id, read_ids, read_text

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_DAYS: Final = frozenset("01234567")


class SectionChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    title: str | UnsetType = UNSET
    section_school_code: str | UnsetType = UNSET
    grading_periods: tuple[int, ...] | UnsetType = UNSET
    weighted: bool | UnsetType = UNSET
    """Whether grading categories count by their weights."""
    allow_override: bool | UnsetType = UNSET
    section_code: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    location: str | UnsetType = UNSET
    subject_area: str | UnsetType = UNSET
    grade_level_range_start: str | UnsetType = UNSET
    grade_level_range_end: str | UnsetType = UNSET
    synced: bool | UnsetType = UNSET
    meeting_days: tuple[str, ...] | UnsetType = UNSET
    start_time: str | UnsetType = UNSET
    end_time: str | UnsetType = UNSET
    hide_overall_grade: bool | UnsetType = UNSET
    hide_grading_period_grade: bool | UnsetType = UNSET


def read_section(sent: object) -> SectionChanges:
    """``title`` and ``section_title`` are the same. Inside a course, ``section_id`` stands for the section code, as the
    vendor's example has it.

    Raises:
        Invalid: what cannot be read, or is out of bounds.
    """
    entry = read_entry(sent)
    options = entry.get("options")
    chosen: Mapping[str, Any] = options if isinstance(options, Mapping) else {}
    code = "section_code" if "section_code" in entry else "section_id"
    return SectionChanges(
        title=_trimmed(entry, "title" if "title" in entry else "section_title"),
        section_school_code=_trimmed(entry, "section_school_code"),
        grading_periods=read_ids(_listed(entry, "grading_periods"), "grading_periods"),
        weighted=read_flag(chosen, "weighted_grading_categories"),
        allow_override=read_flag(chosen, "allow_custom_overall_grade"),
        section_code=_trimmed(entry, code),
        description=read_text(entry, "description"),
        location=read_text(entry, "location"),
        subject_area=read_code(entry, "subject_area", most=LAST_SUBJECT),
        grade_level_range_start=read_code(entry, "grade_level_range_start", most=HIGHEST_LEVEL),
        grade_level_range_end=read_code(entry, "grade_level_range_end", most=HIGHEST_LEVEL),
        synced=read_flag(entry, "synced"),
        meeting_days=_days(entry),
        start_time=_time(entry, "start_time"),
        end_time=_time(entry, "end_time"),
        hide_overall_grade=read_flag(chosen, "hide_overall_grade"),
        hide_grading_period_grade=read_flag(chosen, "hide_grading_period_grade"),
    )


def read_section_id(sent: object) -> int:
    """
    Raises:
        Invalid: no id was sent.
    """
    return read_id(read_entry(sent), "id")


def _trimmed(entry: Mapping[str, Any], field: str) -> str | UnsetType:
    text = read_text(entry, field)
    return UNSET if text is UNSET else text.strip()


def _listed(entry: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """The entry with a list for a text with commas."""
    value = entry.get(field)
    return {field: value.split(",")} if isinstance(value, str) and "," in value else entry


def _days(entry: Mapping[str, Any]) -> tuple[str, ...] | UnsetType:
    if "meeting_days" not in entry:
        return UNSET
    value = entry["meeting_days"]
    several = value if isinstance(value, list) else str(value or "").split(",")
    days = [str(day).strip() for day in several if str(day if day is not None else "").strip()]
    if any(day not in _DAYS for day in days):
        raise Invalid(Fault("meeting_days", "must be numbers of days, from 0 for Sunday", "inclusion"))
    return tuple(dict.fromkeys(days))


def _time(entry: Mapping[str, Any], field: str) -> str | UnsetType:
    text = _trimmed(entry, field)
    if text is UNSET or text == "" or _TIME.fullmatch(text):
        return text
    raise Invalid(Fault(field, "must be a time from 00:00 to 23:59", "invalid"))
