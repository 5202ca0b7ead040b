"""Everything of a course that grading reads and that is the same for all its students, in one struct.

It changes rarely and is read with every grade, so ``actions.rules`` keeps it under the course's ``rules_version``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct, field

from gradewire.store import tables as t
from gradewire.store.bulk import among


class AccountFacts(Struct, frozen=True):
    """One account of a chain; the nearest first."""

    id: int
    default_grading_standard_id: int | None
    restrict_grading_scheme_editing_to_admins: bool
    final_grades_override: bool
    grade_calc_ignore_unposted_anonymous: bool
    time_zone: str | None = None


class RoleFacts(Struct, frozen=True):
    id: int
    account_id: int
    name: str
    base_role_type: str
    permissions: dict[str, bool]


class CourseFacts(Struct, frozen=True):
    id: int
    account_id: int
    root_account_id: int
    root_account_uuid: str
    root_account_lti_guid: str | None
    name: str
    course_code: str
    sis_course_id: str | None
    time_zone: str | None
    group_weighting_scheme: str | None
    grading_standard_id: int | None
    calculation: str
    calculation_version: int
    post_manually: bool
    hide_final_grades: bool
    allow_final_grade_override: bool
    anonymous_marking: bool
    restrict_quantitative_data: bool
    workflow_state: str
    end_at: datetime | None
    rules_version: int
    calculation_options: dict[str, Any] | None = None
    """What a Schoology-style course chooses; see ``core.scoring.schoology_options``. The same in groups and assignments."""
    schoology: dict[str, Any] | None = None
    """What only that dialect shows of a section; see ``core.schoology_extras``."""
    catalog_course_id: int | None = None


class GroupFacts(Struct, frozen=True):
    id: int
    name: str
    position: int
    group_weight: float
    drop_lowest: int
    drop_highest: int
    never_drop: tuple[int, ...]
    calculation_options: dict[str, Any] | None = None


class PeriodFacts(Struct, frozen=True):
    id: int
    title: str
    start_date: datetime
    end_date: datetime
    close_date: datetime
    weight: float | None


class AssignmentFacts(Struct, frozen=True):
    """An assignment as grading, moderation and visibility read it. Deleted ones are not here."""

    id: int
    assignment_group_id: int
    name: str
    position: int
    points_possible: float | None
    grading_type: str
    grading_standard_id: int | None
    submission_types: tuple[str, ...]
    due_at: datetime | None
    omit_from_final_grade: bool
    only_visible_to_overrides: bool
    post_manually: bool
    anonymous_grading: bool
    moderated_grading: bool
    moderation_set: str
    grader_count: int
    final_grader_id: int | None
    grader_section_id: int | None
    graders_anonymous_to_graders: bool
    grader_comments_visible_to_graders: bool
    grader_names_visible_to_final_grader: bool
    grades_published_at: datetime | None
    workflow_state: str
    calculation_options: dict[str, Any] | None = None
    group_category_id: int | None = None
    """The set of groups of which each hands in one work."""
    grade_group_students_individually: bool = False


class LatePolicyFacts(Struct, frozen=True):
    late_submission_deduction_enabled: bool
    late_submission_deduction: float
    late_submission_interval: str
    late_submission_minimum_percent_enabled: bool
    late_submission_minimum_percent: float
    missing_submission_deduction_enabled: bool
    missing_submission_deduction: float


class StandardFacts(Struct, frozen=True):
    id: int
    title: str | None
    points_based: bool
    scaling_factor: float
    data: tuple[tuple[str, float], ...]
    scale: dict[str, Any] | None = None
    """What a Schoology grading scale has beyond that; see ``core.scoring.schoology_scales``."""


class CourseRules(Struct, frozen=True):
    course: CourseFacts
    accounts: tuple[AccountFacts, ...]
    roles: dict[int, RoleFacts]
    groups: tuple[GroupFacts, ...]
    """Active groups in course order (position, then name)."""
    assignments: dict[int, AssignmentFacts]
    periods: tuple[PeriodFacts, ...]
    """The grading periods of the course: those it chose, in its order, else all of its set by their dates."""
    periods_weighted: bool
    late_policy: LatePolicyFacts | None
    standards: dict[int, StandardFacts]
    """Every standard that the course, an account of the chain or an assignment names, deleted ones included."""
    chose_periods: bool = False
    """Whether the course chose its periods, as a Schoology section does: then each assignment names its own."""
    derived: dict[str, Any] = field(default_factory=dict)
    """What actions worked out from these rules and keep with them, such as the scoring plan."""


def current_version(connection: sa.Connection, course_id: int) -> int | None:
    """The number under which the rules of a course are kept; ``None`` for an unknown course."""
    return connection.execute(sa.select(t.courses.c.rules_version).where(t.courses.c.id == course_id)).scalar()


def touch(connection: sa.Connection, course_ids: list[int]) -> None:
    """Say that something changed which grading in these courses reads."""
    connection.execute(
        sa.update(t.courses).where(t.courses.c.id.in_(course_ids)).values(rules_version=t.courses.c.rules_version + 1)
    )


def touch_account(connection: sa.Connection, root_account_id: int) -> None:
    """The same for every course of an institution: an account, a role or an account's scheme changed."""
    connection.execute(
        sa.update(t.courses)
        .where(t.courses.c.root_account_id == root_account_id)
        .values(rules_version=t.courses.c.rules_version + 1)
    )


