"""Students whom graders can grade: of one assignment, handed in or not, or of several (moderation reference, 10.4 and 10.5)."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from gradewire.actions.access import course_access
from gradewire.actions.anonymity import hides_students
from gradewire.actions.provisional_grade_views import ProvisionalGradeView, provisional_grades_for
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Missing
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import gradeable_students as rows
from gradewire.store import moderated_students, submissions, users
from gradewire.store.gradeable_students import PlaceRow
from gradewire.store.users import UserRow


class GradeableStudent(Struct, frozen=True, kw_only=True):
    """A student; anonymised, only the anonymous id and the name ``Student N`` may be shown."""

    user: UserRow
    course_id: int
    anonymous_id: str | None = None
    anonymous_name: str | None = None
    assignment_ids: list[int] | None = None
    grades: list[ProvisionalGradeView] | None = None
    selected_provisional_grade_id: int | None = None


class GradeablePage(Struct, frozen=True):
    students: list[GradeableStudent]
    total: int


class Listed(Struct, frozen=True, kw_only=True):
    """How the students of an assignment are to be listed."""

    anonymously: bool
    """Where students are anonymised, list them without their identities."""
    by_name: bool
    descending: bool
    offset: int
    limit: int
    provisional_grades: bool
    comments: bool
    rubrics: bool
    documents: bool


def list_for_assignment(unit: Unit, course_id: int, assignment_id: int, listed: Listed) -> GradeablePage:
    """A page of the students to whom an assignment is assigned and whom the caller sees; concluded ones are left out.

    Raises:
        NotFound: no such course or assignment.
        Denied: neither ``manage_grades`` nor ``view_all_grades``, judged before the assignment; or provisional grades were
            asked for by somebody who does not moderate.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    assignment = access.assignment(assignment_id)
    if listed.provisional_grades and not access.moderates(assignment):
        raise Denied
    anonymous = listed.anonymously and hides_students(unit, access, assignment)
    visible = moderated_students.visible_students(unit.connection, course_id, sections=access.sections)
    places = rows.places(unit.connection, [assignment.id], visible)
    places.sort(key=lambda one: _place_key(one, anonymous=anonymous, by_name=listed.by_name), reverse=listed.descending)
    page = places[listed.offset : listed.offset + listed.limit]
    people = {row.id: row for row in users.by_ids(unit.connection, [one.user_id for one in page])}
    names: dict[int, str] = {}
    if anonymous:
        ranks = submissions.anonymous_ranks(unit.connection, assignment.id)
        names = {number: f"Student {rank}" for number, rank in ranks.items()}
    grades: dict[int, list[ProvisionalGradeView]] = {}
    if listed.provisional_grades:
        grades = provisional_grades_for(
            unit,
            access,
            assignment,
            submissions.by_students(unit.connection, assignment.id, [one.user_id for one in page]),
            include_comments=listed.comments,
            include_rubrics=listed.rubrics,
            include_documents=listed.documents,
        )
    students = []
    for one in page:
        found = grades.get(one.submission_id, [])
        students.append(
            GradeableStudent(
                user=people[one.user_id],
                course_id=course_id,
                anonymous_id=one.anonymous_id if anonymous else None,
                anonymous_name=names.get(one.submission_id),
                grades=found if listed.provisional_grades else None,
                selected_provisional_grade_id=next((view.row.id for view in found if view.selected), None),
            )
        )
    return GradeablePage(students, len(places))


def _place_key(one: PlaceRow, *, anonymous: bool, by_name: bool) -> tuple[bytes | str, str, int]:
    if anonymous:
        return one.anonymous_id.encode(), "", one.user_id
    return (one.sortable_name.casefold(), one.sortable_name, one.user_id) if by_name else ("", "", one.user_id)


def list_for_assignments(
    unit: Unit, course_id: int, assignment_ids: Collection[int] | None, *, offset: int, limit: int
) -> GradeablePage:
    """A page of the students to whom at least one of the assignments is assigned, each with those that are, by user id.

    Raises:
        NotFound: no such course.
        Denied: neither ``manage_grades`` nor ``view_all_grades``.
        Missing: no assignments were named.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    if assignment_ids is None:
        raise Missing("assignment_ids")
    wanted = sorted(number for number in set(assignment_ids) if number in access.rules.assignments)
    visible = moderated_students.visible_students(unit.connection, course_id, sections=access.sections)
    assigned: dict[int, list[int]] = {}
    for one in rows.places(unit.connection, wanted, visible):
        assigned.setdefault(one.user_id, []).append(one.assignment_id)
    page = list(assigned)[offset : offset + limit]
    found = users.by_ids(unit.connection, page)
    students = [GradeableStudent(user=row, course_id=course_id, assignment_ids=assigned[row.id]) for row in found]
    return GradeablePage(students, len(assigned))
