"""Building a moderation set by a rule: whose work is looked at by more than one grader. Our own.

What is drawn by lot is drawn by a seed, so that anybody can draw it again: students stand in the order of the SHA-256 of
``seed:student id``, and the first ones are taken.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Struct

from gradewire.core.errors import Fault, Invalid
from gradewire.core.numbers import exact
from gradewire.core.schemes import Scheme, name_of

Kind: TypeAlias = Literal["everyone", "random", "boundaries", "bands", "fails"]
DRAWN = frozenset({"random", "bands"})
"""Kinds that need a seed."""


class Rule(Struct, frozen=True, kw_only=True):
    """Who is chosen.

    ``everyone``; ``random``: ``percent`` of all students, rounded up; ``boundaries``: who is within ``margin`` percentage
    points of a bound of the grading scheme; ``bands``: so many (``each``) of every grade of the scheme; ``fails``: who has the
    lowest grade of the scheme, or with ``below`` less than so many percent.
    """

    kind: Kind
    percent: float = 10.0
    margin: float = 1.0
    each: int = 1
    below: float | None = None


class Candidate(Struct, frozen=True):
    """A student with the mean of the graders' scores as a percentage of the points; ``None``: not graded yet."""

    student_id: int
    percent: Decimal | None


def check(rule: Rule) -> None:
    """
    Raises:
        Invalid: a number out of its range.
    """
    faults = []
    if not 0 < rule.percent <= 100:  # also refuses what is no number
        faults.append(Fault("percent", "The share must be more than 0 and at most 100 percent."))
    if not 0 <= rule.margin <= 100:
        faults.append(Fault("margin", "The margin must be from 0 to 100 percentage points."))
    if not 1 <= rule.each <= 1000:
        faults.append(Fault("each", "The number for each grade must be from 1 to 1000."))
    if rule.below is not None and not 0 < rule.below <= 100:
        faults.append(Fault("below", "The pass mark must be more than 0 and at most 100 percent."))
    if faults:
        raise Invalid(*faults)


def choose(candidates: Sequence[Candidate], rule: Rule, *, scheme: Scheme, seed: str) -> list[int]:
    """The ids of the students whom the rule chooses, in order; who is not graded, by ``everyone`` and ``random`` only."""
    graded = [(one.student_id, one.percent) for one in candidates if one.percent is not None]

    match rule.kind:
        case "everyone":
            chosen = [one.student_id for one in candidates]
        case "random":
            count = math.ceil(exact(rule.percent) * len(candidates) / 100)
            chosen = drawn([one.student_id for one in candidates], seed)[:count]
        case "boundaries":
            bounds = [exact(bound) * 100 for _, bound in scheme.entries if bound > 0]
            margin = exact(rule.margin)
            chosen = [number for number, percent in graded if any(abs(percent - bound) <= margin for bound in bounds)]
        case "bands":
            bands: dict[str, list[int]] = defaultdict(list)
            for number, percent in graded:
                bands[name_of(scheme, percent)].append(number)
            chosen = [number for members in bands.values() for number in drawn(members, seed)[: rule.each]]
        case _:
            lowest = scheme.entries[-1][0]
            chosen = [
                number
                for number, percent in graded
                if (name_of(scheme, percent) == lowest if rule.below is None else percent < exact(rule.below))
            ]
    return sorted(chosen)


def drawn(student_ids: Sequence[int], seed: str) -> list[int]:
    """The students in the order of the lot."""
    return sorted(student_ids, key=lambda number: (hashlib.sha256(f"{seed}:{number}".encode()).digest(), number))
