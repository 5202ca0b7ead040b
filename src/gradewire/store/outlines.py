"""The rules of several courses at once, without what is inside them: for lists that cross courses."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from gradewire.store import tables as t
from gradewire.store.bulk import among
from gradewire.store.people import EnrollmentRow
from gradewire.store.rules import (
    AccountFacts,
    AssignmentFacts,
    CourseFacts,
    CourseRules,
    GroupFacts,
    PeriodFacts,
    RoleFacts,
    assignments_of,
    choose_periods,
    groups_of,
    late_policies_of,
    roles_of,
    standards_by_id,
)


def load_many(connection: sa.Connection, course_ids: Collection[int]) -> dict[int, CourseRules]:
    """Courses with their accounts, roles, periods and schemes; groups, assignments and policies are left empty.

    Enough to judge rights and to give letters. A constant number of statements; unknown courses are left out.
    """
    if not course_ids:
        return {}
    courses = _courses(connection, course_ids)
    chains = _chains(connection, {course.account_id for course in courses})
    accounts = sorted({account.id for chain in chains.values() for account in chain})
    roles = roles_of(connection, accounts)
    periods = _periods(connection, course_ids)
    named = {course.grading_standard_id for course in courses}
    named |= {account.default_grading_standard_id for chain in chains.values() for account in chain}
    standards = standards_by_id(connection, sorted(number for number in named if number))
    found = {}
    for course in courses:
        chain = chains[course.account_id]
        above = {account.id for account in chain}
        mine: dict[int, RoleFacts] = {role.id: role for role in roles.values() if role.account_id in above}
        facts, weighted, school_wide = periods.get(course.id, ([], False, False))
        mine_only, chose = choose_periods(facts, course.calculation_options, school_wide=school_wide)
        found[course.id] = CourseRules(
            course=course,
            accounts=chain,
            roles=mine,
            groups=(),
            assignments={},
            periods=mine_only,
            periods_weighted=weighted,
            late_policy=None,
            standards=standards,
            chose_periods=chose,
        )
    return found


def versions(connection: sa.Connection, course_ids: Collection[int]) -> dict[int, int]:
    """The numbers under which the rules of these courses are kept."""
    c = t.courses.c
    rows = connection.execute(sa.select(c.id, c.rules_version).where(among(connection, c.id, course_ids)))
    return {row.id: row.rules_version for row in rows}


def load_whole(connection: sa.Connection, course_ids: Collection[int]) -> dict[int, CourseRules]:
    """The complete rules of several courses, as ``rules.load`` reads those of one; a constant number of statements."""
    found = load_many(connection, course_ids)
    groups: dict[int, list[GroupFacts]] = {number: [] for number in found}
    for course_id, group in groups_of(connection, course_ids):
        groups[course_id].append(group)
    assignments: dict[int, dict[int, AssignmentFacts]] = {number: {} for number in found}
    for course_id, assignment in assignments_of(connection, course_ids):
        assignments[course_id][assignment.id] = assignment
    policies = late_policies_of(connection, course_ids)
    named = {one.grading_standard_id for mine in assignments.values() for one in mine.values()}
    standards = standards_by_id(connection, sorted(number for number in named if number))
    return {
        number: replace(
            rules,
            groups=tuple(groups[number]),
            assignments=assignments[number],
            late_policy=policies.get(number),
            standards={**rules.standards, **standards},
            derived={},
        )
        for number, rules in found.items()
    }


def _courses(connection: sa.Connection, course_ids: Collection[int]) -> list[CourseFacts]:
    root = t.accounts.alias("root")
    of_root = {"root_account_uuid": root.c.uuid, "root_account_lti_guid": root.c.lti_guid}
    columns: list[Any] = [of_root.get(name, t.courses.c.get(name)) for name in CourseFacts.__struct_fields__]
    rows = connection.execute(
        sa.select(*columns)
        .join(root, root.c.id == t.courses.c.root_account_id)
        .where(among(connection, t.courses.c.id, course_ids))
        .order_by(t.courses.c.id)
    )
    return [CourseFacts(*row) for row in rows]


def _chains(connection: sa.Connection, account_ids: Collection[int]) -> dict[int, tuple[AccountFacts, ...]]:
    """By account: itself and all above it, the nearest first."""
    a = t.accounts.c
    start = (
        sa.select(a.id.label("start"), a.id, a.parent_account_id, sa.literal(0).label("depth"))
        .where(among(connection, a.id, account_ids))
        .cte("chain", recursive=True)
    )
    above = t.accounts.alias("above")
    chain = start.union_all(
        sa.select(start.c.start, above.c.id, above.c.parent_account_id, start.c.depth + 1).where(
            above.c.id == start.c.parent_account_id
        )
    )
    columns: list[Any] = [a[name] for name in AccountFacts.__struct_fields__]
    rows = connection.execute(
        sa.select(chain.c.start, *columns).join(chain, chain.c.id == a.id).order_by(chain.c.start, chain.c.depth)
    )
    found: dict[int, list[AccountFacts]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(AccountFacts(*row[1:]))
    return {account_id: tuple(facts) for account_id, facts in found.items()}


def _periods(connection: sa.Connection, course_ids: Collection[int]) -> dict[int, tuple[list[PeriodFacts], bool, bool]]:
    groups, terms, periods, courses = t.grading_period_groups, t.enrollment_terms, t.grading_periods, t.courses
    columns: list[Any] = [periods.c[name] for name in PeriodFacts.__struct_fields__]
    rows = connection.execute(
        sa.select(courses.c.id, groups.c.weighted, groups.c.school_wide, *columns)
        .select_from(courses)
        .outerjoin(terms, terms.c.id == courses.c.enrollment_term_id)
        .join(groups, groups.c.id == sa.func.coalesce(courses.c.grading_period_group_id, terms.c.grading_period_group_id))
        .join(periods, periods.c.grading_period_group_id == groups.c.id)
        .where(
            among(connection, courses.c.id, course_ids),
            groups.c.workflow_state == "active",
            periods.c.workflow_state == "active",
        )
        .order_by(courses.c.id, periods.c.start_date, periods.c.id)
    )
    found: dict[int, tuple[list[PeriodFacts], bool, bool]] = {}
    for course_id, weighted, school_wide, *period in rows:
        found.setdefault(course_id, ([], bool(weighted), bool(school_wide)))[0].append(PeriodFacts(*period))
    return found


def enrollments_of(connection: sa.Connection, course_ids: Collection[int], user_id: int) -> dict[int, list[EnrollmentRow]]:
    """What a user is in these courses, by course; deleted enrolments are left out."""
    c = t.enrollments.c
    rows = connection.execute(
        sa.select(
            c.course_id,
            c.id,
            c.user_id,
            c.type,
            c.role_id,
            c.workflow_state,
            c.course_section_id,
            c.limit_privileges_to_course_section,
            c.associated_user_id,
        )
        .where(among(connection, c.course_id, course_ids), c.user_id == user_id, c.workflow_state != "deleted")
        .order_by(c.id)
    )
    found: dict[int, list[EnrollmentRow]] = {}
    for course_id, *row in rows:
        found.setdefault(course_id, []).append(EnrollmentRow(*row))
    return found
