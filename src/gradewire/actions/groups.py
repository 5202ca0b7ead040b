"""Groups of students who hand in together: seen, made, filled; and whom a hand-in or a grade of one of them is for.

An assignment with a group category is handed in once for all members of a group, and graded so unless it grades individually.
A student in no group of the category stands alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.grading import Regrade
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound
from gradewire.core.permissions import MANAGE_GROUPS, MANAGE_SIS, READ, READ_ROSTER, STUDENTS
from gradewire.store import groups as rows
from gradewire.store import people
from gradewire.store import submissions as submission_rows
from gradewire.store import users as user_rows
from gradewire.store.groups import CategoryRow, GroupRow, MembershipRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow
from gradewire.store.users import UserRow

NAME_LIMIT = 255


class Naming(Struct, frozen=True, kw_only=True):
    """What can be set of a category or a group; what was not sent is ``UNSET``."""

    name: str | UnsetType = UNSET
    sis_id: str | UnsetType | None = UNSET


class CategoryView(Struct, frozen=True):
    """A category with what the caller may see of it."""

    row: CategoryRow
    access: CourseAccess


class GroupView(Struct, frozen=True):
    """A group with what the caller may see of it."""

    row: GroupRow
    access: CourseAccess
    users: Sequence[UserRow] | None = None
    """Its members, where they were asked for."""


# Whom something is for.


def are_graded_together(assignment: AssignmentFacts) -> bool:
    """Whether a grade of one member is the grade of all."""
    return assignment.group_category_id is not None and not assignment.grade_group_students_individually


def mates(unit: Unit, assignment: AssignmentFacts, found: Sequence[SubmissionRow]) -> dict[int, list[SubmissionRow]]:
    """For each of these submissions those of all members of the student's group, its own first. Constantly many statements.

    Members who left the course, were concluded, or to whom the assignment is not assigned have none.
    """
    alone = {row.id: [row] for row in found}
    if assignment.group_category_id is None or not found:
        return alone
    groups = rows.groups_of(unit.connection, assignment.group_category_id, [row.user_id for row in found])
    if not groups:
        return alone
    members: dict[int, list[int]] = {}
    for one in rows.memberships(unit.connection, {group.id for group in groups.values()}):
        members.setdefault(one.group_id, []).append(one.user_id)
    users = {user_id for listed in members.values() for user_id in listed}
    work = {row.user_id: row for row in submission_rows.by_students(unit.connection, assignment.id, users)}
    result = {}
    for row in found:
        group = groups.get(row.user_id)
        others = members.get(group.id, ()) if group is not None else ()
        result[row.id] = [row, *(work[user_id] for user_id in sorted(others) if user_id != row.user_id and user_id in work)]
    return result


def expand(unit: Unit, assignment: AssignmentFacts, regrades: Sequence[Regrade]) -> list[Regrade]:
    """What graders' commands mean for an assignment that may be graded by groups; see ``share``."""
    if not are_graded_together(assignment):
        return list(regrades)
    return share(assignment, regrades, mates(unit, assignment, [one.submission for one in regrades]))


def share(
    assignment: AssignmentFacts, regrades: Sequence[Regrade], teams: Mapping[int, Sequence[SubmissionRow]]
) -> list[Regrade]:
    """Where a group is graded together, the same grade for every member; of several commands for one submission the last.

    Other members who are excused are left alone by a grade (live-events reference, 8.1 row 7), and lateness is each member's.
    ``teams``: what ``mates`` says.
    """
    if not are_graded_together(assignment):
        return list(regrades)
    found: dict[int, Regrade] = {}
    for one in regrades:
        found[one.submission.id] = one
        entry, excuse = one.command.entry, one.command.excuse
        if entry is UNSET and excuse is UNSET:
            continue
        shared = replace(one.command, late_policy_status=UNSET, seconds_late_override=UNSET)
        for other in teams[one.submission.id][1:]:
            if not (other.excused and entry is not UNSET):
                found[other.id] = Regrade(other, shared)
    return list(found.values())


