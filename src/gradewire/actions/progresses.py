"""How far long work has come, and stopping what has not begun."""

from __future__ import annotations

from gradewire.actions import bulk_grading
from gradewire.actions.access import course_access
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound, Refused
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import jobs
from gradewire.store import progresses as rows
from gradewire.store.progresses import ProgressRow

BEGUN = "only a bulk update of grades that has not begun can be cancelled"


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


def cancel(unit: Unit, progress_id: int, message: str | None) -> ProgressRow:
    """Give up the grading of many before it begins; its Progress has failed then, with this message.

    It is done in one transaction, so what was begun goes on to its end. Other long work follows from something that was changed
    already, and has to be done.

    Raises:
        NotFound: no such Progress.
        Denied: somebody else's.
        Refused: other work, or it has begun or ended.
    """
    show(unit, progress_id)
    if not jobs.cancel(unit.connection, progress_id, unit.now, tag=bulk_grading.TAG):
        raise Refused("not_allowed", BEGUN)
    rows.update(unit.connection, progress_id, unit.now, workflow_state="failed", message=message)
    return show(unit, progress_id)
