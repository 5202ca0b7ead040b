"""Putting people into a course and taking them out: what belongs to a student follows in the same transaction."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions import enrollments, placement, scores
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.enrollments import EnrollmentView
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, Missing, NotFound
from gradewire.core.permissions import BUILT_IN_ROLES, INSTRUCTORS, MANAGE_ENROLLMENTS, STUDENTS
from gradewire.store import enrollments as rows
from gradewire.store import scores as score_rows
from gradewire.store import sections as section_rows
from gradewire.store import users as user_rows
from gradewire.store.enrollments import Filter, MemberRow

TYPES = frozenset({"StudentEnrollment", "TeacherEnrollment", "TaEnrollment", "ObserverEnrollment", "DesignerEnrollment"})
STATES = frozenset({"active", "invited", "inactive"})
TASKS = {"conclude": "completed", "delete": "deleted", "inactivate": "inactive", "deactivate": "inactive"}
OPEN = frozenset({"active", "invited", "creation_pending"})


class NewEnrollment(Struct, frozen=True, kw_only=True):
    """Who shall be what in which section; a custom role is named or numbered."""

    user_id: int | None
    type: str | None = None
    role: str | None = None
    role_id: int | None = None
    state: str | None = None
    section_id: int | None = None
    limited: bool = False
    associated_user_id: int | None = None


def enroll(unit: Unit, course_id: int, new: NewEnrollment) -> EnrollmentView:
    """Make somebody a member of a course. One who is the same already stays so; one who left comes back.

    Raises:
        NotFound: no such course or user.
        Denied: no right to manage enrolments.
        Missing: nobody was named.
        Invalid: a type, role, state or section that cannot be, or a concluded course.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ENROLLMENTS)
    if new.user_id is None:
        raise Missing("enrollment[user_id]")
    _find_user(unit, access, new.user_id)
    kind, role_id = _role(access, new)
    section_id = _section(unit, access, new)
    state = new.state or "invited"
    if state not in STATES:
        raise Invalid(Fault("enrollment_state", "must be active, invited or inactive"))
    if access.rules.course.workflow_state == "completed":
        raise Invalid(Fault("base", "the course is concluded"))
    associated = new.associated_user_id if kind == "ObserverEnrollment" else None
    if associated is not None:
        _find_user(unit, access, associated)
    same = rows.same(
        unit.connection, section_id=section_id, user_id=new.user_id, kind=kind, role_id=role_id, associated_user_id=associated
    )
    if same is None:
        number = rows.add(
            unit.connection,
            unit.now,
            course_id=course_id,
            course_section_id=section_id,
            user_id=new.user_id,
            type=kind,
            role_id=role_id,
            associated_user_id=associated,
            limit_privileges_to_course_section=new.limited,
            workflow_state=state,
        )
    else:
        number, before = same
        after = before if before == "active" and state == "invited" else state
        rows.change(
            unit.connection,
            number,
            unit.now,
            workflow_state=after,
            limit_privileges_to_course_section=new.limited,
            completed_at=None,
        )
    return _settle(unit, access, number)


def end(unit: Unit, course_id: int, enrollment_id: int, task: str) -> EnrollmentView:
    """Conclude, delete or deactivate an enrolment, and answer it as it then is.

    Raises:
        NotFound: no such course, or no such enrolment in it.
        Denied: no right to manage enrolments.
        Invalid: an unknown task.
    """
    access = course_access(unit, course_id)
    row = _find(unit, course_id, enrollment_id)
    access.require(MANAGE_ENROLLMENTS)
    if task not in TASKS:
        raise Invalid(Fault("task", "must be conclude, delete, inactivate or deactivate"))
    completed_at = unit.now if task == "conclude" else row.completed_at
    rows.change(unit.connection, row.id, unit.now, workflow_state=TASKS[task], completed_at=completed_at)
    return _settle(unit, access, row.id)


def reactivate(unit: Unit, course_id: int, enrollment_id: int) -> EnrollmentView:
    """Let somebody in again whose enrolment was concluded or deactivated.

    Raises:
        NotFound: no such course, or no such enrolment in it.
        Denied: no right to manage enrolments.
        Invalid: the enrolment is neither inactive nor completed.
    """
    access = course_access(unit, course_id)
    row = _find(unit, course_id, enrollment_id)
    access.require(MANAGE_ENROLLMENTS)
    if row.workflow_state not in {"inactive", "completed"}:
        raise Invalid(Fault("workflow_state", "must be inactive or completed to be reactivated"))
    rows.change(unit.connection, row.id, unit.now, workflow_state="active", completed_at=None)
    return _settle(unit, access, row.id)


