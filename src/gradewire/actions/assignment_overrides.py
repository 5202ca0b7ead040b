"""Other dates of an assignment for some of its students: a section, or students by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from gradewire.actions.access import CourseAccess
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid
from gradewire.core.permissions import STUDENTS
from gradewire.store import assignment_overrides as rows
from gradewire.store import people, sections
from gradewire.store.assignment_overrides import Change, OverrideRow

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
    whole_course: bool = False
    """For everybody: institution files make such ones, and the others are changed without losing them."""


def write_overrides(unit: Unit, access: CourseAccess, assignment_id: int, wanted: Sequence[OverrideCommand]) -> None:
    """Make these the overrides of an assignment: new ones are added, named ones changed, and the others deleted.

    The caller places students and computes scores afterwards.

    Raises:
        Invalid: a section or student that is not of the course, nobody at all, or somebody twice.
    """
    write_many(unit, access, {assignment_id: wanted})


def write_many(
    unit: Unit, access: CourseAccess, wanted: Mapping[int, Sequence[OverrideCommand]]
) -> dict[int, list[OverrideRow]]:
    """The same for several assignments of a course, by assignment; their overrides afterwards, in the order of the commands.

    Constantly many statements. Nothing is written unless everything can be.
    """
    there = rows.by_assignments(unit.connection, sorted(wanted))
    known = {number: {row.id: row for row in there.get(number, ())} for number in wanted}
    settled = {number: [_settled(one, known[number]) for one in commands] for number, commands in wanted.items()}
    titles = _check(unit, access, settled)
    kept = {one.id for commands in settled.values() for one in commands}
    rows.delete(unit.connection, [row.id for found in there.values() for row in found if row.id not in kept], unit.now)
    flat = [
        (number, one, Change(_columns(one, titles), one.student_ids or ())) for number in settled for one in settled[number]
    ]
    rows.change_many(unit.connection, [(one.id, change) for _, one, change in flat if one.id is not None], unit.now)
    made = iter(rows.add_many(unit.connection, [(number, change) for number, one, change in flat if one.id is None], unit.now))
    order = {number: [one.id or next(made) for one in commands] for number, commands in settled.items()}
    after = {row.id: row for found in rows.by_assignments(unit.connection, sorted(wanted)).values() for row in found}
    return {number: [after[one] for one in ids] for number, ids in order.items()}


def _settled(one: OverrideCommand, there: Mapping[int, OverrideRow]) -> OverrideCommand:
    """The command with whom it is for, where it names an override that is there and leaves that out."""
    if one.id is None:
        return one
    known = there.get(one.id)
    if known is None:
        raise Invalid(Fault(ATTRIBUTE, "names an override that does not exist"))
    if known.set_type == "Course":
        return replace(one, student_ids=None, course_section_id=None, title=one.title or known.title, whole_course=True)
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


def _check(unit: Unit, access: CourseAccess, wanted: Mapping[int, Sequence[OverrideCommand]]) -> dict[int, str]:
    """Refuse what cannot be; the names of the sections of the course."""
    course_id = access.rules.course.id
    named = {user_id for commands in wanted.values() for one in commands for user_id in one.student_ids or ()}
    members = people.enrollments_of(unit.connection, course_id, sorted(named))
    students = {row.user_id for row in members if row.type in STUDENTS and row.workflow_state != "rejected"}
    found, _ = sections.page(unit.connection, course_id, ids=None, offset=0, limit=10_000)
    titles = {section.id: section.name for section in found}
    for commands in wanted.values():
        _check_one(commands, students, titles)
    return titles


def _check_one(wanted: Sequence[OverrideCommand], students: Collection[int], titles: Mapping[int, str]) -> None:
    """Refuse what the overrides of one assignment cannot be."""
    named = [user_id for one in wanted for user_id in one.student_ids or ()]
    chosen = [one.course_section_id for one in wanted if one.course_section_id is not None]
    changed = [one.id for one in wanted if one.id is not None]
    for wrong, text in (
        (any(_count_audiences(one) != 1 for one in wanted), "need students or a section"),
        (any(one.student_ids is not None and not one.student_ids for one in wanted), "need at least one student"),
        (not set(named) <= set(students), "name somebody who is not a student of the course"),
        (not titles.keys() >= set(chosen), "name a section that is not of the course"),
        (len(set(named)) < len(named), "name a student twice"),
        (len(set(chosen)) < len(chosen), "name a section twice"),
        (len(set(changed)) < len(changed), "name an override twice"),
    ):
        if wrong:
            raise Invalid(Fault(ATTRIBUTE, text))


def _count_audiences(one: OverrideCommand) -> int:
    return (one.student_ids is not None) + (one.course_section_id is not None) + one.whole_course


def _columns(one: OverrideCommand, titles: Mapping[int, str]) -> dict[str, Any]:
    by_section = one.course_section_id is not None
    count = len(one.student_ids or ())
    return {
        "set_type": "CourseSection" if by_section else "Course" if one.whole_course else "ADHOC",
        "course_section_id": one.course_section_id,
        "title": titles[one.course_section_id or 0]
        if by_section
        else one.title or f"{count} student{'s' if count != 1 else ''}",
        "due_at_overridden": one.due_at is not UNSET,
        "due_at": None if one.due_at is UNSET else one.due_at,
        "unlock_at": None if one.unlock_at is UNSET else one.unlock_at,
        "lock_at": None if one.lock_at is UNSET else one.lock_at,
    }
