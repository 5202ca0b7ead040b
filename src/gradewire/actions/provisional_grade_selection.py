"""Selecting the provisional grade that a student shall receive (moderation reference, 11.3 and 11.4)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradewire.actions.access import CourseAccess
from gradewire.actions.anonymity import sees_student_names
from gradewire.actions.moderated_students import moderated_assignment
from gradewire.actions.unit import Unit
from gradewire.core.changes import ProvisionalGradeSelected
from gradewire.core.errors import Missing, NotFound, Refused
from gradewire.core.moderation import NOT_IN_SET
from gradewire.store import moderated_students, submissions
from gradewire.store import provisional_grades as rows
from gradewire.store.provisional_grades import ProvisionalGradeRow
from gradewire.store.rules import AssignmentFacts


class Selection(Struct, frozen=True):
    """What is selected for a student, who is named by an anonymous id to callers who may not know students."""

    assignment_id: int
    student_id: int
    provisional_grade_id: int
    anonymous_id: str | None


def select(unit: Unit, course_id: int, assignment_id: int, provisional_grade_id: int) -> Selection:
    """Select a provisional grade or a final mark. Selecting what is selected already counts as an act of its own.

    Raises:
        NotFound: no such course, assignment, or provisional grade in it.
        Denied: no moderator.
        Refused: the student is not in the moderation set.
    """
    access, assignment = moderated_assignment(unit, course_id, assignment_id)
    found = rows.by_ids(unit.connection, assignment.id, [provisional_grade_id]).get(provisional_grade_id)
    if found is None:
        raise NotFound
    return _select(unit, access, assignment, [found], again=True)[0]


def bulk_select(unit: Unit, course_id: int, assignment_id: int, provisional_grade_ids: Sequence[int] | None) -> list[Selection]:
    """Select many, all or none; of several for one student the last. Returns those that changed, in the order in which the
    students were first named. Ids that are not of this assignment are left out.

    Raises:
        NotFound: no such course or assignment.
        Denied: no moderator.
        Missing: no list of ids was sent.
        Refused: a student is not in the moderation set.
    """
    access, assignment = moderated_assignment(unit, course_id, assignment_id)
    if provisional_grade_ids is None:
        raise Missing("provisional_grade_ids")
    found = rows.by_ids(unit.connection, assignment.id, sorted(set(provisional_grade_ids)))
    wanted: dict[int, ProvisionalGradeRow] = {}
    for number in provisional_grade_ids:
        if number in found:
            wanted[found[number].student_id] = found[number]
    return _select(unit, access, assignment, list(wanted.values()), again=False)


def _select(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, wanted: Sequence[ProvisionalGradeRow], *, again: bool
) -> list[Selection]:
    connection, student_ids = unit.connection, [row.student_id for row in wanted]
    rows.lock_submissions(connection, [row.submission_id for row in wanted])
    places = moderated_students.of_students(connection, assignment.id, student_ids, lock=True)
    if any(number not in places for number in student_ids):
        raise Refused("not_in_moderation_set", NOT_IN_SET)
    chosen = [row for row in wanted if again or places[row.student_id].selected_provisional_grade_id != row.id]
    if not chosen:
        return []
    moderated_students.select(connection, sorted((places[row.student_id].id, row.id) for row in chosen), unit.now)
    submissions.touch(connection, sorted(row.submission_id for row in chosen), unit.now)
    told = [
        (row.assignment_id, row.submission_id, unit.actor_id, {"id": row.id, "student_id": row.student_id}) for row in chosen
    ]
    unit.audit_many("provisional_grade_selected", told)
    unit.record(
        *(
            ProvisionalGradeSelected(
                course_id=row.course_id,
                assignment_id=row.assignment_id,
                submission_id=row.submission_id,
                student_id=row.student_id,
                provisional_grade_id=row.id,
            )
            for row in chosen
        )
    )
    anonymous_ids: dict[int, str] = {}
    if not sees_student_names(unit, access, assignment):
        found = submissions.by_students(connection, assignment.id, [row.student_id for row in chosen])
        anonymous_ids = {row.user_id: row.anonymous_id for row in found}
    return [Selection(assignment.id, row.student_id, row.id, anonymous_ids.get(row.student_id)) for row in chosen]