def groups_of(unit: Unit, assignment: AssignmentFacts, user_ids: Collection[int]) -> dict[int, GroupRow]:
    """The group in which each of these students does an assignment; who does it alone is missing. One statement, or none."""
    if assignment.group_category_id is None or not user_ids:
        return {}
    return rows.groups_of(unit.connection, assignment.group_category_id, user_ids)


def groups_of_work(unit: Unit, access: CourseAccess, found: Sequence[SubmissionRow]) -> dict[int, GroupRow]:
    """The groups in which submissions of several assignments are made, by submission id. One statement, or none."""
    categories = {row.id: access.rules.assignments[row.assignment_id].group_category_id for row in found}
    wanted = {number for number in categories.values() if number is not None}
    if not wanted:
        return {}
    groups = rows.groups_in(unit.connection, wanted, {row.user_id for row in found})
    work = ((row.id, groups.get((categories[row.id] or 0, row.user_id))) for row in found)
    return {number: group for number, group in work if group is not None}


# Categories.


def list_categories(unit: Unit, course_id: int, *, offset: int, limit: int) -> tuple[list[CategoryView], int]:
    """A page of the group categories of a course, by id, and how many there are in all.

    Raises:
        NotFound: no such course.
        Denied: neither the right to manage groups nor to see who is in the course.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GROUPS, READ_ROSTER)
    found = rows.categories(unit.connection, course_id=course_id)
    return [CategoryView(row, access) for row in found[offset : offset + limit]], len(found)


def show_category(unit: Unit, category_id: int) -> CategoryView:
    """
    Raises:
        NotFound: no such category.
        Denied: neither the right to manage groups nor to see who is in the course.
    """
    found = _category(unit, category_id)
    found.access.require(MANAGE_GROUPS, READ_ROSTER)
    return found


def create_category(unit: Unit, course_id: int, naming: Naming) -> CategoryView:
    """Make a group category.

    Raises:
        NotFound: no such course.
        Denied: no right to manage groups.
        Invalid: no name, or the name of another category of the course.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GROUPS)
    name = _name(naming.name)
    _check_category_name(unit, course_id, name)
    values = {"name": name, **_sis(access, naming, "sis_group_category_id")}
    number = rows.add_category(unit.connection, course_id, values, unit.now)
    return CategoryView(rows.categories(unit.connection, category_id=number)[0], access)


def change_category(unit: Unit, category_id: int, naming: Naming) -> CategoryView:
    """Rename a group category; raises what ``create_category`` raises."""
    found = _category(unit, category_id)
    found.access.require(MANAGE_GROUPS)
    values = _sis(found.access, naming, "sis_group_category_id")
    if naming.name is not UNSET:
        values["name"] = _name(naming.name)
        _check_category_name(unit, found.row.course_id, values["name"], except_id=category_id)
    if values:
        rows.change_category(unit.connection, category_id, values, unit.now)
    return _category(unit, category_id)


def delete_category(unit: Unit, category_id: int) -> None:
    """Delete a group category with its groups: from now on the students of its assignments stand alone.

    Raises:
        NotFound: no such category.
        Denied: no right to manage groups.
    """
    found = _category(unit, category_id)
    found.access.require(MANAGE_GROUPS)
    rows.change_category(unit.connection, category_id, {"workflow_state": "deleted"}, unit.now)
    rows.change_groups(unit.connection, rows.of_category(category_id), {"workflow_state": "deleted"}, unit.now)


# Groups and who is in them.


