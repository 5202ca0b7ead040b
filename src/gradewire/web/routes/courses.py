"""The start page, and the page of a course: what waits for graders, what students have."""

from __future__ import annotations

from collections.abc import Iterable

from gradewire.actions import accounts, courses, overviews, own_grades
from gradewire.actions.accounts import AccountAccess
from gradewire.actions.courses import AccountCourses, CourseView, OwnCourses
from gradewire.actions.overviews import CourseOverview
from gradewire.actions.own_grades import OwnGrades
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied
from gradewire.core.permissions import READ
from gradewire.web.course_navigation import stops
from gradewire.web.visits import Page, Place, Visit

MOST_COURSES = 200
"""So many are listed; who has more in an account finds them by other ways than reading."""
MOST_ACCOUNTS = 20

ROLES = {
    "TeacherEnrollment": "Teacher",
    "TaEnrollment": "Teaching assistant",
    "DesignerEnrollment": "Designer",
    "ObserverEnrollment": "Observer",
    "StudentEnrollment": "Student",
    "StudentViewEnrollment": "Test student",
}


def start(visit: Visit) -> Page:
    """The caller's courses, and those of the accounts in which the caller holds a role."""

    def read(unit: Unit) -> tuple[list[CourseView], list[tuple[AccountAccess, list[CourseView]]]]:
        wanted = OwnCourses(enrollment_states=("active", "completed"), states=("available", "unpublished", "completed"))
        own, _ = courses.list_own(unit, wanted, include=(), offset=0, limit=MOST_COURSES)
        held, _ = accounts.list_own(unit, offset=0, limit=MOST_ACCOUNTS)
        return own, [(account, _of_account(unit, account)) for account in held]

    own, held = visit.read(read)
    context = {
        "current": _by_name(view for view in own if not _is_over(view)),
        "over": _by_name(view for view in own if _is_over(view)),
        "accounts": [(access.account, _by_name(views)) for access, views in held],
        "roles_in": roles_in,
    }
    return Page(template="start.html", context=context)


def _of_account(unit: Unit, access: AccountAccess) -> list[CourseView]:
    try:
        found, _ = courses.list_for_account(unit, access.account.id, AccountCourses(), include=(), offset=0, limit=MOST_COURSES)
    except Denied:
        return []
    return found


def _by_name(views: Iterable[CourseView]) -> list[CourseView]:
    """Those that may be opened."""
    return sorted((view for view in views if view.access.has(READ)), key=lambda view: (view.row.name.casefold(), view.row.id))


def _is_over(view: CourseView) -> bool:
    return view.row.workflow_state == "completed" or all(one.row.workflow_state == "completed" for one in view.enrollments)


def roles_in(view: CourseView) -> str:
    """What somebody is in a course, in words."""
    names = [one.row.role_name or ROLES.get(one.row.type, one.row.type) for one in view.enrollments]
    return ", ".join(dict.fromkeys(names))


def show(visit: Visit) -> Page:
    """A course: its assignments with the way to their grading, and the caller's own posted grades."""
    course_id = visit.number("course_id")

    def read(unit: Unit) -> tuple[CourseOverview, list[OwnGrades]]:
        return overviews.show_course(unit, course_id), own_grades.list_for_course(unit, course_id)

    overview, grades = visit.read(read)
    context = {
        "course": overview.access.rules.course,
        "stops": stops(overview.access),
        "stop": "Overview",
        "assignments": overview.assignments,
        "own_grades": grades,
    }
    return Page(template="course.html", context=context)


PLACES = [
    Place(method="GET", path="/", page=start),
    Place(method="GET", path="/courses/{course_id:str}", page=show),
]
