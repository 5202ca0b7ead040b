"""All grades of one person as Schoology shows them: by section, in it by period (Schoology reference, 5).

Unlike in a section's list, every item that is assigned to the student is there, graded or not. Midterms and finals are not
among the items of a period: they are grades beside the periods, in points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions.access import CourseAccess, account_rights
from gradewire.actions.anonymity import is_anonymised
from gradewire.actions.course_grades import follows, is_in_charge
from gradewire.actions.grade_records import (
    FinalGrade,
    GradeRecord,
    section_finals,
    show_record,
    sight_of,
)
from gradewire.actions.outlines import whole_access_many
from gradewire.actions.rosters import make_roster
from gradewire.actions.schoology_rules import categories, item_facts
from gradewire.actions.scores import Calculator
from gradewire.actions.unit import Unit
from gradewire.core.enrollment_status import ACTIVE, STATES
from gradewire.core.errors import Denied, NotFound
from gradewire.core.grade_records import COURSE, OTHER
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.core.scoring import schoology
from gradewire.store import final_comments, rosters, scores, users
from gradewire.store import grade_records as rows
from gradewire.store.final_comments import FinalCommentRow
from gradewire.store.grade_records import RecordRow
from gradewire.store.rosters import StudentRow
from gradewire.store.rules import AssignmentFacts, CourseRules
from gradewire.store.scores import ScoreRow

LAST = datetime.max.replace(tzinfo=UTC)


class UserFilter(Struct, frozen=True, kw_only=True):
    """Which grades of a person to show."""

    section_id: int | None = None
    period_ids: frozenset[str] | None = None
    """Periods as grade bodies name them: ``p`` and an id, ``other``, ``final`` (``core.grade_records.read_periods``)."""
    since: datetime | None = None
    """Only records changed then or later."""
    include_all: bool = False
    """Also enrolments that are not active."""
    offset: int = 0
    limit: int | None = None
    """How many enrolments on a page; ``None``: all."""


class PeriodRecords(Struct, frozen=True):
    """The records of a period, by due date."""

    period_id: str
    title: str
    records: tuple[GradeRecord, ...]


class SectionOfUser(Struct, frozen=True, kw_only=True):
    """One section of a person."""

    section_id: int
    enrollment_id: int
    periods: tuple[PeriodRecords, ...]
    """Those with records; ``other`` last."""
    finals: tuple[FinalGrade, ...]
    """Midterms and finals, periods with their categories, the course."""
    categories: tuple[tuple[int, str], ...]
    """The categories of the section with their titles."""


class UserGrades(Struct, frozen=True):
    """A page of a person's sections, and how many enrolments there are in all."""

    sections: list[SectionOfUser]
    total: int


class _Material(Struct, frozen=True):
    """What was read of one section for its student."""

    access: CourseAccess
    enrollment: StudentRow
    records: Sequence[RecordRow]
    known: Sequence[ScoreRow]
    said: Sequence[FinalCommentRow]
    staff: bool
    nameless: frozenset[int]


def user_grades(unit: Unit, user_id: int, wanted: UserFilter) -> UserGrades:
    """The grades of a person in the sections where the caller may know them: in charge of grades there, the person, or an
    observer. A constant number of statements, whatever the number of sections.

    Raises:
        NotFound: no such person in the caller's institution.
        Denied: somebody of whom the caller may know no grade at all.
    """
    states = list(STATES.values()) if wanted.include_all else [STATES[ACTIVE]]
    own = not unit.is_system and unit.caller.user_id == user_id
    found = users.by_ids(unit.connection, [user_id])
    if not found or not (unit.is_system or found[0].root_account_id == unit.caller.root_account_id):
        raise NotFound
    everywhere = rosters.of_user(unit.connection, user_id, states=list(STATES.values()))
    access = whole_access_many(unit, {row.course_id for row in everywhere})
    access = {number: one for number, one in access.items() if is_in_charge(one) or follows(one, user_id)}
    if not own and not access and not account_rights(unit, found[0].root_account_id) & {MANAGE_GRADES, VIEW_ALL_GRADES}:
        raise Denied
    shown = [
        row
        for row in _one_each(row for row in everywhere if row.workflow_state in states)
        if row.course_id in access and _sees(access[row.course_id], everywhere, row.course_id)
    ]
    shown = [row for row in shown if wanted.section_id in {None, row.course_id}]
    page = shown[wanted.offset :] if wanted.limit is None else shown[wanted.offset : wanted.offset + wanted.limit]
    material = _read(unit, user_id, page, access)
    return UserGrades([_section(unit, one, wanted) for one in material], len(shown))


def _one_each(found: Iterable[StudentRow]) -> list[StudentRow]:
    """One enrolment for each section, in the order of their ids."""
    by_course: dict[int, list[StudentRow]] = {}
    for row in found:
        by_course.setdefault(row.course_id, []).append(row)
    chosen = [next(iter(make_roster(mine).students.values())) for mine in by_course.values()]
    return sorted(chosen, key=lambda row: row.id)


def _sees(access: CourseAccess, everywhere: Sequence[StudentRow], course_id: int) -> bool:
    """Whether the student is in the sections whose people the caller sees."""
    if not is_in_charge(access) or access.sections is None:
        return True
    return any(row.course_id == course_id and row.course_section_id in access.sections for row in everywhere)


