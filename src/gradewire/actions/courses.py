"""Courses: the caller's own, those of an account, one of them; and what of a course grading reads, changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions import course_grades, scores
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.accounts import account_access
from gradewire.actions.course_grades import CourseGrades
from gradewire.actions.outlines import access_many
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid
from gradewire.core.periods import PeriodDates, find_period
from gradewire.core.permissions import (
    MANAGE_ACCOUNT,
    MANAGE_COURSE,
    MANAGE_COURSES_ADMIN,
    MANAGE_GRADES,
    READ,
    READ_ROSTER,
    SET_GRADING_SCHEME,
    STUDENTS,
    VIEW_ALL_GRADES,
)
from gradewire.store import courses as rows
from gradewire.store import enrollments, grading_standards
from gradewire.store import scores as score_rows
from gradewire.store.courses import CourseRow, TermRow
from gradewire.store.enrollments import Filter, MemberRow
from gradewire.store.rules import PeriodFacts

STAFF_TYPES = ("TeacherEnrollment", "TaEnrollment", "DesignerEnrollment")
CURRENT = ("active", "invited", "creation_pending")
NAME_LIMIT = 255
CALCULATIONS = ("canvas", "schoology")
TEXTS = ("name", "course_code")
FLAGS = ("hide_final_grades", "allow_final_grade_override", "restrict_quantitative_data", "post_manually")
TRANSITIONS = {"offer": "available", "claim": "unpublished", "conclude": "completed"}


class PeriodGrades(Struct, frozen=True):
    """The grading period that runs now, and the student's scores in it."""

    has_periods: bool
    shows_all: bool
    period: PeriodFacts | None
    grades: CourseGrades | None


class OwnEnrollment(Struct, frozen=True):
    """What the caller is in a course, with the caller's own scores where they were asked for."""

    row: MemberRow
    grades: CourseGrades | None = None
    period: PeriodGrades | None = None


class CourseView(Struct, frozen=True, kw_only=True):
    """A course with what this caller may see of it, and what was asked to be added."""

    row: CourseRow
    access: CourseAccess
    enrollments: Sequence[OwnEnrollment] = ()
    term: TermRow | None = None
    total_students: int | None = None


class CourseChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    name: str | UnsetType | None = UNSET
    course_code: str | UnsetType | None = UNSET
    apply_assignment_group_weights: bool | UnsetType = UNSET
    grading_standard_id: int | UnsetType | None = UNSET
    hide_final_grades: bool | UnsetType = UNSET
    allow_final_grade_override: bool | UnsetType = UNSET
    restrict_quantitative_data: bool | UnsetType = UNSET
    post_manually: bool | UnsetType = UNSET
    calculation: str | UnsetType | None = UNSET
    event: str | UnsetType | None = UNSET


class OwnCourses(Struct, frozen=True, kw_only=True):
    """Which of the caller's courses to list."""

    enrollment_states: Collection[str] = CURRENT
    types: Collection[str] | None = None
    roles: Collection[str] | None = None
    states: Collection[str] = ("available", "unpublished")


class AccountCourses(Struct, frozen=True, kw_only=True):
    """Which courses of an account to list."""

    states: Collection[str] = ("unpublished", "available", "completed")
    search_term: str | None = None
    term_id: int | None = None
    with_enrollments: bool | None = None


def list_own(
    unit: Unit, wanted: OwnCourses, *, include: Collection[str], offset: int, limit: int
) -> tuple[list[CourseView], int]:
    """A page of the courses in which the caller is something, by id, and how many there are in all."""
    found, total = rows.page_of_user(
        unit.connection,
        unit.caller.user_id,
        enrollment_states=wanted.enrollment_states,
        types=wanted.types,
        roles=wanted.roles,
        course_states=wanted.states,
        staff_types=STAFF_TYPES,
        offset=offset,
        limit=limit,
    )
    return _views(unit, found, include, states=wanted.enrollment_states), total


def list_for_account(
    unit: Unit, account_id: int, wanted: AccountCourses, *, include: Collection[str], offset: int, limit: int
) -> tuple[list[CourseView], int]:
    """A page of the courses of an account and of all below it, for those who hold a role there.

    Raises:
        NotFound: no such account.
        Denied: no right to see its courses; having taught in one is not enough.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_COURSES_ADMIN, MANAGE_ACCOUNT, READ_ROSTER, MANAGE_GRADES, VIEW_ALL_GRADES)
    found, total = rows.page_of_account(
        unit.connection,
        account_id,
        states=wanted.states,
        search_term=wanted.search_term,
        term_id=wanted.term_id,
        with_enrollments=wanted.with_enrollments,
        offset=offset,
        limit=limit,
    )
    return _views(unit, found, include), total


def show(unit: Unit, course_id: int, *, include: Collection[str]) -> CourseView:
    """
    Raises:
        NotFound: no such course.
        Denied: the caller is nothing in it.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    return _show(unit, course_id, include)


def _show(unit: Unit, course_id: int, include: Collection[str] = ()) -> CourseView:
    row = rows.find(unit.connection, course_id)
    assert row is not None
    return _views(unit, [row], include)[0]


