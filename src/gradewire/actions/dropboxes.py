"""What was handed in for the items of a section, as Schoology clients see it: revisions without content (reference, 10.4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import hides_students
from gradewire.actions.assignments import is_visible
from gradewire.actions.course_grades import is_in_charge
from gradewire.actions.rosters import visible_roster
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound
from gradewire.core.permissions import READ
from gradewire.store import attempts, dropboxes
from gradewire.store import submissions as rows
from gradewire.store.submissions import SubmissionRow


class Revision(Struct, frozen=True, kw_only=True):
    """One time that a student handed something in."""

    number: int
    user_id: int
    handed_in_at: datetime
    files: int
    """How many; text and addresses count as none."""
    late: bool
    """After the date that was due then."""


def list_newest(unit: Unit, course_id: int, item_id: int, *, every: bool = False) -> list[Revision]:
    """The newest revision of each student whom the caller sees, by student; with ``every`` all of them, the oldest first. A
    constant number of statements.

    Raises:
        NotFound: no such section or item, or one that is not for the caller.
        Denied: the caller may see nobody's work there.
    """
    revisions = _revisions(unit, course_id, item_id, None)
    if every:
        return revisions
    newest = {one.user_id: one for one in revisions}
    return list(newest.values())


def list_for_student(unit: Unit, course_id: int, item_id: int, user_id: int) -> list[Revision]:
    """All revisions of a student, the oldest first.

    Raises:
        NotFound: no such section, item or student, or one that is not for the caller.
        Denied: the caller may see nobody's work there.
    """
    return _revisions(unit, course_id, item_id, user_id)


def count(unit: Unit, course_id: int, item_ids: Collection[int]) -> dict[int, tuple[int, datetime]]:
    """By item, how many of the students whom the caller sees handed something in, and when the last one did.

    Raises:
        NotFound: no such section.
        Denied: the caller may not see it.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    students = visible_roster(unit, access).students
    return dropboxes.count(unit.connection, sorted({*item_ids} & {*access.rules.assignments}), list(students))


def _revisions(unit: Unit, course_id: int, item_id: int, user_id: int | None) -> list[Revision]:
    access = course_access(unit, course_id)
    access.require(READ)
    found = _work(unit, access, item_id, user_id)
    made = attempts.for_submissions(unit.connection, [row.id for row in found]) if found else {}
    revisions = []
    for row in found:
        if row.id not in made and row.submitted_at is not None:
            due = row.cached_due_date
            revisions.append(_revision(row, row.attempt or 1, row.submitted_at, due, row.attachment_ids))
        revisions += [
            _revision(row, one.attempt, one.submitted_at, one.cached_due_date, one.attachment_ids)
            for one in made.get(row.id, ())
        ]
    return revisions


def _work(unit: Unit, access: CourseAccess, item_id: int, user_id: int | None) -> list[SubmissionRow]:
    """What the students have whom the caller sees; only of one, where one is named."""
    people = visible_roster(unit, access)
    assignment = access.assignment(item_id)
    staff = is_in_charge(access)
    if not staff and not people.students:
        raise Denied
    if user_id is not None and user_id not in people.students:
        raise NotFound
    chosen = list(people.students) if user_id is None else [user_id]
    found = rows.by_students(unit.connection, assignment.id, chosen)
    if not is_visible(access, assignment, {assignment.id: found} if found else {}):
        raise NotFound
    if staff and hides_students(unit, access, assignment):
        raise Denied
    return found


def _revision(
    row: SubmissionRow, number: int, handed_in_at: datetime, due_at: datetime | None, files: Collection[int] | None
) -> Revision:
    return Revision(
        number=number,
        user_id=row.user_id,
        handed_in_at=handed_in_at,
        files=len(files or ()),
        late=due_at is not None and handed_in_at > due_at,
    )
