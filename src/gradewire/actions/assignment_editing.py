"""Making, changing and deleting assignments, with everything that follows: students' work, grade texts, scores, the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from gradewire.actions import assignments, placement, regrading, scores
from gradewire.actions.access import CourseAccess, course_access, grant_of
from gradewire.actions.assignment_overrides import OverrideCommand, write_overrides
from gradewire.actions.assignments import AssignmentView, in_closed_period, may_edit
from gradewire.actions.courses import offers_standard
from gradewire.actions.memberships import account_memberships
from gradewire.actions.unit import Unit
from gradewire.core import permissions
from gradewire.core.assignments import (
    ATTRIBUTES,
    GUARDED,
    REGRADING,
    Assignment,
    Surroundings,
    apply,
    differences,
    find_faults,
)
from gradewire.core.errors import Denied, Invalid, NotFound, Refused
from gradewire.core.permissions import MANAGE_ASSIGNMENTS, MANAGE_GRADES, MANAGE_SIS, SELECT_FINAL_GRADE
from gradewire.store import assignment_groups, assignment_overrides, enrollments, groups, people, sections
from gradewire.store import assignments as rows
from gradewire.store import scores as score_rows
from gradewire.store.assignments import AssignmentRow, WorkFacts

SIS = ("sis_assignment_id", "integration_id", "integration_data")
PLACING = frozenset({"due_at", "only_visible_to_overrides", "moderated_grading", "moderation_set", "calculation_options"})


def create(
    unit: Unit, course_id: int, sent: Mapping[str, Any], *, overrides: Sequence[OverrideCommand] | None = None
) -> AssignmentView:
    """Make an assignment from attributes by name (``core.assignments``), and place it with its students.

    Raises:
        NotFound: no such course.
        Denied: no right to manage assignments.
        Invalid: it breaks a rule.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    score_rows.lock(unit.connection, course_id, None)
    wanted = _allowed(access, sent)
    if wanted.get("assignment_group_id") is None:
        wanted["assignment_group_id"] = _first_group(unit, access)
    if wanted.get("position") is None:
        wanted["position"] = rows.last_position(unit.connection, wanted["assignment_group_id"]) + 1
    new = Assignment(post_manually=access.rules.course.post_manually)
    after = apply(new, wanted, anonymous_marking=access.rules.course.anonymous_marking, is_new=True)
    _check(unit, _fresh(unit, access), None, after)
    number = rows.add(unit.connection, course_id, _columns(after, ATTRIBUTES), unit.now)
    if overrides is not None:
        write_overrides(unit, access, number, overrides)
    unit.touch_rules(course_id)
    placement.place(unit, course_id, assignment_ids=[number])
    if after.workflow_state == "published":
        scores.recompute(unit, course_id)
    if after.moderated_grading or after.anonymous_grading:
        unit.audit("assignment_created", assignment_id=number, payload=differences(None, after))
    return assignments.views(unit, _fresh(unit, access), [number])[0]


def update(
    unit: Unit,
    course_id: int,
    assignment_id: int,
    sent: Mapping[str, Any],
    *,
    overrides: Sequence[OverrideCommand] | None = None,
    unchanged_since: datetime | None = None,
) -> AssignmentView:
    """Change attributes of an assignment, and what follows from it. With ``unchanged_since`` only if it is still the one that
    was changed then for the last time.

    Raises:
        NotFound: no such course or assignment.
        Denied: no right to manage assignments; under moderation with a final grader, also none to select final grades.
        Invalid: it would break a rule; then nothing changes.
        Refused: somebody has changed it in between (``changed``).
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    row = _find(unit, access, assignment_id)
    if unchanged_since is not None and row.updated_at != unchanged_since:
        raise Refused("changed", "somebody has changed this assignment in between")
    wanted = _allowed(access, sent)
    if wanted.get("assignment_group_id", row.assignment_group_id) != row.assignment_group_id and "position" not in wanted:
        wanted["position"] = rows.last_position(unit.connection, wanted["assignment_group_id"] or 0) + 1
    before = attributes_of(row)
    after = apply(before, wanted, anonymous_marking=access.rules.course.anonymous_marking)
    changed = {name for name in ATTRIBUTES if getattr(before, name) != getattr(after, name)}
    if changed & GUARDED or overrides is not None:
        score_rows.lock(unit.connection, course_id, None)  # from here on no grade is stored that was judged by the old values
    _check(unit, access, before, after, assignment_id=row.id)
    if changed:
        rows.change(unit.connection, row.id, _columns(after, changed), unit.now)
    if overrides is not None:
        write_overrides(unit, access, row.id, overrides)
    if changed or overrides is not None:
        unit.touch_rules(course_id)
    if changed & REGRADING:
        regrading.regrade(unit, course_id, row.id, before)
    if changed & PLACING or overrides is not None:
        placement.place(unit, course_id, assignment_ids=[row.id])
    if changed & GUARDED or overrides is not None:
        scores.recompute(unit, course_id)
    watched = any(one.moderated_grading or one.anonymous_grading for one in (before, after))
    if changed and watched:
        unit.audit("assignment_updated", assignment_id=row.id, payload=differences(before, after))
    return assignments.views(unit, _fresh(unit, access), [row.id])[0]


def delete(unit: Unit, course_id: int, assignment_id: int) -> AssignmentView:
    """Delete an assignment: its work stays, seen by nobody, and counts no more.

    Raises:
        NotFound: no such course or assignment.
        Denied: no right to edit it, or its work lies in a closed grading period and the caller is no administrator.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS)
    row = _find(unit, access, assignment_id)
    score_rows.lock(unit.connection, course_id, None)
    check_periods_open(unit, access, [row.id])
    remove(unit, access, [row.id])
    return assignments.views(unit, _fresh(unit, access), [row.id])[0]


