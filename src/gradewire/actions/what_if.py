"""What would become of course totals if scores, weights, drop rules or the scheme were others. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.course_grades import is_in_charge, overrides_count
from gradewire.actions.courses import offers_standard
from gradewire.actions.schemes import BUILT_IN, course_scheme, scheme_of
from gradewire.actions.schoology_rules import counted_assignments
from gradewire.actions.scores import Calculator, numbers_of
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound
from gradewire.core.permissions import READ, STUDENTS
from gradewire.core.schemes import DEFAULT_SCHEME, Scheme
from gradewire.core.scoring.hypotheses import GroupChange, Hypotheses, Known, Trial, find_faults
from gradewire.core.scoring.overrides import give_letter, is_in_effect
from gradewire.core.scoring.records import Totals
from gradewire.store import enrollments as enrollment_rows
from gradewire.store import scores
from gradewire.store.enrollments import Filter
from gradewire.store.rules import CourseRules, GroupFacts, standards_by_id
from gradewire.store.scores import ScoreRow, WorkRow

STATES = ("active", "completed", "inactive", "invited")


class Marks(Struct, frozen=True):
    """Course totals in percent with their letters: current and final, and for staff the same with unposted work."""

    current_score: float | None
    current_grade: str | None
    final_score: float | None
    final_grade: str | None
    unposted: tuple[float | None, str | None, float | None, str | None] | None


class Outcome(Struct, frozen=True, kw_only=True):
    """One student, as it is and as it would be; both are computed, so that only what was supposed makes a difference."""

    user_id: int
    enrollment_id: int
    before: Marks
    after: Marks
    override_in_effect: bool
    changes_letter: bool
    """Whether the letter of the current or final score would be another; never while an override is in effect."""


def suppose(
    unit: Unit, course_id: int, supposed: Hypotheses, *, user_id: int | None = None, standard_id: int | None = None
) -> list[Outcome]:
    """The totals of one student or, without ``user_id``, of all students whom the caller sees, ordered by user.

    ``standard_id`` supposes a grading standard that the course could have, 0 the built-in one.

    Staff may suppose anything. A student may suppose own scores, and is told of posted work only; others may suppose nothing.

    Raises:
        NotFound: no such course, or no such student in it.
        Denied: no right to it, or the course hides totals or numbers from students.
        Invalid: what cannot be supposed.
        Refused: the course is pinned to a calculation that this release does not have.
    """
    return suppose_for(unit, course_access(unit, course_id), supposed, user_id=user_id, standard_id=standard_id)


def suppose_for(
    unit: Unit, access: CourseAccess, supposed: Hypotheses, *, user_id: int | None = None, standard_id: int | None = None
) -> list[Outcome]:
    """The same for who has this access; raises the same."""
    access.require(READ)
    in_charge = is_in_charge(access)
    if standard_id is not None:
        supposed = replace(supposed, scheme=_offered_scheme(unit, access, standard_id))
    if not in_charge:
        _check_student(access, supposed, user_id)
        user_id = access.user_id
    rules, connection, course_id = access.rules, unit.connection, access.rules.course.id
    wanted = Filter(
        course_id=course_id,
        user_ids=None if user_id is None else [user_id],
        sections=None if access.sections is None or not in_charge else sorted(access.sections),
        types=sorted(STUDENTS),
        states=STATES,
    )
    enrolled: dict[int, int] = {}
    for member in enrollment_rows.find(connection, wanted):
        enrolled.setdefault(member.user_id, member.id)
    if user_id is not None and not enrolled:
        raise NotFound
    chosen = None if user_id is None else [user_id]
    rows = scores.rows_for(connection, course_id, chosen)
    found = scores.work_for(connection, course_id, chosen)
    completed = scores.completed_students(connection, course_id, chosen)
    students = {number: rows.get(number, []) for number in sorted(enrolled)}
    work: Mapping[int, Sequence[WorkRow]] = {number: found.get(number, []) for number in students}
    if not in_charge:
        work = {number: _forget_unposted(mine) for number, mine in work.items()}
    _check(rules, supposed, work)
    before = dict(Calculator(unit, rules).compute_many(work, students, completed))
    changed = _change_rules(rules, supposed)
    after = dict(Calculator(unit, changed).compute_many(_try(work, supposed.trials), students, completed))
    scheme = course_scheme(rules)
    other = scheme if supposed.scheme is UNSET else supposed.scheme
    return [
        _outcome(
            rules,
            (number, enrolled[number]),
            _marks(before[number].course, scheme, in_charge),
            _marks(after[number].course, other, in_charge),
            students[number],
        )
        for number in students
    ]


def _offered_scheme(unit: Unit, access: CourseAccess, standard_id: int) -> Scheme:
    if standard_id == BUILT_IN:
        return DEFAULT_SCHEME
    if not offers_standard(unit, access, standard_id):
        raise Invalid(Fault("grading_standard_id", "is not a grading standard of this course or of its accounts"))
    return scheme_of(standards_by_id(unit.connection, [standard_id])[standard_id])


def _check_student(access: CourseAccess, supposed: Hypotheses, user_id: int | None) -> None:
    own = any(grant.type in STUDENTS and grant.workflow_state in {"active", "completed"} for grant in access.grants)
    course = access.rules.course
    if not own or user_id not in {None, access.user_id} or course.hide_final_grades or course.restrict_quantitative_data:
        raise Denied
    if not supposed.only_scores or any(trial.student_id not in {None, access.user_id} for trial in supposed.trials):
        raise Denied


def _check(rules: CourseRules, supposed: Hypotheses, work: Mapping[int, Sequence[WorkRow]]) -> None:
    groups: dict[int, set[int]] = {group.id: set() for group in rules.groups}
    for one in counted_assignments(rules):
        groups.setdefault(one.assignment_group_id, set()).add(one.id)
    known = Known(
        groups=groups,
        periods={period.id for period in rules.periods},
        students={number: {row.assignment_id for row in mine} for number, mine in work.items()},
    )
    trials = supposed.trials
    if len(work) == 1:  # of one student everything is supposed of that one
        (number,) = work
        trials = tuple(replace(trial, student_id=number) if trial.student_id is None else trial for trial in trials)
    faults = list(find_faults(replace(supposed, trials=trials), known))
    if faults:
        raise Invalid(*faults)


def _change_rules(rules: CourseRules, supposed: Hypotheses) -> CourseRules:
    """The rules as they would be."""
    changes = {change.group_id: change for change in supposed.groups}
    course = rules.course
    if supposed.weighted is not UNSET:
        course = replace(course, group_weighting_scheme="percent" if supposed.weighted else "equal")
    if supposed.period_weights and course.calculation == "schoology":
        options = course.calculation_options or {}
        weights = {str(number): weight for number, weight in supposed.period_weights.items()}
        weights = {**options.get("period_weights", {}), **weights}
        course = replace(course, calculation_options={**options, "period_weights": weights})
    return replace(
        rules,
        course=course,
        groups=tuple(_change_group(group, changes.get(group.id)) for group in rules.groups),
        periods=tuple(
            replace(period, weight=supposed.period_weights.get(period.id, period.weight)) for period in rules.periods
        ),
        derived={},
    )


def _change_group(group: GroupFacts, change: GroupChange | None) -> GroupFacts:
    if change is None:
        return group
    return replace(
        group,
        group_weight=group.group_weight if change.weight is UNSET else change.weight,
        drop_lowest=group.drop_lowest if change.drop_lowest is UNSET else change.drop_lowest,
        drop_highest=group.drop_highest if change.drop_highest is UNSET else change.drop_highest,
        never_drop=group.never_drop if change.never_drop is UNSET else change.never_drop,
    )


def _forget_unposted(work: Iterable[WorkRow]) -> list[WorkRow]:
    return [
        row if row.posted else replace(row, score=None, excused=False, incomplete=False, pending_review=False) for row in work
    ]


def _try(work: Mapping[int, Sequence[WorkRow]], trials: Sequence[Trial]) -> dict[int, list[WorkRow]]:
    """The work with supposed scores in place: they count as posted, whatever the state of the real ones."""
    by_work = {(trial.item_id, trial.student_id): trial for trial in trials}
    tried = {}
    for user_id, rows in work.items():
        tried[user_id] = [
            row if trial is None else _with_trial(row, trial)
            for row in rows
            for trial in [by_work.get((row.assignment_id, user_id)) or by_work.get((row.assignment_id, None))]
        ]
    return tried


def _with_trial(row: WorkRow, trial: Trial) -> WorkRow:
    score = None if trial.score is UNSET else trial.score
    return replace(
        row,
        score=score,
        excused=trial.excused,
        incomplete=False,
        posted=True,
        pending_review=False,
        late_policy_status=None,
    )


def _marks(totals: Totals, scheme: Scheme | None, in_charge: bool) -> Marks:
    current, final, unposted_current, unposted_final = numbers_of(totals)[:4]
    unposted = unposted_current, give_letter(unposted_current, scheme), unposted_final, give_letter(unposted_final, scheme)
    return Marks(current, give_letter(current, scheme), final, give_letter(final, scheme), unposted if in_charge else None)


def _outcome(rules: CourseRules, student: tuple[int, int], before: Marks, after: Marks, rows: Sequence[ScoreRow]) -> Outcome:
    user_id, enrollment_id = student
    counts = overrides_count(rules)
    override = next((row.override_score for row in rows if row.course_score and row.override_score is not None), None)
    overridden = is_in_effect(override, feature=counts, allowed=counts)
    letters = (before.current_grade, before.final_grade) != (after.current_grade, after.final_grade)
    return Outcome(
        user_id=user_id,
        enrollment_id=enrollment_id,
        before=before,
        after=after,
        override_in_effect=overridden,
        changes_letter=letters and not overridden,
    )
