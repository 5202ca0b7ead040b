"""Grading one student after the other: all that a grader may see of one student's work, and what the grader then decides.

Writing goes through ``submission_grading``, as from the API, after the checks that only people need: who fills in a form may be
late, or mistype.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions import (
    attachments,
    comment_editing,
    moderation_graders,
    rubric_assessments,
    rubric_sheets,
    submission_comments,
)
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import sees_student_names
from gradewire.actions.grading import in_closed_period
from gradewire.actions.provisional_grades import ProvisionalGradeView, provisional_grades_for
from gradewire.actions.rubric_sheets import Sheet
from gradewire.actions.schemes import assignment_scheme, gradable
from gradewire.actions.submission_comments import CommentCommand, CommentView
from gradewire.actions.submission_grading import GradingRequest, grade_or_comment
from gradewire.actions.submissions import SubmissionView, find_anonymous, view
from gradewire.actions.unit import Unit
from gradewire.core.entry import SCHEME_TYPES, interpret
from gradewire.core.errors import Denied, NotFound, Refused
from gradewire.core.grading import GradeCommand
from gradewire.core.moderation import display_names
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.core.rubrics import Mark
from gradewire.core.schemes import DEFAULT_SCHEME
from gradewire.store import comments as comment_rows
from gradewire.store import moderation_graders as grader_rows
from gradewire.store import rubrics, scores, submissions
from gradewire.store import speed_grader as rows
from gradewire.store.attachments import AttachmentRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.speed_grader import AttemptRow
from gradewire.store.submissions import SubmissionRow

Kind: TypeAlias = Literal["grade", "provisional", "final"]
"""Which grade is given: the real one, the grader's own provisional one, or the final mark of a moderator."""


class Student(Struct, frozen=True, kw_only=True):
    """A student in the list. ``student_id`` is ``None`` while students are anonymous."""

    submission_id: int
    student_id: int | None
    anonymous_id: str
    name: str
    submitted: bool
    graded: bool
    """Under moderation: provisionally, by the caller."""


class Work(Struct, frozen=True, kw_only=True):
    """What one grader may see of one student's work."""

    view: SubmissionView
    attempts: list[AttemptRow]
    files: Mapping[int, Sequence[AttachmentRow]]
    """The files of each attempt, by its number."""
    sheet: Sheet | None
    """The rubric with the assessment that the caller's form gives: of the work, or of the own provisional grade."""
    comments: list[CommentView]
    provisional_grades: list[ProvisionalGradeView]
    grader_names: dict[str, str]
    """``Grader N`` by the anonymous id of a grader."""
    period_closed: bool
    """The grade can no longer be changed, for its grading period is over; comments can be made."""


class SpeedGrader(Struct, frozen=True, kw_only=True):
    """An assignment with one of its students, and the others in the order of the list."""

    access: CourseAccess
    assignment: AssignmentFacts
    anonymous: bool
    students: list[Student]
    position: int | None
    """Of the student in the list; ``None`` when there is nobody in it."""
    work: Work | None
    scheme_names: list[str]
    """The grades of the scheme, best first, where the assignment is graded by one."""
    gives: Kind | None
    """What the caller's form gives; ``None`` for those who only look on."""
    slots_full: bool
    """The caller could grade provisionally, but others have taken all places."""
    moderates: bool
    """May select a provisional grade and give the final mark now."""

    @property
    def student(self) -> Student | None:
        return None if self.position is None else self.students[self.position]


class Entry(Struct, frozen=True, kw_only=True):
    """What a grader filled in. ``grade`` and ``excuse`` are ``None`` where they were left as they were shown."""

    gives: Kind
    grade: str | None = None
    excuse: bool | None = None
    status: str | UnsetType | None = UNSET
    """``late``, ``missing``, ``extended``, ``none`` (neither late nor missing), or ``None`` for what the dates say."""
    comment: str = ""
    seen_version: int | None = None
    """The version of the grade that was shown, so that nobody overwrites a newer one unknowingly."""


