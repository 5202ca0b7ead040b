"""The section object."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.sections import SectionView
from gradewire.core.permissions import MANAGE_SIS, READ_SIS, VIEW_USER_LOGINS
from gradewire.dialects.canvas.shapes.users import User, user
from gradewire.dialects.canvas.wire import whole


class Section(Struct):
    id: int
    course_id: int
    name: str
    start_at: datetime | None
    end_at: datetime | None
    nonxlist_course_id: int | None = None
    restrict_enrollments_to_section_dates: bool = False
    sis_section_id: str | UnsetType | None = UNSET
    sis_course_id: str | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET
    total_students: int | UnsetType = UNSET
    students: list[User] | UnsetType = UNSET


def section(view: SectionView) -> Section:
    row = view.row
    shape = Section(row.id, row.course_id, row.name, whole(row.start_at), whole(row.end_at))
    reads_sis = view.access.has(READ_SIS, MANAGE_SIS)
    if reads_sis:
        shape.sis_section_id = row.sis_section_id
        shape.sis_course_id = row.sis_course_id
        shape.integration_id = row.integration_id
    if view.total_students is not None:
        shape.total_students = view.total_students
    if view.students is not None:
        logins = view.access.has(VIEW_USER_LOGINS)
        shape.students = [user(one, sis=reads_sis, logins=logins) for one in view.students]
    return shape
