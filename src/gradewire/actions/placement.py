"""Placing students: call ``place`` after whatever changes who is in a course, what is assigned to whom, or when it is due.

It makes the rows that the rest of the server relies on: a submission for each assigned student, handed in or not, the
moderation set, and the score rows (without numbers: ``actions.scores`` computes them). Repeating it does nothing.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import datetime

from msgspec import UNSET

from gradewire.actions.schoology_rules import named_period
from gradewire.actions.unit import Unit
from gradewire.core.assigning import Assignable, assign
from gradewire.core.periods import PeriodDates, find_period
from gradewire.store import placement as rows
from gradewire.store.placement import NewRow

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""Base 58: digits and letters that are not mistaken for each other (moderation reference, 2.6)."""


def new_anonymous_id(randomness: random.Random, taken: set[str]) -> str:
    """Five random characters that are not in ``taken``, and from now on are."""
    while True:
        number = randomness.randrange(58**5)
        characters = []
        for _ in range(5):
            number, rest = divmod(number, 58)
            characters.append(ALPHABET[rest])
        found = "".join(characters)
        if found not in taken:
            taken.add(found)
            return found


class Slots:
    """Where the work of a course belongs: for each assignment, its students with due date and grading period."""

    def __init__(
        self, unit: Unit, course_id: int, *, assignment_ids: Collection[int] | None, user_ids: Collection[int] | None
    ) -> None:
        rules = unit.rules(course_id)
        self._periods = [PeriodDates(one.id, one.start_date, one.end_date, one.close_date) for one in rules.periods]
        self._known: dict[datetime | None, int | None] = {}
        self._named = {one.id: named_period(rules, one) for one in rules.assignments.values()} if self._periods else {}
        enrolled = rows.enrolled(unit.connection, course_id, user_ids)
        overrides = rows.overrides(unit.connection, course_id, assignment_ids)
        self.due: dict[int, dict[int, datetime | None]] = {
            one.id: assign(Assignable(one.due_at, one.only_visible_to_overrides), overrides.get(one.id, ()), enrolled)
            for one in rules.assignments.values()
            if assignment_ids is None or one.id in assignment_ids
        }
        """Effective due dates by assignment and student; whoever is missing is not assigned."""

    def period_id(self, assignment_id: int, due_at: datetime | None) -> int | None:
        """The grading period that work for an assignment belongs to: the one it names, else that of the due date."""
        if not self._periods:
            return None
        named = self._named.get(assignment_id, UNSET)
        if named is not UNSET:
            return named
        if due_at not in self._known:
            period = find_period(self._periods, due_at)
            self._known[due_at] = None if period is None else period.id
        return self._known[due_at]


def place(
    unit: Unit,
    course_id: int,
    *,
    assignment_ids: Collection[int] | None = None,
    user_ids: Collection[int] | None = None,
) -> None:
    """Bring submissions, moderation sets and score rows of a course in step with its enrolments, assignments and overrides.

    All of the course, or only these assignments and these students. Call ``unit.touch_rules`` first if assignments, groups or
    periods were written. A constant number of statements, whatever the number of rows.

    Students no longer assigned keep their work in a deleted submission, which comes back with them.

    Raises:
        NotFound: no such course.
    """
    slots = Slots(unit, course_id, assignment_ids=assignment_ids, user_ids=user_ids)
    _place_submissions(unit, course_id, slots, assignment_ids, user_ids)
    _place_selections(unit, course_id, slots, user_ids)
    period_ids = [period.id for period in unit.rules(course_id).periods]
    rows.place_scores(unit.connection, course_id, period_ids=period_ids, user_ids=user_ids, now=unit.now)


def _place_submissions(
    unit: Unit, course_id: int, slots: Slots, assignment_ids: Collection[int] | None, user_ids: Collection[int] | None
) -> None:
    taken: dict[int, set[str]] = {}
    missing = {assignment_id: dict(students) for assignment_id, students in slots.due.items()}
    removed: list[int] = []
    revived: list[int] = []
    moved: list[tuple[int, datetime | None, int | None]] = []
    for row in rows.placed(unit.connection, course_id, assignment_ids=assignment_ids, user_ids=user_ids):
        taken.setdefault(row.assignment_id, set()).add(row.anonymous_id)
        students = missing.get(row.assignment_id)
        if students is None or row.user_id not in students:
            if not row.deleted:
                removed.append(row.id)
            continue
        due_at = students.pop(row.user_id)
        period_id = slots.period_id(row.assignment_id, due_at)
        if row.deleted:
            revived.append(row.id)
        if row.cached_due_date != due_at or row.grading_period_id != period_id:
            moved.append((row.id, due_at, period_id))
    new = [
        NewRow(
            assignment_id,
            user_id,
            new_anonymous_id(unit.world.randomness, taken.setdefault(assignment_id, set())),
            due_at,
            slots.period_id(assignment_id, due_at),
        )
        for assignment_id, students in missing.items()
        for user_id, due_at in students.items()
    ]
    rows.remove(unit.connection, removed, unit.now)
    rows.revive(unit.connection, revived, unit.now)
    rows.move(unit.connection, moved, unit.now)
    rows.add(unit.connection, course_id, new, unit.now)


def _place_selections(unit: Unit, course_id: int, slots: Slots, user_ids: Collection[int] | None) -> None:
    assignments = unit.rules(course_id).assignments
    moderated = [number for number in slots.due if assignments[number].moderated_grading]
    if not moderated:
        return
    there = rows.selections(unit.connection, moderated, user_ids)
    known = {(row.assignment_id, row.student_id) for row in there}
    gone = [row.id for row in there if row.student_id not in slots.due[row.assignment_id]]
    new = [
        (number, user_id)
        for number in moderated
        if assignments[number].moderation_set == "all"
        for user_id in slots.due[number]
        if (number, user_id) not in known
    ]
    rows.remove_selections(unit.connection, gone)
    rows.add_selections(unit.connection, new, unit.now)
