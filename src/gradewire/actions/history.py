"""The history of a course's grades: by days, graders and assignments, as one feed, and as of a moment.

The history is what ``grade_versions`` says, to which every change of a grade appends. Work of assignments whose students are
anonymised, or whose graders the caller may not know, is not in it until it may be shown: a history tells both.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import anonymous_assignments
from gradewire.actions.grade_items import zone_of
from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import grade_versions as rows
from gradewire.store import users
from gradewire.store.grade_versions import PastGrade, Sight, VersionRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.users import UserRow

__all__ = [
    "AUTOMATIC",
    "NOBODY",
    "Day",
    "Grader",
    "PastBook",
    "PastGrade",
    "PastStudent",
    "SubmissionVersions",
    "Version",
    "book_as_of",
    "feed",
    "grades_as_of",
    "list_days",
    "list_graders",
    "list_submissions",
]

NOBODY = 0
MOST = 2**31 - 1
AUTOMATIC = "Graded on submission"
"""What a grader is called where a policy or a load graded."""


class Grader(Struct, frozen=True):
    """Somebody who graded on a day, and for which assignments."""

    id: int
    name: str
    assignment_ids: list[int]


class Day(Struct, frozen=True):
    date: date
    graders: list[Grader]


class Version(Struct, frozen=True):
    """An entry of the history with the names in it."""

    row: VersionRow
    assignment_name: str
    student: str
    grader: str | None
    previous_grader: str | None
    current_grader: str | None


class SubmissionVersions(Struct, frozen=True):
    submission_id: int
    versions: list[Version]


class PastStudent(Struct, frozen=True):
    """A student with the grades of a moment, by assignment."""

    user: UserRow
    grades: dict[int, PastGrade]


class PastBook(Struct, frozen=True):
    """A gradebook as of a moment."""

    access: CourseAccess
    assignments: Sequence[AssignmentFacts]
    students: Sequence[PastStudent]


def list_days(unit: Unit, course_id: int, *, offset: int, limit: int) -> tuple[list[Day], int]:
    """A page of the days on which anything was graded, the newest first, in the course's time zone; and how many there are.

    Raises:
        NotFound: no such course.
        Denied: neither ``manage_grades`` nor ``view_all_grades``.
    """
    access = _admit(unit, course_id)
    zone = _zone(access)
    days: dict[date, dict[int, set[int]]] = {}
    for one in rows.work(unit.connection, _sight(unit, access)):
        graders = days.setdefault(one.quarter.astimezone(zone).date(), {})
        graders.setdefault(one.grader_id, set()).add(one.assignment_id)
    page = list(days.items())[offset : offset + limit]
    names = _names(unit, {number for _, graders in page for number in graders})
    return [Day(day, _graders(graders, names)) for day, graders in page], len(days)


def list_graders(unit: Unit, course_id: int, day: date, *, offset: int, limit: int) -> tuple[list[Grader], int]:
    """A page of those who graded on a day, by id, and how many there are.

    Raises:
        NotFound: no such course.
        Denied: neither ``manage_grades`` nor ``view_all_grades``.
    """
    access = _admit(unit, course_id)
    since, until = _bounds(access, day)
    graders: dict[int, set[int]] = {}
    for one in rows.work(unit.connection, _sight(unit, access), since=since, until=until):
        graders.setdefault(one.grader_id, set()).add(one.assignment_id)
    listed = _graders(graders, _names(unit, graders))
    return listed[offset : offset + limit], len(listed)


def list_submissions(
    unit: Unit, course_id: int, day: date, grader_id: int, assignment_id: int, *, offset: int, limit: int
) -> tuple[list[SubmissionVersions], int]:
    """A page of the submissions of an assignment that somebody graded on a day, each with what was done to it that day, the
    newest first; and how many there are.

    Raises:
        NotFound: no such course or assignment.
        Denied: neither ``manage_grades`` nor ``view_all_grades``.
    """
    access = _admit(unit, course_id)
    access.assignment(assignment_id)
    since, until = _bounds(access, day)
    found, total = rows.of_day(
        unit.connection,
        _sight(unit, access, assignment_id),
        grader_id=grader_id,
        since=since,
        until=until,
        offset=offset,
        limit=limit,
    )
    listed: dict[int, list[Version]] = {}
    for one in _versions(unit, access, found):
        listed.setdefault(one.row.submission_id, []).append(one)
    return [SubmissionVersions(number, versions) for number, versions in listed.items()], total


def feed(
    unit: Unit,
    course_id: int,
    *,
    assignment_id: int | None = None,
    user_id: int | None = None,
    ascending: bool = False,
    offset: int,
    limit: int,
) -> tuple[list[Version], int]:
    """A page of all entries, or those of an assignment or student, the newest first unless ``ascending``; and how many.

    Raises:
        NotFound: no such course or assignment.
        Denied: neither ``manage_grades`` nor ``view_all_grades``.
    """
    access = _admit(unit, course_id)
    if assignment_id is not None:
        access.assignment(assignment_id)
    sight = _sight(unit, access, assignment_id)
    found, total = rows.feed(unit.connection, sight, user_id=user_id, ascending=ascending, offset=offset, limit=limit)
    return _versions(unit, access, found), total


def grades_as_of(unit: Unit, course_id: int, moment: datetime, *, offset: int, limit: int) -> tuple[list[PastGrade], int]:
    """A page of the submissions of a course with the grades that they had at a moment, and how many there are.

    Raises:
        NotFound: no such course.
        Denied: neither ``manage_grades`` nor ``view_all_grades``.
    """
    access = _admit(unit, course_id)
    return rows.as_of(unit.connection, _sight(unit, access), moment, offset=offset, limit=limit)


def book_as_of(unit: Unit, course_id: int, moment: datetime) -> PastBook:
    """All grades of a course as they were at a moment, by student and assignment; what is hidden is left out.

    Raises:
        NotFound: no such course.
        Denied: neither ``manage_grades`` nor ``view_all_grades``.
    """
    access = _admit(unit, course_id)
    sight = _sight(unit, access)
    found, _ = rows.as_of(unit.connection, sight, moment, offset=0, limit=MOST)
    grades: dict[int, dict[int, PastGrade]] = {}
    for one in found:
        grades.setdefault(one.user_id, {})[one.assignment_id] = one
    people = users.by_ids(unit.connection, sorted(grades))
    people.sort(key=lambda user: ((user.sortable_name or user.name).casefold(), user.id))
    order = {group.id: group.position for group in access.rules.groups}
    assignments = [access.rules.assignments[number] for number in sight.assignment_ids]
    assignments.sort(key=lambda one: (order.get(one.assignment_group_id, 0), one.position or 0, one.id))
    return PastBook(access, assignments, [PastStudent(user, grades[user.id]) for user in people])


def _admit(unit: Unit, course_id: int) -> CourseAccess:
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    return access


def _sight(unit: Unit, access: CourseAccess, assignment_id: int | None = None) -> Sight:
    """The part of the history that the caller sees; of one assignment, if one is named."""
    every = access.rules.assignments
    chosen = [one for one in every.values() if assignment_id in {None, one.id} and access.sees_other_graders(one)]
    hidden = anonymous_assignments(unit, access, chosen)
    return Sight(
        course_id=access.rules.course.id,
        assignment_ids=sorted(one.id for one in chosen if one.id not in hidden),
        sections=access.sections,
    )


def _zone(access: CourseAccess) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(zone_of(access.rules))


def _bounds(access: CourseAccess, day: date) -> tuple[datetime, datetime]:
    """The first moment of a day in the course's time zone, and that of the next.

    Raises:
        NotFound: a day at an end of the calendar, on which nobody grades.
    """
    zone = _zone(access)
    if not date(1900, 1, 1) <= day <= date(9000, 1, 1):
        raise NotFound
    first, last = (datetime(one.year, one.month, one.day, tzinfo=zone) for one in (day, day + timedelta(days=1)))
    return first.astimezone(UTC), last.astimezone(UTC)


def _names(unit: Unit, ids: Collection[int | None]) -> dict[int, str]:
    known = {row.id: row.name for row in users.by_ids(unit.connection, sorted({number for number in ids if number}))}
    return {NOBODY: AUTOMATIC, **known}


def _graders(graders: dict[int, set[int]], names: dict[int, str]) -> list[Grader]:
    return [Grader(number, names[number], sorted(assignments)) for number, assignments in sorted(graders.items())]


def _versions(unit: Unit, access: CourseAccess, found: Sequence[VersionRow]) -> list[Version]:
    people = {number for row in found for number in (row.user_id, row.grader_id, row.previous_grader_id, row.current_grader_id)}
    names = _names(unit, people)
    return [
        Version(
            row=row,
            assignment_name=access.rules.assignments[row.assignment_id].name,
            student=names[row.user_id],
            grader=names.get(row.grader_id),
            previous_grader=None if row.previous_grader_id is None else names.get(row.previous_grader_id),
            current_grader=None if row.current_grader_id is None else names.get(row.current_grader_id),
        )
        for row in found
    ]
