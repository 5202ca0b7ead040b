"""Submissions as graders, students and their observers see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from gradewire.actions import anonymity
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.schemes import assignment_scheme, gradable
from gradewire.actions.unit import Unit
from gradewire.core.entry import display
from gradewire.core.errors import Denied, NotFound
from gradewire.core.lateness import OFFLINE_TYPES, decide_status, measure_seconds_late, restore_raw
from gradewire.core.permissions import (
    COMMENT_ON_OTHERS,
    MANAGE_GRADES,
    READ_SIS,
    STUDENTS,
    VIEW_ALL_GRADES,
    VIEW_USER_LOGINS,
    Grant,
)
from gradewire.store import groups as group_rows
from gradewire.store import people
from gradewire.store import submissions as rows
from gradewire.store import users as user_rows
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow
from gradewire.store.users import UserRow


class SubmissionView(Struct, frozen=True, kw_only=True):
    """A submission with what this caller may see of it."""

    row: SubmissionRow
    late: bool
    missing: bool
    seconds_late: int
    entered_score: float | None
    entered_grade: str | None
    grade_visible: bool
    hides_student: bool
    by_account: bool
    reads_sis: bool
    reads_logins: bool
    user: UserRow | None = None
    assignment_visible: bool | None = None


class SubmissionPage(Struct, frozen=True):
    """Submissions of one assignment with how many there are in all."""

    access: CourseAccess
    assignment: AssignmentFacts
    views: list[SubmissionView]
    total: int


class Summary(Struct, frozen=True):
    """How far the work of an assignment is, as far as the caller sees its students."""

    graded: int
    ungraded: int
    not_submitted: int


def summarize(unit: Unit, course_id: int, assignment_id: int, *, section_id: int | None = None) -> Summary:
    """Count graded work, work that waits for a grade, and students who have handed nothing in.

    Raises:
        Denied: neither ``manage_grades`` nor ``view_all_grades``.
        NotFound: no such course or assignment.
    """
    access = course_access(unit, course_id, section_id=section_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    access.assignment(assignment_id)
    return Summary(*rows.count_states(unit.connection, assignment_id, sections=access.sections))


def view(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    row: SubmissionRow,
    *,
    user: UserRow | None = None,
    hides: bool | None = None,
) -> SubmissionView:
    """What the caller sees of one submission. ``hides`` says whether students are anonymised; without it, it is judged by this
    submission alone, which is all that the hot path has read."""
    grader = access.has(MANAGE_GRADES, VIEW_ALL_GRADES)
    quiz = "online_quiz" in assignment.submission_types
    status = decide_status(
        set_by_hand=row.late_policy_status,
        excused=row.excused or row.incomplete,
        submitted_at=row.submitted_at,
        due_at=row.cached_due_date,
        now=unit.now,
        online_quiz=quiz,
        expects_submission=not frozenset(assignment.submission_types) <= OFFLINE_TYPES,
        graded=row.score is not None,
    )
    seconds = 0
    if status == "late":
        seconds = measure_seconds_late(
            submitted_at=row.submitted_at,
            due_at=row.cached_due_date,
            online_quiz=quiz,
            late_by_hand=row.late_policy_status == "late",
            seconds_late_override=row.seconds_late_override,
        )
    entered = restore_raw(row.score, row.points_deducted)
    entered_grade = row.grade
    if entered is not None and entered != row.score:
        entered_grade = display(entered, gradable(assignment), assignment_scheme(access.rules, assignment))
    return SubmissionView(
        row=row,
        late=status == "late",
        missing=status == "missing",
        seconds_late=seconds,
        entered_score=entered,
        entered_grade=entered_grade,
        grade_visible=grader or row.posted_at is not None,
        hides_student=anonymity.is_anonymised(assignment, unposted=row.posted_at is None) if hides is None else hides,
        by_account=bool(access.by_account),
        reads_sis=access.has(READ_SIS),
        reads_logins=access.has(VIEW_USER_LOGINS),
        user=user,
    )


def list_for_assignment(
    unit: Unit,
    course_id: int,
    assignment_id: int,
    *,
    section_id: int | None = None,
    grouped: bool = False,
    offset: int,
    limit: int | None,
    include: Collection[str] = (),
) -> SubmissionPage:
    """A page of an assignment's submissions of the students whom the caller sees, by student id; placeholders included.

    With ``grouped`` the first member of a group stands for all of it. Without ``limit`` they come in the order of their own
    ids, as Canvas lists them then.

    Raises:
        Denied: neither ``manage_grades`` nor ``view_all_grades``; judged before the assignment is looked up.
        NotFound: no such course or assignment.
    """
    access = course_access(unit, course_id, section_id=section_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    assignment = access.assignment(assignment_id)
    if grouped and assignment.group_category_id is not None:
        every, _ = rows.page(unit.connection, assignment_id, sections=access.sections, offset=0, limit=None)
        found = _first_of_groups(unit, assignment.group_category_id, every)
        total = len(found)
        found = found[offset:] if limit is None else found[offset : offset + limit]
    else:
        found, total = rows.page(unit.connection, assignment_id, sections=access.sections, offset=offset, limit=limit)
    if limit is None:
        found = sorted(found, key=lambda row: row.id)
    users: dict[int, UserRow] = {}
    if "user" in include:
        users = {one.id: one for one in user_rows.by_ids(unit.connection, [row.user_id for row in found])}
    hides = anonymity.hides_students(unit, access, assignment)
    views = [view(unit, access, assignment, row, user=users.get(row.user_id), hides=hides) for row in found]
    return SubmissionPage(access, assignment, views, total)


def _first_of_groups(unit: Unit, category_id: int, every: Sequence[SubmissionRow]) -> list[SubmissionRow]:
    groups = group_rows.groups_of(unit.connection, category_id, [row.user_id for row in every])
    seen: set[int] = set()
    found = []
    for row in every:
        group = groups.get(row.user_id)
        if group is None or group.id not in seen:
            found.append(row)
        if group is not None:
            seen.add(group.id)
    return found


def find_student(unit: Unit, access: CourseAccess, user_id: int) -> None:
    """
    Raises:
        NotFound: nobody whom the caller sees as a student of the course.
    """
    sections = access.sections
    mine = people.enrollments_of(unit.connection, access.rules.course.id, [user_id])
    if not any(
        row.type in STUDENTS and row.workflow_state != "rejected" and (sections is None or row.section_id in sections)
        for row in mine
    ):
        raise NotFound


def may_read(access: CourseAccess, user_id: int) -> bool:
    """Graders and viewers, the student, and who observes the student."""
    return access.has(MANAGE_GRADES, VIEW_ALL_GRADES) or any(
        _is(grant, access.user_id, user_id) or (grant.type == "ObserverEnrollment" and grant.associated_user_id == user_id)
        for grant in access.grants
        if grant.workflow_state in {"active", "completed"}
    )


def may_comment(access: CourseAccess, user_id: int) -> bool:
    """Graders, others with the right to comment on what is not theirs, and the student; who only looks on does not."""
    return access.has(MANAGE_GRADES, COMMENT_ON_OTHERS) or any(
        _is(grant, access.user_id, user_id) for grant in access.grants if grant.workflow_state in {"active", "completed"}
    )


def _is(grant: Grant, viewer_id: int, user_id: int) -> bool:
    return grant.type in STUDENTS and user_id == viewer_id


def show(
    unit: Unit,
    course_id: int,
    assignment_id: int,
    user_id: int,
    *,
    section_id: int | None = None,
    include: Collection[str] = (),
) -> SubmissionPage:
    """One student's submission.

    Raises:
        NotFound: no such course, assignment, or student whom the caller sees.
        Denied: somebody else's, without the right to see grades; or the assignment is not for this student.
    """
    access = course_access(unit, course_id, section_id=section_id)
    assignment = access.assignment(assignment_id)
    find_student(unit, access, user_id)
    if not may_read(access, user_id):
        raise Denied
    found = rows.by_students(unit.connection, assignment_id, [user_id])
    if not found:
        raise NotFound
    return _single(unit, access, assignment, found[0], include)


def show_anonymous(
    unit: Unit, course_id: int, assignment_id: int, anonymous_id: str, *, include: Collection[str] = ()
) -> SubmissionPage:
    """The same by the anonymous id of the submission."""
    access = course_access(unit, course_id)
    assignment = access.assignment(assignment_id)
    row = find_anonymous(unit, access, assignment, anonymous_id)
    find_student(unit, access, row.user_id)
    if not may_read(access, row.user_id):
        raise Denied
    return _single(unit, access, assignment, row, include)


def find_anonymous(unit: Unit, access: CourseAccess, assignment: AssignmentFacts, anonymous_id: str) -> SubmissionRow:
    """
    Raises:
        NotFound: no submission of this assignment has the anonymous id.
    """
    for row in rows.by_anonymous_id(unit.connection, access.rules.course.id, anonymous_id):
        if row.assignment_id == assignment.id:
            return row
    raise NotFound


def _single(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, row: SubmissionRow, include: Collection[str]
) -> SubmissionPage:
    user = None
    if "user" in include:
        user = user_rows.by_ids(unit.connection, [row.user_id])[0]
    hides = anonymity.hides_students(unit, access, assignment)
    return SubmissionPage(access, assignment, [view(unit, access, assignment, row, user=user, hides=hides)], 1)
