"""Grades as Schoology keeps them: a record of grade, exception and comment for each student and item (its reference, 4).

A write replaces the whole record: what is not sent is erased. Grades are points.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import UNSET, Struct

from gradewire.core.entry import MOST_POINTS, Gradable
from gradewire.core.errors import Fault, Invalid
from gradewire.core.lateness import LatePolicy, score_missing
from gradewire.core.requests import read_entry, read_flag, read_id, read_text
from gradewire.core.scoring.schoology_course import MARK_CODES, Mark
from gradewire.core.scoring.schoology_scales import Scale, points_of_entry

EXCEPTIONS: Final[dict[Mark, int]] = {mark: code for code, mark in MARK_CODES.items()}
"""The number of each mark on the wire."""
KINDS: Final = frozenset({"assignment", "discussion", "assessment"})
COURSE: Final = "final"
"""How bodies name the course grade."""
OTHER: Final = "other"
"""How they name the place of items without a period."""

_WHOLE = re.compile(r"\s*([0-9]{1,18})\s*", re.ASCII)
_PERIOD = re.compile(r"\s*p?([0-9]{1,18})\s*", re.ASCII)


class Record(Struct, frozen=True, kw_only=True):
    """A whole record as a request states it. ``grade`` is as it was sent; ``score_of`` says what it is in points."""

    enrollment_id: int
    item_id: int
    grade: str | float | None = None
    mark: Mark = "none"
    comment: str | None = None
    """``None`` for no comment; blank text is none."""
    visible: bool = False
    """Whether the student sees the comment."""


class FinalComment(Struct, frozen=True, kw_only=True):
    """A comment on the grade of a period or, without one, of the course. Blank text takes the comment away."""

    enrollment_id: int
    period_id: int | None
    comment: str
    visible: bool = False


def read_record(sent: object) -> Record:
    """One entry of a request. Ids and numbers may be texts, as everything is in XML; empty text is nothing.

    Raises:
        Invalid: what cannot be read, an unknown exception or an unknown type.
    """
    entry = read_entry(sent)
    kind = entry.get("type")
    if kind not in (None, "", *KINDS):
        raise Invalid(Fault("type", "must be assignment or discussion", "inclusion"))
    grade = entry.get("grade")
    if isinstance(grade, bool) or not isinstance(grade, str | int | float | None):
        raise Invalid(Fault("grade", "must be a number or a text", "invalid"))
    return Record(
        enrollment_id=read_id(entry, "enrollment_id"),
        item_id=read_id(entry, "assignment_id"),
        grade=_double(grade) if isinstance(grade, int) else grade,
        mark=_mark(entry.get("exception")),
        comment=_comment(entry) or None,
        visible=read_flag(entry, "comment_status") is True,
    )


def read_final_comment(sent: object) -> FinalComment:
    """The same of a final comment. A period is named by its id, with or without ``p``, the course by ``final``.

    Raises:
        Invalid: what cannot be read, or no comment.
    """
    entry = read_entry(sent)
    period = entry.get("period_id")
    if period != COURSE:
        found = None if isinstance(period, bool) else _PERIOD.fullmatch(str("" if period is None else period))
        if found is None:
            raise Invalid(Fault("period_id", "must be the id of a grading period, or final", "invalid"))
        period = int(found.group(1))
    if "comment" not in entry:
        raise Invalid(Fault("comment", "is missing", "blank"))
    return FinalComment(
        enrollment_id=read_id(entry, "enrollment_id"),
        period_id=None if period == COURSE else period,
        comment=_comment(entry),
        visible=read_flag(entry, "comment_status") is True,
    )


def read_periods(text: str) -> frozenset[str]:
    """The names of the periods in a comma list: ids with or without ``p``, ``other``, ``final``; as grade bodies name them.

    Raises:
        Invalid: something else is in it.
    """
    found = set()
    for name in text.split(","):
        period = _PERIOD.fullmatch(name)
        if period is not None:
            found.add(f"p{int(period.group(1))}")
        elif name.strip() in {OTHER, COURSE}:
            found.add(name.strip())
        elif name.strip():
            raise Invalid(Fault("grading_period_ids", "must be ids of grading periods, other or final", "invalid"))
    return frozenset(found)


def read_moment(epoch: str) -> datetime:
    """A moment as seconds of the epoch.

    Raises:
        Invalid: no number of seconds, or one that no calendar has.
    """
    number = _WHOLE.fullmatch(epoch)
    try:
        return datetime.fromtimestamp(int(number.group(1)), UTC) if number else _no_moment()
    except (ValueError, OverflowError, OSError):
        return _no_moment()


def _no_moment() -> datetime:
    raise Invalid(Fault("timestamp", "must be seconds of the epoch", "invalid"))


def score_of(record: Record, assignment: Gradable, scale: Scale | None) -> float | None:
    """The points that a record states; ``None`` for no score, and for any exception, whatever was sent with it.

    Raises:
        Invalid: text that is no number and no letter of the scale, a number that no score can be, a grade for work that takes
            none, or on an item that is passed or failed anything but all points or none.
    """
    if record.mark != "none":
        return None
    score = points_of_entry(record.grade, scale, assignment.points_possible)
    if score is None:
        return None
    if abs(score) > MOST_POINTS:
        raise Invalid(Fault("grade", "is not a number that a score can be", "not_a_number"))
    if assignment.grading_type == "not_graded":
        raise Invalid(Fault("grade", "cannot be given: the item takes no grades", "invalid"))
    if assignment.grading_type == "pass_fail" and score not in (assignment.points_possible or 0.0, 0.0):
        raise Invalid(Fault("grade", "must be all points or none: the item is passed or failed", "inclusion"))
    return score + 0.0  # a typed -0 is 0


def mark_of(
    *,
    score: float | None,
    excused: bool,
    incomplete: bool,
    late_policy_status: str | None,
    policy: LatePolicy | None,
    assignment: Gradable,
) -> Mark:
    """The exception that a stored grade reads as.

    A score beside a label "missing" is shown, as the calculation counts it, and the label is not; except for the score that the
    missing policy gives, which stands for work that is missing. Late work keeps its score.
    """
    if excused:
        return "excused"
    if incomplete:
        return "incomplete"
    if late_policy_status == "missing":
        return "missing" if score is None or score == _policy_score(policy, assignment) else "none"
    return "late" if late_policy_status == "late" else "none"


def grade_of(score: float | None, mark: Mark) -> float | None:
    """The grade that is shown beside an exception: only late work has one."""
    return score if mark in {"none", "late"} else None


def _policy_score(policy: LatePolicy | None, assignment: Gradable) -> float | None:
    if policy is None or not policy.missing_submission_deduction_enabled:
        return None
    return score_missing(policy, assignment.grading_type, assignment.points_possible)


def _double(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf  # refused with the other numbers that no score can be


def _mark(value: object) -> Mark:
    if value is None or value == "":
        return "none"
    found = None if isinstance(value, bool) else _WHOLE.fullmatch(str(value))
    mark = None if found is None else MARK_CODES.get(int(found.group(1)))
    if mark is None:
        raise Invalid(Fault("exception", f"must be one of {', '.join(map(str, MARK_CODES))}", "inclusion"))
    return mark


def _comment(entry: Mapping[str, Any]) -> str:
    """The text as it was sent, line ends included; empty where it is blank."""
    text = read_text(entry, "comment")
    return text if text is not UNSET and text.strip() else ""
