"""Course scores kept in step with grades: the transaction that changes a grade, a rule or an assignment calls ``recompute``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from gradewire.actions.course_grades import overrides_count
from gradewire.actions.schoology_rules import counted_assignments, schoology_grades, schoology_overrides, schoology_plan
from gradewire.actions.unit import Unit
from gradewire.core.changes import CourseScoreChanged
from gradewire.core.scoring import calculations, schoology
from gradewire.core.scoring.canvas import (
    Course,
    Explanation,
    Group,
    Item,
    Period,
    Plan,
    StudentScores,
    Totals,
    Work,
    compute,
    explain,
    plan,
)
from gradewire.core.scoring.course import compute_course
from gradewire.core.scoring.course import student_scores as scores_of_row
from gradewire.core.scoring.disclosure import forget_unposted, show_posted
from gradewire.core.scoring.matrix import read_matrix
from gradewire.store import scores
from gradewire.store.rules import CourseRules
from gradewire.store.scores import NewScores, ScoreRow, WorkRow

MANY = 24
"""From so many students on, arrays are faster than one student after another."""


def scoring_course(rules: CourseRules, *, ignored: Collection[int] = ()) -> Course:
    """The rules of a course as score computation takes them: published, gradeable assignments of active groups."""
    return Course(
        weighted=rules.course.group_weighting_scheme == "percent",
        groups=tuple(
            Group(group.id, group.group_weight, group.drop_lowest, group.drop_highest, group.never_drop)
            for group in rules.groups
        ),
        items=tuple(
            Item(one.id, one.assignment_group_id, one.points_possible, one.omit_from_final_grade, one.id in ignored)
            for one in counted_assignments(rules)
        ),
        periods=tuple(Period(period.id, period.weight) for period in rules.periods),
        periods_weighted=rules.periods_weighted,
    )


def scoring_plan(rules: CourseRules) -> Plan:
    """The same made ready for computing, kept with the rules."""
    found = rules.derived.get("plan")
    if found is None:
        found = rules.derived["plan"] = plan(scoring_course(rules))
    return found


def ignores_anonymous(rules: CourseRules) -> bool:
    """Whether unposted anonymous assignments stay out of every total (grade calculation reference, 2)."""
    return rules.accounts[-1].grade_calc_ignore_unposted_anonymous and any(
        one.anonymous_grading for one in rules.assignments.values()
    )


def plan_without_anonymous(unit: Unit, rules: CourseRules) -> Plan:
    """The plan without the anonymous assignments that still have unposted work."""
    if unit.transaction is not None:
        hidden = scores.anonymous_unposted(unit.transaction, rules.course.id)
    else:
        with unit.world.store.read() as connection:
            hidden = scores.anonymous_unposted(connection, rules.course.id)
    return plan(scoring_course(rules, ignored=hidden))


def works(rows: Iterable[WorkRow]) -> list[Work]:
    return [
        Work(
            row.assignment_id,
            row.score,
            row.excused,
            row.posted,
            row.pending_review,
            row.grading_period_id,
            True,
            row.student_entered_score,
        )
        for row in rows
    ]


class Calculator:
    """The calculation of one course, ready for any number of its students.

    Raises ``Refused`` for a course that is pinned to a version that this release cannot compute, and ``Invalid`` for rules that
    mean nothing.
    """

    def __init__(self, unit: Unit, rules: CourseRules) -> None:
        calculations.check(rules.course.calculation, rules.course.calculation_version)
        self._rules = rules
        self._schoology: schoology.Plan | None = None
        if rules.course.calculation == "schoology":
            self._schoology = schoology_plan(rules)
        elif ignores_anonymous(rules):
            self._canvas = plan_without_anonymous(unit, rules)
        else:
            self._canvas = scoring_plan(rules)

    def compute(self, work: Iterable[WorkRow], rows: Iterable[ScoreRow], *, completed: bool) -> StudentScores:
        """All scores of a student from the student's work. Of ``rows``, the student's score rows, only overrides are read."""
        if self._schoology is not None:
            return schoology.compute(self._schoology, schoology_grades(self._rules, self._schoology, work), self._typed(rows))
        return compute(self._canvas, works(work), completed=completed)

    def explain(
        self, work: Iterable[WorkRow], rows: Iterable[ScoreRow], *, completed: bool, sees_unposted: bool = True
    ) -> Explanation | schoology.Explanation:
        """The same, with an account; without ``sees_unposted``, of posted work alone, as a student may read it."""
        if self._schoology is not None:
            grades = schoology_grades(self._rules, self._schoology, work)
            return schoology.explain(self._schoology, grades, self._typed(rows), sees_unposted=sees_unposted)
        if sees_unposted:
            return explain(self._canvas, works(work), completed=completed)
        return show_posted(explain(self._canvas, forget_unposted(works(work)), completed=completed))

    def compute_many(
        self, work: Mapping[int, Sequence[WorkRow]], rows: Mapping[int, Sequence[ScoreRow]], completed: Collection[int]
    ) -> Iterator[tuple[int, StudentScores]]:
        """The scores of each student who has score rows; of many, by arrays, which gives the same numbers."""
        if self._schoology is None and len(rows) >= MANY:
            mine = {user_id: works(work.get(user_id, ())) for user_id in rows}
            found = compute_course(self._canvas, read_matrix(self._canvas.course, mine, completed=completed))
            for row, user_id in enumerate(mine):
                yield user_id, scores_of_row(found, row)
            return
        for user_id, rows_of_user in rows.items():
            yield user_id, self.compute(work.get(user_id, ()), rows_of_user, completed=user_id in completed)

    def _typed(self, rows: Iterable[ScoreRow]) -> list[schoology.Override]:
        return schoology_overrides(rows) if overrides_count(self._rules) else []


def student_scores(
    rules: CourseRules, unit: Unit, work: Iterable[WorkRow], *, completed: bool, rows: Iterable[ScoreRow] = ()
) -> StudentScores:
    """The scores of one student by the calculation of the course; ``rows`` are the student's score rows, for overrides."""
    return Calculator(unit, rules).compute(work, rows, completed=completed)


