"""Assignments: what a change makes of one, and the rules that the result must keep.

Source: section 2 of the Canvas moderation reference. Texts that programs compare are those printed there; the others are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gradewire.core.errors import Fault

NAME_LIMIT = 255
MOST_GRADERS = 2**31 - 1
UNGRADED_TYPES = frozenset({"not_graded", "wiki_page"})
GRADING_TYPES = ("points", "percent", "letter_grade", "gpa_scale", "pass_fail", "not_graded")
SUBMISSION_TYPES = frozenset(
    {
        "none",
        "on_paper",
        "not_graded",
        "wiki_page",
        "attendance",
        "discussion_topic",
        "online_quiz",
        "external_tool",
        "basic_lti_launch",
        "online_upload",
        "online_text_entry",
        "online_url",
        "media_recording",
        "student_annotation",
    }
)
COMBINABLE_TYPES = frozenset({"online_upload", "online_text_entry", "online_url", "media_recording", "student_annotation"})
"""Types of which an assignment may have several."""

_WHOLE = re.compile(r"\s*[+-]?[0-9]+(\.[0-9]*)?\s*", re.ASCII)

CANNOT_SWITCH = "Moderated grading setting cannot be changed if graded submissions exist"
NOT_UNGRADED = "Moderated grading setting cannot be enabled for ungraded assignments"
NOT_FOR_GROUPS = "Moderated grading setting cannot be enabled for group assignments"
NOT_PEER_REVIEWED = "Moderated grading setting cannot be enabled for peer reviewed assignments"
NO_INSTRUCTOR = "course has no active instructors with this ID"
MAY_NOT_SELECT = "user does not have permission to select final grade"
NO_INSTRUCTOR_OF_SECTION = "must be enrolled in selected section"
WRONG_SECTION = "must be active and in same course as assignment"
GROUPS_NOT_ANONYMOUS = "Group assignments can't be anonymously graded"
ANONYMOUS_NOT_GROUPS = "Anonymously graded assignments can't be group assignments"
ALREADY_SUBMITTED = "The group category can't be changed because students have already submitted on this assignment"
NO_CATEGORY = "is not a group category of this course"
NOT_BOTH = "Can't enable anonymous grading and group assignments together"


class Assignment(Struct, frozen=True, kw_only=True):
    """What of an assignment can be set, under the names of its columns; the defaults are those of a new one."""

    name: str = ""
    description: str | None = None
    assignment_group_id: int = 0
    position: int = 1
    points_possible: float | None = None
    grading_type: str = "points"
    grading_standard_id: int | None = None
    submission_types: tuple[str, ...] = ("none",)
    allowed_extensions: tuple[str, ...] | None = None
    allowed_attempts: int | None = None
    due_at: datetime | None = None
    unlock_at: datetime | None = None
    lock_at: datetime | None = None
    workflow_state: str = "unpublished"
    omit_from_final_grade: bool = False
    hide_in_gradebook: bool = False
    only_visible_to_overrides: bool = False
    post_manually: bool = False
    peer_reviews: bool = False
    grade_group_students_individually: bool = False
    group_category_id: int | None = None
    anonymous_grading: bool = False
    anonymous_instructor_annotations: bool = False
    moderated_grading: bool = False
    moderation_set: str = "all"
    grader_count: int | None = 0
    """``None`` stands for something unreadable, which is a fault under moderation."""
    final_grader_id: int | None = None
    grader_section_id: int | None = None
    graders_anonymous_to_graders: bool = False
    grader_comments_visible_to_graders: bool = True
    grader_names_visible_to_final_grader: bool = True
    grades_published_at: datetime | None = None
    sis_assignment_id: str | None = None
    integration_id: str | None = None
    integration_data: Mapping[str, Any] | None = None
    calculation_options: Mapping[str, Any] | None = None
    """Schoology-style courses: factor, period, midterm or final column. Canvas clients cannot set these two."""
    schoology: Mapping[str, Any] | None = None


ATTRIBUTES = Assignment.__struct_fields__
SETTABLE = frozenset(ATTRIBUTES) - {"workflow_state", "grades_published_at"}
RESCORING = frozenset(
    {
        "assignment_group_id",
        "points_possible",
        "grading_type",
        "submission_types",
        "omit_from_final_grade",
        "workflow_state",
        "due_at",
        "only_visible_to_overrides",
        "anonymous_grading",
        "calculation_options",
    }
)
"""A change of these may change course scores (grade calculation reference, 8)."""
REGRADING = frozenset({"points_possible", "grading_type", "grading_standard_id"})
"""A change of these writes the grade texts anew (live-events reference, 8.1)."""
GUARDED = RESCORING | REGRADING | {"post_manually", "moderated_grading", "final_grader_id"}
"""What grading reads: nobody may store a grade that was judged by the old values."""


class Surroundings(Struct, frozen=True, kw_only=True):
    """What the rules need to know of the course and of the work that is there."""

    graded_exists: bool = False
    """A graded submission, or a provisional score for something that was handed in."""
    submitted_exists: bool = False
    offers_standard: bool = True
    instructors: frozenset[int] = frozenset()
    """Active teachers and assistants of the course."""
    final_graders: frozenset[int] = frozenset()
    """Those of them who hold ``select_final_grade`` there."""
    section_found: bool = True
    """Whether the grader section is an active one of this course."""
    section_instructors: frozenset[int] = frozenset()
    group_found: bool = True
    category_found: bool = True
    """Whether the group category is one of this course."""
    sis_id_taken: bool = False
    closed_before: bool = False
    """Whether the old due date lies in a grading period that is closed to the caller."""
    closed_after: bool = False
    has_overrides: bool = False


def apply(before: Assignment, sent: Mapping[str, Any], *, anonymous_marking: bool, is_new: bool = False) -> Assignment:
    """The assignment that a request makes of another.

    ``sent`` holds attributes by name, and ``published``; what cannot be set is ignored. ``final_grader_id`` counts only with
    moderation, and ``anonymous_grading`` only where the course has that feature. Without moderation everything about it is
    reset.
    """
    values = {name: value for name, value in sent.items() if name in SETTABLE}
    if not anonymous_marking:
        values.pop("anonymous_grading", None)
    if sent.get("published") is not None:
        values["workflow_state"] = "published" if sent["published"] else "unpublished"
    if "submission_types" in values:
        values["submission_types"] = read_types(values["submission_types"])
    if "grader_count" in values:
        values["grader_count"] = read_count(values["grader_count"])
    moderated = values.get("moderated_grading", before.moderated_grading)
    if not moderated:
        values.pop("final_grader_id", None)
    after = replace(before, **values)
    if not after.grading_type:
        after = replace(after, grading_type="points")
    if "not_graded" in after.submission_types:
        after = replace(after, grading_type="not_graded")
    if not after.moderated_grading:
        after = replace(
            after,
            grader_count=0,
            final_grader_id=None,
            grader_names_visible_to_final_grader=True,
            grader_comments_visible_to_graders=True,
            graders_anonymous_to_graders=False,
            grades_published_at=None,
        )
    if not after.grader_comments_visible_to_graders:
        after = replace(after, graders_anonymous_to_graders=False)
    turned_on = (after.moderated_grading and (is_new or not before.moderated_grading)) or (
        after.anonymous_grading and (is_new or not before.anonymous_grading)
    )
    return replace(after, post_manually=True) if turned_on else after


def read_types(sent: Any) -> tuple[str, ...]:
    """Submission types as a list of names, in which a comma may stand for a new item; none at all is ``none``."""
    names = [name.strip() for item in sent or () for name in item.split(",")]
    return tuple(dict.fromkeys(name for name in names if name)) or ("none",)


def read_count(sent: Any) -> int | None:
    """A number of graders; ``None`` for what is no number, and for none."""
    text = "" if sent is None else str(sent)
    return int(text.partition(".")[0]) if len(text) <= 30 and _WHOLE.fullmatch(text) else None


def find_faults(before: Assignment | None, after: Assignment, around: Surroundings) -> list[Fault]:
    """Every rule that the assignment would break, in the order in which they are told. ``before`` is ``None`` for a new one."""
    return [
        *_plain_faults(before, after, around),
        *_date_faults(before, after, around),
        *_moderation_faults(before, after, around),
        *_grader_faults(before, after, around),
        *_posting_faults(before, after),
        *_group_faults(before, after, around),
    ]


def _plain_faults(before: Assignment | None, after: Assignment, around: Surroundings) -> Iterator[Fault]:
    if not after.name.strip():
        yield Fault("name", "can't be blank")
    elif len(after.name) > NAME_LIMIT:
        yield Fault("name", f"is too long (maximum is {NAME_LIMIT} characters)")
    if after.points_possible is not None and after.points_possible < 0:
        yield Fault("points_possible", "must be greater than or equal to 0")
    if after.grading_type not in GRADING_TYPES:
        yield Fault("grading_type", f"must be one of {', '.join(GRADING_TYPES)}")
    kinds = set(after.submission_types)
    if not kinds <= SUBMISSION_TYPES:
        yield Fault("submission_types", f"has an unknown type: {', '.join(sorted(kinds - SUBMISSION_TYPES))}")
    elif len(kinds) > 1 and not kinds <= COMBINABLE_TYPES:
        yield Fault("submission_types", f"cannot be combined: {', '.join(after.submission_types)}")
    if not around.offers_standard:
        yield Fault("grading_standard_id", "is not a grading standard of this course or of its accounts")
    if not around.group_found:
        yield Fault("assignment_group_id", "is not an assignment group of this course")
    if around.sis_id_taken:
        yield Fault("sis_assignment_id", "is already in use")
    if after.allowed_attempts is not None and after.allowed_attempts != -1 and after.allowed_attempts < 1:
        yield Fault("allowed_attempts", "must be greater than 0, or -1 for any number")
    withdrawn = before is not None and before.workflow_state == "published" and after.workflow_state == "unpublished"
    if withdrawn and (around.submitted_exists or around.graded_exists):
        yield Fault("published", "cannot be undone: students have handed in work or were graded")
    if after.moderation_set not in {"all", "selected"}:
        yield Fault("moderation_set", "must be all or selected")


def _date_faults(before: Assignment | None, after: Assignment, around: Surroundings) -> Iterator[Fault]:
    moved = before is None or before.due_at != after.due_at
    if moved and around.closed_before:
        yield Fault("due_at", "cannot be changed: it lies in a closed grading period")
    elif moved and around.closed_after:
        yield Fault("due_at", "cannot lie in a closed grading period")
    if after.due_at and after.unlock_at and after.lock_at and not around.has_overrides:
        if not after.unlock_at <= after.due_at <= after.lock_at:
            yield Fault("due_at", "must lie between unlock_at and lock_at")
    elif after.unlock_at and after.lock_at and after.lock_at < after.unlock_at:
        yield Fault("lock_at", "must be after unlock_at")


def _moderation_faults(before: Assignment | None, after: Assignment, around: Surroundings) -> Iterator[Fault]:
    switched = before is not None and before.moderated_grading != after.moderated_grading
    if switched and around.graded_exists:
        yield Fault("moderated_grading", CANNOT_SWITCH)
    if not after.moderated_grading:
        return
    if before is None or switched:
        if UNGRADED_TYPES.intersection(after.submission_types):
            yield Fault("moderated_grading", NOT_UNGRADED)
        if after.group_category_id is not None:
            yield Fault("moderated_grading", NOT_FOR_GROUPS)
        if after.peer_reviews:
            yield Fault("moderated_grading", NOT_PEER_REVIEWED)
    if after.grader_count is None:
        yield Fault("grader_count", "is not a number")
    elif after.grader_count <= 0:
        yield Fault("grader_count", "must be greater than 0")
    elif after.grader_count > MOST_GRADERS:
        yield Fault("grader_count", f"must be less than or equal to {MOST_GRADERS}")


def _grader_faults(before: Assignment | None, after: Assignment, around: Surroundings) -> Iterator[Fault]:
    final_grader = after.final_grader_id
    if final_grader is not None and (before is None or before.final_grader_id != final_grader):
        if final_grader not in around.instructors:
            yield Fault("final_grader_id", NO_INSTRUCTOR)
        elif final_grader not in around.final_graders:
            yield Fault("final_grader_id", MAY_NOT_SELECT)
        if after.grader_section_id is not None and final_grader not in around.section_instructors:
            yield Fault("final_grader", NO_INSTRUCTOR_OF_SECTION)
    if after.grader_section_id is not None and not around.section_found:
        yield Fault("grader_section", WRONG_SECTION)


def _posting_faults(before: Assignment | None, after: Assignment) -> Iterator[Fault]:
    automatic = before is not None and before.post_manually and not after.post_manually
    if automatic and (after.moderated_grading or after.anonymous_grading):
        yield Fault("post_manually", "cannot be false while grading is moderated or anonymous")


def _group_faults(before: Assignment | None, after: Assignment, around: Surroundings) -> Iterator[Fault]:
    moved = before is not None and before.group_category_id != after.group_category_id
    if moved and around.submitted_exists:
        yield Fault("group_category_id", ALREADY_SUBMITTED)
    if after.group_category_id is None:
        return
    anonymous_on = after.anonymous_grading and (before is None or not before.anonymous_grading)
    group_on = before is None or before.group_category_id is None
    if anonymous_on and group_on:
        yield Fault("base", NOT_BOTH)
    elif anonymous_on:
        yield Fault("anonymous_grading", GROUPS_NOT_ANONYMOUS)
    elif group_on and after.anonymous_grading:
        yield Fault("group_category_id", ANONYMOUS_NOT_GROUPS)
    elif group_on and after.moderated_grading and before is not None and before.moderated_grading:
        yield Fault("group_category_id", NOT_FOR_GROUPS)
    elif not around.category_found and not after.moderated_grading:
        yield Fault("group_category_id", NO_CATEGORY)


def differences(before: Assignment | None, after: Assignment) -> dict[str, Any]:
    """What a document of changes says: each changed attribute as [old, new]; of a new assignment every attribute's value."""
    new = msgspec.to_builtins(after)
    if before is None:
        return {name: new[name] for name in ATTRIBUTES}
    old = msgspec.to_builtins(before)
    return {name: [old[name], new[name]] for name in ATTRIBUTES if old[name] != new[name]}