def show(
    unit: Unit, course_id: int, assignment_id: int, *, student_id: int | None = None, anonymous_id: str | None = None
) -> SpeedGrader:
    """The work of one student, or of the first in the list if none is named.

    While students are anonymous their user ids name nobody: who comes with such an id starts at the first.

    Raises:
        Denied: neither ``manage_grades`` nor ``view_all_grades``.
        NotFound: no such course, assignment or student whom the caller sees.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    assignment = access.assignment(assignment_id)
    named = sees_student_names(unit, access, assignment)
    students = _list(unit, access, assignment, named=named)
    if (named and student_id is not None) or anonymous_id is not None:
        position: int | None = _position(students, student_id, anonymous_id)
    else:
        position = 0 if students else None
    grades = access.has(MANAGE_GRADES) and assignment.workflow_state == "published"
    moderated = under_moderation(assignment)
    full = grades and moderated and not moderation_graders.may_grade(unit, access, assignment)
    gives: Kind | None = None
    if grades and not full:
        gives = "provisional" if moderated else "grade"
    return SpeedGrader(
        access=access,
        assignment=assignment,
        anonymous=not named,
        students=students,
        position=position,
        work=None if position is None else _work(unit, access, assignment, students[position]),
        scheme_names=_scheme_names(access, assignment),
        gives=gives,
        slots_full=full,
        moderates=grades and moderated and access.moderates(assignment),
    )


def under_moderation(assignment: AssignmentFacts) -> bool:
    """Whether graders still give provisional grades."""
    return assignment.moderated_grading and assignment.grades_published_at is None


def _list(unit: Unit, access: CourseAccess, assignment: AssignmentFacts, *, named: bool) -> list[Student]:
    """The students whom the caller sees, by name, or by the order of their anonymous ids."""
    scorer_id = access.user_id if under_moderation(assignment) else None
    found = rows.students(unit.connection, assignment.id, access.sections, scorer_id=scorer_id)
    if named:
        found.sort(key=lambda row: (row.sortable_name.casefold(), row.sortable_name, row.user_id))
    else:
        found.sort(key=lambda row: row.anonymous_id.encode())
    ranks = {} if named else submissions.anonymous_ranks(unit.connection, assignment.id)
    return [
        Student(
            submission_id=row.submission_id,
            student_id=row.user_id if named else None,
            anonymous_id=row.anonymous_id,
            name=row.name if named else f"Student {ranks[row.submission_id]}",
            submitted=row.submitted,
            graded=row.graded,
        )
        for row in found
    ]


def _position(students: list[Student], student_id: int | None, anonymous_id: str | None) -> int:
    for index, student in enumerate(students):
        if anonymous_id is None and student_id is not None and student.student_id == student_id:
            return index
        if anonymous_id is not None and student.anonymous_id == anonymous_id:
            return index
    raise NotFound


def _work(unit: Unit, access: CourseAccess, assignment: AssignmentFacts, student: Student) -> Work:
    row = find_anonymous(unit, access, assignment, student.anonymous_id)
    moderated = under_moderation(assignment)
    provisional: list[ProvisionalGradeView] = []
    graders: dict[str, str] = {}
    if assignment.moderated_grading:
        provisional = provisional_grades_for(unit, access, assignment, [row])[row.id]
        holders = [one for one in grader_rows.of_assignment(unit.connection, assignment.id) if one.slot_taken]
        names = display_names("Grader", ((one.user_id, one.anonymous_id) for one in holders))
        graders = {one.anonymous_id: names[one.user_id] for one in holders}
    written = comment_rows.for_submissions(unit.connection, [row.id], provisional=moderated)
    shown = (one for one in written if not one.draft or one.author_id == access.user_id)
    made = rows.attempts(unit.connection, row.id)
    return Work(
        view=view(unit, access, assignment, row),
        attempts=made,
        files=_files(unit, access, assignment, made),
        sheet=_sheet(unit, assignment, row, provisional if moderated else None),
        comments=submission_comments.views_of(unit, access, assignment, [row], shown)[row.id],
        provisional_grades=provisional,
        grader_names=graders,
        period_closed=MANAGE_GRADES not in access.by_account and in_closed_period(unit, access.rules, row),
    )


def _files(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, made: Sequence[AttemptRow]
) -> dict[int, list[AttachmentRow]]:
    """The files of each attempt, by its number; under other names while the student is anonymous."""
    known = attachments.named(unit, (one.attachment_ids for one in made))
    if known and not sees_student_names(unit, access, assignment):
        known = {number: attachments.nameless(one) for number, one in known.items()}
    return {one.attempt: attachments.pick(known, one.attachment_ids) for one in made}


def _sheet(
    unit: Unit, assignment: AssignmentFacts, row: SubmissionRow, provisional: Sequence[ProvisionalGradeView] | None
) -> Sheet | None:
    """The rubric of the assignment, if it has one. Under moderation it is filled in with the caller's own assessment only."""
    used = rubrics.of_assignment(unit.connection, assignment.id)
    if not used:
        return None
    if provisional is None:
        made = rubrics.of_submissions(unit.connection, [row.id])
    else:
        own = [one.row.id for one in provisional if one.own and not one.row.final]
        made = rubrics.for_provisional_grades(unit.connection, own) if own else []
    mine = [
        one for one in made if one.rubric_association_id == used[0].id and one.assessment_type == rubric_assessments.GRADING
    ]
    return rubric_sheets.sheet(used[0], mine[-1].data if mine else None, mine[-1].score if mine else None)


