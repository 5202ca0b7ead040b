"""Course scores as somebody may see them (grade calculation reference, 10)."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.access import CourseAccess
from gradewire.actions.schemes import course_scheme
from gradewire.core.permissions import MANAGE_GRADES, READ, STUDENTS, VIEW_ALL_GRADES
from gradewire.core.scoring.overrides import give_letter, take_effect
from gradewire.store.enrollments import CourseScoreRow
from gradewire.store.rules import CourseRules


class Marks(Struct, frozen=True):
    """A pair of course scores in percent with their letters; ``None`` also where the viewer may see letters only."""

    current_score: float | None
    current_grade: str | None
    final_score: float | None
    final_grade: str | None


class CourseGrades(Struct, frozen=True):
    """What one viewer sees of a student's scores in one course or grading period."""

    marks: Marks
    """Staff see what was computed; students and their observers what is in effect."""
    unposted: Marks | None = None
    """For staff only, as all below."""
    override_score: float | None = None
    override_grade: str | None = None
    points: tuple[float | None, float | None] | None = None
    """Current points, posted and unposted."""
    letters_only: bool = False


def is_in_charge(access: CourseAccess) -> bool:
    """Whether the caller sees the grades of all students."""
    return access.has(MANAGE_GRADES, VIEW_ALL_GRADES)


def follows(access: CourseAccess, user_id: int) -> bool:
    """Whether the caller is this student, or observes them, in the course."""
    return access.has(READ) and any(
        (grant.type in STUDENTS and user_id == access.user_id)
        or (grant.type == "ObserverEnrollment" and grant.associated_user_id == user_id)
        for grant in access.grants
        if grant.workflow_state in {"active", "completed"}
    )


def overrides_count(rules: CourseRules) -> bool:
    """Whether overrides are in effect: every account above has the feature and the course allows them."""
    return rules.course.allow_final_grade_override and all(account.final_grades_override for account in rules.accounts)


def view(access: CourseAccess, user_id: int, row: CourseScoreRow | None) -> CourseGrades | None:
    """What the caller sees of a student's scores; ``None``: nothing. A student without a score row has empty ones."""
    rules = access.rules
    scheme = course_scheme(rules)
    row = row or CourseScoreRow(0, None, None, None, None, None, None, None)
    if is_in_charge(access):
        unposted = row.unposted_current_score, row.unposted_final_score
        return CourseGrades(
            marks=Marks(
                row.current_score, give_letter(row.current_score, scheme), row.final_score, give_letter(row.final_score, scheme)
            ),
            unposted=Marks(unposted[0], give_letter(unposted[0], scheme), unposted[1], give_letter(unposted[1], scheme)),
            override_score=row.override_score,
            override_grade=give_letter(row.override_score, scheme),
            points=(row.current_points, row.unposted_current_points),
        )
    if rules.course.hide_final_grades or not follows(access, user_id):
        return None
    counts = overrides_count(rules)
    effective = take_effect(row.current_score, row.final_score, row.override_score, scheme, feature=counts, allowed=counts)
    return CourseGrades(
        marks=Marks(effective.current_score, effective.current_grade, effective.final_score, effective.final_grade),
        letters_only=rules.course.restrict_quantitative_data,
    )