def answer_invitation(unit: Unit, course_id: int, enrollment_id: int, *, accept: bool) -> EnrollmentView:
    """The invited user accepts or rejects.

    Raises:
        NotFound: no such course, or no such enrolment in it.
        Denied: somebody else's invitation.
        Invalid: no invitation is open.
    """
    access = course_access(unit, course_id)
    row = _find(unit, course_id, enrollment_id)
    if row.user_id != access.user_id:
        raise Denied
    if row.workflow_state not in {"invited", "creation_pending"}:
        raise Invalid(Fault("workflow_state", "must be invited"))
    rows.change(unit.connection, row.id, unit.now, workflow_state="active" if accept else "rejected")
    return _settle(unit, access, row.id)


def _settle(unit: Unit, access: CourseAccess, enrollment_id: int) -> EnrollmentView:
    """Bring in step what follows from an enrolment that changed: a student's work and scores, a final grader's assignments."""
    course_id = access.rules.course.id
    (row,) = rows.find(unit.connection, Filter(ids=[enrollment_id]))
    gone = row.type in INSTRUCTORS and row.workflow_state not in OPEN
    settle(unit, course_id, students=[row.user_id] if row.type in STUDENTS else [], staff=[row.user_id] if gone else [])
    return enrollments.views(unit, {course_id: access}, [row], None)[0]


def settle(unit: Unit, course_id: int, *, students: Collection[int], staff: Collection[int]) -> None:
    """The same for many: students whose enrolments in a course changed, and instructors who left it. A constant number of
    statements."""
    if students:
        score_rows.lock(unit.connection, course_id, students)
        placement.place(unit, course_id, user_ids=students)
        scores.recompute(unit, course_id, user_ids=students)
    if staff:
        left = set(staff) - rows.active_instructors(unit.connection, course_id)
        if left and rows.dismiss_final_graders(unit.connection, course_id, left, unit.now):
            unit.touch_rules(course_id)


def _find(unit: Unit, course_id: int, enrollment_id: int) -> MemberRow:
    found = rows.find(unit.connection, Filter(ids=[enrollment_id], course_id=course_id))
    if not found or found[0].workflow_state == "deleted":
        raise NotFound
    return found[0]


def _find_user(unit: Unit, access: CourseAccess, user_id: int) -> None:
    found = user_rows.by_ids(unit.connection, [user_id])
    if not found or found[0].root_account_id != access.rules.course.root_account_id:
        raise NotFound


def _role(access: CourseAccess, new: NewEnrollment) -> tuple[str, int | None]:
    """The type, and the custom role if one was asked for."""
    kind = new.type or None
    numbered = next((name for name, number in BUILT_IN_ROLES.items() if number == new.role_id), None)
    if numbered is not None:
        new = replace(new, role=numbered, role_id=None)
    if kind is not None and kind not in TYPES:
        raise Invalid(Fault("type", "is not a type of enrollment"))
    if new.role is None and new.role_id is None:
        return kind or "StudentEnrollment", None
    if new.role_id is None and new.role in TYPES:
        named: Any = new.role
        if kind not in {None, named}:
            raise Invalid(Fault("role", "has another base type"))
        return named, None
    custom = [one for one in access.rules.roles.values() if new.role_id in {None, one.id} and new.role in {None, one.name}]
    usable = [one for one in custom if one.base_role_type in TYPES]
    if not usable:
        raise Invalid(Fault("role", "is not a role of this course"))
    role = usable[0]
    if kind not in {None, role.base_role_type}:
        raise Invalid(Fault("role", "has another base type"))
    return role.base_role_type, None if role.name == role.base_role_type else role.id


def _section(unit: Unit, access: CourseAccess, new: NewEnrollment) -> int:
    course_id = access.rules.course.id
    if new.section_id is not None:
        section = section_rows.find(unit.connection, new.section_id)
        if section is None or section.course_id != course_id:
            raise Invalid(Fault("course_section_id", "is not a section of this course"))
        return section.id
    found = section_rows.default_of(unit.connection, course_id)
    if found is None:
        found = section_rows.add_default(unit.connection, course_id, access.rules.course.name, unit.now)
    return found
