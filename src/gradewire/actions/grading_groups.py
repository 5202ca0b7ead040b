"""Grading groups of a section (Schoology reference, 7): names for several students, to whom items are assigned at once.

An item keeps the students it was assigned to when its group changes later; assign it again to bring it in step.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import UNSET, Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.assignments import organises
from gradewire.actions.rosters import visible_roster
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, DomainError, Fault, Invalid, NotFound
from gradewire.core.permissions import MANAGE_ASSIGNMENTS
from gradewire.core.requests import read_entry, read_ids, read_text
from gradewire.store import grading_groups as rows
from gradewire.store.grading_groups import GradingGroupRow

__all__ = ["GradingGroupRow", "GroupResult", "create_many", "delete", "list_for_section", "show", "update"]

TITLE_LIMIT = 255


class GroupResult(Struct, frozen=True):
    """What became of one entry: the group, or why there is none."""

    group: GradingGroupRow | None = None
    error: DomainError | None = None


def list_for_section(unit: Unit, course_id: int) -> list[GradingGroupRow]:
    """The groups of a section, by id.

    Raises:
        NotFound: no such section.
        Denied: the caller is not of its staff.
    """
    if not organises(course_access(unit, course_id)):
        raise Denied
    return rows.of_course(unit.connection, course_id)


def show(unit: Unit, course_id: int, group_id: int) -> GradingGroupRow:
    """One of them; raises what listing raises, and ``NotFound`` for an unknown one."""
    for group in list_for_section(unit, course_id):
        if group.id == group_id:
            return group
    raise NotFound


def create_many(unit: Unit, course_id: int, sent: Sequence[object]) -> list[GroupResult]:
    """Make groups of entries with ``title`` and ``members`` (enrolment ids), one result for each in their order.

    Raises:
        NotFound: no such section.
        Denied: no right to manage its items.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    students = visible_roster(unit, access).users
    results: list[GroupResult] = [GroupResult()] * len(sent)
    new: dict[int, GradingGroupRow] = {}
    for place, one in enumerate(sent):
        try:
            new[place] = _changed(GradingGroupRow(0, course_id, "", []), one, students)
        except DomainError as error:
            results[place] = GroupResult(error=error)
    ids = rows.add_many(unit.connection, list(new.values()), unit.now)
    for (place, row), number in zip(new.items(), ids, strict=True):
        results[place] = GroupResult(GradingGroupRow(number, course_id, row.title, row.members))
    return results


def update(unit: Unit, course_id: int, group_id: int, sent: object) -> GradingGroupRow:
    """Change a group; what is not sent stays.

    Raises:
        NotFound: no such section or group.
        Denied: no right to manage its items.
        Invalid: no title, or somebody who is not a student there.
    """
    access = _managed(unit, course_id)
    row = _find(unit, course_id, group_id)
    after = _changed(row, sent, visible_roster(unit, access).users)
    rows.change(unit.connection, after, unit.now)
    return after


def delete(unit: Unit, course_id: int, group_id: int) -> None:
    """Delete a group; items that were assigned to its members stay so.

    Raises:
        NotFound: no such section or group.
        Denied: no right to manage its items.
    """
    _managed(unit, course_id)
    rows.delete(unit.connection, [_find(unit, course_id, group_id).id])


def _managed(unit: Unit, course_id: int) -> CourseAccess:
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    return access


def _find(unit: Unit, course_id: int, group_id: int) -> GradingGroupRow:
    for row in rows.of_course(unit.connection, course_id):
        if row.id == group_id:
            return row
    raise NotFound


def _changed(row: GradingGroupRow, sent: object, students: Collection[int]) -> GradingGroupRow:
    entry = read_entry(sent)
    title, members = read_text(entry, "title"), read_ids(entry, "members")
    title = row.title if title is UNSET else title
    if not title.strip():
        raise Invalid(Fault("title", "can't be blank"))
    if len(title) > TITLE_LIMIT:
        raise Invalid(Fault("title", f"is too long (maximum is {TITLE_LIMIT} characters)"))
    if members is not UNSET and not set(members) <= set(students):
        raise Invalid(Fault("members", "names an enrollment that is not a student's of this section"))
    return GradingGroupRow(row.id, row.course_id, title, row.members if members is UNSET else list(members))
