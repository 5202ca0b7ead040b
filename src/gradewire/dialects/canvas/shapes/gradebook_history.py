"""The history of grades as Canvas shows it."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from gradewire.actions import history
from gradewire.dialects.canvas.wire import whole
from gradewire.store.grade_versions import PastGrade


class Grader(Struct):
    id: int
    name: str
    assignments: list[int]


class Day(Struct):
    date: date
    graders: list[Grader]


class SubmissionVersion(Struct):
    assignment_id: int
    assignment_name: str
    body: str | None
    current_grade: str | None
    current_graded_at: datetime | None
    current_grader: str | None
    grade_matches_current_submission: bool
    graded_at: datetime | None
    grader: str | None
    grader_id: int
    id: int
    new_grade: str | None
    new_graded_at: datetime | None
    new_grader: str | None
    previous_grade: str | None
    previous_graded_at: datetime | None
    previous_grader: str | None
    score: float | None
    user_name: str
    submission_type: str | None
    url: str | None
    user_id: int
    workflow_state: str


class SubmissionHistory(Struct):
    submission_id: int
    versions: list[SubmissionVersion]


class GradeAsOf(Struct):
    submission_id: int
    assignment_id: int
    user_id: int
    version: int
    score: float | None
    grade: str | None
    excused: bool
    graded_at: datetime | None
    changed_at: datetime | None


def grader(one: history.Grader) -> Grader:
    return Grader(one.id, one.name, one.assignment_ids)


def day(one: history.Day) -> Day:
    return Day(one.date, [grader(each) for each in one.graders])


def submission_version(one: history.Version) -> SubmissionVersion:
    row = one.row
    graded = row.score is not None or row.excused or row.grade is not None
    return SubmissionVersion(
        assignment_id=row.assignment_id,
        assignment_name=one.assignment_name,
        body=row.body,
        current_grade=row.current_grade,
        current_graded_at=whole(row.current_graded_at),
        current_grader=one.current_grader,
        grade_matches_current_submission=row.attempt == row.current_attempt,
        graded_at=whole(row.graded_at),
        grader=one.grader,
        grader_id=row.grader_id,
        id=row.submission_id,
        new_grade=row.grade,
        new_graded_at=whole(row.graded_at),
        new_grader=one.grader,
        previous_grade=row.previous_grade,
        previous_graded_at=whole(row.previous_graded_at),
        previous_grader=one.previous_grader,
        score=row.score,
        user_name=one.student,
        submission_type=row.submission_type,
        url=row.url,
        user_id=row.user_id,
        workflow_state="graded" if graded else "unsubmitted" if row.attempt is None else "submitted",
    )


def submission_history(one: history.SubmissionVersions) -> SubmissionHistory:
    return SubmissionHistory(one.submission_id, [submission_version(each) for each in one.versions])


def grade_as_of(row: PastGrade) -> GradeAsOf:
    return GradeAsOf(
        submission_id=row.submission_id,
        assignment_id=row.assignment_id,
        user_id=row.user_id,
        version=row.version,
        score=row.score,
        grade=row.grade,
        excused=row.excused,
        graded_at=whole(row.graded_at),
        changed_at=whole(row.created_at),
    )
