"""How far long work has come."""

from __future__ import annotations

from gradewire.actions.access import course_access
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import progresses as rows
from gradewire.store.progresses import ProgressRow


def show(unit: Unit, progress_id: int) -> ProgressRow:
    """A Progress, for who asked for the work and for the graders of its course.

    Raises:
        NotFound: no such Progress.
        Denied: somebody else's.
    """
    caller = unit.caller
    found = rows.find(unit.connection, progress_id)
    if found is None:
        raise NotFound
    if found.user_id == caller.user_id:
        return found
    if found.context_type != "Course":
        raise Denied
    course_access(unit, found.context_id).require(MANAGE_GRADES)
    return found
