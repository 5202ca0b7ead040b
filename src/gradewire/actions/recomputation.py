"""Course scores computed anew by the operator: of some courses or all, one transaction for each, in order of their ids."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from gradewire.actions import late_policies, scores
from gradewire.actions.unit import Asker, System, Unit, read, write
from gradewire.actions.world import World
from gradewire.core.errors import DomainError
from gradewire.core.scoring import calculations
from gradewire.store import recomputation as rows
from gradewire.store.recomputation import PinnedCourse

__all__ = ["Order", "Outcome", "PinnedCourse", "find_courses", "recompute_course", "recompute_courses"]

SYSTEM = Asker(System())


class Order(Struct, frozen=True, kw_only=True):
    """How to compute. ``version`` pins the courses to another version of their calculation first; without it, none moves."""

    silent: bool = False
    """Emit no events."""
    missing: bool = False
    """Give missing work the score of the missing policy first; events tell of that also when ``silent``."""
    version: int | None = None


class Outcome(Struct, frozen=True):
    """What became of one course; ``refused`` says why nothing did."""

    course: PinnedCourse
    changed: int = 0
    """Students whose course scores are others now."""
    filled_in: int = 0
    """Missing work that got a score."""
    refused: str | None = None


def find_courses(world: World, ids: Collection[int] | None, *, after: int = 0) -> list[PinnedCourse]:
    """The courses to compute, those with ids up to ``after`` being done."""
    return read(world, SYSTEM, lambda unit: rows.courses(unit.connection, ids, after=after))


def recompute_course(unit: Unit, course: PinnedCourse, order: Order) -> Outcome:
    """Compute one course.

    Raises:
        Refused: it is pinned to a version that there is not.
        Invalid: its rules mean nothing.
    """
    if order.version is not None and order.version != course.calculation_version:
        calculations.check(course.calculation, order.version)
        rows.pin(unit.connection, course.id, order.version)
        unit.touch_rules(course.id)
    filled_in = late_policies.apply_missing_policy(unit, course.id) if order.missing else 0
    changed = scores.recompute(unit, course.id, silent=order.silent)
    return Outcome(course, changed, filled_in)


def recompute_courses(world: World, courses: Collection[PinnedCourse], order: Order) -> Iterator[Outcome]:
    """Compute the courses one after the other; what is yielded is committed. A course that cannot be computed does not keep
    the others from it."""
    for course in courses:
        try:
            yield write(world, SYSTEM, lambda unit, course=course: recompute_course(unit, course, order))  # type: ignore[misc]
        except DomainError as error:
            yield Outcome(course, refused=str(error) or type(error).__name__)