def remove(unit: Unit, access: CourseAccess, ids: Sequence[int]) -> None:
    """Delete assignments whose rights were checked, and compute the scores of the course without them."""
    course_id = access.rules.course.id
    assignment_groups.delete_assignments(unit.connection, ids, unit.now)
    unit.touch_rules(course_id)
    placement.place(unit, course_id, assignment_ids=list(ids))
    scores.recompute(unit, course_id)


def check_periods_open(unit: Unit, access: CourseAccess, ids: Sequence[int]) -> None:
    """
    Raises:
        Denied: some work for these assignments lies in a closed grading period, and the caller is no administrator.
    """
    if MANAGE_GRADES in access.by_account:
        return
    closed = {period.id for period in access.rules.periods if unit.now > period.close_date}
    if closed and closed & rows.periods_of_work(unit.connection, ids):
        raise Denied


def attributes_of(row: AssignmentRow) -> Assignment:
    return Assignment(**{name: getattr(row, name) for name in ATTRIBUTES})


def _find(unit: Unit, access: CourseAccess, assignment_id: int) -> AssignmentRow:
    row = rows.find(unit.connection, access.rules.course.id, assignment_id, lock=True)
    if row is None:
        raise NotFound
    if not may_edit(access, row):
        raise Denied
    return row


def _fresh(unit: Unit, access: CourseAccess) -> CourseAccess:
    """The same rights with the rules as this transaction has them now."""
    return replace(access, rules=unit.rules(access.rules.course.id))


def _allowed(access: CourseAccess, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, without the ids of other systems where the caller may not manage those."""
    return {name: value for name, value in sent.items() if name not in SIS or access.has(MANAGE_SIS)}


def _columns(after: Assignment, names: Sequence[str] | set[str]) -> dict[str, Any]:
    return {name: getattr(after, name) for name in names}


def _first_group(unit: Unit, access: CourseAccess) -> int:
    """The group of an assignment that names none; a course without groups gets one."""
    course_id = access.rules.course.id
    found = assignment_groups.first(unit.connection, course_id)
    if found is None:
        found = assignment_groups.add(unit.connection, course_id, {"name": "Assignments"}, unit.now)
        unit.touch_rules(course_id)
    return found


def _check(
    unit: Unit, access: CourseAccess, before: Assignment | None, after: Assignment, *, assignment_id: int | None = None
) -> None:
    """
    Raises:
        Invalid: with everything that is wrong with it.
    """
    faults = find_faults(before, after, _surroundings(unit, access, before, after, assignment_id))
    if faults:
        raise Invalid(*faults)


def _surroundings(
    unit: Unit, access: CourseAccess, before: Assignment | None, after: Assignment, assignment_id: int | None
) -> Surroundings:
    """What the rules need to know, read as far as this change makes it matter."""
    course_id = access.rules.course.id
    connection = unit.connection
    work, has_overrides = WorkFacts(), False
    if assignment_id is not None:
        work = rows.work_facts(connection, [assignment_id]).get(assignment_id, work)
        has_overrides = bool(assignment_overrides.by_assignments(connection, [assignment_id]))
    instructors: frozenset[int] = frozenset()
    final_graders: frozenset[int] = frozenset()
    section_found, section_instructors = True, frozenset[int]()
    final_grader = after.final_grader_id
    if final_grader is not None and (before is None or before.final_grader_id != final_grader):
        instructors = enrollments.active_instructors(connection, course_id)
        if final_grader in instructors and SELECT_FINAL_GRADE in _rights_of(unit, access, final_grader):
            final_graders = frozenset({final_grader})
    if after.grader_section_id is not None:
        section = sections.find(connection, after.grader_section_id)
        section_found = section is not None and section.course_id == course_id
        section_instructors = enrollments.active_instructors(connection, course_id, section_id=after.grader_section_id)
    same_standard = before is not None and before.grading_standard_id == after.grading_standard_id
    restricted = MANAGE_GRADES not in access.by_account
    sis_id = after.sis_assignment_id
    return Surroundings(
        graded_exists=work.graded,
        submitted_exists=work.submitted,
        offers_standard=same_standard
        or offers_standard(unit, access, after.grading_standard_id, points=after.grading_type == "points"),
        instructors=instructors,
        final_graders=final_graders,
        section_found=section_found,
        section_instructors=section_instructors,
        group_found=any(group.id == after.assignment_group_id for group in access.rules.groups),
        category_found=_has_category(unit, access, before, after),
        sis_id_taken=sis_id is not None and rows.uses_sis_id(connection, course_id, sis_id, except_id=assignment_id),
        closed_before=restricted and before is not None and in_closed_period(access.rules, before.due_at, unit.now),
        closed_after=restricted and in_closed_period(access.rules, after.due_at, unit.now),
        has_overrides=has_overrides,
    )


def _has_category(unit: Unit, access: CourseAccess, before: Assignment | None, after: Assignment) -> bool:
    """Whether the group category is one of the course; one that was deleted meanwhile may stay."""
    number = after.group_category_id
    if number is None or (before is not None and before.group_category_id == number):
        return True
    return any(row.course_id == access.rules.course.id for row in groups.categories(unit.connection, category_id=number))


def _rights_of(unit: Unit, access: CourseAccess, user_id: int) -> frozenset[str]:
    """What somebody else may do in the course."""
    found = access.rules
    grants = [grant_of(row, found) for row in people.enrollments_of(unit.connection, found.course.id, [user_id])]
    chain = [account.id for account in found.accounts]
    above = account_memberships(people.memberships_of(unit.connection, user_id), chain, found.roles)
    return permissions.course_rights(grants, course_state=found.course.workflow_state) | permissions.account_rights(above)
