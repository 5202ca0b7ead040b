"""What belongs to submissions that are listed together, looked up set by set: comments, histories, rubrics, groups and more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from gradewire.actions import assignments as assignment_actions
from gradewire.actions import courses
from gradewire.actions.access import CourseAccess
from gradewire.actions.groups import groups_of_work
from gradewire.actions.provisional_grades import provisional_grades_for
from gradewire.actions.submission_comments import comments_in
from gradewire.actions.submission_history import files_of, histories_of
from gradewire.actions.submission_reads import unread_items
from gradewire.actions.submission_rubrics import assessments_of
from gradewire.actions.submissions import SubmissionPage, SubmissionView
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.shapes.assignments import assignment
from gradewire.dialects.canvas.shapes.comments import submission_comment
from gradewire.dialects.canvas.shapes.courses import course
from gradewire.dialects.canvas.shapes.groups import group_of_submission
from gradewire.dialects.canvas.shapes.provisional_grades import provisional_grade
from gradewire.dialects.canvas.shapes.rubrics import rubric_assessment, rubric_marks
from gradewire.dialects.canvas.shapes.submissions import submission


def describe(
    call: Call, unit: Unit, page: SubmissionPage, include: Collection[str], *, anonymous: bool = False
) -> list[dict[str, Any]]:
    """The submission objects of one assignment with what was asked to be included."""
    shapes = describe_all(call, unit, page.access, page.views, include, anonymous=anonymous)
    if "provisional_grades" in include and page.assignment.moderated_grading:
        rows = [view.row for view in page.views]
        grades = provisional_grades_for(
            unit,
            page.access,
            page.assignment,
            rows,
            include_comments="submission_comments" in include,
            include_rubrics="rubric_assessment" in include,
        )
        for row, shape in zip(rows, shapes, strict=True):
            shape["provisional_grades"] = [provisional_grade(one, call.base_url) for one in grades.get(row.id, ())]
    return shapes


def describe_all(
    call: Call,
    unit: Unit,
    access: CourseAccess,
    views: Sequence[SubmissionView],
    include: Collection[str],
    *,
    anonymous: bool = False,
) -> list[dict[str, Any]]:
    """The submission objects of several assignments of a course. The number of statements depends on what is included alone."""
    rows = [view.row for view in views]
    found = files_of(unit, rows)
    shapes = [submission(view, call.base_url, anonymous=anonymous, files=found[view.row.id]) for view in views]
    if not views:
        return shapes
    if "submission_history" in include:
        of = access.rules.assignments
        histories = histories_of(unit, [(access, of[view.row.assignment_id], view) for view in views])
        for row, shape in zip(rows, shapes, strict=True):
            shape["submission_history"] = [
                submission(one.view, call.base_url, anonymous=anonymous, files=one.files) for one in histories[row.id]
            ]
    if "submission_comments" in include:
        comments = comments_in(unit, access, rows)
        for row, shape in zip(rows, shapes, strict=True):
            shape["submission_comments"] = [submission_comment(one, call.base_url) for one in comments.get(row.id, ())]
    if "rubric_assessment" in include or "full_rubric_assessment" in include:
        _add_rubrics(unit, access, views, shapes, include)
    if "read_status" in include:
        unread = unread_items(unit, access, views)
        for row, shape in zip(rows, shapes, strict=True):
            shape["read_status"] = "unread" if unread[row.id] else "read"
    _add_surroundings(call, unit, access, shapes, include)
    if "group" in include:
        groups = groups_of_work(unit, access, rows)
        for row, shape in zip(rows, shapes, strict=True):
            shape["group"] = group_of_submission(groups.get(row.id))
    if "visibility" in include:
        for shape in shapes:
            shape["assignment_visible"] = True
    return shapes


def _add_rubrics(
    unit: Unit,
    access: CourseAccess,
    views: Sequence[SubmissionView],
    shapes: Sequence[dict[str, Any]],
    include: Collection[str],
) -> None:
    assessments = assessments_of(unit, access, views)
    for view, shape in zip(views, shapes, strict=True):
        one = assessments.get(view.row.id)
        if one is not None and "rubric_assessment" in include:
            shape["rubric_assessment"] = rubric_marks(one)
        if one is not None and "full_rubric_assessment" in include:
            shape["full_rubric_assessment"] = rubric_assessment(one)


def _add_surroundings(
    call: Call,
    unit: Unit,
    access: CourseAccess,
    shapes: Sequence[dict[str, Any]],
    include: Collection[str],
) -> None:
    """The assignments and the course of the submissions."""
    if "assignment" in include:
        ids = sorted({shape["assignment_id"] for shape in shapes})
        known = {one.row.id: one for one in assignment_actions.views(unit, access, ids)}
        for shape in shapes:
            shape["assignment"] = assignment(known[shape["assignment_id"]], call.base_url, [])
    if "course" in include:
        whole = course(courses.view_one(unit, access.rules.course.id), [])
        for shape in shapes:
            shape["course"] = whole
