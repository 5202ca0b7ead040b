"""What a request says of an item: an assignment, discussion or test with a place in the grade book (Schoology reference, 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, UnsetType

from gradewire.core.errors import Fault, Invalid
from gradewire.core.requests import (
    read_entry,
    read_flag,
    read_ids,
    read_number,
    read_optional_id,
    read_text,
)
from gradewire.core.time_zones import in_zone

NOT_HANDED_IN: Final = frozenset(
    {"none", "on_paper", "not_graded", "wiki_page", "external_tool", "discussion_topic", "online_quiz"}
)
"""Submission types without a dropbox."""
DROPBOX: Final = ("online_text_entry", "online_upload")
"""How work is handed in where there is a dropbox."""

_LOCAL = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2})?)?\s*", re.ASCII)


class ItemChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are, or as new items begin."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    due_at: datetime | UnsetType | None = UNSET
    scale_id: int | UnsetType = UNSET
    """0 for none; so with the two below."""
    period_id: int | UnsetType = UNSET
    category_id: int | UnsetType = UNSET
    max_points: float | UnsetType = UNSET
    factor: float | UnsetType = UNSET
    is_final: bool | UnsetType = UNSET
    show_comments: bool | UnsetType = UNSET
    grade_stats: bool | UnsetType = UNSET
    allow_dropbox: bool | UnsetType = UNSET
    allow_discussion: bool | UnsetType = UNSET
    published: bool | UnsetType = UNSET
    assignees: tuple[int, ...] | UnsetType = UNSET
    """Enrolment ids; none for everybody."""
    grading_group_ids: tuple[int, ...] | UnsetType = UNSET
    count_in_grade: bool | UnsetType = UNSET
    collected_only: bool | UnsetType = UNSET
    auto_publish_grades: bool | UnsetType = UNSET


def read_item(sent: object, zone: str) -> ItemChanges:
    """An item as it was sent; ``zone`` is the time zone of its section. What cannot be set is ignored.

    Raises:
        Invalid: what cannot be read, or is out of bounds.
    """
    entry = read_entry(sent)
    return ItemChanges(
        title=read_text(entry, "title"),
        description=read_text(entry, "description"),
        due_at=read_local_time(entry, "due", zone),
        scale_id=read_optional_id(entry, "grading_scale"),
        period_id=read_optional_id(entry, "grading_period"),
        category_id=read_optional_id(entry, "grading_category"),
        max_points=read_number(entry, "max_points"),
        factor=read_number(entry, "factor", most=1e6),
        is_final=read_flag(entry, "is_final"),
        show_comments=read_flag(entry, "show_comments"),
        grade_stats=read_flag(entry, "grade_stats"),
        allow_dropbox=read_flag(entry, "allow_dropbox"),
        allow_discussion=read_flag(entry, "allow_discussion"),
        published=read_flag(entry, "published"),
        assignees=read_ids(entry, "assignees"),
        grading_group_ids=read_ids(entry, "grading_group_ids"),
        count_in_grade=read_flag(entry, "count_in_grade"),
        collected_only=read_flag(entry, "collected_only"),
        auto_publish_grades=read_flag(entry, "auto_publish_grades"),
    )


def read_local_time(entry: Mapping[str, Any], field: str, zone: str) -> datetime | UnsetType | None:
    """A local time such as ``2014-09-25 11:30:00``, or a date, whose day then ends; empty text is no time, ``UNSET`` not sent.

    Raises:
        Invalid: no such time.
    """
    text = read_text(entry, field)
    if text is UNSET:
        return UNSET
    if not text.strip():
        return None
    found = _LOCAL.fullmatch(text)
    date, minute, second = found.groups() if found is not None else ("", None, None)
    try:
        local = datetime.fromisoformat(f"{date}T{minute or '23:59'}{second or ':00'}")
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(Fault(field, "must be a time such as 2014-09-25 11:30:00", "invalid")) from None


def show_local_time(moment: datetime | None, zone: str) -> str:
    """The same the other way round."""
    return "" if moment is None else in_zone(moment, zone).replace(tzinfo=None).isoformat(" ", "seconds")
