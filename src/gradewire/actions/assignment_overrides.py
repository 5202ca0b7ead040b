"""Other dates of an assignment for some of its students: a section, or students by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.access import CourseAccess
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid
from gradewire.core.permissions import STUDENTS
from gradewire.store import assignment_overrides as rows
from gradewire.store import people, sections
from gradewire.store.assignment_overrides import OverrideRow

ATTRIBUTE = "assignment_overrides"


class OverrideCommand(Struct, frozen=True, kw_only=True):
    """One override as it shall be. With the id of one that is there it changes that one; dates not sent are not overridden."""

    id: int | None = None
    student_ids: tuple[int, ...] | None = None
    course_section_id: int | None = None
    title: str | None = None
    due_at: datetime | UnsetType | None = UNSET
    unlock_at: datetime | UnsetType | None = UNSET
    lock_at: datetime | UnsetType | None = UNSET


def write_overrides(unit: Unit, access: CourseAccess, assignment_id: int, wanted: Sequence[OverrideCommand]) -> None:
    """Make these the overrides of an assignment: new ones are added, named ones changed, and the others deleted.

    The caller places students and computes scores afterwards.

    Raises:
        Invalid: a section or student that is not of the course, nobody at all, or somebody twice.
    """
    there = {row.id: row for row in rows.by_assignments(unit.connection, [assignment_id]).get(assignment_id, ())}
    settled = [_settled(one, there) for one in wanted]
    titles = _check(unit, access, settled)
    rows.delete(unit.connection, [number for number in there if number not in {one.id for one in settled}], unit.now)
    for one in settled:
        values = _columns(one, titles)
        students = one.student_ids or ()
        if one.id is not None:
            rows.change(unit.connection, one.id, values, students, unit.now)
        else:
            rows.add(unit.connection, assignment_id, values, students, unit.now)


def _settled(one: OverrideCommand, there: Mapping[int, OverrideRow]) -> OverrideCommand:
    """The command with whom it is for, where it names an override that is there and leaves that out."""
    if one.id is None:
        return one
    known = there.get(one.id)
    if known is None:
        raise Invalid(Fault(ATTRIBUTE, "names an override that does not exist"))
    if one.student_ids is not None or one.course_section_id is not None:
        return one
    return OverrideCommand(
        id=one.id,
        student_ids=known.student_ids if known.set_type == "ADHOC" else None,
        course_section_id=known.course_section_id,
        title=one.title or known.title,
        due_at=one.due_at,
        unlock_at=one.unlock_at,
        lock_at=one.lock_at,
    )


def _check(unit: Unit, access: CourseAccess, wanted: Sequence[OverrideCommand]) -> dict[int, str]:
    """Refuse what cannot be; the names of the sections that overrides are for."""
    course_id = access.rules.course.id
    named = [user_id for one in wanted for user_id in one.student_ids or ()]
    members = people.enrollments_of(unit.connection, course_id, sorted(set(named)))
    students = {row.user_id for row in members if row.type in STUDENTS and row.workflow_state != "rejected"}
    found, _ = sections.page(unit.connection, course_id, ids=None, offset=0, limit=10_000)
    titles = {section.id: section.name for section in found}
    chosen = [one.course_section_id for one in wanted if one.course_section_id is not None]
    for wrong, text in (
        (any((one.student_ids is None) == (one.course_section_id is None) for one in wanted), "need students or a section"),
        (any(one.student_ids is not None and not one.student_ids for one in wanted), "need at least one student"),
        (not students.issuperset(named), "name somebody who is not a student of the course"),
        (not titles.keys() >= set(chosen), "name a section that is not of the course"),
        (len(set(named)) < len(named), "name a student twice"),
        (len(set(chosen)) < len(chosen), "name a section twice"),
    ):
        if wrong:
            raise Invalid(Fault(ATTRIBUTE, text))
    return titles


def _columns(one: OverrideCommand, titles: Mapping[int, str]) -> dict[str, Any]:
    by_section = one.course_section_id is not None
    count = len(one.student_ids or ())
    return {
        "set_type": "CourseSection" if by_section else "ADHOC",
        "course_section_id": one.course_section_id,
        "title": titles[one.course_section_id or 0]
        if by_section
        else one.title or f"{count} student{'s' if count != 1 else ''}",
        "due_at_overridden": one.due_at is not UNSET,
        "due_at": None if one.due_at is UNSET else one.due_at,
        "unlock_at": None if one.unlock_at is UNSET else one.unlock_at,
        "lock_at": None if one.lock_at is UNSET else one.lock_at,
    }
