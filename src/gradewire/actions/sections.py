"""Sections of a course as its members see them."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound
from gradewire.core.permissions import MANAGE_GRADES, READ, READ_ROSTER, VIEW_ALL_GRADES
from gradewire.store import sections as rows
from gradewire.store import users as user_rows
from gradewire.store.sections import SectionRow
from gradewire.store.users import UserRow


class SectionView(Struct, frozen=True):
    """A section with what was asked to be added."""

    row: SectionRow
    access: CourseAccess
    total_students: int | None = None
    students: list[UserRow] | None = None


def list_for_course(
    unit: Unit, course_id: int, *, include: Collection[str], offset: int, limit: int
) -> tuple[list[SectionView], int]:
    """A page of the sections whose people the caller sees, by id, and how many there are in all.

    Raises:
        NotFound: no such course.
        Denied: no right to see who is in it.
    """
    access = course_access(unit, course_id)
    access.require(READ_ROSTER, MANAGE_GRADES, VIEW_ALL_GRADES)
    found, total = rows.page(unit.connection, course_id, ids=access.sections, offset=offset, limit=limit)
    return _views(unit, access, found, include), total


def show(unit: Unit, section_id: int, *, course_id: int | None = None, include: Collection[str] = ()) -> SectionView:
    """One section, of any course or of this one.

    Raises:
        NotFound: no such section there, or one whose people the caller does not see.
        Denied: the caller may not see the course.
    """
    if not unit.is_system:
        _ = unit.caller
    if course_id is not None:
        course_access(unit, course_id)
    row = rows.find(unit.connection, section_id)
    if row is None or (course_id is not None and row.course_id != course_id):
        raise NotFound
    access = course_access(unit, row.course_id)
    access.require(READ)
    if access.sections is not None and row.id not in access.sections:
        raise NotFound
    return _views(unit, access, [row], include if access.has(READ_ROSTER, VIEW_ALL_GRADES) else ())[0]


def find_course_id(unit: Unit, section_id: int) -> int:
    """The course of a section.

    Raises:
        Unauthenticated: nobody good is asking.
        NotFound: no such section.
    """
    if not unit.is_system:
        _ = unit.caller
    row = rows.find(unit.connection, section_id)
    if row is None:
        raise NotFound
    return row.course_id


def _views(unit: Unit, access: CourseAccess, found: list[SectionRow], include: Collection[str]) -> list[SectionView]:
    members: dict[int, list[int]] = {}
    people: dict[int, UserRow] = {}
    if "total_students" in include or "students" in include:
        members = rows.students_of(unit.connection, [row.id for row in found])
    if "students" in include:
        named = {user_id for ids in members.values() for user_id in ids}
        people = {one.id: one for one in user_rows.by_ids(unit.connection, sorted(named))}
    views = []
    for row in found:
        mine = members.get(row.id, [])
        total = len(mine) if "total_students" in include else None
        students = [people[user_id] for user_id in mine] if "students" in include else None
        views.append(SectionView(row, access, total, students))
    return views
