"""What somebody who makes or changes an assignment can choose from: groups, schemes, graders, sets of groups of students."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradewire.actions import assignments
from gradewire.actions.access import CourseAccess, course_access, grant_of
from gradewire.actions.assignments import AssignmentView
from gradewire.actions.grading_standards import list_offered
from gradewire.actions.memberships import account_memberships
from gradewire.actions.unit import Unit
from gradewire.core import permissions
from gradewire.core.errors import Denied
from gradewire.core.permissions import MANAGE_ASSIGNMENTS, SELECT_FINAL_GRADE
from gradewire.store import enrollments, groups, people, users
from gradewire.store.rules import GroupFacts, StandardFacts


class Choice(Struct, frozen=True):
    id: int
    name: str


class AssignmentChoices(Struct, frozen=True, kw_only=True):
    access: CourseAccess
    view: AssignmentView | None
    """The assignment to be changed; ``None`` for a new one."""
    groups: Sequence[GroupFacts]
    standards: Sequence[StandardFacts]
    """What can be chosen beside the built-in scheme, and what is chosen though it was deleted."""
    final_graders: Sequence[Choice]
    """Who can decide on grades, by name; and who does now, even if others could not be given this any more."""
    categories: Sequence[Choice]


def show(unit: Unit, course_id: int, assignment_id: int | None = None) -> AssignmentChoices:
    """
    Raises:
        NotFound: no such course or assignment.
        Denied: no right to manage assignments; under moderation with a final grader, also none to select final grades.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    view = assignments.show(unit, course_id, assignment_id) if assignment_id is not None else None
    if view is not None and not view.can_edit:
        raise Denied
    offered = list_offered(unit, course_id)
    chosen = access.rules.standards.get(view.row.grading_standard_id or 0) if view else None
    if chosen is not None and all(one.id != chosen.id for one in offered):
        offered = [*offered, chosen]
    categories = [Choice(row.id, row.name) for row in groups.categories(unit.connection, course_id=course_id)]
    return AssignmentChoices(
        access=access,
        view=view,
        groups=access.rules.groups,
        standards=offered,
        final_graders=_final_graders(unit, access, view.row.final_grader_id if view else None),
        categories=categories,
    )


def _final_graders(unit: Unit, access: CourseAccess, current: int | None) -> list[Choice]:
    """Active instructors who hold the right to select final grades (moderation reference, 2); three statements."""
    rules, connection = access.rules, unit.connection
    instructors = enrollments.active_instructors(connection, rules.course.id)
    enrolled = people.enrollments_of(connection, rules.course.id, sorted(instructors))
    held = people.memberships_among(connection, instructors)
    chain = [account.id for account in rules.accounts]
    able = set() if current is None else {current}
    for number in instructors:
        grants = [grant_of(row, rules) for row in enrolled if row.user_id == number]
        above = account_memberships(held.get(number, ()), chain, rules.roles)
        rights = permissions.course_rights(grants, course_state=rules.course.workflow_state) | permissions.account_rights(above)
        if SELECT_FINAL_GRADE in rights:
            able.add(number)
    found = users.by_ids(connection, able)
    return [Choice(row.id, row.name) for row in sorted(found, key=lambda row: (row.sortable_name.casefold(), row.id))]
