"""One student's grades in a course, as the student sees them: for the student, for observers, and for graders who want to see
what the student sees.

All three look through the student's own access to the course, so that nothing is shown to one of them that another would not
see here. Graders get less in one case: of anonymous work they learn nothing under the student's name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from gradewire.actions import (
    course_grades,
    explanations,
    own_grades,
    rubric_sheets,
    submission_comments,
    submission_rubrics,
    submissions,
    what_if,
)
from gradewire.actions.access import CourseAccess, course_access, grant_of
from gradewire.actions.anonymity import anonymous_assignments
from gradewire.actions.assignments import followed
from gradewire.actions.course_grades import CourseGrades, is_in_charge
from gradewire.actions.graded_students import check_period
from gradewire.actions.overviews import in_course_order
from gradewire.actions.own_grades import OwnGrade
from gradewire.actions.rubric_sheets import Sheet
from gradewire.actions.schoology_rules import counted_assignments
from gradewire.actions.submission_comments import CommentView
from gradewire.actions.unit import Unit
from gradewire.actions.what_if import Outcome
from gradewire.core import permissions
from gradewire.core.errors import Conflict, Denied, NotFound, Refused
from gradewire.core.handing_in import REQUIRED
from gradewire.core.permissions import READ, STUDENTS
from gradewire.core.scoring.hypotheses import Hypotheses
from gradewire.store import enrollments, people, rubrics, users
from gradewire.store import submissions as rows
from gradewire.store.enrollments import Filter, MemberRow
from gradewire.store.rules import AssignmentFacts, PeriodFacts
from gradewire.store.submissions import Search, SubmissionRow

NOT_OPEN = "This student cannot open the course now, so there is nothing that the student sees."
WITHHELD = "Anonymous work is part of this student's total: nothing can be tried out before it is posted for everybody."


class StudentGrade(Struct, frozen=True, kw_only=True):
    """One assignment with what the student sees of the work for it. ``withheld``: the work is anonymous to this viewer."""

    grade: OwnGrade
    comments: list[CommentView]
    sheet: Sheet | None
    may_try: bool
    takes_work: bool
    withheld: bool = False


class GradeGroup(Struct, frozen=True, kw_only=True):
    """An assignment group. ``weight`` is ``None`` where groups have none."""

    name: str
    weight: float | None
    grades: list[StudentGrade]


class StudentGrades(Struct, frozen=True, kw_only=True):
    """What the page of a student's grades shows."""

    access: CourseAccess
    student_id: int
    name: str
    viewer: str
    """``self``, ``observer`` or ``staff``."""
    numbers: bool
    """Whether scores may be shown as numbers; some courses show letters only."""
    periods: Sequence[PeriodFacts]
    period_id: int | None
    groups: list[GradeGroup]
    total: CourseGrades | None
    """``None`` where the course hides totals, or this viewer would learn of anonymous work by it."""
    explanation: str | None
    may_suppose: bool


class Seen(Struct, frozen=True):
    """A student through whose eyes somebody looks."""

    viewer: str
    own: CourseAccess
    """The access of the one who looks."""
    eyes: CourseAccess
    """The access of the student."""
    enrollment: MemberRow


def list_students(unit: Unit, course_id: int) -> list[tuple[int, str]]:
    """The students whose grades the caller may open, with their names: the caller first, then by name.

    Raises:
        NotFound: no such course.
        Denied: a course that the caller may not read.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    wanted = Filter(
        course_id=course_id,
        user_ids=None if is_in_charge(access) else followed(access),
        sections=None if access.sections is None or not is_in_charge(access) else sorted(access.sections),
        types=sorted(STUDENTS),
        states=("active", "completed"),
    )
    found = {row.user_id for row in enrollments.find(unit.connection, wanted)}
    listed = sorted(users.by_ids(unit.connection, found), key=lambda one: (one.sortable_name.casefold(), one.id))
    return [(one.id, one.name) for one in sorted(listed, key=lambda one: one.id != access.user_id)]


def show(unit: Unit, course_id: int, student_id: int, *, grading_period_id: int | None = None) -> StudentGrades:
    """The grades of a student in the whole course or in a grading period.

    Raises:
        NotFound: no such course or grading period, or no student whom the caller sees.
        Denied: neither the student, nor an observer, nor with the right to see all grades.
        Refused: the student cannot open the course.
    """
    seen = _look(unit, course_id, student_id)
    eyes = seen.eyes
    check_period(eyes, grading_period_id)
    course = eyes.rules.course
    work = _work(unit, eyes)
    hidden = _hidden(unit, seen)
    shown = {
        number: row for number, row in work.items() if grading_period_id is None or row.grading_period_id == grading_period_id
    }
    told = {number: row for number, row in shown.items() if number not in hidden}
    withheld = _tells_of(work, hidden)
    numbers = not course.restrict_quantitative_data
    total = None
    if not course.hide_final_grades and not withheld:
        scores = enrollments.scores_of(unit.connection, [seen.enrollment.id], grading_period_id=grading_period_id)
        total = course_grades.view(eyes, student_id, scores.get(seen.enrollment.id))
    explains = total is not None and numbers
    return StudentGrades(
        access=seen.own,
        student_id=student_id,
        name=users.by_ids(unit.connection, [student_id])[0].name,
        viewer=seen.viewer,
        numbers=numbers,
        periods=eyes.rules.periods,
        period_id=grading_period_id,
        groups=_groups(unit, seen, shown, told, numbers=numbers),
        total=total,
        explanation=_explain(unit, seen, grading_period_id) if explains else None,
        may_suppose=explains and seen.viewer != "observer",
    )


def suppose(unit: Unit, course_id: int, student_id: int, supposed: Hypotheses) -> Outcome:
    """What the student's total would be with these scores; nothing is written.

    Raises:
        NotFound, Denied, Refused: as ``show``; and observers suppose nothing.
        Refused: the total would tell this viewer of anonymous work.
        Invalid: what cannot be supposed.
    """
    seen = _look(unit, course_id, student_id)
    if seen.viewer == "observer":
        raise Denied
    if _tells_of(_work(unit, seen.eyes), _hidden(unit, seen)):
        raise Refused("anonymous", WITHHELD)
    [outcome] = what_if.suppose_for(unit, seen.eyes, supposed, user_id=student_id)
    return outcome


def _look(unit: Unit, course_id: int, student_id: int) -> Seen:
    own = course_access(unit, course_id)
    own.require(READ)
    if student_id in followed(own):
        viewer = "self" if student_id == own.user_id else "observer"
    elif is_in_charge(own):
        viewer = "staff"
        submissions.find_student(unit, own, student_id)
    else:
        raise Denied
    rights_of = people.enrollments_of(unit.connection, course_id, [student_id])
    grants = tuple(grant_of(row, own.rules) for row in rights_of if row.type in STUDENTS)
    rights = permissions.course_rights(grants, course_state=own.rules.course.workflow_state)
    eyes = CourseAccess(own.rules, student_id, grants, rights, frozenset())
    wanted = Filter(course_id=course_id, user_ids=[student_id], types=sorted(STUDENTS), states=("active", "completed"))
    enrolled = enrollments.find(unit.connection, wanted)
    if not eyes.has(READ) or not enrolled:
        raise Refused("not_open", NOT_OPEN)
    return Seen(viewer, own, eyes, min(enrolled, key=lambda row: (row.workflow_state != "active", row.id)))


def _work(unit: Unit, eyes: CourseAccess) -> dict[int, SubmissionRow]:
    """The student's submissions for published assignments, by assignment."""
    published = [one.id for one in eyes.rules.assignments.values() if one.workflow_state == "published"]
    wanted = Search(course_id=eyes.rules.course.id, assignment_ids=published, user_ids=[eyes.user_id])
    return {row.assignment_id: row for row in rows.search(unit.connection, wanted)[0]}


