"""Courses as they are seen: the caller's own, those of somebody else, those of an account, one of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from gradewire.actions import course_grades
from gradewire.actions.access import CourseAccess, account_rights, course_access
from gradewire.actions.accounts import account_access
from gradewire.actions.course_grades import CourseGrades
from gradewire.actions.outlines import access_many
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound
from gradewire.core.periods import PeriodDates, find_period
from gradewire.core.permissions import (
    MANAGE_ACCOUNT,
    MANAGE_COURSES_ADMIN,
    MANAGE_GRADES,
    READ,
    READ_ROSTER,
    STUDENTS,
    VIEW_ALL_GRADES,
)
from gradewire.store import courses as rows
from gradewire.store import enrollments, grading_standards
from gradewire.store import users as user_rows
from gradewire.store.courses import CourseRow, TermRow
from gradewire.store.enrollments import Filter, MemberRow
from gradewire.store.rules import PeriodFacts

STAFF_TYPES = ("TeacherEnrollment", "TaEnrollment", "DesignerEnrollment")
CURRENT = ("active", "invited", "creation_pending")


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


def list_for_user(
    unit: Unit, user_id: int, wanted: OwnCourses, *, include: Collection[str], offset: int, limit: int
) -> tuple[list[CourseView], int]:
    """The same of another user, with what that user is in them: for administrators of the institution, and, as far as they
    observe the user, for observers.

    Raises:
        NotFound: no such user here.
        Denied: neither.
    """
    caller = unit.caller
    if user_id == caller.user_id:
        return list_own(unit, wanted, include=include, offset=offset, limit=limit)
    people = user_rows.by_ids(unit.connection, [user_id])
    if not people or people[0].root_account_id != caller.root_account_id:
        raise NotFound
    only = None
    if not account_rights(unit, caller.root_account_id) & {MANAGE_ACCOUNT, MANAGE_COURSES_ADMIN, READ_ROSTER}:
        observing = Filter(user_ids=[caller.user_id], types=["ObserverEnrollment"], states=["active"])
        only = {row.course_id for row in enrollments.find(unit.connection, observing) if row.associated_user_id == user_id}
        if not only:
            raise Denied
    found, total = rows.page_of_user(
        unit.connection,
        user_id,
        enrollment_states=wanted.enrollment_states,
        types=wanted.types,
        roles=wanted.roles,
        course_states=wanted.states,
        staff_types=STAFF_TYPES,
        only=only,
        offset=offset,
        limit=limit,
    )
    return _views(unit, found, include, states=wanted.enrollment_states, user_id=user_id), total


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
    return view_one(unit, course_id, include)


def view_one(unit: Unit, course_id: int, include: Collection[str] = ()) -> CourseView:
    """A course as the caller, who may see it, sees it."""
    row = rows.find(unit.connection, course_id)
    assert row is not None
    return _views(unit, [row], include)[0]


def view_many(unit: Unit, course_ids: Collection[int]) -> dict[int, CourseView]:
    """Courses as the caller sees them, by id; a constant number of statements."""
    return {one.row.id: one for one in _views(unit, rows.by_ids(unit.connection, course_ids), ())}


def _views(
    unit: Unit,
    found: list[CourseRow],
    include: Collection[str],
    *,
    states: Collection[str] = (*CURRENT, "completed"),
    user_id: int | None = None,
) -> list[CourseView]:
    """The courses with what the caller, or this user, is in them."""
    ids = [row.id for row in found]
    access = access_many(unit, ids)
    mine: dict[int, list[MemberRow]] = {}
    if not unit.is_system:
        wanted = Filter(user_ids=[user_id or unit.caller.user_id], states=states)
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


def offers_standard(unit: Unit, access: CourseAccess, standard_id: int | None, *, points: bool = False) -> bool:
    """Whether a course, or an assignment in it, may take this standard: none, 0 for the built-in one, or one of its own. An
    assignment that is graded in ``points`` may have a Schoology scale of points."""
    if not standard_id:
        return True
    rules = access.rules
    return grading_standards.is_offered(
        unit.connection,
        standard_id,
        course_id=rules.course.id,
        account_ids=[account.id for account in rules.accounts],
        points=points,
    )
