"""The audit trail of an anonymous or moderated assignment, as it is read (moderation reference, 11.6)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradewire.actions.access import course_access
from gradewire.actions.anonymity import hides_students
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied
from gradewire.core.permissions import VIEW_AUDIT_TRAIL
from gradewire.store import moderation_events, users
from gradewire.store.moderation_events import EventRow
from gradewire.store.users import UserRow


class EventPage(Struct, frozen=True):
    """A page of the trail with those who acted in it."""

    events: Sequence[EventRow]
    users: Sequence[UserRow]
    total: int


def list_for_assignment(unit: Unit, course_id: int, assignment_id: int, *, offset: int, limit: int) -> EventPage:
    """A page of what happened around an assignment, in that order.

    The trail names students and graders throughout, so it is closed while they are to be unknown to the caller.

    Raises:
        NotFound: no such course or assignment.
        Denied: no right to the audit trail; or students are anonymised, or graders hidden from the caller, until grades are
            published or posted; or the caller sees the students of some sections only.
    """
    access = course_access(unit, course_id)
    access.require(VIEW_AUDIT_TRAIL)
    assignment = access.assignment(assignment_id)
    if access.sections is not None or hides_students(unit, access, assignment) or not access.sees_other_graders(assignment):
        raise Denied
    found, total = moderation_events.page(unit.connection, assignment_id, offset=offset, limit=limit)
    people = sorted({row.user_id for row in found if row.user_id is not None})
    return EventPage(found, users.by_ids(unit.connection, people), total)
