"""Overrides of an assignment one at a time: list, show, add, change, delete."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from gradewire.actions import assignment_editing, sections
from gradewire.actions.access import course_access
from gradewire.actions.assignment_overrides import OverrideCommand
from gradewire.actions.assignments import organises
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound
from gradewire.core.permissions import MANAGE_ASSIGNMENTS
from gradewire.store import assignment_overrides as rows
from gradewire.store import assignments
from gradewire.store.assignment_overrides import OverrideRow


def list_for_assignment(unit: Unit, course_id: int, assignment_id: int) -> list[OverrideRow]:
    """All overrides of an assignment, by id.

    Raises:
        NotFound: no such course or assignment.
        Denied: neither grading nor managing assignments there.
    """
    access = course_access(unit, course_id)
    if not organises(access):
        raise Denied
    access.assignment(assignment_id)
    return _read(unit, assignment_id)


def show(unit: Unit, course_id: int, assignment_id: int, override_id: int) -> OverrideRow:
    """One of them; raises what listing raises, and ``NotFound`` for an unknown one."""
    return _pick(list_for_assignment(unit, course_id, assignment_id), override_id)


def find_for_section(unit: Unit, section_id: int, assignment_id: int) -> tuple[int, OverrideRow]:
    """The override of an assignment for a section, with the course of both.

    Raises:
        NotFound: no such section whose people the caller sees, no such assignment, or no override for it.
        Denied: neither grading nor managing assignments there.
    """
    course_id = sections.find_course_id(unit, section_id)
    access = course_access(unit, course_id, section_id=section_id)
    if access.sections is not None and section_id not in access.sections:
        raise NotFound
    for row in list_for_assignment(unit, course_id, assignment_id):
        if row.course_section_id == section_id:
            return course_id, row
    raise NotFound


def create(unit: Unit, course_id: int, assignment_id: int, command: OverrideCommand) -> OverrideRow:
    """
    Raises:
        NotFound: no such course or assignment.
        Denied: no right to edit the assignment.
        Invalid: it is for nobody, or for somebody who has one.
    """
    before = _editable(unit, course_id, assignment_id)
    after = _write(unit, course_id, assignment_id, [*map(kept, before), replace(command, id=None)])
    known = {row.id for row in before}
    return next(row for row in after if row.id not in known)


def update(unit: Unit, course_id: int, assignment_id: int, override_id: int, command: OverrideCommand) -> OverrideRow:
    """Change an override. Dates that are not sent are no longer overridden; for whom it is stays unless students are named.

    Raises what creating raises, and ``NotFound`` for an unknown one.
    """
    before = _editable(unit, course_id, assignment_id)
    chosen = _pick(before, override_id)
    changed = changing(chosen, command)
    commands = [changed if row.id == chosen.id else kept(row) for row in before]
    return _pick(_write(unit, course_id, assignment_id, commands), chosen.id)


def delete(unit: Unit, course_id: int, assignment_id: int, override_id: int) -> OverrideRow:
    """Delete an override; the override as it was."""
    before = _editable(unit, course_id, assignment_id)
    chosen = _pick(before, override_id)
    _write(unit, course_id, assignment_id, [kept(row) for row in before if row.id != chosen.id])
    return chosen


def _editable(unit: Unit, course_id: int, assignment_id: int) -> list[OverrideRow]:
    """The overrides, which nobody else changes until the transaction ends."""
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    if assignments.find(unit.connection, course_id, assignment_id, lock=True) is None:
        raise NotFound
    return _read(unit, assignment_id)


def _read(unit: Unit, assignment_id: int) -> list[OverrideRow]:
    return rows.by_assignments(unit.connection, [assignment_id]).get(assignment_id, [])


def _write(unit: Unit, course_id: int, assignment_id: int, commands: Sequence[OverrideCommand]) -> list[OverrideRow]:
    assignment_editing.update(unit, course_id, assignment_id, {}, overrides=commands)
    return _read(unit, assignment_id)


def _pick(found: Sequence[OverrideRow], override_id: int) -> OverrideRow:
    for row in found:
        if row.id == override_id:
            return row
    raise NotFound


def changing(row: OverrideRow, command: OverrideCommand) -> OverrideCommand:
    """The command that changes this override: it stays one for students, or for its section."""
    return replace(
        command, id=row.id, student_ids=command.student_ids if row.set_type == "ADHOC" else None, course_section_id=None
    )


def kept(row: OverrideRow) -> OverrideCommand:
    """The command that leaves an override as it is."""
    return OverrideCommand(
        id=row.id,
        title=row.title,
        due_at=row.due_at if row.due_at_overridden else UNSET,
        unlock_at=row.unlock_at,
        lock_at=row.lock_at,
    )
