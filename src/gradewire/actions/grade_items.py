"""The items of a section: its assignments as Schoology clients know them, discussions and tests among them (reference, 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec import UNSET, Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.assignments import followed, is_visible, organises
from gradewire.actions.rosters import Roster, visible_roster
from gradewire.actions.schoology_rules import item_facts, item_options, named_period
from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound
from gradewire.core.grade_items import NOT_HANDED_IN
from gradewire.core.periods import PeriodDates, find_period
from gradewire.core.permissions import READ
from gradewire.core.schoology_extras import ItemExtras, read_extras
from gradewire.core.scoring.schoology_scales import SCALE_TYPES
from gradewire.store import assignments as rows
from gradewire.store.assignments import AssignmentRow
from gradewire.store.rules import AssignmentFacts, CourseRules
from gradewire.store.submissions import SubmissionRow

LAST = datetime.max.replace(tzinfo=UTC)
UTC_ZONE = "UTC"


class Item(Struct, frozen=True, kw_only=True):
    """An item as its section's members see it."""

    id: int
    section_id: int
    title: str
    description: str
    due_at: datetime | None
    zone: str
    """The time zone of the section, in which Schoology writes times."""
    kind: str
    """``assignment``, ``discussion`` or ``assessment``."""
    scale_id: int
    """0 for none; so with the two below."""
    scale_type: int
    period_id: int
    category_id: int
    max_points: float
    factor: float
    is_final: bool
    final_weight: float | None
    show_comments: bool
    grade_stats: bool
    allow_dropbox: bool
    allow_discussion: bool
    published: bool
    available: bool
    dropbox_locked: bool
    assignees: tuple[int, ...] | None
    """Enrolment ids; ``None`` for everybody. Students are told of none but themselves."""
    grading_group_ids: tuple[int, ...]
    count_in_grade: bool
    collected_only: bool
    auto_publish_grades: bool
    updated_at: datetime


class ItemPage(Struct, frozen=True):
    """A page of items: ordinary ones, then midterms and finals, each of them a page of its own kind."""

    items: list[Item]
    total: int
    more: bool
    """Whether a further page has anything."""


def list_for_section(unit: Unit, course_id: int, *, discussions: bool, offset: int, limit: int) -> ItemPage:
    """A page of the items that the caller may see, by due date; the limit counts for ordinary items and for midterms and finals
    each. A constant number of statements.

    Raises:
        NotFound: no such section.
        Denied: the caller may not see it.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    work = _work(unit, access)
    rules = access.rules
    found = [
        one
        for one in rules.assignments.values()
        if is_visible(access, one, work) and (discussions or item_facts(rules, one).kind != "discussion")
    ]
    found.sort(key=lambda one: (one.due_at or LAST, one.position, one.id))
    ordinary = [one for one in found if not item_facts(rules, one).is_final]
    finals = [one for one in found if item_facts(rules, one).is_final]
    chosen = [*ordinary[offset : offset + limit], *finals[offset : offset + limit]]
    more = offset + limit < max(len(ordinary), len(finals))
    return ItemPage(views(unit, access, chosen), len(found), more)


def show(unit: Unit, course_id: int, item_id: int) -> Item:
    """
    Raises:
        NotFound: no such section or item, or one that is not for the caller.
        Denied: the caller may not see the section.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    assignment = access.assignment(item_id)
    if not is_visible(access, assignment, _work(unit, access)):
        raise NotFound
    return views(unit, access, [assignment])[0]


