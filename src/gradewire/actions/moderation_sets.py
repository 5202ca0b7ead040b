"""Building the moderation set of an assignment by a rule, on record: rule, seed and result stand in the audit trail."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec import Struct

from gradewire.actions.access import CourseAccess
from gradewire.actions.moderated_students import moderated_assignment
from gradewire.actions.schemes import assignment_scheme
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid, NotFound, Refused
from gradewire.core.moderation import ALREADY_PUBLISHED, NOT_MODERATED
from gradewire.core.moderation_sets import DRAWN, Candidate, Rule, check, choose
from gradewire.core.numbers import WIDE, exact
from gradewire.core.schemes import DEFAULT_SCHEME
from gradewire.store import moderated_students, moderation_graders, submissions
from gradewire.store import provisional_grades as grade_rows
from gradewire.store.rules import AssignmentFacts

ALL_IN = "Every student of this assignment is in the moderation set already."
NO_PERCENT = "This assignment has no points possible, so its scores are no percentages to choose by."
LONGEST_SEED = 100


class Built(Struct, frozen=True, kw_only=True):
    """What a rule chose: so many students of so many, some of whom may have been in the set before."""

    rule: Rule
    seed: str | None
    students: int
    graded: int
    chosen: list[int]
    added: list[int]


def build(
    unit: Unit, course_id: int, assignment_id: int, rule: Rule, *, seed: str | None = None, only_look: bool = False
) -> Built:
    """Put the students whom the rule chooses into the moderation set; nobody is taken out. Without a seed one is made up.

    By grades are meant the means of the graders' scores, final marks left aside. ``only_look``: nothing is written.

    Raises:
        NotFound: no such course or assignment.
        Denied: no moderator.
        Refused: not moderated, published already, everybody is in the set, or there are no percentages to choose by.
        Invalid: a number of the rule is out of its range, or the seed is too long.
    """
    access, assignment = moderated_assignment(unit, course_id, assignment_id)
    now = moderation_graders.lock_assignment(unit.connection, assignment.id)
    if now is None:
        raise NotFound
    if not now.moderated_grading:
        raise Refused("not_moderated", NOT_MODERATED)
    if now.grades_published_at is not None:
        raise Refused("already_published", ALREADY_PUBLISHED)
    if assignment.moderation_set != "selected":
        raise Refused("not_in_moderation_set", ALL_IN)
    check(rule)
    if seed is not None and len(seed) > LONGEST_SEED:
        raise Invalid(Fault("seed", f"A seed has at most {LONGEST_SEED} characters."))
    if rule.kind not in DRAWN:
        seed = None
    elif not seed:
        seed = str(unit.world.randomness.getrandbits(32))
    candidates = _candidates(unit, access, assignment)
    if rule.kind in {"boundaries", "bands", "fails"} and not (assignment.points_possible or 0) > 0:
        raise Refused("parameter", NO_PERCENT)
    scheme = assignment_scheme(access.rules, assignment) or DEFAULT_SCHEME
    chosen = choose(candidates, rule, scheme=scheme, seed=seed or "")
    there = moderated_students.of_students(unit.connection, assignment.id, chosen)
    built = Built(
        rule=rule,
        seed=seed,
        students=len(candidates),
        graded=sum(one.percent is not None for one in candidates),
        chosen=chosen,
        added=[number for number in chosen if number not in there],
    )
    if not only_look:
        moderated_students.add(unit.connection, assignment.id, built.added, unit.now)
        unit.audit("moderation_set_built", assignment_id=assignment.id, payload=msgspec.to_builtins(built))
    return built


def _candidates(unit: Unit, access: CourseAccess, assignment: AssignmentFacts) -> list[Candidate]:
    """The assigned students whom the caller sees and who can still receive a grade."""
    visible = moderated_students.visible_students(unit.connection, access.rules.course.id, sections=access.sections)
    found = submissions.by_students(unit.connection, assignment.id, visible)
    scores: dict[int, list[float]] = {}
    for row in grade_rows.for_submissions(unit.connection, [row.id for row in found]):
        if not row.final and row.score is not None and row.graded_at is not None:
            scores.setdefault(row.student_id, []).append(row.score)
    return [Candidate(row.user_id, _percent(scores.get(row.user_id), assignment.points_possible)) for row in found]


def _percent(scores: list[float] | None, possible: float | None) -> Decimal | None:
    if not scores or not (possible or 0) > 0:
        return None
    total = sum((exact(score) for score in scores), Decimal(0))
    return WIDE.divide(WIDE.multiply(total, 100), WIDE.multiply(exact(possible or 0), len(scores)))
