"""Grades: one by the hot path, or many at once. Whoever changes a grade comes through ``grade_one`` or ``write_grades``."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from gradewire.actions import graded_audit, scores
from gradewire.actions.access import CourseAccess, judge
from gradewire.actions.schemes import assignment_scheme, gradable
from gradewire.actions.submission_states import state_of
from gradewire.actions.submissions import SubmissionView, view
from gradewire.actions.unit import Asker, BearerToken, Unit, write_guarded
from gradewire.actions.world import World
from gradewire.core.changes import GradeChanged
from gradewire.core.errors import Denied, NotFound, Refused, Stale
from gradewire.core.grading import Circumstances, GradeCommand, Head, Result, give, grade, is_complete
from gradewire.core.lateness import LatePolicy
from gradewire.core.permissions import MANAGE_GRADES, STUDENTS
from gradewire.store import grades, gradesheet
from gradewire.store import scores as score_rows
from gradewire.store.gradesheet import GradeWrite, Sheet
from gradewire.store.people import EnrollmentRow
from gradewire.store.rules import AssignmentFacts, CourseRules
from gradewire.store.scores import NewScores, WorkRow
from gradewire.store.submissions import SubmissionRow

__all__ = [
    "GradeCommand",
    "Graded",
    "GradedTogether",
    "MoreThanGrade",
    "NewGrade",
    "Regrade",
    "Watched",
    "grade_many",
    "grade_one",
    "write_grades",
]

PUBLISHED = "publish"
"""The cause of a grade that publication gave; the audit trail tells of the publication instead."""
NOT_A_STUDENT = "Student must be enrolled in the course as a student to be graded"


class Graded(Struct, frozen=True):
    """A graded submission with what its answer needs."""

    access: CourseAccess
    assignment: AssignmentFacts
    view: SubmissionView
    has_comments: bool


class GradedTogether(Exception):
    """The assignment is graded by groups: a grade of one student is one of others as well, and not for the hot path."""


class MoreThanGrade(Exception):
    """The state that is required is about more than the grade: not for the hot path."""


class Watched(Exception):
    """The audit trail tells of what happens to the assignment: not for the hot path."""


class NewGrade(Struct, frozen=True, kw_only=True):
    """A score and grade decided elsewhere, for one submission. ``excused`` is not touched by a null score."""

    submission: SubmissionRow
    score: float | None
    grade: str | None
    grader_id: int | None
    graded_anonymously: bool = False


class Regrade(Struct, frozen=True):
    """A grader's command for one submission."""

    submission: SubmissionRow
    command: GradeCommand


def head_of(row: SubmissionRow) -> Head:
    return Head(
        workflow_state=row.workflow_state,
        score=row.score,
        grade=row.grade,
        points_deducted=row.points_deducted,
        excused=row.excused,
        grader_id=row.grader_id,
        graded_at=row.graded_at,
        posted_at=row.posted_at,
        graded_anonymously=row.graded_anonymously,
        grade_matches_current_submission=row.grade_matches_current_submission,
        late_policy_status=row.late_policy_status,
        seconds_late_override=row.seconds_late_override,
        version=row.version,
        incomplete=row.incomplete,
    )


def with_head(row: SubmissionRow, head: Head, unit: Unit) -> SubmissionRow:
    """The row as it is after the head was written."""
    return SubmissionRow(
        row.id,
        row.course_id,
        row.assignment_id,
        row.user_id,
        row.anonymous_id,
        head.workflow_state,
        head.score,
        head.grade,
        head.points_deducted,
        head.excused,
        head.grader_id,
        head.graded_at,
        head.posted_at,
        head.graded_anonymously,
        head.grade_matches_current_submission,
        head.version,
        row.attempt,
        row.extra_attempts,
        row.submission_type,
        row.body,
        row.url,
        row.submitted_at,
        head.late_policy_status,
        head.seconds_late_override,
        row.custom_grade_status_id,
        row.cached_due_date,
        row.grading_period_id,
        row.redo_request,
        row.sticker,
        row.student_entered_score,
        row.group_id,
        row.attachment_ids,
        row.created_at,
        unit.now,
        head.incomplete,
    )


def circumstances(unit: Unit, rules: CourseRules, assignment: AssignmentFacts, row: SubmissionRow) -> Circumstances:
    return Circumstances(
        assignment=gradable(assignment),
        scheme=assignment_scheme(rules, assignment),
        policy=late_policy(rules),
        submission_types=frozenset(assignment.submission_types),
        post_manually=posts_manually(rules, assignment),
        in_closed_period=in_closed_period(unit, rules, row),
        submitted_at=row.submitted_at,
        due_at=row.cached_due_date,
        now=unit.now,
    )


def late_policy(rules: CourseRules) -> LatePolicy | None:
    facts = rules.late_policy
    if facts is None:
        return None
    found = rules.derived.get("late_policy")
    if found is None:
        values = {name: getattr(facts, name) for name in LatePolicy.__struct_fields__}
        found = rules.derived["late_policy"] = LatePolicy(**values)
    return found


