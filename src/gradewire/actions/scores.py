"""Course scores kept in step with grades: the transaction that changes a grade, a rule or an assignment calls ``recompute``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from gradewire.actions.unit import Unit
from gradewire.core.changes import CourseScoreChanged
from gradewire.core.scoring.canvas import Course, Group, Item, Period, Plan, StudentScores, Totals, Work, compute, plan
from gradewire.store import scores
from gradewire.store.rules import CourseRules
from gradewire.store.scores import NewScores, ScoreRow, WorkRow

UNGRADEABLE = frozenset({"not_graded", "wiki_page"})


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
            for one in rules.assignments.values()
            if one.workflow_state == "published" and not UNGRADEABLE.intersection(one.submission_types)
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


def recompute(unit: Unit, course_id: int, user_ids: Collection[int] | None = None) -> int:
    """Compute the scores of these students, or of all, store what differs, and record a fact for each student whose course
    scores changed. Returns how many did.

    Without ``user_ids`` concluded students are left alone (grade calculation reference, 8). A constant number of statements.
    """
    if user_ids is not None and not user_ids:
        return 0
    connection = unit.connection
    scores.lock(connection, course_id, user_ids)
    rules = unit.rules(course_id)
    prepared = scoring_plan(rules)
    if ignores_anonymous(rules):
        prepared = plan_without_anonymous(unit, rules)
    completed = scores.completed_students(connection, course_id, user_ids)
    work = scores.work_for(connection, course_id, user_ids)
    changed: list[NewScores] = []
    facts: list[CourseScoreChanged] = []
    for user_id, rows in scores.rows_for(connection, course_id, user_ids).items():
        if user_ids is None and user_id in completed:
            continue
        found = compute(prepared, works(work.get(user_id, ())), completed=user_id in completed)
        new = differences(rows, found)
        changed += new
        fact = course_fact(course_id, rows, found.course, unit)
        if fact is not None:
            facts.append(fact)
    scores.count_up(connection, course_id, user_ids)
    scores.update_many(connection, changed, unit.now)
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
