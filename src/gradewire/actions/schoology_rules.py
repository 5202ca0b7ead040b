"""A course whose calculation is ``schoology``: its rules and its students' work as that calculation takes them.

An assignment group is a category (its weight and ``drop_lowest`` count, ``drop_highest`` and ``never_drop`` are unknown there),
an assignment an item, a submission a grade. What has no column of its own is in ``calculation_options``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from gradewire.core.entry import SCHEME_TYPES
from gradewire.core.periods import PeriodDates, find_period
from gradewire.core.schemes import DEFAULT_SCHEME
from gradewire.core.scoring.schoology import Category, Course, Grade, Item, Options, Override, Period, Plan, plan
from gradewire.core.scoring.schoology_course import DEFAULT_WEIGHT, Mark
from gradewire.core.scoring.schoology_options import CategoryOptions, CourseOptions, ItemOptions, read_options
from gradewire.core.scoring.schoology_scales import Scale, read_scale
from gradewire.store.rules import AssignmentFacts, CourseRules, GroupFacts
from gradewire.store.scores import ScoreRow, WorkRow

UNGRADEABLE = frozenset({"not_graded", "wiki_page"})


def counted_assignments(rules: CourseRules) -> list[AssignmentFacts]:
    """The assignments that take part in course scores, in either calculation."""
    return [
        one
        for one in rules.assignments.values()
        if one.workflow_state == "published" and not UNGRADEABLE.intersection(one.submission_types)
    ]


def schoology_course(rules: CourseRules) -> Course:
    """
    Raises:
        Invalid: options that mean nothing.
    """
    chosen = course_options(rules)
    weighted = rules.course.group_weighting_scheme == "percent"
    dates = [PeriodDates(one.id, one.start_date, one.end_date, one.close_date) for one in rules.periods]
    return Course(
        categories=tuple(
            Category(
                id=group.id,
                title=group.name,
                calculation=options.calculation,
                weight=group.group_weight,
                drop_lowest=group.drop_lowest,
            )
            for group in categories(rules)
            for options in [read_options(group.calculation_options, CategoryOptions, f"assignment group {group.id}")]
        ),
        items=tuple(_item(rules, one, dates) for one in counted_assignments(rules)),
        periods=tuple(
            Period(id=one.id, title=one.title, weight=chosen.period_weights.get(str(one.id), one.weight))
            for one in rules.periods
        ),
        options=Options(
            weighting=chosen.weighting if isinstance(chosen.weighting, str) else "weighted" if weighted else "even",
            missing_counts=chosen.missing_counts,
            whole_numbers=chosen.whole_numbers,
        ),
    )


def named_period(rules: CourseRules, assignment: AssignmentFacts) -> int | UnsetType | None:
    """The grading period of an assignment, whatever its due dates; ``None`` for none, ``UNSET`` where due dates decide.

    In a course that chose its periods each assignment names its own. Elsewhere one may, if the course is calculated as
    Schoology does. A period that is not the course's is none.

    Raises:
        Invalid: options that mean nothing.
    """
    if not rules.chose_periods and rules.course.calculation != "schoology":
        return UNSET
    named = item_options(assignment).grading_period
    if named is UNSET:
        return None if rules.chose_periods else UNSET
    return named if any(period.id == named for period in rules.periods) else None


def item_options(assignment: AssignmentFacts) -> ItemOptions:
    """
    Raises:
        Invalid: options that mean nothing.
    """
    return read_options(assignment.calculation_options, ItemOptions, f"assignment {assignment.id}")


def _item(rules: CourseRules, assignment: AssignmentFacts, dates: Sequence[PeriodDates]) -> Item:
    chosen = item_options(assignment)
    period_id = named_period(rules, assignment)
    if period_id is UNSET:
        period = find_period(dates, assignment.due_at)
        period_id = None if period is None else period.id
    return Item(
        id=assignment.id,
        title=assignment.name,
        category_id=assignment.assignment_group_id,
        period_id=period_id,
        max_points=assignment.points_possible,
        factor=chosen.factor,
        is_final=chosen.is_final,
        final_weight=chosen.final_weight,
        count_in_grade=chosen.count_in_grade and not assignment.omit_from_final_grade,
        collected_only=chosen.collected_only,
    )


class SectionPeriod(Struct, frozen=True):
    """A grading period as a course uses it, with its weight in the course grade."""

    id: int
    title: str
    weight: float
    start_date: datetime
    end_date: datetime


def section_periods(rules: CourseRules) -> list[SectionPeriod]:
    """The grading periods of a course in its order.

    Raises:
        Invalid: options that mean nothing.
    """
    weights = course_options(rules).period_weights
    found = []
    for one in rules.periods:
        weight = weights.get(str(one.id), one.weight)
        found.append(
            SectionPeriod(one.id, one.title, DEFAULT_WEIGHT if weight is None else weight, one.start_date, one.end_date)
        )
    return found


def course_options(rules: CourseRules) -> CourseOptions:
    """
    Raises:
        Invalid: options that mean nothing.
    """
    return read_options(rules.course.calculation_options, CourseOptions, "the course")


def categories(rules: CourseRules) -> list[GroupFacts]:
    """The grading categories of a course in its order: its groups but the place of items that have none."""
    kept: list[GroupFacts] | None = rules.derived.get("categories")
    if kept is None:
        kept = rules.derived["categories"] = [group for group in rules.groups if not is_ungraded(group)]
    return kept


def is_ungraded(group: GroupFacts) -> bool:
    return read_options(group.calculation_options, CategoryOptions, f"assignment group {group.id}").ungraded


def category_of(rules: CourseRules, assignment: AssignmentFacts) -> int:
    """The category of an item, 0 for none."""
    number = assignment.assignment_group_id
    return number if any(group.id == number for group in categories(rules)) else 0


def kind_of(submission_types: Collection[str]) -> str:
    """What an item is to a Schoology client: ``discussion``, ``assessment`` or ``assignment``."""
    if "discussion_topic" in submission_types:
        return "discussion"
    return "assessment" if "online_quiz" in submission_types else "assignment"


class ItemFacts(Struct, frozen=True):
    """An item as grade records show it."""

    kind: str
    max_points: float
    category_id: int
    is_final: bool
    final_weight: float | None
    scale: Scale | None
    """``None`` for plain numbers. Letters that nobody chose a standard for are the built-in ones, whose id is 0."""


def item_facts(rules: CourseRules, assignment: AssignmentFacts) -> ItemFacts:
    """
    Raises:
        Invalid: options or a scale that mean nothing.
    """
    kept: dict[int, ItemFacts] = rules.derived.setdefault("items", {})
    if assignment.id not in kept:
        options = item_options(assignment)
        kept[assignment.id] = ItemFacts(
            kind=kind_of(assignment.submission_types),
            max_points=assignment.points_possible or 0.0,
            category_id=category_of(rules, assignment),
            is_final=options.is_final,
            final_weight=options.final_weight,
            scale=_find_scale(rules, assignment),
        )
    return kept[assignment.id]


def _find_scale(rules: CourseRules, assignment: AssignmentFacts) -> Scale | None:
    own = rules.standards.get(assignment.grading_standard_id or 0)
    if own is not None:
        scale = read_scale(own.id, own.title, own.data, own.scale)
        if scale.kind == "points" or assignment.grading_type in SCHEME_TYPES:
            return scale
    if assignment.grading_type not in SCHEME_TYPES:
        return None
    for number in (rules.course.grading_standard_id, *(one.default_grading_standard_id for one in rules.accounts)):
        if number and number in rules.standards and rules.standards[number].data:
            found = rules.standards[number]
            return read_scale(found.id, found.title, found.data, found.scale)
        if number == 0:
            break
    return read_scale(0, DEFAULT_SCHEME.title, DEFAULT_SCHEME.entries, None)


def schoology_plan(rules: CourseRules) -> Plan:
    """The course made ready for computing, kept with the rules."""
    found: Plan | None = rules.derived.get("schoology_plan")
    if found is None:
        found = rules.derived["schoology_plan"] = plan(schoology_course(rules))
    return found


def schoology_grades(rules: CourseRules, prepared: Plan, work: Iterable[WorkRow]) -> list[Grade]:
    """What a student has; without a submission an item is not assigned to the student."""
    there = {row.assignment_id: row for row in work}
    return [
        Grade(item_id=item.id, assigned=False)
        if (row := there.get(item.id)) is None
        else Grade(item_id=item.id, score=row.score, mark=_mark(row), posted=is_posted(rules.assignments[item.id], row))
        for item in prepared.course.items
    ]


def is_posted(assignment: AssignmentFacts, row: WorkRow) -> bool:
    """Where nothing is graded there is nothing to post; a mark then is seen at once, unless the assignment posts by hand."""
    return row.posted or (row.score is None and not row.excused and not assignment.post_manually)


def _mark(row: WorkRow) -> Mark:
    if row.excused:
        return "excused"
    if row.incomplete:
        return "incomplete"
    if row.late_policy_status == "missing":
        return "missing"
    return "late" if row.late_policy_status == "late" else "none"


def schoology_overrides(rows: Iterable[ScoreRow]) -> list[Override]:
    """The overrides of a student, each once: the score rows of several enrolments have the same."""
    found: dict[int | None, Override] = {}
    for row in rows:
        if row.override_score is not None and (row.course_score or row.grading_period_id is not None):
            found[row.grading_period_id] = Override(grade=row.override_score, period_id=row.grading_period_id)
    return list(found.values())
