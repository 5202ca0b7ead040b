"""Publishing: the chosen provisional grades become the grades of an assignment, for good (moderation reference, 11.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.grading import PUBLISHED, NewGrade, write_grades
from gradewire.actions.provisional_grades import instant_text
from gradewire.actions.unit import Unit
from gradewire.core.changes import GradesPublished
from gradewire.core.errors import Denied, NotFound, Refused
from gradewire.core.moderation import ALREADY_PUBLISHED, NOT_MODERATED, UNSELECTED, Offer, choose
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import comments, moderated_students, moderation_graders, provisional_grades, rubrics, submissions
from gradewire.store.provisional_grades import CandidateRow, ProvisionalGradeRow
from gradewire.store.rubrics import AssessmentRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow


class Choice(Struct, frozen=True):
    """The provisional grade that a submission receives, with the rubric assessments that go with it."""

    submission: SubmissionRow
    grade: ProvisionalGradeRow
    assessments: list[AssessmentRow]


def publish(unit: Unit, course_id: int, assignment_id: int) -> None:
    """Publish the grades of a moderated assignment, all or nothing. Of two who publish at once the second is refused.

    Only students whom the caller sees, active or inactive, receive grades; the whole assignment is published all the same.

    Raises:
        NotFound: no such course or assignment.
        Denied: no moderator who also grades in the course.
        Refused: not moderated, published already, or a student's grade is not decided.
    """
    access = course_access(unit, course_id)
    assignment = access.assignment(assignment_id)
    if not access.has(MANAGE_GRADES) or not access.moderates(assignment):
        raise Denied
    now = moderation_graders.lock_assignment(unit.connection, assignment.id)
    if now is None:
        raise NotFound
    if not now.moderated_grading:
        raise Refused("not_moderated", NOT_MODERATED)
    if now.grades_published_at is not None:
        raise Refused("already_published", ALREADY_PUBLISHED)
    students = moderated_students.visible_students(unit.connection, course_id, sections=access.sections)
    candidates = provisional_grades.candidates(unit.connection, assignment.id, student_ids=students)
    choices = _choices(unit, assignment, [_choose(offers) for offers in candidates.values()])
    _write(unit, access, assignment, choices)
    if not moderation_graders.publish(unit.connection, assignment.id, unit.now):
        raise Refused("already_published", ALREADY_PUBLISHED)
    unit.touch_rules(course_id)
    unit.record(GradesPublished(course_id=course_id, assignment_id=assignment.id, published_at=unit.now))
    payload = {"grades_published_at": [None, instant_text(unit.now)]}
    unit.audit("grades_posted", assignment_id=assignment.id, payload=payload)


def _choose(candidates: Sequence[CandidateRow]) -> ProvisionalGradeRow:
    offers = [Offer(one.grade.id, one.grade.graded_at is not None) for one in candidates]
    chosen = choose(offers, candidates[0].selected_id)
    if chosen is None:
        raise Refused("unselected", UNSELECTED)
    return next(one.grade for one in candidates if one.grade.id == chosen)


def _choices(unit: Unit, assignment: AssignmentFacts, chosen: Sequence[ProvisionalGradeRow]) -> list[Choice]:
    found = submissions.by_students(unit.connection, assignment.id, [grade.student_id for grade in chosen])
    by_id = {row.id: row for row in found}
    assessments: dict[int, list[AssessmentRow]] = {}
    for row in rubrics.for_provisional_grades(unit.connection, [grade.id for grade in chosen]):
        assessments.setdefault(row.provisional_grade_id or 0, []).append(row)
    return [Choice(by_id[grade.submission_id], grade, assessments.get(grade.id, [])) for grade in chosen]


def _write(unit: Unit, access: CourseAccess, assignment: AssignmentFacts, choices: Sequence[Choice]) -> None:
    """Write grades, comments and assessments of all the submissions."""
    if not choices:
        return
    used = rubrics.in_use(unit.connection, {row.rubric_association_id for choice in choices for row in choice.assessments})
    grades = [_new_grade(choice, used) for choice in choices]
    write_grades(unit, access, assignment, [one for one in grades if _says_something(one)], cause=PUBLISHED)
    blank = [
        {"id": one.submission.id, "grader_id": one.grader_id, "graded_at": unit.now, "updated_at": unit.now}
        for one in grades
        if one.score is None
    ]
    submissions.update_many(unit.connection, blank)
    comments.copy(unit.connection, [choice.grade.id for choice in choices], unit.now)
    _copy_assessments(unit, choices, used)


def _new_grade(choice: Choice, used: Mapping[int, bool]) -> NewGrade:
    """The grade that a submission receives: the provisional one, or the score of a rubric that grades and says otherwise."""
    grade = choice.grade
    score, text = grade.score, grade.grade
    for row in choice.assessments:
        if used.get(row.rubric_association_id) and row.score is not None and row.score != score:
            score, text = row.score, None
    return NewGrade(
        submission=choice.submission,
        score=score,
        grade=text,
        grader_id=grade.scorer_id,
        graded_anonymously=bool(grade.graded_anonymously),
    )


def _says_something(grade: NewGrade) -> bool:
    """Comments alone do not undo an excusal that a moderator gave."""
    return grade.score is not None or not grade.submission.excused


def _copy_assessments(unit: Unit, choices: Sequence[Choice], used: Mapping[int, bool]) -> None:
    """Copy the chosen assessments to the submissions. One that grades takes the place of the submission's own, whose assessor
    stays; assessments with rubrics that are no longer in use stay behind."""
    chosen = [row for choice in choices for row in choice.assessments if row.rubric_association_id in used]
    if not chosen:
        return
    there = {
        (row.rubric_association_id, row.submission_id): row
        for row in rubrics.of_submissions(unit.connection, {row.submission_id for row in chosen})
        if row.assessment_type == "grading"
    }
    changed: list[tuple[int, float | None, Any, Any]] = []
    new: list[dict[str, Any]] = []
    for row in chosen:
        own = there.get((row.rubric_association_id, row.submission_id))
        if own is not None and row.assessment_type == "grading":
            changed.append((own.id, row.score, row.data, unit.now))
        else:
            kept = {name: getattr(row, name) for name in AssessmentRow.__struct_fields__ if name != "id"}
            new.append({**kept, "provisional_grade_id": None, "created_at": unit.now, "updated_at": unit.now})
    rubrics.change_many(unit.connection, changed)
    rubrics.add_many(unit.connection, new)
