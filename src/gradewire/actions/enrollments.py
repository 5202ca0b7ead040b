"""Enrolments with the grades that the caller may see: of a course, a section, a user; one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from gradewire.actions import course_grades
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.accounts import account_access
from gradewire.actions.course_grades import CourseGrades
from gradewire.actions.outlines import access_many
from gradewire.actions.sections import find_course_id
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound
from gradewire.core.permissions import MANAGE_ENROLLMENTS, MANAGE_GRADES, READ, READ_ROSTER, STUDENTS, VIEW_ALL_GRADES
from gradewire.store import enrollments as rows
from gradewire.store import users as user_rows
from gradewire.store.enrollments import Filter, MemberRow
from gradewire.store.users import UserRow

CURRENT = ("active", "invited")
SEEN_BY_ALL = frozenset({"active", "invited", "creation_pending", "completed"})
"""States in which people of a course know of each other; the others are for staff."""


class EnrollmentView(Struct, frozen=True):
    """An enrolment with its user and, of a student, the grades that the caller may see."""

    row: MemberRow
    access: CourseAccess
    user: UserRow
    grades: CourseGrades | None
    observed: UserRow | None = None
    group_ids: Sequence[int] | None = None
    """The groups of the course that the user is in, where they were asked for."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which enrolments to list, and of which grading period to tell the grades (``None``: of the whole course)."""

    types: Collection[str] | None = None
    roles: Collection[str] | None = None
    states: Collection[str] = CURRENT
    user_id: int | None = None
    sis_user_ids: Collection[str] | None = None
    sis_account_ids: Collection[str] | None = None
    sis_course_ids: Collection[str] | None = None
    sis_section_ids: Collection[str] | None = None
    has_sis_id: bool | None = None
    term_id: int | None = None
    grading_period_id: int | None = None


def list_for_course(
    unit: Unit, course_id: int, wanted: Wanted, *, include: Collection[str] = (), offset: int, limit: int
) -> tuple[list[EnrollmentView], int]:
    """A page of a course's enrolments of the people whom the caller sees, and how many there are in all.

    Raises:
        NotFound: no such course, or it has no such grading period.
        Denied: no right to see who is in it, and not about the caller or somebody the caller observes.
    """
    access = course_access(unit, course_id)
    return _list(unit, access, Filter(course_id=course_id), wanted, include, offset, limit)


def list_for_section(
    unit: Unit, section_id: int, wanted: Wanted, *, include: Collection[str] = (), offset: int, limit: int
) -> tuple[list[EnrollmentView], int]:
    """The same of one section."""
    access = course_access(unit, find_course_id(unit, section_id))
    return _list(unit, access, Filter(section_id=section_id), wanted, include, offset, limit)


def _list(
    unit: Unit, access: CourseAccess, base: Filter, wanted: Wanted, include: Collection[str], offset: int, limit: int
) -> tuple[list[EnrollmentView], int]:
    in_charge = access.has(MANAGE_GRADES, VIEW_ALL_GRADES, MANAGE_ENROLLMENTS)
    about_own = wanted.user_id is not None and course_grades.follows(access, wanted.user_id)
    if not about_own and wanted.user_id != access.user_id:
        access.require(READ_ROSTER, MANAGE_GRADES, VIEW_ALL_GRADES)
    elif not about_own:
        access.require(READ)
    if wanted.grading_period_id is not None and not _has_period(access, wanted.grading_period_id):
        raise NotFound
    states = wanted.states if in_charge else SEEN_BY_ALL.intersection(wanted.states)
    chosen = Filter(
        course_id=base.course_id,
        section_id=base.section_id,
        user_ids=None if wanted.user_id is None else [wanted.user_id],
        sections=None if about_own or access.sections is None else sorted(access.sections),
        types=wanted.types,
        roles=wanted.roles,
        states=sorted(states),
        sis_user_ids=wanted.sis_user_ids,
        sis_account_ids=wanted.sis_account_ids,
        sis_course_ids=wanted.sis_course_ids,
        sis_section_ids=wanted.sis_section_ids,
        has_sis_id=wanted.has_sis_id,
    )
    found, total = rows.page(unit.connection, chosen, offset=offset, limit=limit)
    return views(unit, {access.rules.course.id: access}, found, wanted.grading_period_id, include), total