def _hidden(unit: Unit, seen: Seen) -> frozenset[int]:
    """Assignments whose students the viewer may not know: graders alone learn less than the student."""
    if seen.viewer != "staff":
        return frozenset()
    return anonymous_assignments(unit, seen.own, list(seen.own.rules.assignments.values()))


def _tells_of(work: Mapping[int, SubmissionRow], hidden: Collection[int]) -> bool:
    """Whether posted totals are made of grades that the viewer may not know to be this student's."""
    return any(work[number].posted_at is not None for number in hidden if number in work)


def _explain(unit: Unit, seen: Seen, grading_period_id: int | None) -> str | None:
    """The account of the total; ``None`` when a grade was changed while it was read, or there is no total yet."""
    try:
        found = explanations.explain_to(unit, seen.eyes, seen.enrollment, grading_period_id)
    except (Conflict, NotFound):
        return None
    return explanations.render(found)


def _groups(
    unit: Unit, seen: Seen, shown: Mapping[int, SubmissionRow], told: Mapping[int, SubmissionRow], *, numbers: bool
) -> list[GradeGroup]:
    eyes = seen.eyes
    rules = eyes.rules
    comments = submission_comments.comments_in(unit, eyes, list(told.values()))
    sheets = _sheets(unit, eyes, told, numbers=numbers)
    counted = {one.id for one in counted_assignments(rules)}
    weighted = rules.course.group_weighting_scheme == "percent"
    by_group: dict[int, list[StudentGrade]] = {}
    for one in in_course_order(eyes):
        if one.id not in shown:
            continue
        row = told.get(one.id)
        by_group.setdefault(one.assignment_group_id, []).append(
            _withheld(one)
            if row is None
            else StudentGrade(
                grade=own_grades.grade_of(unit, eyes, one, row, numbers=numbers),
                comments=comments[row.id],
                sheet=sheets.get(row.id),
                may_try=one.id in counted and one.grading_type != "not_graded",
                takes_work=any(kind in REQUIRED for kind in one.submission_types),
            )
        )
    names = {group.id: group for group in rules.groups}
    return [
        GradeGroup(
            name=names[number].name if number in names else "Other",
            weight=names[number].group_weight if weighted and number in names else None,
            grades=grades,
        )
        for number, grades in by_group.items()
    ]


def _withheld(assignment: AssignmentFacts) -> StudentGrade:
    nothing = OwnGrade(assignment=assignment, due_at=None, submitted_at=None, late=False, missing=False, posted=False)
    return StudentGrade(grade=nothing, comments=[], sheet=None, may_try=False, takes_work=False, withheld=True)


def _sheets(unit: Unit, eyes: CourseAccess, told: Mapping[int, SubmissionRow], *, numbers: bool) -> dict[int, Sheet]:
    """The rubric assessments that the student sees, by submission; constantly many statements."""
    views = [submissions.view(unit, eyes, eyes.assignment(row.assignment_id), row) for row in told.values()]
    made = submission_rubrics.assessments_of(unit, eyes, views)
    used = rubrics.associations(unit.connection, {one.row.rubric_association_id for one in made.values()})
    return {
        number: rubric_sheets.sheet(
            used[one.row.rubric_association_id], one.row.data, one.row.score, hides_points=one.hide_points or not numbers
        )
        for number, one in made.items()
        if one.row.rubric_association_id in used
    }
