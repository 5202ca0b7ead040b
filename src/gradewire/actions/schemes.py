"""Which grading scheme counts where (grade calculation reference, 10)."""

from __future__ import annotations

from gradewire.core.entry import Gradable
from gradewire.core.schemes import DEFAULT_SCHEME, Scheme
from gradewire.store.rules import AssignmentFacts, CourseRules, StandardFacts

BUILT_IN = 0
"""The id under which courses and assignments name the built-in default scheme."""


def scheme_of(standard: StandardFacts) -> Scheme:
    return Scheme(standard.title, standard.points_based, standard.scaling_factor, standard.data)


def assignment_scheme(rules: CourseRules, assignment: AssignmentFacts) -> Scheme | None:
    """The scheme of an assignment's letters: its own, its course's, the nearest account default; ``None``: the built-in one."""
    kept: dict[int, Scheme | None] = rules.derived.setdefault("schemes", {})
    if assignment.id not in kept:
        kept[assignment.id] = _find(rules, assignment.grading_standard_id)
    return kept[assignment.id]


def _find(rules: CourseRules, own: int | None) -> Scheme | None:
    for number in (own, rules.course.grading_standard_id, *(a.default_grading_standard_id for a in rules.accounts)):
        if number == BUILT_IN:
            return None
        if (
            number is not None and number in rules.standards and rules.standards[number].data
        ):  # a scale of points has no letters
            return scheme_of(rules.standards[number])
    return None


def course_scheme(rules: CourseRules) -> Scheme | None:
    """The scheme of a course's letters, or ``None`` when the course shows none: no scheme is set for it or by an account."""
    own = rules.course.grading_standard_id
    defaults = [account.default_grading_standard_id for account in rules.accounts]
    if own is None and all(number is None for number in defaults) and not rules.course.restrict_quantitative_data:
        return None
    if own is None and rules.course.workflow_state == "completed":
        return DEFAULT_SCHEME
    return _find(rules, own) or DEFAULT_SCHEME


def gradable(assignment: AssignmentFacts) -> Gradable:
    return Gradable(assignment.grading_type, assignment.points_possible)  # type: ignore[arg-type]