def list_for_course(
    unit: Unit, course_id: int, *, only_own: bool, include_users: bool, offset: int, limit: int
) -> tuple[list[GroupView], int]:
    """A page of the groups of a course by name, and how many there are in all; of those who see nobody else, their own.

    Raises:
        NotFound: no such course.
        Denied: the caller may not see the course.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    own = only_own or not access.has(MANAGE_GROUPS, READ_ROSTER)
    member_id = access.user_id if own else None
    found, total = rows.page(unit.connection, course_id=course_id, member_id=member_id, offset=offset, limit=limit)
    return _views(unit, access, found, include_users=include_users), total


def list_for_category(
    unit: Unit, category_id: int, *, include_users: bool, offset: int, limit: int
) -> tuple[list[GroupView], int]:
    """A page of the groups of a category by name, and how many there are in all; raises what ``show_category`` raises."""
    category = show_category(unit, category_id)
    found, total = rows.page(unit.connection, category_id=category_id, offset=offset, limit=limit)
    return _views(unit, category.access, found, include_users=include_users), total


def show(unit: Unit, group_id: int, *, include_users: bool = False) -> GroupView:
    """
    Raises:
        NotFound: no such group.
        Denied: not a member, and neither the right to manage groups nor to see who is in the course.
    """
    group = _group(unit, group_id)
    _check_sees(unit, group)
    return _views(unit, group.access, [group.row], include_users=include_users)[0]


def create(unit: Unit, category_id: int, naming: Naming) -> GroupView:
    """Make a group in a category.

    Raises:
        NotFound: no such category.
        Denied: no right to manage groups.
        Invalid: no name, or too long a one.
    """
    category = _category(unit, category_id)
    category.access.require(MANAGE_GROUPS)
    values = {"name": _name(naming.name), **_sis(category.access, naming, "sis_group_id")}
    number = rows.add_group(unit.connection, category.row, values, unit.now)
    return _group(unit, number)


def change(unit: Unit, group_id: int, naming: Naming, *, members: Sequence[int] | None = None) -> GroupView:
    """Rename a group, or say anew who is in it.

    Raises:
        NotFound: no such group.
        Denied: no right to manage groups.
        Invalid: no name; or members who are no students of the course.
    """
    group = _group(unit, group_id)
    group.access.require(MANAGE_GROUPS)
    values = _sis(group.access, naming, "sis_group_id")
    if naming.name is not UNSET:
        values["name"] = _name(naming.name)
    if values:
        rows.change_groups(unit.connection, rows.of_id(group_id), values, unit.now)
    if members is not None:
        wanted = list(dict.fromkeys(members))
        _check_students(unit, group, wanted)
        there = {one.user_id for one in rows.memberships(unit.connection, [group_id])}
        rows.leave(unit.connection, group_id, there - set(wanted), unit.now)
        rows.join(unit.connection, group.row, wanted, unit.now)
    return _group(unit, group_id)


def delete(unit: Unit, group_id: int) -> GroupView:
    """Delete a group; the group as it was.

    Raises:
        NotFound: no such group.
        Denied: no right to manage groups.
    """
    group = _group(unit, group_id)
    group.access.require(MANAGE_GROUPS)
    rows.change_groups(unit.connection, rows.of_id(group_id), {"workflow_state": "deleted"}, unit.now)
    return group


def list_members(unit: Unit, group_id: int, *, offset: int, limit: int) -> tuple[list[MembershipRow], int]:
    """A page of the memberships of a group, and how many there are in all; raises what ``show`` raises."""
    group = _group(unit, group_id)
    _check_sees(unit, group)
    found = rows.memberships(unit.connection, [group_id])
    return found[offset : offset + limit], len(found)


def show_member(unit: Unit, group_id: int, *, membership_id: int | None = None, user_id: int | None = None) -> MembershipRow:
    """One membership, by its id or by the user; raises what ``show`` raises."""
    group = _group(unit, group_id)
    _check_sees(unit, group)
    return _member(unit, group_id, membership_id, user_id)


def join(unit: Unit, group_id: int, user_id: int) -> MembershipRow:
    """Put a student of the course into a group, and out of the other groups of its category.

    Raises:
        NotFound: no such group.
        Denied: no right to manage groups.
        Invalid: no student of the course.
    """
    group = _group(unit, group_id)
    group.access.require(MANAGE_GROUPS)
    _check_students(unit, group, [user_id])
    rows.join(unit.connection, group.row, [user_id], unit.now)
    return _member(unit, group_id, None, user_id)


def change_member(
    unit: Unit,
    group_id: int,
    *,
    membership_id: int | None = None,
    user_id: int | None = None,
    workflow_state: str | None = None,
    moderator: bool = False,
) -> MembershipRow:
    """Accept a membership: nobody asks to be let in here, so all are accepted already, and nobody moderates a group.

    Raises:
        NotFound: no such group, or no such member.
        Denied: no right to manage groups, and not the member.
        Invalid: another state, or a moderator.
    """
    group = _group(unit, group_id)
    _check_sees(unit, group)
    found = _member(unit, group_id, membership_id, user_id)
    if found.user_id != group.access.user_id:
        group.access.require(MANAGE_GROUPS)
    if workflow_state not in {None, "accepted"}:
        raise Invalid(Fault("workflow_state", "is not included in the list", "inclusion"))
    if moderator:
        raise Invalid(Fault("moderator", "cannot be set: groups have no moderators here"))
    return found


def leave(unit: Unit, group_id: int, *, membership_id: int | None = None, user_id: int | None = None) -> MembershipRow:
    """Take a student out of a group; the membership as it was.

    Raises:
        NotFound: no such group, or no such member.
        Denied: no right to manage groups.
    """
    group = _group(unit, group_id)
    group.access.require(MANAGE_GROUPS)
    found = _member(unit, group_id, membership_id, user_id)
    rows.leave(unit.connection, group_id, [found.user_id], unit.now)
    return found


def _category(unit: Unit, category_id: int) -> CategoryView:
    _judge_caller(unit)
    found = rows.categories(unit.connection, category_id=category_id)
    if not found:
        raise NotFound
    return CategoryView(found[0], course_access(unit, found[0].course_id))


def _group(unit: Unit, group_id: int) -> GroupView:
    _judge_caller(unit)
    found = rows.by_ids(unit.connection, [group_id]).get(group_id)
    if found is None:
        raise NotFound
    return GroupView(found, course_access(unit, found.course_id))


def _judge_caller(unit: Unit) -> None:
    """Nobody learns whether something exists before it is known who asks."""
    if not unit.is_system:
        _ = unit.caller


def _check_sees(unit: Unit, group: GroupView) -> None:
    if group.access.has(MANAGE_GROUPS, READ_ROSTER):
        return
    members = rows.memberships(unit.connection, [group.row.id])
    if not group.access.has(READ) or all(one.user_id != group.access.user_id for one in members):
        raise Denied


def _member(unit: Unit, group_id: int, membership_id: int | None, user_id: int | None) -> MembershipRow:
    for one in rows.memberships(unit.connection, [group_id]):
        if one.id == membership_id or (membership_id is None and one.user_id == user_id):
            return one
    raise NotFound


def _check_students(unit: Unit, group: GroupView, user_ids: Sequence[int]) -> None:
    enrolled = people.enrollments_of(unit.connection, group.row.course_id, list(user_ids)) if user_ids else []
    students = {row.user_id for row in enrolled if row.type in STUDENTS and row.workflow_state not in {"rejected", "completed"}}
    strangers = [str(number) for number in user_ids if number not in students]
    if strangers:
        raise Invalid(Fault("user_id", f"is no student of the course: {', '.join(strangers)}"))


def _views(unit: Unit, access: CourseAccess, found: Sequence[GroupRow], *, include_users: bool) -> list[GroupView]:
    if not include_users:
        return [GroupView(row, access) for row in found]
    members: dict[int, list[int]] = {}
    for one in rows.memberships(unit.connection, [row.id for row in found]):
        members.setdefault(one.group_id, []).append(one.user_id)
    named = {user_id for listed in members.values() for user_id in listed}
    people_by_id = {row.id: row for row in user_rows.by_ids(unit.connection, sorted(named))} if named else {}
    return [GroupView(row, access, [people_by_id[one] for one in members.get(row.id, ())]) for row in found]


def _name(sent: str | UnsetType) -> str:
    name = "" if sent is UNSET else sent.strip()
    if not name:
        raise Invalid(Fault("name", "can't be blank"))
    if len(name) > NAME_LIMIT:
        raise Invalid(Fault("name", f"is too long (maximum is {NAME_LIMIT} characters)"))
    return name


def _check_category_name(unit: Unit, course_id: int, name: str, *, except_id: int | None = None) -> None:
    if any(row.name == name and row.id != except_id for row in rows.categories(unit.connection, course_id=course_id)):
        raise Invalid(Fault("name", "is already in use"))


def _sis(access: CourseAccess, naming: Naming, column: str) -> dict[str, Any]:
    """The id of another system, where the caller may set those."""
    if naming.sis_id is UNSET or not access.has(MANAGE_SIS):
        return {}
    return {column: naming.sis_id or None}
