"""Assignment groups: list, show, make, change, delete. Weights and drop rules take effect at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType, structs

from gradewire.actions import assignments, placement, scores
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.assignment_editing import check_periods_open, remove
from gradewire.actions.assignments import AssignmentView, Wanted
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid, NotFound
from gradewire.core.permissions import MANAGE_ASSIGNMENTS, MANAGE_SIS, READ
from gradewire.store import assignment_groups as rows
from gradewire.store import scores as score_rows
from gradewire.store.assignment_groups import GroupRow

NAME_LIMIT = 255
SCORING = frozenset({"group_weight", "drop_lowest", "drop_highest", "never_drop"})
MOST = 2**31 - 1


class GroupView(Struct, frozen=True):
    """A group, with its assignments where they were asked for."""

    row: GroupRow
    access: CourseAccess
    assignments: Sequence[AssignmentView] | None = None


class DropRules(Struct, frozen=True, kw_only=True):
    """Which work of a student does not count."""

    drop_lowest: int = 0
    drop_highest: int = 0
    never_drop: tuple[int, ...] = ()


class GroupChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are. ``rules`` replaces all rules of the group."""

    name: str | UnsetType = UNSET
    position: int | UnsetType | None = UNSET
    group_weight: float | UnsetType | None = UNSET
    sis_source_id: str | UnsetType | None = UNSET
    rules: DropRules | UnsetType = UNSET


def list_for_course(
    unit: Unit, course_id: int, *, include: Collection[str] = (), offset: int, limit: int
) -> tuple[list[GroupView], int]:
    """A page of the groups of a course in its order, and how many there are in all.

    Raises:
        NotFound: no such course.
        Denied: the caller may not see the course.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    found, total = rows.page(unit.connection, course_id, offset=offset, limit=limit)
    return _views(unit, access, found, include), total


def show(unit: Unit, course_id: int, group_id: int, *, include: Collection[str] = ()) -> GroupView:
    """
    Raises:
        NotFound: no such course or group.
        Denied: the caller may not see the course.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    return _views(unit, access, [_find(unit, course_id, group_id)], include)[0]


def _views(unit: Unit, access: CourseAccess, found: Sequence[GroupRow], include: Collection[str]) -> list[GroupView]:
    if "assignments" not in include:
        return [GroupView(row, access) for row in found]
    wanted = Wanted(groups=[row.id for row in found])
    listed, _ = assignments.list_for_course(
        unit, access.rules.course.id, wanted, include=include, offset=0, limit=len(access.rules.assignments)
    )
    by_group: dict[int, list[AssignmentView]] = {}
    for one in listed:
        by_group.setdefault(one.row.assignment_group_id, []).append(one)
    return [GroupView(row, access, by_group.get(row.id, [])) for row in found]


def create(unit: Unit, course_id: int, changes: GroupChanges) -> GroupView:
    """Make a group, at the end of the course unless a position is given.

    Raises:
        NotFound: no such course.
        Denied: no right to manage assignments.
        Invalid: no name, or rules that cannot be.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    values = _values(access, changes)
    _check({"name": "", **values}, None)
    if values.get("position") is None:
        values["position"] = rows.last_position(unit.connection, course_id) + 1
    number = rows.add(unit.connection, course_id, values, unit.now)
    unit.touch_rules(course_id)
    placement.place(unit, course_id, assignment_ids=())  # the score rows of the group
    scores.recompute(unit, course_id)
    return GroupView(_find(unit, course_id, number), access)


def update(unit: Unit, course_id: int, group_id: int, changes: GroupChanges) -> GroupView:
    """Change a group; scores are computed anew where weight or rules change.

    Raises:
        NotFound: no such course or group.
        Denied: no right to manage assignments.
        Invalid: no name, or rules that cannot be: negative, or dropping more than the group has.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    row = _find(unit, course_id, group_id, lock=True)
    values = _values(access, changes)
    _check(values, len(rows.assignments_of(unit.connection, row.id)))
    if values.get("position", row.position) is None:
        del values["position"]
    before = {**structs.asdict(row), "never_drop": list(row.never_drop)}
    changed = {name: value for name, value in values.items() if value != before[name]}
    if SCORING & changed.keys():
        score_rows.lock(unit.connection, course_id, None)
    if changed:
        rows.change(unit.connection, row.id, changed, unit.now)
        unit.touch_rules(course_id)
    if SCORING & changed.keys():
        scores.recompute(unit, course_id)
    return GroupView(_find(unit, course_id, row.id), access)


def move(unit: Unit, course_id: int, group_id: int, by: int) -> None:
    """Put a group so many places further down in the course, or up where ``by`` is negative, as far as there are places.

    Raises:
        NotFound: no such course or group.
        Denied: no right to manage assignments.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    _find(unit, course_id, group_id, lock=True)
    order = [group.id for group in access.rules.groups]
    place = order.index(group_id) + by
    order.remove(group_id)
    order.insert(max(place, 0), group_id)
    rows.arrange(unit.connection, order)
    unit.touch_rules(course_id)


def delete(unit: Unit, course_id: int, group_id: int, *, move_to: int | None = None) -> GroupView:
    """Delete a group, with its assignments unless they are moved to another one; the group as it was.

    Raises:
        NotFound: no such course or group, or no such target.
        Denied: no right to manage assignments, or some of its work lies in a closed grading period.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    row = _find(unit, course_id, group_id, lock=True)
    score_rows.lock(unit.connection, course_id, None)
    inside = rows.assignments_of(unit.connection, row.id)
    check_periods_open(unit, access, inside)
    if move_to is not None:
        target = _find(unit, course_id, move_to)
        if target.id == row.id:
            raise NotFound
        rows.move_assignments(unit.connection, inside, target.id, unit.now)
    rows.change(unit.connection, row.id, {"workflow_state": "deleted"}, unit.now)
    remove(unit, access, [] if move_to is not None else inside)
    return GroupView(row, access)


def _find(unit: Unit, course_id: int, group_id: int, *, lock: bool = False) -> GroupRow:
    found = rows.find(unit.connection, course_id, group_id, lock=lock)
    if found is None:
        raise NotFound
    return found


def _values(access: CourseAccess, changes: GroupChanges) -> dict[str, Any]:
    """What was sent, by column. A weight that is no number is 0."""
    values: dict[str, Any] = {}
    for name in ("name", "position", "group_weight", "sis_source_id"):
        value = getattr(changes, name)
        if value is not UNSET and (name != "sis_source_id" or access.has(MANAGE_SIS)):
            values[name] = value
    if "group_weight" in values and values["group_weight"] is None:
        values["group_weight"] = 0.0
    if changes.rules is not UNSET:
        values["drop_lowest"] = changes.rules.drop_lowest
        values["drop_highest"] = changes.rules.drop_highest
        values["never_drop"] = list(changes.rules.never_drop)
    return values


def _check(values: dict[str, Any], assignment_count: int | None) -> None:
    faults = list(_faults(values, MOST if assignment_count is None else assignment_count))
    if faults:
        raise Invalid(*faults)


def _faults(values: dict[str, Any], most: int) -> Iterator[Fault]:
    if "name" in values:
        if not values["name"].strip():
            yield Fault("name", "can't be blank")
        elif len(values["name"]) > NAME_LIMIT:
            yield Fault("name", f"is too long (maximum is {NAME_LIMIT} characters)")
    for name in ("drop_lowest", "drop_highest"):
        number = values.get(name, 0)
        if number < 0:
            yield Fault("rules", f"{name} cannot be negative")
        elif number > most:
            yield Fault("rules", f"{name} cannot be larger than the number of assignments in the group")