def list_discussions(unit: Unit, course_id: int, *, offset: int, limit: int) -> tuple[list[Item], int]:
    """A page of the items that are discussions, by due date, and how many there are that the caller may see.

    Raises:
        NotFound: no such section.
        Denied: the caller may not see it.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    work = _work(unit, access)
    rules = access.rules
    found = [
        one
        for one in rules.assignments.values()
        if item_facts(rules, one).kind == "discussion" and is_visible(access, one, work)
    ]
    found.sort(key=lambda one: (one.due_at or LAST, one.position, one.id))
    return views(unit, access, found[offset : offset + limit]), len(found)


def show_discussion(unit: Unit, course_id: int, item_id: int) -> Item:
    """An item that is a discussion; raises what showing any item raises, ``NotFound`` for other items too."""
    item = show(unit, course_id, item_id)
    if item.kind != "discussion":
        raise NotFound
    return item


def zone_of(rules: CourseRules) -> str:
    """The time zone of a section: its own, else that of the nearest account that has one."""
    return next((zone for zone in (rules.course.time_zone, *(one.time_zone for one in rules.accounts)) if zone), UTC_ZONE)


def _work(unit: Unit, access: CourseAccess) -> dict[int, list[SubmissionRow]]:
    """What the followed students have, by assignment; nothing for staff, who see all items anyway."""
    found: dict[int, list[SubmissionRow]] = {}
    students = [] if organises(access) else followed(access)
    if students:
        for row in rows.submissions_of(unit.connection, access.rules.course.id, students):
            found.setdefault(row.assignment_id, []).append(row)
    return found


def views(unit: Unit, access: CourseAccess, chosen: Sequence[AssignmentFacts]) -> list[Item]:
    """Items with what belongs to them, in the given order; a constant number of statements."""
    known = rows.by_ids(unit.connection, [one.id for one in chosen])
    limited = [one.id for one in chosen if one.only_visible_to_overrides]
    students = rows.students_of(unit.connection, limited) if limited else {}
    people = visible_roster(unit, access) if limited else Roster({}, {}, frozenset())
    return [_item(unit, access.rules, one, known[one.id], students, people) for one in chosen]


def _item(
    unit: Unit,
    rules: CourseRules,
    assignment: AssignmentFacts,
    row: AssignmentRow,
    students: Mapping[int, Sequence[int]],
    people: Roster,
) -> Item:
    facts, options = item_facts(rules, assignment), item_options(assignment)
    extras = read_extras(row.schoology, ItemExtras)
    assignees = None
    if assignment.only_visible_to_overrides:
        assigned = students.get(assignment.id, ())
        assignees = tuple(sorted(people.students[user_id].id for user_id in assigned if user_id in people.students))
    return Item(
        id=assignment.id,
        section_id=rules.course.id,
        title=assignment.name,
        description=row.description or "",
        due_at=assignment.due_at,
        zone=zone_of(rules),
        kind=facts.kind,
        scale_id=0 if facts.scale is None else facts.scale.id,
        scale_type=0 if facts.scale is None else SCALE_TYPES[facts.scale.kind],
        period_id=period_of(rules, assignment) or 0,
        category_id=facts.category_id,
        max_points=facts.max_points,
        factor=options.factor,
        is_final=options.is_final,
        final_weight=options.final_weight,
        show_comments=extras.show_comments,
        grade_stats=extras.grade_stats,
        allow_dropbox=has_dropbox(row, extras),
        allow_discussion=extras.allow_discussion,
        published=assignment.workflow_state == "published",
        available=(row.unlock_at is None or row.unlock_at <= unit.now) and (row.lock_at is None or unit.now < row.lock_at),
        dropbox_locked=row.lock_at is not None and row.lock_at <= unit.now,
        assignees=assignees,
        grading_group_ids=extras.grading_group_ids,
        count_in_grade=options.count_in_grade and not assignment.omit_from_final_grade,
        collected_only=options.collected_only,
        auto_publish_grades=not assignment.post_manually,
        updated_at=row.updated_at,
    )


def has_dropbox(row: AssignmentRow, extras: ItemExtras) -> bool:
    """Whether work can be handed in: as was said, else by its submission types."""
    return bool(set(row.submission_types) - NOT_HANDED_IN) if extras.allow_dropbox is None else extras.allow_dropbox


def period_of(rules: CourseRules, assignment: AssignmentFacts) -> int | None:
    """The grading period of an item: the one it names, else that of its own due date."""
    named = named_period(rules, assignment)
    if named is not UNSET:
        return named
    dates = [PeriodDates(one.id, one.start_date, one.end_date, one.close_date) for one in rules.periods]
    found = find_period(dates, assignment.due_at) if dates else None
    return None if found is None else found.id
