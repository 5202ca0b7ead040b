"""Making, changing and deleting items as Schoology clients do (reference, 6). What follows is that of assignments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from gradewire.actions import assignment_editing
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.assignment_overrides import OverrideCommand
from gradewire.actions.grade_items import Item, has_dropbox, views, zone_of
from gradewire.actions.grading_categories import ungraded_group
from gradewire.actions.grading_scales import offered
from gradewire.actions.rosters import Roster, visible_roster
from gradewire.actions.schoology_rules import categories, item_facts, kind_of
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid, NotFound
from gradewire.core.grade_items import DROPBOX, ItemChanges, read_item
from gradewire.core.permissions import MANAGE_ASSIGNMENTS
from gradewire.core.schoology_extras import CategoryExtras, ItemExtras, read_extras, write_extras
from gradewire.store import assignment_overrides as override_rows
from gradewire.store import assignments as rows
from gradewire.store import grading_categories as category_rows
from gradewire.store import grading_groups
from gradewire.store.assignment_overrides import OverrideRow
from gradewire.store.assignments import AssignmentRow

EXTRAS = ("show_comments", "grade_stats", "allow_dropbox", "allow_discussion", "grading_group_ids")
NOTHING_HANDED_IN = ("none",)


class _Attributes(Struct, frozen=True):
    """What an assignment becomes: columns by name, and its overrides where they change."""

    columns: dict[str, Any]
    overrides: Sequence[OverrideCommand] | None


def create(unit: Unit, course_id: int, sent: object) -> Item:
    """Make an item of an entry as it was sent (``core.grade_items.read_item``). Points and scale that are not sent are those
    that its category begins with.

    Raises:
        NotFound: no such section.
        Denied: no right to manage its items.
        Invalid: no title, or what the section does not have.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    changes = _with_defaults(unit, access, read_item(sent, zone_of(access.rules)))
    found = _attributes(unit, access, changes, None)
    made = assignment_editing.create(unit, course_id, found.columns, overrides=found.overrides)
    return _show(unit, access, made.row.id)


