"""From an id that another system gave to our row number."""

from __future__ import annotations

from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound
from gradewire.store import lookup


def find(unit: Unit, noun: str, column: str, value: str, *, course_id: int | None = None) -> int:
    """The row number of a thing named by its ``sis_id``, ``integration_id`` or ``login_id`` in the caller's institution.

    Raises:
        NotFound: nothing there is called so.
    """
    found = lookup.find(unit.connection, noun, column, value, root_account_id=unit.caller.root_account_id, course_id=course_id)
    if found is None:
        raise NotFound
    return found
