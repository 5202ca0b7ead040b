"""What grading reads of a course, in one place for those who set it up; changed by the actions of its parts."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.grading_standards import list_offered
from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound
from gradewire.core.lateness import LatePolicy
from gradewire.core.permissions import MANAGE_COURSE, MANAGE_GRADES, SET_GRADING_SCHEME
from gradewire.store import courses, late_policies
from gradewire.store.courses import CourseRow
from gradewire.store.rules import StandardFacts


class CourseSettings(Struct, frozen=True):
    access: CourseAccess
    row: CourseRow
    standards: Sequence[StandardFacts]
    """What can be chosen beside the built-in scheme, and what is chosen though it was deleted."""
    late_policy: LatePolicy | None
    """``None``: the course never had one."""

    @property
    def may_change(self) -> bool:
        return self.access.has(MANAGE_COURSE)

    @property
    def may_choose_scheme(self) -> bool:
        return self.may_change and self.access.has(SET_GRADING_SCHEME)

    @property
    def may_set_late_policy(self) -> bool:
        return self.access.has(MANAGE_GRADES)


def show(unit: Unit, course_id: int) -> CourseSettings:
    """
    Raises:
        NotFound: no such course.
        Denied: the caller may neither change the course nor grade in it.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_COURSE, MANAGE_GRADES)
    row = courses.find(unit.connection, course_id)
    if row is None:
        raise NotFound
    offered = list_offered(unit, course_id)
    chosen = access.rules.standards.get(row.grading_standard_id or 0)
    if chosen is not None and all(one.id != chosen.id for one in offered):
        offered = [*offered, chosen]
    found = late_policies.find(unit.connection, course_id)
    return CourseSettings(access, row, offered, None if found is None else found.policy)
