"""The form of an assignment: what its fields hold, and the attributes that they mean. The rules are those of the server."""

from __future__ import annotations

import math
import zoneinfo
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from gradewire.core.assignments import COMBINABLE_TYPES, Assignment
from gradewire.core.errors import Fault, Invalid, Malformed
from gradewire.core.numbers import show_number
from gradewire.web.routes.history import moment_of

ONLINE: Final = "online"
"""Stands for the types that can be combined, each of which has a box of its own."""
HAND_IN: Final = {"none": "Nothing", "on_paper": "On paper", ONLINE: "Online", "external_tool": "In an external tool"}
ONLINE_TYPES: Final = {
    "online_text_entry": "Text",
    "online_upload": "Files",
    "online_url": "A web address",
    "media_recording": "A recording",
    "student_annotation": "An annotated document",
}
GRADING_TYPES: Final = {
    "points": "Points",
    "percent": "Percentage",
    "letter_grade": "Letter grade",
    "gpa_scale": "GPA scale",
    "pass_fail": "Complete or incomplete",
    "not_graded": "Not graded",
}
MOMENTS: Final = ("due_at", "unlock_at", "lock_at")
FLAGS: Final = (
    "omit_from_final_grade",
    "hide_in_gradebook",
    "post_manually",
    "grade_group_students_individually",
    "anonymous_grading",
    "moderated_grading",
    "graders_anonymous_to_graders",
    "grader_comments_visible_to_graders",
    "grader_names_visible_to_final_grader",
)
LABELS: Final = {
    "name": "Name",
    "points_possible": "Points",
    "grading_type": "Shown as",
    "grading_standard_id": "Grading scheme",
    "assignment_group_id": "Assignment group",
    "submission_types": "Students hand in",
    "allowed_extensions": "File types",
    "allowed_attempts": "Attempts",
    "due_at": "Due",
    "unlock_at": "Available from",
    "lock_at": "Until",
    "published": "Published",
    "post_manually": "Hide grades until they are posted",
    "anonymous_grading": "Anonymous grading",
    "moderated_grading": "Moderated grading",
    "moderation_set": "Students under moderation",
    "grader_count": "Number of graders",
    "final_grader_id": "Final grader",
    "group_category_id": "Groups of students",
}
"""How the fields are called, by attribute."""
MOST_DIGITS: Final = 15
SUGGESTED_GRADERS: Final = "2"


def texts_of(one: Assignment, zone: str) -> dict[str, str]:
    """What the fields of an assignment hold, as a browser would send them: boxes only when they are ticked."""
    kinds = set(one.submission_types)
    online = kinds and kinds <= COMBINABLE_TYPES
    texts = {
        "name": one.name,
        "description": one.description or "",
        "points_possible": "" if one.points_possible is None else show_number(one.points_possible),
        "grading_type": one.grading_type,
        "grading_standard_id": "" if one.grading_standard_id is None else str(one.grading_standard_id),
        "assignment_group_id": str(one.assignment_group_id) if one.assignment_group_id else "",
        "hand_in": ONLINE if online else ",".join(one.submission_types),
        "allowed_extensions": ", ".join(one.allowed_extensions or ()),
        "allowed_attempts": str(one.allowed_attempts) if one.allowed_attempts and one.allowed_attempts > 0 else "",
        "group_category_id": "" if one.group_category_id is None else str(one.group_category_id),
        "moderation_set": one.moderation_set,
        "grader_count": str(one.grader_count) if one.moderated_grading else SUGGESTED_GRADERS,
        "final_grader_id": "" if one.final_grader_id is None else str(one.final_grader_id),
    }
    for name in MOMENTS:
        texts[name] = moment_text(getattr(one, name), zone)
    ticked = [name for name in FLAGS if getattr(one, name)] + (["published"] if one.workflow_state == "published" else [])
    ticked += [name for name in ONLINE_TYPES if name in kinds and online]
    return texts | dict.fromkeys(ticked, "1")


def moment_text(moment: datetime | None, zone: str) -> str:
    """A moment as a field for date and time has it."""
    return "" if moment is None else moment.astimezone(zoneinfo.ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S")


def read(form: Mapping[str, str], zone: str, before: Assignment | None) -> dict[str, Any]:
    """The attributes that a form means. Fields that were not touched are left out: they may hold what a field cannot show.

    Raises:
        Invalid: fields that cannot be read.
    """
    faults: list[Fault] = []

    def take(name: str, reader: Callable[[str], Any]) -> Any:
        try:
            return reader(form.get(name, "").strip())
        except Malformed as error:
            faults.append(Fault(name, error.message))
            return None

    sent: dict[str, Any] = {
        "name": form.get("name", "").strip(),
        "description": form.get("description") or None,
        "points_possible": take("points_possible", _points),
        "grading_type": form.get("grading_type", "points"),
        "grading_standard_id": take("grading_standard_id", _number),
        "submission_types": _types(form),
        "allowed_extensions": _extensions(form.get("allowed_extensions", "")),
        "allowed_attempts": take("allowed_attempts", _attempts),
        "group_category_id": take("group_category_id", _number),
        "moderation_set": form.get("moderation_set", "all"),
        "grader_count": form.get("grader_count", ""),
        "final_grader_id": take("final_grader_id", _number),
        "published": "published" in form,
    }
    group = take("assignment_group_id", _number)
    if group is not None:
        sent["assignment_group_id"] = group
    for name in MOMENTS:
        sent[name] = take(name, lambda typed: moment_of(typed, zone))
    for name in FLAGS:
        sent[name] = name in form
    if faults:
        raise Invalid(*faults)
    return sent if before is None else _touched(sent, form, before, texts_of(before, zone))


def _touched(sent: dict[str, Any], form: Mapping[str, str], before: Assignment, shown: Mapping[str, str]) -> dict[str, Any]:
    """Without the texts that are as they were shown. A suggested number of graders was none before."""
    same = {name for name in sent if name in shown and form.get(name) == shown[name]} - {"grader_count"}
    if set(sent["submission_types"]) == set(before.submission_types):
        same.add("submission_types")
    return {name: value for name, value in sent.items() if name in FLAGS or name == "published" or name not in same}


def sentences(faults: tuple[Fault, ...]) -> dict[str, str]:
    """What is wrong, by field, in the words of the server; under the empty name what no field shows."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        name = "final_grader_id" if fault.attribute == "final_grader" else fault.attribute
        where = name if name in LABELS else ""
        text = fault.message.rstrip(".")
        found.setdefault(where, []).append(f"{text[:1].upper()}{text[1:]}.")
    return {name: " ".join(dict.fromkeys(texts)) for name, texts in found.items()}


def _types(form: Mapping[str, str]) -> list[str]:
    chosen = form.get("hand_in", "none")
    return [name for name in ONLINE_TYPES if name in form] if chosen == ONLINE else [chosen]


def _extensions(typed: str) -> tuple[str, ...] | None:
    """Endings of files, without the dot; commas or blanks stand between them."""
    found = [part.strip().removeprefix(".").lower() for part in typed.replace(",", " ").split()]
    return tuple(dict.fromkeys(part for part in found if part)) or None


def _points(typed: str) -> float | None:
    if not typed:
        return None
    try:
        found = float(typed.replace(",", "."))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Malformed("is not a number")
    return found


def _number(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS):
        raise Malformed("is none of the choices")
    return int(typed)


def _attempts(typed: str) -> int:
    """So many; -1 for any number."""
    if not typed:
        return -1
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 6):
        raise Malformed("is not a whole number")
    return int(typed)
