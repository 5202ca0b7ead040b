"""Which students an assignment is assigned to, and when it is due for each of them.

Source: section 9 of the Canvas grade calculation reference. A student whom no candidate names is not assigned: the assignment
does not exist for him. What the reference leaves open is decided here and said where it is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

SetType: TypeAlias = Literal["ADHOC", "CourseSection", "Course"]

STUDENT_TYPES = frozenset({"StudentEnrollment", "StudentViewEnrollment"})
COUNTED_STATES = frozenset({"active", "invited", "creation_pending", "inactive", "completed"})
"""Enrolments in these states are assigned work and have scores; rejected and deleted ones are not."""
CURRENT_STATES = frozenset({"active", "invited", "creation_pending"})
"""Enrolments through which a section's dates come first. The reference says "through an active section"; a section that a
student has left, or is only inactive in, does not decide while another does."""


class Enrolled(Struct, frozen=True):
    """A student enrolment that counts. A student has one for each section."""

    user_id: int
    section_id: int
    current: bool
    """Whether its state is one of ``CURRENT_STATES``."""


class Override(Struct, frozen=True):
    """Dates of an assignment for some of the students."""

    set_type: SetType
    section_id: int | None
    user_ids: tuple[int, ...]
    due_at_overridden: bool
    due_at: datetime | None
    unassign_item: bool


class Assignable(Struct, frozen=True):
    """An assignment, as far as who gets it and when it is due."""

    due_at: datetime | None
    only_visible_to_overrides: bool


class _Candidate(Struct, frozen=True):
    current: bool
    overrides_due: bool
    priority: int
    due_at: datetime | None

    def rank(self) -> tuple[bool, bool, int, bool, float]:
        """The best candidate is the smallest: current section, own date, lower priority, latest date (none is the latest)."""
        moment = 0.0 if self.due_at is None else -self.due_at.timestamp()
        return not self.current, not self.overrides_due, self.priority, self.due_at is not None, moment


def assign(assignment: Assignable, overrides: Sequence[Override], enrolled: Sequence[Enrolled]) -> dict[int, datetime | None]:
    """The effective due date of every student to whom the assignment is assigned, by user id.

    An override that leaves the due date alone assigns with the assignment's own date.
    """
    everyone = not assignment.only_visible_to_overrides
    if not overrides:
        return dict.fromkeys((each.user_id for each in enrolled), assignment.due_at) if everyone else {}
    unassigned: set[int] = set()
    found: dict[int, list[_Candidate]] = {}
    if everyone:
        own = _Candidate(True, False, 3, assignment.due_at)
        found = {each.user_id: [own] for each in enrolled}
    sections: dict[int, list[Enrolled]] = {}
    for each in enrolled:
        sections.setdefault(each.section_id, []).append(each)
    students = {each.user_id for each in enrolled}
    for override in overrides:
        due_at = override.due_at if override.due_at_overridden else assignment.due_at
        for user_id, current in _reach(override, sections, students):
            if override.unassign_item:
                unassigned.add(user_id)
            priority = 1 if override.set_type == "ADHOC" else 2
            candidate = _Candidate(current, override.due_at_overridden, priority, due_at)
            found.setdefault(user_id, []).append(candidate)
    return {
        user_id: min(candidates, key=_Candidate.rank).due_at
        for user_id, candidates in found.items()
        if user_id not in unassigned
    }


def _reach(override: Override, sections: dict[int, list[Enrolled]], students: set[int]) -> Iterable[tuple[int, bool]]:
    """The students an override names, and whether it does so through an enrolment that is current."""
    match override.set_type:
        case "ADHOC":
            return ((user_id, True) for user_id in override.user_ids if user_id in students)
        case "CourseSection":
            return ((each.user_id, each.current) for each in sections.get(override.section_id or 0, ()))
        case _:
            return ((user_id, True) for user_id in students)
