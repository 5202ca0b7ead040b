"""What becomes of grades when the assignment changes under them: texts anew from the scores, and an event for each."""

from __future__ import annotations

from msgspec.structs import replace

from gradewire.actions.grading import fact, head_of
from gradewire.actions.schemes import assignment_scheme, gradable
from gradewire.actions.unit import Unit
from gradewire.core.assignments import Assignment
from gradewire.core.changes import JobOrigin
from gradewire.core.entry import FULL_WORDS, stored_grade
from gradewire.core.grading import Head
from gradewire.store import assignments, grades, jobs
from gradewire.store.submissions import SubmissionRow

TAG = "Assignment#update_submissions"


def regrade(unit: Unit, course_id: int, assignment_id: int, before: Assignment) -> int:
    """Write the grade texts of an assignment anew whose points, type or scheme changed; how many submissions that concerned.

    Scores stay, but a ``complete`` is worth the new points possible. There is one event for each submission that is graded or
    excused, with the editing user as the grader and a job as its cause (live-events reference, 8.1 row 8): Canvas leaves this
    to a job; being a few statements it is done at once here. Call it after ``unit.touch_rules``; the caller computes course
    scores. A constant number of statements.
    """
    rules = unit.rules(course_id)
    assignment = rules.assignments[assignment_id]
    scheme = assignment_scheme(rules, assignment)
    about = gradable(assignment)
    work = assignments.graded_work(unit.connection, assignment_id)
    written: list[tuple[SubmissionRow, Head, str | None]] = []
    sis_ids = grades.sis_ids(unit.connection, [row.user_id for row in work])
    for row in work:
        head = head_of(row)
        if row.score is not None:
            score = row.score
            if assignment.grading_type == "pass_fail" and row.grade in FULL_WORDS and assignment.points_possible is not None:
                score = assignment.points_possible
            text = stored_grade(score, about, scheme, given=row.grade)
            head = replace(head, score=score, grade=text, version=row.version + 1)
            written.append((row, head, "points_changed"))
        told = replace(head, grader_id=unit.actor_id)
        change = fact(row, told, assignment, sis_ids.get(row.user_id))
        unit.record(replace(change, old_points_possible=before.points_possible))
    if written:
        request = unit.asker.request
        grades.write_many(
            unit.connection,
            written,
            acting_user_id=unit.actor_id,
            request_id=request.request_id if request else None,
            now=unit.now,
        )
    if work:
        job_id = jobs.add_done(unit.connection, tag=TAG, arguments={"assignment_id": assignment_id}, now=unit.now)
        unit.speak_as(JobOrigin(job_id, TAG))
    return len(work)
