"""What the caller may do in a course or account. Every action asks here before it does anything.

The predicates follow the moderation reference: *moderator* (0), *can view student names* and *can view other graders* (2.1).
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from gradewire.actions.memberships import account_memberships
from gradewire.actions.unit import Unit
from gradewire.core import permissions
from gradewire.core.errors import Denied, NotFound
from gradewire.core.permissions import INSTRUCTORS, MANAGE_GRADES, SELECT_FINAL_GRADE, VIEW_ALL_GRADES, Grant
from gradewire.store import people, rules
from gradewire.store.people import EnrollmentRow, MembershipRow
from gradewire.store.rules import AssignmentFacts, CourseRules

SYSTEM_USER = 0


class CourseAccess(Struct, frozen=True):
    """The caller in one course: rules of the course, and rights by enrolments and by accounts above it."""

    rules: CourseRules
    user_id: int
    grants: tuple[Grant, ...]
    rights: frozenset[str]
    by_account: frozenset[str]
    within: int | None = None
    """The section that the request named instead of the course: only its people are meant."""

    def has(self, *rights: str) -> bool:
        """Whether the caller holds at least one of the rights."""
        return any(right in self.rights for right in rights)

    def require(self, *rights: str) -> None:
        """
        Raises:
            Denied: the caller holds none of the rights.
        """
        if not self.has(*rights):
            raise Denied

    @property
    def sections(self) -> frozenset[int] | None:
        """The sections whose people the caller sees; ``None`` for all (any enrolment or account role without the limit)."""
        seen = self._seen_sections
        if self.within is None:
            return seen
        return frozenset({self.within}) if seen is None or self.within in seen else frozenset()

    @property
    def _seen_sections(self) -> frozenset[int] | None:
        if self.by_account:
            return None
        staff = [grant for grant in self.grants if grant.workflow_state in {"active", "completed"}]
        if any(not grant.limited for grant in staff):
            return None
        return frozenset(grant.section_id for grant in staff)

    @property
    def moderation_admin(self) -> bool:
        """An account-level role with ``select_final_grade``; the same right through a course role does not make a moderator."""
        return SELECT_FINAL_GRADE in self.by_account

    def moderates(self, assignment: AssignmentFacts) -> bool:
        return self.moderation_admin or (assignment.final_grader_id is not None and assignment.final_grader_id == self.user_id)

    def assignment(self, assignment_id: int) -> AssignmentFacts:
        """
        Raises:
            NotFound: no such assignment in this course, or a deleted one.
        """
        found = self.rules.assignments.get(assignment_id)
        if found is None:
            raise NotFound
        return found

    def sees_other_graders(self, assignment: AssignmentFacts) -> bool:
        """Whether the caller may know who graded provisionally (moderation reference, 2.1)."""
        if not self.has(MANAGE_GRADES, VIEW_ALL_GRADES):
            return False
        if not assignment.moderated_grading or assignment.grades_published_at is not None:
            return True
        if assignment.final_grader_id == self.user_id:
            return assignment.grader_names_visible_to_final_grader
        if self.moderation_admin:
            return True
        return assignment.grader_comments_visible_to_graders and not assignment.graders_anonymous_to_graders

    def sees_other_comments(self, assignment: AssignmentFacts) -> bool:
        if not self.has(MANAGE_GRADES, VIEW_ALL_GRADES):
            return False
        if not assignment.moderated_grading or self.moderates(assignment):
            return True
        return assignment.grader_comments_visible_to_graders


def course_access(unit: Unit, course_id: int, *, section_id: int | None = None) -> CourseAccess:
    """The caller's rights in a course. With a section of it, only the people of that section are meant.

    Raises:
        Unauthenticated: nobody good is asking.
        NotFound: no such course, a deleted one, or one of another institution.
    """
    if unit.is_system:
        every = permissions.ALL_RIGHTS
        return CourseAccess(unit.rules(course_id), SYSTEM_USER, (), every, every, section_id)
    caller = unit.caller
    found = unit.rules(course_id)
    rows = people.enrollments_of(unit.connection, course_id, [caller.user_id])
    access = judge(unit, found, rows, people.memberships_of(unit.connection, caller.user_id))
    return access if section_id is None else structs.replace(access, within=section_id)


def judge(
    unit: Unit, found: CourseRules, enrollments: Sequence[EnrollmentRow], memberships: Sequence[MembershipRow]
) -> CourseAccess:
    """The same from rows that were read already."""
    caller = unit.caller
    if found.course.workflow_state == "deleted" or found.course.root_account_id != caller.root_account_id:
        raise NotFound
    grants = tuple(grant_of(row, found) for row in enrollments)
    chain = [account.id for account in found.accounts] if memberships else []
    above = account_memberships(memberships, chain, found.roles)
    by_account = permissions.account_rights(above)
    rights = by_account | permissions.course_rights(grants, course_state=found.course.workflow_state)
    if by_account:
        rights |= {permissions.READ}
    acting = next((grant for grant in grants if grant.workflow_state == "active"), None)
    if acting is not None:
        unit.roles[found.course.id] = (acting.role_name, acting.type)
    return CourseAccess(found, caller.user_id, grants, rights, by_account)


def grant_of(row: EnrollmentRow, found: CourseRules) -> Grant:
    """An enrolment with the rights that its role changes; the nearest account that changed a built-in role decides."""
    role = found.roles.get(row.role_id) if row.role_id is not None else None
    changes = role.permissions if role else builtin_changes(row.type, found)
    return Grant(
        type=row.type,
        workflow_state=row.workflow_state,
        section_id=row.section_id,
        limited=row.limited,
        associated_user_id=row.associated_user_id,
        permissions=changes,
        role_name=role.name if role else row.type,
    )


def builtin_changes(name: str, found: CourseRules) -> dict[str, bool]:
    """What the accounts above a course changed in a built-in role, the nearest account last."""
    changes: dict[str, bool] = {}
    for account in reversed(found.accounts):
        for role in found.roles.values():
            if role.account_id == account.id and role.name == name:
                changes.update(role.permissions)
    return changes


def account_rights(unit: Unit, account_id: int) -> frozenset[str]:
    """The caller's rights in an account; with an active instructor's enrolment in one of its courses, also ``read``.

    Raises:
        NotFound: no such account, or one of another institution.
    """
    chain = [account.id for account in rules.account_chain(unit.connection, account_id)]
    if not chain:
        raise NotFound
    if unit.is_system:
        return permissions.ALL_RIGHTS
    caller = unit.caller
    if chain[-1] != caller.root_account_id:
        raise NotFound
    above = account_memberships(
        people.memberships_of(unit.connection, caller.user_id), chain, rules.roles_of(unit.connection, chain)
    )
    rights = permissions.account_rights(above)
    if above or people.teaches_in_account(unit.connection, caller.user_id, account_id, sorted(INSTRUCTORS)):
        rights |= {permissions.READ}
    return rights
