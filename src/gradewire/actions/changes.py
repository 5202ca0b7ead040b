"""What changed in a course since a program last asked: submissions, and scores (decision 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import anonymous_assignments
from gradewire.actions.submissions import SubmissionView, view
from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.actions.world import World
from gradewire.core.errors import Conflict, Malformed
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import changes as rows
from gradewire.store.changes import ChangedScore, Mark, Position
from gradewire.store.submissions import SubmissionRow

__all__ = [
    "ChangedScore",
    "Cursor",
    "Page",
    "Position",
    "RemovedSubmission",
    "begin",
    "scores_since",
    "settle",
    "submissions_since",
]


class Cursor(Struct, frozen=True):
    """Up to where somebody has read the changes of one kind in one course of one database."""

    kind: str
    course_id: int
    origin: str
    position: Position
    floor: int | None = None
    """While the pages lead through rows above the watermark: where to go on once they are through."""


class RemovedSubmission(Struct, frozen=True):
    """A submission that is no longer there, or no longer for the caller to see."""

    row: SubmissionRow


R = TypeVar("R", bound="Placed")


class Placed(Protocol):
    @property
    def position(self) -> Position: ...


class Page(Struct, frozen=True):
    """Changes in the order in which they are certain, the cursor behind them, and whether there are more at once."""

    access: CourseAccess
    changes: Sequence[SubmissionView | RemovedSubmission | ChangedScore]
    next: Cursor
    more: bool


def begin(unit: Unit, course_id: int) -> tuple[Cursor, Cursor]:
    """The cursors, of submissions and of scores, from which who reads a whole course after this goes on. Raises what
    ``submissions_since`` raises."""
    _, mark = _open(unit, course_id, "submissions", None)
    place = Position(mark.stamp)
    return Cursor("submissions", course_id, mark.origin, place), Cursor("scores", course_id, mark.origin, place)


def submissions_since(unit: Unit, course_id: int, cursor: Cursor | None, *, limit: int) -> Page:
    """A page of the submissions of a course that changed since the cursor; without one, of all.

    Raises:
        NotFound: no such course.
        Denied: no right to see all grades.
        Malformed: the cursor is not of these changes, or the database was restored since.
    """
    access, mark = _open(unit, course_id, "submissions", cursor)
    after = cursor.position if cursor else None
    found = rows.submissions(unit.connection, course_id, after=after, sections=access.sections, limit=limit + 1)
    found, following, more = _cut(found, mark, limit, Cursor("submissions", course_id, mark.origin, Position(0)), cursor)
    assignments = access.rules.assignments
    hidden = anonymous_assignments(
        unit, access, [assignments[one.row.assignment_id] for one in found if one.row.assignment_id in assignments]
    )
    changes: list[SubmissionView | RemovedSubmission] = []
    for one in found:
        assignment = assignments.get(one.row.assignment_id)
        if assignment is None or not one.present:
            changes.append(RemovedSubmission(one.row))
        else:
            changes.append(view(unit, access, assignment, one.row, hides=assignment.id in hidden))
    return Page(access, changes, following, more)


def scores_since(unit: Unit, course_id: int, cursor: Cursor | None, *, limit: int) -> Page:
    """The same of the scores of a course, its grading periods and its assignment groups."""
    access, mark = _open(unit, course_id, "scores", cursor)
    after = cursor.position if cursor else None
    found = rows.scores(unit.connection, course_id, after=after, sections=access.sections, limit=limit + 1)
    found, following, more = _cut(found, mark, limit, Cursor("scores", course_id, mark.origin, Position(0)), cursor)
    return Page(access, found, following, more)


def settle(world: World) -> None:
    """Make the stamps of a database that was restored from another cluster good ones."""
    if world.store.kind == "postgresql":
        write(world, Asker(System()), lambda unit: rows.settle(unit.connection))


def _open(unit: Unit, course_id: int, kind: str, cursor: Cursor | None) -> tuple[CourseAccess, Mark]:
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    mark = rows.mark(unit.connection)  # before the rows are read: see store.changes
    if not mark.settled:
        raise Conflict
    if cursor is not None:
        if cursor.kind != kind or cursor.course_id != course_id:
            raise Malformed("changed_since is not a cursor of these changes.", field="changed_since")
        certain = cursor.position.stamp if cursor.floor is None else cursor.floor
        if cursor.origin != mark.origin or certain > mark.stamp:
            raise Malformed(
                "changed_since is of a time that this database knows nothing of; begin without it.", field="changed_since"
            )
    return access, mark


def _cut(found: list[R], mark: Mark, limit: int, start: Cursor, cursor: Cursor | None) -> tuple[list[R], Cursor, bool]:
    """The rows of the page, where to go on, and whether to do so at once.

    One goes on behind the last row as long as nothing can appear before it any more. Rows above the watermark are told already,
    page by page as well, but then one goes on at the watermark where that began: there they come again, with those that were
    not there yet.
    """
    page, more = found[:limit], len(found) > limit
    floor = cursor.floor if cursor else None
    if not more:
        return page, replace(start, position=Position(mark.stamp if floor is None else floor)), False
    last = page[-1].position
    if floor is None and last.stamp >= mark.stamp:
        floor = mark.stamp
    return page, replace(start, position=last, floor=floor), True