def recompute(unit: Unit, course_id: int, user_ids: Collection[int] | None = None, *, silent: bool = False) -> int:
    """Compute the scores of these students, or of all, store what differs, and record a fact for each student whose course
    scores changed. Returns how many did.

    Without ``user_ids`` concluded students are left alone (grade calculation reference, 8). A constant number of statements.
    ``silent`` records no facts.

    Raises:
        Refused: the course is pinned to a calculation that this release does not have.
    """
    if user_ids is not None and not user_ids:
        return 0
    connection = unit.connection
    scores.lock(connection, course_id, user_ids)
    calculator = Calculator(unit, unit.rules(course_id))
    completed = scores.completed_students(connection, course_id, user_ids)
    work = scores.work_for(connection, course_id, user_ids)
    rows = scores.rows_for(connection, course_id, user_ids)
    if user_ids is None:
        for user_id in completed:
            rows.pop(user_id, None)
    changed: list[NewScores] = []
    facts: list[CourseScoreChanged] = []
    for user_id, found in calculator.compute_many(work, rows, completed):
        changed += differences(rows[user_id], found)
        fact = course_fact(course_id, rows[user_id], found.course, unit)
        if fact is not None:
            facts.append(fact)
    scores.count_up(connection, course_id, user_ids)
    scores.update_many(connection, changed, unit.now)
    if not silent:
        unit.record(*facts)
    return len(facts)


def numbers_of(totals: Totals) -> tuple[float | None, ...]:
    return (
        totals.current_score,
        totals.final_score,
        totals.unposted_current_score,
        totals.unposted_final_score,
        totals.current_points,
        totals.final_points,
        totals.unposted_current_points,
        totals.unposted_final_points,
    )


_NOTHING = (None,) * len(scores.NUMBERS)


def differences(rows: Sequence[ScoreRow], found: StudentScores) -> list[NewScores]:
    """The rows whose stored numbers are no longer the computed ones."""
    new: list[NewScores] = []
    for row in rows:
        dropped: Mapping[str, Sequence[int]] | None
        if row.course_score:
            numbers = numbers_of(found.course)
            dropped = _dropped(found.dropped_current, found.dropped_final)
        elif row.grading_period_id is not None:
            period = found.periods.get(row.grading_period_id)
            numbers = numbers_of(period) if period else _NOTHING
            dropped = _dropped(*found.period_dropped.get(row.grading_period_id, ((), ())))
        else:
            group = found.groups.get(row.assignment_group_id or 0)
            numbers = numbers_of(group) if group else _NOTHING
            dropped = None
        if row.version == 0 or numbers != row.numbers or (dropped or None) != (row.dropped or None):
            new.append(NewScores(row.id, numbers, dropped))
    return new


def _dropped(current: Sequence[int], final: Sequence[int]) -> dict[str, list[int]] | None:
    return {"current": sorted(current), "final": sorted(final)} if current or final else None


def course_fact(course_id: int, rows: Sequence[ScoreRow], totals: Totals, unit: Unit) -> CourseScoreChanged | None:
    """The fact that one of a student's four course scores changed; one per student, whatever the number of enrolments.

    A row that was never computed before is new, and says nothing (live-events reference, 8.2).
    """
    row = next((row for row in rows if row.course_score), None)
    if row is None or row.version == 0:
        return None
    new = numbers_of(totals)
    if new[:4] == row.numbers[:4]:
        return None
    return CourseScoreChanged(
        course_id=course_id,
        user_id=row.user_id,
        workflow_state="active",
        created_at=row.created_at,
        updated_at=unit.now,
        current_score=new[0],
        old_current_score=row.numbers[0],
        final_score=new[1],
        old_final_score=row.numbers[1],
        unposted_current_score=new[2],
        old_unposted_current_score=row.numbers[2],
        unposted_final_score=new[3],
        old_unposted_final_score=row.numbers[3],
    )
