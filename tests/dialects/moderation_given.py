"""What the cases of moderated grading are given: the words under ``given``."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
import yaml

from gradewire.store import tables as t
from tests.dialects.moderation_cases import Case, Vocabulary
from tests.dialects.moderation_world import COURSE, ENROLLED, NOW, PEOPLE, PLAIN, SECTION, A

WORDS = Vocabulary("given")

STANDARD_GRADES: list[dict[str, Any]] = [
    {"id": "P1", "student": "S1", "scorer": "TA1", "score": 5},
    {"id": "P2", "student": "S2", "scorer": "TA1", "score": 6},
    {"id": "P3", "student": "S2", "scorer": "TA2", "score": 7},
    {"id": "P4", "student": "S3", "scorer": "TA2", "score": 8},
]
"""What ``same as BS01`` means."""

COLUMNS = {"final_grader": "final_grader_id"}
"""Names of assignment attributes in the cases that are not those of the columns."""

FIRST = ("assignment", "students", "rubric_association")
LAST = ("selection_S1", "selection_S2", "selection_S3", "grades_published")


def prepare(case: Case) -> None:
    """Set the stage: the assignment first, and last what names provisional grades or ends their making."""
    rest = [name for name in case.given if name not in FIRST + LAST]
    for name in [*FIRST, *rest, *LAST]:
        if name in case.given:
            WORDS.apply(name, case, case.given[name])


@WORDS.word("assignment")
def set_assignment(case: Case, text: str) -> None:
    """``A``, ``A with anonymous_grading true, grader_count 1``, or ``plain``."""
    name, _, attributes = text.partition(" with ")
    if name == "plain":
        case.stage.ids["A"] = PLAIN
        return
    changes: dict[str, Any] = {}
    for pair in filter(None, re.split(r",\s*|\s+and\s+", attributes)):
        key, _, value = pair.strip().partition(" ")
        changes[COLUMNS.get(key, key)] = case.resolve(yaml.safe_load(value))
    if changes:
        case.stage.change_assignment(case.stage.ids[name], **changes)


@WORDS.word("not moderated|use_for_grading|posts_made_to_moderation_set")
def leave(_case: Case, _value: Any) -> None:
    """Said by another word already, or as it is anyway."""


@WORDS.word("pgs")
def give(case: Case, grades: Any) -> None:
    if grades == "none":
        return
    for one in STANDARD_GRADES if grades == "same as BS01" else grades:
        case.stage.give(
            one.get("id"),
            one["student"],
            one["scorer"],
            one.get("score"),
            graded=not ("graded_at" in one and one["graded_at"] is None),
            final=bool(one.get("final")),
            grade=one.get("grade"),
            comments=tuple(one.get("comments", ())),
            graded_anonymously=one.get("graded_anonymously"),
        )


@WORDS.word("grades_published")
def publish(case: Case, value: bool) -> None:
    if value:
        case.stage.change_assignment(grades_published_at=NOW)


@WORDS.word("slots_taken_by")
def take_slots(case: Case, graders: list[str]) -> None:
    for grader in graders:
        case.stage.take_slot(grader)


@WORDS.word(r"selection_(\w+)")
def choose(case: Case, name: str | None, student: str) -> None:
    case.stage.choose(student, name)


@WORDS.word(r"submission_(S\d)")
def hand_in(case: Case, value: Any, student: str) -> None:
    work = {"workflow_state": "submitted", "submitted_at": NOW, "attempt": 1, "submission_type": "online_text_entry"}
    changes = work if value == "submitted" else case.resolve(value)
    case.stage.api.change(t.submissions, case.stage.submission(student)["id"], **changes)


@WORDS.word(r"submission_(S\d)_updated_at")
def remember(case: Case, name: str, student: str) -> None:
    case.moments[name] = case.stage.submission(student)["updated_at"]


@WORDS.word("real_comments")
def comment_by(case: Case, texts: list[str]) -> None:
    for text in texts:
        words, _, author = text.rpartition(" by ")
        case.stage.comment("S1", author, words)


@WORDS.word(r"real_comments_(S\d)")
def comment(case: Case, texts: list[str], student: str) -> None:
    for text in texts:
        case.stage.comment(student, "T", text)


@WORDS.word("rubric_association")
def use_rubric(case: Case, _name: str) -> None:
    case.stage.rubric(use_for_grading=bool(case.given.get("use_for_grading")))


@WORDS.word("students")
def enrol(case: Case, number: int) -> None:
    """Bring the course to this many students."""
    base = {"course_id": COURSE, "course_section_id": SECTION, "type": "StudentEnrollment"}
    there = sum(kind == "StudentEnrollment" for kind, _, _ in ENROLLED.values())
    for user_id in range(1001, 1001 + number - there):
        names = dict.fromkeys(("name", "sortable_name", "short_name"), f"Student {user_id}")
        case.stage.api.add(t.users, {"id": user_id, "root_account_id": 1, **names})
        case.stage.api.add(t.enrollments, {"id": user_id, "user_id": user_id, **base})
    case.stage.place()


@WORDS.word("outside_moderation_set")
def leave_set(case: Case, students: list[str]) -> None:
    c = t.moderated_students.c
    numbers = [PEOPLE[student] for student in students]
    with case.stage.api.engine.begin() as connection:
        connection.execute(sa.delete(t.moderated_students).where(c.assignment_id == A, c.student_id.in_(numbers)))


@WORDS.word(r"enrollment_(\w+)")
def set_enrollment(case: Case, state: str, name: str) -> None:
    case.stage.api.change(t.enrollments, 100 + PEOPLE[name], workflow_state=state)
