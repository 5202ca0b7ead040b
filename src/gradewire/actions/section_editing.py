"""Sections of a course made, renamed, deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.sections import SectionView, find_course_id
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid, Refused
from gradewire.core.permissions import MANAGE_COURSE, MANAGE_SIS
from gradewire.store import sections as rows
from gradewire.store.sections import SectionRow

NAME_LIMIT = 255
NOT_EMPTY = "A section that has enrollments cannot be deleted."


class SectionChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    name: str | UnsetType | None = UNSET
    start_at: datetime | UnsetType | None = UNSET
    end_at: datetime | UnsetType | None = UNSET
    sis_section_id: str | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET


def create(unit: Unit, course_id: int, changes: SectionChanges) -> SectionView:
    """Make a section; without a name it is called as its course.

    Raises:
        NotFound: no such course.
        Denied: no right to change the course.
        Invalid: too long a name, an end before the start, or an SIS id that is taken.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_COURSE)
    values = _values(unit, access, changes, None)
    values["name"] = values.get("name") or access.rules.course.name
    number = rows.add(unit.connection, unit.now, course_id=course_id, **values)
    return SectionView(_row(unit, number), access)


def update(unit: Unit, section_id: int, changes: SectionChanges) -> SectionView:
    """Change a section.

    Raises:
        NotFound: no such section.
        Denied: no right to change its course.
        Invalid: a blank or too long name, an end before the start, or an SIS id that is taken.
    """
    access = course_access(unit, find_course_id(unit, section_id))
    access.require(MANAGE_COURSE)
    values = _values(unit, access, changes, _row(unit, section_id))
    if "name" in values and not values["name"]:
        raise Invalid(Fault("name", "can't be blank"))
    if values:
        rows.change(unit.connection, section_id, unit.now, **values)
    return SectionView(_row(unit, section_id), access)


def delete(unit: Unit, section_id: int) -> SectionView:
    """Delete a section that nobody is enrolled in; the section as it was.

    Raises:
        NotFound: no such section.
        Denied: no right to change its course.
        Refused: somebody is enrolled in it.
    """
    access = course_access(unit, find_course_id(unit, section_id))
    access.require(MANAGE_COURSE)
    row = _row(unit, section_id)
    if rows.has_members(unit.connection, section_id):
        raise Refused("not_allowed", NOT_EMPTY)
    rows.change(unit.connection, section_id, unit.now, workflow_state="deleted")
    return SectionView(row, access)


def _row(unit: Unit, section_id: int) -> SectionRow:
    found = rows.find(unit.connection, section_id)
    assert found is not None
    return found


def _values(unit: Unit, access: CourseAccess, changes: SectionChanges, before: SectionRow | None) -> dict[str, Any]:
    """What was sent, by column. SIS ids are for those who may manage them."""
    names = ("name", "start_at", "end_at")
    values: dict[str, Any] = {name: getattr(changes, name) for name in names if getattr(changes, name) is not UNSET}
    if "name" in values:
        values["name"] = (values["name"] or "").strip()
    if access.has(MANAGE_SIS):
        ids = ("sis_section_id", "integration_id")
        values |= {name: getattr(changes, name) or None for name in ids if getattr(changes, name) is not UNSET}
    faults = []
    if len(values.get("name", "")) > NAME_LIMIT:
        faults.append(Fault("name", f"is too long (maximum is {NAME_LIMIT} characters)"))
    start = values.get("start_at", before.start_at if before else None)
    end = values.get("end_at", before.end_at if before else None)
    if start is not None and end is not None and end < start:
        faults.append(Fault("end_at", "End date cannot be before start date"))
    sis_id = values.get("sis_section_id")
    root, except_id = access.rules.course.root_account_id, before.id if before else None
    if sis_id and rows.uses_sis_id(unit.connection, root, sis_id, except_id=except_id):
        faults.append(Fault("sis_source_id", f'"{sis_id}" is already in use'))
    if faults:
        raise Invalid(*faults)
    return values