def account_chain(connection: sa.Connection, account_id: int) -> tuple[AccountFacts, ...]:
    """The account and all above it, the nearest first."""
    start = (
        sa.select(t.accounts.c.id, t.accounts.c.parent_account_id, sa.literal(0).label("depth"))
        .where(t.accounts.c.id == account_id)
        .cte("chain", recursive=True)
    )
    chain = start.union_all(
        sa.select(t.accounts.c.id, t.accounts.c.parent_account_id, start.c.depth + 1).where(
            t.accounts.c.id == start.c.parent_account_id
        )
    )
    rows = connection.execute(
        sa.select(
            t.accounts.c.id,
            t.accounts.c.default_grading_standard_id,
            t.accounts.c.restrict_grading_scheme_editing_to_admins,
            t.accounts.c.final_grades_override,
            t.accounts.c.grade_calc_ignore_unposted_anonymous,
            t.accounts.c.time_zone,
        )
        .join(chain, chain.c.id == t.accounts.c.id)
        .order_by(chain.c.depth)
    )
    return tuple(AccountFacts(*row) for row in rows)


def roles_of(connection: sa.Connection, account_ids: list[int]) -> dict[int, RoleFacts]:
    """The roles defined or changed in these accounts."""
    rows = connection.execute(
        sa.select(t.roles.c.id, t.roles.c.account_id, t.roles.c.name, t.roles.c.base_role_type, t.roles.c.permissions)
        .where(t.roles.c.account_id.in_(account_ids), t.roles.c.workflow_state == "active")
        .order_by(t.roles.c.id)
    )
    return {row.id: RoleFacts(*row) for row in rows}


def load(connection: sa.Connection, course_id: int) -> CourseRules | None:
    """Read the rules of a course; a constant number of statements whatever its size. ``None``: no such course."""
    root = t.accounts.alias("root")
    c = t.courses.c
    row: Any = connection.execute(
        sa.select(
            c.id,
            c.account_id,
            c.root_account_id,
            root.c.uuid,
            root.c.lti_guid,
            c.name,
            c.course_code,
            c.sis_course_id,
            c.time_zone,
            c.group_weighting_scheme,
            c.grading_standard_id,
            c.calculation,
            c.calculation_version,
            c.post_manually,
            c.hide_final_grades,
            c.allow_final_grade_override,
            c.anonymous_marking,
            c.restrict_quantitative_data,
            c.workflow_state,
            c.end_at,
            c.rules_version,
            c.calculation_options,
            c.schoology,
            c.catalog_course_id,
        )
        .join(root, root.c.id == c.root_account_id)
        .where(c.id == course_id)
    ).one_or_none()
    if row is None:
        return None
    course = CourseFacts(*row)
    accounts = account_chain(connection, course.account_id)
    assignments = {one.id: one for _, one in assignments_of(connection, [course_id])}
    known, weighted, school_wide = _periods(connection, course_id)
    periods, chose = choose_periods(known, course.calculation_options, school_wide=school_wide)
    named = {course.grading_standard_id, *(a.default_grading_standard_id for a in accounts)}
    named |= {a.grading_standard_id for a in assignments.values()}
    return CourseRules(
        course=course,
        accounts=accounts,
        roles=roles_of(connection, [account.id for account in accounts]),
        groups=tuple(group for _, group in groups_of(connection, [course_id])),
        assignments=assignments,
        periods=periods,
        periods_weighted=weighted,
        late_policy=late_policies_of(connection, [course_id]).get(course_id),
        standards=standards_by_id(connection, sorted(number for number in named if number)),
        chose_periods=chose,
    )


