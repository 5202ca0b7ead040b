"""What a typed grade becomes, and the text that a score is displayed as.

Source: sections 12 and 13c of the Canvas grade calculation reference. Scores and points possible are points. Excusing is not a
grade and is not handled here.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Struct

from gradewire.core.numbers import WIDE, exact, round2, show_number
from gradewire.core.schemes import DEFAULT_SCHEME, Scheme, index_of, name_of, percent_of

GradingType: TypeAlias = Literal["points", "percent", "letter_grade", "gpa_scale", "pass_fail", "not_graded"]
Outcome: TypeAlias = Literal["graded", "cleared", "unreadable"]

FULL_WORDS = frozenset({"pass", "complete"})
ZERO_WORDS = frozenset({"fail", "incomplete"})
SCHEME_TYPES = frozenset({"letter_grade", "gpa_scale"})

MOST_POINTS = 1e12

_NUMBER = re.compile(r"([+-]?[0-9]*\.?[0-9]+)(%?)")


class Gradable(Struct, frozen=True):
    """What an entry needs to know of its assignment."""

    grading_type: GradingType
    points_possible: float | None


class Entered(Struct, frozen=True):
    """A typed grade as it is stored. ``outcome`` tells why there is no score.

    ``cleared``: nothing was typed, or the assignment takes no grades. ``unreadable``: something was typed that is no grade
    here; in the gradebook that clears the grade as well, a provisional grade refuses it.
    """

    score: float | None
    grade: str | None
    outcome: Outcome


CLEARED = Entered(None, None, "cleared")
UNREADABLE = Entered(None, None, "unreadable")


def interpret(
    entry: str | None, assignment: Gradable, scheme: Scheme | None = None, *, prefer_points_over_scheme: bool = False
) -> Entered:
    """What the server stores for a typed grade (section 12). ``scheme`` None is the built-in default.

    Points are not rounded. A number that is too large for a double, typed or computed, is unreadable.
    """
    if entry is None or not entry.strip() or assignment.grading_type == "not_graded":
        return CLEARED
    scheme = scheme or DEFAULT_SCHEME
    score = _points(entry, assignment, scheme, prefer_points_over_scheme=prefer_points_over_scheme)
    if assignment.grading_type == "pass_fail":
        score = _gate(score, assignment.points_possible)
    if score is None or not math.isfinite(score):
        return UNREADABLE
    score += 0.0  # a typed -0 is 0
    return Entered(score, display(score, assignment, scheme, given=entry), "graded")


def is_beyond_numbers(entry: str) -> bool:
    """Whether the entry is a number that no score can be: not finite, or larger than any score. Typed by mistake, it must not
    clear a grade as other text does.
    """
    try:
        value = float(entry.strip().removesuffix("%"))
    except ValueError:
        return False
    return not math.isfinite(value) or abs(value) > MOST_POINTS


def display(score: float | None, assignment: Gradable, scheme: Scheme | None = None, *, given: str | None = None) -> str:
    """The grade text of a score (13c); ``given`` is what the grader typed. Null counts as 0.

    A submission without a score has no grade at all: use ``stored_grade`` for what is saved.
    """
    score = 0.0 if score is None else score
    scheme = scheme or DEFAULT_SCHEME
    possible = assignment.points_possible or 0.0
    match assignment.grading_type:
        case "percent":
            shown = float(round2(_percentage(score, possible))) if possible else score
            return f"{show_number(shown)}%"
        case "pass_fail":
            passed = score > 0 if possible > 0 else given in FULL_WORDS
            return "complete" if passed else "incomplete"
        case "letter_grade" | "gpa_scale":
            if possible > 0:
                return name_of(scheme, _percentage(score, possible))
            if given is None or not given.strip():
                return name_of(scheme, score)
            index = index_of(scheme, given)
            return given if index is None else scheme.entries[index][0]
        case _:
            return show_number(score)


def stored_grade(
    score: float | None, assignment: Gradable, scheme: Scheme | None = None, *, given: str | None = None
) -> str | None:
    """The grade text saved with a score: none without a score, whatever was typed."""
    return None if score is None else display(score, assignment, scheme, given=given)


def _points(entry: str, assignment: Gradable, scheme: Scheme, *, prefer_points_over_scheme: bool) -> float | None:
    """The points an entry means, before the gate of pass/fail; None for other text. May be infinite."""
    possible = assignment.points_possible or 0.0
    by_scheme = assignment.grading_type in SCHEME_TYPES
    number = _NUMBER.fullmatch(entry)
    if number is not None:
        value = float(number.group(1))
        if number.group(2):
            return _share(possible, exact(value))
        percent = percent_of(scheme, entry) if by_scheme and not prefer_points_over_scheme else None
        return value if percent is None else _share(possible, percent)
    if entry in FULL_WORDS:
        return possible
    if entry in ZERO_WORDS:
        return 0.0
    percent = percent_of(scheme, entry) if by_scheme else None
    return None if percent is None else _share(possible, percent)


def _gate(score: float | None, possible: float | None) -> float | None:
    """Pass/fail takes full points or none; text that is no number is none (as in Canvas, even ``PASS``)."""
    if score is None:
        return 0.0
    return score if score in (possible or 0.0, 0.0) else None


def _share(possible: float, percent: Decimal) -> float:
    """Points worth a percentage; infinite if either number is."""
    if not percent.is_finite():
        return math.inf
    return float(WIDE.multiply(exact(possible), percent).scaleb(-2, WIDE))


def _percentage(score: float, possible: float) -> Decimal:
    return WIDE.divide(WIDE.multiply(exact(score), 100), exact(possible))
