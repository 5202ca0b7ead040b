"""Enrollment terms of an institution. Grading reads of a term which set of grading periods it uses; that is said of the set."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.accounts import AccountAccess, account_access
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid, NotFound, Refused
from gradewire.core.permissions import MANAGE_ACCOUNT, MANAGE_SIS, READ
from gradewire.store import terms as rows
from gradewire.store.courses import TermRow

NAME_LIMIT = 255
ROOT_ONLY = "Terms belong to root accounts only."


class TermView(Struct, frozen=True):
    """A term with what the caller may see of it."""

    row: TermRow
    reads_sis: bool
    course_count: int | None = None


class TermChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    name: str | UnsetType | None = UNSET
    start_at: datetime | UnsetType | None = UNSET
    end_at: datetime | UnsetType | None = UNSET
    sis_term_id: str | UnsetType | None = UNSET


def list_for_account(
    unit: Unit,
    account_id: int,
    *,
    states: Collection[str],
    name: str | None = None,
    include: Collection[str] = (),
    offset: int,
    limit: int,
) -> tuple[list[TermView], int]:
    """A page of the terms of the institution that an account belongs to, and how many there are in all.

    Raises:
        NotFound: no such account.
        Denied: the caller may not see the account.
    """
    access = account_access(unit, account_id)
    access.require(READ)
    root = access.account.root_account_id or access.account.id
    found, total = rows.page(unit.connection, root, states=states, name=name, offset=offset, limit=limit)
    counts = rows.count_courses(unit.connection, [row.id for row in found]) if "course_count" in include else None
    return [TermView(row, access.reads_sis, None if counts is None else counts.get(row.id, 0)) for row in found], total


def show(unit: Unit, account_id: int, term_id: int) -> TermView:
    """
    Raises:
        NotFound: no such account, or no such term in its institution.
        Denied: the caller may not see the account.
    """
    access = account_access(unit, account_id)
    access.require(READ)
    return TermView(_find(unit, access, term_id), access.reads_sis)


def create(unit: Unit, account_id: int, changes: TermChanges) -> TermView:
    """Make a term. Without a name it has an empty one.

    Raises:
        NotFound: no such account.
        Denied: no administrator of it.
        Refused: not a root account.
        Invalid: too long a name, an end before the start, or an SIS id that is taken.
    """
    access = _managed(unit, account_id)
    values = {"name": "", **_values(unit, access, changes, None)}
    number = rows.add(unit.connection, root_account_id=account_id, created_at=unit.now, updated_at=unit.now, **values)
    return TermView(_find(unit, access, number), access.reads_sis)


def update(unit: Unit, account_id: int, term_id: int, changes: TermChanges) -> TermView:
    """Change a term.

    Raises:
        NotFound: no such account, or no such term in it.
        Denied: no administrator of the account.
        Refused: not a root account.
        Invalid: too long a name, an end before the start, or an SIS id that is taken.
    """
    access = _managed(unit, account_id)
    row = _find(unit, access, term_id, lock=True)
    values = _values(unit, access, changes, row)
    if values:
        rows.change(unit.connection, row.id, updated_at=unit.now, **values)
    return TermView(_find(unit, access, term_id), access.reads_sis)


def delete(unit: Unit, account_id: int, term_id: int) -> TermView:
    """Delete a term that has no courses; the term as it then is.

    Raises:
        NotFound: no such account, or no such term in it.
        Denied: no administrator of the account.
        Refused: not a root account.
        Invalid: courses are in it.
    """
    access = _managed(unit, account_id)
    row = _find(unit, access, term_id, lock=True)
    if rows.count_courses(unit.connection, [row.id]):
        raise Invalid(Fault("workflow_state", "Cannot delete a term with active courses"))
    rows.change(unit.connection, row.id, workflow_state="deleted", grading_period_group_id=None, updated_at=unit.now)
    deleted = TermRow(row.id, row.name, row.sis_term_id, row.start_at, row.end_at, row.created_at, "deleted", None)
    return TermView(deleted, access.reads_sis)


def _managed(unit: Unit, account_id: int) -> AccountAccess:
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    if access.account.parent_account_id is not None:
        raise Refused("not_allowed", ROOT_ONLY)
    return access


def _find(unit: Unit, access: AccountAccess, term_id: int, *, lock: bool = False) -> TermRow:
    root = access.account.root_account_id or access.account.id
    found = rows.find(unit.connection, root, term_id, lock=lock)
    if found is None:
        raise NotFound
    return found


def _values(unit: Unit, access: AccountAccess, changes: TermChanges, before: TermRow | None) -> dict[str, Any]:
    """What was sent, by column. SIS ids are for those who may manage them."""
    values: dict[str, Any] = {
        name: getattr(changes, name) for name in ("name", "start_at", "end_at") if getattr(changes, name) is not UNSET
    }
    if changes.sis_term_id is not UNSET and MANAGE_SIS in access.rights:
        values["sis_term_id"] = changes.sis_term_id or None
    if "name" in values:
        values["name"] = values["name"] or ""
    faults = []
    if len(values.get("name", "")) > NAME_LIMIT:
        faults.append(Fault("name", f"is too long (maximum is {NAME_LIMIT} characters)"))
    start = values.get("start_at", before.start_at if before else None)
    end = values.get("end_at", before.end_at if before else None)
    if start is not None and end is not None and end < start:
        faults.append(Fault("end_at", "End date cannot be before start date"))
    sis_id = values.get("sis_term_id")
    except_id = before.id if before else None
    if sis_id and rows.uses_sis_id(unit.connection, access.account.id, sis_id, except_id=except_id):
        faults.append(Fault("sis_source_id", f'ID "{sis_id}" is already in use'))
    if faults:
        raise Invalid(*faults)
    return values
