"""The course object, its term, and what it says of the caller's enrolments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.course_grades import CourseGrades, Marks
from gradewire.actions.courses import CourseView, OwnEnrollment
from gradewire.core.permissions import BUILT_IN_ROLES, MANAGE_COURSE, MANAGE_GRADES, MANAGE_SIS, READ_SIS
from gradewire.dialects.canvas.shapes.terms import Term, term
from gradewire.dialects.canvas.wire import whole


class CourseSection(Struct):
    """A section as far as the caller is enrolled in it."""

    id: int
    name: str
    start_at: datetime | None
    end_at: datetime | None
    enrollment_role: str


class CourseEnrollment(Struct):
    """What somebody is in a course; with scores where they were asked for."""

    type: str
    role: str
    role_id: int
    user_id: int
    enrollment_state: str
    limit_privileges_to_course_section: bool
    associated_user_id: int | UnsetType = UNSET
    computed_current_grade: str | UnsetType | None = UNSET
    computed_final_grade: str | UnsetType | None = UNSET
    computed_current_score: float | UnsetType | None = UNSET
    computed_final_score: float | UnsetType | None = UNSET
    unposted_current_grade: str | UnsetType | None = UNSET
    unposted_final_grade: str | UnsetType | None = UNSET
    unposted_current_score: float | UnsetType | None = UNSET
    unposted_final_score: float | UnsetType | None = UNSET
    has_grading_periods: bool | UnsetType = UNSET
    multiple_grading_periods_enabled: bool | UnsetType = UNSET
    totals_for_all_grading_periods_option: bool | UnsetType = UNSET
    current_grading_period_title: str | UnsetType | None = UNSET
    current_grading_period_id: int | UnsetType | None = UNSET
    current_period_computed_current_grade: str | UnsetType | None = UNSET
    current_period_computed_final_grade: str | UnsetType | None = UNSET
    current_period_computed_current_score: float | UnsetType | None = UNSET
    current_period_computed_final_score: float | UnsetType | None = UNSET
    current_period_unposted_current_grade: str | UnsetType | None = UNSET
    current_period_unposted_final_grade: str | UnsetType | None = UNSET
    current_period_unposted_current_score: float | UnsetType | None = UNSET
    current_period_unposted_final_score: float | UnsetType | None = UNSET


class Course(Struct):
    id: int
    name: str
    course_code: str
    uuid: str
    account_id: int
    root_account_id: int
    enrollment_term_id: int | None
    workflow_state: str
    created_at: datetime | None
    start_at: datetime | None
    end_at: datetime | None
    time_zone: str
    grading_standard_id: int | None
    apply_assignment_group_weights: bool
    hide_final_grades: bool
    calculation: str
    """Our extension: canvas or schoology, how the scores of the course are computed."""
    enrollments: list[CourseEnrollment]
    post_manually: bool | UnsetType = UNSET
    allow_final_grade_override: bool | UnsetType = UNSET
    restrict_quantitative_data: bool | UnsetType = UNSET
    sis_course_id: str | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET
    term: Term | UnsetType = UNSET
    sections: list[CourseSection] | UnsetType = UNSET
    total_students: int | UnsetType = UNSET
    concluded: bool | UnsetType = UNSET


class CourseEnd(Struct):
    """What became of a course."""

    delete: bool | UnsetType = UNSET
    conclude: bool | UnsetType = UNSET


class CourseSettings(Struct):
    """What ``/courses/:id/settings`` tells of a course, as far as grading goes."""

    hide_final_grades: bool
    allow_final_grade_override: bool
    restrict_quantitative_data: bool
    grading_standard_enabled: bool
    grading_standard_id: int | None


def course(view: CourseView, include: list[str]) -> Course:
    """What staff set is shown to staff; ids of other systems to those who may read them."""
    row, access = view.row, view.access
    shape = Course(
        id=row.id,
        name=row.name,
        course_code=row.course_code,
        uuid=row.uuid,
        account_id=row.account_id,
        root_account_id=row.root_account_id,
        enrollment_term_id=row.enrollment_term_id,
        workflow_state=row.workflow_state,
        created_at=whole(row.created_at),
        start_at=whole(row.start_at),
        end_at=whole(row.end_at),
        time_zone=row.time_zone or "UTC",
        grading_standard_id=row.grading_standard_id,
        apply_assignment_group_weights=row.group_weighting_scheme == "percent",
        hide_final_grades=row.hide_final_grades,
        calculation=row.calculation,
        enrollments=[_enrollment(one) for one in view.enrollments],
    )
    reads_sis = access.has(READ_SIS, MANAGE_SIS)
    if access.has(MANAGE_GRADES, MANAGE_COURSE):
        shape.post_manually = row.post_manually
        shape.allow_final_grade_override = row.allow_final_grade_override
        shape.restrict_quantitative_data = row.restrict_quantitative_data
    if reads_sis:
        shape.sis_course_id = row.sis_course_id
        shape.integration_id = row.integration_id
    if view.term is not None:
        shape.term = term(view.term, reads_sis=reads_sis)
    if "sections" in include:
        shape.sections = [_section(one) for one in view.enrollments]
    if view.total_students is not None:
        shape.total_students = view.total_students
    if "concluded" in include:
        shape.concluded = row.workflow_state == "completed"
    return shape


def settings(view: CourseView) -> CourseSettings:
    row = view.row
    return CourseSettings(
        hide_final_grades=row.hide_final_grades,
        allow_final_grade_override=row.allow_final_grade_override,
        restrict_quantitative_data=row.restrict_quantitative_data,
        grading_standard_enabled=row.grading_standard_id is not None,
        grading_standard_id=row.grading_standard_id,
    )


def _section(own: OwnEnrollment) -> CourseSection:
    row = own.row
    return CourseSection(
        id=row.course_section_id,
        name=row.section_name,
        start_at=whole(row.section_start_at),
        end_at=whole(row.section_end_at),
        enrollment_role=row.role_name or row.type,
    )


def _enrollment(own: OwnEnrollment) -> CourseEnrollment:
    row = own.row
    shape: dict[str, Any] = {
        "type": row.type.removesuffix("Enrollment").lower(),
        "role": row.role_name or row.type,
        "role_id": BUILT_IN_ROLES[row.type] if row.role_id is None else row.role_id,
        "user_id": row.user_id,
        "enrollment_state": row.workflow_state,
        "limit_privileges_to_course_section": row.limit_privileges_to_course_section,
    }
    if row.associated_user_id is not None:
        shape["associated_user_id"] = row.associated_user_id
    if own.grades is not None:
        shape |= _scores("computed", own.grades)
    if own.period is not None:
        period = own.period.period
        shape |= {
            "has_grading_periods": own.period.has_periods,
            "multiple_grading_periods_enabled": own.period.has_periods,
            "totals_for_all_grading_periods_option": own.period.shows_all,
            "current_grading_period_title": period.title if period else None,
            "current_grading_period_id": period.id if period else None,
        }
        if own.period.grades is not None:
            shape |= _scores("current_period_computed", own.period.grades)
    return CourseEnrollment(**shape)


def _scores(prefix: str, grades: CourseGrades) -> dict[str, Any]:
    found = _marks(prefix, grades.marks, grades)
    if grades.unposted is not None:
        found |= _marks(f"{prefix.removesuffix('computed')}unposted", grades.unposted, grades)
    return found


def _marks(prefix: str, marks: Marks, grades: CourseGrades) -> dict[str, Any]:
    shape: dict[str, Any] = {
        f"{prefix}_current_grade": marks.current_grade,
        f"{prefix}_final_grade": marks.final_grade,
    }
    if not grades.letters_only:
        shape[f"{prefix}_current_score"] = marks.current_score
        shape[f"{prefix}_final_score"] = marks.final_score
    return shape