def _scheme_names(access: CourseAccess, assignment: AssignmentFacts) -> list[str]:
    if assignment.grading_type not in SCHEME_TYPES:
        return []
    return [name for name, _ in (assignment_scheme(access.rules, assignment) or DEFAULT_SCHEME).entries]


NOW_MODERATED = "This assignment is now under moderation: what you gave would have been a real grade, and nothing was saved."
NO_LONGER_MODERATED = "The grades were published meanwhile: what you gave would have been provisional, and nothing was saved."
EXCUSED_UNTIL_GRADED = "While the assignment is under moderation an excusal ends by giving a grade."
STATUSES = (None, "none", "late", "missing", "extended")
PERIOD_CLOSED = "The grading period is closed, so grades can no longer be changed."
NO_STATUS = "This status cannot be set here."
NOT_A_GRADE = {
    "points": "“{}” is not a number of points. Type it like 8 or 8.5.",
    "percent": "“{}” is not a percentage. Type it like 85 or 85.5%.",
    "letter_grade": "“{}” is not a grade of this scheme.",
    "gpa_scale": "“{}” is not a grade of this scheme.",
    "pass_fail": "Choose complete or incomplete.",
}


def save(
    unit: Unit,
    course_id: int,
    assignment_id: int,
    entry: Entry,
    *,
    student_id: int | None = None,
    anonymous_id: str | None = None,
) -> bool:
    """Give the grade, excusal and comment of a form. Returns whether there was anything to save.

    Raises:
        NotFound: no such course, assignment or student whom the caller sees.
        Denied: no right to do it.
        Refused: the entry is no grade here, the grade or its being provisional has changed since the form was shown, or a rule
            of grading forbids it.
    """
    access, assignment, student = _find_one(unit, course_id, assignment_id, student_id, anonymous_id)
    access.require(MANAGE_GRADES)
    grades = entry.grade is not None or entry.excuse is not None or entry.status is not UNSET
    if not grades and not entry.comment.strip():
        return False
    moderated = under_moderation(assignment)
    if moderated and entry.gives == "grade":
        raise Refused("changed_meanwhile", NOW_MODERATED)
    if not moderated and entry.gives != "grade":
        raise Refused("changed_meanwhile", NO_LONGER_MODERATED)
    if entry.gives == "final" and not access.moderates(assignment):
        raise Denied
    if moderated and entry.excuse is False and not entry.grade:
        raise Refused("grade_error", EXCUSED_UNTIL_GRADED)
    if entry.status is not UNSET and (moderated or entry.status not in STATUSES):
        raise Refused("grade_error", NO_STATUS)
    if entry.grade is not None:
        _check_readable(access, assignment, entry.grade)
    if grades and entry.gives == "grade":
        row = find_anonymous(unit, access, assignment, student.anonymous_id)
        scores.lock(unit.connection, course_id, [row.user_id])  # from here on nobody else grades this student
        _check_unchanged(find_anonymous(unit, access, assignment, student.anonymous_id), entry.seen_version)
    grade_or_comment(
        unit,
        course_id,
        assignment_id,
        request=GradingRequest(
            command=GradeCommand(
                entry=UNSET if entry.grade is None else entry.grade,
                excuse=UNSET if entry.excuse is None else entry.excuse,
                late_policy_status=entry.status,
            ),
            grades=grades,
            provisional=moderated,
            final=entry.gives == "final",
            comment=CommentCommand(entry.comment) if entry.comment.strip() else None,
        ),
        anonymous_id=student.anonymous_id,
    )
    return True


