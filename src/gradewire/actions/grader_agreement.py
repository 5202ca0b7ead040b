"""How far the graders of a moderated assignment agree (core.agreement), for those who see the provisional grades of all."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from gradewire.actions.access import CourseAccess
from gradewire.actions.moderation_table import Grader, ModerationTable, show
from gradewire.actions.schemes import assignment_scheme
from gradewire.actions.unit import Unit
from gradewire.core.agreement import Agreement, Mark, Scale, agreement
from gradewire.core.errors import Fault, Invalid
from gradewire.core.numbers import WIDE, exact
from gradewire.core.schemes import DEFAULT_SCHEME, name_of
from gradewire.store.rules import AssignmentFacts

DEFAULT_SHARE = 0.05
"""Of the points possible: the tolerance where nobody named one; 1 point where there are no points possible."""


class GraderAgreement(Struct, frozen=True, kw_only=True):
    """The statistics, with the graders whom they are about as the caller may know them."""

    table: ModerationTable
    tolerance: float
    levels: list[str]
    """The ordered grades that kappa compares, the highest first; none where scores are no percentages."""
    found: Agreement
    graders: dict[int, Grader]


def measure(unit: Unit, course_id: int, assignment_id: int, *, tolerance: float | None = None) -> GraderAgreement:
    """The agreement of all who graded the students whom the caller sees. Final marks are decisions about grades and no grades
    of their own, so they do not count.

    Raises:
        NotFound: no such course or assignment.
        Denied: no moderator.
        Refused: the assignment is not moderated.
        Invalid: a tolerance that is not 0 or more.
    """
    table = show(unit, course_id, assignment_id)
    if tolerance is None:
        tolerance = default_tolerance(table.assignment)
    elif not 0 <= tolerance <= 1e12:  # also refuses what is no number
        raise Invalid(Fault("tolerance", "must be a number of points, 0 or more"))
    return of_table(table, tolerance)


def of_table(table: ModerationTable, tolerance: float) -> GraderAgreement:
    levels, level = _levels(table.access, table.assignment)
    marks = [Mark(row.submission.id, given.scorer_id, given.score) for row in table.rows for given in row.given]
    return GraderAgreement(
        table=table,
        tolerance=tolerance,
        levels=levels,
        found=agreement(marks, Scale(tolerance, len(levels), level)),
        graders={grader.user_id: grader for grader in table.graders},
    )


def default_tolerance(assignment: AssignmentFacts) -> float:
    possible = assignment.points_possible or 0
    return float(WIDE.multiply(exact(possible), exact(DEFAULT_SHARE))) if possible > 0 else 1.0


def _levels(access: CourseAccess, assignment: AssignmentFacts) -> tuple[list[str], Callable[[float], int] | None]:
    """The grades of the assignment's scheme (of a course without one, the built-in scheme), or complete and incomplete."""
    possible = assignment.points_possible or 0
    if assignment.grading_type == "pass_fail":
        return ["complete", "incomplete"], lambda score: 0 if score > 0 else 1
    if possible <= 0:
        return [], None
    scheme = assignment_scheme(access.rules, assignment) or DEFAULT_SCHEME
    names = [name for name, _ in scheme.entries]
    places = {name: index for index, name in reversed(list(enumerate(names)))}
    points = exact(possible)
    return names, lambda score: places[name_of(scheme, WIDE.divide(WIDE.multiply(exact(score), 100), points))]