def choose_periods(
    periods: Sequence[PeriodFacts], options: Mapping[str, Any] | None, *, school_wide: bool
) -> tuple[tuple[PeriodFacts, ...], bool]:
    """The periods of a set that are a course's, and whether the course chose them: the ids under ``grading_periods`` of its
    calculation options, in that order. Without these it has all of the set, but none of a set of the whole school."""
    chosen = (options or {}).get("grading_periods")
    if not isinstance(chosen, list):
        return () if school_wide else tuple(periods), school_wide
    by_id = {period.id: period for period in periods}
    return tuple(by_id[number] for number in dict.fromkeys(chosen) if number in by_id), True


def groups_of(connection: sa.Connection, course_ids: Collection[int]) -> list[tuple[int, GroupFacts]]:
    """The groups of courses, each behind its course, in course order."""
    c = t.assignment_groups.c
    rows = connection.execute(
        sa.select(
            c.course_id,
            c.id,
            c.name,
            c.position,
            c.group_weight,
            c.drop_lowest,
            c.drop_highest,
            c.never_drop,
            c.calculation_options,
        )
        .where(among(connection, c.course_id, course_ids), c.workflow_state == "available")
        .order_by(c.position, c.name, c.id)
    )
    return [(row[0], GroupFacts(*row[1:7], tuple(row.never_drop or ()), row.calculation_options)) for row in rows]


def assignments_of(connection: sa.Connection, course_ids: Collection[int]) -> list[tuple[int, AssignmentFacts]]:
    """The assignments of courses that are not deleted, each behind its course, by id."""
    a = t.assignments.c
    columns = [a[name] for name in AssignmentFacts.__struct_fields__]
    rows = connection.execute(
        sa.select(a.course_id, *columns)
        .where(among(connection, a.course_id, course_ids), a.workflow_state != "deleted")
        .order_by(a.id)
    ).mappings()
    found = []
    for row in rows:
        values = dict(row)
        course_id = values.pop("course_id")
        values["submission_types"] = tuple(values["submission_types"])
        found.append((course_id, AssignmentFacts(**values)))
    return found


def _periods(connection: sa.Connection, course_id: int) -> tuple[tuple[PeriodFacts, ...], bool, bool]:
    """The course's own set of periods if it has one, else its term's (grade calculation reference, 6); whether that is
    weighted, and whether it is one of a whole school."""
    groups, terms, periods, courses = t.grading_period_groups, t.enrollment_terms, t.grading_periods, t.courses
    rows = connection.execute(
        sa.select(
            periods.c.id,
            periods.c.title,
            periods.c.start_date,
            periods.c.end_date,
            periods.c.close_date,
            periods.c.weight,
            groups.c.weighted,
            groups.c.school_wide,
        )
        .select_from(courses)
        .outerjoin(terms, terms.c.id == courses.c.enrollment_term_id)
        .join(groups, groups.c.id == sa.func.coalesce(courses.c.grading_period_group_id, terms.c.grading_period_group_id))
        .join(periods, periods.c.grading_period_group_id == groups.c.id)
        .where(courses.c.id == course_id, groups.c.workflow_state == "active", periods.c.workflow_state == "active")
        .order_by(periods.c.start_date, periods.c.id)
    ).all()
    facts = tuple(PeriodFacts(*row[:6]) for row in rows)
    return facts, bool(rows and rows[0].weighted), bool(rows and rows[0].school_wide)


def late_policies_of(connection: sa.Connection, course_ids: Collection[int]) -> dict[int, LatePolicyFacts]:
    """The late policies of courses, by course."""
    p = t.late_policies.c
    columns: list[Any] = [p[name] for name in LatePolicyFacts.__struct_fields__]
    rows = connection.execute(sa.select(p.course_id, *columns).where(among(connection, p.course_id, course_ids)))
    return {row[0]: LatePolicyFacts(*row[1:]) for row in rows}


def standards_by_id(connection: sa.Connection, ids: list[int]) -> dict[int, StandardFacts]:
    """Standards as they are stored, deleted ones included: what uses a deleted standard goes on using it."""
    if not ids:
        return {}
    c = t.grading_standards.c
    rows = connection.execute(
        sa.select(c.id, c.title, c.points_based, c.scaling_factor, c.data, c.scale).where(among(connection, c.id, ids))
    )
    return {row.id: StandardFacts(*row[:4], tuple((name, bound) for name, bound in row.data), row.scale) for row in rows}
