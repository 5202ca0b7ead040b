"""Sets of grading periods of an institution: listed, made, changed, deleted, and given to enrollment terms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.accounts import AccountAccess, account_access
from gradewire.actions.grading_periods import TITLE_LIMIT, PeriodView, follow, view_many
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid, NotFound
from gradewire.core.permissions import MANAGE_ACCOUNT, READ
from gradewire.store import grading_periods as rows
from gradewire.store.grading_periods import SetRow


class SetView(Struct, frozen=True):
    """A set with its periods and the terms that use it."""

    row: SetRow
    periods: Sequence[PeriodView]
    term_ids: Sequence[int]
    may_edit: bool


class SetChanges(Struct, frozen=True, kw_only=True):
    """What was sent of a set. ``term_ids`` are all the terms that shall use it."""

    title: str | UnsetType | None = UNSET
    weighted: bool | UnsetType = UNSET
    display_totals_for_all_grading_periods: bool | UnsetType = UNSET
    term_ids: Collection[int] | UnsetType = UNSET


def list_for_account(unit: Unit, account_id: int, *, offset: int, limit: int) -> tuple[list[SetView], int]:
    """A page of the sets of a root account, and how many there are in all. Accounts below it have none of their own.

    Raises:
        NotFound: no such account.
        Denied: the caller may not see the account.
    """
    access = account_access(unit, account_id)
    access.require(READ)
    if access.account.parent_account_id is not None:
        return [], 0
    found, total = rows.page_of_sets(unit.connection, account_id, offset=offset, limit=limit)
    return _views(unit, access, found), total


def create(unit: Unit, account_id: int, changes: SetChanges) -> SetView:
    """Make a set without periods.

    Raises:
        NotFound: no such account.
        Denied: no administrator of it.
        Invalid: no title, not a root account, or terms that are not the institution's.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    if access.account.parent_account_id is not None:
        raise Invalid(Fault("account_id", "must be a root account"))
    values = _values(unit, account_id, changes, new=True)
    number = rows.add_set(unit.connection, unit.now, root_account_id=account_id, **values)
    row = _find(unit, account_id, number)
    _attach(unit, row, changes)
    return _views(unit, access, [row])[0]


def update(unit: Unit, account_id: int, set_id: int, changes: SetChanges) -> None:
    """Change a set, or which terms use it; scores of the courses concerned follow.

    Raises:
        NotFound: no such account, or no such set in it.
        Denied: no administrator of the account.
        Invalid: a blank title, or terms that are not the institution's.
    """
    access = account_access(unit, account_id)
    row = _find(unit, account_id, set_id)
    access.require(MANAGE_ACCOUNT)
    values = {name: value for name, value in _values(unit, account_id, changes).items() if value != getattr(row, name)}
    if values:
        rows.change_set(unit.connection, row.id, unit.now, **values)
    if not _attach(unit, row, changes) and "weighted" in values:
        follow(unit, row)


def delete(unit: Unit, account_id: int, set_id: int) -> None:
    """Delete a set with its periods; its terms and courses have none then.

    Raises:
        NotFound: no such account, or no such set in it.
        Denied: no administrator of the account.
    """
    access = account_access(unit, account_id)
    row = _find(unit, account_id, set_id)
    access.require(MANAGE_ACCOUNT)
    concerned = rows.courses_of(unit.connection, [row.id])
    rows.delete_of_set(unit.connection, row.id, unit.now)
    rows.attach(unit.connection, row.id, [], unit.now)
    rows.change_set(unit.connection, row.id, unit.now, workflow_state="deleted")
    follow(unit, row, *concerned)


def _attach(unit: Unit, row: SetRow, changes: SetChanges) -> bool:
    """Give a set to the terms that were sent; whether courses had to follow."""
    if changes.term_ids is UNSET:
        return False
    before = rows.terms_of(unit.connection, [row.id]).get(row.id, [])
    if set(before) == set(changes.term_ids):
        return False
    moved = set(before) ^ set(changes.term_ids)
    rows.attach(unit.connection, row.id, sorted(changes.term_ids), unit.now)
    follow(unit, row, *rows.courses_of(unit.connection, [], moved))
    return True


def _find(unit: Unit, account_id: int, set_id: int) -> SetRow:
    found = rows.find_set(unit.connection, set_id, lock=True)
    if found is None or found.school_wide or found.root_account_id != account_id:
        raise NotFound
    return found


def _values(unit: Unit, account_id: int, changes: SetChanges, *, new: bool = False) -> dict[str, Any]:
    faults = []
    if (new or changes.title is not UNSET) and not (changes.title or "").strip():
        faults.append(Fault("title", "can't be blank"))
    elif isinstance(changes.title, str) and len(changes.title) > TITLE_LIMIT:
        faults.append(Fault("title", f"is too long (maximum is {TITLE_LIMIT} characters)"))
    if changes.term_ids is not UNSET:
        known = rows.known_terms(unit.connection, account_id, changes.term_ids)
        if known != set(changes.term_ids):
            faults.append(Fault("enrollment_term_ids", "must be active terms of the account"))
    if faults:
        raise Invalid(*faults)
    names = ("title", "weighted", "display_totals_for_all_grading_periods")
    return {name: getattr(changes, name) for name in names if getattr(changes, name) is not UNSET}


def _views(unit: Unit, access: AccountAccess, found: Sequence[SetRow]) -> list[SetView]:
    ids = [row.id for row in found]
    periods, terms = rows.periods_of(unit.connection, ids), rows.terms_of(unit.connection, ids)
    may_edit = MANAGE_ACCOUNT in access.rights
    return [
        SetView(row, view_many(unit, periods.get(row.id, []), may_edit=may_edit), terms.get(row.id, []), may_edit)
        for row in found
    ]
