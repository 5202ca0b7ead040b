"""The score that a teacher sets over a computed course or grading period score (grade calculation reference, 10)."""

from __future__ import annotations

import math
from collections.abc import Collection
from hashlib import blake2b

from gradewire.actions import scores
from gradewire.actions.access import course_access
from gradewire.actions.course_grades import overrides_count
from gradewire.actions.enrollments import EnrollmentView, views
from gradewire.actions.graded_students import check_period, find_student
from gradewire.actions.unit import Unit
from gradewire.core.changes import OverrideChanged
from gradewire.core.entry import MOST_POINTS
from gradewire.core.errors import Malformed, Refused, Stale
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import override_versions
from gradewire.store import scores as rows

NOT_ALLOWED = "This course does not allow its grades to be overridden."
NO_ACTIVE_ENROLLMENT = "The student has no active enrollment in this course."
NO_SCORE = "The student has no score there that could be overridden."


def read_score(sent: str | None) -> float | None:
    """What was sent as the override: any number that a score can be, or nothing.

    Raises:
        Malformed: something else.
    """
    text = (sent or "").strip()
    if not text:
        return None
    try:
        score = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        score = math.nan
    if math.isnan(score) or abs(score) > MOST_POINTS:
        raise Malformed("override_score is not a number that a score can be.", field="override_score")
    return score + 0.0


def state_of(enrollment_id: int, grading_period_id: int | None, score: float | None) -> str:
    """The state of an override, for those who may see it: other characters, another override."""
    told = f"{enrollment_id} {grading_period_id} {score}"
    return blake2b(told.encode(), digest_size=12).hexdigest()


def show(unit: Unit, course_id: int, enrollment_id: int, grading_period_id: int | None = None) -> EnrollmentView:
    """An enrolment whose override one may set, as it is now.

    Raises:
        NotFound: no such course, student or grading period.
        Denied: no right to grade.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    enrollment = find_student(unit, access, enrollment_id)
    check_period(access, grading_period_id)
    return views(unit, {course_id: access}, [enrollment], grading_period_id)[0]


def override(
    unit: Unit,
    course_id: int,
    enrollment_id: int,
    score: float | None,
    grading_period_id: int | None = None,
    *,
    expected: Collection[str] | None = None,
) -> EnrollmentView:
    """Set, change or remove (``None``) the override of a student's score, in percent, on all active enrolments of the student.

    There is a fact and an entry of the history for each enrolment whose value differs from before. Computed scores stay as
    they are, except that in a Schoology-style course the grade of a period is part of the course grade.

    Raises:
        NotFound: no such course, student or grading period.
        Denied: no right to grade.
        Refused: the course does not allow overrides, or the student has no active enrolment or no score row there.
        Stale: the override of the enrolment is in none of the ``expected`` states.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    enrollment = find_student(unit, access, enrollment_id)
    check_period(access, grading_period_id)
    if not overrides_count(access.rules):
        raise Refused("override_not_allowed", NOT_ALLOWED)
    connection, user_id = unit.connection, enrollment.user_id
    rows.lock(connection, course_id, [user_id])
    found = rows.overridable(connection, course_id, user_id, grading_period_id)
    if not found:
        raise Refused("not_enrolled", NO_ACTIVE_ENROLLMENT)
    if expected is not None:
        now = next((row.override_score for row in found if row.enrollment_id == enrollment_id), None)
        if state_of(enrollment_id, grading_period_id, now) not in expected:
            raise Stale
    facts = []
    for row in found:
        if row.score_id is None:
            raise Refused("no_score", NO_SCORE)
        if row.override_score == score:
            continue
        facts.append(
            OverrideChanged(
                score_id=row.score_id,
                enrollment_id=row.enrollment_id,
                user_id=user_id,
                course_id=course_id,
                grading_period_id=grading_period_id,
                override_score=score,
                old_override_score=row.override_score,
                updated_at=unit.now,
            )
        )
    rows.set_override(connection, [fact.score_id for fact in facts], score, unit.now)
    request = unit.asker.request
    override_versions.append(
        connection, facts, acting_user_id=unit.actor_id, request_id=request.request_id if request else None, now=unit.now
    )
    unit.record(*facts)
    if facts and grading_period_id is not None and access.rules.course.calculation == "schoology":
        scores.recompute(unit, course_id, [user_id])
    return views(unit, {course_id: access}, [enrollment], grading_period_id)[0]
