"""The people of a course as its other people see them."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from gradewire.actions import enrollments
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.enrollments import SEEN_BY_ALL, EnrollmentView
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed, NotFound
from gradewire.core.permissions import (
    MANAGE_ENROLLMENTS,
    MANAGE_GRADES,
    READ_ROSTER,
    READ_SIS,
    VIEW_ALL_GRADES,
    VIEW_USER_LOGINS,
)
from gradewire.store import course_users as rows
from gradewire.store import enrollments as enrollment_rows
from gradewire.store.course_users import Filter
from gradewire.store.users import UserRow

SHORTEST_SEARCH = 2


class CourseUser(Struct, frozen=True):
    """Somebody of a course, with what they are in it where that was asked for."""

    user: UserRow
    access: CourseAccess
    enrollments: list[EnrollmentView] | None = None


class Wanted(Struct, frozen=True, kw_only=True):
    """Which people to list."""

    types: Collection[str] | None = None
    roles: Collection[str] | None = None
    states: Collection[str] = ("active", "invited")
    user_ids: Collection[int] | None = None
    search_term: str | None = None


def list_for_course(
    unit: Unit, course_id: int, wanted: Wanted, *, include: Collection[str] = (), offset: int, limit: int
) -> tuple[list[CourseUser], int]:
    """A page of the people of a course whom the caller sees, by name, and how many there are in all.

    Raises:
        NotFound: no such course.
        Denied: no right to see who is in it.
        Malformed: a search for less than two characters.
    """
    access = course_access(unit, course_id)
    access.require(READ_ROSTER, MANAGE_GRADES, VIEW_ALL_GRADES)
    if wanted.search_term is not None and len(wanted.search_term) < SHORTEST_SEARCH:
        raise Malformed(f"search_term must be at least {SHORTEST_SEARCH} characters long.", field="search_term")
    in_charge = access.has(MANAGE_GRADES, VIEW_ALL_GRADES, MANAGE_ENROLLMENTS)
    chosen = Filter(
        course_id=course_id,
        states=sorted(wanted.states if in_charge else SEEN_BY_ALL.intersection(wanted.states)),
        types=wanted.types,
        roles=wanted.roles,
        sections=None if access.sections is None else sorted(access.sections),
        user_ids=wanted.user_ids,
        search_term=wanted.search_term,
        searches_logins=access.has(VIEW_USER_LOGINS) and access.has(READ_SIS),
    )
    found, total = rows.page(unit.connection, chosen, offset=offset, limit=limit)
    mine: dict[int, list[EnrollmentView]] = {}
    if "enrollments" in include:
        of_them = enrollment_rows.Filter(
            course_id=course_id, user_ids=[one.id for one in found], states=chosen.states, sections=chosen.sections
        )
        listed = enrollment_rows.find(unit.connection, of_them)
        for view in enrollments.views(unit, {course_id: access}, listed, None):
            mine.setdefault(view.row.user_id, []).append(view)
    with_them = "enrollments" in include
    return [CourseUser(one, access, mine.get(one.id, []) if with_them else None) for one in found], total


def show(unit: Unit, course_id: int, user_id: int, *, include: Collection[str] = ()) -> CourseUser:
    """One of them.

    Raises:
        NotFound: no such course, or nobody whom the caller sees in it.
        Denied: no right to see who is in it.
    """
    states = ("active", "invited", "creation_pending", "inactive", "completed")
    wanted = Wanted(user_ids=[user_id], states=states)
    found, _ = list_for_course(unit, course_id, wanted, include=include, offset=0, limit=1)
    if not found:
        raise NotFound
    return found[0]
