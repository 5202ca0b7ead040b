"""Grading periods of a school, and those of a section with their weights (reference, 8)."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.school_periods import SchoolPeriod
from gradewire.actions.schoology_rules import SectionPeriod
from gradewire.core.period_days import show_day
from gradewire.dialects.schoology.call import Call
from gradewire.dialects.schoology.shapes.links import Links, Self
from gradewire.dialects.schoology.wire import flag, plain


class GradingPeriod(Struct):
    """``id`` is a number in lists and a text alone. Periods have no parents here."""

    id: int | str
    title: str
    start: str
    end: str
    active: str
    """Whether it runs now."""
    has_children: bool
    parent: None
    links: Self | UnsetType = UNSET
    """In lists and of what was just made."""


class GradingPeriodList(Struct):
    gradingperiods: list[GradingPeriod]
    total: int
    links: Links


class PeriodOfSection(Struct):
    id: int
    title: str
    weight: int | float
    start: str
    end: str


class PeriodOfSectionList(Struct):
    grading_period: list[PeriodOfSection]
    links: Links


def period(found: SchoolPeriod, zone: str, now: datetime) -> GradingPeriod:
    return GradingPeriod(
        id=str(found.id),
        title=found.title,
        start=show_day(found.start_date, zone),
        end=show_day(found.end_date, zone),
        active=str(flag(found.start_date <= now <= found.end_date)),
        has_children=False,
        parent=None,
    )


def listed(found: SchoolPeriod, zone: str, call: Call) -> GradingPeriod:
    shape = period(found, zone, call.world.clock())
    shape.id = found.id
    shape.links = Self(call.link(f"gradingperiods/{found.id}"))
    return shape


def period_of_section(found: SectionPeriod, zone: str) -> PeriodOfSection:
    """Days with a time of midnight, at the end of a period too."""
    return PeriodOfSection(
        id=found.id,
        title=found.title,
        weight=plain(found.weight) or 0,
        start=f"{show_day(found.start_date, zone)} 00:00:00",
        end=f"{show_day(found.end_date, zone)} 00:00:00",
    )