def _has_period(access: CourseAccess, period_id: int) -> bool:
    return any(period.id == period_id for period in access.rules.periods)


def list_for_user(
    unit: Unit, user_id: int, wanted: Wanted, *, include: Collection[str] = (), offset: int, limit: int
) -> tuple[list[EnrollmentView], int]:
    """A page of what a user is, in all courses: one's own, or as far as the caller sees the people of those courses.

    Raises:
        NotFound: no such user in this institution.
        Denied: the caller sees the user in no course.
    """
    caller = unit.caller
    found = user_rows.by_ids(unit.connection, [user_id])
    if not found or found[0].root_account_id != caller.root_account_id:
        raise NotFound
    everywhere = rows.find(unit.connection, Filter(user_ids=[user_id]))
    access = access_many(unit, {row.course_id for row in everywhere})
    allowed = [row.id for row in everywhere if row.course_id in access and _sees(access[row.course_id], row, caller.user_id)]
    if user_id != caller.user_id and not allowed:
        raise Denied
    if wanted.grading_period_id is not None:
        courses = {number for number, one in access.items() if _has_period(one, wanted.grading_period_id)}
        allowed = [row.id for row in everywhere if row.id in set(allowed) and row.course_id in courses]
    chosen = Filter(
        ids=allowed,
        types=wanted.types,
        roles=wanted.roles,
        states=wanted.states,
        sis_user_ids=wanted.sis_user_ids,
        term_id=wanted.term_id,
    )
    page, total = rows.page(unit.connection, chosen, offset=offset, limit=limit)
    return views(unit, access, page, wanted.grading_period_id, include), total


def _sees(access: CourseAccess, row: MemberRow, caller_id: int) -> bool:
    if row.user_id == caller_id or course_grades.follows(access, row.user_id):
        return True
    if not access.has(MANAGE_GRADES, VIEW_ALL_GRADES, MANAGE_ENROLLMENTS):
        return False
    return access.sections is None or row.course_section_id in access.sections


def show(unit: Unit, account_id: int, enrollment_id: int, grading_period_id: int | None = None) -> EnrollmentView:
    """One enrolment of a course of this account or of one below it, with the grades of the course or of a grading period.

    Raises:
        NotFound: no such account, no such enrolment in it, or no such grading period of its course.
        Denied: no right to see the people of its course.
    """
    account_access(unit, account_id).require(READ)
    found = rows.find(unit.connection, Filter(ids=[enrollment_id]))
    if not found or found[0].workflow_state == "deleted":
        raise NotFound
    access = course_access(unit, found[0].course_id)
    if all(account.id != account_id for account in access.rules.accounts):
        raise NotFound
    if not _sees(access, found[0], access.user_id):
        raise Denied
    if grading_period_id is not None and not _has_period(access, grading_period_id):
        raise NotFound
    return views(unit, {found[0].course_id: access}, found, grading_period_id)[0]


def views(
    unit: Unit,
    access: dict[int, CourseAccess],
    found: Sequence[MemberRow],
    grading_period_id: int | None,
    include: Collection[str] = (),
) -> list[EnrollmentView]:
    """Enrolments with what belongs to them; a constant number of statements."""
    named = {row.user_id for row in found}
    if "observed_users" in include:
        named |= {row.associated_user_id for row in found if row.associated_user_id}
    people = {one.id: one for one in user_rows.by_ids(unit.connection, sorted(named))}
    students = [row.id for row in found if row.type in STUDENTS]
    groups: dict[tuple[int, int], list[int]] | None = None
    if "group_ids" in include:
        groups = rows.groups_of(unit.connection, {row.course_id for row in found}, {row.user_id for row in found})
    scores = rows.scores_of(unit.connection, students, grading_period_id=grading_period_id)
    return [
        EnrollmentView(
            row=row,
            access=access[row.course_id],
            user=people[row.user_id],
            grades=course_grades.view(access[row.course_id], row.user_id, scores.get(row.id)) if row.type in STUDENTS else None,
            observed=people.get(row.associated_user_id or 0),
            group_ids=None if groups is None else groups.get((row.course_id, row.user_id), []),
        )
        for row in found
    ]
