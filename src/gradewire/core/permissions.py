"""Who may do what: one table of rights per role, asked by both dialects and the web through the same actions.

Defaults follow Canvas's permission registry (moderation reference, 0; grade calculation reference, 14). An account may change
the rights of a built-in role, or define roles of its own, through ``permissions`` of a role.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

READ = "read"
"""See the course at all."""
MANAGE_GRADES = "manage_grades"
VIEW_ALL_GRADES = "view_all_grades"
SELECT_FINAL_GRADE = "select_final_grade"
READ_ROSTER = "read_roster"
MANAGE_ASSIGNMENTS = "manage_assignments"
MANAGE_COURSE = "manage_course"
"""Change the course itself, its grading periods and policies."""
MANAGE_ENROLLMENTS = "manage_enrollments"
MANAGE_GROUPS = "manage_groups"
"""Make groups of students who hand in together, and say who is in them."""
SET_GRADING_SCHEME = "set_grading_scheme"
MANAGE_COURSES_ADMIN = "manage_courses_admin"
MANAGE_ACCOUNT = "manage_account"
READ_SIS = "read_sis"
MANAGE_SIS = "manage_sis"
VIEW_USER_LOGINS = "view_user_logins"
COMMENT_ON_OTHERS = "comment_on_others_submissions"
VIEW_AUDIT_TRAIL = "view_audit_trail"
BECOME_USER = "become_user"

ALL_RIGHTS = frozenset(
    {
        READ,
        MANAGE_GRADES,
        VIEW_ALL_GRADES,
        SELECT_FINAL_GRADE,
        READ_ROSTER,
        MANAGE_ASSIGNMENTS,
        MANAGE_COURSE,
        MANAGE_ENROLLMENTS,
        MANAGE_GROUPS,
        SET_GRADING_SCHEME,
        MANAGE_COURSES_ADMIN,
        MANAGE_ACCOUNT,
        READ_SIS,
        MANAGE_SIS,
        VIEW_USER_LOGINS,
        COMMENT_ON_OTHERS,
        VIEW_AUDIT_TRAIL,
        BECOME_USER,
    }
)

_STAFF = frozenset(
    {
        READ,
        MANAGE_GRADES,
        VIEW_ALL_GRADES,
        SELECT_FINAL_GRADE,
        READ_ROSTER,
        MANAGE_ASSIGNMENTS,
        MANAGE_GROUPS,
        VIEW_USER_LOGINS,
        COMMENT_ON_OTHERS,
    }
)

DEFAULTS: Mapping[str, frozenset[str]] = {
    "AccountAdmin": ALL_RIGHTS,
    "AccountMembership": frozenset(),
    "TeacherEnrollment": _STAFF | {MANAGE_COURSE, MANAGE_ENROLLMENTS, SET_GRADING_SCHEME, READ_SIS, VIEW_AUDIT_TRAIL},
    "TaEnrollment": _STAFF,
    "DesignerEnrollment": frozenset({READ, READ_ROSTER, MANAGE_ASSIGNMENTS, MANAGE_GROUPS, MANAGE_COURSE, SET_GRADING_SCHEME}),
    "StudentEnrollment": frozenset({READ, READ_ROSTER}),
    "StudentViewEnrollment": frozenset({READ, READ_ROSTER}),
    "ObserverEnrollment": frozenset({READ}),
}

BUILT_IN_ROLES: Mapping[str, int] = {
    "AccountAdmin": 9_999_999_999_001,
    "StudentEnrollment": 9_999_999_999_002,
    "TeacherEnrollment": 9_999_999_999_003,
    "TaEnrollment": 9_999_999_999_004,
    "DesignerEnrollment": 9_999_999_999_005,
    "ObserverEnrollment": 9_999_999_999_006,
    "StudentViewEnrollment": 9_999_999_999_007,
}
"""The roles that every account has, which are not rows, with the ids by which clients know them: larger than any row will have,
and small enough for JavaScript and for a global id."""

READING = frozenset({READ, VIEW_ALL_GRADES, READ_ROSTER, READ_SIS, VIEW_USER_LOGINS, VIEW_AUDIT_TRAIL})
"""What is left of a role once its enrolment or its course is concluded."""

INSTRUCTORS = frozenset({"TeacherEnrollment", "TaEnrollment"})
STUDENTS = frozenset({"StudentEnrollment", "StudentViewEnrollment"})


class Grant(Struct, frozen=True):
    """One enrolment of the asking user in a course, as far as rights go."""

    type: str
    workflow_state: str
    section_id: int
    limited: bool
    """Only sees people of the own section."""
    associated_user_id: int | None
    permissions: Mapping[str, bool]
    role_name: str


class Membership(Struct, frozen=True):
    """A role of the asking user in an account of the course's account chain."""

    base_type: str
    permissions: Mapping[str, bool]
    role_name: str


def role_rights(base_type: str, changes: Mapping[str, bool]) -> frozenset[str]:
    """The rights of a role: the defaults of its base type with the account's changes over them."""
    rights = DEFAULTS[base_type]
    if not changes:
        return rights
    added = {right for right, on in changes.items() if on and right in ALL_RIGHTS}
    removed = {right for right, on in changes.items() if not on}
    return frozenset((rights | added) - removed)


def account_rights(memberships: Iterable[Membership]) -> frozenset[str]:
    """Rights that come from roles in accounts; any of them is enough."""
    found: frozenset[str] = frozenset()
    for membership in memberships:
        found |= role_rights(membership.base_type, membership.permissions)
    return found


def course_rights(grants: Iterable[Grant], *, course_state: str) -> frozenset[str]:
    """Rights that come from enrolments in a course.

    Only active enrolments act. A concluded enrolment, or a concluded course, leaves the reading rights; before a course is
    published its students and observers see nothing of it; invited, inactive, rejected and deleted enrolments give nothing.
    """
    if course_state == "deleted":
        return frozenset()
    found: frozenset[str] = frozenset()
    for grant in grants:
        if grant.workflow_state not in {"active", "completed"}:
            continue
        if course_state == "unpublished" and (grant.type in STUDENTS or grant.type == "ObserverEnrollment"):
            continue
        rights = role_rights(grant.type, grant.permissions)
        if grant.workflow_state == "completed" or course_state == "completed":
            rights &= READING
        found |= rights
    return found
