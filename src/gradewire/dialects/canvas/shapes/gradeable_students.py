"""Students as graders list them (moderation reference, 10.4 and 10.5)."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions import gradeable_students
from gradewire.dialects.canvas.shapes.comments import AVATAR, user_display
from gradewire.dialects.canvas.shapes.provisional_grades import ProvisionalGrade, provisional_grade


class GradeableStudent(Struct):
    """An anonymised student has neither ``id`` nor ``html_url``, and another kind of ``anonymous_id``."""

    anonymous_id: str
    avatar_image_url: str
    display_name: str
    id: int | UnsetType = UNSET
    html_url: str | UnsetType = UNSET
    pronouns: str | UnsetType | None = UNSET
    fake_student: bool | UnsetType = UNSET
    assignment_ids: list[int] | UnsetType = UNSET
    in_moderation_set: bool | UnsetType = UNSET
    selected_provisional_grade_id: int | UnsetType | None = UNSET
    provisional_grades: list[ProvisionalGrade] | UnsetType = UNSET


def gradeable_student(student: gradeable_students.GradeableStudent, base_url: str) -> GradeableStudent:
    shape = _person(student, base_url)
    if student.assignment_ids is not None:
        shape.assignment_ids = student.assignment_ids
    if student.grades is not None:
        shape.in_moderation_set = student.selected_provisional_grade_id is not None
        shape.selected_provisional_grade_id = student.selected_provisional_grade_id
        shape.provisional_grades = [provisional_grade(view, base_url) for view in student.grades]
    return shape


def _person(student: gradeable_students.GradeableStudent, base_url: str) -> GradeableStudent:
    if student.anonymous_id is not None:
        return GradeableStudent(
            anonymous_id=student.anonymous_id,
            avatar_image_url=base_url + AVATAR,
            display_name=student.anonymous_name or "Student",
        )
    shown = user_display(student.user, base_url, student.course_id)
    assert shown.anonymous_id is not UNSET
    assert shown.avatar_image_url is not UNSET
    assert shown.display_name is not UNSET
    shape = GradeableStudent(
        id=shown.id,
        anonymous_id=shown.anonymous_id,
        display_name=shown.display_name,
        avatar_image_url=shown.avatar_image_url,
        html_url=shown.html_url,
        pronouns=shown.pronouns,
    )
    if student.user.fake_student:
        shape.fake_student = True
    return shape
