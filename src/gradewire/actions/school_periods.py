"""The grading periods of a school, as its administrators keep them (Schoology reference, 8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.access import account_rights
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound, Refused
from gradewire.core.period_days import read_day
from gradewire.core.periods import NEVER
from gradewire.core.permissions import MANAGE_ACCOUNT, MANAGE_COURSES_ADMIN
from gradewire.core.requests import read_entry, read_text
from gradewire.store import accounts
from gradewire.store import school_periods as rows
from gradewire.store.school_periods import SchoolPeriod

__all__ = ["PeriodChanges", "SchoolPeriod", "create", "delete", "list_for_school", "read_changes", "show", "update", "zone_of"]

TITLE_LIMIT = 255
UTC_ZONE = "UTC"
IN_USE = "The grading period cannot be deleted: sections use it."
OF_TERMS = "The grading period belongs to a set of terms or courses and cannot be changed here."


class PeriodChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    title: str | UnsetType = UNSET
    start_date: datetime | UnsetType = UNSET
    end_date: datetime | UnsetType = UNSET


def zone_of(unit: Unit) -> str:
    """The time zone of the caller's school, in which its periods are days."""
    found = accounts.find(unit.connection, unit.caller.root_account_id)
    return (found.time_zone if found is not None else None) or UTC_ZONE


def read_changes(unit: Unit, sent: object) -> PeriodChanges:
    """What a request says of a period, whose ``start`` and ``end`` are days of the caller's school.

    Raises:
        Denied: the caller is no administrator of the school.
        Invalid: what cannot be read.
    """
    _school(unit)
    entry, zone = read_entry(sent), zone_of(unit)
    return PeriodChanges(
        title=read_text(entry, "title"),
        start_date=read_day(entry, "start", zone, ends=False),
        end_date=read_day(entry, "end", zone, ends=True),
    )


def list_for_school(unit: Unit, *, title: str | None = None, starts_with: bool = False) -> list[SchoolPeriod]:
    """The periods of the caller's school by their beginning, those of a title, or those whose title starts so.

    Raises:
        Denied: the caller is no administrator of the school.
    """
    found = rows.of_school(unit.connection, _school(unit))
    if title is None:
        return found
    wanted = title.casefold()
    return [
        one for one in found if (one.title.casefold().startswith(wanted) if starts_with else one.title.casefold() == wanted)
    ]


def show(unit: Unit, period_id: int) -> SchoolPeriod:
    """
    Raises:
        NotFound: the school has no such period.
        Denied: the caller is no administrator of the school.
    """
    return _find(unit, _school(unit), period_id)


def create(unit: Unit, changes: PeriodChanges) -> SchoolPeriod:
    """Make a period that sections may choose.

    Raises:
        Denied: the caller is no administrator of the school.
        Invalid: no title, one that another period has, or dates out of order.
    """
    root = _school(unit)
    values = _values(unit, root, changes, None)
    set_id = rows.find_set(unit.connection, root)
    if set_id is None:
        set_id = rows.add_set(unit.connection, root, unit.now)
    return _find(unit, root, rows.add(unit.connection, set_id, unit.now, close_date=NEVER, **values))


def update(unit: Unit, period_id: int, changes: PeriodChanges) -> SchoolPeriod:
    """Change a period. Items stay in it whatever its dates.

    Raises:
        NotFound: the school has no such period.
        Denied: the caller is no administrator of the school.
        Invalid: no title, one that another period has, or dates out of order.
        Refused: it is a period of a Canvas term or course.
    """
    root = _school(unit)
    before = _changeable(unit, root, period_id)
    values = _values(unit, root, changes, before)
    if values:
        rows.change(unit.connection, before.id, unit.now, **values)
        unit.touch_rules(*rows.courses_choosing(unit.connection, before.set_id, before.id))
    return _find(unit, root, before.id)


def delete(unit: Unit, period_id: int) -> None:
    """Delete a period that no section uses.

    Raises:
        NotFound: the school has no such period.
        Denied: the caller is no administrator of the school.
        Refused: sections use it, or it is a period of a Canvas term or course.
    """
    root = _school(unit)
    row = _changeable(unit, root, period_id)
    if rows.courses_choosing(unit.connection, row.set_id, row.id):
        raise Refused("in_use", IN_USE)
    rows.change(unit.connection, row.id, unit.now, workflow_state="deleted")


def _school(unit: Unit) -> int:
    """The root account of the caller, who has to be an administrator of it."""
    root = unit.caller.root_account_id
    if not account_rights(unit, root) & {MANAGE_ACCOUNT, MANAGE_COURSES_ADMIN}:
        raise Denied
    return root


def _find(unit: Unit, root: int, period_id: int) -> SchoolPeriod:
    found = rows.of_school(unit.connection, root, ids=[period_id])
    if not found:
        raise NotFound
    return found[0]


def _changeable(unit: Unit, root: int, period_id: int) -> SchoolPeriod:
    row = _find(unit, root, period_id)
    if not row.school_wide:
        raise Refused("not_school_wide", OF_TERMS)
    return row


def _values(unit: Unit, root: int, changes: PeriodChanges, before: SchoolPeriod | None) -> dict[str, Any]:
    values = {name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET}
    faults = list(_faults(unit, root, values, before))
    if faults:
        raise Invalid(*faults)
    return values


def _faults(unit: Unit, root: int, values: dict[str, Any], before: SchoolPeriod | None) -> Iterator[Fault]:
    after = {name: values.get(name, getattr(before, name, None)) for name in ("title", "start_date", "end_date")}
    title = after["title"]
    if not title or not title.strip():
        yield Fault("title", "can't be blank")
    elif len(title) > TITLE_LIMIT:
        yield Fault("title", f"is too long (maximum is {TITLE_LIMIT} characters)")
    elif any(
        one.title.casefold() == title.casefold() and (before is None or one.id != before.id)
        for one in rows.of_school(unit.connection, root)
    ):
        yield Fault("title", "is the title of another grading period")
    for name, field in (("start_date", "start"), ("end_date", "end")):
        if after[name] is None:
            yield Fault(field, "is missing")
    if after["start_date"] and after["end_date"] and after["start_date"] >= after["end_date"]:
        yield Fault("end", "must be after start")
