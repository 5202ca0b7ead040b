"""The grading categories of a section: its assignment groups, as Schoology clients know them (Schoology reference, 7).

Items without a category are in a group of their own, which is made when first needed, never counts and is no category.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from gradewire.actions import placement, scores
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.assignment_editing import check_periods_open
from gradewire.actions.grading_scales import offered
from gradewire.actions.schoology_rules import is_ungraded
from gradewire.actions.unit import Unit
from gradewire.core.errors import DomainError, Fault, Invalid, NotFound
from gradewire.core.grading_categories import CategoryChanges, read_category
from gradewire.core.permissions import MANAGE_ASSIGNMENTS, READ
from gradewire.core.requests import read_entry, read_id
from gradewire.core.schoology_extras import CategoryExtras, read_extras, write_extras
from gradewire.core.scoring.schoology_course import DEFAULT_WEIGHT, Calculation
from gradewire.core.scoring.schoology_options import CategoryOptions, read_options
from gradewire.store import assignment_groups
from gradewire.store import grading_categories as rows
from gradewire.store import scores as score_rows
from gradewire.store.grading_categories import CategoryRow

TITLE_LIMIT = 255
UNGRADED = "Ungraded"
LAST = 1_000_000
"""The position of the group of items without a category, behind all others."""


class Category(Struct, frozen=True, kw_only=True):
    """A grading category."""

    id: int
    section_id: int
    title: str
    delta: int
    """Its place, from 0."""
    calculation: Calculation
    weight: float
    drop_lowest: int
    default_max_points: float
    default_grading_scale_id: int


class CategoryResult(Struct, frozen=True):
    """What became of one entry: the category, or why there is none."""

    category: Category | None = None
    error: DomainError | None = None


def list_for_section(unit: Unit, course_id: int) -> list[Category]:
    """The categories of a section in its order.

    Raises:
        NotFound: no such section.
        Denied: the caller may not see it.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    return [_category(row) for row in _graded(rows.of_course(unit.connection, course_id))]


def show(unit: Unit, course_id: int, category_id: int) -> Category:
    """One of them; raises what listing raises, and ``NotFound`` for an unknown one."""
    for category in list_for_section(unit, course_id):
        if category.id == category_id:
            return category
    raise NotFound


def create_many(unit: Unit, course_id: int, sent: Sequence[object]) -> list[CategoryResult]:
    """Make categories of entries as they were sent (``core.grading_categories.read_category``), one result for each in their
    order. New ones come last. A constant number of statements.

    Raises:
        NotFound: no such section.
        Denied: no right to manage its items.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    there = _graded(rows.of_course(unit.connection, course_id))
    scales = {scale.id for scale in offered(unit, access)}
    last = max((row.position for row in there), default=0)
    results: list[CategoryResult] = [CategoryResult()] * len(sent)
    new: dict[int, CategoryRow] = {}
    for place, one in enumerate(sent):
        blank = CategoryRow(
            id=0,
            course_id=course_id,
            name="",
            position=last + len(new) + 1,
            group_weight=DEFAULT_WEIGHT,
            drop_lowest=0,
            calculation_options=None,
            schoology=None,
        )
        try:
            new[place] = _changed(scales, blank, read_category(one))
        except DomainError as error:
            results[place] = CategoryResult(error=error)
    ids = rows.add_many(unit.connection, list(new.values()), unit.now)
    for (place, row), number in zip(new.items(), ids, strict=True):
        results[place] = CategoryResult(_category(replace(row, id=number)))
    if new:
        _settle(unit, course_id)
    return results


def update(unit: Unit, course_id: int, category_id: int, sent: object) -> Category:
    """Change a category; what is not sent stays.

    Raises:
        NotFound: no such section or category.
        Denied: no right to manage its items.
        Invalid: what cannot be.
    """
    (result,) = _update(unit, course_id, [(category_id, sent)])
    if result.error is not None:
        raise result.error
    assert result.category is not None
    return result.category


def update_many(unit: Unit, course_id: int, sent: Sequence[object]) -> list[CategoryResult]:
    """Change categories by entries that name them by ``id``, one result for each in their order. Of several for one category
    all count, in their order. A constant number of statements.

    Raises:
        NotFound: no such section.
        Denied: no right to manage its items.
    """
    named: list[tuple[int | DomainError, object]] = []
    for one in sent:
        try:
            named.append((read_id(read_entry(one), "id"), one))
        except DomainError as error:
            named.append((error, one))
    return _update(unit, course_id, named)


def delete(unit: Unit, course_id: int, category_id: int) -> None:
    """Delete a category; its items stay and have none from now on, so they no longer count.

    Raises:
        NotFound: no such section or category.
        Denied: no right to manage its items, or some of their work lies in a closed grading period.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    if all(row.id != category_id for row in _graded(rows.of_course(unit.connection, course_id))):
        raise NotFound
    score_rows.lock(unit.connection, course_id, None)
    inside = assignment_groups.assignments_of(unit.connection, category_id)
    check_periods_open(unit, access, inside)
    if inside:
        assignment_groups.move_assignments(unit.connection, inside, ungraded_group(unit, access), unit.now)
    assignment_groups.change(unit.connection, category_id, {"workflow_state": "deleted"}, unit.now)
    _settle(unit, course_id)