def _read(unit: Unit, user_id: int, page: Sequence[StudentRow], access: Mapping[int, CourseAccess]) -> list[_Material]:
    if not page:
        return []
    ids = [row.course_id for row in page]
    records = rows.of_user(unit.connection, ids, user_id)
    known = scores.rows_of_user(unit.connection, ids, user_id)
    said = final_comments.of_courses(unit.connection, ids, user_ids=[user_id])
    anonymous = [number for number in ids if any(one.anonymous_grading for one in access[number].rules.assignments.values())]
    unposted = scores.anonymous_unposted(unit.connection, *anonymous) if anonymous else frozenset()
    found = []
    for row in page:
        one = access[row.course_id]
        staff = is_in_charge(one)
        items = one.rules.assignments.values() if staff else ()
        nameless = frozenset(each.id for each in items if is_anonymised(each, unposted=each.id in unposted))
        found.append(
            _Material(
                access=one,
                enrollment=row,
                records=records.get(row.course_id, ()),
                known=known.get(row.course_id, ()),
                said=said.get((row.course_id, user_id), ()),
                staff=staff,
                nameless=nameless,
            )
        )
    return found


def _section(unit: Unit, one: _Material, wanted: UserFilter) -> SectionOfUser:
    rules = one.access.rules
    items: list[tuple[AssignmentFacts, RecordRow, GradeRecord]] = []
    for row in one.records:
        assignment = rules.assignments.get(row.assignment_id)
        if assignment is None or assignment.id in one.nameless or assignment.workflow_state != "published":
            continue
        items.append((assignment, row, show_record(rules, assignment, row, one.enrollment.id, staff=one.staff)))
    items.sort(key=lambda item: (item[0].due_at or LAST, item[0].position, item[0].id))
    return SectionOfUser(
        section_id=rules.course.id,
        enrollment_id=one.enrollment.id,
        periods=tuple(_periods(rules, items, wanted)),
        finals=tuple(_finals(unit, one, [(item[0], item[2]) for item in items], wanted)),
        categories=tuple((group.id, group.name) for group in categories(rules)),
    )


def _periods(
    rules: CourseRules, items: Sequence[tuple[AssignmentFacts, RecordRow, GradeRecord]], wanted: UserFilter
) -> Iterable[PeriodRecords]:
    known = {one.id for one in rules.periods}
    placed: dict[str, list[GradeRecord]] = {}
    for assignment, row, record in items:
        if item_facts(rules, assignment).is_final:
            continue
        if wanted.since is not None and (not record.timestamp or record.timestamp < wanted.since.timestamp()):
            continue
        name = f"p{row.grading_period_id}" if row.grading_period_id in known else OTHER
        placed.setdefault(name, []).append(record)
    for name, title in [*((f"p{one.id}", one.title) for one in rules.periods), (OTHER, OTHER)]:
        if name in placed and (wanted.period_ids is None or name in wanted.period_ids):
            yield PeriodRecords(name, title, tuple(placed[name]))


def _finals(
    unit: Unit, one: _Material, items: Sequence[tuple[AssignmentFacts, GradeRecord]], wanted: UserFilter
) -> Iterable[FinalGrade]:
    rules = one.access.rules
    if wanted.period_ids is None:
        for assignment, record in items:
            facts = item_facts(rules, assignment)
            if facts.is_final:
                yield FinalGrade(
                    period_id=f"a{assignment.id}",
                    grade=record.grade,
                    comment=record.comment or "",
                    comment_status=record.comment_status,
                    weight=facts.final_weight or 0.0,
                )
    of_categories = _category_grades(unit, one)
    sight = sight_of(rules, staff=one.staff)
    for final in section_finals(sight, one.enrollment.id, one.known, one.said):
        if final.period_id == OTHER or (wanted.period_ids is not None and final.period_id not in wanted.period_ids):
            continue
        if final.period_id == COURSE:
            yield final
            continue
        grades = of_categories.get(final.period_id, {}) if sight.shows_periods else {}
        yield replace(final, categories=tuple((group.id, grades.get(group.id)) for group in categories(rules)))


def _category_grades(unit: Unit, one: _Material) -> dict[str, dict[int, float | None]]:
    """The grade of each category in each period, which no row holds: from the account of the course's own calculation."""
    rules = one.access.rules
    if not rules.periods or (rules.course.restrict_quantitative_data and not one.staff):
        return {}
    account = Calculator(unit, rules).explain(
        [row.work for row in one.records],
        [row for row in one.known if row.enrollment_id == one.enrollment.id],
        completed=one.enrollment.workflow_state == "completed",
        sees_unposted=one.staff,
    )
    if isinstance(account, schoology.Explanation):
        return {
            f"p{period.period_id}": {each.category_id: each.grade for each in period.categories} for period in account.periods
        }
    wanted = "unposted_current" if one.staff else "current"
    return {
        f"p{run.period_id}": {
            group.group_id: group.percent for seen in run.passes if seen.name == wanted for group in seen.groups
        }
        for run in account.runs
    }
