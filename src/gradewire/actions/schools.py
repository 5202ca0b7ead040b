"""The school, which is the institution's root account, and its buildings, which are the accounts below (Schoology reference,
1).

Whoever belongs to the school may know them.
"""

from __future__ import annotations

from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound
from gradewire.store import accounts as rows
from gradewire.store.accounts import AccountRow

__all__ = ["AccountRow", "list_buildings", "list_own", "show"]


def list_own(unit: Unit) -> list[AccountRow]:
    """The schools of the caller: the one."""
    return [_root(unit)]


def show(unit: Unit, school_id: int) -> AccountRow:
    """The school or one of its buildings.

    Raises:
        NotFound: the caller's school has no such place.
    """
    row = rows.find(unit.connection, school_id)
    if row is None or (row.root_account_id or row.id) != unit.caller.root_account_id:
        raise NotFound
    return row


def list_buildings(unit: Unit, school_id: int, *, offset: int, limit: int) -> tuple[list[AccountRow], int]:
    """A page of the buildings of the school by id, and how many there are in all.

    Raises:
        NotFound: not the caller's school.
    """
    show(unit, school_id)
    return rows.page_below(unit.connection, school_id, recursive=True, by_name=False, offset=offset, limit=limit)


def _root(unit: Unit) -> AccountRow:
    found = rows.find(unit.connection, unit.caller.root_account_id)
    if found is None:
        raise NotFound
    return found
