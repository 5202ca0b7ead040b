"""Grades as students and their observers see them: only what is posted, and nothing from which the rest could be guessed."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from gradewire.actions import course_grades
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.course_grades import CourseGrades
from gradewire.actions.grading import posts_manually
from gradewire.actions.overviews import in_course_order
from gradewire.actions.schemes import assignment_scheme
from gradewire.actions.unit import Unit
from gradewire.core.entry import Gradable, display
from gradewire.core.lateness import OFFLINE_TYPES, decide_status
from gradewire.core.permissions import READ, STUDENTS
from gradewire.store import enrollments, users
from gradewire.store import overviews as rows
from gradewire.store.enrollments import Filter
from gradewire.store.overviews import OwnWorkRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow


class OwnGrade(Struct, frozen=True, kw_only=True):
    """One assignment with the student's grade for it; without ``posted`` nothing of a grade is told, not even whether there is
    one."""

    assignment: AssignmentFacts
    due_at: datetime | None
    submitted_at: datetime | None
    late: bool
    missing: bool
    posted: bool
    score: float | None = None
    grade: str | None = None
    excused: bool = False
    points_deducted: float | None = None


class OwnGrades(Struct, frozen=True, kw_only=True):
    """One student's grades in a course. Totals are of posted grades; ``None`` where the course hides them."""

    user_id: int
    name: str
    own: bool
    """It is the caller; otherwise a student whom the caller observes."""
    numbers: bool
    """Whether scores may be shown as numbers; some courses show letters only."""
    grades: list[OwnGrade]
    total: float | None
    total_grade: str | None
    shows_total: bool


def list_for_course(unit: Unit, course_id: int) -> list[OwnGrades]:
    """The caller's own grades as a student of the course, and those of the students whom the caller observes there.

    Raises:
        NotFound: no such course.
        Denied: a course that the caller may not read.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    students = _students(access)
    if not students:
        return []
    names = {one.id: one.name for one in users.by_ids(unit.connection, students)}
    work: dict[int, dict[int, OwnWorkRow]] = {number: {} for number in students}
    for row in rows.own_work(unit.connection, course_id, students):
        work[row.user_id][row.assignment_id] = row
    totals = _totals(unit, access, students)
    return [_of_student(unit, access, number, names.get(number, ""), work[number], totals.get(number)) for number in students]


def _students(access: CourseAccess) -> list[int]:
    """Whose grades the caller may read as student or observer, the own first."""
    found: dict[int, None] = {}
    grants = [grant for grant in access.grants if grant.workflow_state in {"active", "completed"}]
    if access.rules.course.workflow_state == "unpublished":
        return []
    if any(grant.type in STUDENTS for grant in grants):
        found[access.user_id] = None
    for grant in grants:
        if grant.type == "ObserverEnrollment" and grant.associated_user_id is not None:
            found[grant.associated_user_id] = None
    return list(found)


def _totals(unit: Unit, access: CourseAccess, students: list[int]) -> dict[int, CourseGrades]:
    """The students' course scores as they may see them; none where the course hides them."""
    if access.rules.course.hide_final_grades:
        return {}
    wanted = Filter(
        course_id=access.rules.course.id, user_ids=students, types=sorted(STUDENTS), states=("active", "completed", "inactive")
    )
    found = enrollments.find(unit.connection, wanted)
    scores = enrollments.scores_of(unit.connection, [row.id for row in found], grading_period_id=None)
    totals = {row.user_id: course_grades.view(access, row.user_id, scores.get(row.id)) for row in reversed(found)}
    return {user_id: total for user_id, total in totals.items() if total is not None}


def _of_student(
    unit: Unit, access: CourseAccess, user_id: int, name: str, work: dict[int, OwnWorkRow], total: CourseGrades | None
) -> OwnGrades:
    numbers = not access.rules.course.restrict_quantitative_data
    grades = [
        grade_of(unit, access, one, work[one.id], numbers=numbers)
        for one in in_course_order(access)
        if one.id in work and one.workflow_state == "published"
    ]
    return OwnGrades(
        user_id=user_id,
        name=name,
        own=user_id == access.user_id,
        numbers=numbers,
        grades=grades,
        total=total.marks.current_score if total is not None and numbers else None,
        total_grade=total.marks.current_grade if total is not None else None,
        shows_total=total is not None,
    )


def grade_of(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, row: OwnWorkRow | SubmissionRow, *, numbers: bool
) -> OwnGrade:
    """What a student may know of the own work. A status set by a grader is part of the grade, and so is it that work without a
    submission is not missing because it has a score. Where nothing is graded and nothing waits, a status is seen at once."""
    posted = row.posted_at is not None
    ungraded = row.score is None and not row.excused
    status = decide_status(
        set_by_hand=row.late_policy_status if posted or (ungraded and not posts_manually(access.rules, assignment)) else None,
        excused=row.excused and posted,
        submitted_at=row.submitted_at,
        due_at=row.cached_due_date,
        now=unit.now,
        online_quiz="online_quiz" in assignment.submission_types,
        expects_submission=not frozenset(assignment.submission_types) <= OFFLINE_TYPES,
        graded=row.score is not None and posted,
    )
    found = OwnGrade(
        assignment=assignment,
        due_at=row.cached_due_date,
        submitted_at=row.submitted_at,
        late=status == "late",
        missing=status == "missing",
        posted=posted,
    )
    if not posted:
        return found
    grade = row.grade
    if not numbers and row.score is not None:
        letters = Gradable(
            "pass_fail" if assignment.grading_type == "pass_fail" else "letter_grade", assignment.points_possible
        )
        grade = display(row.score, letters, assignment_scheme(access.rules, assignment), given=row.grade)
    return OwnGrade(
        assignment=assignment,
        due_at=found.due_at,
        submitted_at=found.submitted_at,
        late=found.late,
        missing=found.missing,
        posted=True,
        score=row.score if numbers else None,
        grade=grade,
        excused=row.excused,
        points_deducted=row.points_deducted if numbers else None,
    )
