"""Accounts made, changed, deleted. Of the settings only those that grading reads are kept; courses below follow them."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType, structs

from gradewire.actions.accounts import AccountAccess, account_access
from gradewire.actions.rescoring import rescore
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound, Refused
from gradewire.core.permissions import MANAGE_ACCOUNT, MANAGE_GRADES, MANAGE_SIS
from gradewire.core.time_zones import is_time_zone
from gradewire.store import accounts as rows
from gradewire.store import grading_standards, rescoring, rules
from gradewire.store.accounts import AccountRow

NAME_LIMIT = 255
HAS_COURSES = "An account that has courses cannot be deleted."
HAS_ACCOUNTS = "An account that has other accounts below it cannot be deleted."
ROOT = "A root account cannot be deleted."
FLAGS = ("restrict_grading_scheme_editing_to_admins", "final_grades_override", "grade_calc_ignore_unposted_anonymous")
ROOT_ONLY = frozenset({"restrict_grading_scheme_editing_to_admins", "grade_calc_ignore_unposted_anonymous"})
"""Settings that count in root accounts only."""
READ_BY_SCHOOLOGY = frozenset({"final_grades_override", "default_grading_standard_id"})
"""What scores of courses with Schoology's calculation depend on."""


class AccountChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    name: str | UnsetType | None = UNSET
    sis_account_id: str | UnsetType | None = UNSET
    time_zone: str | UnsetType | None = UNSET
    default_grading_standard_id: int | UnsetType | None = UNSET
    restrict_grading_scheme_editing_to_admins: bool | UnsetType = UNSET
    final_grades_override: bool | UnsetType = UNSET
    grade_calc_ignore_unposted_anonymous: bool | UnsetType = UNSET


def create(unit: Unit, parent_id: int, changes: AccountChanges) -> AccountAccess:
    """Make an account below another one.

    Raises:
        NotFound: no such account.
        Denied: no right to manage it.
        Invalid: no name, or a value that cannot be.
    """
    parent = account_access(unit, parent_id)
    parent.require(MANAGE_ACCOUNT)
    root = parent.account.root_account_id or parent.account.id
    values = _values(unit, parent, root, changes, None)
    number = rows.add(
        unit.connection,
        unit.now,
        parent_account_id=parent_id,
        root_account_id=root,
        uuid=str(unit.world.new_uuid()),
        **values,
    )
    return account_access(unit, number)


def update(unit: Unit, account_id: int, changes: AccountChanges) -> AccountAccess:
    """Change an account; scores of courses below it follow, in a job where they are many.

    Raises:
        NotFound: no such account.
        Denied: no right to manage it, or to choose grading standards in it.
        Invalid: a value that cannot be.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    row = access.account
    values = _values(unit, access, row.root_account_id or row.id, changes, row)
    values = {name: value for name, value in values.items() if value != getattr(row, name)}
    if "default_grading_standard_id" in values and MANAGE_GRADES not in access.rights:
        raise Denied
    if values:
        rows.change(unit.connection, row.id, unit.now, **values)
        rules.touch_account(unit.connection, row.root_account_id or row.id)
        _follow(unit, row, values)
    return account_access(unit, account_id)


def delete(unit: Unit, account_id: int, sub_account_id: int) -> AccountAccess:
    """Delete an account that has neither courses nor accounts below it; the account as it is then.

    Raises:
        NotFound: no such account, or no such one below it.
        Denied: no right to manage it.
        Refused: a root account, or something is in it.
    """
    account_access(unit, account_id).require(MANAGE_ACCOUNT)
    access = account_access(unit, sub_account_id)
    chain = [account.id for account in rules.account_chain(unit.connection, sub_account_id)]
    if account_id not in chain:
        raise NotFound
    access.require(MANAGE_ACCOUNT)
    if access.account.parent_account_id is None:
        raise Refused("not_allowed", ROOT)
    if rows.count_courses(unit.connection, [sub_account_id]):
        raise Refused("in_use", HAS_COURSES)
    if rows.count_accounts(unit.connection, [sub_account_id]):
        raise Refused("in_use", HAS_ACCOUNTS)
    rows.change(unit.connection, sub_account_id, unit.now, workflow_state="deleted")
    return structs.replace(access, account=structs.replace(access.account, workflow_state="deleted"))


def _follow(unit: Unit, row: AccountRow, values: dict[str, Any]) -> None:
    concerned: set[int] = set()
    if values.keys() & READ_BY_SCHOOLOGY:
        concerned |= set(rescoring.courses_below(unit.connection, row.id, calculation="schoology"))
    if "grade_calc_ignore_unposted_anonymous" in values:
        concerned |= set(rescoring.with_anonymous_work(unit.connection, row.id))
    rescore(unit, sorted(concerned), account_id=row.id, placing=False)


def _values(unit: Unit, access: AccountAccess, root: int, changes: AccountChanges, before: AccountRow | None) -> dict[str, Any]:
    """What was sent, by column. SIS ids are for those who may manage them."""
    names = ("name", "time_zone", "default_grading_standard_id", *FLAGS)
    values: dict[str, Any] = {name: getattr(changes, name) for name in names if getattr(changes, name) is not UNSET}
    if changes.sis_account_id is not UNSET and MANAGE_SIS in access.rights:
        values["sis_account_id"] = changes.sis_account_id or None
    faults = []
    if before is None or "name" in values:
        values["name"] = (values.get("name") or "").strip()
        if not values["name"]:
            faults.append(Fault("name", "can't be blank"))
        elif len(values["name"]) > NAME_LIMIT:
            faults.append(Fault("name", f"is too long (maximum is {NAME_LIMIT} characters)"))
    zone = values.get("time_zone")
    if zone is not None and not is_time_zone(zone):
        faults.append(Fault("default_time_zone", "is not an IANA time zone"))
    is_root = before is not None and before.parent_account_id is None
    if not is_root:
        faults += [Fault(name, "can be set in a root account only") for name in sorted(values.keys() & ROOT_ONLY)]
    sis_id = values.get("sis_account_id")
    except_id = before.id if before else None
    if sis_id and rows.uses_sis_id(unit.connection, root, sis_id, except_id=except_id):
        faults.append(Fault("sis_source_id", f'"{sis_id}" is already in use'))
    if not _offers(unit, access, values.get("default_grading_standard_id")):
        faults.append(Fault("default_grading_standard_id", "is not a grading standard of the account or of those above it"))
    if faults:
        raise Invalid(*faults)
    return values


def _offers(unit: Unit, access: AccountAccess, standard_id: int | None) -> bool:
    if not standard_id:
        return True
    chain = [account.id for account in rules.account_chain(unit.connection, access.account.id)]
    return grading_standards.is_offered(unit.connection, standard_id, course_id=0, account_ids=chain)