def update(unit: Unit, course_id: int, item_id: int, sent: object) -> Item:
    """Change an item; what is not sent stays.

    Raises:
        NotFound: no such section or item.
        Denied: no right to manage its items.
        Invalid: what cannot be.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    changes = read_item(sent, zone_of(access.rules))
    row = rows.find(unit.connection, course_id, item_id, lock=True)
    if row is None:
        raise NotFound
    found = _attributes(unit, access, changes, row)
    assignment_editing.update(unit, course_id, item_id, found.columns, overrides=found.overrides)
    return _show(unit, access, item_id)


def delete(unit: Unit, course_id: int, item_id: int) -> None:
    """Delete an item; its grades go with it.

    Raises:
        NotFound: no such section or item.
        Denied: no right to manage its items, or its work lies in a closed grading period.
    """
    assignment_editing.delete(unit, course_id, item_id)


def _show(unit: Unit, access: CourseAccess, item_id: int) -> Item:
    now = replace(access, rules=unit.rules(access.rules.course.id))
    return views(unit, now, [now.assignment(item_id)])[0]


def _with_defaults(unit: Unit, access: CourseAccess, changes: ItemChanges) -> ItemChanges:
    """A new item with what was not sent."""
    extras = CategoryExtras()
    if changes.category_id is not UNSET and changes.category_id:
        found = category_rows.of_course(unit.connection, access.rules.course.id, ids=[changes.category_id])
        extras = read_extras(found[0].schoology if found else None, CategoryExtras)
    return replace(
        changes,
        title="" if changes.title is UNSET else changes.title,
        category_id=0 if changes.category_id is UNSET else changes.category_id,
        max_points=extras.default_max_points if changes.max_points is UNSET else changes.max_points,
        scale_id=extras.default_grading_scale_id if changes.scale_id is UNSET else changes.scale_id,
        allow_dropbox=True if changes.allow_dropbox is UNSET else changes.allow_dropbox,
        published=True if changes.published is UNSET else changes.published,
        auto_publish_grades=True if changes.auto_publish_grades is UNSET else changes.auto_publish_grades,
    )


def _attributes(unit: Unit, access: CourseAccess, changes: ItemChanges, row: AssignmentRow | None) -> _Attributes:
    """
    Raises:
        Invalid: no title; a scale, period, category, student or group that the section does not have.
    """
    if changes.title is not UNSET and not changes.title.strip():
        raise Invalid(Fault("title", "can't be blank", "blank"))
    plain = {
        "name": changes.title,
        "description": changes.description,
        "due_at": changes.due_at,
        "points_possible": changes.max_points,
        "published": changes.published,
    }
    columns: dict[str, Any] = {name: value for name, value in plain.items() if value is not UNSET}
    if changes.count_in_grade is not UNSET:
        columns["omit_from_final_grade"] = not changes.count_in_grade
    if changes.auto_publish_grades is not UNSET:
        columns["post_manually"] = not changes.auto_publish_grades
    if changes.category_id is not UNSET:
        columns["assignment_group_id"] = _group(unit, access, changes.category_id)
    if changes.scale_id is not UNSET:
        columns |= _scale(unit, access, changes.scale_id, row)
    columns["calculation_options"] = _options(access, changes, row)
    extras = _extras(changes, row)
    overrides: Sequence[OverrideCommand] | None = None
    if changes.assignees is not UNSET or changes.grading_group_ids is not UNSET:
        students = _students(unit, access, changes, extras)
        columns["only_visible_to_overrides"] = bool(students)
        overrides = _overrides(unit, row, students)
    columns["schoology"] = write_extras(extras)
    types = _submission_types(changes, row, extras)
    if types is not None:
        columns["submission_types"] = types
    return _Attributes(columns, overrides)


def _group(unit: Unit, access: CourseAccess, category_id: int) -> int:
    if not category_id:
        number = ungraded_group(unit, access)
        if all(group.id != number for group in access.rules.groups):
            unit.touch_rules(access.rules.course.id)  # it was made just now
        return number
    if all(group.id != category_id for group in categories(access.rules)):
        raise Invalid(Fault("grading_category", "is not a grading category of this section"))
    return category_id


def _scale(unit: Unit, access: CourseAccess, scale_id: int, row: AssignmentRow | None) -> dict[str, Any]:
    """The columns that say by what an item is graded."""
    if not scale_id:
        letters = row is not None and item_facts(access.rules, access.rules.assignments[row.id]).scale is not None
        kind = "points" if row is None or letters else row.grading_type
        return {"grading_standard_id": None, "grading_type": kind}
    for scale in offered(unit, access):
        if scale.id == scale_id:
            return {"grading_standard_id": scale_id, "grading_type": "points" if scale.kind == "points" else "letter_grade"}
    raise Invalid(Fault("grading_scale", "is not a grading scale of this section"))


def _options(access: CourseAccess, changes: ItemChanges, row: AssignmentRow | None) -> dict[str, Any] | None:
    options = dict(row.calculation_options or {}) if row is not None else {}
    if changes.factor is not UNSET:
        options["factor"] = changes.factor
    if changes.is_final is not UNSET:
        options["is_final"] = changes.is_final
    if changes.collected_only is not UNSET:
        options["collected_only"] = changes.collected_only
    if changes.count_in_grade is not UNSET:
        options.pop("count_in_grade", None)  # said by omit_from_final_grade
    if changes.period_id is not UNSET:
        if changes.period_id and all(period.id != changes.period_id for period in access.rules.periods):
            raise Invalid(Fault("grading_period", "is not a grading period of this section"))
        options["grading_period"] = changes.period_id or None
    return options or None


def _extras(changes: ItemChanges, row: AssignmentRow | None) -> ItemExtras:
    extras = read_extras(row.schoology if row is not None else None, ItemExtras)
    said = {name: value for name in EXTRAS if (value := getattr(changes, name)) is not UNSET}
    return replace(extras, **said) if said else extras


def _submission_types(changes: ItemChanges, row: AssignmentRow | None, extras: ItemExtras) -> tuple[str, ...] | None:
    """How work is handed in, where that changes with the dropbox; discussions and tests stay what they are."""
    if changes.allow_dropbox is UNSET:
        return None
    if row is None:
        return DROPBOX if changes.allow_dropbox else NOTHING_HANDED_IN
    before = has_dropbox(row, replace(extras, allow_dropbox=None))
    if before == changes.allow_dropbox or kind_of(row.submission_types) != "assignment":
        return None
    return DROPBOX if changes.allow_dropbox else NOTHING_HANDED_IN


def _students(unit: Unit, access: CourseAccess, changes: ItemChanges, extras: ItemExtras) -> list[int]:
    """The students whom the enrolments and groups that were sent name, by user; nobody stands for everybody."""
    people: Roster = visible_roster(unit, access)
    named = () if changes.assignees is UNSET else changes.assignees
    if not set(named) <= set(people.users):
        raise Invalid(Fault("assignees", "names an enrollment that is not a student's of this section"))
    wanted = {people.users[number] for number in named}
    if extras.grading_group_ids:
        groups: Mapping[int, Sequence[int]] = {
            group.id: group.members for group in grading_groups.of_course(unit.connection, access.rules.course.id)
        }
        if not set(extras.grading_group_ids) <= set(groups):
            raise Invalid(Fault("grading_group_ids", "names a grading group that is not of this section"))
        for number in extras.grading_group_ids:
            wanted |= {people.users[member] for member in groups[number] if member in people.users}
    return sorted(wanted)


def _overrides(unit: Unit, row: AssignmentRow | None, students: Sequence[int]) -> list[OverrideCommand]:
    """The overrides of an item for these students alone, or for everybody. Other dates of students by name stay theirs while
    they are one group, those of sections only where the item is for everybody."""
    there: Sequence[OverrideRow] = ()
    if row is not None:
        there = override_rows.by_assignments(unit.connection, [row.id]).get(row.id, ())
    if not students:
        return [_kept(one) for one in there if one.set_type != "ADHOC"]
    known = [one for one in there if one.set_type == "ADHOC"]
    if len(known) == 1:
        return [replace(_kept(known[0]), student_ids=tuple(students), title=None)]
    return [OverrideCommand(student_ids=tuple(students))]


def _kept(row: OverrideRow) -> OverrideCommand:
    return OverrideCommand(
        id=row.id,
        title=row.title,
        due_at=row.due_at if row.due_at_overridden else UNSET,
        unlock_at=row.unlock_at,
        lock_at=row.lock_at,
    )
