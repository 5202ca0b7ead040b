"""Posting and hiding grades: whether students see what they got (live-events reference, 8.1 rows 16 and 17).

Canvas does this by GraphQL only, as a job. Here it has a route, and being a few statements it is done at once; what events say
of its cause is a job all the same, as consumers know it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions import scores
from gradewire.actions.access import course_access
from gradewire.actions.grading import fact, head_of
from gradewire.actions.unit import Unit
from gradewire.core.changes import GradeChanged, JobOrigin
from gradewire.core.errors import NotFound, Refused
from gradewire.core.moderation import HIDDEN_TOO_EARLY, POSTED_TOO_EARLY
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import comments, grades, jobs, moderation_graders, progresses, submissions
from gradewire.store import posting as rows
from gradewire.store import scores as score_rows
from gradewire.store.progresses import ProgressRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow

__all__ = ["Order", "ProgressRow", "hide", "post"]

UNKNOWN_SECTIONS = "Invalid section ids"


class Order(Struct, frozen=True, kw_only=True):
    """What is to be posted or hidden: the work of all students whom the caller sees, or less."""

    graded_only: bool = False
    section_ids: Sequence[int] | None = None


def post(unit: Unit, course_id: int, assignment_id: int, order: Order) -> ProgressRow:
    """Let students see their grades and the comments that waited for them.

    Raises:
        NotFound: no such course or assignment.
        Denied: no grader of the course.
        Refused: under moderation and not published yet, or a section that is not of the course.
    """
    return _turn(unit, course_id, assignment_id, order, visible=True)


def hide(unit: Unit, course_id: int, assignment_id: int, order: Order) -> ProgressRow:
    """Take grades and comments from the students' sight again; raises what ``post`` raises."""
    return _turn(unit, course_id, assignment_id, order, visible=False)


def _turn(unit: Unit, course_id: int, assignment_id: int, order: Order, *, visible: bool) -> ProgressRow:
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    assignment = access.assignment(assignment_id)
    now = moderation_graders.lock_assignment(unit.connection, assignment.id)  # before the scores, as publishing does
    if now is None:
        raise NotFound
    if now.moderated_grading and now.grades_published_at is None:
        raise Refused("unpublished", POSTED_TOO_EARLY if visible else HIDDEN_TOO_EARLY)
    sections = _sections(unit, course_id, access.sections, order.section_ids)
    score_rows.lock(unit.connection, course_id, None)
    found, _ = submissions.page(unit.connection, assignment.id, sections=sections, offset=0, limit=None)
    if order.graded_only:
        found = [row for row in found if row.workflow_state == "graded"]
    progress = _progress(unit, course_id, assignment.id, found, visible=visible)
    turned = [row for row in found if (row.posted_at is None) is visible]
    rows.post(unit.connection, [row.id for row in turned], unit.now if visible else None, unit.now)
    rows.mute(unit.connection, assignment.id, unit.now)
    if visible:
        comments.show(unit.connection, [row.id for row in found])
    else:
        comments.hide(unit.connection, [row.id for row in found])
    unit.record(*_facts(unit, assignment, [row for row in found if row.workflow_state == "graded"], visible=visible))
    scores.recompute(unit, course_id, sorted(row.user_id for row in turned))
    return progress


def _sections(unit: Unit, course_id: int, own: frozenset[int] | None, wanted: Collection[int] | None) -> frozenset[int] | None:
    if not wanted:
        return own
    found = rows.sections(unit.connection, course_id, wanted)
    if len(found) < len(set(wanted)):
        raise Refused("parameter", UNKNOWN_SECTIONS)
    return found if own is None else found & own


def _progress(unit: Unit, course_id: int, assignment_id: int, found: Sequence[SubmissionRow], *, visible: bool) -> ProgressRow:
    """The finished Progress; events tell of the job that it stands for as their cause."""
    verb = "post" if visible else "hide"
    tag = f"Assignment#{verb}_submissions"
    progress = progresses.create(
        unit.connection,
        context_type="Course",
        context_id=course_id,
        user_id=unit.actor_id,
        tag=f"{verb}_assignment_grades",
        now=unit.now,
        workflow_state="completed",
        completion=100.0,
    )
    results = {"assignment_id": assignment_id, "user_ids": [row.user_id for row in found]}
    progresses.update(unit.connection, progress.id, unit.now, results=results)
    arguments = {"course_id": course_id, "assignment_id": assignment_id, "submission_ids": [row.id for row in found]}
    job_id = jobs.add_done(unit.connection, tag=tag, arguments=arguments, progress_id=progress.id, now=unit.now)
    unit.speak_as(JobOrigin(job_id, tag))
    return replace(progress, results=results)


def _facts(unit: Unit, assignment: AssignmentFacts, graded: Sequence[SubmissionRow], *, visible: bool) -> list[GradeChanged]:
    """One for each graded submission, posted before or not; the old grade is that of the last transition (4.1)."""
    if not graded:
        return []
    before = rows.grades_before(unit.connection, assignment.id)
    sis_ids = grades.sis_ids(unit.connection, [row.user_id for row in graded])
    found = []
    for row in graded:
        old_score, old_grade = before.get(row.id, (None, None))
        told = fact(row, head_of(row), assignment, sis_ids.get(row.user_id))
        found.append(replace(told, old_score=old_score, old_grade=old_grade, muted=not visible))
    return found
