"""Moderated assignments in the course of ``web_world``, with a dozen more students, for the tests of the moderation pages."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gradewire.store import tables as t
from tests.web.web_world import COURSE, NOW, PEOPLE, SECTION, STUDENTS, add, build

MOUSE, KEYBOARD, ACCEPTED, SAMPLED, HIDDEN, AGREED, EMPTY = range(701, 708)
KINDS: dict[int, dict[str, Any]] = {
    MOUSE: {"name": "By mouse"},
    KEYBOARD: {"name": "By keyboard"},
    ACCEPTED: {"name": "Accepted by a rule"},
    SAMPLED: {"name": "Sampled", "moderation_set": "selected"},
    HIDDEN: {"name": "Nobody known", "anonymous_grading": True, "grader_names_visible_to_final_grader": False},
    AGREED: {"name": "Much agreed"},
    EMPTY: {"name": "Not graded"},
}
MORE = tuple(f"student{number:02}" for number in range(1, 13))
MORE_IDS = {name: 400 + index for index, name in enumerate(MORE)}
FIRST = (6.5, 7, 4, 9.25, 8, 5.5, 3, 10, 7.75, 6, 6, 9)
SECOND = (7, 6.5, 5, 9, 7.5, 6, 4.5, 9.5, 7, 7.25, 6, None)
"""What marker and second gave to the students in ``MORE``; the last one has one grade only."""


def student_id(name: str) -> int:
    return MORE_IDS.get(name) or PEOPLE[name]


def submission_of(assignment: int, name: str) -> int:
    return assignment * 1000 + student_id(name)


def build_moderation(connection: sa.Connection) -> None:
    """The institution of ``web_world`` and what this module adds."""
    build(connection)
    for name, number in MORE_IDS.items():
        shown = f"Student {name.removeprefix('student')}"
        person = {"id": number, "root_account_id": 1, "name": shown, "sortable_name": shown, "short_name": shown}
        add(connection, t.users, person)
        enrolled = {"course_id": COURSE, "course_section_id": SECTION, "user_id": number, "type": "StudentEnrollment"}
        add(connection, t.enrollments, {"id": 500 + number, **enrolled})
        score = {"enrollment_id": 500 + number, "course_id": COURSE, "user_id": number, "course_score": True}
        add(connection, t.scores, {**score, "version": 1})
    for number, more in KINDS.items():
        _add_assignment(connection, number, more)
    for number in (ACCEPTED, HIDDEN, AGREED):
        _grade(connection, number, {name: (one, two) for name, one, two in zip(MORE, FIRST, SECOND, strict=True)})
    _grade(connection, SAMPLED, {name: (one, None) for name, one in zip(MORE, FIRST, strict=True)})


def _add_assignment(connection: sa.Connection, number: int, more: dict[str, Any]) -> None:
    assignment: dict[str, Any] = {
        "id": number,
        "course_id": COURSE,
        "assignment_group_id": 60,
        "position": number,
        "points_possible": 10,
        "grading_type": "points",
        "submission_types": ["online_text_entry"],
        "moderated_grading": True,
        "grader_count": 2,
        "final_grader_id": PEOPLE["teacher"],
        "post_manually": True,
        **more,
    }
    add(connection, t.assignments, assignment)
    small = number in {MOUSE, KEYBOARD}
    for index, name in enumerate(STUDENTS if small else MORE):
        work = {
            "id": submission_of(number, name),
            "course_id": COURSE,
            "assignment_id": number,
            "user_id": student_id(name),
            "anonymous_id": f"{'zyxwvutsrqpo'[index]}{number}x",
            "workflow_state": "submitted",
            "attempt": 1,
            "submission_type": "online_text_entry",
            "body": f"<p>The work of {name}.</p>",
            "submitted_at": NOW,
        }
        add(connection, t.submissions, work)
        if more.get("moderation_set") != "selected":
            add(connection, t.moderated_students, {"assignment_id": number, "student_id": student_id(name)})


def _grade(connection: sa.Connection, number: int, given: dict[str, tuple[float | None, float | None]]) -> None:
    for grader, anonymous_id in (("marker", "mmmmm"), ("second", "aaaaa")):
        slot = {"assignment_id": number, "user_id": PEOPLE[grader], "anonymous_id": anonymous_id, "slot_taken": True}
        add(connection, t.moderation_graders, slot)
    for name, scores in given.items():
        for grader, score in zip(("marker", "second"), scores, strict=True):
            if score is None:
                continue
            add(
                connection,
                t.provisional_grades,
                {
                    "course_id": COURSE,
                    "submission_id": submission_of(number, name),
                    "assignment_id": number,
                    "student_id": student_id(name),
                    "scorer_id": PEOPLE[grader],
                    "score": score,
                    "grade": f"{score:g}",
                    "graded_at": NOW,
                },
            )