def ungraded_group(unit: Unit, access: CourseAccess) -> int:
    """The group of items without a category, made if there is none. The caller touches the rules and places students."""
    for group in access.rules.groups:
        if is_ungraded(group):
            return group.id
    row = CategoryRow(
        id=0,
        course_id=access.rules.course.id,
        name=UNGRADED,
        position=LAST,
        group_weight=0.0,
        drop_lowest=0,
        calculation_options={"ungraded": True},
        schoology=None,
    )
    (number,) = rows.add_many(unit.connection, [row], unit.now)
    return number


def _update(unit: Unit, course_id: int, named: Sequence[tuple[int | DomainError, object]]) -> list[CategoryResult]:
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    score_rows.lock(unit.connection, course_id, None)
    known = {row.id: row for row in _graded(rows.of_course(unit.connection, course_id))}
    before = dict(known)
    scales = {scale.id for scale in offered(unit, access)}
    results = []
    for name, one in named:
        try:
            if isinstance(name, DomainError):
                raise name
            if name not in known:
                raise NotFound
            known[name] = _changed(scales, known[name], read_category(one))
            results.append(CategoryResult(_category(known[name])))
        except DomainError as error:
            results.append(CategoryResult(error=error))
    changed = [row for number, row in known.items() if row != before[number]]
    if changed:
        rows.change_many(unit.connection, changed, unit.now)
        _settle(unit, course_id)
    return results


def _settle(unit: Unit, course_id: int) -> None:
    unit.touch_rules(course_id)
    placement.place(unit, course_id, assignment_ids=())  # the score rows of the groups
    scores.recompute(unit, course_id)


def _graded(found: Sequence[CategoryRow]) -> list[CategoryRow]:
    return [row for row in found if not _options(row).ungraded]


def _options(row: CategoryRow) -> CategoryOptions:
    return read_options(row.calculation_options, CategoryOptions, f"assignment group {row.id}")


def _changed(scales: Collection[int], row: CategoryRow, changes: CategoryChanges) -> CategoryRow:
    """
    Raises:
        Invalid: no title, or a scale that the section does not have.
    """
    title = row.name if changes.title is UNSET else changes.title
    if not title.strip():
        raise Invalid(Fault("title", "can't be blank"))
    if len(title) > TITLE_LIMIT:
        raise Invalid(Fault("title", f"is too long (maximum is {TITLE_LIMIT} characters)"))
    scale = changes.default_grading_scale_id
    if scale is not UNSET and scale and scale not in scales:
        raise Invalid(Fault("default_grading_scale_id", "is not a grading scale of this section"))
    extras = read_extras(row.schoology, CategoryExtras)
    extras = replace(
        extras,
        default_max_points=_new(changes.default_max_points, extras.default_max_points),
        default_grading_scale_id=_new(scale, extras.default_grading_scale_id),
    )
    options = dict(row.calculation_options or {})
    if changes.calculation is not UNSET:
        options["calculation"] = changes.calculation
    return replace(
        row,
        name=title,
        position=row.position if changes.position is UNSET else changes.position + 1,
        group_weight=_new(changes.weight, row.group_weight),
        drop_lowest=_new(changes.drop_lowest, row.drop_lowest),
        calculation_options=options or None,
        schoology=write_extras(extras),
    )


def _new(value: Any, old: Any) -> Any:
    return old if value is UNSET else value


def _category(row: CategoryRow) -> Category:
    extras = read_extras(row.schoology, CategoryExtras)
    return Category(
        id=row.id,
        section_id=row.course_id,
        title=row.name,
        delta=row.position - 1,
        calculation=_options(row).calculation,
        weight=row.group_weight,
        drop_lowest=row.drop_lowest,
        default_max_points=extras.default_max_points,
        default_grading_scale_id=extras.default_grading_scale_id,
    )
