"""The roles that Schoology clients see of people; rights do not depend on them (reference, 10.3)."""

from __future__ import annotations

from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound
from gradewire.core.school_people import BUILT_IN, SchoolRole
from gradewire.store import school_roles as rows


def list_all(unit: Unit) -> list[SchoolRole]:
    """The roles of the caller's institution; built-in ones where it has defined none."""
    return roles_of(unit, unit.caller.root_account_id)


def show(unit: Unit, role_id: int) -> SchoolRole:
    """
    Raises:
        NotFound: no such role in the caller's institution.
    """
    for role in list_all(unit):
        if role.id == role_id:
            return role
    raise NotFound


def roles_of(unit: Unit, root_account_id: int) -> list[SchoolRole]:
    """The roles of an institution. Anybody may know them."""
    return rows.all_of(unit.connection, root_account_id) or list(BUILT_IN)