def posts_manually(_rules: CourseRules, assignment: AssignmentFacts) -> bool:
    """Whether grades of the assignment wait to be posted; under moderation they always do. The course's default was taken over
    when the assignment was created."""
    return assignment.post_manually or assignment.moderated_grading


def in_closed_period(unit: Unit, rules: CourseRules, row: SubmissionRow) -> bool:
    if row.grading_period_id is None:
        return False
    return any(period.id == row.grading_period_id and unit.now > period.close_date for period in rules.periods)


def check_may_grade(unit: Unit, access: CourseAccess, assignment: AssignmentFacts, row: SubmissionRow) -> None:
    """The right to grade this submission (moderation reference, 7.3).

    Raises:
        Denied: under moderation and no moderator, not published, no grader, or in a closed grading period.
    """
    if assignment.moderated_grading and assignment.grades_published_at is None and not access.moderates(assignment):
        raise Denied
    if assignment.workflow_state != "published":
        raise Denied
    access.require(MANAGE_GRADES)
    if MANAGE_GRADES not in access.by_account and in_closed_period(unit, access.rules, row):
        raise Denied


def check_is_student(access: CourseAccess, rows: Collection[EnrollmentRow]) -> None:
    """The student is one whom the caller sees in the course.

    Raises:
        NotFound: no student here, or of other sections than the caller's.
        Refused: a student only by concluded enrolments.
    """
    sections = access.sections
    mine = [
        row
        for row in rows
        if row.type in STUDENTS
        and row.workflow_state not in {"deleted", "rejected"}
        and (sections is None or row.section_id in sections)
    ]
    if not mine:
        raise NotFound
    if access.has(MANAGE_GRADES) and all(row.workflow_state == "completed" for row in mine):
        raise Refused("not_enrolled", NOT_A_STUDENT)


def fact(row: SubmissionRow, head: Head, assignment: AssignmentFacts, sis_id: str | None) -> GradeChanged:
    """What the events tell of a changed head; the old values are the last graded version's (live-events reference, 4.1)."""
    automatic = head.grader_id is not None and head.grader_id < 0
    return GradeChanged(
        course_id=row.course_id,
        assignment_id=row.assignment_id,
        assignment_name=assignment.name,
        submission_id=row.id,
        student_id=row.user_id,
        student_sis_id=sis_id,
        grade=head.grade,
        old_grade=row.grade if row.version else None,
        score=head.score,
        old_score=row.score if row.version else None,
        points_possible=assignment.points_possible,
        old_points_possible=assignment.points_possible,
        grader_id=None if automatic else head.grader_id,
        grading_complete=is_complete(head),
        muted=head.posted_at is None,
    )


def grade_one(
    world: World,
    asker: Asker,
    *,
    course_id: int,
    assignment_id: int,
    student_id: int,
    command: GradeCommand,
    expected: Collection[str] | None = None,
) -> Graded:
    """Grade or excuse one student on one assignment, for the owner of an access token: one read, one guarded write.

    ``expected`` are states (``actions.submission_states``) in one of which the submission must be.

    Raises:
        GradedTogether: groups are graded together; nothing was done.
        MoreThanGrade: there are comments, and a state is required; nothing was done.
        Watched: the assignment is anonymous or moderated; nothing was done.
        Stale: the submission is in none of the expected states.
        NotFound: no such course, assignment or student here.
        Denied: no right to grade this, or the assignment is under moderation.
        Refused: the grade cannot be given.
    """
    assert isinstance(asker.credentials, BearerToken)
    digest = asker.credentials.digest

    def attempt(unit: Unit) -> Graded:
        sheet = gradesheet.read(
            world.store,
            unit.transaction,
            digest=digest,
            course_id=course_id,
            assignment_id=assignment_id,
            student_id=student_id,
        )
        caller = unit.admit(sheet.caller)
        rules = unit.know_rules(course_id, sheet.rules_version)
        access = judge(unit, rules, [row for row in sheet.enrollments if row.user_id == caller.user_id], sheet.memberships)
        assignment = access.assignment(assignment_id)
        if assignment.group_category_id is not None and not assignment.grade_group_students_individually:
            raise GradedTogether
        guard_moderation(assignment, command)
        check_is_student(access, [row for row in sheet.enrollments if row.user_id == student_id])
        row = sheet.submission
        if row is None:
            raise Denied  # not assigned to this student
        check_may_grade(unit, access, assignment, row)
        if assignment.anonymous_grading or assignment.moderated_grading:
            raise Watched
        if expected is not None:
            if sheet.has_comments:
                raise MoreThanGrade
            if state_of(view(unit, access, assignment, row)) not in expected:
                raise Stale
        result = grade(head_of(row), command, circumstances(unit, rules, assignment, row), grader_id=unit.grader_id)
        _write(unit, sheet, row, result, rules, assignment, conditional=expected is not None)
        return Graded(access, assignment, view(unit, access, assignment, with_head(row, result.head, unit)), sheet.has_comments)

    return write_guarded(world, asker, attempt)


