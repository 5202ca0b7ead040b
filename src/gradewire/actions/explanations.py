"""How a student's course grade came about, for who may know: staff all of it, students and their observers what is posted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.course_grades import is_in_charge, overrides_count
from gradewire.actions.graded_students import check_period, find_student
from gradewire.actions.schemes import course_scheme
from gradewire.actions.scores import Calculator, numbers_of
from gradewire.actions.unit import Unit
from gradewire.core.errors import Conflict, Denied, NotFound
from gradewire.core.schemes import Scheme
from gradewire.core.scoring import canvas, explanation, schoology, schoology_explanation
from gradewire.core.scoring.explanation import Names
from gradewire.core.scoring.overrides import Effective, give_letter, is_in_effect, take_effect
from gradewire.core.scoring.records import Totals
from gradewire.core.scoring.schoology_explanation import CategoryAccount, ItemLine
from gradewire.store import rules as rule_rows
from gradewire.store import scores
from gradewire.store.enrollments import MemberRow
from gradewire.store.scores import ScoreRow, WorkRow


class CanvasAccount(Struct, frozen=True):
    """An account by the Canvas calculation; the runs are those that were asked for."""

    explanation: canvas.Explanation
    names: Names


class SchoologyAccount(Struct, frozen=True):
    """Accounts by the Schoology calculation: from posted grades, which students see, and for staff from all grades."""

    posted: schoology.Explanation
    unposted: schoology.Explanation | None


Account: TypeAlias = CanvasAccount | SchoologyAccount


class Explained(Struct, frozen=True, kw_only=True):
    """A course or period score, what is in effect of it, and its account."""

    access: CourseAccess
    enrollment: MemberRow
    grading_period_id: int | None
    in_charge: bool
    """Whether the viewer is staff; others are shown nothing unposted."""
    row: ScoreRow
    up_to_date: bool
    """False where the stored scores are not what the rules give now, as those of concluded students may be."""
    scheme: Scheme | None
    override_in_effect: bool
    effective: Effective
    account: Account

    def letter(self, score: float | None) -> str | None:
        """The letter of a score in the scheme of the course."""
        return give_letter(score, self.scheme)


def explain(unit: Unit, course_id: int, enrollment_id: int, grading_period_id: int | None = None) -> Explained:
    """The account of a student's course score, or of the score in one grading period. Writes nothing.

    Raises:
        NotFound: no such course, student or grading period; or the student has no scores.
        Denied: no right to know, or the course hides totals or numbers from students.
        Conflict: somebody changed a grade meanwhile; ask again.
        Refused: the course is pinned to a calculation that this release does not have.
    """
    access = course_access(unit, course_id)
    return explain_to(unit, access, find_student(unit, access, enrollment_id), grading_period_id)


def explain_to(unit: Unit, access: CourseAccess, enrollment: MemberRow, grading_period_id: int | None = None) -> Explained:
    """The same for who has this access and may ask about this enrolment; raises the same."""
    check_period(access, grading_period_id)
    in_charge = is_in_charge(access)
    rules, course_id = access.rules, access.rules.course.id
    if not in_charge and (rules.course.hide_final_grades or rules.course.restrict_quantitative_data):
        raise Denied
    connection, students = unit.connection, [enrollment.user_id]
    rows = scores.rows_for(connection, course_id, students).get(enrollment.user_id, [])
    completed = enrollment.user_id in scores.completed_students(connection, course_id, students)
    found = scores.work_for(connection, course_id, students).get(enrollment.user_id, [])
    # Not as the database happens to keep them: the order would tell of changes that are not posted.
    work = sorted(found, key=lambda one: one.assignment_id)
    calculator = Calculator(unit, rules)
    again = scores.rows_for(connection, course_id, students).get(enrollment.user_id, [])
    if _versions(rows) != _versions(again) or rule_rows.current_version(connection, course_id) != rules.course.rules_version:
        raise Conflict
    own = [row for row in rows if row.enrollment_id == enrollment.id]
    row = next((one for one in own if _is_of(one, grading_period_id)), None)
    if row is None:
        raise NotFound
    counts = overrides_count(rules)
    scheme = course_scheme(rules)
    computed = calculator.compute(work, rows, completed=completed)
    totals = computed.course if grading_period_id is None else computed.periods.get(grading_period_id, Totals())
    shown = slice(None) if in_charge else slice(0, 2)
    return Explained(
        access=access,
        enrollment=enrollment,
        grading_period_id=grading_period_id,
        in_charge=in_charge,
        row=row,
        up_to_date=numbers_of(totals)[shown] == row.numbers[shown],
        scheme=scheme,
        override_in_effect=is_in_effect(row.override_score, feature=counts, allowed=counts),
        effective=take_effect(row.numbers[0], row.numbers[1], row.override_score, scheme, feature=counts, allowed=counts),
        account=_account(calculator, access, work, rows, completed=completed, in_charge=in_charge, period_id=grading_period_id),
    )


def _versions(rows: Sequence[ScoreRow]) -> list[tuple[int, int]]:
    return [(row.id, row.version) for row in rows]


def _is_of(row: ScoreRow, grading_period_id: int | None) -> bool:
    return row.course_score if grading_period_id is None else row.grading_period_id == grading_period_id


def _account(
    calculator: Calculator,
    access: CourseAccess,
    work: Sequence[WorkRow],
    rows: Sequence[ScoreRow],
    *,
    completed: bool,
    in_charge: bool,
    period_id: int | None,
) -> Account:
    found = calculator.explain(work, rows, completed=completed, sees_unposted=in_charge)
    if isinstance(found, schoology.Explanation):
        posted = calculator.explain(work, rows, completed=completed, sees_unposted=False) if in_charge else found
        assert isinstance(posted, schoology.Explanation)
        return SchoologyAccount(posted if in_charge else _assigned_only(posted), found if in_charge else None)
    rules = access.rules
    if period_id is not None:
        found = replace(found, runs=tuple(run for run in found.runs if run.period_id == period_id), from_periods=None)
    names = Names(
        items={one.id: one.name for one in rules.assignments.values() if one.workflow_state == "published"},
        groups={group.id: group.name for group in rules.groups},
        periods={period.id: period.title for period in rules.periods},
    )
    return CanvasAccount(found, names)


def _assigned_only(found: schoology.Explanation) -> schoology.Explanation:
    """Without the items that are for other students."""

    def lines(items: tuple[ItemLine, ...]) -> tuple[ItemLine, ...]:
        return tuple(line for line in items if line.fate != "unassigned")

    def categories(several: tuple[CategoryAccount, ...]) -> tuple[CategoryAccount, ...]:
        return tuple(replace(one, items=lines(one.items)) for one in several)

    return replace(
        found,
        periods=tuple(
            replace(one, categories=categories(one.categories), ungraded=lines(one.ungraded)) for one in found.periods
        ),
        columns=tuple(one for one in found.columns if one.line.fate != "unassigned"),
        other=lines(found.other),
        categories=categories(found.categories),
    )


def render(explained: Explained) -> str:
    """The account in English."""
    match explained.account:
        case CanvasAccount(found, names):
            return explanation.render_text(found, names)
        case SchoologyAccount(posted, None):
            return schoology_explanation.render_text(posted)
        case SchoologyAccount(posted, unposted):
            assert unposted is not None
            seen, every = schoology_explanation.render_text(posted), schoology_explanation.render_text(unposted)
            if posted.computed != unposted.computed:
                return f"From posted grades, as the student sees it\n{seen}\n\nFrom all grades\n{every}"
            return every
