"""The enrollment object with its grades (grade calculation reference, 10)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.enrollments import EnrollmentView
from gradewire.core.permissions import BUILT_IN_ROLES, MANAGE_SIS, READ_SIS, STUDENTS, VIEW_USER_LOGINS
from gradewire.dialects.canvas.shapes.comments import AVATAR
from gradewire.dialects.canvas.shapes.users import User, user
from gradewire.dialects.canvas.wire import whole


class Grades(Struct):
    """Absent keys are not for this viewer. Without rights to any grade, the link is all."""

    html_url: str
    current_grade: str | UnsetType | None = UNSET
    current_score: float | UnsetType | None = UNSET
    final_grade: str | UnsetType | None = UNSET
    final_score: float | UnsetType | None = UNSET
    unposted_current_grade: str | UnsetType | None = UNSET
    unposted_current_score: float | UnsetType | None = UNSET
    unposted_final_grade: str | UnsetType | None = UNSET
    unposted_final_score: float | UnsetType | None = UNSET
    override_grade: str | UnsetType | None = UNSET
    override_score: float | UnsetType | None = UNSET
    current_points: float | UnsetType | None = UNSET
    unposted_current_points: float | UnsetType | None = UNSET


class Enrollment(Struct):
    id: int
    user_id: int
    course_id: int
    course_section_id: int
    root_account_id: int
    type: str
    role: str
    role_id: int
    enrollment_state: str
    associated_user_id: int | None
    limit_privileges_to_course_section: bool
    created_at: datetime | None
    updated_at: datetime | None
    start_at: datetime | None
    end_at: datetime | None
    completed_at: datetime | None
    last_activity_at: datetime | None
    total_activity_time: int
    html_url: str
    user: User
    sis_account_id: str | UnsetType | None = UNSET
    sis_course_id: str | UnsetType | None = UNSET
    course_integration_id: str | UnsetType | None = UNSET
    sis_section_id: str | UnsetType | None = UNSET
    section_integration_id: str | UnsetType | None = UNSET
    sis_user_id: str | UnsetType | None = UNSET
    grades: Grades | UnsetType = UNSET
    observed_user: User | UnsetType = UNSET


class CourseUser(User, kw_only=True):
    """Somebody of a course."""

    enrollments: list[Enrollment] | UnsetType = UNSET


def enrollment(view: EnrollmentView, base_url: str, include: Collection[str] = ()) -> Enrollment:
    """``include`` may add ``current_points`` to the grades, ``avatar_url`` and ``email`` to the user."""
    row, access = view.row, view.access
    logins = access.has(VIEW_USER_LOGINS)
    reads_sis = access.has(READ_SIS, MANAGE_SIS)
    shape = Enrollment(
        id=row.id,
        user_id=row.user_id,
        course_id=row.course_id,
        course_section_id=row.course_section_id,
        root_account_id=row.root_account_id,
        type=row.type,
        role=row.role_name or row.type,
        role_id=BUILT_IN_ROLES[row.type] if row.role_id is None else row.role_id,
        enrollment_state=row.workflow_state,
        associated_user_id=row.associated_user_id,
        limit_privileges_to_course_section=row.limit_privileges_to_course_section,
        created_at=whole(row.created_at),
        updated_at=whole(row.updated_at),
        start_at=None,
        end_at=None,
        completed_at=whole(row.completed_at),
        last_activity_at=None,
        total_activity_time=0,
        html_url=f"{base_url}/courses/{row.course_id}/users/{row.user_id}",
        user=user(view.user, sis=reads_sis, logins=logins),
    )
    if reads_sis:
        shape.sis_account_id = row.sis_account_id
        shape.sis_course_id = row.sis_course_id
        shape.course_integration_id = row.course_integration_id
        shape.sis_section_id = row.sis_section_id
        shape.section_integration_id = row.section_integration_id
        shape.sis_user_id = view.user.sis_user_id
    if row.type in STUDENTS:
        link = f"{base_url}/courses/{row.course_id}/grades/{row.user_id}"
        shape.grades = _grades(view, link, points="current_points" in include)
    if view.group_ids is not None:
        shape.user.group_ids = list(view.group_ids)
    if "avatar_url" in include:
        shape.user.avatar_url = base_url + AVATAR
    if "email" in include and logins:
        shape.user.email = view.user.email
    if view.observed is not None:
        shape.observed_user = user(view.observed, sis=reads_sis, logins=logins)
    return shape


def _grades(view: EnrollmentView, html_url: str, *, points: bool) -> Grades:
    shape = Grades(html_url)
    seen = view.grades
    if seen is None:
        return shape
    shape.current_grade, shape.final_grade = seen.marks.current_grade, seen.marks.final_grade
    if seen.letters_only:
        return shape
    shape.current_score, shape.final_score = seen.marks.current_score, seen.marks.final_score
    if seen.unposted is not None:
        shape.unposted_current_grade, shape.unposted_final_grade = seen.unposted.current_grade, seen.unposted.final_grade
        shape.unposted_current_score, shape.unposted_final_score = seen.unposted.current_score, seen.unposted.final_score
    if seen.override_score is not None:
        shape.override_grade, shape.override_score = seen.override_grade, seen.override_score
    if points and seen.points is not None:
        shape.current_points, shape.unposted_current_points = seen.points
    return shape