def guard_moderation(assignment: AssignmentFacts, command: GradeCommand) -> None:
    """Nobody writes a real grade while an assignment is under moderation (moderation reference, 7.2).

    Raises:
        Denied: a grade was sent for such an assignment.
    """
    if isinstance(command.entry, str) and assignment.moderated_grading and assignment.grades_published_at is None:
        raise Denied


def _write(
    unit: Unit,
    sheet: Sheet,
    row: SubmissionRow,
    result: Result,
    rules: CourseRules,
    assignment: AssignmentFacts,
    *,
    conditional: bool,
) -> None:
    """Compute the student's scores with the new grade in place and write both, with their events."""
    head = result.head
    work = [_with_grade(one, head) if one.assignment_id == row.assignment_id else one for one in sheet.work]
    students = [one for one in sheet.enrollments if one.user_id == row.user_id and one.type in STUDENTS]
    completed = all(one.workflow_state == "completed" for one in students)
    found = scores.student_scores(rules, unit, work, completed=completed, rows=sheet.scores)
    if result.told:
        unit.record(fact(row, head, assignment, sheet.student_sis_id))
    course_fact = scores.course_fact(row.course_id, sheet.scores, found.course, unit)
    if course_fact is not None:
        unit.record(course_fact)
    course_row = next(one for one in sheet.scores if one.course_score)
    new = {one.id: one for one in scores.differences(sheet.scores, found)}
    guard = new.pop(course_row.id, None) or NewScores(course_row.id, course_row.numbers, course_row.dropped)
    gradesheet.write(
        unit.world.store,
        unit.transaction,
        GradeWrite(
            before=row,
            after=head,
            cause=result.cause,
            acting_user_id=unit.actor_id,
            request_id=unit.asker.request.request_id if unit.asker.request else None,
            guard=guard,
            guard_version=course_row.version,
            other_scores=list(new.values()),
            messages=unit.take_messages(),
            now=unit.now,
            conditional=conditional,
        ),
    )


def _with_grade(work: WorkRow, head: Head) -> WorkRow:
    return WorkRow(
        work.assignment_id,
        head.score,
        head.excused,
        head.posted_at is not None,
        head.workflow_state == "pending_review",
        work.grading_period_id,
        work.student_entered_score,
        head.late_policy_status,
        head.incomplete,
    )


def grade_many(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, regrades: Sequence[Regrade], *, grader_id: int | None
) -> dict[int, SubmissionRow]:
    """Apply graders' commands to several submissions of one assignment, whose rights were checked; the rows after it, by id."""
    results = []
    for one in regrades:
        about = circumstances(unit, access.rules, assignment, one.submission)
        results.append((one.submission, grade(head_of(one.submission), one.command, about, grader_id=grader_id)))
    return _write_many(unit, assignment, results)


def write_grades(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, new: Sequence[NewGrade], *, cause: str
) -> dict[int, SubmissionRow]:
    """Give scores and grades that were decided elsewhere to submissions of one assignment; the rows after it, by id.

    The late policy applies to each score, a new version is recorded where something changed, the facts are recorded, and the
    course scores of all these students are computed once. A constant number of statements.
    """
    results = []
    for one in new:
        about = circumstances(unit, access.rules, assignment, one.submission)
        result = give(
            head_of(one.submission),
            one.score,
            one.grade,
            about,
            grader_id=one.grader_id,
            anonymously=one.graded_anonymously,
            cause=cause,
        )
        results.append((one.submission, result))
    return _write_many(unit, assignment, results)


def _write_many(
    unit: Unit, assignment: AssignmentFacts, results: Sequence[tuple[SubmissionRow, Result]]
) -> dict[int, SubmissionRow]:
    return write_results(unit, [(assignment, row, result) for row, result in results])


def write_results(unit: Unit, graded: Sequence[tuple[AssignmentFacts, SubmissionRow, Result]]) -> dict[int, SubmissionRow]:
    """Write what was decided for submissions of one course, each once, with everything that follows; the rows after it, by id.

    A constant number of statements, whatever the number of submissions, students and assignments.
    """
    if not graded:
        return {}
    course_id = graded[0][1].course_id
    results = [(row, result) for _, row, result in graded]
    students = sorted({row.user_id for row, _ in results})
    score_rows.lock(unit.connection, course_id, students)
    request = unit.asker.request
    grades.write_many(
        unit.connection,
        [(row, result.head, result.cause) for row, result in results],
        acting_user_id=unit.actor_id,
        request_id=request.request_id if request else None,
        now=unit.now,
    )
    graded_audit.audit(
        unit, [(assignment, row, result.head) for assignment, row, result in graded if result.cause != PUBLISHED]
    )
    told = [(assignment, row, result) for assignment, row, result in graded if result.told]
    sis_ids = grades.sis_ids(unit.connection, sorted({row.user_id for _, row, _ in told}))
    unit.record(*(fact(row, result.head, assignment, sis_ids.get(row.user_id)) for assignment, row, result in told))
    scores.recompute(unit, course_id, students)
    return {row.id: with_head(row, result.head, unit) for row, result in results}
