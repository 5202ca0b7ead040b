"""Courses made of the Open University Learning Analytics Dataset: real scores and weights of real, anonymous students.

J. Kuzilek, M. Hlosta, Z. Zdrahal: Open University Learning Analytics dataset. Scientific Data 4:170171, 2017. CC BY 4.0.

What the data say is kept; what they leave open is decided here:

* The coursework of a presentation weighs 100 and each of its exams another 100. An assignment group for each assessment holds
  its weight, all divided by their sum, so that together they are 100 percent. Where only coursework is graded, the remaining
  weights count in proportion, so a current score is exactly the weighted mean of the coursework.
* Days count from the first day of a presentation. An assessment is due at the end of its day; work came in at noon of its day,
  and was graded two weeks after the later of both, as if by the teacher.
* Work carried over from an earlier presentation (``is_banked``) has a score and no attempt. A score ``?`` is no score.
* Whoever withdrew is an inactive student, everybody else an active one.
* The data have no names. They are invented from the number of the student: see ``names``.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from gradewire.core.institution.courses import Assignment, AssignmentGroup, Course, Enrollment
from gradewire.core.institution.people import Ref, User
from gradewire.core.institution.work import Attempt, Submission
from gradewire.sample.names import invent_name

STARTS = {
    "2013B": datetime(2013, 2, 1, tzinfo=UTC),
    "2013J": datetime(2013, 10, 1, tzinfo=UTC),
    "2014B": datetime(2014, 2, 1, tzinfo=UTC),
    "2014J": datetime(2014, 10, 1, tzinfo=UTC),
}
"""The first days of the presentations."""
TABLES = ("assessments.csv", "studentInfo.csv", "studentAssessment.csv")
FULL_MARKS = 100.0
GRADED_AFTER = timedelta(days=14)

Opener: TypeAlias = Callable[[str], bytes]


class Assessment(Struct, frozen=True):
    id: int
    kind: str
    day: int | None
    weight: float


class Result(Struct, frozen=True):
    """What a student got for an assessment."""

    assessment: int
    student: int
    day: int
    banked: bool
    score: float | None


class Presentation(Struct, frozen=True):
    """A module in one of its runs."""

    module: str
    run: str
    assessments: list[Assessment]
    students: dict[int, str]
    """Final results by student."""
    results: dict[int, list[Result]]
    """Results by assessment."""

    @property
    def name(self) -> str:
        return f"{self.module} {self.run}"


class Missing(Exception):
    """A table of the data set is not where it should be."""


def directory(path: Path) -> Opener:
    """Opens the tables of a directory, compressed or not."""

    def open_table(name: str) -> bytes:
        if (path / name).exists():
            return (path / name).read_bytes()
        if (path / f"{name}.gz").exists():
            return gzip.decompress((path / f"{name}.gz").read_bytes())
        raise Missing(f"there is neither {name} nor {name}.gz in {path}")

    return open_table


def read_presentations(opener: Opener) -> list[Presentation]:
    """All presentations of the tables."""
    found: dict[tuple[str, str], Presentation] = {}
    of: dict[int, Presentation] = {}
    for module, run, number, kind, day, weight in _rows(opener(TABLES[0])):
        presentation = found.setdefault((module, run), Presentation(module, run, [], {}, {}))
        presentation.assessments.append(Assessment(int(number), kind, int(day) if day else None, float(weight)))
        presentation.results[int(number)] = []
        of[int(number)] = presentation
    for module, run, student, final in _rows(opener(TABLES[1])):
        found[module, run].students[int(student)] = final
    for number, student, day, banked, score in _rows(opener(TABLES[2])):
        result = Result(int(number), int(student), int(day), banked == "1", None if score in {"", "?"} else float(score))
        of[int(number)].results[int(number)].append(result)
    return list(found.values())


def _rows(data: bytes) -> Iterator[list[str]]:
    rows = csv.reader(io.StringIO(data.decode()))
    next(rows)
    return rows


def student_key(student: int) -> str:
    """The SIS id of a student."""
    return f"OULAD-{student}"


def build_user(student: int, *, ids: bool) -> User:
    """A student as a user; with ``ids``, under the number of the data set."""
    return User(id=student if ids else None, name=invent_name(student), login=f"student{student}", sis_id=student_key(student))


def build_course(
    presentation: Presentation,
    *,
    teacher: Ref,
    staff: tuple[Enrollment, ...],
    name: str,
    course_id: int | None = None,
    account: Ref | None = None,
    term: Ref | None = None,
    moderated: Callable[[Assignment, Presentation], Assignment] | None = None,
    ids: bool = False,
) -> Course:
    """The course of a presentation. ``moderated`` may make another assignment of each; ``ids``: numbers of the data as ids."""
    start = STARTS[presentation.run]
    ordered = sorted(presentation.assessments, key=lambda one: (one.kind == "Exam", one.day is None, one.day or 0, one.id))
    total = sum(one.weight for one in ordered) or 1.0
    numbers: dict[str, int] = {}
    groups: list[AssignmentGroup] = []
    assignments: list[Assignment] = []
    for one in ordered:
        numbers[one.kind] = numbers.get(one.kind, 0) + 1
        title = f"{one.kind} {numbers[one.kind]}"
        groups.append(AssignmentGroup(name=title, group_weight=one.weight * 100 / total))
        assignment = Assignment(
            id=one.id if ids else None,
            name=title,
            sis_id=f"OULAD-{one.id}",
            group=title,
            points_possible=FULL_MARKS,
            submission_types=("on_paper",) if one.kind == "Exam" else ("online_text_entry",),
            due_at=None if one.day is None else start + timedelta(days=one.day, hours=23, minutes=59),
            submissions=tuple(_submission(result, one, start, teacher) for result in presentation.results[one.id]),
        )
        assignments.append(moderated(assignment, presentation) if moderated else assignment)
    return Course(
        id=course_id,
        name=name,
        course_code=presentation.name,
        sis_id=f"OULAD-{presentation.module}-{presentation.run}",
        account=account,
        term=term,
        start_at=start,
        group_weighting_scheme="percent",
        enrollments=(
            *staff,
            *(
                Enrollment(user=student_key(student), workflow_state="inactive" if result == "Withdrawn" else "active")
                for student, result in presentation.students.items()
            ),
        ),
        assignment_groups=tuple(groups),
        assignments=tuple(assignments),
    )


def _submission(result: Result, assessment: Assessment, start: datetime, teacher: Ref) -> Submission:
    handed_in = start + timedelta(days=result.day, hours=12)
    graded_at = start + timedelta(days=max(result.day, assessment.day or 0), hours=12) + GRADED_AFTER
    return Submission(
        user=student_key(result.student),
        attempts=() if result.banked else (Attempt(submitted_at=handed_in),),
        score=result.score,
        grader=None if result.score is None else teacher,
        graded_at=None if result.score is None else graded_at,
    )
