"""Overrides of several assignments of a course at once: shown, added, changed; all of them or none."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from gradewire.actions import placement, scores
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.assignment_overrides import ATTRIBUTE, OverrideCommand, write_many
from gradewire.actions.assignments import may_edit, organises
from gradewire.actions.override_editing import changing, kept
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound
from gradewire.core.permissions import MANAGE_ASSIGNMENTS
from gradewire.store import assignment_overrides as rows
from gradewire.store import assignments, moderated_students
from gradewire.store import scores as score_rows
from gradewire.store.assignment_overrides import OverrideRow


def show_many(unit: Unit, course_id: int, wanted: Sequence[tuple[int, int]]) -> list[OverrideRow | None]:
    """The overrides named by (assignment, override), in that order; nothing where there is none for students of the caller's.

    Raises:
        NotFound: no such course.
        Denied: neither grading nor managing assignments there.
    """
    access = course_access(unit, course_id)
    if not organises(access):
        raise Denied
    ids = {number for number, _ in wanted} & access.rules.assignments.keys()
    found = {row.id: row for listed in rows.by_assignments(unit.connection, sorted(ids)).values() for row in listed}
    if access.sections is not None:
        named = sorted({user_id for row in found.values() for user_id in row.student_ids})
        seen = moderated_students.visible_students(unit.connection, course_id, sections=access.sections, user_ids=named)
        found = {number: row for number, row in found.items() if _is_seen(row, access.sections, frozenset(seen))}
    return [found[one] if one in found and found[one].assignment_id == number else None for number, one in wanted]


def _is_seen(row: OverrideRow, sections: frozenset[int], students: frozenset[int]) -> bool:
    match row.set_type:
        case "ADHOC":
            return not students.isdisjoint(row.student_ids)
        case "CourseSection":
            return row.course_section_id in sections
        case _:
            return True


def create_many(unit: Unit, course_id: int, new: Sequence[tuple[int, OverrideCommand]]) -> list[OverrideRow]:
    """Add overrides, each to its assignment; they come back in the given order. Constantly many statements.

    Raises:
        NotFound: no such course or assignment.
        Denied: no right to edit one of the assignments.
        Invalid: none at all; or one is for nobody, or for somebody who has one.
    """
    access, there = _editable(unit, course_id, [number for number, _ in new])
    wanted = {number: [kept(row) for row in found] for number, found in there.items()}
    places = []
    for number, command in new:
        places.append((number, len(wanted[number])))
        wanted[number].append(replace(command, id=None))
    after = _write(unit, access, wanted)
    return [after[number][place] for number, place in places]


def update_many(unit: Unit, course_id: int, changed: Sequence[tuple[int, OverrideCommand]]) -> list[OverrideRow]:
    """Change overrides that their commands name; as changing one of them does. Raises what ``create_many`` raises."""
    access, there = _editable(unit, course_id, [number for number, _ in changed])
    commands: dict[int, dict[int, OverrideCommand]] = {}
    for number, command in changed:
        row = next((one for one in there[number] if one.id == command.id), None)
        if row is None:
            raise NotFound
        if row.id in commands.setdefault(number, {}):
            raise Invalid(Fault(ATTRIBUTE, "name an override twice"))
        commands[number][row.id] = changing(row, command)
    wanted = {number: [commands[number].get(row.id) or kept(row) for row in found] for number, found in there.items()}
    after = {row.id: row for found in _write(unit, access, wanted).values() for row in found}
    return [after[command.id or 0] for _, command in changed]


def _editable(unit: Unit, course_id: int, ids: Sequence[int]) -> tuple[CourseAccess, dict[int, list[OverrideRow]]]:
    """The overrides of these assignments, which nobody else changes until the transaction ends."""
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    if not ids:
        raise Invalid(Fault(ATTRIBUTE, "can't be blank", "blank"))
    found = assignments.by_ids(unit.connection, sorted(set(ids)), lock=True)
    for number in ids:
        if number not in found or found[number].course_id != course_id or found[number].workflow_state == "deleted":
            raise NotFound
        if not may_edit(access, found[number]):
            raise Denied
    there = rows.by_assignments(unit.connection, sorted(found))
    return access, {number: there.get(number, []) for number in found}


def _write(unit: Unit, access: CourseAccess, wanted: dict[int, list[OverrideCommand]]) -> dict[int, list[OverrideRow]]:
    course_id = access.rules.course.id
    score_rows.lock(unit.connection, course_id, None)  # from here on no grade is stored that was judged by the old dates
    after = write_many(unit, access, wanted)
    unit.touch_rules(course_id)
    placement.place(unit, course_id, assignment_ids=sorted(wanted))
    scores.recompute(unit, course_id)
    return after
