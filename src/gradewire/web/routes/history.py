"""The history of grades: who changed what, when and how; and the whole gradebook as it was at a moment of the past."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from gradewire.actions import course_users, grade_changes, history
from gradewire.actions.access import course_access
from gradewire.actions.course_users import Wanted
from gradewire.actions.grade_changes import ChangePage, ChangeRow, Query
from gradewire.actions.grade_items import zone_of
from gradewire.actions.history import PastBook, PastGrade
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed
from gradewire.core.gradebook_csv import assignment_header, guard, write_sheet
from gradewire.core.numbers import show_number
from gradewire.web.course_navigation import stops
from gradewire.web.visits import Answer, Download, Page, Place, Visit, number

PER_PAGE = 50
STUDENTS_PER_PAGE = 100
MOST_PEOPLE = 2000
"""So many can be chosen in the filters."""
STUDENTS = ("StudentEnrollment", "StudentViewEnrollment")
GRADERS = ("TeacherEnrollment", "TaEnrollment")
NO_MOMENT = "This is no date and time."
YEARS = (1900, 9000)
STATES = ("active", "invited", "completed", "inactive")
CAUSES = {
    "grade": "graded",
    "excuse": "excused",
    "clear": "grade taken away",
    "incomplete": "marked incomplete",
    "publish": "moderated grades published",
    "load": "loaded from a file",
    "late_policy": "late policy",
    "missing_policy": "policy for missing work",
    "points_changed": "points of the assignment changed",
    "submit": "handed in",
    "override": "score of the course replaced",
}


class Change(Struct, frozen=True):
    """A change as the page tells it."""

    row: ChangeRow
    assignment: str | None
    student: str | None
    grader: str | None
    before: str
    after: str
    cause: str


def index(visit: Visit) -> Page:
    """The changes, the newest first, by the filters of the form."""
    course_id = visit.number("course_id")
    page = _page_number(visit)

    def read(unit: Unit) -> dict[str, Any]:
        access = course_access(unit, course_id)
        zone = _zone(visit, zone_of(access.rules))
        query = Query(
            course_id=course_id,
            assignment_id=_chosen(visit, "assignment_id"),
            student_id=_chosen(visit, "student_id"),
            grader_id=_chosen(visit, "grader_id"),
            since=moment_of(visit.query.get("since"), zone),
            until=moment_of(visit.query.get("until"), zone),
        )
        found = grade_changes.list_for_course(unit, query, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
        return {
            "course": access.rules.course,
            "stops": stops(access),
            "stop": "History",
            "zone": zone,
            "assignments": sorted(access.rules.assignments.values(), key=lambda one: (one.name.casefold(), one.id)),
            "students": _people(unit, course_id, STUDENTS),
            "graders": _people(unit, course_id, GRADERS),
            "changes": _changes(found),
            "total": found.total,
        }

    asked = {name: visit.query.get(name) or None for name in ("assignment_id", "student_id", "grader_id", "since", "until")}
    context = visit.read(read)
    last = max(1, -(-context["total"] // PER_PAGE))
    context |= {
        "asked": asked,
        "page": page,
        "last": last,
    }
    return Page(template="history.html", context=context)


def as_of(visit: Visit) -> Page:
    """The gradebook at a moment: a page of its students."""
    course_id = visit.number("course_id")
    page = _page_number(visit)
    book, moment, zone = _book(visit, course_id)
    first = (page - 1) * STUDENTS_PER_PAGE
    last = max(1, -(-len(book.students) // STUDENTS_PER_PAGE))
    context = {
        "course": book.access.rules.course,
        "stops": stops(book.access),
        "stop": "History",
        "zone": zone,
        "moment_at": moment,
        "typed": moment.astimezone(zoneinfo.ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M"),
        "book": book,
        "students": book.students[first : first + STUDENTS_PER_PAGE],
        "shown": shown,
        "at": moment.isoformat(),
        "page": page,
        "last": last,
    }
    return Page(template="history_as_of.html", context=context)


def as_of_csv(visit: Visit) -> Answer:
    """The same as a file: a row for each student."""
    course_id = visit.number("course_id")
    book, moment, _ = _book(visit, course_id)
    head = ["Student", "ID", *(assignment_header(one.name, one.id) for one in book.assignments)]
    rows = [
        [guard(student.user.sortable_name or student.user.name), str(student.user.id)]
        + [guard(shown(student.grades.get(one.id), missing="")) for one in book.assignments]
        for student in book.students
    ]
    at = moment.strftime("%Y-%m-%dT%H%M%SZ")
    return Download(
        content=write_sheet([head, *rows], byte_order_mark=True),
        filename=f"grades-{course_id}-as-of-{at}.csv",
        media_type="text/csv; charset=utf-8",
    )


def shown(grade: PastGrade | None, *, missing: str = "–") -> str:
    """A grade of the past in a cell."""
    if grade is None:
        return missing
    return _told(grade.score, grade.grade, excused=grade.excused, missing=missing)


def moment_of(typed: str | None, zone: str) -> datetime | None:
    """A moment as a form sends it, in the reader's time zone unless it names another.

    Raises:
        Malformed: it is none.
    """
    if not typed:
        return None
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        raise Malformed(NO_MOMENT) from None
    if not YEARS[0] <= found.year <= YEARS[1]:
        raise Malformed(NO_MOMENT)
    return (found if found.tzinfo else found.replace(tzinfo=zoneinfo.ZoneInfo(zone))).astimezone(UTC)


def _book(visit: Visit, course_id: int) -> tuple[PastBook, datetime, str]:
    def read(unit: Unit) -> tuple[PastBook, datetime, str]:
        zone = _zone(visit, zone_of(course_access(unit, course_id).rules))
        moment = moment_of(visit.query.get("moment"), zone) or unit.now
        return history.book_as_of(unit, course_id, moment), moment, zone

    return visit.read(read)


def _zone(visit: Visit, of_course: str) -> str:
    own = visit.session.time_zone if visit.session else None
    return own or of_course


def _page_number(visit: Visit) -> int:
    return min(max(1, number(visit.query.get("page") or "1")), 10**6)


def _chosen(visit: Visit, name: str) -> int | None:
    typed = visit.query.get(name)
    return number(typed) if typed else None


def _people(unit: Unit, course_id: int, types: tuple[str, ...]) -> list[tuple[int, str]]:
    wanted = Wanted(types=types, states=STATES)
    found, _ = course_users.list_for_course(unit, course_id, wanted, offset=0, limit=MOST_PEOPLE)
    return [(one.user.id, one.user.name) for one in found]


def _changes(found: ChangePage) -> list[Change]:
    names = {one.id: one.name for one in found.users}
    assignments = {one.id: one.name for one in found.assignments}
    return [
        Change(
            row=row,
            assignment=None if row.assignment_id is None else assignments.get(row.assignment_id),
            student=None if row.student_id is None else names.get(row.student_id),
            grader=None if row.grader_id is None else names.get(row.grader_id),
            before=_told(row.score_before, row.grade_before, excused=row.excused_before),
            after=_told(row.score_after, row.grade_after, excused=row.excused_after),
            cause=CAUSES.get(row.cause, row.cause.replace("_", " ")),
        )
        for row in found.changes
    ]


def _told(score: float | None, grade: str | None, *, excused: bool, missing: str = "–") -> str:
    """A grade with its points, where these say more."""
    if excused:
        return "excused"
    points = None if score is None else show_number(score)
    if grade is None or grade == points:
        return points if points is not None else missing
    return grade if points is None else f"{grade} ({points})"


PATH = "/courses/{course_id:str}/history"
PLACES = [
    Place(method="GET", path=PATH, page=index),
    Place(method="GET", path=PATH + "/as_of", page=as_of),
    Place(method="GET", path=PATH + "/as_of.csv", page=as_of_csv),
]
