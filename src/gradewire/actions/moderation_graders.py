"""Slots of provisional graders: whoever first acts provisionally on any student takes one (moderation reference, 5)."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.access import CourseAccess
from gradewire.actions.placement import new_anonymous_id
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound
from gradewire.core.moderation import Slots, check_slot
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import moderation_graders as rows
from gradewire.store.moderation_graders import GraderRow, ModerationFacts
from gradewire.store.rules import AssignmentFacts


class Claim(Struct, frozen=True):
    """A slot that the caller may take; nothing is written yet."""

    needed: bool
    row_id: int | None = None
    """The caller's row, when there is one without a slot."""
    taken_ids: frozenset[str] = frozenset()
    """Anonymous ids of the other graders."""


def may_grade(unit: Unit, access: CourseAccess, assignment: AssignmentFacts) -> bool:
    """Whether the caller can be a provisional grader: has a slot, or one is free (5.2)."""
    if not access.has(MANAGE_GRADES, VIEW_ALL_GRADES):
        return False
    facts = ModerationFacts(
        assignment.moderated_grading, assignment.grader_count, assignment.final_grader_id, assignment.grades_published_at
    )
    return _slots(facts, rows.of_assignment(unit.connection, assignment.id)).admits(access.user_id)


def claim(unit: Unit, access: CourseAccess, assignment: AssignmentFacts) -> Claim:
    """Find out whether the caller has a slot or may take one. Newcomers are judged one after another.

    Raises:
        Refused: all slots are taken by others.
        Denied: the server itself, which is no grader.
    """
    if unit.is_system:
        raise Denied
    graders = rows.of_assignment(unit.connection, assignment.id)
    if any(grader.user_id == access.user_id and grader.slot_taken for grader in graders):
        return Claim(needed=False)
    facts = rows.lock_assignment(unit.connection, assignment.id)
    if facts is None:
        raise NotFound
    graders = rows.of_assignment(unit.connection, assignment.id)
    check_slot(_slots(facts, graders), access.user_id)
    mine = next((grader for grader in graders if grader.user_id == access.user_id), None)
    if mine is not None and mine.slot_taken:
        return Claim(needed=False)
    return Claim(
        needed=True,
        row_id=None if mine is None else mine.id,
        taken_ids=frozenset(grader.anonymous_id for grader in graders),
    )


def take(unit: Unit, access: CourseAccess, assignment: AssignmentFacts, claimed: Claim) -> None:
    """Take the slot that was claimed, if one is needed."""
    if not claimed.needed:
        return
    if claimed.row_id is not None:
        rows.fill(unit.connection, claimed.row_id, unit.now)
        return
    anonymous_id = new_anonymous_id(unit.world.randomness, set(claimed.taken_ids))
    rows.add(unit.connection, assignment.id, access.user_id, anonymous_id=anonymous_id, slot_taken=True, now=unit.now)


def _slots(facts: ModerationFacts, graders: list[GraderRow]) -> Slots:
    return Slots(
        limit=facts.grader_count if facts.moderated_grading else None,
        final_grader_id=facts.final_grader_id,
        holders=frozenset(grader.user_id for grader in graders if grader.slot_taken),
    )
