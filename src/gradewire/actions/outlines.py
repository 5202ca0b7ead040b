"""The caller's rights in several courses at once, for lists that cross courses."""

from __future__ import annotations

from collections.abc import Collection

from gradewire.actions.access import SYSTEM_USER, CourseAccess, judge
from gradewire.actions.unit import Unit
from gradewire.core import permissions
from gradewire.core.errors import NotFound
from gradewire.store import outlines, people
from gradewire.store.rules import CourseRules


def access_many(unit: Unit, course_ids: Collection[int]) -> dict[int, CourseAccess]:
    """The caller's rights by course; deleted courses and those of other institutions are left out.

    The rules in it are outlines, without groups and assignments. A constant number of statements.
    """
    return _judge_many(unit, outlines.load_many(unit.connection, course_ids))


def whole_access_many(unit: Unit, course_ids: Collection[int]) -> dict[int, CourseAccess]:
    """The same with the complete rules of each course, from the shelf where they are still the same."""
    now = outlines.versions(unit.connection, course_ids)
    found = {number: known for number, version in now.items() if (known := unit.world.shelf.get(number, version)) is not None}
    cold = [number for number in now if number not in found]
    if cold:
        found |= outlines.load_whole(unit.connection, cold)
    return _judge_many(unit, {number: found[number] for number in now if number in found})


def _judge_many(unit: Unit, found: dict[int, CourseRules]) -> dict[int, CourseAccess]:
    if unit.is_system:
        everything = permissions.ALL_RIGHTS
        return {number: CourseAccess(rules, SYSTEM_USER, (), everything, everything) for number, rules in found.items()}
    user_id = unit.caller.user_id
    enrollments = outlines.enrollments_of(unit.connection, list(found), user_id)
    memberships = people.memberships_of(unit.connection, user_id)
    judged = {}
    for number, rules in found.items():
        try:
            judged[number] = judge(unit, rules, enrollments.get(number, ()), memberships)
        except NotFound:
            continue
    return judged