def assess(
    unit: Unit,
    course_id: int,
    assignment_id: int,
    marks: Mapping[str, Mark],
    *,
    gives: str,
    seen_version: int | None = None,
    student_id: int | None = None,
    anonymous_id: str | None = None,
) -> None:
    """Fill in the rubric of the assignment, for the work itself or for the caller's own provisional grade.

    Raises:
        NotFound: no such course, assignment or student whom the caller sees, or no rubric.
        Denied: no right to do it.
        Refused: the grade or its being provisional has changed since the form was shown, or a rule of grading forbids it.
        Malformed: points are no number.
    """
    access, assignment, student = _find_one(unit, course_id, assignment_id, student_id, anonymous_id)
    access.require(MANAGE_GRADES)
    used = rubrics.of_assignment(unit.connection, assignment.id)
    if not used:
        raise NotFound
    moderated = under_moderation(assignment)
    if moderated != (gives == "provisional"):
        raise Refused("changed_meanwhile", NOW_MODERATED if moderated else NO_LONGER_MODERATED)
    if not moderated:
        row = find_anonymous(unit, access, assignment, student.anonymous_id)
        if MANAGE_GRADES not in access.by_account and in_closed_period(unit, access.rules, row):
            raise Refused("grade_error", PERIOD_CLOSED)
        scores.lock(unit.connection, course_id, [row.user_id])
        if used[0].use_for_grading:
            _check_unchanged(find_anonymous(unit, access, assignment, student.anonymous_id), seen_version)
    command = rubric_assessments.RubricCommand(
        provisional=moderated,
        final=False,
        user_id=None,
        anonymous_id=student.anonymous_id,
        assessment_type=rubric_assessments.GRADING,
        marks=marks,
    )
    rubric_assessments.submit(unit, course_id, used[0].id, command)


def change_comment(
    unit: Unit,
    course_id: int,
    assignment_id: int,
    comment_id: int,
    text: str | None,
    *,
    student_id: int | None = None,
    anonymous_id: str | None = None,
) -> None:
    """Give one's own comment another text, or take it away (``None``).

    Raises:
        NotFound: no such course, assignment, comment or student whom the caller sees.
        Denied: somebody else's comment.
        Invalid: no text.
    """
    access, assignment, student = _find_one(unit, course_id, assignment_id, student_id, anonymous_id)
    row = find_anonymous(unit, access, assignment, student.anonymous_id)
    comment = comment_rows.find(unit.connection, row.id, comment_id)
    if comment is None:
        raise NotFound
    if comment.author_id != access.user_id:
        raise Denied
    if text is None:
        comment_editing.delete(unit, course_id, assignment_id, row.user_id, comment_id)
    else:
        comment_editing.edit(unit, course_id, assignment_id, row.user_id, comment_id, text)


def _find_one(
    unit: Unit, course_id: int, assignment_id: int, student_id: int | None, anonymous_id: str | None
) -> tuple[CourseAccess, AssignmentFacts, Student]:
    """A student of the list, as a link names them."""
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    assignment = access.assignment(assignment_id)
    named = sees_student_names(unit, access, assignment)
    students = _list(unit, access, assignment, named=named)
    return access, assignment, students[_position(students, student_id, anonymous_id)]


def _check_readable(access: CourseAccess, assignment: AssignmentFacts, typed: str) -> None:
    """Programs clear a grade by sending what is none; people mistype.

    Raises:
        Refused: it is no grade of this assignment.
    """
    kind = assignment.grading_type
    outcome = interpret(typed, gradable(assignment), assignment_scheme(access.rules, assignment)).outcome
    if outcome == "unreadable" or (kind == "pass_fail" and typed not in {"", "complete", "incomplete"}):
        raise Refused("grade_error", NOT_A_GRADE[kind].format(typed.strip()[:40]))


def _check_unchanged(row: SubmissionRow, seen_version: int | None) -> None:
    """
    Raises:
        Refused: somebody has graded this since the caller looked at it.
    """
    if seen_version is not None and row.version != seen_version:
        now = "excused" if row.excused else row.grade or "without a grade"
        raise Refused(
            "changed_meanwhile",
            f"Somebody else has changed this grade while you were at it: it is now {now}. Save again to replace it by yours.",
        )
