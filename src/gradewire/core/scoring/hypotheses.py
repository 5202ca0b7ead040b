"""What somebody supposes about a course to see what would become of its totals, and whether that can be supposed at all."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

from msgspec import UNSET, Struct, UnsetType

from gradewire.core.entry import MOST_POINTS
from gradewire.core.errors import Fault
from gradewire.core.schemes import Scheme

MOST_WEIGHT = 1e6


class Trial(Struct, frozen=True, kw_only=True):
    """A supposed score in points (``None``: ungraded) or excusal, of one student or of everybody who has the assignment."""

    item_id: int
    score: float | UnsetType | None = UNSET
    excused: bool = False
    student_id: int | None = None


class GroupChange(Struct, frozen=True, kw_only=True):
    """Another weight or other drop rules of an assignment group; what is ``UNSET`` stays."""

    group_id: int
    weight: float | UnsetType = UNSET
    drop_lowest: int | UnsetType = UNSET
    drop_highest: int | UnsetType = UNSET
    never_drop: tuple[int, ...] | UnsetType = UNSET


class Hypotheses(Struct, frozen=True, kw_only=True):
    """All that is supposed at once; nothing at all is allowed."""

    trials: tuple[Trial, ...] = ()
    groups: tuple[GroupChange, ...] = ()
    weighted: bool | UnsetType = UNSET
    """Whether assignment groups count by weight."""
    period_weights: Mapping[int, float] = {}
    scheme: Scheme | UnsetType = UNSET

    @property
    def only_scores(self) -> bool:
        """Whether nothing is supposed that a student could not know."""
        return not (self.groups or self.period_weights) and self.weighted is UNSET and self.scheme is UNSET


class Known(Struct, frozen=True):
    """What a course has: items by group, grading periods, and which items each student of the question has."""

    groups: Mapping[int, Collection[int]]
    periods: Collection[int]
    students: Mapping[int, Collection[int]]


def find_faults(supposed: Hypotheses, known: Known) -> Iterator[Fault]:
    """Everything that cannot be supposed of this course."""
    items = {item for group in known.groups.values() for item in group}
    seen: set[tuple[int, int | None]] = set()
    for number, trial in enumerate(supposed.trials):
        yield from _trial_faults(f"scores[{number}]", trial, items, known)
        if (trial.item_id, trial.student_id) in seen:
            yield Fault(f"scores[{number}]", "supposes something of the same work twice", "taken")
        seen.add((trial.item_id, trial.student_id))
    changed: set[int] = set()
    for number, change in enumerate(supposed.groups):
        yield from _group_faults(f"assignment_groups[{number}]", change, known)
        if change.group_id in changed:
            yield Fault(f"assignment_groups[{number}]", "is given twice", "taken")
        changed.add(change.group_id)
    for period_id, weight in supposed.period_weights.items():
        if period_id not in known.periods:
            yield Fault(f"grading_periods[{period_id}]", "is not a grading period of this course", "unknown")
        yield from _weight_faults(f"grading_periods[{period_id}][weight]", weight)


def _trial_faults(name: str, trial: Trial, items: Collection[int], known: Known) -> Iterator[Fault]:
    if trial.item_id not in items:
        yield Fault(f"{name}[assignment_id]", "is not an assignment that counts in this course", "unknown")
    elif trial.student_id is not None:
        if trial.student_id not in known.students:
            yield Fault(f"{name}[user_id]", "is not a student that this question is about", "unknown")
        elif trial.item_id not in known.students[trial.student_id]:
            yield Fault(f"{name}[assignment_id]", "is not assigned to this student", "unassigned")
    if trial.score is UNSET:
        if not trial.excused:
            yield Fault(f"{name}[score]", "is missing", "blank")
    elif trial.score is not None:
        if trial.excused:
            yield Fault(f"{name}[score]", "cannot be given to excused work", "excused")
        elif not math.isfinite(trial.score) or abs(trial.score) > MOST_POINTS:
            yield Fault(f"{name}[score]", "is not a number that a score can be", "out_of_range")


def _group_faults(name: str, change: GroupChange, known: Known) -> Iterator[Fault]:
    items = known.groups.get(change.group_id)
    if items is None:
        yield Fault(f"{name}[id]", "is not an assignment group of this course", "unknown")
        return
    if change.weight is not UNSET:
        yield from _weight_faults(f"{name}[group_weight]", change.weight)
    for rule, count in (("drop_lowest", change.drop_lowest), ("drop_highest", change.drop_highest)):
        if count is not UNSET and count < 0:
            yield Fault(f"{name}[rules][{rule}]", "must not be negative", "negative")
        elif count is not UNSET and count > len(items):
            yield Fault(f"{name}[rules][{rule}]", "is more than the group has assignments", "too_many")
    if change.never_drop is not UNSET and not set(change.never_drop) <= set(items):
        yield Fault(f"{name}[rules][never_drop]", "names an assignment that is not in the group", "unknown")


def _weight_faults(name: str, weight: float) -> Iterator[Fault]:
    if not math.isfinite(weight) or weight > MOST_WEIGHT:
        yield Fault(name, "is not a number that a weight can be", "out_of_range")
    elif weight < 0:
        yield Fault(name, "must not be negative", "negative")
