"""What is new about a submission for the one who looks: a grade, a comment, a rubric assessment that somebody else made.

Nothing is written when somebody grades or comments. A look is: what was said after it is new.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.submissions import SubmissionView, find_student, may_read, view
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound
from gradewire.core.permissions import MANAGE_COURSES_ADMIN, MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import submission_reads as rows
from gradewire.store import submissions as submission_rows
from gradewire.store.submissions import Search, SubmissionRow

GRADE: Final = "grade"
COMMENT: Final = "comment"
RUBRIC: Final = "rubric"
ITEMS: Final = (GRADE, COMMENT, RUBRIC)


def unread_items(unit: Unit, access: CourseAccess, found: Sequence[SubmissionView]) -> dict[int, frozenset[str]]:
    """What of each of these submissions is new to the caller, by submission id; two statements, or none."""
    if not found:
        return {}
    ids = [one.row.id for one in found]
    grader = access.has(MANAGE_GRADES, VIEW_ALL_GRADES)
    looks = {(row.submission_id, row.item): row for row in rows.marks(unit.connection, ids, access.user_id)}
    news = {row.submission_id: row for row in rows.news(unit.connection, ids, access.user_id, hidden=grader)}
    result = {}
    for one in found:
        said = news[one.row.id]
        moments = {GRADE: _graded(access, one), COMMENT: said.comment, RUBRIC: said.rubric if one.grade_visible else None}
        unread = set()
        for item, moment in moments.items():
            look = looks.get((one.row.id, item))
            if (look is not None and look.unread) or (moment is not None and (look is None or look.updated_at < moment)):
                unread.add(item)
        result[one.row.id] = frozenset(unread)
    return result


def _graded(access: CourseAccess, one: SubmissionView) -> datetime | None:
    """Since when there is a grade that the caller did not give and may see; graders know grades anyway."""
    row = one.row
    graded = row.score is not None or row.grade is not None or row.excused
    if not graded or not one.grade_visible or row.grader_id == access.user_id or access.has(MANAGE_GRADES, VIEW_ALL_GRADES):
        return None
    moments = [moment for moment in (row.graded_at, row.posted_at) if moment is not None]
    return max(moments, default=None)


def mark_one(
    unit: Unit,
    course_id: int,
    assignment_id: int,
    user_id: int,
    *,
    section_id: int | None = None,
    items: Collection[str] = ITEMS,
    unread: bool = False,
) -> None:
    """Say that the caller has seen a submission, or some of its items, or has not.

    Raises:
        NotFound: no such course, assignment, student or submission.
        Denied: the submission is not the caller's to see.
    """
    _, row = _readable(unit, course_id, assignment_id, user_id, section_id)
    rows.mark(unit.connection, [row.id], unit.caller.user_id, items=items, unread=unread, now=unit.now)


def has_read(unit: Unit, course_id: int, assignment_id: int, user_id: int, *, section_id: int | None, item: str) -> bool:
    """Whether the caller has seen an item of a submission. Raises what ``mark_one`` raises."""
    access, row = _readable(unit, course_id, assignment_id, user_id, section_id)
    found = view(unit, access, access.assignment(assignment_id), row)
    return item not in unread_items(unit, access, [found])[row.id]


def mark_several(unit: Unit, course_id: int, submission_ids: Collection[int], *, section_id: int | None = None) -> None:
    """Say that the caller has seen these submissions of a course, or of a section; those that are not the caller's to see are
    left out.

    Raises:
        NotFound: no such course.
        Denied: the caller is nothing there.
    """
    access = course_access(unit, course_id, section_id=section_id)
    access.require("read")
    search = Search(course_id=course_id, assignment_ids=list(access.rules.assignments), sections=access.sections)
    found = submission_rows.search(unit.connection, search, among=submission_ids)[0]
    mine = [row.id for row in found if may_read(access, row.user_id)]
    rows.mark(unit.connection, mine, unit.caller.user_id, items=ITEMS, unread=False, now=unit.now)


def clear(unit: Unit, course_id: int, user_id: int, *, section_id: int | None = None) -> None:
    """Nothing of a student's work in a course is new to that student any more.

    Raises:
        NotFound: no such course, or nobody there, or not in the section that was named.
        Denied: no administrator.
    """
    access = course_access(unit, course_id, section_id=section_id)
    if MANAGE_COURSES_ADMIN not in access.by_account:
        raise Denied
    find_student(unit, access, user_id)
    search = Search(course_id=course_id, assignment_ids=list(access.rules.assignments), user_ids=[user_id])
    found = submission_rows.search(unit.connection, search)[0]
    rows.mark(unit.connection, [row.id for row in found], user_id, items=ITEMS, unread=False, now=unit.now)


def _readable(
    unit: Unit, course_id: int, assignment_id: int, user_id: int, section_id: int | None
) -> tuple[CourseAccess, SubmissionRow]:
    access = course_access(unit, course_id, section_id=section_id)
    access.assignment(assignment_id)
    find_student(unit, access, user_id)
    if not may_read(access, user_id):
        raise Denied
    found = submission_rows.by_students(unit.connection, assignment_id, [user_id])
    if not found:
        raise NotFound
    return access, found[0]