def _views(
    unit: Unit, found: list[CourseRow], include: Collection[str], *, states: Collection[str] = (*CURRENT, "completed")
) -> list[CourseView]:
    ids = [row.id for row in found]
    access = access_many(unit, ids)
    mine: dict[int, list[MemberRow]] = {}
    if not unit.is_system:
        wanted = Filter(user_ids=[unit.caller.user_id], states=states)
        for row in enrollments.find(unit.connection, wanted):
            mine.setdefault(row.course_id, []).append(row)
    terms: dict[int, TermRow] = {}
    if "term" in include:
        terms = rows.terms(unit.connection, {row.enrollment_term_id for row in found if row.enrollment_term_id})
    counts: dict[int, int] = {}
    if "total_students" in include:
        counts = rows.count_students(unit.connection, ids)
    own = _own_grades(unit, access, [one for course_id in ids for one in mine.get(course_id, ())], include)
    return [
        CourseView(
            row=row,
            access=access[row.id],
            enrollments=[own[one.id] for one in mine.get(row.id, ())],
            term=terms.get(row.enrollment_term_id or 0),
            total_students=counts.get(row.id, 0) if "total_students" in include else None,
        )
        for row in found
        if row.id in access
    ]


def _own_grades(
    unit: Unit, access: dict[int, CourseAccess], mine: list[MemberRow], include: Collection[str]
) -> dict[int, OwnEnrollment]:
    """The caller's enrolments, those as a student with their scores where asked for."""
    students = [row for row in mine if row.type in STUDENTS and row.course_id in access]
    plain = {row.id: OwnEnrollment(row) for row in mine}
    if "total_scores" not in include or not students:
        return plain
    ids = [row.id for row in students]
    totals = enrollments.scores_of(unit.connection, ids, grading_period_id=None)
    shows_all: frozenset[int] = frozenset()
    current: dict[int, PeriodFacts] = {}
    of_periods: dict[tuple[int, int], enrollments.CourseScoreRow] = {}
    with_periods = "current_grading_period_scores" in include
    if with_periods:
        shows_all = rows.shows_all_periods(unit.connection, [row.course_id for row in students])
        current = {row.course_id: period for row in students if (period := _running(unit, access[row.course_id]))}
        of_periods = enrollments.scores_in_periods(unit.connection, ids, {period.id for period in current.values()})
    for row in students:
        seen = access[row.course_id]
        grades = course_grades.view(seen, row.user_id, totals.get(row.id))
        about_period = None
        if with_periods:
            period = current.get(row.course_id)
            scores_now = None
            if period is not None:
                scores_now = course_grades.view(seen, row.user_id, of_periods.get((row.id, period.id)))
            has_periods = bool(seen.rules.periods)
            about_period = PeriodGrades(has_periods, row.course_id in shows_all, period, scores_now)
        plain[row.id] = OwnEnrollment(row, grades, about_period)
    return plain


def _running(unit: Unit, access: CourseAccess) -> PeriodFacts | None:
    """The grading period that runs now."""
    periods = access.rules.periods
    now = find_period([PeriodDates(one.id, one.start_date, one.end_date) for one in periods], unit.now)
    return next((one for one in periods if now is not None and one.id == now.id), None)


def update(unit: Unit, course_id: int, changes: CourseChanges) -> CourseView:
    """Change what grading reads of a course. Its scores are computed anew where that may change them.

    Raises:
        NotFound: no such course.
        Denied: no right to change the course, or to choose its grading standard.
        Invalid: a value that cannot be.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_COURSE)
    values = _values(unit, access, changes)
    rescores = values.keys() & {"group_weighting_scheme", "calculation", "workflow_state"}
    if rescores:
        score_rows.lock(unit.connection, course_id, None)
    if values:
        rows.change(unit.connection, course_id, unit.now, **values)
        unit.touch_rules(course_id)
    if rescores:
        scores.recompute(unit, course_id)
    return _show(unit, course_id)


def _values(unit: Unit, access: CourseAccess, changes: CourseChanges) -> dict[str, Any]:
    """The columns that really change."""
    row = rows.find(unit.connection, access.rules.course.id)
    assert row is not None
    values = {name: getattr(changes, name) for name in (*TEXTS, *FLAGS, "calculation", "grading_standard_id")}
    if changes.apply_assignment_group_weights is not UNSET:
        weighted = row.group_weighting_scheme == "percent"
        if changes.apply_assignment_group_weights != weighted:
            values["group_weighting_scheme"] = "equal" if weighted else "percent"
    if changes.event:
        values["workflow_state"] = TRANSITIONS.get(changes.event)
    values = {name: value for name, value in values.items() if value is not UNSET and value != getattr(row, name)}
    if "grading_standard_id" in values and not access.has(SET_GRADING_SCHEME):
        raise Denied
    faults = list(_faults(unit, access, values))
    if faults:
        raise Invalid(*faults)
    return values


def _faults(unit: Unit, access: CourseAccess, values: dict[str, Any]) -> Iterator[Fault]:
    for name in TEXTS:
        if name not in values:
            continue
        text = values[name]
        if text is None or not text.strip():
            yield Fault(name, "can't be blank")
        elif len(text) > NAME_LIMIT:
            yield Fault(name, f"is too long (maximum is {NAME_LIMIT} characters)")
    if values.get("calculation", "canvas") not in CALCULATIONS:
        yield Fault("calculation", "must be canvas or schoology")
    if values.get("workflow_state", "") is None:
        yield Fault("event", "must be offer, claim or conclude")
    if not offers_standard(unit, access, values.get("grading_standard_id")):
        yield Fault("grading_standard_id", "is not a grading standard of this course or of its accounts")


def offers_standard(unit: Unit, access: CourseAccess, standard_id: int | None) -> bool:
    """Whether a course, or an assignment in it, may take this standard: none, 0 for the built-in one, or one of its own."""
    if not standard_id:
        return True
    rules = access.rules
    return grading_standards.is_offered(
        unit.connection, standard_id, course_id=rules.course.id, account_ids=[account.id for account in rules.accounts]
    )
